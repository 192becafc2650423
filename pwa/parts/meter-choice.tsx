/**
 * Which meter a room speaks of. A choice only where there is one.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import { t } from '../i18n/messages.ts'
import { type Meter, meters, shownMeter } from '../state.ts'
import { meterName } from './meter-kind.ts'

interface Props {
  /** Which one is shown, and who hears of another one; then sub-meters can be chosen too. */
  readonly shown?: string
  readonly choose?: (id: string) => void
}

function Group({ main, subs }: { main: Meter; subs: readonly Meter[] }): JSX.Element {
  const name = meterName(main)
  if (subs.length === 0) return <option value={main.id}>{name}</option>
  return (
    <optgroup label={name}>
      <option value={main.id}>{name}</option>
      {subs.map((sub) => <option key={sub.id} value={sub.id}>{meterName(sub)}</option>)}
    </optgroup>
  )
}

export function MeterChoice({ shown, choose }: Props): JSX.Element | null {
  const id = useId()
  const main = meters.value.filter((meter) => meter.parent === null)
  const subsOf = (parent: Meter) =>
    choose === undefined ? [] : meters.value.filter((meter) => meter.parent === parent.id)
  if (main.length < 2 && main.every((meter) => subsOf(meter).length === 0)) return null
  return (
    <span class='meter-choice'>
      <label for={id}>{t('now.meter')}</label>
      <select
        id={id}
        value={shown ?? shownMeter.value ?? ''}
        onChange={({ currentTarget: { value } }) =>
          choose === undefined ? shownMeter.value = value : choose(value)}
      >
        {main.map((meter) => <Group key={meter.id} main={meter} subs={subsOf(meter)} />)}
      </select>
    </span>
  )
}
