/**
 * Measuring side by side: contenders take turns in one process, so that a busy minute of the
 * machine hits all of them, and what is told is the median with the worst and the best round.
 * Ratios are made within a round, before the median. A round during which the machine was not ours
 * is made again, so far as there is patience for it.
 *
 * @module
 */
import { type Quiet, undisturbed, watch } from './quiet.ts'

/** What one turn of a contender came to. */
export interface Turn {
  /** What is counted, per second of wall time. */
  readonly rate: number
  /** The same per second of CPU time of all that did the work; null where it was not counted. */
  readonly perCpuSecond: number | null
  /** Further measures of this turn, such as latencies in milliseconds. */
  readonly beside?: Readonly<Record<string, number>>
}

export interface Contender {
  readonly name: string
  readonly turn: () => Promise<Turn>
}

export interface Measured {
  readonly name: string
  readonly turns: readonly Turn[]
  /** For each round, how quiet it was. */
  readonly quiet: readonly Quiet[]
}

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/**
 * Runs every contender once to warm up, then all of them in turns. For every disturbed round there
 * is one more, up to half as many again; then the least disturbed are kept.
 */
export async function sideBySide(
  contenders: readonly Contender[],
  wanted: number,
): Promise<Measured[]> {
  for (const { turn } of contenders) await turn()
  const rounds: { readonly quiet: Quiet; readonly turns: readonly Turn[] }[] = []
  const most = wanted + Math.ceil(wanted / 2)
  const good = () => undisturbed(rounds.map(({ quiet }) => quiet)).filter(Boolean).length
  while (rounds.length < wanted || (good() < wanted && rounds.length < most)) {
    const end = watch()
    const turns: Turn[] = []
    for (const { turn } of contenders) turns.push(await turn())
    rounds.push({ quiet: end(), turns })
  }
  const kept = rounds.sort((a, b) => a.quiet.others - b.quiet.others).slice(0, wanted)
  return contenders.map(({ name }, i) => ({
    name,
    turns: kept.flatMap(({ turns }) => turns[i] ?? []),
    quiet: kept.map(({ quiet }) => quiet),
  }))
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const below = sorted[Math.floor(middle)] ?? NaN
  const above = sorted[Math.ceil(middle)] ?? NaN
  return { median: (below + above) / 2, min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN }
}

/** How one contender compares with another, round by round. */
export function ratio(
  one: Measured,
  other: Measured,
  of: (turn: Turn) => number | null = (turn) => turn.rate,
): Spread {
  return spread(one.turns.map((turn, round) => {
    const against = other.turns[round]
    return (of(turn) ?? NaN) / (against === undefined ? NaN : of(against) ?? NaN)
  }))
}

/** Repeats `work` for about `milliseconds`, with the CPU time of this whole process. */
export async function during(
  milliseconds: number,
  work: () => Promise<number> | number,
): Promise<Turn> {
  const cpu = process.cpuUsage()
  const from = performance.now()
  let count = 0
  let elapsed = 0
  while (elapsed < milliseconds) {
    count += await work()
    elapsed = performance.now() - from
  }
  const { user, system } = process.cpuUsage(cpu)
  return { rate: count / (elapsed / 1000), perCpuSecond: count / ((user + system) / 1e6) }
}
