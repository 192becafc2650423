/**
 * Days of a meter's readings, erased for good: which, what that means, and in two taps.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import type { Line } from '../consent/state.ts'
import { parsePeriod, spanOf } from '../history/period.ts'
import { dayText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { TwoTaps } from '../sharing/two-taps.tsx'
import type { Meter } from '../state.ts'

/** From the first midnight to the last, by the calendar of the meter; null where no days are. */
function daysOf(zone: string, first: string, last: string): { from: number; to: number } | null {
  const [begin, end] = [parsePeriod('day', first), parsePeriod('day', last)]
  if (begin === null || end === null) return null
  const { from } = spanOf(zone, begin)
  const { to } = spanOf(zone, end)
  return from < to ? { from, to } : null
}

export function EraseReadings({ meter }: { meter: Meter }): JSX.Element {
  const actions = useActions()
  const id = useId()
  const [first, setFirst] = useState('')
  const [last, setLast] = useState('')
  const [erased, setErased] = useState<number | null>(null)
  const zone = meter.channels[0]?.zone
  const days = zone === undefined ? null : daysOf(zone, first, last)
  const erase = async () => {
    if (days === null) return
    const consent = await actions.consent()
    let most = 0
    for (const { classes, resolution } of meter.channels) {
      const line: Line = { meter: meter.id, classes, resolution }
      most = Math.max(most, await consent.erase(line, days.from, days.to))
    }
    setErased(most)
  }
  const choose =
    (set: (day: string) => void) => ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
      set(currentTarget.value)
      setErased(null)
    }
  return (
    <div class='form'>
      <p>{t('erase.note')}</p>
      <label for={`${id}-first`}>{t('erase.first')}</label>
      <input id={`${id}-first`} type='date' value={first} onChange={choose(setFirst)} />
      <label for={`${id}-last`}>{t('erase.last')}</label>
      <input id={`${id}-last`} type='date' value={last} onChange={choose(setLast)} />
      {days === null
        ? <p class='muted'>{t('erase.choose')}</p>
        : (
          <TwoTaps first={t('erase.days')} second={t('erase.now')} run={erase}>
            <div class='words'>
              <p class='what'>
                {t('erase.what', { from: dayText(days.from), until: dayText(days.to - 1) })}
              </p>
              <p>{t('erase.others')}</p>
            </div>
          </TwoTaps>
        )}
      <output>
        {erased === null ? null : <p>{t(erased === 0 ? 'erase.none' : 'erase.done')}</p>}
      </output>
    </div>
  )
}
