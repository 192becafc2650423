/**
 * Whether the machine was ours: how many cores others kept busy while something was measured, and
 * how fast a piece of work that never changes went beside it.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { cpuOf } from './cpu.ts'

export interface Quiet {
  /** Cores that others kept busy; NaN where there is no /proc. */
  readonly others: number
  /** Of the fixed piece of work, per second. */
  readonly speed: number
}

/** More than this, and what was measured belongs partly to others. */
const MOST_OTHERS = 0.25
/** The fixed work may be slower than in the best round by this part. */
const MOST_MOVED = 0.25
const TICKS = 100

/** Starts watching; what is returned ends it. */
export function watch(): () => Quiet {
  const from = performance.now()
  const all = busy()
  const own = cpuOf(process.pid)
  return () => {
    const seconds = (performance.now() - from) / 1000
    const others = (busy() - all - (cpuOf(process.pid) - own)) / seconds
    return { others: Math.max(0, others), speed: fixedWork() }
  }
}

/** Which of the rounds were not disturbed. */
export function undisturbed(rounds: readonly Quiet[]): boolean[] {
  const best = Math.max(...rounds.map(({ speed }) => speed))
  return rounds.map(({ others, speed }) =>
    !(others > MOST_OTHERS) && speed >= (1 - MOST_MOVED) * best
  )
}

/** Seconds that the machine's cores were at work, for whomever. */
function busy(): number {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'latin1').split('\n')
    const [user = 0, nice = 0, system = 0, , , irq = 0, soft = 0, steal = 0] = line.split(/\s+/)
      .slice(1).map(Number)
    return (user + nice + system + irq + soft + steal) / TICKS
  } catch {
    return NaN
  }
}

const MEBIBYTE = new Uint8Array(1024 * 1024)

function fixedWork(): number {
  const from = performance.now()
  for (let i = 0; i < 16; i++) createHash('sha256').update(MEBIBYTE).digest()
  return 16_000 / (performance.now() - from)
}
