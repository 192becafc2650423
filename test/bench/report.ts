/**
 * What a benchmark says: lines for people, and the same with every single turn for `bench.json`.
 *
 * @module
 */
import type { Measured, Spread } from './measure.ts'
import { spread } from './measure.ts'

/** How long a benchmark measures. */
export interface Bounds {
  readonly rounds: number
  /** Of one turn. */
  readonly milliseconds: number
}

export interface Report {
  readonly title: string
  /** What is counted, such as `readings`. */
  readonly unit: string
  readonly measured: readonly Measured[]
  readonly ratios: readonly Compared[]
  /** What each side does and does not do, and how. */
  readonly notes: readonly string[]
}

export interface Compared {
  readonly name: string
  readonly ratio: Spread
  /** Where to get to. */
  readonly goal?: number
}

/** The report as text. */
export function describe(report: Report): string {
  const { title, unit, measured, ratios, notes } = report
  const lines = [title]
  for (const { name, turns } of measured) {
    const wall = short(spread(turns.map((turn) => turn.rate)))
    const cpu = turns.flatMap(({ perCpuSecond }) => perCpuSecond ?? [])
    const perCpu = cpu.length === 0 ? '' : `   ${short(spread(cpu))} per CPU-second`
    lines.push(`  ${name.padEnd(46)} ${wall} ${unit}/s${perCpu}`)
    for (const beside of Object.keys(turns[0]?.beside ?? {})) {
      const values = turns.flatMap((turn) => turn.beside?.[beside] ?? [])
      lines.push(`    ${beside.padEnd(44)} ${short(spread(values))}`)
    }
  }
  for (const { name, ratio, goal } of ratios) {
    const wanted = goal === undefined ? '' : `   (where to get to: ${goal})`
    lines.push(`  = ${name.padEnd(44)} ${short(ratio)}${wanted}`)
  }
  lines.push(...notes.map((note) => `  ${note}`))
  return `${lines.join('\n')}\n`
}

function short({ median, min, max }: Spread): string {
  return `${figure(median)} [${figure(min)} ${figure(max)}]`
}

function figure(value: number): string {
  if (!Number.isFinite(value)) return 'unknown'
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d)(?<!\.\d*))/g, ',')
}
