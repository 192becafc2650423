/**
 * The offer to keep Kilowit as an app, once there is a first proof and never before. Whoever
 * answers it does not see it again; Settings has the same for later.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'
import { dismissInstallHint, install, installHint, installWay } from '../install.ts'
import { ActionButton } from '../parts/action-button.tsx'

export function InstallHint(): JSX.Element | null {
  const way = installWay.value
  if (!installHint.value || way === null) return null
  return (
    <section class='notice install'>
      <h2>{t('install')}</h2>
      <p>{t('install.why')}</p>
      {way === 'prompt' ? null : <p>{t(`install.how.${way}`)}</p>}
      <div class='ways'>
        {way === 'prompt'
          ? <ActionButton look='primary' run={install}>{t('install.button')}</ActionButton>
          : null}
        <ActionButton look='link' run={async () => dismissInstallHint()}>
          {t('install.dismiss')}
        </ActionButton>
      </div>
    </section>
  )
}
