/**
 * Who asks, by its own registration: its name, where it is, whether the operator vouches for it, and
 * under the details its key.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'
import { Copyable, Fingerprint } from '../parts/copyable.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { Logo } from './logo.tsx'
import type { Party } from './state.ts'

/** Whether the operator has approved it, in words beside a sign. */
export function Vouched({ party }: { party: Party }): JSX.Element | null {
  if (party.kind === 'person') return null
  return (
    <span class={party.verified ? 'vouched' : 'vouched not'}>
      <Icon name={party.verified ? 'proof' : 'cannot'} />
      <span>{t(party.verified ? 'consent.verified' : 'consent.unverified')}</span>
    </span>
  )
}

export function Who({ party }: { party: Party }): JSX.Element {
  return (
    <section class='who'>
      <p class='name'>
        <Logo party={party} />
        <strong>{party.name}</strong> {party.domain === '' ? null : <code>{party.domain}</code>}
      </p>
      <Vouched party={party} />
      {party.verified || party.kind === 'person' ? null : (
        <Notice
          what={t('consent.unverified.what', { name: party.name })}
          todo={t('consent.unverified.do', { domain: party.domain })}
          tone='fault'
        />
      )}
      <details>
        <summary>{t('consent.details')}</summary>
        <dl class='pairs'>
          <div>
            <dt>{t('consent.key')}</dt>
            <dd>
              <Fingerprint hex={party.key} />
            </dd>
          </div>
          <div>
            <dt>{t('consent.id')}</dt>
            <dd>
              <Copyable text={party.id} />
            </dd>
          </div>
          {party.contact === null ? null : (
            <div>
              <dt>{t('consent.contact')}</dt>
              <dd>
                <Contact address={party.contact} />
              </dd>
            </div>
          )}
        </dl>
        <p class='muted'>{t('consent.key.note')}</p>
      </details>
    </section>
  )
}

/** Only what a registration may name becomes a link. */
function Contact({ address }: { address: string }): JSX.Element {
  const shown = address.replace(/^mailto:/, '')
  return /^(https|mailto):/.test(address)
    ? <a href={address} target='_blank' rel='noreferrer'>{shown}</a>
    : <>{shown}</>
}
