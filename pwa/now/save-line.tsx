/**
 * What a line sent, saved for a bug report, with what whoever gets the file will see in it.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useActions } from '../actions.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'

export function SaveLine({ reader }: { reader: string }): JSX.Element {
  const actions = useActions()
  return (
    <div class='save-line'>
      <ActionButton run={() => actions.saveLine(reader)}>{t('do.save-line')}</ActionButton>
      <p class='muted'>{t('reader.save-line.note')}</p>
    </div>
  )
}
