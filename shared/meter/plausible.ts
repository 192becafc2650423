/**
 * Whether a value can be: what no grid has is a doubt about the reading, never corrected. Limits
 * are wide, for they are to find values read wrongly (2322 V, 1e-23 V), not a bad grid.
 *
 * @module
 */

import { parseObis } from './obis.ts'
import type { Register } from './reading.ts'

/** By C of the sum (phases are 20, 40 and 60 more), for values of this moment. */
const limits: ReadonlyMap<number, { readonly from: number; readonly to: number }> = new Map([
  // Where a phase is not there, its voltage is 0 or little.
  [12, { from: 0, to: 1000 }],
  [14, { from: 40, to: 70 }],
  [13, { from: -1, to: 1 }],
  [11, { from: -10_000, to: 10_000 }],
  [16, { from: -10_000_000, to: 10_000_000 }],
  [1, { from: -10_000_000, to: 10_000_000 }],
  [2, { from: 0, to: 10_000_000 }],
])

/** Less than this is what words in the wrong order look like, not a measurement. */
const least = 1e-12
/** Counters that only ever grow, from 0. */
const growing = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15])
/** A million megawatt hours: more than a household's street uses in a century. */
const mostCounted = 1e12

export function isPlausible(
  { obis, value, exponent }: {
    readonly obis: string
    readonly value: string
    readonly exponent: number
  },
): boolean {
  const code = parseObis(obis)
  if (code === null || code.a !== 1) return true
  const base = code.c >= 21 && code.c <= 80 ? ((code.c - 1) % 20) + 1 : code.c
  // Only compared, never kept.
  const size = Number(`${value}e${exponent}`)
  if (code.d === 8) {
    if (Math.abs(size) > mostCounted) return false
    return !(growing.has(base) && size < 0)
  }
  const limit = code.d === 7 ? limits.get(base) : undefined
  if (limit === undefined) return true
  if (size === 0) return limit.from <= 0
  return size >= limit.from && size <= limit.to && Math.abs(size) >= least
}

/** A gigawatt: M-Bus meters measure the heat of whole towns, too. */
const mostFlowing = 1e9

/** By quantity, for values of this moment and of earlier ones. */
const quantityLimits: ReadonlyMap<string, { readonly from: number; readonly to: number }> = new Map(
  [
    ['Voltage', { from: 0, to: 1000 }],
    ['Current', { from: -10_000, to: 10_000 }],
    ['Frequency', { from: 40, to: 70 }],
    ['Power', { from: -mostFlowing, to: mostFlowing }],
    ['Reactive power', { from: -mostFlowing, to: mostFlowing }],
    ['Apparent power', { from: -mostFlowing, to: mostFlowing }],
    ['Relative humidity', { from: 0, to: 100 }],
    ['Flow temperature', { from: -100, to: 500 }],
    ['Return temperature', { from: -100, to: 500 }],
    ['External temperature', { from: -100, to: 500 }],
    ['Energy', { from: -mostCounted, to: mostCounted }],
    ['Volume', { from: -mostCounted, to: mostCounted }],
  ],
)

/** The units that the limits are in: others (J, BTU, °F) have none. */
const limitUnits: ReadonlySet<string> = new Set(
  ['V', 'A', 'Hz', 'W', 'var', 'VA', '%', '°C', 'Wh', 'm3'],
)

/** The same for values that have no OBIS code. What a meter shows during an error is no claim. */
export function isPlausibleQuantity(register: Register): boolean {
  if (register.obis !== undefined || register.function === 'error') return true
  const { quantity, value, exponent, unit } = register
  const limit = quantityLimits.get(quantity.split(',', 1)[0] ?? '')
  if (limit === undefined || !limitUnits.has(unit)) return true
  // Only compared, never kept.
  const size = Number(`${value}e${exponent}`)
  // A phase that is not there has neither voltage nor frequency.
  if (size === 0) return true
  return size >= limit.from && size <= limit.to && Math.abs(size) >= least
}
