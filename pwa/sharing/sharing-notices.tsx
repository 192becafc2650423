/**
 * Notices about what is shared, where the owner looks anyway.
 *
 * @module
 */
import type { JSX } from 'preact'
import type { GrantView } from '../consent/state.ts'
import { age, dayText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { nowSeconds } from '../parts/clock.ts'
import { Notice } from '../parts/notice.tsx'
import type { SharingNotice } from './news.ts'
import { putAway, sharingNotices } from './notices.ts'

export function SharingNotices({ only }: { only?: string }): JSX.Element | null {
  const all = sharingNotices.value.filter(({ grant }) => only === undefined || grant.id === only)
  return (
    <>
      {all.map((notice) => <One key={notice.id} notice={notice} linked={only === undefined} />)}
    </>
  )
}

type Words = readonly [what: string, todo: string]

const WORDS: Readonly<Record<SharingNotice['kind'], (grant: GrantView) => Words>> = {
  'first-access': ({ party: { name }, access }) => [
    t('sharing.first', { name, age: age(access?.last ?? 0, nowSeconds.value) }),
    t('sharing.first.do'),
  ],
  'key-signed': ({ party: { name } }) => [t('sharing.key', { name }), t('sharing.key.signed')],
  'key-unsigned': ({ party: { name } }) => [t('sharing.key', { name }), t('sharing.key.unsigned')],
  yearly: ({ party: { name }, grantedAt, terms }) => [
    t('sharing.yearly', { name, date: dayText(grantedAt) }),
    t('sharing.yearly.do', { date: dayText(terms.until) }),
  ],
}

function One({ notice, linked }: { notice: SharingNotice; linked: boolean }): JSX.Element {
  const { kind, grant, id } = notice
  const [what, todo] = WORDS[kind](grant)
  return (
    <Notice what={what} todo={todo} tone={kind === 'key-unsigned' ? 'fault' : 'plain'}>
      <div class='ways'>
        {linked ? <a class='button' href={`/sharing/${grant.id}`}>{t('sharing.see')}</a> : null}
        <button type='button' class='link' onClick={() => putAway(id)}>
          {t('sharing.understood')}
        </button>
      </div>
    </Notice>
  )
}
