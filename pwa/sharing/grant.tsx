/**
 * One consent: what it gives, what was done with it, and everything that its owner can do about it.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useRoute } from 'preact-iso'
import { useEffect, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { grants, type GrantView } from '../consent/state.ts'
import { Vouched } from '../consent/who.tsx'
import { lineText, purposeText } from '../consent/words.ts'
import { dayText, moment } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { nowSeconds } from '../parts/clock.ts'
import { Copyable, Fingerprint } from '../parts/copyable.tsx'
import { download } from '../parts/download.ts'
import { NamedValue } from '../parts/named-value.tsx'
import { RoomTitle } from '../parts/room-title.tsx'
import { AccessLog } from './access-log.tsx'
import { accessText, phaseText, stepText } from './grant-words.ts'
import { GrantsProblem } from './grants-problem.tsx'
import { LastBlocks } from './last-blocks.tsx'
import { Narrow } from './narrow.tsx'
import { SharingNotices } from './sharing-notices.tsx'
import { TwoTaps } from './two-taps.tsx'
import { useGrants } from './use-looked-up.ts'

/** While the other side's part is not there yet, it is asked for again; milliseconds. */
const LOOK_EVERY = 5000

export function Grant(): JSX.Element {
  const { params } = useRoute()
  const loading = useGrants()
  const { again } = loading
  const found = grants.value?.find(({ id }) => id === params['grant'])
  const isAwaited = found?.erasure === 'asked' ||
    found?.lastBlocks.some(({ provisional }) => provisional) === true
  useEffect(() => {
    if (!isAwaited) return undefined
    const timer = setInterval(again, LOOK_EVERY)
    return () => clearInterval(timer)
  }, [isAwaited])
  if (found === undefined) {
    const waits = grants.value === null && loading.problem === null
    return (
      <div class='room' aria-busy={waits}>
        <RoomTitle>{t(waits ? 'room.sharing' : 'sharing.unknown')}</RoomTitle>
        <GrantsProblem {...loading} />
        <p>{t(waits ? 'sharing.reading' : 'sharing.unknown.do')}</p>
        <p>
          <a href='/sharing'>{t('sharing.all')}</a>
        </p>
      </div>
    )
  }
  return (
    <div class='room grant'>
      <p>
        <a href='/sharing'>{t('sharing.all')}</a>
      </p>
      <header class='head'>
        <RoomTitle>{found.party.name}</RoomTitle>
        {found.party.domain === '' ? null : <code>{found.party.domain}</code>}
      </header>
      <Vouched party={found.party} />
      <p class='claim'>{phaseText(found, nowSeconds.value)}</p>
      <GrantsProblem {...loading} />
      <SharingNotices only={found.id} />
      {found.unsent ? <p>{t('sharing.unsent')}</p> : null}
      <LastBlocks blocks={found.lastBlocks} />
      <Terms grant={found} />
      {found.phase === 'ended' ? null : <Actions grant={found} />}
      <Erasure grant={found} />
      <section>
        <h2>{t('sharing.log')}</h2>
        <p>{accessText(found, nowSeconds.value)}</p>
        <AccessLog grant={found.id} />
      </section>
      <Steps grant={found} />
      <Receipt grant={found} />
    </div>
  )
}

function Terms({ grant: { terms } }: { grant: GrantView }): JSX.Element {
  return (
    <section>
      <h2>{t('sharing.terms')}</h2>
      <dl class='pairs'>
        <NamedValue name={t('consent.sees')}>
          <ul>
            {terms.lines.map((line) => <li key={lineText(line)}>{lineText(line)}</li>)}
          </ul>
        </NamedValue>
        <NamedValue name={t('consent.for')}>
          <ul>
            {terms.purposes.map((purpose) => <li key={purpose}>{purposeText(purpose)}</li>)}
          </ul>
        </NamedValue>
        <NamedValue name={t('consent.when')}>
          {t('consent.period', { from: dayText(terms.from), until: dayText(terms.until) })}
        </NamedValue>
        <NamedValue name={t('consent.history')}>
          {terms.history < terms.from
            ? t('consent.history.since', { date: dayText(terms.history) })
            : t('consent.history.none')}
        </NamedValue>
      </dl>
    </section>
  )
}

