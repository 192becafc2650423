/**
 * The way to stop, and what to know before one leaves the page to itself.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useActions } from '../actions.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { reader, type ReaderState } from '../state.ts'

/** A question has its own way to stop, or goes on whatever the answer. */
const STOPPABLE: ReadonlySet<ReaderState['kind']> = new Set([
  'reading',
  'detecting',
  'asking',
  'locked',
])

export function StopReading(): JSX.Element | null {
  const actions = useActions()
  const { kind } = reader.value
  if (!STOPPABLE.has(kind)) return null
  return (
    <div class='stop'>
      <p>
        <ActionButton run={() => actions.stopReading()}>{t('do.stop')}</ActionButton>
      </p>
      {kind === 'reading' ? <p class='muted'>{t('now.while-open')}</p> : null}
    </div>
  )
}
