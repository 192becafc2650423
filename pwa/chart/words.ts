/**
 * What a bar says, in words: the same at the chart, in its table and aloud.
 *
 * @module
 */
import { clock, clockRange, dayAndClock, energyText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import type { DayView, EnergyBar } from '../state.ts'

interface Said {
  readonly importWh: bigint | number | null
  readonly exportWh: bigint | number | null
  readonly gap: boolean
  readonly changed?: boolean
}

type Day = Pick<DayView, 'from' | 'zone'>

/** A grid meter counts both ways, a sub-meter what is used. */
export function isGrid(unit: string): boolean {
  return unit === 'Wh'
}

/** From when until when; what began the day before says so. */
export function barTime(bar: Pick<EnergyBar, 'from' | 'to'>, day: Day): string {
  const { from, to } = bar
  return isOutside(bar, day)
    ? `${dayAndClock(from, day.zone)}–${clock(to, day.zone)}`
    : clockRange(from, to, day.zone)
}

/** Whether it began before the day, and is in no sum of it. */
export function isOutside(bar: Pick<EnergyBar, 'from'>, day: Pick<Day, 'from'>): boolean {
  return bar.from < day.from
}

export function barWords(bar: Said, unit = 'Wh'): string {
  if (bar.changed === true) return t('table.changed')
  const { importWh, exportWh } = bar
  const parts: string[] = []
  if (importWh !== null) {
    parts.push(`${energyText(importWh, unit)} ${t(isGrid(unit) ? 'word.import' : 'word.used')}`)
  }
  if (exportWh !== null && Number(exportWh) !== 0) {
    parts.push(`${energyText(exportWh, unit)} ${t('word.export')}`)
  }
  if (bar.gap) parts.push(t('table.gap'))
  if (parts.length === 0) parts.push(t('table.backwards'))
  return parts.join(' · ')
}
