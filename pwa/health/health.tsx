/**
 * How it is doing: what is worth a look first, then meters, line, sending, clocks, storage, versions
 * and what this browser can do; and a report to show to somebody who helps.
 *
 * @module
 */
import type { JSX } from 'preact'
import { lineText } from '../../shared/meter/line.ts'
import { age, decimal } from '../i18n/format.ts'
import { problemText, t } from '../i18n/messages.ts'
import { Abilities } from '../now/first-visit.tsx'
import { nowSeconds } from '../parts/clock.ts'
import { Fingerprint } from '../parts/copyable.tsx'
import { NamedValue } from '../parts/named-value.tsx'
import { RoomTitle } from '../parts/room-title.tsx'
import { Simulated } from '../parts/simulated.tsx'
import * as app from '../state.ts'
import { type Facts, useFacts } from './facts.ts'
import { findings } from './findings.tsx'
import { METER_AGREES, meterClock } from './meter-clock.ts'
import { CLOCK_AGREES } from './platform-facts.ts'
import { REFUSALS } from './report.ts'
import { Report } from './report-box.tsx'
import { sizeText, spanText } from './spans.ts'

function Verdict({ facts }: { facts: Facts }): JSX.Element {
  const found = findings(facts)
  const words = found.length > 0
    ? t('health.amiss', { count: found.length })
    : t(app.meters.value.length === 0 ? 'health.well.none' : 'health.well')
  return (
    <>
      <output class='lead'>{words}</output>
      {found}
    </>
  )
}

function MeterAges(): JSX.Element {
  if (app.meters.value.length === 0) return <p>{t('health.meters.none')}</p>
  return (
    <dl class='pairs even'>
      {app.meters.value.map((meter) => {
        const newest = app.latest.value.get(meter.id)
        return (
          <NamedValue
            key={meter.id}
            name={
              <>
                <code>{meter.id}</code> {meter.simulated ? <Simulated /> : null}
              </>
            }
          >
            {newest === undefined
              ? t('health.last.none')
              : age(newest.reading.at, nowSeconds.value)}
          </NamedValue>
        )
      })}
    </dl>
  )
}

function Line(): JSX.Element {
  const { telegrams, refused } = app.lineCounts.value
  const reasons = REFUSALS.flatMap((reason) => {
    const count = refused[reason] ?? 0
    return count === 0
      ? []
      : [t('health.refused.count', { count, reason: t(`health.refused.${reason}`) })]
  })
  const state = app.reader.value
  return (
    <section>
      <h2>{t('health.line')}</h2>
      <dl class='pairs even'>
        <NamedValue name={t('health.state')}>
          {t(`health.reader.${state.kind}`)} {state.kind === 'reading' && !state.simulated
            ? <span class='muted'>{lineText(state.settings)}</span>
            : null}
        </NamedValue>
        <NamedValue name={t('health.telegrams')}>{decimal(telegrams)}</NamedValue>
        <NamedValue name={t('health.refused')}>{reasons.join('; ') || t('word.none')}</NamedValue>
      </dl>
    </section>
  )
}

function Sending(): JSX.Element {
  const { waiting, state, problem } = app.outbox.value
  return (
    <section>
      <h2>{t('health.sending')}</h2>
      <dl class='pairs even'>
        <NamedValue name={t('health.waiting')}>
          {waiting === 0 ? t('health.waiting.none') : t('health.waiting.count', { count: waiting })}
        </NamedValue>
        <NamedValue name={t('health.state')}>
          {t(`health.state.${state}`)}
          {problem === null ? null : <p class='muted'>{problemText(problem)}</p>}
        </NamedValue>
      </dl>
    </section>
  )
}

function platformClock({ platform }: Facts): string {
  const ahead = platform?.ahead ?? null
  if (ahead === null) return t('health.clock.unknown')
  if (Math.abs(ahead) <= CLOCK_AGREES) return t('health.clock.right')
  return t(ahead > 0 ? 'health.clock.ahead' : 'health.clock.behind', { span: spanText(ahead) })
}

function meterClockText(meter: app.Meter): string | null {
  const clock = meterClock(meter, app.latest.value.get(meter.id))
  if (clock === null) return null
  if (clock.kind !== 'read') return t(`health.clock.${clock.kind}`)
  const { ahead } = clock
  if (Math.abs(ahead) <= METER_AGREES) return t('health.clock.right.meter')
  return t(ahead > 0 ? 'health.clock.ahead.meter' : 'health.clock.behind.meter', {
    span: spanText(ahead),
  })
}

function Clocks({ facts }: { facts: Facts }): JSX.Element {
  return (
    <section>
      <h2>{t('health.clocks')}</h2>
      <dl class='pairs even'>
        <NamedValue name={t('health.clock.browser')}>{platformClock(facts)}</NamedValue>
        {app.meters.value.map((meter) => {
          const text = meterClockText(meter)
          return text === null
            ? null
            : (
              <NamedValue key={meter.id} name={t('health.clock.meter', { meter: meter.id })}>
                {text}
              </NamedValue>
            )
        })}
      </dl>
    </section>
  )
}

function Storage({ facts }: { facts: Facts }): JSX.Element {
  const { used, quota, kept } = facts.browser?.storage ?? { used: null, quota: null, kept: null }
  return (
    <section>
      <h2>{t('health.storage')}</h2>
      <dl class='pairs even'>
        <NamedValue name={t('health.storage.used')}>
          {used === null || quota === null
            ? t('word.unknown')
            : t('health.storage.of', { used: sizeText(used), quota: sizeText(quota) })}
        </NamedValue>
        <NamedValue name={t('health.storage.kept')}>
          {kept === null
            ? t('word.unknown')
            : t(kept ? 'health.storage.kept.yes' : 'health.storage.kept.no')}
        </NamedValue>
      </dl>
    </section>
  )
}

function Versions({ facts }: { facts: Facts }): JSX.Element {
  const operator = app.identities.value?.operator ?? ''
  return (
    <section>
      <h2>{t('health.app')}</h2>
      <dl class='pairs even'>
        <NamedValue name={t('health.app.version')}>{import.meta.env.VITE_VERSION}</NamedValue>
        <NamedValue name={t('health.worker')}>
          {facts.browser === null ? t('word.unknown') : t(`health.worker.${facts.browser.worker}`)}
        </NamedValue>
        <NamedValue name={t('health.platform.version')}>
          {facts.platform?.version ?? t('health.platform.away')}
        </NamedValue>
        {operator === '' ? null : (
          <NamedValue name={t('health.platform.fingerprint')}>
            <Fingerprint hex={operator} />
          </NamedValue>
        )}
      </dl>
    </section>
  )
}

export function Health(): JSX.Element {
  const facts = useFacts()
  return (
    <div class='room health'>
      <header class='head'>
        <RoomTitle>{t('room.health')}</RoomTitle>
      </header>
      <Verdict facts={facts} />
      <section>
        <h2>{t('health.meters')}</h2>
        <h3>{t('health.last')}</h3>
        <MeterAges />
      </section>
      <Line />
      <Sending />
      <Clocks facts={facts} />
      <Storage facts={facts} />
      <Versions facts={facts} />
      <section>
        <h2>{t('first.can')}</h2>
        <Abilities />
      </section>
      <Report facts={facts} />
      <p>
        <a href='/settings'>{t('health.back')}</a>
      </p>
    </div>
  )
}
