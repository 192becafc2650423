/**
 * Kept readings as bars: the difference of a counter between one reading and the next. Never
 * interpolated: where readings are missing, one bar carries the sum and says so; where a counter
 * ran backwards or the meter is another one, there is a bar without a value. That it is another one,
 * a reading says by its meter's id or, where the two have the same, by its warning.
 *
 * @module
 */

import { boundariesBetween, boundaryWindow, createSlots } from './boundary.ts'
import { parseObis } from './obis.ts'
import type { Reading, Register } from './reading.ts'

export interface Counter {
  readonly value: bigint
  readonly exponent: number
  readonly unit: string
  /** Summed from tariffs, for the meter has no total (Dutch and Belgian ones). */
  readonly derived: boolean
}

export interface Bar {
  /** Observed times of the two readings. */
  readonly from: number
  readonly to: number
  /** `value * 10 ** exponent` in `unit`; null where it cannot be known. */
  readonly value: bigint | null
  readonly exponent: number
  readonly unit: string
  readonly derived: boolean
  /** Boundaries between the readings that no reading serves. */
  readonly crosses: number
  /** The bar is a sum across such boundaries, or across a step of the clock or a change of meter. */
  readonly gap: boolean
  /** The counter ran backwards, or the meter was replaced: `value` is null. */
  readonly reset: boolean
  /** It begins with the last reading of one meter and ends with the first of the next. */
  readonly changed: boolean
}

export interface IntervalOptions {
  /** C.D.E of the counter: `1.8.0` import, `2.8.0` export, `24.2.1` gas. */
  readonly counter: string
  readonly resolution: string
  readonly zone: string
  /** How late after its boundary a reading still serves it, in seconds. @default {60} */
  readonly window?: number
  /**
   * The exponent, by unit, that counters are cut to before their difference is taken, so that what
   * is cut off one bar is in the next. By default nothing is cut.
   */
  readonly cut?: (unit: string) => number
}

/** Asked for every register of a year of readings, and there are but a few codes. */
const codes = new Map<string, string | null>()

function whatOf(obis: string): string | null {
  const known = codes.get(obis)
  if (known !== undefined) return known
  const what = parseObis(obis)?.what ?? null
  if (codes.size >= 1024) codes.clear()
  codes.set(obis, what)
  return what
}

function registersOf(reading: Reading, wanted: (what: string) => boolean): Map<string, Register> {
  const found = new Map<string, Register>()
  for (const register of reading.registers) {
    const what = register.obis === undefined ? null : whatOf(register.obis)
    if (what !== null && wanted(what) && !found.has(what)) found.set(what, register)
  }
  return found
}

function sum(registers: readonly Register[], derived: boolean): Counter | null {
  const [first] = registers
  if (first === undefined) return null
  let { exponent } = first
  for (const register of registers) {
    // Exponents of a meter are small; a wild one must not make a number of a million digits.
    if (register.unit !== first.unit || Math.abs(register.exponent) > 30) return null
    exponent = Math.min(exponent, register.exponent)
  }
  let value = 0n
  for (const register of registers) {
    const shift = register.exponent - exponent
    value += shift === 0 ? BigInt(register.value) : BigInt(register.value) * 10n ** BigInt(shift)
  }
  return { value, exponent, unit: first.unit, derived }
}

/** The tariffs of a total: of `1.8.0`, all of `1.8.1` to `1.8.9`. */
function isTariffOf(what: string, counter: string): boolean {
  return counter.endsWith('.8.0') && what.length === counter.length &&
    what.startsWith(counter.slice(0, -1)) && /[1-9]$/.test(what)
}

function tariffsOf(reading: Reading, counter: string): Map<string, Register> {
  return registersOf(reading, (what) => isTariffOf(what, counter))
}

/** A counter of a reading: the register itself, or else the sum of its tariffs, marked so. */
export function counterOf(reading: Reading, counter: string): Counter | null {
  const total = registersOf(reading, (what) => what === counter)
  if (total.size > 0) return sum([...total.values()], false)
  return sum([...tariffsOf(reading, counter).values()], true)
}

/** A reading with its counter, and of which tariffs that is the sum. */
interface Counted {
  readonly reading: Reading
  readonly count: Counter
  readonly parts: readonly string[]
}

