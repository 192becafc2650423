/**
 * Today: the curve, the quarter-hours, and both as tables.
 *
 * @module
 */
import type { JSX } from 'preact'
import { EnergyBars } from '../chart/energy-bars.tsx'
import { PowerCurve } from '../chart/power-curve.tsx'
import { EnergyTable, PowerTable } from '../chart/tables.tsx'
import { Sums } from '../chart/sums.tsx'
import { t } from '../i18n/messages.ts'
import { type DayView, reader } from '../state.ts'

/** Keeps the place of charts that are still to come. */
export function Today({ day }: { day: DayView | undefined }): JSX.Element {
  const { kind } = reader.value
  const comes = kind === 'reading' || kind === 'watching'
  const isAwaited = day === undefined || comes && day.bars.length === 0
  return (
    <div class={isAwaited ? 'today awaited' : 'today'}>
      <Charts day={day} />
    </div>
  )
}

function Charts({ day }: { day: DayView | undefined }): JSX.Element {
  if (day === undefined || day.power.length + day.bars.length === 0) {
    return <p class='quiet'>{t('now.today.empty')}</p>
  }
  return (
    <>
      {day.power.length === 0 ? null : (
        <section>
          <h2>{t('now.today.power')}</h2>
          <PowerCurve day={day} />
          <PowerTable day={day} />
        </section>
      )}
      {day.bars.length === 0 ? null : (
        <section>
          <h2>{t('now.today.energy')}</h2>
          <Sums day={day} />
          <EnergyBars day={day} />
          <EnergyTable day={day} />
        </section>
      )}
    </>
  )
}
