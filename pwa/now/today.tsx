/**
 * Today: the curve, the quarter-hours, and both as tables.
 *
 * @module
 */
import type { JSX } from 'preact'
import { startOfLocalDay, startOfNextLocalDay } from '../../shared/meter/zone.ts'
import { EmptyCurve } from '../chart/empty-curve.tsx'
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
  return (
    <div class='today'>
      <Power day={day} zone={zone} isAwaited={isAwaited} />
      <Energy day={day} isAwaited={isAwaited} />
    </div>
  )
}

function Power({ day, zone, isAwaited }: Props & { isAwaited: boolean }): JSX.Element | null {
  const isEmpty = day === undefined || day.power.length === 0
  if (isEmpty && !isAwaited) return null
  return (
    <section class={isEmpty ? 'awaited' : undefined}>
      <h2>{t('now.today.power')}</h2>
      {isEmpty ? <EmptyCurve day={day ?? todayIn(zone)} words={t('now.today.empty')} /> : (
        <>
          <PowerCurve day={day} />
          <PowerTable day={day} />
        </>
      )}
    </section>
  )
}

function Energy(
  { day, isAwaited }: Pick<Props, 'day'> & { isAwaited: boolean },
): JSX.Element | null {
  const isEmpty = day === undefined || day.bars.length === 0
  if (isEmpty && !isAwaited) return null
  return (
    <section>
      <h2>{t('now.today.energy')}</h2>
      {isEmpty ? <p class='quiet'>{t('now.today.energy.empty')}</p> : (
        <>
          <Sums day={day} />
          <EnergyBars day={day} />
          <EnergyTable day={day} />
        </>
      )}
    </section>
  )
}

function todayIn(zone: string): Pick<DayView, 'from' | 'to' | 'zone'> {
  const now = nowSeconds.peek()
  return { from: startOfLocalDay(zone, now), to: startOfNextLocalDay(zone, now), zone }
}
