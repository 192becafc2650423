/**
 * When there is no room to show.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'
import { RoomTitle } from './room-title.tsx'

export function RoomLost(): JSX.Element {
  return (
    <div class='room'>
      <RoomTitle>{t('room.lost')}</RoomTitle>
      <p>{t('room.lost.do')}</p>
      <a class='button' href='/'>{t('do.to-now')}</a>
    </div>
  )
}

export function RoomFailed(): JSX.Element {
  return (
    <div class='room'>
      <RoomTitle>{t('room.failed')}</RoomTitle>
      <p>{t('room.failed.do')}</p>
      <button type='button' onClick={() => location.reload()}>{t('do.reload')}</button>
    </div>
  )
}
