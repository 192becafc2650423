/**
 * What is worth a look, the most pressing first: what happened, what to do, and one button.
 *
 * @module
 */
import type { JSX } from 'preact'
import { problemText, t } from '../i18n/messages.ts'
import { newVersion } from '../new-version.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { TakeNewVersion } from '../parts/new-version-notice.tsx'
import { Notice } from '../parts/notice.tsx'
import { latest, meters, online, outbox, reader, recovery, replaced, seals } from '../state.ts'
import type { Facts } from './facts.ts'
import { METER_AGREES, meterClock } from './meter-clock.ts'
import { CLOCK_AGREES } from './platform-facts.ts'

/** Of the quota, from where on it is told. */
const NEARLY_FULL = 0.9

function readerFinding(): JSX.Element | null {
  const state = reader.value
  if (state.kind === 'failed') {
    return (
      <Notice what={t(`failure.${state.why}.what`)} todo={t(`failure.${state.why}.do`)}>
        <a class='button' href='/'>{t('do.to-now')}</a>
      </Notice>
    )
  }
  if (state.kind === 'unplugged') {
    return <Notice what={t('reader.unplugged')} todo={t('reader.unplugged.do')} />
  }
  const isQuiet = state.kind === 'reading' && state.quiet
  return isQuiet ? <Notice what={t('reader.quiet')} todo={t('reader.quiet.do')} /> : null
}

function sendingFinding(): JSX.Element | null {
  const { state, problem, waiting } = outbox.value
  if (replaced.value) {
    return (
      <Notice what={t('replaced')} todo={t('replaced.do')}>
        <a class='button' href='/settings?open=restore'>{t('replaced.button')}</a>
      </Notice>
    )
  }
  if (state === 'stopped') {
    const todo = `${problemText(problem ?? 'unknown')} ${t('outbox.kept')}`
    return <Notice what={t('outbox.stopped')} todo={todo} />
  }
  if (state === 'offline' || !online.value) {
    return <Notice what={t('outbox.offline')} todo={t('health.offline.do')} />
  }
  return state === 'waiting' && problem !== null
    ? <Notice what={problemText(problem)} todo={t('outbox.waiting', { count: waiting })} />
    : null
}

/** Whether clocks differ by more than they may. */
function isOff(facts: Facts): { readonly browser: boolean; readonly meter: boolean } {
  const ahead = facts.platform?.ahead ?? 0
  const meter = meters.value.some((meter) => {
    const clock = meterClock(meter, latest.value.get(meter.id))
    return clock?.kind === 'read' && Math.abs(clock.ahead) > METER_AGREES
  })
  return { browser: Math.abs(ahead) > CLOCK_AGREES, meter }
}

function NotKept({ facts }: { facts: Facts }): JSX.Element {
  return (
    <Notice what={t('health.storage.not-kept')} todo={t('health.storage.not-kept.do')}>
      <ActionButton
        run={async () => {
          await navigator.storage.persist()
          await facts.ask()
        }}
      >
        {t('health.storage.ask')}
      </ActionButton>
    </Notice>
  )
}

/** Every finding, as what is shown of it. */
export function findings(facts: Facts): JSX.Element[] {
  const { used, quota, kept } = facts.browser?.storage ?? { used: null, quota: null, kept: null }
  const broken = [...seals.value.values()].some(({ kind }) => kind === 'broken')
  const off = isOff(facts)
  // Before the first proof there is nothing to lose.
  const hasProof = recovery.value.kind !== 'none'
  return [
    broken
      ? (
        <Notice what={t('seal.broken')} todo={t('health.broken.do')} tone='broken'>
          <a class='button' href='/proof'>{t('health.broken.button')}</a>
        </Notice>
      )
      : null,
    readerFinding(),
    sendingFinding(),
    off.browser ? <Notice what={t('health.clock.off')} todo={t('health.clock.off.do')} /> : null,
    off.meter
      ? <Notice what={t('health.clock.meter.off')} todo={t('health.clock.meter.off.do')} />
      : null,
    used !== null && quota !== null && used > NEARLY_FULL * quota
      ? <Notice what={t('health.storage.full')} todo={t('health.storage.full.do')} />
      : null,
    hasProof && kept === false ? <NotKept facts={facts} /> : null,
    newVersion.value
      ? (
        <Notice what={t('version.new')} todo={t('version.new.reading')}>
          <TakeNewVersion />
        </Notice>
      )
      : null,
  ].filter((finding) => finding !== null)
}
