/**
 * Measuring side by side: contenders take turns in one process, so that a busy minute of the
 * machine hits all of them, and what is told is the median with the worst and the best round.
 * Ratios are made within a round, before the median.
 *
 * @module
 */

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
}

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** Runs every contender once to warm up, then all of them in turns. */
export async function sideBySide(
  contenders: readonly Contender[],
  rounds: number,
): Promise<Measured[]> {
  for (const { turn } of contenders) await turn()
  const turns = contenders.map((): Turn[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) turns[i]?.push(await contender.turn())
  }
  return contenders.map(({ name }, i) => ({ name, turns: turns[i] ?? [] }))
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
