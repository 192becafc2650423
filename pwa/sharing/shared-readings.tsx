/**
 * The readings of one line that somebody gave: the newest value, then a day, a month or a year as
 * bars with their table, and all of it as a file. It is read stretch by stretch, and can be left.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso'
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { barWords } from '../chart/words.ts'
import { dayAndClock, energyText, moment } from '../i18n/format.ts'
import { problemText, t } from '../i18n/messages.ts'
import { todayIn } from '../history/date.ts'
import { DateNavigator } from '../history/date-navigator.tsx'
import { periodName } from '../history/names.ts'
import {
  askedPeriod,
  type Period,
  periodOf,
  periodQuery,
  periodText,
  spanOf,
  turnPeriod,
} from '../history/period.ts'
import { PeriodChart } from '../history/period-chart.tsx'
import { PeriodTable } from '../history/period-table.tsx'
import { look } from '../history/rows.ts'
import { quarterNow } from '../history/use-period.ts'
import { sentenceOf } from '../parts/action-button.tsx'
import { download } from '../parts/download.ts'
import { type Made, MadeFile } from '../parts/made-file.tsx'
import { Notice } from '../parts/notice.tsx'
import { readProgress, type SharedEnergy } from '../state.ts'
import type { SharedGrant, SharedLine } from './shared-state.ts'
import { sharedLineText } from './shared-words.ts'

/** Milliseconds between looks at what is new, while the page is seen. */
const LOOK_EVERY = 15_000

export function SharedReadings(
  { grant, again }: { grant: SharedGrant; again: () => void },
): JSX.Element | null {
  const id = useId()
  const [at, setAt] = useState(0)
  const line = grant.lines[at] ?? grant.lines[0]
  if (line === undefined) return null
  return (
    <>
      {grant.lines.length < 2 ? null : (
        <p class='pick'>
          <label for={id}>{t('shared.choose')}</label>
          <select
            id={id}
            value={at}
            onChange={(event) => setAt(Number(event.currentTarget.value))}
          >
            {grant.lines.map((one, i) => (
              <option key={one.channel} value={i}>{sharedLineText(one, grant)}</option>
            ))}
          </select>
        </p>
      )}
      <OfLine key={line.channel} grant={grant} line={line} again={again} />
    </>
  )
}

type Found =
  | { readonly kind: 'reading' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'shown'; readonly value: SharedEnergy }

/** What is shown stays while it is read again. */
function useEnergy(
  { id: grant, phase }: SharedGrant,
  { channel }: SharedLine,
  { from, to }: { from: number; to: number },
  ended: () => void,
): readonly [Found, stop: () => void, again: () => void] {
  const actions = useActions()
  const [found, setFound] = useState<Found>({ kind: 'reading' })
  const [attempt, setAttempt] = useState(0)
  const control = useRef<AbortController | null>(null)
  const isStopped = found.kind === 'stopped'
  useEffect(() => {
    let gone = false
    const read = async () => {
      const mine = new AbortController()
      control.current = mine
      try {
        const value = await actions.readShared({ grant, channel }, from, to, mine.signal)
        if (gone) return
        setFound({ kind: 'shown', value })
        if (value.over && phase === 'active') ended()
      } catch (error) {
        if (gone || control.current !== mine) return
        if (mine.signal.aborted) setFound({ kind: 'stopped' })
        else setFound({ kind: 'failed', sentence: sentenceOf(error) })
      }
    }
    setFound((before) => before.kind === 'shown' ? before : { kind: 'reading' })
    void read()
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && phase === 'active' && !isStopped) void read()
    }, LOOK_EVERY)
    return () => {
      gone = true
      clearInterval(timer)
      control.current?.abort()
    }
  }, [grant, channel, from, to, phase, attempt])
  const stop = () => control.current?.abort(new DOMException('It was stopped', 'AbortError'))
  return [found, stop, () => setAttempt((before) => before + 1)]
}

function OfLine(
  { grant, line, again }: { grant: SharedGrant; line: SharedLine; again: () => void },
): JSX.Element {
  const { query, route } = useLocation()
  const { zone } = line
  const today = todayIn(zone, quarterNow.value)
  const asked = askedPeriod(query) ?? periodOf('month', today)
  const now = periodOf(asked.kind, today)
  const period = periodText(asked) < periodText(now) ? asked : now
  const { from, to } = spanOf(zone, period)
  // A day more, to see a gap that reaches over the end.
  const [found, stop, retry] = useEnergy(grant, line, { from, to: to + 86_400 }, again)

  const hrefOf = (wanted: string) => `/shared/${grant.id}?${wanted}`
  const go = (next: Period) => route(hrefOf(periodQuery(next)))
  const turn = (by: number) => {
    if (by < 0 || periodText(period) < periodText(now)) go(turnPeriod(period, by))
  }
  return (
    <>
      <Newest found={found} />
      <DateNavigator period={period} today={today} hrefOf={hrefOf} go={go} turn={turn} />
      <section class='looked'>
        <h2 aria-live='polite'>{periodName(period)}</h2>
        <Bars found={found} period={period} hrefOf={hrefOf} go={route} turn={turn} />
        {found.kind === 'reading' ? <Reading stop={stop} /> : null}
        {found.kind === 'stopped'
          ? (
            <Notice what={t('shared.stopped')} todo={t('shared.stopped.do')}>
              <button type='button' onClick={retry}>{t('shared.go-on')}</button>
            </Notice>
          )
          : null}
        {found.kind === 'failed'
          ? (
            <Notice what={t('shared.failed')} todo={found.sentence} tone='fault'>
              <button type='button' onClick={retry}>{t('do.again')}</button>
            </Notice>
          )
          : null}
      </section>
      {grant.phase === 'active' ? <File grant={grant} line={line} /> : null}
    </>
  )
}

