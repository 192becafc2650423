/**
 * Pushes of DLMS meters for tests: data in A-XDR put together piece by piece, ciphered or not, and
 * outcomes shortened to what a test compares.
 *
 * @module
 */

import { type Bytes, concat, fromHex, utf8 } from '../../shared/bytes.ts'
import { createDlmsDecoder } from '../../shared/meter/dlms.ts'
import { importMeterKey, type MeterKey } from '../../shared/meter/meter-key.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { type Cipher, writeCiphered, writeHdlc } from '../../shared/meter/simulate-dlms.ts'
import type { DecoderOptions, Outcome } from '../../shared/meter/telegram.ts'

export const cipher: Cipher = {
  system: concat(utf8('LGZgr'), fromHex('70b177')),
  key: fromHex('000102030405060708090a0b0c0d0e0f'),
  authenticationKey: fromHex('d0d1d2d3d4d5d6d7d8d9dadbdcdddedf'),
  security: 'encrypted-only',
}

/** The addresses of an E450. */
export const addresses = [0xce, 0xff, 0x03]

export function u16(value: number): Bytes {
  return Uint8Array.of(0x12, value >> 8, value & 0xff)
}

export function u32(value: number): Bytes {
  const bytes = new Uint8Array(5)
  bytes[0] = 0x06
  new DataView(bytes.buffer).setUint32(1, value)
  return bytes
}

export function octets(content: Uint8Array): Bytes {
  return concat(Uint8Array.of(0x09, content.length), content)
}

export function visible(text: string): Bytes {
  return concat(Uint8Array.of(0x0a, text.length), utf8(text))
}

export function structure(...items: readonly Bytes[]): Bytes {
  return concat(Uint8Array.of(0x02, items.length), ...items)
}

/** @param time 12 bytes in hex, or nothing */
export function notification(body: Bytes, time = ''): Bytes {
  const clock = fromHex(time)
  return concat(fromHex('0f00000001'), Uint8Array.of(clock.length), clock, body)
}

/** The form of Wiener Netze with this clock (12 bytes in hex). */
export function vienna(clock: string, values: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8]): Bytes {
  return notification(structure(octets(fromHex(clock)), ...values.map(u32)), clock)
}

export async function ciphered(plain: Bytes, with_: Partial<Cipher> = {}): Promise<Bytes> {
  return writeHdlc(addresses, await writeCiphered(plain, 1, { ...cipher, ...with_ }))
}

export function inTheClear(plain: Bytes): Bytes {
  return writeHdlc(addresses, concat(fromHex('e6e700'), plain))
}

export const keyOnly: Promise<MeterKey> = importMeterKey(cipher.key)
export const bothKeys: Promise<MeterKey> = importMeterKey(cipher.key, cipher.authenticationKey)

export const now = Date.UTC(2026, 6, 1, 12) / 1000

export async function decodeDlms(
  bytes: Uint8Array,
  options: Partial<DecoderOptions> = {},
  size = bytes.length,
): Promise<Outcome[]> {
  const key = await keyOnly
  const decoder = createDlmsDecoder({
    now: () => now,
    zone: 'Europe/Vienna',
    key: () => key,
    ...options,
  })
  const outcomes: Outcome[] = []
  for (let i = 0; i < bytes.length; i += size) {
    outcomes.push(...await decoder.push(bytes.subarray(i, i + size)))
  }
  return [...outcomes, ...await decoder.end()]
}

/** The reading of the one telegram that the bytes are. */
export async function readingOf(
  bytes: Uint8Array,
  options: Partial<DecoderOptions> = {},
): Promise<Reading> {
  const [outcome, ...more] = await decodeDlms(bytes, options)
  if (outcome?.kind !== 'telegram' || more.length > 0) {
    throw new Error(`Expected one telegram: got ${JSON.stringify([outcome, ...more])}`)
  }
  return outcome.telegram.readings[0]
}