function Actions({ grant }: { grant: GrantView }): JSX.Element {
  const actions = useActions()
  const [narrowing, setNarrowing] = useState(false)
  const { id, party, phase } = grant
  if (narrowing) {
    return (
      <section>
        <h2>{t('sharing.narrow')}</h2>
        <Narrow grant={grant} done={() => setNarrowing(false)} />
      </section>
    )
  }
  return (
    <section class='actions'>
      <h2>{t('sharing.do')}</h2>
      <TwoTaps
        first={t('sharing.revoke')}
        second={t('sharing.revoke.now')}
        run={async () => await (await actions.consent()).revokeGrant(id)}
      >
        <div class='words'>
          <p class='what'>{t('sharing.revoke.what', { name: party.name })}</p>
          <p>
            {t(party.kind === 'person' ? 'sharing.revoke.stays.person' : 'sharing.revoke.stays', {
              name: party.name,
            })}
          </p>
        </div>
      </TwoTaps>
      <div class='ways'>
        {phase === 'paused'
          ? (
            <ActionButton run={async () => await (await actions.consent()).resumeGrant(id)}>
              {t('sharing.resume')}
            </ActionButton>
          )
          : (
            <ActionButton run={async () => await (await actions.consent()).pauseGrant(id)}>
              {t('sharing.pause')}
            </ActionButton>
          )}
        <button type='button' onClick={() => setNarrowing(true)}>{t('sharing.narrow')}</button>
      </div>
      <p class='muted'>{t(phase === 'paused' ? 'sharing.resume.note' : 'sharing.pause.note')}</p>
    </section>
  )
}

function Erasure({ grant }: { grant: GrantView }): JSX.Element | null {
  const actions = useActions()
  const { id, erasure, party } = grant
  // A person at home is asked by word of mouth.
  const isAsked = grant.phase === 'ended' && party.kind === 'provider'
  if (erasure === 'none' && !isAsked) return null
  return (
    <section>
      <h2>{t('sharing.erasure')}</h2>
      {erasure === 'none'
        ? (
          <>
            <p>{t('sharing.erasure.text', { name: party.name })}</p>
            <div>
              <ActionButton run={async () => await (await actions.consent()).askErasure(id)}>
                {t('sharing.erasure.ask')}
              </ActionButton>
            </div>
          </>
        )
        : <p>{t(`sharing.erasure.${erasure}`)}</p>}
    </section>
  )
}

function Steps({ grant: { steps } }: { grant: GrantView }): JSX.Element {
  return (
    <section>
      <h2>{t('sharing.steps')}</h2>
      <ul class='steps'>
        {steps.map((step, i) => (
          <li key={i}>
            <span class='muted'>{moment(step.at)}</span>
            <span>
              {stepText(step)}
              {step.by === 'recipient' && step.what !== 'erasure-answered'
                ? <span class='muted'>{t('sharing.by-recipient')}</span>
                : null}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Receipt({ grant: { id, party } }: { grant: GrantView }): JSX.Element {
  const actions = useActions()
  const [name, setName] = useState<string | null>(null)
  const get = async () => {
    const receipt = await (await actions.consent()).receipt(id)
    download(receipt.name, receipt.bytes)
    setName(receipt.name)
  }
  return (
    <section>
      <h2>{t('sharing.receipt')}</h2>
      <p>{t('sharing.receipt.text')}</p>
      <div>
        <ActionButton run={get}>{t('sharing.receipt.get')}</ActionButton>
      </div>
      {name === null ? null : (
        <p>
          {t('sharing.receipt.check')}{' '}
          <Copyable text={`npm run -s verify -- ~/Downloads/${name}`} />
        </p>
      )}
      <details>
        <summary>{t('consent.details')}</summary>
        <dl class='pairs'>
          <NamedValue name={t('consent.key')}>
            <Fingerprint hex={party.key} />
          </NamedValue>
          <NamedValue name={t('consent.id')}>
            <Copyable text={party.id} />
          </NamedValue>
          <NamedValue name={t('sharing.id')}>
            <Copyable text={id} />
          </NamedValue>
        </dl>
      </details>
    </section>
  )
}
