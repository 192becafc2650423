/**
 * What a line of DLMS remembers while it is read: who was heard on it, how far invocation counters
 * came, and since when counters stand still. It holds a few meters, and forgets the first of more.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { parseObis } from './obis.ts'
import type { Reading } from './reading.ts'

/** More than ever share a line; whoever sends more names on it shall not fill the memory. */
const maxMeters = 64

/** A map that forgets what was set first. */
export function createFew<V>(): { get(key: string): V | undefined; set(key: string, v: V): void } {
  const map = new Map<string, V>()
  return {
    get: (key) => map.get(key),
    set(key, value) {
      if (!map.has(key) && map.size >= maxMeters) {
        for (const first of map.keys()) {
          map.delete(first)
          break
        }
      }
      map.set(key, value)
    },
  }
}

/**
 * Whether an invocation counter (4 bytes) did not rise above all before it of this system. Without
 * a tag anybody may send a high one, and later true ones then look like a replay: it is a doubt
 * about a reading, never a refusal of it.
 */
export function createReplayWatch(): (system: string, counter: Bytes) => boolean {
  const highest = createFew<number>()
  return (system, counter) => {
    const value = new DataView(counter.buffer, counter.byteOffset, 4).getUint32(0)
    const before = highest.get(system)
    if (before !== undefined && value <= before) return true
    highest.set(system, value)
    return false
  }
}

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
