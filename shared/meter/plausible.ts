/**
 * Whether a value can be: what no grid has is a doubt about the reading, never corrected. Limits
 * are wide, for they are to find values read wrongly (2322 V, 1e-23 V), not a bad grid.
 *
 * @module
 */

import { parseObis } from './obis.ts'
import type { Amount, ObisName, Register } from './reading.ts'

interface Limits {
  readonly from: number
  readonly to: number
  /** Nothing but 0 is nearer to it. */
  readonly least: number
}

/** Less than this is what words in the wrong order look like, not a measurement. */
const least = 1e-12

/** By C of the sum (phases are 20, 40 and 60 more), for values of this moment. */
const limits: ReadonlyMap<number, Limits> = new Map([
  // Where a phase is not there, its voltage is 0 or little.
  [12, { from: 0, to: 1000, least }],
  [14, { from: 40, to: 70, least }],
  [13, { from: -1, to: 1, least }],
  [11, { from: -10_000, to: 10_000, least }],
  [16, { from: -10_000_000, to: 10_000_000, least }],
  [1, { from: -10_000_000, to: 10_000_000, least }],
  [2, { from: 0, to: 10_000_000, least }],
])

/** Counters that only ever grow, from 0. */
const growing = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15])
/** A million megawatt hours: more than a household's street uses in a century. */
const mostCounted = 1e12
const counted: Limits = { from: -mostCounted, to: mostCounted, least: 0 }
const grown: Limits = { ...counted, from: 0 }

/** Of the codes met last: a meter has thirty or so, and says them each second. */
const known = new Map<string, Limits | null>()
const maxKnown = 1024

/** Null for codes of which anything is believed. */
function limitsOf(obis: string): Limits | null {
  const before = known.get(obis)
  if (before !== undefined) return before
  if (known.size === maxKnown) known.clear()
  const found = findLimits(obis)
  known.set(obis, found)
  return found
}

function findLimits(obis: string): Limits | null {
  const code = parseObis(obis)
  if (code === null || code.a !== 1) return null
  const base = code.c >= 21 && code.c <= 80 ? ((code.c - 1) % 20) + 1 : code.c
  if (code.d === 8) return growing.has(base) ? grown : counted
  return code.d === 7 ? limits.get(base) ?? null : null
}

export function isPlausible(
  { obis, value, exponent }: Pick<ObisName & Amount, 'obis' | 'value' | 'exponent'>,
): boolean {
  const limit = limitsOf(obis)
  if (limit === null) return true
  // Only compared, never kept.
  const size = Number(`${value}e${exponent}`)
  return size >= limit.from && size <= limit.to && (size === 0 || Math.abs(size) >= limit.least)
}

/** Whole numbers, the first and the last with them. */
export interface Band {
  readonly first: number
  readonly last: number
}

/**
 * The digits, without a sign, that are as plausible as those of a register, or as little, before
 * the same exponent; null where that is not known.
 */
export function bandOf(register: ObisName & Amount): Band | null {
  const { obis, value, exponent } = register
  const limit = limitsOf(obis)
  if (limit === null) return { first: 0, last: Infinity }
  // With so many places there are numbers that are too near to 0.
  if (exponent < -12 && limit.least > 0) return null
  const before = (size: number): number => Number(`${size}e${-exponent}`)
  const first = Math.max(0, before(limit.from))
  const last = before(limit.to)
  if (isPlausible(register)) return { first, last }
  return Number(value) > last ? { first: last + 1, last: Infinity } : { first: 0, last: first - 1 }
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
