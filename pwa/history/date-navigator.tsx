/**
 * The one way through time: day, month or year; one back, a date, one on, today; arrow keys too.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import { t } from '../i18n/messages.ts'
import { Icon } from '../parts/icon.tsx'
import type { CalendarDay } from './date.ts'
import {
  firstDay,
  parsePeriod,
  type Period,
  type PeriodKind,
  periodOf,
  periodQuery,
  periodText,
} from './period.ts'

const kinds: readonly PeriodKind[] = ['day', 'month', 'year']

interface Props {
  readonly period: Period
  readonly today: CalendarDay
  readonly hrefOf: (query: string) => string
  readonly go: (period: Period) => void
  /** Turns by one, unless that lies ahead. */
  readonly turn: (by: number) => void
}

/** Today while the wider period holds it, else its first day. */
function inside(period: Period, today: CalendarDay): CalendarDay {
  const now = periodText(periodOf(period.kind, today))
  return now === periodText(period) ? today : firstDay(period)
}

function DateInput({ id, period, today, go }: Omit<Props, 'turn' | 'hrefOf'> & { id: string }) {
  const { kind } = period
  const type = kind === 'day' ? 'date' : kind === 'month' ? 'month' : 'number'
  return (
    <input
      key={kind}
      id={id}
      type={type}
      class={kind}
      value={periodText(period)}
      max={periodText(periodOf(kind, today))}
      {...(kind === 'year' ? { min: 1970, step: 1 } : {})}
      onChange={(event) => {
        const next = parsePeriod(kind, event.currentTarget.value)
        if (next !== null) go(next)
      }}
    />
  )
}

export function DateNavigator({ period, today, hrefOf, go, turn }: Props): JSX.Element {
  const id = useId()
  const { kind } = period
  const now = periodOf(kind, today)
  const isLast = periodText(period) >= periodText(now)
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') turn(-1)
    else if (event.key === 'ArrowRight') turn(1)
    else return
    event.preventDefault()
  }
  return (
    <fieldset class='navigator' aria-describedby={`${id}-keys`}>
      <legend class='hidden'>{t('history.period')}</legend>
      <ul class='kinds'>
        {kinds.map((each) => (
          <li key={each}>
            <a
              href={hrefOf(periodQuery(periodOf(each, inside(period, today))))}
              aria-current={each === kind ? 'true' : undefined}
            >
              {t(`history.${each}`)}
            </a>
          </li>
        ))}
      </ul>
      <div class='steps'>
        <button
          type='button'
          aria-label={t(`history.before.${kind}`)}
          onClick={() => turn(-1)}
          onKeyDown={press}
        >
          <Icon name='before' />
        </button>
        <label for={id} class='hidden'>{t(`history.${kind}`)}</label>
        <DateInput id={id} period={period} today={today} go={go} />
        <button
          type='button'
          aria-label={t(`history.after.${kind}`)}
          aria-disabled={isLast}
          onClick={() => turn(1)}
          onKeyDown={press}
        >
          <Icon name='after' />
        </button>
        <button
          type='button'
          aria-disabled={isLast}
          onClick={() => isLast || go(now)}
          onKeyDown={press}
        >
          {t(`history.now.${kind}`)}
        </button>
      </div>
      <p id={`${id}-keys`} class='keys muted'>{t('history.keys')}</p>
    </fieldset>
  )
}
