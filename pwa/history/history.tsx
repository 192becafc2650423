/**
 * The past: a day, a month or a year, read from the platform, checked and opened by this browser.
 *
 * @module
 */
import { computed } from '@preact/signals'
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso'
import { useCallback, useRef } from 'preact/hooks'
import { PowerCurve } from '../chart/power-curve.tsx'
import { PowerTable } from '../chart/tables.tsx'
import { isGrid } from '../chart/words.ts'
import { energyText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { AfterPainting } from '../parts/after-painting.tsx'
import { MeterChoice } from '../parts/meter-choice.tsx'
import { Notice } from '../parts/notice.tsx'
import { RoomTitle } from '../parts/room-title.tsx'
import { SealMark } from '../parts/seal-mark.tsx'
import { Simulated } from '../parts/simulated.tsx'
import { latest, type Meter, meters, readProgress, seals, shownMeter } from '../state.ts'
import { Costs } from '../tariff/costs.tsx'
import {
  comparedPeriod,
  ComparisonChoice,
  ComparisonWords,
  type With,
  withOf,
} from './comparison.tsx'
import { type CalendarDay, todayIn } from './date.ts'
import { DateNavigator } from './date-navigator.tsx'
import { Download } from './download.tsx'
import { Figures } from './figures-section.tsx'
import { periodName, untilText } from './names.ts'
import {
  askedPeriod,
  asksInVain,
  type Period,
  periodOf,
  periodQuery,
  periodText,
  turnPeriod,
} from './period.ts'
import { PeriodChart } from './period-chart.tsx'
import { PeriodTable } from './period-table.tsx'
import type { Looked, Row } from './rows.ts'
import { type PeriodData, quarterNow, usePeriod } from './use-period.ts'

function Sums({ looked, isOver }: { looked: Looked; isOver: boolean }): JSX.Element {
  const { sum, unit, until, period, zone } = looked
  const grid = isGrid(unit)
  return (
    <p class='sums'>
      <span class='key import'>
        {t(grid ? 'now.today.import' : 'history.used', { energy: energyText(sum.importWh, unit) })}
      </span>{' '}
      {grid
        ? (
          <span class='key export'>
            {t('now.today.export', { energy: energyText(sum.exportWh, unit) })}
          </span>
        )
        : null} {isOver || until === null ? null : (
        <span class='muted'>
          {t('history.so-far', { time: untilText(until, period, zone) })}
        </span>
      )}
    </p>
  )
}

/** What is missing, in words. */
function Holes({ looked }: { looked: Looked }): JSX.Element | null {
  const { rows, period, sum } = looked
  const lines: string[] = []
  const isHole = ({ gap, changed }: Row) => gap && !changed
  const gaps = period.kind === 'day' ? rows.filter(isHole).length : sum.gaps - sum.changes
  if (rows.some(({ changed }) => changed)) lines.push(t('history.changed'))
  if (gaps > 0) lines.push(t('history.gaps', { count: gaps }))
  const outside = rows.filter((row) => row.outside)
  if (outside.length > 0) lines.push(t('history.outside', { count: outside.length }))
  const reached = rows.filter((row) => row.part !== null && row.from < (looked.until ?? 0))
  const across = rows.filter((row) => row.gap)
  const empty =
    reached.filter((row) =>
      row.covered === 0 && !across.some((gap) => gap.from < row.to && gap.to > row.from)
    ).length
  if (empty > 0 && period.kind === 'month') lines.push(t('history.days.empty', { count: empty }))
  if (empty > 0 && period.kind === 'year') lines.push(t('history.months.empty', { count: empty }))
  return lines.length === 0 ? null : <p class='muted'>{lines.join(' ')}</p>
}

interface ShownProps {
  readonly meter: Meter
  readonly data: PeriodData
  readonly isOver: boolean
  readonly choice: With
  readonly hrefOf: (query: string) => string
  readonly go: (href: string) => void
  readonly choose: (choice: With) => void
  readonly turn: (by: number) => void
}

function Shown(props: ShownProps): JSX.Element {
  const { meter, data, isOver, choice, hrefOf, go, choose, turn } = props
  const { looked, day } = data
  const other = data.other?.kind === 'shown' && data.other.value.sum.bars > 0
    ? data.other.value
    : null
  const { kind } = looked.period
  if (looked.bars.length === 0 && (day === null || day.power.length === 0)) {
    return <Notice what={t(`history.empty.${kind}`)} todo={t(`history.empty.${kind}.do`)} />
  }
  return (
    <>
      {looked.bars.length === 0 ? null : (
        <section>
          <Sums looked={looked} isOver={isOver} />
          <Holes looked={looked} />
          <PeriodChart looked={looked} other={other} hrefOf={hrefOf} go={go} turn={turn} />
          <ComparisonChoice period={looked.period} choice={choice} choose={choose} />
          {data.other === null
            ? null
            : <ComparisonWords looked={looked} other={data.other} isOver={isOver} />}
          {choice === 'year' && comparedPeriod(looked.period, choice) === null
            ? <p>{t('compare.leap')}</p>
            : null}
          <PeriodTable looked={looked} other={other} hrefOf={hrefOf} />
        </section>
      )}
      {day === null || day.power.length === 0 ? null : (
        <section>
          <h2>{t('history.power')}</h2>
          <PowerCurve day={day} turn={turn} />
          <PowerTable day={day} />
        </section>
      )}
      {looked.bars.length === 0 ? null : (
        <AfterPainting>
          <Costs meter={meter} looked={looked} />
          <AfterPainting>
            {isGrid(looked.unit)
              ? <Figures looked={looked} latest={latest.value.get(meter.id)?.reading} />
              : null}
            <Download meter={meter} looked={looked} />
          </AfterPainting>
        </AfterPainting>
      )}
    </>
  )
}

function Loading({ period }: { period: Period }): JSX.Element {
  const progress = readProgress.value
  return (
    <output class='muted'>
      <p>{t(`history.loading.${period.kind}`)}</p>
      {progress === null ? null : (
        <progress
          value={progress.checked}
          max={Math.max(1, progress.of)}
          aria-label={t(`history.loading.${period.kind}`)}
        />
      )}
    </output>
  )
}

/** A finger that goes sideways turns the page, unless it moves what scrolls. */
function useSwipe(turn: (by: number) => void) {
  const start = useRef<{ x: number; y: number } | null>(null)
  return {
    onTouchStart(event: TouchEvent) {
      const [touch, more] = event.touches
      const scrolls = event.target instanceof Element && event.target.closest('.scroll') !== null
      start.current = touch === undefined || more !== undefined || scrolls
        ? null
        : { x: touch.clientX, y: touch.clientY }
    },
    onTouchEnd(event: TouchEvent) {
      const [touch] = event.changedTouches
      if (start.current === null || touch === undefined) return
      const x = touch.clientX - start.current.x
      const y = touch.clientY - start.current.y
      start.current = null
      if (Math.abs(x) > 64 && Math.abs(x) > 2 * Math.abs(y)) turn(x > 0 ? -1 : 1)
    },
  }
}

/** Dates turn at midnight only; what shows them need not be drawn again before. */
const todayByZone = new Map<string, { readonly value: CalendarDay }>()

function todayOf(zone: string): CalendarDay {
  let found = todayByZone.get(zone)
  if (found === undefined) {
    found = computed(() => todayIn(zone, quarterNow.value))
    todayByZone.set(zone, found)
  }
  return found.value
}

function Look({ meter }: { meter: Meter }): JSX.Element {
  const { query, route } = useLocation()
  const zone = meter.channels[0]?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const today = todayOf(zone)
  const asked = askedPeriod(query) ?? periodOf('day', today)
  const now = periodOf(asked.kind, today)
  const period = periodText(asked) < periodText(now) ? asked : now
  const isOver = periodText(period) < periodText(now)
  const choice = withOf(query['with'])
  const [found, again] = usePeriod(meter, zone, period, comparedPeriod(period, choice))
  const seal = seals.value.get(meter.parent ?? meter.id)

  const hrefOf = useCallback((wanted: string, way: With = choice) => {
    const rest = [
      ...(query['meter'] === undefined ? [] : [`meter=${encodeURIComponent(query['meter'])}`]),
      ...(way === 'none' ? [] : [`with=${way}`]),
    ]
    return `/history?${[wanted, ...rest].join('&')}`
  }, [choice, query['meter']])
  const go = (period: Period) => route(hrefOf(periodQuery(period)))
  const turn = (by: number) => {
    if (by < 0 || isOver) go(turnPeriod(period, by))
  }
  return (
    <>
      <DateNavigator period={period} today={today} hrefOf={hrefOf} go={go} turn={turn} />
      <div class='looked' {...useSwipe(turn)}>
        <div class='day'>
          {/* Not the mark beside it, whose age is another one each second. */}
          <h2 aria-live='polite'>{periodName(period)}</h2>
          {seal === undefined ? null : <SealMark seal={seal} />}
        </div>
        {asksInVain(query)
          ? <Notice what={t('history.no-date')} todo={t('history.no-date.do')} />
          : null}
        {found.kind === 'loading'
          ? <Loading period={period} />
          : found.kind === 'failed' && found.replaced
          ? (
            <Notice what={t('replaced')} todo={t('replaced.do')} tone='fault'>
              <a class='button primary' href='/settings?open=restore'>{t('replaced.button')}</a>
            </Notice>
          )
          : found.kind === 'failed'
          ? (
            <Notice
              what={t(found.away ? 'outbox.offline' : 'history.failed')}
              todo={found.away ? t('history.away.do') : found.sentence}
              tone={found.away ? 'plain' : 'fault'}
            >
              <ActionButton look='primary' run={async () => again()}>{t('do.again')}</ActionButton>
            </Notice>
          )
          : (
            <>
              {found.value.looked.onlyHere
                ? (
                  <Notice what={t('outbox.offline')} todo={t('history.here')}>
                    <ActionButton run={async () => again()}>{t('do.again')}</ActionButton>
                  </Notice>
                )
                : null}
              {found.value.looked.unopened === 0
                ? null
                : <p>{t('history.unopened', { count: found.value.looked.unopened })}</p>}
              <Shown
                meter={meter}
                data={found.value}
                isOver={isOver}
                choice={choice}
                hrefOf={hrefOf}
                go={route}
                choose={(way) => route(hrefOf(periodQuery(period), way), true)}
                turn={turn}
              />
            </>
          )}
      </div>
    </>
  )
}

export function History(): JSX.Element {
  const { query, route } = useLocation()
  const find = (id: string | null | undefined) => meters.value.find((meter) => meter.id === id)
  const meter = find(query['meter']) ?? find(shownMeter.value) ?? meters.value[0]
  const choose = (id: string) => {
    const period = askedPeriod(query)
    const parts = [
      ...(period === null ? [] : [periodQuery(period)]),
      `meter=${encodeURIComponent(id)}`,
      ...(query['with'] === undefined ? [] : [`with=${withOf(query['with'])}`]),
    ]
    if (find(id)?.parent === null) shownMeter.value = id
    route(`/history?${parts.join('&')}`, true)
  }
  return (
    <div class='room history'>
      <header class='head'>
        <RoomTitle>{t('room.history')}</RoomTitle>
        {meter === undefined ? null : <MeterChoice shown={meter.id} choose={choose} />}
        {meter?.simulated === true ? <Simulated /> : null}
      </header>
      {meter === undefined
        ? (
          <Notice what={t('history.no-meter')} todo={t('history.no-meter.do')}>
            <a class='button' href='/'>{t('do.to-now')}</a>
          </Notice>
        )
        : <Look key={meter.id} meter={meter} />}
    </div>
  )
}
