/**
 * The proof in words: what this browser just checked, what is missing, what waits, and the way to
 * take it away and check it elsewhere.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { age, dayText } from '../i18n/format.ts'
import { faultText, t } from '../i18n/messages.ts'
import { ActionButton, sentenceOf } from '../parts/action-button.tsx'
import { nowSeconds } from '../parts/clock.ts'
import { Fingerprint } from '../parts/copyable.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { RoomTitle } from '../parts/room-title.tsx'
import { SealMark } from '../parts/seal-mark.tsx'
import {
  keptProof,
  meters,
  type Proof as Evidence,
  proof,
  proofProgress,
  replaced,
  seals,
} from '../state.ts'
import { Channel } from './channel.tsx'
import { channelName } from './channel-name.ts'

function sum(evidence: Evidence, of: (channel: Evidence['channels'][number]) => number): number {
  return evidence.channels.reduce((total, channel) => total + of(channel), 0)
}

function Faults({ evidence }: { evidence: Evidence }): JSX.Element | null {
  const broken = evidence.channels.find((channel) => channel.fault !== null)
  if (broken === undefined || broken.fault === null) return null
  const { seq, reason } = broken.fault
  const named = { channel: channelName(broken), reason: faultText(reason) }
  return (
    <Notice
      what={t('proof.fault')}
      todo={seq === null
        ? t('proof.fault.channel', named)
        : t('proof.fault.block', { ...named, seq })}
      tone='broken'
    >
      <p>{t('proof.fault.do')}</p>
    </Notice>
  )
}

/** What was checked and what is missing, as sentences. */
function Verdict({ evidence }: { evidence: Evidence }): JSX.Element {
  const broken = evidence.channels.some((channel) => channel.fault !== null)
  // Where something does not hold, nothing is said of who sealed it.
  const own = evidence.channels.every(({ chapters, ownChapters }) => ownChapters === chapters)
  const checked = broken ? 'proof.checked.only' : own ? 'proof.checked' : 'proof.checked.devices'
  const acknowledged = evidence.channels.every(({ acknowledged, blocks }) => acknowledged >= blocks)
  // What no platform will take any more does not wait for one: after a replacement, no word of it.
  const waiting = sum(evidence, (channel) => channel.waiting)
  const gaps = sum(evidence, (channel) => channel.gaps.length)
  const starts = evidence.channels.map((channel) => channel.firstAt).filter((at) => at !== null)
  const since = starts.length === 0 ? null : dayText(Math.min(...starts))
  return (
    <div class='verdict'>
      {broken ? null : <Icon name='proof' />}
      <p>
        {t(checked, {
          count: sum(evidence, (channel) => channel.blocks),
          age: age(evidence.at / 1000, nowSeconds.value),
        })} {broken || since === null
          ? null
          : gaps === 0
          ? t('proof.whole', { date: since })
          : t('proof.gaps', { count: gaps, date: since })} {replaced.value
          ? null
          : waiting > 0
          ? t('proof.waits', { count: waiting })
          : acknowledged
          ? t('proof.waits.none')
          : null}
      </p>
    </div>
  )
}

function Means(): JSX.Element {
  return (
    <section>
      <h2>{t('proof.means')}</h2>
      <ul class='means'>
        <li>{t('proof.means.sign')}</li>
        <li>{t('proof.means.chain')}</li>
        <li>{t('proof.means.ack')}</li>
      </ul>
      <p class='muted'>{t('proof.means.not')}</p>
    </section>
  )
}

