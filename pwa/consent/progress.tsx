/**
 * How far a yes is on its way.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'
import { consentProgress } from './state.ts'

export function Progress(): JSX.Element {
  const progress = consentProgress.value
  return (
    <div class='checking'>
      {progress?.step === 'keys'
        ? (
          <progress
            value={progress.done}
            max={Math.max(1, progress.of)}
            aria-label={t('consent.step.keys')}
          />
        )
        : <progress aria-label={t('consent.step.signing')} />}
      <output class='muted'>
        {t(progress === null ? 'consent.step.signing' : `consent.step.${progress.step}`)}
      </output>
    </div>
  )
}
