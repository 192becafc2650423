/**
 * The way to stop, and what to know before one leaves the page to itself.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useActions } from '../actions.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { reader } from '../state.ts'

export function StopReading(): JSX.Element | null {
  const actions = useActions()
  const { kind } = reader.value
  if (kind !== 'reading' && kind !== 'detecting' && kind !== 'asking' && kind !== 'locked') {
    return null
  }
  return (
    <div class='stop'>
      <p>
        <ActionButton run={() => actions.stopReading()}>{t('do.stop')}</ActionButton>
      </p>
      {kind === 'reading' ? <p class='muted'>{t('now.while-open')}</p> : null}
    </div>
  )
}
