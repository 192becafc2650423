/**
 * Pairing a gateway: its code typed or scanned, then who it says it is and what it asks to read, and
 * the owner's word. No and yes weigh the same.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { t } from '../i18n/messages.ts'
import { AppError } from '../app-error.ts'
import { clockExact } from '../i18n/format.ts'
import { sentenceOf } from '../parts/action-button.tsx'
import { Fingerprint } from '../parts/copyable.tsx'
import { Notice } from '../parts/notice.tsx'
import { RoomTitle } from '../parts/room-title.tsx'
import { Simulated } from '../parts/simulated.tsx'
import { classesText, resolutionText } from '../consent/words.ts'
import { type GatewayOffer, shortOf } from './devices-state.ts'
import { pairingLink } from './pairing-link.ts'

type Stage =
  | { readonly kind: 'code'; readonly problem: string | null }
  | { readonly kind: 'looking' }
  | { readonly kind: 'offered'; readonly offer: GatewayOffer }
  | { readonly kind: 'pairing' | 'done'; readonly name: string }
  | { readonly kind: 'left' }

function CodeForm({ problem, find }: {
  problem: string | null
  find: (code: string) => void
}): JSX.Element {
  const id = useId()
  const [code, setCode] = useState('')
  return (
    <form
      class='form'
      onSubmit={(event) => {
        event.preventDefault()
        find(code)
      }}
    >
      <p id={`${id}-note`}>{t('devices.pair.note')}</p>
      <label for={id}>{t('devices.pair.code')}</label>
      <input
        id={id}
        type='text'
        autocomplete='off'
        autocapitalize='characters'
        spellcheck={false}
        aria-describedby={`${id}-note`}
        aria-invalid={problem !== null}
        value={code}
        onInput={(event) => setCode(event.currentTarget.value)}
      />
      {problem === null ? null : <p class='problem' role='alert'>{problem}</p>}
      <button type='submit'>{t('devices.pair.find')}</button>
    </form>
  )
}

/** One line for each meter, with all that is asked of it. */
function Asks({ asks }: Pick<GatewayOffer, 'asks'>): JSX.Element {
  const meters = [...new Set(asks.map(({ meter }) => meter))]
  return (
    <ul>
      {meters.map((meter) => {
        const own = asks.filter((ask) => ask.meter === meter)
        const what = own.map(({ classes, resolution }) =>
          `${classesText({ classes })}, ${resolutionText(resolution)}`
        )
        return (
          <li key={meter}>
            <code>{meter}</code> {own.some(({ simulated }) => simulated) ? <Simulated /> : null}
            <br />
            {what.join('; ')}
          </li>
        )
      })}
    </ul>
  )
}

function Offered({ offer, pair, leave }: {
  offer: GatewayOffer
  pair: () => void
  leave: () => void
}): JSX.Element {
  const box = useRef<HTMLFieldSetElement>(null)
  useEffect(() => box.current?.focus(), [])
  return (
    <fieldset ref={box} class='notice' tabIndex={-1} aria-label={offer.name}>
      <div class='words'>
        <p class='what'>{t('devices.pair.asks', { name: offer.name })}</p>
        {offer.asks.length === 0 ? <p>{t('devices.reads.nothing')}</p> : <Asks asks={offer.asks} />}
        <p>{t('devices.pair.compare')}</p>
        <p>
          <Fingerprint hex={shortOf(offer.id)} />
        </p>
      </div>
      <div class='ways'>
        <button type='button' onClick={pair}>{t('devices.pair.yes')}</button>
        <button type='button' onClick={leave}>{t('devices.pair.no')}</button>
      </div>
    </fieldset>
  )
}

/** With the time from which it can be tried again, where that is said. */
function problemOf(error: unknown): string {
  const what = sentenceOf(error)
  const seconds = error instanceof AppError ? error.retryAfter : null
  if (seconds === null) return what
  return `${what} ${t('devices.pair.again', { time: clockExact(Date.now() / 1000 + seconds) })}`
}

export function PairGateway(): JSX.Element {
  const actions = useActions()
  const [stage, setStage] = useState<Stage>({ kind: 'code', problem: null })
  const link = pairingLink.value

  async function find(code: string): Promise<void> {
    setStage({ kind: 'looking' })
    try {
      const offer = await (await actions.devices()).findGateway(code)
      setStage(offer.isPaired ? { kind: 'done', name: offer.name } : { kind: 'offered', offer })
    } catch (error) {
      setStage({ kind: 'code', problem: problemOf(error) })
    }
  }

  async function pair({ name }: GatewayOffer): Promise<void> {
    setStage({ kind: 'pairing', name })
    try {
      await (await actions.devices()).pairGateway()
      setStage({ kind: 'done', name })
    } catch (error) {
      setStage({ kind: 'code', problem: sentenceOf(error) })
    }
  }

  async function leave(): Promise<void> {
    setStage({ kind: 'left' })
    await (await actions.devices()).leaveGateway()
  }

  useEffect(() => {
    if (link === null) return
    pairingLink.value = null
    void find(link)
  }, [link])

  return (
    <>
      {stage.kind === 'code'
        ? <CodeForm problem={stage.problem} find={(code) => void find(code)} />
        : null}
      {stage.kind === 'offered'
        ? (
          <Offered
            offer={stage.offer}
            pair={() => void pair(stage.offer)}
            leave={() => void leave()}
          />
        )
        : null}
      {stage.kind === 'done'
        ? (
          <Notice
            what={t('devices.pair.done', { name: stage.name })}
            todo={t('devices.pair.done.do')}
          />
        )
        : null}
      <output>
        {stage.kind === 'left' ? t('devices.pair.left') : null}
        {stage.kind === 'looking' ? t('devices.pair.looking') : null}
        {stage.kind === 'pairing' ? t('devices.pair.pairing', { name: stage.name }) : null}
      </output>
    </>
  )
}

/** Where the link of a gateway leads. */
export function Pair(): JSX.Element {
  return (
    <div class='room settings'>
      <header class='head'>
        <RoomTitle>{t('devices.pair')}</RoomTitle>
      </header>
      <PairGateway />
      <p>
        <a href='/settings'>{t('devices.all')}</a>
      </p>
    </div>
  )
}
