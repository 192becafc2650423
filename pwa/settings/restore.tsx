/**
 * Your identity and channels back from a recovery file, in this browser.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { t } from '../i18n/messages.ts'
import { sentenceOf } from '../parts/action-button.tsx'
import { Notice } from '../parts/notice.tsx'
import { meters, outbox, replaced } from '../state.ts'

type Progress =
  | { readonly kind: 'none' | 'working' | 'done' }
  | { readonly kind: 'failed'; readonly sentence: string }

export function Restore(): JSX.Element {
  const actions = useActions()
  const id = useId()
  const [file, setFile] = useState<File | null>(null)
  const [passphrase, setPassphrase] = useState('')
  const [progress, setProgress] = useState<Progress>({ kind: 'none' })
  const box = useRef<HTMLDetailsElement>(null)
  const asked = useLocation().query['open'] === 'restore'
  useEffect(() => {
    if (asked) box.current?.scrollIntoView({ block: 'center' })
  }, [asked])
  const restore = async () => {
    if (file === null || progress.kind === 'working') return
    setProgress({ kind: 'working' })
    try {
      await actions.restore(file, passphrase)
      setProgress({ kind: 'done' })
    } catch (error) {
      setProgress({ kind: 'failed', sentence: sentenceOf(error) })
    }
  }
  const reads = meters.value.some(({ simulated }) => !simulated)
  if (reads && !replaced.value && progress.kind === 'none') {
    return (
      <details>
        <summary>{t('settings.restore')}</summary>
        <p>{t('settings.restore.not-empty')}</p>
      </details>
    )
  }
  return (
    <details ref={box} open={asked}>
      <summary>{t('settings.restore')}</summary>
      <form
        class='form'
        onSubmit={(event) => {
          event.preventDefault()
          void restore()
        }}
      >
        <p>{t('settings.restore.note')}</p>
        {replaced.value
          ? <p>{t('settings.restore.replaced', { count: outbox.value.waiting })}</p>
          : meters.value.length === 0
          ? null
          : <p>{t('settings.restore.gone')}</p>}
        <label for={id}>{t('settings.restore.file')}</label>
        <input
          id={id}
          type='file'
          required
          onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
        />
        <label for={`${id}-pass`}>{t('settings.recovery.pass')}</label>
        <input
          id={`${id}-pass`}
          type='password'
          autocomplete='current-password'
          required
          value={passphrase}
          onInput={(event) => setPassphrase(event.currentTarget.value)}
        />
        <button type='submit' aria-disabled={progress.kind === 'working'}>
          {t('settings.restore.button')}
        </button>
        <output>
          {progress.kind === 'working' ? <p>{t('settings.restore.working')}</p> : null}
          {progress.kind === 'done' ? <p>{t('settings.restore.done')}</p> : null}
        </output>
        {progress.kind === 'failed'
          ? <Notice what={t('settings.restore.failed')} todo={progress.sentence} tone='fault' />
          : null}
      </form>
    </details>
  )
}
