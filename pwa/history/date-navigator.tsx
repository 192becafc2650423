/**
 * The one way through the days: a day back, a date, a day on, today; arrow keys too.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import { t } from '../i18n/messages.ts'
import { Icon } from '../parts/icon.tsx'
import { type CalendarDay, dateText, parseDate, turn } from './date.ts'

interface Props {
  readonly day: CalendarDay
  readonly today: CalendarDay
  readonly go: (day: CalendarDay) => void
}

export function DateNavigator({ day, today, go }: Props): JSX.Element {
  const id = useId()
  const isLast = dateText(day) >= dateText(today)
  const by = (days: number) => {
    if (days < 0 || !isLast) go(turn(day, days))
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') by(-1)
    else if (event.key === 'ArrowRight') by(1)
    else return
    event.preventDefault()
  }
  return (
    <fieldset class='navigator' aria-describedby={`${id}-keys`}>
      <legend class='hidden'>{t('history.day')}</legend>
      <button
        type='button'
        aria-label={t('history.before')}
        onClick={() => by(-1)}
        onKeyDown={press}
      >
        <Icon name='before' />
      </button>
      <label for={id} class='hidden'>{t('history.day')}</label>
      <input
        id={id}
        type='date'
        value={dateText(day)}
        max={dateText(today)}
        onChange={(event) => {
          const next = parseDate(event.currentTarget.value)
          if (next !== null) go(next)
        }}
      />
      <button
        type='button'
        aria-label={t('history.after')}
        aria-disabled={isLast}
        onClick={() => by(1)}
        onKeyDown={press}
      >
        <Icon name='after' />
      </button>
      <button
        type='button'
        aria-disabled={isLast}
        onClick={() => isLast || go(today)}
        onKeyDown={press}
      >
        {t('history.today')}
      </button>
      <p id={`${id}-keys`} class='keys muted'>{t('history.keys')}</p>
    </fieldset>
  )
}
