/**
 * The stretches of time that people look back on: a day, a month, a year, by the calendar of the
 * meter's zone. Each has a text in the address, a next one, one a year before, and the local
 * midnights that are its borders; days of 23 and 25 hours come out by themselves.
 *
 * @module
 */
import { offsetAt } from '../../shared/meter/zone.ts'
import { instantsOfLocal, startOfLocalDay } from '../../shared/meter/zone.ts'
import { type CalendarDay, dateText, parseDate, turn } from './date.ts'

export type Period =
  | { readonly kind: 'day'; readonly year: number; readonly month: number; readonly day: number }
  | { readonly kind: 'month'; readonly year: number; readonly month: number }
  | { readonly kind: 'year'; readonly year: number }

export type PeriodKind = Period['kind']

const two = (n: number) => String(n).padStart(2, '0')
const four = (n: number) => String(n).padStart(4, '0')

/** `2026-05-03`, `2026-05`, `2026` */
export function periodText(period: Period): string {
  if (period.kind === 'day') return dateText(period)
  return period.kind === 'month' ? `${four(period.year)}-${two(period.month)}` : four(period.year)
}

/** Its place in the address. */
export function periodQuery(period: Period): string {
  return `${period.kind}=${periodText(period)}`
}

export function parsePeriod(kind: PeriodKind, text: string): Period | null {
  if (kind === 'day') {
    const day = parseDate(text)
    return day === null ? null : { kind, ...day }
  }
  const whole = parseDate(kind === 'month' ? `${text}-01` : `${text}-01-01`)
  if (whole === null || whole.year < 1) return null
  return kind === 'month'
    ? { kind, year: whole.year, month: whole.month }
    : { kind, year: whole.year }
}

/** What an address asks for: the finest of what it names. */
export function askedPeriod(query: Readonly<Record<string, string>>): Period | null {
  for (const kind of ['day', 'month', 'year'] as const) {
    const text = query[kind]
    const period = text === undefined ? null : parsePeriod(kind, text)
    if (period !== null) return period
  }
  return null
}

/** Whether an address asks for a date that no calendar has. */
export function asksInVain(query: Readonly<Record<string, string>>): boolean {
  return askedPeriod(query) === null &&
    (['day', 'month', 'year'] as const).some((kind) => query[kind] !== undefined)
}

export function firstDay(period: Period): CalendarDay {
  return {
    year: period.year,
    month: period.kind === 'year' ? 1 : period.month,
    day: period.kind === 'day' ? period.day : 1,
  }
}

/** The period of a kind that holds a day. */
export function periodOf(kind: PeriodKind, { year, month, day }: CalendarDay): Period {
  if (kind === 'year') return { kind, year }
  return kind === 'month' ? { kind, year, month } : { kind, year, month, day }
}

/** So many periods on, or back. */
export function turnPeriod(period: Period, by: number): Period {
  if (period.kind === 'day') return { kind: 'day', ...turn(period, by) }
  if (period.kind === 'year') return { kind: 'year', year: period.year + by }
  const months = period.year * 12 + period.month - 1 + by
  return {
    kind: 'month',
    year: Math.floor(months / 12),
    month: months - 12 * Math.floor(months / 12) + 1,
  }
}

/** The same a year before; null for a 29 February, which has none. */
export function yearBefore(period: Period): Period | null {
  if (period.kind !== 'day') return { ...period, year: period.year - 1 }
  return parsePeriod('day', dateText({ ...period, year: period.year - 1 }))
}

/** Asked for with every picture, and the runtime takes its time to look into a zone. */
const starts = new Map<string, number>()

/** The instant at which a date of the zone begins. */
export function startOfDate(zone: string, date: CalendarDay): number {
  const name = `${zone} ${dateText(date)}`
  const known = starts.get(name)
  if (known !== undefined) return known
  const start = findStart(zone, date)
  if (starts.size >= 1024) starts.clear()
  starts.set(name, start)
  return start
}

function findStart(zone: string, { year, month, day }: CalendarDay): number {
  const date = new Date(Date.UTC(2000, month - 1, day, 12))
  date.setUTCFullYear(year, month - 1, day)
  const noon = date.getTime() / 1000
  const [at] = instantsOfLocal(zone, noon)
  // Noon is on every day of every zone, but for a day that a zone once left out.
  return startOfLocalDay(zone, at ?? noon - offsetAt(zone, noon))
}

export interface Span {
  /** Seconds. */
  readonly from: number
  readonly to: number
}

export function spanOf(zone: string, period: Period): Span {
  const next = turnPeriod(period, 1)
  return { from: startOfDate(zone, firstDay(period)), to: startOfDate(zone, firstDay(next)) }
}

/** What it is made of: the days of a month, the months of a year; a day has none. */
export function partsOf(period: Period): Period[] {
  if (period.kind === 'day') return []
  const parts: Period[] = []
  const kind = period.kind === 'month' ? 'day' : 'month'
  const end = periodText(turnPeriod(period, 1))
  let part = periodOf(kind, firstDay(period))
  while (periodText(part).slice(0, end.length) < end) {
    parts.push(part)
    part = turnPeriod(part, 1)
  }
  return parts
}

/** The instants between its parts, its two ends among them: always one more than there are parts. */
export function bordersOf(zone: string, period: Period): number[] {
  const { from, to } = spanOf(zone, period)
  const parts = partsOf(period)
  if (parts.length === 0) return [from, to]
  return [...parts.map((part) => startOfDate(zone, firstDay(part))), to]
}
