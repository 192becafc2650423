/**
 * The page where somebody's request is answered: who asks, what it would see, what for and for how
 * long. No and yes weigh the same.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso'
import { useEffect, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { moment } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton, sentenceOf } from '../parts/action-button.tsx'
import { nowSeconds } from '../parts/clock.ts'
import { Notice } from '../parts/notice.tsx'
import { RoomTitle } from '../parts/room-title.tsx'
import { Simulated } from '../parts/simulated.tsx'
import { AppError, meters } from '../state.ts'
import { firstChoice, termsOf, type Unfit } from './choice.ts'
import { ChoiceForm } from './choice-form.tsx'
import { Elsewhere } from './elsewhere.tsx'
import { Progress } from './progress.tsx'
import type { ConsentRequest } from './state.ts'
import { wayBack } from './way-back.ts'
import { Who } from './who.tsx'
import { classesText, resolutionText } from './words.ts'

type Opened =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly request: ConsentRequest }
  | { readonly kind: 'failed'; readonly key: string }

/** What the address asks for: a pushed request, or one that waits here already. */
function useRequest(): readonly [Opened, again: () => void] {
  const actions = useActions()
  const { query } = useLocation()
  const { client_id: client, request_uri: uri, waiting } = query
  const [opened, setOpened] = useState<Opened>({ kind: 'opening' })
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    let left = false
    const open = async () => {
      setOpened({ kind: 'opening' })
      try {
        const consent = await actions.consent()
        if (waiting === undefined && (client === undefined || uri === undefined)) {
          throw new AppError('request-unknown')
        }
        const request = waiting === undefined
          ? await consent.openRequest(client ?? '', uri ?? '')
          : await consent.openWaiting(waiting)
        if (!left) setOpened({ kind: 'open', request })
      } catch (error) {
        const key = error instanceof AppError ? error.key : 'unknown'
        if (!left) setOpened({ kind: 'failed', key })
      }
    }
    void open()
    return () => {
      left = true
    }
  }, [client, uri, waiting, attempt])
  return [opened, () => setAttempt(attempt + 1)]
}

export function Consent(): JSX.Element {
  const [opened, again] = useRequest()
  if (opened.kind === 'opening') {
    return (
      <div class='room' aria-busy='true'>
        <RoomTitle quiet>{t('consent.title')}</RoomTitle>
        <p>{t('consent.opening')}</p>
      </div>
    )
  }
  if (opened.kind === 'failed') return <Failed problem={opened.key} again={again} />
  if (opened.request.expires <= nowSeconds.value) {
    return <Failed problem='request-expired' again={again} />
  }
  if (opened.request.answered !== null) return <AnsweredBefore request={opened.request} />
  return <Answer request={opened.request} />
}

/** Problems after which the same request can never be answered. */
const OVER = ['request-unknown', 'request-expired', 'request-changed', 'provider-unknown']

function Failed({ problem, again }: { problem: string; again: () => void }): JSX.Element {
  const { query: { client_id: client, request_uri: uri } } = useLocation()
  if (problem === 'no-owner' && client !== undefined && uri !== undefined) {
    return <Elsewhere client={client} uri={uri} />
  }
  return (
    <div class='room'>
      <RoomTitle>{t('consent.failed')}</RoomTitle>
      <Notice
        what={t('consent.failed.what')}
        todo={sentenceOf(new AppError(problem))}
        tone='fault'
      >
        <div class='ways'>
          {OVER.includes(problem)
            ? null
            : <button type='button' onClick={again}>{t('do.again')}</button>}
          <a class='button' href='/sharing'>{t('consent.to-sharing')}</a>
        </div>
      </Notice>
      <p>{t('consent.failed.nothing')}</p>
    </div>
  )
}

type Stage =
  | { readonly kind: 'asking'; readonly problem: string | null }
  | { readonly kind: 'answering'; readonly yes: boolean }
  | {
    readonly kind: 'done'
    readonly yes: boolean
    readonly to: string | null
    /** The browser goes there by itself. */
    readonly goes: boolean
  }
  | { readonly kind: 'misled'; readonly yes: boolean }

