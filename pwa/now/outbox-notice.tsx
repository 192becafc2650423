/**
 * What has not reached the platform, once that is worth a word: many blocks, or none at all going.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { problemText, t } from '../i18n/messages.ts'
import { Notice } from '../parts/notice.tsx'
import { online, outbox, reader, replaced } from '../state.ts'

/** Fewer than this are on their way before anyone has read the sentence. */
const many = 10

/** What goes on and what waits, while the platform is away. */
function offlineText(waiting: number): string {
  const { kind } = reader.value
  const reads = kind === 'reading' || kind === 'watching'
  if (!reads && waiting === 0) return t('outbox.offline.none')
  const waits = waiting === 0
    ? t('outbox.offline.will-wait')
    : t('outbox.offline.waiting', { count: waiting })
  return reads ? `${t('outbox.offline.reading')} ${waits}` : waits
}

/** Milliseconds: what is sent sooner is not worth a notice that comes and goes. */
const WORTH_SAYING = 2000

function Sending({ sent, total }: { sent: number; total: number }): JSX.Element | null {
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), WORTH_SAYING)
    return () => clearTimeout(timer)
  }, [])
  if (!isLong) return null
  return (
    <Notice what={t('outbox.sending.title')}>
      <progress value={sent} max={total} aria-label={t('outbox.sending.title')} />
      <p class='muted'>{t('outbox.sending', { sent, total })}</p>
    </Notice>
  )
}

export function OutboxNotice(): JSX.Element | null {
  const { waiting, state, problem } = outbox.value
  if (replaced.value) {
    return (
      <Notice what={t('replaced')} todo={t('replaced.do')} tone='fault'>
        <a class='button' href='/settings?open=restore'>{t('replaced.button')}</a>
      </Notice>
    )
  }
  if (state === 'stopped') {
    const todo = `${problemText(problem ?? 'unknown')} ${t('outbox.kept')}`
    return (
      <Notice what={t('outbox.stopped')} todo={todo} tone='fault'>
        <a class='button' href='/proof'>{t('sharing.proof')}</a>
      </Notice>
    )
  }
  if (state === 'offline' || !online.value) {
    return <Notice what={t('outbox.offline')} todo={offlineText(waiting)} />
  }
  if (state === 'waiting' && waiting > 0) {
    return problem === null
      ? null
      : <Notice what={problemText(problem)} todo={t('outbox.waiting', { count: waiting })} />
  }
  return null
}

/** Nothing to do about: it stands where it pushes nothing away that is looked at. */
export function SendingNotice(): JSX.Element | null {
  const { waiting, sent, state } = outbox.value
  const isMany = state === 'sending' && sent + waiting >= many
  if (!isMany || replaced.value || !online.value) return null
  return <Sending sent={sent} total={sent + waiting} />
}
