/**
 * What a period shows, as rows: the same for the chart, its table and what is compared. A day has a
 * row for each quarter-hour, a month for each day, a year for each month; a gap across borders has
 * one of its own.
 *
 * @module
 */
import { instantsOfLocal, offsetAt } from '../../shared/meter/zone.ts'
import type { EnergyBar, EnergyView } from '../state.ts'
import { type CalendarDay, noonOf } from './date.ts'
import {
  bordersOf,
  firstDay,
  partsOf,
  type Period,
  periodText,
  type Span,
  spanOf,
} from './period.ts'
import { group, inRhythm, nominal, type Sum, total } from './sums.ts'

export interface Row {
  readonly key: string
  /** Seconds; for a part of a month or a year, its borders. */
  readonly from: number
  readonly to: number
  /** The part that it stands for; null for a quarter-hour and for a gap. */
  readonly part: Period | null
  readonly importWh: bigint | null
  readonly exportWh: bigint | null
  /** One sum across a gap. */
  readonly gap: boolean
  /** It crosses the border of the whole period, and is not in its sum. */
  readonly outside: boolean
  /** From one meter to the next: nothing is known of it; or there is such a stretch in it. */
  readonly changed: boolean
  /** Gaps within it. */
  readonly gaps: number
  /** The share of it that readings cover, of the part of a month or a year; else 1. */
  readonly covered: number
}

export interface Looked {
  readonly period: Period
  readonly zone: string
  readonly unit: string
  readonly span: Span
  readonly bars: readonly EnergyBar[]
  readonly rows: readonly Row[]
  /** Of all rows that are not outside. */
  readonly sum: Sum
  /** Where the last bar ends; null without one. */
  readonly until: number | null
  readonly onlyHere: boolean
  /** Blocks whose readings are not in it. */
  readonly unopened: number
}

function barRow(bar: EnergyBar, { from, to }: Span): Row {
  return {
    key: String(bar.from),
    from: bar.from,
    to: bar.to,
    part: null,
    importWh: bar.importWh === null ? null : BigInt(bar.importWh),
    exportWh: bar.exportWh === null ? null : BigInt(bar.exportWh),
    gap: bar.gap,
    outside: nominal(bar.from) < from || nominal(bar.to) > to,
    changed: bar.changed === true,
    gaps: 0,
    covered: 1,
  }
}

function partRow(part: Period, sum: Sum): Row {
  const isKnown = sum.bars > sum.unknown
  return {
    key: periodText(part),
    from: sum.from,
    to: sum.to,
    part,
    importWh: isKnown ? sum.importWh : null,
    exportWh: isKnown ? sum.exportWh : null,
    gap: false,
    outside: false,
    changed: sum.changes > 0,
    gaps: sum.gaps - sum.changes,
    covered: sum.covered / (sum.to - sum.from),
  }
}

function acrossRow(sum: Sum, { from, to }: Span): Row {
  const isKnown = sum.unknown === 0
  return {
    key: `across ${sum.from}`,
    from: sum.from,
    to: sum.to,
    part: null,
    importWh: isKnown ? sum.importWh : null,
    exportWh: isKnown ? sum.exportWh : null,
    gap: true,
    outside: sum.from < from || sum.to > to,
    changed: sum.changes > 0,
    gaps: 0,
    covered: 1,
  }
}

/** @param until bars that end later are left out: for comparing what is not over */
export function look(period: Period, view: EnergyView, until = Number.POSITIVE_INFINITY): Looked {
  const { zone, unit } = view
  const span = spanOf(zone, period)
  const bars = inRhythm(view.bars).filter((bar) =>
    nominal(bar.from) < span.to && nominal(bar.to) > span.from && nominal(bar.to) <= until
  )
  const { parts, across } = group(bars, bordersOf(zone, period))
  const inside = across.filter((sum) => sum.from >= span.from && sum.to <= span.to)
  const sum = { ...total([...parts, ...inside]), from: span.from, to: span.to }
  const last = bars.at(-1)
  const named = partsOf(period)
  const rows = named.length === 0 ? bars.map((bar) => barRow(bar, span)) : [
    ...parts.flatMap((sum, i) => {
      const part = named[i]
      return part === undefined ? [] : [partRow(part, sum)]
    }),
    ...across.map((sum) => acrossRow(sum, span)),
  ].sort((a, b) => a.from - b.from || (a.gap ? 1 : 0) - (b.gap ? 1 : 0))
  return {
    period,
    zone,
    unit,
    span,
    bars,
    rows,
    sum,
    until: last === undefined ? null : nominal(last.to),
    onlyHere: view.onlyHere === true,
    unopened: view.unopened ?? 0,
  }
}

/** The instant of another period that has as much of it behind itself, by the calendar and clock. */
export function sameMoment(zone: string, at: number, here: Span, there: Span): number {
  const midnight = (start: number) => start + offsetAt(zone, start)
  const local = at + offsetAt(zone, at) - midnight(here.from) + midnight(there.from)
  const [found] = instantsOfLocal(zone, local)
  return Math.min(there.to, found ?? local - offsetAt(zone, local))
}

export interface Pair {
  readonly row: Row | null
  readonly other: Row | null
}

/**
 * Rows beside those that they are compared with: days by their number, months by theirs,
 * quarter-hours by the clock. What has no counterpart stands alone.
 */
export function pairs(main: Looked, other: Looked): Pair[] {
  const placeOf = (row: Row, of: Looked): string => {
    if (row.gap) return `gap ${row.from} ${row.to}`
    if (row.part !== null) {
      const { month, day }: CalendarDay = firstDay(row.part)
      return row.part.kind === 'month' ? `month ${month}` : `day ${day}`
    }
    const local = nominal(row.from) + offsetAt(of.zone, row.from)
    const second = (local % 86_400 + 86_400) % 86_400
    // The hour that comes twice is told apart.
    const again = instantsOfLocal(of.zone, local)[1] === nominal(row.from)
    return `clock ${second}${again ? ' again' : ''}`
  }
  const open = new Map<string, Row>()
  for (const row of other.rows) if (!row.gap) open.set(placeOf(row, other), row)
  const found: Pair[] = main.rows.map((row) => {
    const place = placeOf(row, main)
    const beside = row.gap ? null : open.get(place) ?? null
    if (beside !== null) open.delete(place)
    return { row, other: beside }
  })
  const alone = [...open.values(), ...other.rows.filter(({ gap }) => gap)]
    .filter((row) => row.importWh !== null || row.exportWh !== null)
    .sort((a, b) => a.from - b.from)
  return [...found, ...alone.map((row) => ({ row: null, other: row }))]
}

/** Noon of its first day as if in UTC, for writing its name whatever the zone. */
export function noonOfPeriod(period: Period): number {
  return noonOf(firstDay(period))
}
