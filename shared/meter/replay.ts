/**
 * Invocation counters of ciphers (IEC 62056-5-3): how far each came, so that what was recorded and is
 * played back is told: while a line is read, and for whom the caller remembers it, at any later time.
 * A new key begins its counter anew. A few meters are held, and the first of more forgotten.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import type { MeterKey } from './meter-key.ts'
import { systemId } from './system-title.ts'

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

/** How far counters came in earlier sessions. */
export interface CounterMemory {
  /** The highest that was kept of this system under this key; null for none. */
  known(system: Bytes, key: MeterKey): number | null
  /** A higher one came. */
  keep(system: Bytes, key: MeterKey, count: number): void
}

/**
 * Whether an invocation counter (4 bytes) did not rise above all before it of this system under this
 * key. Without a tag anybody may send a high one, and later true ones then look like a replay: it is
 * a doubt about a reading, never a refusal of it.
 */
export function createReplayWatch(
  memory?: CounterMemory,
): (system: Bytes, key: MeterKey, counter: Bytes) => boolean {
  const highest = createFew<{ readonly key: MeterKey; readonly count: number }>()
  return (system, key, counter) => {
    const title = systemId(system)
    const count = new DataView(counter.buffer, counter.byteOffset, 4).getUint32(0)
    const heard = highest.get(title)
    const before = heard?.key === key ? heard.count : memory?.known(system, key) ?? null
    if (before !== null && count <= before) return true
    highest.set(title, { key, count })
    memory?.keep(system, key, count)
    return false
  }
}
