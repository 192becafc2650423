/**
 * Notices about what is shared, where the owner looks anyway.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useActions } from '../actions.ts'
import { type GrantView, tooLate } from '../consent/state.ts'
import { age, dayText, moment } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { nowSeconds } from '../parts/clock.ts'
import { Notice } from '../parts/notice.tsx'
import type { SharingNotice } from './news.ts'
import { putAway, sharingNotices } from './notices.ts'

export function SharingNotices({ only }: { only?: string }): JSX.Element | null {
  const all = sharingNotices.value.filter(({ grant }) => only === undefined || grant.id === only)
  return (
    <>
      {only === undefined ? <TooLate /> : null}
      {all.map((notice) => <One key={notice.id} notice={notice} linked={only === undefined} />)}
    </>
  )
}

/** A yes that was kept while the platform was away, and was not taken any more. */
function TooLate(): JSX.Element | null {
  const actions = useActions()
  if (tooLate.value === null) return null
  const seen = async () => (await actions.consent()).seenTooLate()
  return (
    <Notice
      what={t('sharing.too-late', { date: moment(tooLate.value) })}
      todo={t('sharing.too-late.do')}
      tone='fault'
    >
      <div class='ways'>
        <ActionButton run={seen}>{t('sharing.understood')}</ActionButton>
      </div>
    </Notice>
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
