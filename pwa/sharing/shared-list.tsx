/**
 * What others have given to this owner: from whom, what, and whether it still holds.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'
import { nowSeconds } from '../parts/clock.ts'
import { Notice } from '../parts/notice.tsx'
import { sharedBroken, type SharedGrant, sharedMore, sharedWithMe } from './shared-state.ts'
import { giverText, sharedLineText, sharedPhaseText } from './shared-words.ts'
import { useShared } from './use-looked-up.ts'

export function SharedList(): JSX.Element | null {
  const { problem, again } = useShared()
  const all = sharedWithMe.value
  if (problem === null && sharedBroken.value === 0 && (all === null || all.length === 0)) {
    return null
  }
  return (
    <section>
      <h2>{t('shared.title')}</h2>
      {problem === null ? null : (
        <Notice what={t('shared.failed')} todo={problem} tone='fault'>
          <button type='button' onClick={again}>{t('do.again')}</button>
        </Notice>
      )}
      {sharedBroken.value === 0
        ? null
        : <Notice what={t('shared.invalid')} todo={t('problem.shared-invalid')} tone='broken' />}
      <ul class='grants'>
        {(all ?? []).map((grant) => <Row key={grant.id} grant={grant} />)}
      </ul>
      {sharedMore.value ? <p class='muted'>{t('shared.more')}</p> : null}
    </section>
  )
}

function Row({ grant }: { grant: SharedGrant }): JSX.Element {
  return (
    <li>
      <h3>
        <a href={`/shared/${grant.id}`}>{t('shared.from', { name: giverText(grant) })}</a>
      </h3>
      <ul class='muted'>
        {grant.lines.map((line) => <li key={line.channel}>{sharedLineText(line, grant)}</li>)}
      </ul>
      <p>{sharedPhaseText(grant, nowSeconds.value)}</p>
    </li>
  )
}
