/**
 * What the meter says now: the number first, then the curve of today, then the rest. It is loaded
 * behind the first picture, which has no meter yet.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { t } from '../i18n/messages.ts'
import { RoomTitle } from '../parts/room-title.tsx'
import { latest, meters, recovery, seals, shownMeter, today } from '../state.ts'
import { SealMark } from '../parts/seal-mark.tsx'
import { Simulated } from '../parts/simulated.tsx'
import { later } from '../parts/later.tsx'
import { MeterChoice } from '../parts/meter-choice.tsx'
import { DoubtfulHour } from './doubts.tsx'
import { InstallHint } from './install-hint.tsx'
import { NumberNow } from './number-now.tsx'
import { OutboxNotice, SendingNotice } from './outbox-notice.tsx'
import { Phases } from './phases.tsx'
import { ReaderNotice } from './reader-notice.tsx'
import { RecoveryNotice } from './recovery-notice.tsx'
import { Registers } from './registers.tsx'
import { StopReading } from './stop-reading.tsx'
import { SubMeters } from './sub-meters.tsx'
import { Telegram } from './telegram.tsx'
import { Today } from './today.tsx'

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone

const SharingNotices = later(async () =>
  (await import('../sharing/sharing-notices.tsx')).SharingNotices
)
const WaitingNotice = later(async () =>
  (await import('../sharing/waiting-notice.tsx')).WaitingNotice
)
const PinHint = later(async () => (await import('./pin-hint.tsx')).PinHint)
const ClockQuestion = later(async () => (await import('./clock-zone.tsx')).ClockQuestion)

export function MeterNow(): JSX.Element {
  const id = shownMeter.value ?? meters.value[0]?.id ?? ''
  const meter = meters.value.find((meter) => meter.id === id)
  const newest = latest.value.get(id)
  const seal = seals.value.get(id)
  const day = today.value.get(id)
  // What comes while the curve is looked at does not push it away.
  const [wasDue] = useState(() => recovery.peek().kind === 'due')
  return (
    <div class='room now'>
      <header class='head'>
        <RoomTitle quiet>{t('room.now')}</RoomTitle>
        <MeterChoice />
        {meter?.simulated === true ? <Simulated /> : null}
      </header>
      <NumberNow key={id} latest={newest} />
      {newest === undefined ? null : <DoubtfulHour reading={newest.reading} />}
      {seal === undefined ? <p class='seal' aria-hidden='true' /> : <SealMark seal={seal} />}
      <ReaderNotice />
      {newest?.reading.clock === 'meter-local' && meter?.clockZone === undefined
        ? <ClockQuestion reading={newest.reading} />
        : null}
      {newest?.reading.warnings.includes('pin-missing') === true ? <PinHint /> : null}
      <OutboxNotice />
      <WaitingNotice />
      <SharingNotices />
      {wasDue ? <RecoveryNotice /> : null}
      <Today day={day} zone={meter?.channels[0]?.zone ?? browserZone} />
      {wasDue ? null : <RecoveryNotice />}
      <SendingNotice />
      {newest === undefined ? null : (
        <>
          <Phases reading={newest.reading} />
          <SubMeters parent={id} />
          <div class='deeper'>
            <Registers reading={newest.reading} />
            {newest.raw === null ? null : <Telegram reading={newest.reading} raw={newest.raw} />}
          </div>
        </>
      )}
      <InstallHint />
      <StopReading />
    </div>
  )
}
