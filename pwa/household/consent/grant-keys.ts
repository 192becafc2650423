/**
 * Grant keys that have to change. Where the owner has another sealing key, as a browser was taken
 * back, each grant gets another key of its own, for that browser has a copy of the one before. Where
 * the recipient has rolled its key over to another, the grant key is sealed to that; and where
 * somebody replaced it whom the key before did not name, the grant ends, for nobody can say who
 * would read.
 *
 * @module
 */
import { newGrantKey, sealGrantKey } from '../../../shared/consent/grant.ts'
import { stateAt } from '../../../shared/consent/steps.ts'
import { importGrantKey } from '../../../shared/consent/wrap.ts'
import { endOfKey } from '../../../shared/identity/changes.ts'
import { type Identity, readIdentity, sealKeyOf } from '../../../shared/identity/identity.ts'
import type { Owner } from '../../vault/identities.ts'
import type { BrowserVault } from '../../vault/vault.ts'
import { type Kept, loadBook } from './book.ts'
import { type Deed, stepDeed } from './events.ts'
import { sealKey } from './give.ts'

const seconds = () => Math.floor(Date.now() / 1000)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

/** What is due for the grants in the vault; nothing that was done already. */
export async function keyDeeds(vault: BrowserVault, owner: Owner): Promise<Deed[]> {
  const { identity, earlier = [] } = owner
  const own = sealKeyOf(identity)?.index ?? 0
  const deeds: Deed[] = []
  for (const [name, kept] of await loadBook(vault.database)) {
    const { record, standing } = kept
    if (stateAt(standing, seconds()).phase === 'ended') continue
    const recipient = await readIdentity(record.recipient)
    const ended = endOfKey(recipient, standing.sealedTo.toKey)
    const madeFor = record.madeFor ?? (earlier.length === 0 ? own : -1)
    if (ended === 'replaced' || record.otherRecipient === true) {
      const what = { what: 'revoked', reason: 'key-changed' } as const
      deeds.push(await stepDeed(owner, name, record, what))
    } else if (sealKeyOf(recipient) === undefined) continue // it reads with the key it had
    else if (madeFor < own) deeds.push(await renewed(vault, owner, name, kept, recipient))
    else if (ended === 'rolled') deeds.push(await followed(vault, owner, name, kept, recipient))
  }
  return deeds
}

/** Another grant key, with a copy for the owner. */
async function renewed(
  vault: BrowserVault,
  owner: Owner,
  name: string,
  { record, standing: { grant: { grant, owner: id, to, terms } } }: Kept,
  recipient: Identity,
): Promise<Deed> {
  const raw = newGrantKey(random)
  const toKey = newestOf(recipient)
  const place = { grant, owner: id, to, toKey }
  const sealed = await sealGrantKey(raw, place, terms, sealKey(recipient, toKey))
  const own = newestOf(owner.identity)
  const ownPlace = { grant, owner: id, to: id, toKey: own }
  const copy = await sealGrantKey(raw, ownPlace, terms, sealKey(owner.identity, own))
  const key = await importGrantKey(raw)
  const locked = await vault.lock(raw)
  raw.fill(0)
  const what = { what: 'key-changed', toKey, ...sealed } as const
  const deed = await stepDeed(owner, name, record, what, { toKey: own, ...copy })
  const steps = deed.grant?.record.steps ?? record.steps
  const after = { ...record, steps, key, raw: locked, madeFor: own }
  return { ...deed, grant: { name, record: after } }
}

/** The same grant key, for the recipient's newest key. */
async function followed(
  vault: BrowserVault,
  owner: Owner,
  name: string,
  { record, standing: { grant: { grant, owner: id, to, terms } } }: Kept,
  recipient: Identity,
): Promise<Deed> {
  const toKey = newestOf(recipient)
  const raw = await vault.unlock(record.raw)
  const place = { grant, owner: id, to, toKey }
  const sealed = await sealGrantKey(raw, place, terms, sealKey(recipient, toKey))
  raw.fill(0)
  return await stepDeed(owner, name, record, { what: 'key-changed', toKey, ...sealed })
}

function newestOf(identity: Identity): number {
  const key = sealKeyOf(identity)
  if (key === undefined) throw new TypeError('There is no sealing key')
  return key.index
}
