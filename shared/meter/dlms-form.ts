/**
 * What the elements of a push mean, once a form is recognised.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import type { Data } from './axdr.ts'
import { octets } from './dlms-value.ts'
import type { Register, TextRegister, Warning } from './reading.ts'

export interface Form {
  /** The meter's number or name; null where the telegram has none. */
  readonly meter: string | null
  /** Three letters of the maker, where the telegram says them and names no system; for people. */
  readonly maker: string | null
  /** 12 bytes; null where only the notification's own time tells. */
  readonly clock: Bytes | null
  readonly registers: readonly Register[]
  readonly texts: readonly TextRegister[]
  readonly warnings: readonly Warning[]
}

export type ReadForm = (items: readonly Data[], time: Bytes | null) => Form | null

/** Code, unit, decimal exponent, size in bits of the unsigned number. */
export type Place = readonly [what: string, unit: string, exponent?: number, size?: 16 | 32]

/** Unsigned numbers in the order of their places; null if one is anything else. */
export function readPlaces(items: readonly Data[], places: readonly Place[]): Register[] | null {
  if (items.length !== places.length) return null
  const registers: Register[] = []
  for (const [i, [what, unit, exponent = 0, size = 32]] of places.entries()) {
    const item = items[i]
    if (item?.type !== 'unsigned' || item.size !== size) return null
    registers.push({ obis: `1-0:${what}*255`, value: String(item.value), exponent, unit })
  }
  return registers
}

/** A clock of COSEM in either of its types. */
export function clockOf(item: Data | undefined): Bytes | null {
  return item?.type === 'date-time' ? item.bytes : octets(item, 12)
}

/**
 * A clock in parts of their own: date (5 bytes) and hour (4). Neither has a deviation; that of the
 * notification's own time is of the same moment.
 */
export function clockOfParts(date: Bytes, hour: Bytes, time: Bytes | null): Bytes {
  const clock = new Uint8Array(12)
  clock.set(date)
  clock.set(hour, 5)
  clock.set(time?.subarray(9) ?? [0x80, 0x00, 0xff], 9)
  return clock
}

/** The three letters with which makers begin the names of their meters (FLAG id). */
export function makerOf(name: string | null): string | null {
  return name !== null && /^[A-Z]{3}[0-9]/.test(name) ? name.slice(0, 3) : null
}
