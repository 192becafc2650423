/**
 * Telegrams for tests: lines put between identification and CRC, and outcomes shortened to what a
 * test compares.
 *
 * @module
 */

import { type Bytes, utf8 } from '../../shared/bytes.ts'
import { crc16Arc } from '../../shared/meter/p1-frame.ts'
import { createP1Decoder } from '../../shared/meter/p1.ts'
import { nameText, type Reading } from '../../shared/meter/reading.ts'
import type { DecoderOptions, Outcome } from '../../shared/meter/telegram.ts'

/** A telegram with a right CRC, or with what is given in its place. */
export function telegram(lines: readonly string[], printed?: string, head = 'TST5METER'): Bytes {
  const body = [`/${head}`, '', ...lines, '!'].join('\r\n')
  const crc = crc16Arc(utf8(body)).toString(16).toUpperCase().padStart(4, '0')
  return utf8(`${body}${printed ?? crc}\r\n`)
}

export const now = Date.UTC(2026, 9, 25, 12) / 1000

export function decodeAll(bytes: Uint8Array, options: Partial<DecoderOptions> = {}): Outcome[] {
  const decoder = createP1Decoder({ now: () => now, ...options })
  return [...decoder.push(bytes), ...decoder.end()]
}

/** In pieces of so many bytes. */
export function decodeInPieces(bytes: Uint8Array, size: number): Outcome[] {
  const decoder = createP1Decoder({ now: () => now })
  const outcomes: Outcome[] = []
  for (let i = 0; i < bytes.length; i += size) {
    outcomes.push(...decoder.push(bytes.subarray(i, i + size)))
  }
  return [...outcomes, ...decoder.end()]
}

/** The readings of the one telegram that the bytes are. */
export function readingsOf(
  bytes: Uint8Array,
  options: Partial<DecoderOptions> = {},
): readonly Reading[] {
  const [outcome, ...more] = decodeAll(bytes, options)
  if (outcome?.kind !== 'telegram' || more.length > 0) {
    throw new Error(`Expected one telegram: got ${JSON.stringify([outcome, ...more])}`)
  }
  return outcome.telegram.readings
}

/** `1581123e0 Wh` by C.D.E, sub-meters by their whole code. */
export function valuesOf(reading: Reading | undefined): Record<string, string> {
  const values: Record<string, string> = {}
  for (const { value, exponent, unit, ...name } of reading?.registers ?? []) {
    values[nameText(name).replace('*255', '').replace(/^[01]-0:/, '')] =
      `${value}e${exponent} ${unit}`.trim()
  }
  return values
}

export function kinds(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((outcome) => outcome.kind === 'telegram' ? 'telegram' : outcome.reason)
}

export function iso(reading: Reading | undefined): string {
  return new Date((reading?.at ?? 0) * 1000).toISOString().replace('.000', '')
}

/** A reading with one counter, for what comes after decoding. */
export function reading(at: number, wh: number | bigint, more: Partial<Reading> = {}): Reading {
  return {
    meter: 'M1',
    at,
    clock: 'meter',
    seen: at,
    registers: [{ obis: '1-0:1.8.0*255', value: String(wh), exponent: 0, unit: 'Wh' }],
    texts: [],
    assurance: { line: 'crc', origin: 'plain', custody: 'software' },
    warnings: [],
    ...more,
  }
}
