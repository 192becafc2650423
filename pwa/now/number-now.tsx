/**
 * The one number: how much flows now, which way, and how old that is. Whoever listens hears it
 * every half minute at most.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { powerNow } from '../../shared/meter/power.ts'
import { netOf } from '../chart/net-power.ts'
import { age, watts } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { nowSeconds } from '../parts/clock.ts'
import { Icon } from '../parts/icon.tsx'
import type { Latest } from '../state.ts'

/** Seconds between two announcements. */
const calm = 30

function direction(net: number): 'import' | 'export' | 'neither' {
  return net > 0 ? 'import' : net < 0 ? 'export' : 'neither'
}

/** The newest text, but handed on only once in a while. */
function useCalm(text: string): string {
  const [said, setSaid] = useState('')
  const at = useRef(0)
  useEffect(() => {
    if (text === '' || nowSeconds.peek() - at.current < calm) return
    at.current = nowSeconds.peek()
    setSaid(text)
  }, [text])
  return said
}

function Age({ seenAt }: { seenAt: number }): JSX.Element {
  return <p class='age'>{t('now.seen', { age: age(seenAt / 1000, nowSeconds.value) })}</p>
}

export function NumberNow({ latest }: { latest: Latest | undefined }): JSX.Element {
  const flow = latest === undefined ? null : powerNow(latest.reading)
  const net = flow === null ? null : netOf({ importW: flow.import, exportW: flow.export })
  const way = net === null ? 'neither' : direction(net)
  const word = t(`word.${way}`)
  const said = useCalm(net === null ? '' : `${watts(Math.abs(net))} ${word}`)

  if (latest === undefined) return <p class='none'>{t('now.no-reading')}</p>
  return (
    <div class={`number-now ${way}`}>
      {net === null ? <p class='none'>{t('now.no-power')}</p> : (
        <p class='power'>
          <span class='watts' key={latest.seenAt}>{watts(net)}</span>{' '}
          <span class='way'>
            {way === 'neither' ? null : <Icon name={way} />}
            {word}
          </span>
        </p>
      )}
      <Age seenAt={latest.seenAt} />
      <p class='hidden' aria-live='polite'>{said}</p>
    </div>
  )
}
