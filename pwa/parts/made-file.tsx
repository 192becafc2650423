/**
 * What became of a file that was asked for: how far it is, its name once it is there, or why it is
 * not.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'
import { exportProgress } from '../state.ts'
import { Notice } from './notice.tsx'

export type Made =
  | { readonly kind: 'none' | 'making' }
  | { readonly kind: 'made'; readonly name: string; readonly unopened: number }
  | { readonly kind: 'failed'; readonly sentence: string }

interface Props {
  readonly made: Made
  /** Blocks whose readings are not in it, told in this sentence. */
  readonly unopened: 'history.unopened' | 'shared.unopened'
}

export function MadeFile({ made, unopened }: Props): JSX.Element {
  return (
    <>
      <output>
        {made.kind === 'making' ? <HowFar /> : null}
        {made.kind === 'made' ? <p>{t('download.made', { name: made.name })}</p> : null}
        {made.kind === 'made' && made.unopened > 0
          ? <p>{t(unopened, { count: made.unopened })}</p>
          : null}
      </output>
      {made.kind === 'failed'
        ? <Notice what={t('download.failed')} todo={made.sentence} tone='fault' />
        : null}
    </>
  )
}

/** Once that is known. */
function HowFar(): JSX.Element {
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
