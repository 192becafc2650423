/**
 * Says that a newer version waits. It takes over only when it is asked to: reading then goes on by
 * itself. Not while the line is searched for a meter, which would begin anew.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useActions } from '../actions.ts'
import { t } from '../i18n/messages.ts'
import { newVersion, postponedUntil, postponeNewVersion, takeNewVersion } from '../new-version.ts'
import { readers } from '../state.ts'
import { ActionButton } from './action-button.tsx'
import { nowSeconds } from './clock.ts'
import { Notice } from './notice.tsx'

export function TakeNewVersion(): JSX.Element {
  const actions = useActions()
  return (
    <ActionButton run={() => takeNewVersion(() => actions.sealPending())}>
      {t('do.reload')}
    </ActionButton>
  )
}

export function NewVersion(): JSX.Element | null {
  const lines = readers.value.map(({ state }) => state.kind)
  if (
    !newVersion.value || lines.includes('choosing') || lines.includes('detecting') ||
    lines.includes('asking')
  ) return null
  if (nowSeconds.value < postponedUntil.value) return null
  const reads = lines.includes('reading') || lines.includes('watching')
  return (
    <Notice what={t('version.new')} todo={t(reads ? 'version.new.reading' : 'version.new.do')}>
      <div class='ways'>
        <TakeNewVersion />
        <button type='button' class='link' onClick={postponeNewVersion}>{t('do.later')}</button>
      </div>
    </Notice>
  )
}