/** Asked for every reading of a year, so what each code means to the counter is kept. */
function counting(counter: string): (reading: Reading) => Counted | null {
  const roles = new Map<string, string | null>()
  function roleOf(obis: string): string | null {
    const known = roles.get(obis)
    if (known !== undefined) return known
    const what = whatOf(obis)
    const role = what !== null && (what === counter || isTariffOf(what, counter)) ? what : null
    if (roles.size >= 1024) roles.clear()
    roles.set(obis, role)
    return role
  }
  return (reading) => {
    const tariffs: Register[] = []
    const parts: string[] = []
    for (const register of reading.registers) {
      const what = register.obis === undefined ? null : roleOf(register.obis)
      if (what === null) continue
      if (what === counter) {
        const count = sum([register], false)
        return count && { reading, count, parts: [] }
      }
      if (parts.includes(what)) continue
      parts.push(what)
      tariffs.push(register)
    }
    const count = sum(tariffs, true)
    return count && { reading, count, parts }
  }
}

/** In whatever order they are told. */
function sameParts({ parts: a }: Counted, { parts: b }: Counted): boolean {
  return a.length === b.length && a.every((what, i) => b[i] === what || b.includes(what))
}

/** The same sum in both readings, or nothing: a tariff more or less is no consumption. */
function comparable(a: Counted, b: Counted, counter: string): [Counter, Counter] | null {
  if (a.count.unit !== b.count.unit) return null
  if (a.count.derived === b.count.derived) {
    return sameParts(a, b) ? [a.count, b.count] : null
  }
  const [one, other] = [tariffsOf(a.reading, counter), tariffsOf(b.reading, counter)]
  if (one.size !== other.size || [...one.keys()].some((what) => !other.has(what))) return null
  const sums = [sum([...one.values()], true), sum([...other.values()], true)] as const
  return sums[0] === null || sums[1] === null ? null : [sums[0], sums[1]]
}

/** The value in units of ten to the power of `exponent`; smaller parts are cut off. */
function scaled(count: Counter, exponent: number): bigint {
  const shift = count.exponent - exponent
  if (shift === 0) return count.value
  return shift >= 0 ? count.value * 10n ** BigInt(shift) : count.value / 10n ** BigInt(-shift)
}

/**
 * Bars between consecutive readings that have the counter, in the order given (the order of the
 * channel). Readings without it are passed over.
 */
export function toBars(readings: Iterable<Reading>, options: IntervalOptions): Bar[] {
  const { counter, resolution, zone, window = boundaryWindow, cut } = options
  const slots = createSlots(resolution, zone)
  const counted = counting(counter)
  const bars: Bar[] = []
  let last: Counted | null = null
  /** Said by a reading since the last that was counted. */
  let said = false
  for (const one of readings) {
    said ||= one.warnings.includes('meter-changed')
    const now = counted(one)
    if (now === null) continue
    if (last === null) {
      last = now
      said = false
      continue
    }
    const { reading } = now
    const { reading: before } = last
    // The same moment twice is one reading, told twice.
    const isSame = reading.at === before.at && reading.meter === before.meter
    if (isSame && (!said || before.warnings.includes('meter-changed'))) {
      said = false
      continue
    }
    const replaced = said || reading.meter !== before.meter
    said = false
    const from = Math.min(before.at, reading.at)
    const to = Math.max(before.at, reading.at)
    const served = reading.at - slots.startOf(reading.at) <= window ? 1 : 0
    const crosses = Math.max(0, boundariesBetween(slots, from, to) - served)
    const pair = replaced ? null : comparable(last, now, counter)
    const finest = pair === null ? 0 : Math.min(pair[0].exponent, pair[1].exponent)
    const reset = pair === null || scaled(pair[1], finest) < scaled(pair[0], finest)
    const exponent = pair === null ? 0 : cut?.(now.count.unit) ?? finest
    bars.push({
      from,
      to,
      value: reset ? null : scaled(pair[1], exponent) - scaled(pair[0], exponent),
      exponent,
      unit: now.count.unit,
      derived: pair?.[1].derived ?? false,
      crosses,
      gap: crosses > 0 || reading.at < before.at || replaced,
      reset,
      changed: replaced,
    })
    last = now
  }
  return bars
}
