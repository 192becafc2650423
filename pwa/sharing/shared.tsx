/**
 * What somebody has given to this owner: from whom, whether it holds, and its readings, each from a
 * block that was verified here.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useRoute } from 'preact-iso'
import { useEffect, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { purposeText } from '../consent/words.ts'
import { dayText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { nowSeconds } from '../parts/clock.ts'
import { Copyable } from '../parts/copyable.tsx'
import { NamedValue } from '../parts/named-value.tsx'
import { Notice } from '../parts/notice.tsx'
import { RoomTitle } from '../parts/room-title.tsx'
import { type SharedGrant, sharedWithMe } from './shared-state.ts'
import { PersonName } from './person-name.tsx'
import { SharedReadings } from './shared-readings.tsx'
import { giverText, lastText, sharedLineText, sharedPhaseText } from './shared-words.ts'
import { TwoTaps } from './two-taps.tsx'
import { useShared } from './use-looked-up.ts'

/** While the last block is not certain yet, it is asked for again; milliseconds. */
const LOOK_EVERY = 5000

export function Shared(): JSX.Element {
  const { params } = useRoute()
  const { problem, again } = useShared()
  const found = sharedWithMe.value?.find(({ id }) => id === params['grant'])
  const isProvisional = Object.values(found?.last ?? {}).some(({ provisional }) => provisional)
  useEffect(() => {
    if (!isProvisional) return undefined
    const timer = setInterval(again, LOOK_EVERY)
    return () => clearInterval(timer)
  }, [isProvisional])
  const failed = problem === null
    ? null
    : (
      <Notice what={t('shared.failed')} todo={problem} tone='fault'>
        <button type='button' onClick={again}>{t('do.again')}</button>
      </Notice>
    )
  if (found === undefined) {
    const waits = sharedWithMe.value === null && problem === null
    return (
      <div class='room' aria-busy={waits}>
        <RoomTitle>{t(waits ? 'room.sharing' : 'shared.unknown')}</RoomTitle>
        {failed}
        <p>{t(waits ? 'shared.reading' : 'shared.unknown.do')}</p>
        <p>
          <a href='/sharing'>{t('sharing.all')}</a>
        </p>
      </div>
    )
  }
  return (
    <div class='room grant shared'>
      <p>
        <a href='/sharing'>{t('sharing.all')}</a>
      </p>
      <RoomTitle>{t('shared.from', { name: giverText(found) })}</RoomTitle>
      <p class='claim'>{sharedPhaseText(found, nowSeconds.value)}</p>
      {failed}
      <Over grant={found} />
      <SharedReadings grant={found} again={again} />
      <Terms grant={found} />
      <Giver grant={found} />
      {found.phase === 'ended' ? null : <GiveBack grant={found} />}
    </div>
  )
}

/** That nothing new comes, where it ended, and what to do. */
function Over({ grant }: { grant: SharedGrant }): JSX.Element | null {
  const { phase, last, lines } = grant
  if (phase === 'active') return null
  return (
    <section>
      <p>{t(`shared.${phase}.do`)}</p>
      {lines.map((line) => {
        const end = last[line.channel]
        if (end === undefined) return null
        return (
          <div key={line.channel}>
            <h2>{t('sharing.last')}</h2>
            <p>{sharedLineText(line, grant)}</p>
            <p>{lastText(end)}</p>
            {end.provisional ? <p>{t('shared.last.provisional')}</p> : null}
          </div>
        )
      })}
    </section>
  )
}

function Terms({ grant }: { grant: SharedGrant }): JSX.Element {
  const { lines, purposes, from, until, history } = grant
  return (
    <section>
      <h2>{t('shared.terms')}</h2>
      <dl class='pairs'>
        <NamedValue name={t('shared.sees')}>
          <ul>
            {lines.map((line) => <li key={line.channel}>{sharedLineText(line, grant)}</li>)}
          </ul>
        </NamedValue>
        <NamedValue name={t('consent.for')}>
          <ul>
            {purposes.map((purpose) => <li key={purpose}>{purposeText(purpose)}</li>)}
          </ul>
        </NamedValue>
        <NamedValue name={t('consent.when')}>
          {t('consent.period', { from: dayText(from), until: dayText(until) })}
        </NamedValue>
        <NamedValue name={t('consent.history')}>
          {history < from
            ? t('consent.history.since', { date: dayText(history) })
            : t('consent.history.none')}
        </NamedValue>
      </dl>
    </section>
  )
}

function Giver({ grant: { id, owner, name } }: { grant: SharedGrant }): JSX.Element {
  return (
    <section>
      <h2>{t('shared.giver')}</h2>
      <PersonName key={owner} id={owner} name={name} />
      <details>
        <summary>{t('consent.details')}</summary>
        <dl class='pairs'>
          <NamedValue name={t('shared.giver.id')}>
            <Copyable text={owner} />
          </NamedValue>
          <NamedValue name={t('sharing.id')}>
            <Copyable text={id} />
          </NamedValue>
        </dl>
        <p class='muted'>{t('shared.giver.note')}</p>
      </details>
    </section>
  )
}

function GiveBack({ grant }: { grant: SharedGrant }): JSX.Element {
  const actions = useActions()
  const [done, setDone] = useState(false)
  if (done) return <output>{t('shared.back.done')}</output>
  return (
    <section>
      <h2>{t('shared.back')}</h2>
      <TwoTaps
        first={t('shared.back.do')}
        second={t('shared.back.now')}
        run={async () => {
          await (await actions.consent()).giveBack(grant.id)
          setDone(true)
        }}
      >
        <div class='words'>
          <p class='what'>{t('shared.back.what')}</p>
          <p>{t('shared.back.stays', { name: giverText(grant) })}</p>
        </div>
      </TwoTaps>
    </section>
  )
}
