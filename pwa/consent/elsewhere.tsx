/**
 * Where this browser has no keys of an owner's: nobody can answer here. The device that can is shown
 * the way, by a picture, a code or the address, and once it has answered, this browser goes back to
 * whoever asked.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton, sentenceOf } from '../parts/action-button.tsx'
import { nowSeconds } from '../parts/clock.ts'
import { Copyable } from '../parts/copyable.tsx'
import { later } from '../parts/later.tsx'
import { RoomTitle } from '../parts/room-title.tsx'
import { AppError } from '../state.ts'
import type { ShortCode, WayOn } from './state.ts'

const Qr = later(async () => (await import('../parts/qr.tsx')).Qr)

/** Milliseconds between two looks. */
const LOOK_EVERY = 3000
/** After which nothing more can come. */
const OVER = ['request-unknown', 'request-changed', 'provider-unknown']

/** Where the browser goes; null until the other device has answered. */
function useAnswer(client: string, uri: string): { readonly way: WayOn | null; over: boolean } {
  const actions = useActions()
  const [way, setWay] = useState<WayOn | null>(null)
  const [over, setOver] = useState(false)
  useEffect(() => {
    let timer = 0
    let left = false
    const look = async () => {
      try {
        const consent = await actions.consent()
        const found = await consent.answeredElsewhere(client, uri)
        if (left) return
        setWay(found)
        if (found !== null) {
          // Anybody can register, ask, answer and send others here: nobody is taken there unasked.
          if (found.verified) location.assign(found.to)
          return
        }
      } catch (error) {
        if (left) return
        if (error instanceof AppError && OVER.includes(error.key)) return setOver(true)
      }
      timer = setTimeout(() => void look(), LOOK_EVERY)
    }
    void look()
    return () => {
      left = true
      clearTimeout(timer)
    }
  }, [client, uri])
  return { way, over }
}

export function Elsewhere({ client, uri }: { client: string; uri: string }): JSX.Element {
  const { way, over } = useAnswer(client, uri)
  return (
    <div class='room elsewhere'>
      <RoomTitle>{t('consent.elsewhere')}</RoomTitle>
      <p>{t('consent.elsewhere.why')}</p>
      <section>
        {way !== null || over ? null : (
          <>
            <h2>{t('consent.elsewhere.have')}</h2>
            <Ways uri={uri} />
          </>
        )}
        <output>
          {way === null
            ? t(over ? 'consent.elsewhere.over' : 'consent.elsewhere.waits')
            : <WayBack way={way} />}
        </output>
      </section>
      {way !== null || over ? null : (
        <section>
          <h2>{t('consent.elsewhere.none')}</h2>
          <div class='ways'>
            <a class='button' href='/settings?open=restore'>{t('consent.elsewhere.restore')}</a>
            <a class='button' href='/'>{t('consent.elsewhere.connect')}</a>
          </div>
        </section>
      )}
    </div>
  )
}

function WayBack({ way: { to } }: { way: WayOn }): JSX.Element {
  return (
    <>
      {t('consent.elsewhere.answered')}{' '}
      <a href={to} rel='noreferrer'>
        {t('consent.elsewhere.go', { host: new URL(to).host })}
      </a>
    </>
  )
}

/** The ways to the same request on another device. */
function Ways({ uri }: { uri: string }): JSX.Element {
  return (
    <>
      <div class='ways-there'>
        <div>
          <p>{t('consent.elsewhere.scan')}</p>
          <Qr text={location.href} name={t('consent.elsewhere.qr')} />
        </div>
        <Code uri={uri} />
      </div>
      <details>
        <summary>{t('consent.elsewhere.address')}</summary>
        <p>{t('consent.elsewhere.open')}</p>
        <Copyable text={location.href} />
      </details>
    </>
  )
}

function Code({ uri }: { uri: string }): JSX.Element {
  const actions = useActions()
  const [code, setCode] = useState<ShortCode | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const renew = async () => setCode(await (await actions.consent()).newCode(uri))
  useEffect(() => {
    renew().catch((error: unknown) => setProblem(sentenceOf(error)))
  }, [uri])
  const left = code === null ? 0 : Math.ceil((code.expires - nowSeconds.value) / 60)
  return (
    <div>
      <p>{t('consent.elsewhere.type')}</p>
      {code === null || left <= 0 ? null : (
        <p class='short-code'>
          <code>{code.code}</code>
          <span class='muted'>{t('consent.elsewhere.left', { count: left })}</span>
        </p>
      )}
      {code !== null && left <= 0 ? <p>{t('consent.elsewhere.run-out')}</p> : null}
      {problem === null || code !== null ? null : <p class='problem' role='alert'>{problem}</p>}
      {left > 0 || code === null && problem === null ? null : (
        <div>
          <ActionButton run={renew}>{t('consent.elsewhere.renew')}</ActionButton>
        </div>
      )}
    </div>
  )
}
