/**
 * Who can read your readings, shown by who has keys.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact'
import { dayText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { RoomTitle } from '../parts/room-title.tsx'
import { Fingerprint } from '../parts/copyable.tsx'
import { identities, keptProof, meters, proof, recovery } from '../state.ts'

function Holder(
  { name, children }: { name: string; children: ComponentChildren },
): JSX.Element {
  return (
    <li>
      <h2>{name}</h2>
      {children}
    </li>
  )
}

function fileText(): string {
  const state = recovery.value
  return state.kind === 'kept'
    ? t('sharing.file.kept', { date: dayText(state.at / 1000) })
    : t(`sharing.file.${state.kind}`)
}

export function Sharing(): JSX.Element {
  const evidence = proof.value ?? keptProof.value
  const who = identities.value
  const kept = evidence?.channels.reduce((sum, channel) => sum + channel.acknowledged, 0)
  return (
    <div class='room'>
      <header class='head'>
        <RoomTitle quiet>{t('room.sharing')}</RoomTitle>
      </header>
      <p class='claim'>{t('sharing.title')}</p>
      {meters.value.length === 0 ? <p>{t('sharing.none')}</p> : <p>{t('sharing.lead')}</p>}
      <ul class='holders'>
        <Holder name={t('sharing.browser')}>
          <p>{t('sharing.browser.text')}</p>
          {who === null ? null : <Fingerprint hex={who.device} />}
        </Holder>
        <Holder name={t('sharing.file')}>
          <p>{fileText()}</p>
        </Holder>
        <Holder name={t('sharing.platform')}>
          <p>{t('sharing.platform.text')}</p>
          {kept === undefined || kept === 0
            ? null
            : <p>{t('sharing.platform.blocks', { count: kept })}</p>}
          <p class='muted'>{t('sharing.learns')}</p>
        </Holder>
        <Holder name={t('sharing.others')}>
          <p>{t('sharing.others.text')}</p>
        </Holder>
      </ul>
      <p class='muted'>{t('sharing.trust')}</p>
      <p>
        <a href='/proof'>{t('sharing.proof')}</a>
      </p>
    </div>
  )
}
