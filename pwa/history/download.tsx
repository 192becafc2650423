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
import { type Made, MadeFile } from '../parts/made-file.tsx'
import type { Meter } from '../state.ts'
import { type Period, periodText } from './period.ts'
import type { Looked } from './rows.ts'

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
      <MadeFile made={made} unopened='history.unopened' />
      <p class='muted'>
        {t('download.proof')} <a href='/proof'>{t('download.proof.link')}</a>
      </p>
    </section>
  )
}
