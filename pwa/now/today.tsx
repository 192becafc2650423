/**
 * Today: the curve, the quarter-hours, and both as tables.
 *
 * @module
 */
import type { JSX } from 'preact'
import { startOfLocalDay, startOfNextLocalDay } from '../../shared/meter/zone.ts'
import { EmptyChart } from '../chart/empty-chart.tsx'
import { EnergyBars } from '../chart/energy-bars.tsx'
import { PowerCurve } from '../chart/power-curve.tsx'
import { EnergyTable, PowerTable } from '../chart/tables.tsx'
import { Sums } from '../chart/sums.tsx'
import { t } from '../i18n/messages.ts'
import { nowSeconds } from '../parts/clock.ts'
import { type DayView, reader } from '../state.ts'

interface Props {
  readonly day: DayView | undefined
  /** Of the meter's channels. */
  readonly zone: string
}

/** What is still to come keeps its place, so that nothing is pushed away when it comes. */
export function Today({ day, zone }: Props): JSX.Element {
  const { kind } = reader.value
  const comes = kind === 'reading' || kind === 'watching'
  const isAwaited = day === undefined || comes && day.bars.length === 0
  if (!isAwaited && day.power.length + day.bars.length === 0) {
    return <p class='quiet'>{t('now.today.empty')}</p>
  }
  const whole = day ?? emptyDay(zone)
  return (
    <div class='today'>
      {whole.power.length === 0 && !isAwaited ? null : <Power day={whole} />}
      {whole.bars.length === 0 && !isAwaited ? null : <Energy day={whole} />}
    </div>
  )
}

function Power({ day }: { day: DayView }): JSX.Element {
  if (day.power.length === 0) {
    return (
      <section class='awaited'>
        <h2>{t('now.today.power')}</h2>
        <EmptyChart of='power' day={day} words={t('now.today.empty')} />
      </section>
    )
  }
  return (
    <section>
      <h2>{t('now.today.power')}</h2>
      <PowerCurve day={day} />
      <PowerTable day={day} />
    </section>
  )
}

function Energy({ day }: { day: DayView }): JSX.Element {
  if (day.bars.length === 0) {
    return (
      <section class='awaited'>
        <h2>{t('now.today.energy')}</h2>
        <p class='sums muted'>{t('now.today.energy.empty')}</p>
        <EmptyChart of='energy' day={day} />
      </section>
    )
  }
  return (
    <section>
      <h2>{t('now.today.energy')}</h2>
      <Sums day={day} />
      <EnergyBars day={day} />
      <EnergyTable day={day} />
    </section>
  )
}

function emptyDay(zone: string): DayView {
  const now = nowSeconds.peek()
  const [from, to] = [startOfLocalDay(zone, now), startOfNextLocalDay(zone, now)]
  return { from, to, zone, unit: 'Wh', power: [], bars: [], importWh: 0n, exportWh: 0n }
}
