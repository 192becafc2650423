/**
 * That somebody waits for an answer, told where the owner looks anyway. It is looked for while the
 * page is seen; each is told until it was looked at or put away.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { requests } from '../consent/state.ts'
import { moment } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { nowSeconds } from '../parts/clock.ts'
import { Notice } from '../parts/notice.tsx'
import { identities, online } from '../state.ts'
import { isPutAway, putAway } from './notices.ts'

/** Milliseconds between two looks. */
const LOOK_EVERY = 60_000

function useWaiting(wanted: boolean): void {
  const actions = useActions()
  useEffect(() => {
    if (!wanted) return undefined
    const look = async () => {
      if (document.visibilityState === 'hidden' || !online.peek()) return
      await (await actions.consent()).showWaiting()
    }
    // What could not be looked for now is with the next look.
    const tick = () => void look().catch(() => undefined)
    tick()
    const timer = setInterval(tick, LOOK_EVERY)
    return () => clearInterval(timer)
  }, [wanted])
}

export function WaitingNotice(): JSX.Element {
  useWaiting(identities.value !== null)
  const open = requests.value
    .filter(({ id, expires }) => expires > nowSeconds.value && !isPutAway(`request ${id}`))
  return (
    <>
      {open.map(({ id, party, expires }) => (
        <Notice
          key={id}
          what={t('sharing.waits', { name: party.name })}
          todo={t('sharing.request.until', { date: moment(expires) })}
        >
          <div class='ways'>
            <a class='button' href={`/authorize?waiting=${encodeURIComponent(id)}`}>
              {t('sharing.request.answer')}
            </a>
            <button type='button' class='link' onClick={() => putAway(`request ${id}`)}>
              {t('sharing.waits.later')}
            </button>
          </div>
        </Notice>
      ))}
    </>
  )
}
