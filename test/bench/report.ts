/**
 * What a benchmark says: lines for people while it runs, and tables for `docs/performance.md`.
 *
 * @module
 */
import { type Measured, type Spread, spread, type Turn } from './measure.ts'
import { undisturbed } from './quiet.ts'

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
  /** Of one of them on average, where bytes are told too. */
  readonly size?: number
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
  const { title, unit, size, measured, ratios, notes } = report
  const lines = [title]
  for (const { name, turns } of measured) {
    const wall = short(spread(turns.map((turn) => turn.rate)))
    const cpu = turns.flatMap(({ perCpuSecond }) => perCpuSecond ?? [])
    const perCpu = cpu.length === 0 ? '' : `   ${short(spread(cpu))} per CPU-second`
    const bytes = size === undefined ? '' : `   ${megabytes(turns, size)} MB/s`
    lines.push(`  ${name.padEnd(46)} ${wall} ${unit}/s${bytes}${perCpu}`)
    for (const beside of Object.keys(turns[0]?.beside ?? {})) {
      const values = turns.flatMap((turn) => turn.beside?.[beside] ?? [])
      lines.push(`    ${beside.padEnd(44)} ${short(spread(values))}`)
    }
  }
  for (const { name, ratio, goal } of ratios) {
    lines.push(`  = ${name.padEnd(44)} ${short(ratio)}   ${judged(ratio, goal)}`.trimEnd())
  }
  lines.push(`  ${disturbance(report)}`, ...notes.map((note) => `  ${note}`))
  return `${lines.join('\n')}\n`
}

/** The report as Markdown, under a heading of the third level. */
export function toMarkdown(report: Report): string {
  const { title, unit, size, measured, ratios, notes } = report
  const lines = [`### ${title}`, '']
  const inBytes = size !== undefined
  const counted = measured.some(({ turns }) => turns.some((turn) => turn.perCpuSecond !== null))
  const heads = ['', `${unit} per second`]
  if (inBytes) heads.push('MB per second')
  if (counted) heads.push('per CPU-second')
  lines.push(`| ${heads.join(' | ')} |`, `|${' --- |'.repeat(heads.length)}`)
  for (const { name, turns } of measured) {
    const cpu = turns.flatMap(({ perCpuSecond }) => perCpuSecond ?? [])
    const bytes = size === undefined ? '' : ` ${megabytes(turns, size)} |`
    const last = counted ? ` ${cpu.length === 0 ? '' : short(spread(cpu))} |` : ''
    lines.push(`| ${name} | ${short(spread(turns.map((turn) => turn.rate)))} |${bytes}${last}`)
    for (const beside of Object.keys(turns[0]?.beside ?? {})) {
      const values = turns.flatMap((turn) => turn.beside?.[beside] ?? [])
      lines.push(`| – ${beside} | ${short(spread(values))} |${' |'.repeat(heads.length - 2)}`)
    }
  }
  if (ratios.length > 0) {
    lines.push('', '| ratio | median [worst best] | |', '| --- | --- | --- |')
    for (const { name, ratio, goal } of ratios) {
      lines.push(`| ${name} | **${short(ratio)}** | ${judged(ratio, goal)} |`)
    }
  }
  lines.push('', ...notes, '', disturbance(report))
  return `${lines.join('\n')}\n`
}

function judged({ median }: Spread, goal: number | undefined): string {
  if (goal === undefined) return ''
  return `goal ${goal < 1 ? figure(goal) : goal}: ${median >= goal ? 'met' : 'missed'}`
}

/** How quiet the machine was: figures of a busy one are told, and told to be such. */
function disturbance({ measured: [first] }: Report): string {
  const quiet = first?.quiet ?? []
  const disturbed = undisturbed(quiet).filter((good) => !good).length
  const others = short(spread(quiet.map((round) => round.others)))
  const kept = `${quiet.length} rounds; others kept ${others} cores busy.`
  return disturbed === 0
    ? kept
    : `${kept} **${disturbed} of them were disturbed: take the ratios, not the rates.**`
}

function megabytes(turns: readonly Turn[], size: number): string {
  return figure(spread(turns.map(({ rate }) => rate * size / 1e6)).median)
}

function short({ median, min, max }: Spread): string {
  return `${figure(median)} [${figure(min)} ${figure(max)}]`
}

function figure(value: number): string {
  if (!Number.isFinite(value)) return 'unknown'
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d)(?<!\.\d*))/g, ',')
}
