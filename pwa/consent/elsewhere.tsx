/**
 * Where this browser has no keys of an owner's: nobody can answer here, and the device that can is
 * shown the way.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'
import { Copyable } from '../parts/copyable.tsx'
import { RoomTitle } from '../parts/room-title.tsx'

export function Elsewhere(): JSX.Element {
  return (
    <div class='room'>
      <RoomTitle>{t('consent.elsewhere')}</RoomTitle>
      <p>{t('consent.elsewhere.why')}</p>
      <section>
        <h2>{t('consent.elsewhere.have')}</h2>
        <p>{t('consent.elsewhere.open')}</p>
        <Copyable text={location.href} />
      </section>
      <section>
        <h2>{t('consent.elsewhere.none')}</h2>
        <div class='ways'>
          <a class='button' href='/settings?open=restore'>{t('consent.elsewhere.restore')}</a>
          <a class='button' href='/'>{t('consent.elsewhere.connect')}</a>
        </div>
      </section>
    </div>
  )
}
