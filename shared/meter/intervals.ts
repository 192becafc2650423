/**
 * Kept readings as bars: the difference of a counter between one reading and the next. Never
 * interpolated: where readings are missing, one bar carries the sum and says so; where a counter
 * ran backwards or the meter is another one, there is a bar without a value.
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
  /** The bar is a sum across such boundaries, or across a step of the clock. */
  readonly gap: boolean
  /** The counter ran backwards, or the meter was replaced: `value` is null. */
  readonly reset: boolean
}

export interface IntervalOptions {
  /** C.D.E of the counter: `1.8.0` import, `2.8.0` export, `24.2.1` gas. */
  readonly counter: string
  readonly resolution: string
  readonly zone: string
  /** How late after its boundary a reading still serves it, in seconds. @default {60} */
  readonly window?: number
}

function registersOf(reading: Reading, wanted: (what: string) => boolean): Map<string, Register> {
  const found = new Map<string, Register>()
  for (const register of reading.registers) {
    const code = parseObis(register.obis)
    if (code !== null && wanted(code.what) && !found.has(code.what)) found.set(code.what, register)
  }
  return found
}

function sum(registers: readonly Register[], derived: boolean): Counter | null {
  const [first] = registers
  if (first === undefined || registers.some(({ unit }) => unit !== first.unit)) return null
  // Exponents of a meter are small; a wild one must not make a number of a million digits.
  if (registers.some(({ exponent }) => Math.abs(exponent) > 30)) return null
  const exponent = Math.min(...registers.map((register) => register.exponent))
  let value = 0n
  for (const register of registers) {
    value += BigInt(register.value) * 10n ** BigInt(register.exponent - exponent)
  }
  return { value, exponent, unit: first.unit, derived }
}

/** The tariffs of a total: of `1.8.0`, all of `1.8.1` to `1.8.9`. */
function tariffsOf(reading: Reading, counter: string): Map<string, Register> {
  const stem = counter.endsWith('.8.0') ? counter.slice(0, -1) : null
  return registersOf(reading, (what) => {
    return stem !== null && what.startsWith(stem) && /^[1-9]$/.test(what.slice(stem.length))
  })
}

/** A counter of a reading: the register itself, or else the sum of its tariffs, marked so. */
export function counterOf(reading: Reading, counter: string): Counter | null {
  const total = registersOf(reading, (what) => what === counter)
  if (total.size > 0) return sum([...total.values()], false)
  return sum([...tariffsOf(reading, counter).values()], true)
}

/** The same sum in both readings, or nothing: a tariff more or less is no consumption. */
function comparable(a: Reading, b: Reading, counter: string): [Counter, Counter] | null {
  const from = counterOf(a, counter)
  const to = counterOf(b, counter)
  if (from === null || to === null || from.unit !== to.unit) return null
  if (from.derived || to.derived) {
    const one = tariffsOf(a, counter)
    const other = tariffsOf(b, counter)
    if (one.size !== other.size || [...one.keys()].some((what) => !other.has(what))) return null
    const sums = [sum([...one.values()], true), sum([...other.values()], true)] as const
    return sums[0] === null || sums[1] === null ? null : [sums[0], sums[1]]
  }
  return [from, to]
}

/**
 * Bars between consecutive readings that have the counter, in the order given (the order of the
 * channel). Readings without it are passed over.
 */
export function toBars(readings: Iterable<Reading>, options: IntervalOptions): Bar[] {
  const { counter, resolution, zone, window = boundaryWindow } = options
  const slots = createSlots(resolution, zone)
  const bars: Bar[] = []
  let before: Reading | null = null
  for (const reading of readings) {
    if (counterOf(reading, counter) === null) continue
    if (before === null) {
      before = reading
      continue
    }
    const replaced = reading.meter !== before.meter
    // The same moment twice is one reading, told twice.
    if (reading.at === before.at && !replaced) continue
    const from = Math.min(before.at, reading.at)
    const to = Math.max(before.at, reading.at)
    const served = reading.at - slots.startOf(reading.at) <= window ? 1 : 0
    const crosses = Math.max(0, boundariesBetween(slots, from, to) - served)
    const pair = replaced ? null : comparable(before, reading, counter)
    const exponent = pair === null ? 0 : Math.min(pair[0].exponent, pair[1].exponent)
    const at = (count: Counter) => count.value * 10n ** BigInt(count.exponent - exponent)
    const delta = pair === null ? null : at(pair[1]) - at(pair[0])
    const now = counterOf(reading, counter)
    bars.push({
      from,
      to,
      value: delta === null || delta < 0n ? null : delta,
      exponent,
      unit: now?.unit ?? '',
      derived: pair?.[1].derived ?? false,
      crosses,
      gap: crosses > 0 || reading.at < before.at,
      reset: delta === null || delta < 0n,
    })
    before = reading
  }
  return bars
}
