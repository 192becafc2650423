/**
 * Where the numbers of a text stand, for who reads its like again: digits in a row, and the register
 * that they complete. Only numbers without a sign, as plausible as they were, are so read.
 *
 * @module
 */

import { bandOf } from './plausible.ts'
import type { Register } from './reading.ts'

/** A register that is a number, by its place among the others, and where its value begins. */
export interface NumberPlace {
  readonly register: number
  readonly at: number
}

/** Digits in a row, and what they make: part of a register, or something else. */
export interface Digits {
  readonly at: number
  readonly end: number
  /** Those after a point go on where those before it ended. */
  readonly goesOn: boolean
  /** Which register they complete; -1 for none. */
  readonly register: number
  /** The numbers as plausible as that of the telegram before: any other is read in full. */
  readonly first: number
  readonly last: number
  /** The number that it has now. */
  number: number
}

export const zero = 0x30
const dot = 0x2e
/** So few that they are exact as an integer. */
const maxDigits = 15

/** Digits that complete no register. */
export const noNumber = { register: -1, first: 0, last: Infinity, number: NaN }

/** The digits of a number, before and after its point; none if it has a sign or too many. */
export function runsOf(
  bytes: Uint8Array,
  { at, register: place }: NumberPlace,
  register?: Register,
): Digits[] {
  const point = endOfDigits(bytes, at)
  const end = bytes[point] === dot ? endOfDigits(bytes, point + 1) : point
  const band = register?.obis === undefined ? null : bandOf(register)
  if (point === at || end - at > maxDigits || band === null) return []
  // What it has now is not known yet: no number is NaN.
  const whole = { ...band, at, end: point, goesOn: false, register: place, number: NaN }
  if (end === point) return [whole]
  return [{ ...whole, ...noNumber }, { ...whole, at: point + 1, end, goesOn: true }]
}

/** Gives the register of these digits another number; false if it must be read in full. */
export function renew(registers: Register[], run: Digits, number: number): boolean {
  const register = registers[run.register]
  const isWithin = number >= run.first && number <= run.last
  if (!isWithin || register?.obis === undefined) return false
  const { obis, exponent, unit } = register
  registers[run.register] = { obis, value: String(number), exponent, unit }
  run.number = number
  return true
}

function endOfDigits(bytes: Uint8Array, from: number): number {
  let at = from
  for (; at < bytes.length; at++) {
    const digit = (bytes[at] ?? 0) - zero
    if (digit < 0 || digit > 9) break
  }
  return at
}
