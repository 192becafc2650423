/**
 * Energy of a day as bars between kept readings.
 *
 * @module
 */
import type { JSX } from 'preact'
import { dayText, hourText, kilowattHours } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import type { DayView, EnergyBar } from '../state.ts'
import { Bars, type Mark, type Tick } from './bars.tsx'
import { sixHours } from './day-axis.ts'
import { barTime, barWords } from './words.ts'

type Day = Pick<DayView, 'from' | 'to' | 'zone'>

/** Seconds that most bars stand for: a quarter-hour as a rule. */
export function usualLength(bars: readonly Pick<EnergyBar, 'from' | 'to' | 'gap'>[]): number {
  const lengths = bars.filter((bar) => !bar.gap).map((bar) => bar.to - bar.from)
  return lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 900
}

/** A quarter-hour at the edge of a day may begin or end outside it. */
function share(day: Day, at: number): number {
  return Math.min(1, Math.max(0, (at - day.from) / (day.to - day.from)))
}

export function dayMarks(day: Day, bars: readonly EnergyBar[], unit = 'Wh'): Mark[] {
  const usual = usualLength(bars)
  return bars.map((bar) => {
    const left = share(day, bar.from)
    return {
      key: String(bar.from),
      left,
      width: share(day, bar.to) - left,
      importWh: bar.importWh === null ? null : BigInt(bar.importWh),
      exportWh: bar.exportWh === null ? null : BigInt(bar.exportWh),
      gap: bar.gap && bar.changed !== true,
      wide: (bar.to - bar.from) / usual,
      words: `${barTime(bar, day)}  ${barWords(bar, unit)}`,
    }
  })
}

export function dayTicks(day: Day): Tick[] {
  return sixHours(day).map((at) => ({ at: share(day, at), label: hourText(at, day.zone) }))
}

export function EnergyBars({ day }: { day: DayView }): JSX.Element {
  return (
    <Bars
      name={t('chart.energy', {
        day: dayText(day.from, day.zone),
        imported: kilowattHours(day.importWh),
        exported: kilowattHours(day.exportWh),
      })}
      unit='Wh'
      marks={dayMarks(day, day.bars)}
      ticks={dayTicks(day)}
    />
  )
}
