/**
 * M-Bus frames for tests: written by hand from EN 13757, not by the code under test.
 *
 * @module
 */
import { type Bytes, concat, fromHex } from '../../shared/bytes.ts'
import { createMBusDecoder } from '../../shared/meter/mbus.ts'
import { nameText, type Reading } from '../../shared/meter/reading.ts'
import type { DecoderOptions, Outcome } from '../../shared/meter/telegram.ts'

export const now = 1_767_225_600 // 2026-01-01T00:00:00Z
export const options: DecoderOptions = { now: () => now, zone: 'Europe/Vienna' }

export function hex(text: string): Bytes {
  return fromHex(text.replace(/\s/g, ''))
}

/** Two hex digits. */
export function byte(value: number): string {
  return value.toString(16).padStart(2, '0')
}

/** A long frame around C, A, CI and data. */
export function long(content: Bytes): Bytes {
  const sum = content.reduce((sum, byte) => (sum + byte) & 0xff, 0)
  const head = new Uint8Array([0x68, content.length, content.length, 0x68])
  return concat(head, content, new Uint8Array([sum, 0x16]))
}

/** Water meter 12345678 of PAD, version 1. */
export const header = '78563412 2440 01 07 55 00 0000'

/** A response with the long header and these records. */
export function response(records: string, head = header): Bytes {
  return long(hex(`08 05 72 ${head} ${records}`))
}

export async function outcomesOf(
  bytes: Bytes,
  given: DecoderOptions = options,
): Promise<Outcome[]> {
  const decoder = createMBusDecoder(given)
  return [...await decoder.push(bytes), ...await decoder.end()]
}

export async function readingOf(bytes: Bytes, given: DecoderOptions = options): Promise<Reading> {
  const outcomes = await outcomesOf(bytes, given)
  const [outcome] = outcomes
  if (outcomes.length !== 1 || outcome?.kind !== 'telegram') {
    throw new Error(`Expected one telegram: got ${JSON.stringify(outcomes)}`)
  }
  return outcome.telegram.readings[0]
}

/** `Energy: 12345e-3 Wh` for each register, then the texts. */
export function saidBy({ registers, texts }: Reading): string[] {
  return [
    ...registers.map((one) =>
      `${nameText(one)}: ${one.value}e${one.exponent} ${one.unit}`.trimEnd()
    ),
    ...texts.map((one) => `${nameText(one)}: "${one.text}"`),
  ]
}

/** What one record says. */
export async function said(record: string): Promise<string[]> {
  return saidBy(await readingOf(response(record)))
}
