/**
 * Energy counters that stand still though power flows.
 *
 * @module
 */

import { parseObis } from './obis.ts'
import { createFew } from './replay.ts'
import type { Reading } from './reading.ts'

interface Standing {
  readonly counters: string
  readonly since: number
  /** The least power that flowed in all readings since, in watts. */
  readonly power: number
}

/** Hourly counters are late by minutes, and a counter of 10 Wh does not move at once. */
const noticed = 30 * 60
const unnoticed = 100

function sizeOf(reading: Reading, isOne: (c: number, d: number) => boolean): number {
  return reading.registers.reduce((sum, { obis, value, exponent }) => {
    const code = parseObis(obis)
    // Only compared, never kept.
    const counts = code !== null && code.a === 1 && code.e === 0 && isOne(code.c, code.d)
    return counts ? sum + Math.abs(Number(`${value}e${exponent}`)) : sum
  }, 0)
}

/**
 * Whether a meter's energy counters are those of at least half an hour ago though power flowed all
 * the while: some meters send the last hour's again under a new clock.
 */
export function createStaleWatch(): (reading: Reading) => boolean {
  const standing = createFew<Standing>()
  return (reading) => {
    const { meter, at, registers } = reading
    const energies = registers.filter(({ obis }) => parseObis(obis)?.d === 8)
    const before = standing.get(meter)
    const power = sizeOf(reading, (c, d) => (c === 1 || c === 2) && d === 7)
    const least = Math.min(power, before?.power ?? Infinity)
    if (energies.length === 0) {
      if (before !== undefined) standing.set(meter, { ...before, power: least })
      return false
    }
    const counters = energies.map(({ obis, value }) => `${obis} ${value}`).join()
    if (before?.counters !== counters || at < before.since) {
      standing.set(meter, { counters, since: at, power })
      return false
    }
    standing.set(meter, { ...before, power: least })
    const seconds = at - before.since
    return seconds >= noticed && (least * seconds) / 3600 >= unnoticed
  }
}
