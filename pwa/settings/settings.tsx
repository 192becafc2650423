/**
 * Meters, this device, keys and recovery, language, about.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'
import { Abilities } from '../now/first-visit.tsx'
import { Fingerprint } from '../parts/copyable.tsx'
import { RoomTitle } from '../parts/room-title.tsx'
import { identities, meters } from '../state.ts'
import { Browsers } from './browsers.tsx'
import { Devices } from './devices.tsx'
import { InstallSection } from './install-section.tsx'
import { LanguageChoice } from './language-choice.tsx'
import { Meters } from './meters.tsx'
import { Recovery } from './recovery.tsx'
import { Tariffs } from '../tariff/tariffs.tsx'
import { Restore } from './restore.tsx'

function Device(): JSX.Element {
  const who = identities.value
  return (
    <section>
      <h2>{t('settings.device')}</h2>
      <p>{t(meters.value.length === 0 ? 'settings.device.none' : 'settings.device.text')}</p>
      {who === null ? null : (
        <>
          <dl class='pairs'>
            <div>
              <dt>{t('settings.fingerprint')}</dt>
              <dd>
                <Fingerprint hex={who.device} />
              </dd>
            </div>
            <div>
              <dt>{t('proof.custody')}</dt>
              <dd>{t(`proof.custody.${who.custody}`)}</dd>
            </div>
          </dl>
        </>
      )}
      <h3>{t('first.can')}</h3>
      <Abilities />
    </section>
  )
}

export function Settings(): JSX.Element {
  return (
    <div class='room settings'>
      <header class='head'>
        <RoomTitle>{t('room.settings')}</RoomTitle>
      </header>
      <Meters />
      <Tariffs />
      <section id='recovery'>
        <h2>{t('settings.recovery')}</h2>
        <Recovery />
        <Restore />
      </section>
      <Devices />
      <Browsers />
      <Device />
      <section>
        <h2>{t('room.health')}</h2>
        <p>
          <a href='/health'>{t('health.link')}</a>
        </p>
      </section>
      <InstallSection />
      <section>
        <h2>{t('settings.language')}</h2>
        <LanguageChoice />
      </section>
      <section>
        <h2>{t('settings.look')}</h2>
        <p>{t('settings.look.text')}</p>
      </section>
      <section>
        <h2>{t('settings.about')}</h2>
        <p>{t('settings.about.text')}</p>
        <p>{t('settings.about.version', { version: import.meta.env.VITE_VERSION })}</p>
        {identities.value === null || identities.value.operator === '' ? null : (
          <dl class='pairs'>
            <div>
              <dt>{t('settings.about.operator')}</dt>
              <dd>
                <Fingerprint hex={identities.value.operator} />
              </dd>
            </div>
          </dl>
        )}
        <p>
          <a href='/reference' target='_blank' rel='noreferrer'>{t('settings.about.api')}</a>
        </p>
      </section>
    </div>
  )
}
