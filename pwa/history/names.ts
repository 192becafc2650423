/**
 * How periods, rows and amounts are called.
 *
 * @module
 */
import {
  clock,
  clockRange,
  dayAndClock,
  dayName,
  dayShort,
  energyText,
  monthName,
  monthShort,
} from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { nominal } from './sums.ts'
import type { Period } from './period.ts'
import { noonOfPeriod, type Row } from './rows.ts'

/** `Sunday, 3 May 2026`, `May 2026`, `2026` */
export function periodName(period: Period): string {
  if (period.kind === 'year') return String(period.year)
  const noon = noonOfPeriod(period)
  return period.kind === 'month' ? monthName(noon, 'UTC') : dayName(noon, 'UTC')
}

/** `Sun 3 May`, `May` */
export function partName(part: Period): string {
  const noon = noonOfPeriod(part)
  return part.kind === 'month' ? monthShort(noon, 'UTC') : dayShort(noon, 'UTC')
}

export function rowName(row: Row, of: Period, zone: string): string {
  if (row.part !== null) return partName(row.part)
  const { from, to } = row
  if (of.kind === 'day' && !row.outside) return clockRange(from, to, zone)
  return `${dayAndClock(from, zone)}–${dayAndClock(to, zone)}`
}

/** `18 h` of a day, `12 days` of a month: how much of a part readings cover. */
export function coveredText(row: Row): string {
  const hours = Math.floor(row.covered * (row.to - row.from) / 3600)
  return hours < 48
    ? t('history.part.hours', { count: hours })
    : t('history.part.days', { count: Math.floor(hours / 24) })
}

/** What is to be said of a row besides its values. */
export function rowNotes(row: Row): string[] {
  const notes: string[] = []
  if (row.changed) notes.push(t(row.part === null ? 'table.changed' : 'history.part.changed'))
  else if (row.gap) notes.push(t(row.outside ? 'table.gap.outside' : 'table.gap'))
  if (row.changed && row.part === null) return notes
  if (row.part !== null && row.covered === 0) notes.push(t('history.part.none'))
  else if (row.importWh === null && row.exportWh === null) notes.push(t('table.backwards'))
  else if (row.part !== null && row.covered < 0.9999) {
    notes.push(t('history.part', { much: coveredText(row) }))
  }
  if (row.gaps > 0) notes.push(t('history.part.gaps', { count: row.gaps }))
  return notes
}

/** A value and its way: `0.412 kWh from the grid`. */
export function amount(
  row: Pick<Row, 'importWh' | 'exportWh'>,
  unit: string,
  isGrid: boolean,
): string {
  const parts: string[] = []
  if (row.importWh !== null) {
    parts.push(`${energyText(row.importWh, unit)} ${t(isGrid ? 'word.import' : 'word.used')}`)
  }
  if (row.exportWh !== null && row.exportWh > 0n) {
    parts.push(`${energyText(row.exportWh, unit)} ${t('word.export')}`)
  }
  return parts.join(' · ')
}

/** Until when, said of a period that is not over. */
export function untilText(at: number, of: Period, zone: string): string {
  return of.kind === 'day' ? clock(nominal(at), zone) : dayAndClock(nominal(at), zone)
}