function Answer({ request }: { request: ConsentRequest }): JSX.Element {
  const actions = useActions()
  const { offer, optional, party } = request
  const [choice, setChoice] = useState(() => firstChoice(offer))
  const [stage, setStage] = useState<Stage>({ kind: 'asking', problem: null })

  const choose = (next: typeof choice) => {
    setChoice(next)
    // What was wrong with the choice before says nothing of this one.
    if (stage.kind === 'asking') setStage({ kind: 'asking', problem: null })
  }

  const answer = async (yes: boolean) => {
    const terms = yes ? termsOf(choice, offer) : null
    if (typeof terms === 'string') return setStage({ kind: 'asking', problem: unfitText(terms) })
    setStage({ kind: 'answering', yes })
    try {
      const consent = await actions.consent()
      const address = await consent.answerRequest(request.id, terms)
      if (address === null) return setStage({ kind: 'done', yes, to: null, goes: false })
      const to = wayBack(address, request)
      if (to === null) return setStage({ kind: 'misled', yes })
      // The browser that waits elsewhere goes on, and this one does not take its place.
      const goes = !request.elsewhere
      setStage({ kind: 'done', yes, to, goes })
      if (goes) location.assign(to)
    } catch (error) {
      setStage({ kind: 'asking', problem: sentenceOf(error) })
    }
  }

  if (stage.kind === 'done' || stage.kind === 'misled') {
    return <Answered stage={stage} request={request} />
  }
  const busy = stage.kind === 'answering'
  const simulated = offer.lines.some(({ meter }) =>
    meters.value.find(({ id }) => id === meter)?.simulated === true
  )
  return (
    <div class='room consent'>
      <header class='head'>
        <RoomTitle>{t('consent.asks', { name: party.name })}</RoomTitle>
        {simulated ? <Simulated /> : null}
      </header>
      <Who party={party} />
      {request.elsewhere
        ? (
          <Notice
            what={t('consent.waits')}
            todo={t('consent.waits.do', { name: party.name })}
            tone='fault'
          />
        )
        : null}
      {request.message === null ? null : (
        <p>
          {t('consent.message', { name: party.name })} <strong>{request.message}</strong>
        </p>
      )}
      {request.holds === null ? null : (
        <p>
          {t('consent.holds', { name: party.name })}{' '}
          <a href={`/sharing/${request.holds}`}>{t('consent.holds.see')}</a>
        </p>
      )}
      <ChoiceForm offer={offer} optional={optional} choice={choice} change={choose} />
      {request.missing.length === 0 ? null : (
        <section>
          <h2>{t('consent.missing')}</h2>
          <ul class='means'>
            {request.missing.map((one) => (
              <li key={`${one.classes} ${one.resolution}`}>
                {classesText(one)}, {resolutionText(one.resolution)}
              </li>
            ))}
          </ul>
        </section>
      )}
      <Consequences name={party.name} />
      <div class='answers'>
        {stage.kind === 'asking' && stage.problem !== null
          ? <p class='problem' role='alert'>{stage.problem}</p>
          : null}
        <div class='both'>
          <button type='button' aria-disabled={busy} onClick={() => void (busy || answer(false))}>
            {t('consent.deny')}
          </button>
          <button type='button' aria-disabled={busy} onClick={() => void (busy || answer(true))}>
            {t('consent.allow')}
          </button>
        </div>
        {busy ? <Progress /> : null}
        <p class='muted'>{t('consent.expires', { date: moment(request.expires) })}</p>
      </div>
    </div>
  )
}

function unfitText(unfit: Unfit): string {
  return t(`consent.unfit.${unfit}`)
}

function Consequences({ name }: { name: string }): JSX.Element {
  return (
    <section>
      <h2>{t('consent.then')}</h2>
      <ul class='means'>
        <li>{t('consent.then.no', { name })}</li>
        <li>{t('consent.then.yes', { name })}</li>
        <li>{t('consent.then.back')}</li>
      </ul>
    </section>
  )
}

function Answered(
  { stage, request }: {
    stage: Extract<Stage, { kind: 'done' | 'misled' }>
    request: ConsentRequest
  },
): JSX.Element {
  const { party } = request
  const said = t(stage.yes ? 'consent.done.yes' : 'consent.done.no', { name: party.name })
  return (
    <div class='room'>
      <RoomTitle>{said}</RoomTitle>
      {stage.kind === 'misled'
        ? (
          <Notice
            what={t('consent.misled')}
            todo={t(stage.yes ? 'consent.misled.yes' : 'consent.misled.no')}
            tone='broken'
          />
        )
        : <Onward stage={stage} request={request} />}
      <p>
        <a href='/sharing'>{t('consent.to-sharing')}</a>
      </p>
    </div>
  )
}

/** What becomes of the answer, and of this browser. */
function Onward(
  { stage: { to, goes }, request: { party, redirect } }: {
    stage: Extract<Stage, { kind: 'done' }>
    request: ConsentRequest
  },
): JSX.Element {
  if (redirect === null) return <p>{t('consent.done.told', { name: party.name })}</p>
  const link = to === null ? null : <a href={to} rel='noreferrer'>{new URL(to).host}</a>
  if (goes) {
    return <p>{t('consent.done.going', { name: party.name })} {link}</p>
  }
  return (
    <>
      <p>
        {t(party.verified ? 'consent.done.elsewhere' : 'consent.done.elsewhere.tap', {
          name: party.name,
        })}
      </p>
      {link === null ? null : <p>{t('consent.done.here')} {link}</p>}
    </>
  )
}

/** It was answered, and this page was left before the browser went on. */
function AnsweredBefore({ request }: { request: ConsentRequest }): JSX.Element {
  const actions = useActions()
  const { id, party, redirect, answered, elsewhere } = request
  const [misled, setMisled] = useState(false)
  const goOn = async () => {
    const address = await (await actions.consent()).goOn(id)
    const to = address === null ? null : wayBack(address, request)
    if (to === null) return setMisled(true)
    location.assign(to)
  }
  const yes = answered === true
  const isHere = redirect !== null && !elsewhere
  return (
    <div class='room'>
      <RoomTitle>
        {t(yes ? 'consent.done.yes' : 'consent.done.no', { name: party.name })}
      </RoomTitle>
      <p>{t('consent.before')}</p>
      {misled
        ? (
          <Notice
            what={t('consent.misled')}
            todo={t(yes ? 'consent.misled.yes' : 'consent.misled.no')}
            tone='broken'
          />
        )
        : null}
      <div class='ways'>
        {isHere
          ? <ActionButton run={goOn}>{t('consent.before.go', { name: party.name })}</ActionButton>
          : null}
        <a class='button' href='/sharing'>{t('consent.to-sharing')}</a>
      </div>
    </div>
  )
}
