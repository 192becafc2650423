/**
 * Where everybody arrives: the first visit, until there is a meter to show.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'
import { later } from '../parts/later.tsx'
import { RoomTitle } from '../parts/room-title.tsx'
import { meters } from '../state.ts'
import { awaited } from './been-here.ts'
import { FirstVisit } from './first-visit.tsx'

const MeterNow = later(async () => (await import('./meter-now.tsx')).MeterNow, Awaited)

function Awaited(): JSX.Element {
  return (
    <div class='room' aria-busy='true'>
      <RoomTitle quiet>{t('room.now')}</RoomTitle>
    </div>
  )
}

export function Now(): JSX.Element {
  if (meters.value.length > 0) return <MeterNow />
  return awaited.value ? <Awaited /> : <FirstVisit />
}
