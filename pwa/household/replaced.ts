/**
 * Who the owner is now: restored elsewhere, the keys of this browser do not hold any more; or another
 * browser was taken back, and there is another sealing key. The
 * platform cannot make that up: a key is only taken away by a change that another of the owner's
 * keys has signed.
 *
 * @module
 */
import { ApiProblem, type Client } from '../../shared/api/client.ts'
import { isSameChain } from '../../shared/identity/changes.ts'
import { type Identity, IdentityError, readIdentity } from '../../shared/identity/identity.ts'
import { StatementError } from '../../shared/identity/statement.ts'
import { type OwnerRecord, STRICT, type VaultDatabase } from '../vault/database.ts'
import type { Owner } from '../vault/identities.ts'

/** What this browser was told before, without asking the platform. */
export async function wasReplaced(database: VaultDatabase): Promise<boolean> {
  return await database.get('self', 'replaced') === true
}

export interface AskedOwner {
  /** The sign key of this browser does not hold any more. */
  readonly isReplaced: boolean
  /** There are changes that were not known here. */
  readonly isNews: boolean
}

const NOTHING: AskedOwner = { isReplaced: false, isNews: false }

/** Asks the platform who the owner is now, and keeps what is new. @throws {Unreachable} */
export async function askOwner(
  database: VaultDatabase,
  client: Client,
  { identity: known, signer }: Owner,
): Promise<AskedOwner> {
  const identity = await newestOf(client, known)
  if (identity === null) return NOTHING
  const holds = identity.keys.some(({ index, purpose }) =>
    purpose === 'sign' && index === signer.index
  )
  if (holds) return { isReplaced: false, isNews: await learnOwner(database, identity) }
  const step = database.transaction('self', 'readwrite', STRICT)
  await step.store.put(true, 'replaced')
  await step.done
  return { isReplaced: true, isNews: false }
}

/** Keeps what the owner's identity has become; whether that is news. */
async function learnOwner(database: VaultDatabase, identity: Identity): Promise<boolean> {
  const step = database.transaction('self', 'readwrite', STRICT)
  const owner = await step.store.get('owner') as OwnerRecord | undefined // ours
  const isNews = owner !== undefined && owner.changes.length < identity.changes.length &&
    isSameChain(owner.changes, identity.changes)
  if (isNews) await step.store.put({ ...owner, changes: identity.changes }, 'owner')
  await step.done
  return isNews
}

/** Null when the platform knows no more than we do. */
async function newestOf(client: Client, known: Identity): Promise<Identity | null> {
  try {
    const { changes } = await client.identity(known.id)
    const extended = changes.length > known.changes.length && isSameChain(known.changes, changes)
    return extended ? await readIdentity(changes) : null
  } catch (error) {
    // Not known there yet, or no chain that holds: nobody has replaced anything by that.
    const isAnswer = error instanceof ApiProblem || error instanceof IdentityError ||
      error instanceof StatementError
    if (isAnswer) return null
    throw error
  }
}
