/**
 * One decoder for each protocol, behind one interface.
 *
 * @module
 */

import { createD0Decoder } from './d0.ts'
import { createDlmsDecoder } from './dlms.ts'
import { createMBusDecoder } from './mbus.ts'
import { createSealedP1Decoder } from './p1-sealed.ts'
import { createSmlDecoder } from './sml.ts'
import type { Decoder, DecoderOptions, Protocol } from './telegram.ts'

const AT_ONCE = { d0: createD0Decoder, sml: createSmlDecoder }

export function createDecoder(protocol: Protocol, options: DecoderOptions): Decoder {
  if (protocol === 'dlms') return createDlmsDecoder(options)
  if (protocol === 'mbus') return createMBusDecoder(options)
  if (protocol === 'modbus') return createLater(loadModbus, options)
  if (protocol === 'p1') return createSealedP1Decoder(options)
  const decoder = AT_ONCE[protocol](options)
  return {
    // Nothing of these is waited for, so calls settle in their order.
    push: async (chunk) => await Promise.resolve(decoder.push(chunk)),
    end: async () => await Promise.resolve(decoder.end()),
  }
}

async function loadModbus(options: DecoderOptions): Promise<Decoder> {
  return (await import('./modbus-decoder.ts')).createModbusDecoder(options)
}

/** A decoder that few lines need, loaded when the first bytes come; calls settle in their order. */
function createLater(
  load: (options: DecoderOptions) => Promise<Decoder>,
  options: DecoderOptions,
): Decoder {
  let loading: Promise<Decoder> | null = null
  const loaded = async () => await (loading ??= load(options))
  return {
    push: async (chunk) => await (await loaded()).push(chunk),
    end: async () => await (await loaded()).end(),
  }
}
