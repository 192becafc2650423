/**
 * SML for tests: entries and files as a meter would write them, by the standard's rules.
 *
 * @module
 */
import { type Bytes, fromHex } from '../../shared/bytes.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { smlAbsent, smlEntry, smlTime, writeSmlPush } from '../../shared/meter/simulate-sml.ts'
import { createSmlDecoder } from '../../shared/meter/sml.ts'
import type { DecoderOptions, Outcome, Telegram } from '../../shared/meter/telegram.ts'

export const now = Date.UTC(2026, 9, 25, 12) / 1000

/** Iskraemeco's number 1ISK0075126084. */
export const iskra = fromHex('0a0149534b00047a5544')

/** A code of electricity by C, D and E. */
export function code(c: number, d: number, e = 0): number[] {
  return [1, 0, c, d, e, 255]
}

export const watt = 27
export const wattHour = 30

/** An entry of power whose value is what is given, in hex. */
export function power(value: string, scaler = 0): Bytes {
  return smlEntry({ code: code(16, 7), unit: watt, scaler, value: fromHex(value) })
}

/** A file with these entries, of a meter that counts seconds. */
export function push(
  entries: readonly Uint8Array[],
  { server = iskra, time = smlTime(1, 1000) }: { server?: Bytes; time?: Uint8Array } = {},
): Bytes {
  return writeSmlPush(server, 7, time, entries)
}

export const nothing = smlAbsent

export function decodeSml(
  bytes: Uint8Array,
  options: Partial<DecoderOptions> = {},
  size = Math.max(1, bytes.length),
): Outcome[] {
  const decoder = createSmlDecoder({ now: () => now, ...options })
  const outcomes: Outcome[] = []
  for (let i = 0; i < bytes.length; i += size) {
    outcomes.push(...decoder.push(bytes.subarray(i, i + size)))
  }
  return [...outcomes, ...decoder.end()]
}

/** The one telegram that the bytes are. */
export function telegramOf(bytes: Uint8Array): Telegram {
  const [outcome, ...more] = decodeSml(bytes)
  if (outcome?.kind !== 'telegram' || more.length > 0) {
    throw new Error(`Expected one telegram: got ${JSON.stringify([outcome, ...more])}`)
  }
  return outcome.telegram
}

/** The reading of a file with these entries. */
export function readingOf(...entries: readonly Uint8Array[]): Reading {
  return telegramOf(push(entries)).readings[0]
}
