/**
 * One decoder for each protocol, behind one interface.
 *
 * @module
 */

import { createDlmsDecoder } from './dlms.ts'
import { createP1Decoder } from './p1.ts'
import { createSmlDecoder } from './sml.ts'
import type { Decoder, DecoderOptions, Protocol } from './telegram.ts'

export function createDecoder(protocol: Protocol, options: DecoderOptions): Decoder {
  if (protocol === 'dlms') return createDlmsDecoder(options)
  const decoder = protocol === 'sml' ? createSmlDecoder(options) : createP1Decoder(options)
  return {
    // Nothing of these is waited for, so calls settle in their order.
    push: async (chunk) => await Promise.resolve(decoder.push(chunk)),
    end: async () => await Promise.resolve(decoder.end()),
  }
}
