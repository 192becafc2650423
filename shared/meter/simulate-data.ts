/**
 * Data of DLMS as simulated meters write it: numbers and texts in A-XDR, clocks of COSEM, objects
 * with scaler and unit (IEC 62056-6-2).
 *
 * @module
 */

import { type Bytes, utf8 } from '../bytes.ts'
import { offsetAt } from './zone.ts'

export function u16(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff]
}

export function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value)]
}

export function long(value: number): number[] {
  return [0x06, ...u32(value)]
}

export function short(value: number): number[] {
  return [0x12, ...u16(value)]
}

export function octets(...bytes: readonly number[]): number[] {
  return [0x09, bytes.length, ...bytes]
}

/** Text as octets, as most meters have it; as a visible string the others. */
export function text(value: string): number[] {
  return octets(...utf8(value))
}

export function visible(value: string): number[] {
  return [0x0a, value.length, ...utf8(value)]
}

/** A clock of COSEM, 12 bytes, as a meter shows it; some, like the E450, leave out the deviation. */
export function writeCosemClock(at: number, deviation: boolean, zone = 'Europe/Vienna'): Bytes {
  const offset = offsetAt(zone, at)
  const local = new Date((at + offset) * 1000)
  return Uint8Array.of(
    ...u16(local.getUTCFullYear()),
    local.getUTCMonth() + 1,
    local.getUTCDate(),
    local.getUTCDay() === 0 ? 7 : local.getUTCDay(),
    local.getUTCHours(),
    local.getUTCMinutes(),
    local.getUTCSeconds(),
    deviation ? 0x00 : 0xff,
    ...(deviation ? u16(0x10000 - offset / 60) : [0x80, 0x00]),
    deviation && offset === 7200 ? 0x80 : 0x00,
  )
}

/** An object as code, value, scaler and unit. */
export function described(
  code: readonly number[],
  value: readonly number[],
  scaler: number,
  unit: number,
): number[] {
  return [...octets(...code), ...value, 0x02, 2, 0x0f, scaler & 0xff, 0x16, unit]
}
