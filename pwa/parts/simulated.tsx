/**
 * The mark of everything that a simulated meter says.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'

export function Simulated(): JSX.Element {
  return (
    <span class='simulated'>
      <span>{t('word.simulated')}</span>
    </span>
  )
}
