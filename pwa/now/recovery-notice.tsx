/**
 * The reminder to keep a way back, until it is kept.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'
import { Notice } from '../parts/notice.tsx'
import { recovery, replaced } from '../state.ts'

export function RecoveryNotice(): JSX.Element | null {
  if (recovery.value.kind !== 'due' || replaced.value) return null
  return (
    <Notice what={t('recovery.due')} todo={t('recovery.due.do')}>
      <a class='button' href='/settings?open=recovery'>{t('recovery.due.button')}</a>
    </Notice>
  )
}
