/**
 * Which meter a room speaks of. A choice only where there is one.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import { t } from '../i18n/messages.ts'
import { type Meter, meters, shownMeter } from '../state.ts'

function nameOf(meter: Meter): string {
  return meter.simulated ? `${meter.id} (${t('word.simulated')})` : meter.id
}

export function MeterChoice(): JSX.Element | null {
  const id = useId()
  const main = meters.value.filter((meter) => meter.parent === null)
  if (main.length < 2) return null
  return (
    <span class='meter-choice'>
      <label for={id}>{t('now.meter')}</label>
      <select
        id={id}
        value={shownMeter.value ?? ''}
        onChange={(event) => shownMeter.value = event.currentTarget.value}
      >
        {main.map((meter) => <option key={meter.id} value={meter.id}>{nameOf(meter)}</option>)}
      </select>
    </span>
  )
}
