/**
 * A day, a month or a year as bars, with what it is compared with as an outline.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { Bars, type Mark, type Tick } from '../chart/bars.tsx'
import { dayTicks, usualLength } from '../chart/energy-bars.tsx'
import { isGrid } from '../chart/words.ts'
import { energyText, monthShort } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { amount, periodName, rowName, rowNotes } from './names.ts'
import { bordersOf, firstDay, partsOf, type Period, periodQuery } from './period.ts'
import { type Looked, noonOfPeriod, type Row, sameMoment } from './rows.ts'
import { nominal } from './sums.ts'

/** The share of the axis at which an instant stands. */
type Place = (at: number) => number

/** Days and months have places of the same width; a day's quarter-hours stand where its time is. */
function placeIn(looked: Looked, cells: number): Place {
  const { from, to } = looked.span
  if (looked.period.kind === 'day') {
    return (at) => Math.min(1, Math.max(0, (nominal(at) - from) / (to - from)))
  }
  const borders = bordersOf(looked.zone, looked.period)
  return (at) => {
    const next = borders.findIndex((border) => border > at)
    if (next === 0) return 0
    if (next < 0) return (borders.length - 1) / cells
    const [start = 0, end = 1] = borders.slice(next - 1, next + 1)
    return (next - 1 + (at - start) / (end - start)) / cells
  }
}

function words(row: Row, looked: Looked): string {
  const { period, zone, unit } = looked
  const said = [amount(row, unit, isGrid(unit)), ...rowNotes(row)].filter((part) => part !== '')
  return `${rowName(row, period, zone)}  ${said.join(' · ')}`
}

function marksOf(looked: Looked, place: Place, href?: (part: Period) => string): Mark[] {
  const usual = looked.period.kind === 'day'
    ? usualLength(looked.rows)
    : (looked.span.to - looked.span.from) / Math.max(1, partsOf(looked.period).length)
  const across = looked.rows.filter((row) => row.gap)
  return looked.rows.map((row) => {
    let left = place(row.from)
    let right = place(row.to)
    // A day with a gap over its border stands beside that gap, not in it.
    for (const gap of row.part === null ? [] : across) {
      if (gap.from <= row.from && gap.to > row.from) left = Math.min(right, place(gap.to))
      if (gap.from < row.to && gap.to >= row.to) right = Math.max(left, place(gap.from))
    }
    return {
      key: row.key,
      left,
      width: right - left,
      importWh: row.importWh,
      exportWh: row.exportWh,
      // Of a change there is no sum to draw.
      gap: row.gap && !(row.changed && row.part === null),
      part: row.part !== null && row.covered > 0 && row.covered < 0.9999,
      wide: (row.to - row.from) / usual,
      words: words(row, looked),
      ...(row.part === null || href === undefined ? {} : { href: href(row.part) }),
    }
  })
}

function ticksOf(looked: Looked, cells: number): Tick[] {
  const { period } = looked
  if (period.kind === 'day') return dayTicks({ ...looked.span, zone: looked.zone })
  const step = period.kind === 'month' ? 7 : 3
  return partsOf(period).flatMap((part, i) =>
    i % step !== 0 ? [] : [{
      at: (i + 0.5) / cells,
      label: part.kind === 'month'
        ? monthShort(noonOfPeriod(part), 'UTC')
        : String(firstDay(part).day),
    }]
  )
}

interface Props {
  readonly looked: Looked
  readonly other: Looked | null
  readonly hrefOf: (query: string) => string
  readonly go: (href: string) => void
  readonly turn: (by: number) => void
}

export function PeriodChart({ looked, other, hrefOf, go, turn }: Props): JSX.Element {
  const { period, unit, sum } = looked
  const { marks, ticks, compared } = useMemo(() => {
    const cells = Math.max(
      partsOf(period).length,
      other === null ? 0 : partsOf(other.period).length,
    )
    const place = placeIn(looked, cells)
    const besides = other === null
      ? null
      : other.period.kind === 'day'
      ? (at: number) => place(sameMoment(other.zone, nominal(at), other.span, looked.span))
      : placeIn(other, cells)
    return {
      marks: marksOf(looked, place, (part) => hrefOf(periodQuery(part))),
      ticks: ticksOf(looked, cells),
      compared: other === null || besides === null
        ? null
        : { name: periodName(other.period), marks: marksOf(other, besides) },
    }
  }, [looked, other, hrefOf])
  return (
    <Bars
      name={t(isGrid(unit) ? 'chart.period' : 'chart.period.used', {
        period: periodName(period),
        imported: energyText(sum.importWh, unit),
        exported: energyText(sum.exportWh, unit),
      })}
      unit={unit}
      marks={marks}
      ticks={ticks}
      compared={compared}
      turn={turn}
      {...(period.kind === 'day' ? {} : { open: go })}
    />
  )
}
