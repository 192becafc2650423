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
import { age, clockExact, moment, watts } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { nowSeconds } from '../parts/clock.ts'
import { Icon } from '../parts/icon.tsx'
import { type Latest, reader } from '../state.ts'
import { byGateway } from './by-gateway.tsx'

/** Seconds between two announcements. */
const calm = 30
/** The same where the direction has turned, which means something else. */
const calmTurned = 10

function direction(net: number): 'import' | 'export' | 'neither' {
  return net > 0 ? 'import' : net < 0 ? 'export' : 'neither'
}

/**
 * The newest text, with the time at which it was read, but handed on only once in a while; sooner
 * where its meaning is another one.
 */
function useCalm(
  text: string,
  meaning: string,
  readAt: number,
  say: (time: string) => string,
): string {
  const [said, setSaid] = useState('')
  const at = useRef(0)
  const meant = useRef(meaning)
  useEffect(() => {
    const pause = meaning === meant.current ? calm : calmTurned
    if (text === '' || nowSeconds.peek() - at.current < pause) return
    at.current = nowSeconds.peek()
    meant.current = meaning
    setSaid(say(clockExact(readAt)))
  }, [text])
  return said
}

/** Whether readings come, in this tab or in the one that it watches, or of a gateway. */
function comes(): boolean {
  const { kind } = reader.value
  return kind === 'reading' || kind === 'watching' || byGateway()?.how === 'reads'
}

/** Where none follows any more, the time of the last says more than its age. */
function Age({ seenAt }: { seenAt: number }): JSX.Element {
  const at = seenAt / 1000
  if (comes()) return <p class='age'>{t('now.seen', { age: age(at, nowSeconds.value) })}</p>
  const isRecent = nowSeconds.value - at < 43_200
  return <p class='age'>{t('now.seen.last', { time: isRecent ? clockExact(at) : moment(at) })}</p>
}

export function NumberNow({ latest }: { latest: Latest | undefined }): JSX.Element {
  const flow = latest === undefined ? null : powerNow(latest.reading)
  const net = flow === null ? null : netOf({ importW: flow.import, exportW: flow.export })
  const way = net === null ? 'neither' : direction(net)
  const word = t(`word.${way}`)
  // What is only read back passes by in any order, and is not news.
  const power = net === null || !comes() ? '' : watts(Math.abs(net))
  const readAt = (latest?.seenAt ?? 0) / 1000
  const said = useCalm(power, way, readAt, (time) => t('now.said', { time, power, way: word }))

  if (latest === undefined) {
    const isAwaited = comes() || byGateway() !== null
    return <p class='none'>{t(isAwaited ? 'now.no-reading' : 'now.not-reading')}</p>
  }
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
