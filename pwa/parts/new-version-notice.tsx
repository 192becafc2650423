/**
 * Says that a newer version waits. Never while a meter is read: that would stop for it.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'
import { newVersion, takeNewVersion } from '../new-version.ts'
import { reader } from '../state.ts'
import { Notice } from './notice.tsx'

export function NewVersion(): JSX.Element | null {
  const busy = reader.value.kind === 'reading' || reader.value.kind === 'detecting'
  if (!newVersion.value || busy) return null
  return (
    <Notice what={t('version.new')} todo={t('version.new.do')}>
      <button type='button' onClick={takeNewVersion}>{t('do.reload')}</button>
    </Notice>
  )
}
