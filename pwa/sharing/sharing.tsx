/**
 * Who can read your readings: what was allowed and what became of it, and who else has keys.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact'
import { grants, type GrantView, historyProblem, ownId } from '../consent/state.ts'
import { dayText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { RoomTitle } from '../parts/room-title.tsx'
import { Fingerprint } from '../parts/copyable.tsx'
import { identities, keptProof, meters, proof, recovery } from '../state.ts'
import { EnterCode } from './enter-code.tsx'
import { GrantList } from './grant-list.tsx'
import { GrantsProblem } from './grants-problem.tsx'
import { MoveOut } from './move-out.tsx'
import { NoAddress, OwnAddress } from './own-address.tsx'
import { SharedList } from './shared-list.tsx'
import { SharingNotices } from './sharing-notices.tsx'
import { useGrants } from './use-looked-up.ts'

function Holder(
  { name, children }: { name: string; children: ComponentChildren },
): JSX.Element {
  return (
    <li>
      <h3>{name}</h3>
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

/** Names of those who may read now, each once. Paused ones may not, and an end is an end. */
function readersOf(all: readonly GrantView[]): string[] {
  const active = all.filter(({ phase }) => phase === 'active')
  return [...new Map(active.map(({ party }) => [party.id, party.name])).values()]
}

function claim(all: readonly GrantView[] | null, first: boolean): string {
  if (all === null && !first) return t('sharing.reading')
  const count = readersOf(all ?? []).length
  return count === 0 ? t('sharing.title') : t('sharing.title.shared', { count })
}

function othersText(all: readonly GrantView[] | null, first: boolean): string {
  if (all === null) return t(first ? 'sharing.others.text' : 'sharing.others.unknown')
  if (all.length === 0) return t('sharing.others.text')
  const names = readersOf(all)
  return names.length === 0
    ? t('sharing.others.ended')
    : t('sharing.others.shared', { names: names.join(', ') })
}

export function Sharing(): JSX.Element {
  const loading = useGrants()
  const evidence = proof.value ?? keptProof.value
  const who = identities.value
  const kept = evidence?.channels.reduce((sum, channel) => sum + channel.acknowledged, 0)
  // Whoever has no identity yet has allowed nothing.
  const first = who === null
  const all = grants.value
  const failed = loading.problem !== null || historyProblem.value !== null
  const open = (all ?? []).filter(({ phase }) => phase !== 'ended')
  return (
    <div class='room'>
      <header class='head'>
        <RoomTitle quiet>{t('room.sharing')}</RoomTitle>
      </header>
      {all === null && failed ? null : <p class='claim'>{claim(all, first)}</p>}
      <GrantsProblem {...loading} />
      <SharingNotices />
      {all === null ? null : <GrantList all={all} />}
      {first ? null : <SharedList />}
      {first ? null : <EnterCode />}
      {first ? null : (
        <section>
          <h2>{t('share.home')}</h2>
          <p>{t('share.home.text')}</p>
          <p>
            <a class='button' href='/share'>{t('share.home.go')}</a>
          </p>
        </section>
      )}
      <section>
        <h2>{t('sharing.keys')}</h2>
        {meters.value.length === 0 ? <p>{t('sharing.none')}</p> : null}
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
            <p>{othersText(all, first)}</p>
          </Holder>
        </ul>
        <p class='muted'>{t('sharing.trust')}</p>
        <p>
          <a href='/proof'>{t('sharing.proof')}</a>
        </p>
      </section>
      {ownId.value === null ? <NoAddress /> : <OwnAddress id={ownId.value} />}
      <MoveOut count={open.length} />
    </div>
  )
}
