/**
 * Kilowit as an app, for whoever comes back to it: the button where the browser has one, else the
 * steps in words.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'
import { install, installed, installWay } from '../install.ts'
import { ActionButton } from '../parts/action-button.tsx'

export function InstallSection(): JSX.Element {
  const way = installWay.value
  return (
    <section>
      <h2>{t('install')}</h2>
      {installed.value ? <p>{t('install.done')}</p> : (
        <>
          <p>{t('install.why')}</p>
          {way === null ? <p>{t('install.none')}</p> : way === 'prompt'
            ? (
              <p>
                <ActionButton run={install}>{t('install.button')}</ActionButton>
              </p>
            )
            : <p>{t(`install.how.${way}`)}</p>}
        </>
      )}
    </section>
  )
}
