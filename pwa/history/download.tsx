/**
 * What is shown, as a file: every reading kept of it as a table or as JSON. The signed file, which
 * others can check, is made in Proof.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { t } from '../i18n/messages.ts'
import { sentenceOf } from '../parts/action-button.tsx'
import { download } from '../parts/download.ts'
import { Notice } from '../parts/notice.tsx'
import { exportProgress, type Meter } from '../state.ts'
import type { Span } from './period.ts'

type Made =
  | { readonly kind: 'none' | 'making' }
  | { readonly kind: 'made'; readonly name: string }
  | { readonly kind: 'failed'; readonly sentence: string }

/** How far it is, once that is known. */
function Progress(): JSX.Element {
  const progress = exportProgress.value
  return (
    <>
      <p class='muted'>
        {progress === null
          ? t('download.making')
          : t('download.progress', { done: progress.checked, of: progress.of })}
      </p>
      {progress === null ? null : (
        <progress
          value={progress.checked}
          max={Math.max(1, progress.of)}
          aria-label={t('download.making')}
        />
      )}
    </>
  )
}

export function Download({ meter, span }: { meter: Meter; span: Span }): JSX.Element {
  const actions = useActions()
  const [made, setMade] = useState<Made>({ kind: 'none' })
  const make = async (format: 'csv' | 'json') => {
    if (made.kind === 'making') return
    setMade({ kind: 'making' })
    try {
      const file = await actions.exportReadings(meter.id, span.from, span.to, 'PT15M', format)
      download(file.name, file.bytes)
      setMade({ kind: 'made', name: file.name })
    } catch (error) {
      setMade({ kind: 'failed', sentence: sentenceOf(error) })
    }
  }
  return (
    <section>
      <h2>{t('download')}</h2>
      <p>{t('download.note')}</p>
      <p class='buttons'>
        {(['csv', 'json'] as const).map((format) => (
          <button
            key={format}
            type='button'
            aria-disabled={made.kind === 'making'}
            onClick={() => void make(format)}
          >
            {t(`download.${format}`)}
          </button>
        ))}
      </p>
      <output>
        {made.kind === 'making' ? <Progress /> : null}
        {made.kind === 'made' ? <p>{t('download.made', { name: made.name })}</p> : null}
      </output>
      {made.kind === 'failed'
        ? <Notice what={t('download.failed')} todo={made.sentence} tone='fault' />
        : null}
      <p class='muted'>
        {t('download.proof')} <a href='/proof'>{t('download.proof.link')}</a>
      </p>
    </section>
  )
}
