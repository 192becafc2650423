/**
 * A yes: the channels that it needs, its receipt, and the grant with its key, signed by the owner.
 *
 * @module
 */
import type { Bytes } from '../../../shared/bytes.ts'
import { makeReceipt, receiptHash } from '../../../shared/consent/receipt.ts'
import { makeTerms } from '../../../shared/consent/terms.ts'
import type { Identity } from '../../../shared/identity/identity.ts'
import { consentProgress, type Line, type ShownTerms } from '../../consent/state.ts'
import { language } from '../../i18n/messages.ts'
import { loadOperator } from '../delivery.ts'
import type { OwnerActions, OwnerOptions } from './actions.ts'
import type { Deed } from './events.ts'
import { grantDeed, newGrantId } from './give.ts'
import type { Registered } from './parties.ts'

/** To whom, and what for: with the hash of the request where somebody asked. */
export interface Receiver {
  readonly identity: Identity
  /** Index of its sealing key. */
  readonly toKey: number
  /** Of a provider. */
  readonly known: Registered | null
  readonly request: Bytes | null
}

export async function signGrant(
  { vault, running }: Pick<OwnerOptions, 'vault' | 'running'>,
  channelOf: OwnerActions['channelOf'],
  { identity: recipient, toKey, known, request }: Receiver,
  shown: ShownTerms,
): Promise<{ readonly grant: Bytes; readonly deed: Deed }> {
  const { self } = await running()
  consentProgress.value = { step: 'channels', done: 0, of: 0 }
  const channels: { id: Bytes; classes: Line['classes']; resolution: string }[] = []
  for (const line of shown.lines) channels.push({ ...line, id: await channelOf(line) })
  consentProgress.value = { step: 'signing', done: 0, of: 0 }
  const { purposes, from, until, history } = shown
  const ids = channels.map(({ id }) => id)
  const terms = makeTerms({ channels: ids, purposes, from, until, history })
  const grant = newGrantId()
  const approval = known?.approval ?? null
  const jws = await makeReceipt({
    grant,
    owner: self.owner.identity,
    recipient,
    toKey,
    registration: known?.registration ?? null,
    approval,
    operator: approval === null ? null : await loadOperator(vault.database),
    terms,
    channels,
    request,
    language: language.peek(),
    platform: location.origin,
    at: Math.floor(Date.now() / 1000),
  }, self.owner.signer)
  const receipt = { jws, hash: await receiptHash(jws) }
  const gift = { grant, recipient, toKey, terms, request, receipt, replaces: null }
  return { grant, deed: await grantDeed(vault, self, gift) }
}
