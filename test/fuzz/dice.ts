/**
 * Chance that can be repeated: everything that the fuzz tests make follows from one seed.
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'

export interface Dice {
  /** From 0 to `most` - 1. */
  below(most: number): number
  /** Whether something of this probability happens. */
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
  bytes(length: number): Bytes
}

/** Mulberry32. */
export function dice(seed: number): Dice {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (most: number) => Math.floor(next() * most)
  return {
    below,
    chance: (probability) => next() < probability,
    pick: <T>(from: readonly T[]): T => {
      const one = from[below(from.length)]
      if (one === undefined && from.length === 0) throw new Error('There is nothing to pick from')
      return one as T // an index within the array
    },
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  }
}
