/**
 * Whether the owner was restored elsewhere: the keys of this browser then do not hold any more. The
 * platform cannot make that up: a key is only taken away by a change that another of the owner's
 * keys has signed.
 *
 * @module
 */
import { equal } from '../../shared/bytes.ts'
import { ApiProblem, type Client } from '../../shared/api/client.ts'
import { IdentityError, readIdentity } from '../../shared/identity/identity.ts'
import { StatementError } from '../../shared/identity/statement.ts'
import { STRICT, type VaultDatabase } from '../vault/database.ts'
import type { Owner } from '../vault/identities.ts'

/** What this browser was told before, without asking the platform. */
export async function wasReplaced(database: VaultDatabase): Promise<boolean> {
  return await database.get('self', 'replaced') === true
}

/** Asks the platform, and keeps the answer when it is yes. @throws {Unreachable} */
export async function askReplaced(
  database: VaultDatabase,
  client: Client,
  { identity, signer }: Owner,
): Promise<boolean> {
  if (!(await holdsNoMore(client, identity, signer.index))) return false
  const step = database.transaction('self', 'readwrite', STRICT)
  await step.store.put(true, 'replaced')
  await step.done
  return true
}

async function holdsNoMore(
  client: Client,
  known: Owner['identity'],
  index: number,
): Promise<boolean> {
  try {
    const { changes } = await client.identity(known.id)
    const extended = changes.length > known.changes.length &&
      known.changes.every((change, i) => equal(change, changes[i] ?? new Uint8Array(0)))
    if (!extended) return false
    const { keys } = await readIdentity(changes)
    return !keys.some((key) => key.purpose === 'sign' && key.index === index)
  } catch (error) {
    // Not known there yet, or no chain that holds: nobody has replaced anything by that.
    const isAnswer = error instanceof ApiProblem || error instanceof IdentityError ||
      error instanceof StatementError
    if (isAnswer) return false
    throw error
  }
}