function Reading({ stop }: { stop: () => void }): JSX.Element {
  const progress = readProgress.value
  return (
    <div class='checking'>
      <output class='muted'>{t('shared.reading')}</output>
      {progress === null ? null : (
        <progress
          value={progress.checked}
          max={Math.max(1, progress.of)}
          aria-label={t('shared.reading')}
        />
      )}
      <div>
        <button type='button' onClick={stop}>{t('shared.stop')}</button>
      </div>
    </div>
  )
}

/** The newest value first: what was used in the last stretch, and what the counter says. */
function Newest({ found }: { found: Found }): JSX.Element | null {
  if (found.kind !== 'shown') return null
  const { newest, energy, seq, readings, fault } = found.value
  if (newest === null) return fault === null ? null : <Broken fault={fault} />
  const last = energy.bars.at(-1)
  const counter = newest.registers.find(({ unit }) => unit === 'Wh')
  return (
    <section>
      <h2>{t('shared.newest')}</h2>
      <p class='muted'>{t('consent.of-meter', { meter: newest.meter })}</p>
      {last === undefined || last.to < newest.at - 900
        ? null
        : <p class='claim'>{barWords(last, energy.unit)}</p>}
      {counter === undefined ? null : (
        <p>
          {t('shared.counter', {
            value: energyText(scaled(counter), 'Wh'),
            time: moment(newest.at),
          })}
        </p>
      )}
      <p class='muted'>{t('shared.checked', { count: readings, seq: seq ?? 0 })}</p>
      {fault === null ? null : <Broken fault={fault} />}
    </section>
  )
}

function scaled({ value, exponent }: { value: string; exponent: number }): bigint {
  const whole = BigInt(value)
  return exponent >= 0 ? whole * 10n ** BigInt(exponent) : whole / 10n ** BigInt(-exponent)
}

function Broken({ fault }: { fault: NonNullable<SharedEnergy['fault']> }): JSX.Element {
  const { seq, reason } = fault
  return (
    <Notice
      what={seq === null ? t('shared.fault') : t('shared.fault.block', { seq })}
      todo={`${problemText(reason)} ${t('shared.fault.do')}`}
      tone='broken'
    />
  )
}

function Bars({ found, period, hrefOf, go, turn }: {
  found: Found
  period: Period
  hrefOf: (query: string) => string
  go: (href: string) => void
  turn: (by: number) => void
}): JSX.Element | null {
  const view = found.kind === 'shown' ? found.value.energy : null
  const looked = useMemo(() => view === null ? null : look(period, view), [
    view,
    periodText(period),
  ])
  if (looked === null || view === null) return null
  return (
    <>
      {looked.bars.length === 0 ? <p>{t('shared.empty')}</p> : (
        <>
          <p class='sums'>
            <span class='key import'>
              {barWords({ ...looked.sum, gap: false }, looked.unit)}
            </span>{' '}
            {looked.until === null ? null : (
              <span class='muted'>
                {t('shared.until', { time: dayAndClock(looked.until, looked.zone) })}
              </span>
            )}
          </p>
          <PeriodChart looked={looked} other={null} hrefOf={hrefOf} go={go} turn={turn} />
          <PeriodTable looked={looked} other={null} hrefOf={hrefOf} />
        </>
      )}
      {looked.unopened === 0 ? null : <p>{t('shared.unopened', { count: looked.unopened })}</p>}
    </>
  )
}

function File({ grant, line }: { grant: SharedGrant; line: SharedLine }): JSX.Element {
  const actions = useActions()
  const [made, setMade] = useState<Made>({ kind: 'none' })
  const control = useRef<AbortController | null>(null)
  useEffect(() => () => control.current?.abort(), [])
  const make = async () => {
    if (made.kind === 'making') return
    setMade({ kind: 'making' })
    const mine = new AbortController()
    control.current = mine
    try {
      const of = { grant: grant.id, channel: line.channel }
      const { name, bytes, unopened } = await actions.exportShared(of, mine.signal)
      download(name, bytes)
      setMade({ kind: 'made', name, unopened })
    } catch (error) {
      if (mine.signal.aborted) setMade({ kind: 'none' })
      else setMade({ kind: 'failed', sentence: sentenceOf(error) })
    }
  }
  return (
    <section>
      <h2>{t('download')}</h2>
      <p>{t('shared.file')}</p>
      <p class='buttons'>
        <button type='button' aria-disabled={made.kind === 'making'} onClick={() => void make()}>
          {t('download.csv')}
        </button>
        {made.kind === 'making'
          ? (
            <button type='button' onClick={() => control.current?.abort()}>
              {t('shared.stop')}
            </button>
          )
          : null}
      </p>
      <MadeFile made={made} unopened='shared.unopened' />
    </section>
  )
}
