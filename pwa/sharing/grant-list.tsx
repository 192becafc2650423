/**
 * Everything that is shared or was: who, what, until when, and whether it was made use of.
 *
 * @module
 */
import type { JSX } from 'preact'
import { type ConsentRequest, type GrantView, requests } from '../consent/state.ts'
import { Vouched } from '../consent/who.tsx'
import { lineText } from '../consent/words.ts'
import { moment } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { nowSeconds } from '../parts/clock.ts'
import { accessText, phaseText } from './grant-words.ts'

const PHASES = ['active', 'paused', 'waiting', 'ended'] as const

export function GrantList({ all }: { all: readonly GrantView[] }): JSX.Element {
  return (
    <>
      <Requests />
      {PHASES.map((phase) => {
        const found = all.filter((grant) => grant.phase === phase)
        if (found.length === 0) return null
        return (
          <section key={phase}>
            <h2>{t(`sharing.phase.${phase}`)}</h2>
            <ul class='grants'>
              {found.map((grant) => <Row key={grant.id} grant={grant} />)}
            </ul>
          </section>
        )
      })}
    </>
  )
}

function Requests(): JSX.Element | null {
  const open = requests.value.filter(({ expires }) => expires > nowSeconds.value)
  if (open.length === 0) return null
  return (
    <section>
      <h2>{t('sharing.requests')}</h2>
      <ul class='grants'>
        {open.map((request) => <Request key={request.id} request={request} />)}
      </ul>
    </section>
  )
}

function Request({ request }: { request: ConsentRequest }): JSX.Element {
  const { party, offer, expires, id } = request
  return (
    <li>
      <h3>{party.name}</h3>
      <Vouched party={party} />
      <ul class='muted'>
        {offer.lines.map((line) => <li key={lineText(line)}>{lineText(line)}</li>)}
      </ul>
      <p>{t('sharing.request.until', { date: moment(expires) })}</p>
      <p>
        <a class='button' href={`/authorize?waiting=${encodeURIComponent(id)}`}>
          {t('sharing.request.answer')}
          <span class='hidden'>{party.name}</span>
        </a>
      </p>
    </li>
  )
}

function Row({ grant }: { grant: GrantView }): JSX.Element {
  const now = nowSeconds.value
  return (
    <li>
      <h3>
        <a href={`/sharing/${grant.id}`}>{grant.party.name}</a>
      </h3>
      <ul class='muted'>
        {grant.terms.lines.map((line) => <li key={lineText(line)}>{lineText(line)}</li>)}
      </ul>
      <p>{phaseText(grant, now)}</p>
      <p>{accessText(grant, now)}</p>
      {grant.unsent ? <p class='muted'>{t('sharing.unsent')}</p> : null}
    </li>
  )
}
