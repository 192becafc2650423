/**
 * The CPU time of a process and of all that it started, from /proc; NaN where there is none.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second: fixed by Linux for all that /proc tells. */
const TICKS = 100

interface Stat {
  readonly parent: number
  readonly seconds: number
}

/** Seconds of CPU that a process, its descendants and its ended children have used so far. */
export function cpuOf(pid: number): number {
  const stats = new Map<number, Stat>()
  for (const name of entries()) {
    const stat = readStat(Number(name))
    if (stat !== null) stats.set(Number(name), stat)
  }
  let sum = 0
  let found = stats.has(pid)
  for (const [id, { seconds }] of stats) {
    if (descends(id, pid, stats)) {
      sum += seconds
      found = true
    }
  }
  return found ? sum : NaN
}

function descends(id: number, from: number, stats: ReadonlyMap<number, Stat>): boolean {
  for (let at = id; at > 0; at = stats.get(at)?.parent ?? 0) if (at === from) return true
  return false
}

function entries(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

function readStat(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name of the command, in brackets, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number)
    const [, parent = 0] = fields
    const ticks = fields.slice(11, 15).reduce((sum, value) => sum + value, 0)
    return { parent, seconds: ticks / TICKS }
  } catch {
    return null // It ended meanwhile.
  }
}
