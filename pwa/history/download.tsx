/**
 * What is shown, as a file: every reading kept of it as a table or as JSON. The signed file, which
 * others can check, is made in Proof.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { boundaryWindow } from '../../shared/meter/boundary.ts'
import { useActions } from '../actions.ts'
import { t } from '../i18n/messages.ts'
import { sentenceOf } from '../parts/action-button.tsx'
import { download } from '../parts/download.ts'
import { Notice } from '../parts/notice.tsx'
import { exportProgress, type Meter } from '../state.ts'
import { type Period, periodText } from './period.ts'
import type { Looked } from './rows.ts'

type Made =
  | { readonly kind: 'none' | 'making' }
  | { readonly kind: 'made'; readonly name: string; readonly unopened: number }
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

/** `kilowit-E0044007117155121-2026-05.csv` */
function nameOf(meter: Meter, period: Period, format: string): string {
  return `kilowit-${meter.id.replaceAll(/[^A-Za-z0-9._-]+/g, '_')}-${periodText(period)}.${format}`
}

export function Download({ meter, looked }: { meter: Meter; looked: Looked }): JSX.Element {
  const actions = useActions()
  const [made, setMade] = useState<Made>({ kind: 'none' })
  const make = async (format: 'csv' | 'json') => {
    if (made.kind === 'making') return
    setMade({ kind: 'making' })
    try {
      // The reading that ends the last quarter-hour belongs to it, so that sums are the same here.
      const { from, to } = looked.span
      const end = to + boundaryWindow + 1
      const { bytes, unopened } = await actions.exportReadings(meter.id, from, end, 'PT15M', format)
      const name = nameOf(meter, looked.period, format)
      download(name, bytes)
      setMade({ kind: 'made', name, unopened })
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
        {made.kind === 'made' && made.unopened > 0
          ? <p>{t('history.unopened', { count: made.unopened })}</p>
          : null}
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
