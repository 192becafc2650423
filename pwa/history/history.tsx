/**
 * A day of the past, read from the platform, checked and opened by this browser.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso'
import { useEffect, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { EnergyBars } from '../chart/energy-bars.tsx'
import { PowerCurve } from '../chart/power-curve.tsx'
import { EnergyTable, PowerTable } from '../chart/tables.tsx'
import { Sums } from '../chart/sums.tsx'
import { dayName } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton, sentenceOf } from '../parts/action-button.tsx'
import { nowSeconds } from '../parts/clock.ts'
import { MeterChoice } from '../parts/meter-choice.tsx'
import { Notice } from '../parts/notice.tsx'
import { RoomTitle } from '../parts/room-title.tsx'
import { SealMark } from '../parts/seal-mark.tsx'
import { Simulated } from '../parts/simulated.tsx'
import { AppError, type DayView, type Meter, meters, seals, shownMeter, today } from '../state.ts'
import { type CalendarDay, dateText, noonOf, parseDate, todayIn } from './date.ts'
import { DateNavigator } from './date-navigator.tsx'

type Asked =
  | { readonly kind: 'loading' }
  | { readonly kind: 'shown'; readonly view: DayView }
  | { readonly kind: 'failed'; readonly sentence: string; readonly away: boolean }

/** Today comes as it grows; any other day is asked for. */
function useDay(meter: string, day: CalendarDay, isToday: boolean): readonly [Asked, () => void] {
  const actions = useActions()
  const [asked, setAsked] = useState<Asked>({ kind: 'loading' })
  const [attempt, setAttempt] = useState(0)
  const date = dateText(day)
  useEffect(() => {
    if (isToday) return undefined
    let gone = false
    setAsked({ kind: 'loading' })
    actions.readDay(meter, day).then(
      (view) => gone || setAsked({ kind: 'shown', view }),
      (error: unknown) => {
        const away = error instanceof AppError && error.key === 'offline'
        if (!gone) setAsked({ kind: 'failed', sentence: sentenceOf(error), away })
      },
    )
    return () => {
      gone = true
    }
  }, [meter, date, isToday, attempt])
  const again = () => setAttempt((attempt) => attempt + 1)
  const now = today.value.get(meter)
  if (isToday && now !== undefined) return [{ kind: 'shown', view: now }, again]
  return [asked, again]
}

function Shown({ view }: { view: DayView }): JSX.Element {
  const gaps = view.bars.filter((bar) => bar.gap).length
  if (view.bars.length + view.power.length === 0) {
    return <Notice what={t('history.empty')} todo={t('history.empty.do')} />
  }
  return (
    <>
      {view.bars.length === 0 ? null : (
        <section>
          <Sums day={view} />
          {gaps === 0 ? null : <p class='muted'>{t('history.gaps', { count: gaps })}</p>}
          <EnergyBars day={view} />
          <EnergyTable day={view} />
        </section>
      )}
      {view.power.length === 0 ? null : (
        <section>
          <h2>{t('history.power')}</h2>
          <PowerCurve day={view} />
          <PowerTable day={view} />
        </section>
      )}
    </>
  )
}

function Day({ meter }: { meter: Meter }): JSX.Element {
  const { query, route } = useLocation()
  const zone = meter.channels[0]?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const now = todayIn(zone, nowSeconds.value)
  const wanted = parseDate(query['day'] ?? '')
  const day = wanted !== null && dateText(wanted) < dateText(now) ? wanted : now
  const isToday = dateText(day) === dateText(now)
  const [asked, again] = useDay(meter.id, day, isToday)
  const seal = seals.value.get(meter.id)
  return (
    <>
      <DateNavigator
        day={day}
        today={now}
        go={(next) => route(`/history?day=${dateText(next)}`, true)}
      />
      <div class='day' aria-live='polite'>
        <h2>{dayName(noonOf(day), 'UTC')}</h2>
        {seal === undefined ? null : <SealMark seal={seal} />}
      </div>
      {asked.kind === 'loading'
        ? <output class='muted'>{t(isToday ? 'now.today.empty' : 'history.loading')}</output>
        : asked.kind === 'failed'
        ? (
          <Notice
            what={t(asked.away ? 'outbox.offline' : 'history.failed')}
            todo={asked.away ? t('history.away.do') : asked.sentence}
            tone={asked.away ? 'plain' : 'fault'}
          >
            <ActionButton look='primary' run={async () => again()}>{t('do.again')}</ActionButton>
          </Notice>
        )
        : (
          <>
            {asked.view.onlyHere === true
              ? (
                <Notice what={t('outbox.offline')} todo={t('history.here')}>
                  <ActionButton run={async () => again()}>{t('do.again')}</ActionButton>
                </Notice>
              )
              : null}
            <Shown view={asked.view} />
          </>
        )}
    </>
  )
}

export function History(): JSX.Element {
  const meter = meters.value.find((meter) => meter.id === shownMeter.value) ?? meters.value[0]
  return (
    <div class='room'>
      <header class='head'>
        <RoomTitle>{t('room.history')}</RoomTitle>
        <MeterChoice />
        {meter?.simulated === true ? <Simulated /> : null}
      </header>
      {meter === undefined
        ? (
          <Notice what={t('history.no-meter')} todo={t('history.no-meter.do')}>
            <a class='button' href='/'>{t('do.to-now')}</a>
          </Notice>
        )
        : <Day meter={meter} />}
    </div>
  )
}