function Identities({ evidence }: { evidence: Evidence }): JSX.Element {
  return (
    <section>
      <h2>{t('proof.identity')}</h2>
      <p class='muted'>{t('proof.identity.note')}</p>
      <dl class='pairs'>
        <div>
          <dt>{t('proof.owner')}</dt>
          <dd>
            <Fingerprint hex={evidence.owner} />
          </dd>
        </div>
        <div>
          <dt>{t('proof.device')}</dt>
          <dd>
            <Fingerprint hex={evidence.device} />
          </dd>
        </div>
        <div>
          <dt>{t('proof.operator')}</dt>
          <dd>
            {evidence.operator === '' ? t('word.unknown') : <Fingerprint hex={evidence.operator} />}
          </dd>
        </div>
        <div>
          <dt>{t('proof.custody')}</dt>
          <dd>{t(`proof.custody.${evidence.custody}`)}</dd>
        </div>
      </dl>
    </section>
  )
}

function Progress(): JSX.Element | null {
  const progress = proofProgress.value
  if (progress === null) return null
  return (
    <div class='checking'>
      <progress
        value={progress.checked}
        max={Math.max(1, progress.of)}
        aria-label={t('proof.means')}
      />
      <p class='muted'>{t('proof.checking', { checked: progress.checked, of: progress.of })}</p>
    </div>
  )
}

/** Nothing is claimed that was not checked: who opens this room sees the check itself first. */
function useFirstCheck(): { readonly problem: string | null; readonly again: () => void } {
  const actions = useActions()
  const [problem, setProblem] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)
  const wanted = proof.value === null && meters.value.length > 0
  useEffect(() => {
    if (!wanted || proofProgress.peek() !== null) return
    setProblem(null)
    actions.verifyNow().catch((error: unknown) => setProblem(sentenceOf(error)))
  }, [wanted, attempt])
  return { problem, again: () => setAttempt(attempt + 1) }
}

function Unchecked(): JSX.Element | null {
  const { problem, again } = useFirstCheck()
  if (meters.value.length === 0) {
    return (
      <Notice what={t('proof.none')} todo={t('proof.none.do')}>
        <a class='button' href='/'>{t('do.to-now')}</a>
      </Notice>
    )
  }
  if (problem === null) return <Progress />
  return (
    <>
      {replaced.value
        ? (
          <Notice what={t('replaced')} todo={t('replaced.do')} tone='fault'>
            <a class='button' href='/settings?open=restore'>{t('replaced.button')}</a>
          </Notice>
        )
        : (
          <Notice what={t('proof.failed')} todo={problem} tone='fault'>
            <ActionButton look='primary' run={async () => again()}>{t('do.again')}</ActionButton>
          </Notice>
        )}
      <Known />
    </>
  )
}

/** What this browser knows by itself, while the platform cannot be asked. */
function Known(): JSX.Element {
  const evidence = keptProof.value
  if (evidence !== null) {
    return (
      <>
        <p>{t('proof.kept', { age: age(evidence.at / 1000, nowSeconds.value) })}</p>
        <Shown evidence={evidence} />
      </>
    )
  }
  return <>{[...seals.value].map(([meter, seal]) => <SealMark key={meter} seal={seal} />)}</>
}

function Shown(
  { evidence, children }: { evidence: Evidence; children?: ComponentChildren },
): JSX.Element {
  return (
    <>
      <Faults evidence={evidence} />
      <Verdict evidence={evidence} />
      {children}
      <section>
        <h2>{t('proof.channels')}</h2>
        {evidence.channels.map((channel) => <Channel key={channel.channel} channel={channel} />)}
      </section>
      <Means />
      <Identities evidence={evidence} />
    </>
  )
}

export function Proof(): JSX.Element {
  const actions = useActions()
  const evidence = proof.value
  return (
    <div class='room'>
      <header class='head'>
        <RoomTitle>{t('room.proof')}</RoomTitle>
      </header>
      {evidence === null ? <Unchecked /> : (
        <Shown evidence={evidence}>
          {proofProgress.value === null
            ? (
              <div>
                <ActionButton run={() => actions.verifyNow()}>{t('proof.again')}</ActionButton>
              </div>
            )
            : <Progress />}
        </Shown>
      )}
    </div>
  )
}
