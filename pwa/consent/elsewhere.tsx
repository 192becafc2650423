/**
 * Where this browser has no keys of an owner's: nobody can answer here. The device that can is shown
 * the way, and once it has answered, this browser goes back to whoever asked.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { t } from '../i18n/messages.ts'
import { Copyable } from '../parts/copyable.tsx'
import { RoomTitle } from '../parts/room-title.tsx'
import { AppError } from '../state.ts'

/** Milliseconds between two looks. */
const LOOK_EVERY = 3000
/** After which nothing more can come. */
const OVER = ['request-unknown', 'request-changed', 'provider-unknown']

/** Where the browser goes; null until the other device has answered. */
function useAnswer(client: string, uri: string): { readonly to: string | null; over: boolean } {
  const actions = useActions()
  const [to, setTo] = useState<string | null>(null)
  const [over, setOver] = useState(false)
  useEffect(() => {
    let timer = 0
    let left = false
    const look = async () => {
      try {
        const consent = await actions.consent()
        const found = await consent.answeredElsewhere(client, uri)
        if (left) return
        setTo(found)
        if (found !== null) return location.assign(found)
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
  return { to, over }
}

export function Elsewhere({ client, uri }: { client: string; uri: string }): JSX.Element {
  const { to, over } = useAnswer(client, uri)
  return (
    <div class='room'>
      <RoomTitle>{t('consent.elsewhere')}</RoomTitle>
      <p>{t('consent.elsewhere.why')}</p>
      <section>
        <h2>{t('consent.elsewhere.have')}</h2>
        <p>{t('consent.elsewhere.open')}</p>
        <Copyable text={location.href} />
        <output>
          {to !== null
            ? <a href={to} rel='noreferrer'>{t('consent.elsewhere.answered')}</a>
            : t(over ? 'consent.elsewhere.over' : 'consent.elsewhere.waits')}
        </output>
      </section>
      <section>
        <h2>{t('consent.elsewhere.none')}</h2>
        <div class='ways'>
          <a class='button' href='/settings?open=restore'>{t('consent.elsewhere.restore')}</a>
          <a class='button' href='/'>{t('consent.elsewhere.connect')}</a>
        </div>
      </section>
    </div>
  )
}
