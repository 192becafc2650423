/**
 * One decoder for each protocol, behind one interface.
 *
 * @module
 */

import { createD0Decoder } from './d0.ts'
import { createDlmsDecoder } from './dlms.ts'
import { createModbusDecoder } from './modbus-decoder.ts'
import { createP1Decoder } from './p1.ts'
import { createSmlDecoder } from './sml.ts'
import type { Decoder, DecoderOptions, Protocol } from './telegram.ts'

const AT_ONCE = { d0: createD0Decoder, p1: createP1Decoder, sml: createSmlDecoder }

export function createDecoder(protocol: Protocol, options: DecoderOptions): Decoder {
  if (protocol === 'dlms') return createDlmsDecoder(options)
  if (protocol === 'modbus') return createModbusDecoder(options)
  const decoder = AT_ONCE[protocol](options)
  return {
    // Nothing of these is waited for, so calls settle in their order.
    push: async (chunk) => await Promise.resolve(decoder.push(chunk)),
    end: async () => await Promise.resolve(decoder.end()),
  }
}
