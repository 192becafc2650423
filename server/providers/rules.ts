/**
 * What is taken of providers: a registration signed by the provider's own identity, one after the
 * other, and an approval signed by this platform's operator.
 *
 * @module
 */
import { eq } from 'drizzle-orm'
import { type Bytes, equal } from '../../shared/bytes.ts'
import {
  parseApproval,
  parseRegistration,
  registrationHolds,
} from '../../shared/consent/provider.ts'
import { isSignedBy } from '../../shared/identity/identity.ts'
import { statementId } from '../../shared/identity/statement.ts'
import { type Deps, wholeSeconds } from '../context.ts'
import type { Database } from '../database.ts'
import type { Identities } from '../identity/store.ts'
import type { Limits } from '../limits.ts'
import { parsing } from '../parse.ts'
import { type Caller, may } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import { countRegistration } from '../registration.ts'
import { providers } from '../schema.ts'

/** @throws {ProblemError} */
export async function registerProvider(
  deps: Deps,
  limits: Limits,
  identities: Identities,
  database: Database,
  bytes: Bytes,
  caller: Caller,
  network: string,
): Promise<{ id: Bytes; seq: number; created: boolean }> {
  const given = await parsing('statement-malformed', () => parseRegistration(bytes))
  const { provider: id, seq } = given.content
  if (!may(caller, 'provider:register', { owner: id, devices: [] })) {
    throw new ProblemError('not-allowed')
  }
  const identity = await identities.newest(database, id)
  if (identity === null) throw new ProblemError('identity-unknown')
  if (!await registrationHolds(given, identity)) throw new ProblemError('signature-invalid')
  const registrationId = await statementId(given.statement, deps.digest)
  const row = { id, seq, registration: bytes, registrationId }
  return await database.db.transaction(async (tx) => {
    // Inserted before it is looked for: the same twice at once is one that waits for the other.
    const inserted = seq === 0
      ? await tx.insert(providers).values(row).onConflictDoNothing().returning({ id: providers.id })
      : []
    if (inserted.length > 0) {
      const limit = limits.identitiesPerDay
      await countRegistration(tx, 'provider', network, limit, wholeSeconds(deps))
      return { id, seq, created: true }
    }
    const [known] = await tx.select().from(providers).where(eq(providers.id, id)).for('update')
    if (known !== undefined && equal(known.registrationId, registrationId)) {
      return { id, seq, created: false }
    }
    const newest = known?.seq ?? -1
    if (seq !== newest + 1) throw new ProblemError('registration-taken', { expected: newest + 1 })
    await tx.update(providers).set(row).where(eq(providers.id, id))
    return { id, seq, created: true }
  })
}

/** Takes the operator's word on a provider; the newest one counts. @throws {ProblemError} */
export async function approveProvider(
  deps: Deps,
  database: Database,
  bytes: Bytes,
): Promise<{ id: Bytes; verified: boolean }> {
  const given = await parsing('statement-malformed', () => parseApproval(bytes))
  if (!await isSignedBy(given.statement, deps.operator.identity)) {
    throw new ProblemError('signature-invalid')
  }
  const { provider: id, at } = given.content
  return await database.db.transaction(async (tx) => {
    const [known] = await tx.select().from(providers).where(eq(providers.id, id)).for('update')
    if (known === undefined) throw new ProblemError('provider-unknown')
    if (!equal(given.content.registration, known.registrationId)) {
      throw new ProblemError('registration-taken', { expected: known.seq + 1 })
    }
    // What was said before must not come again after it was taken back.
    const isSame = known.approval !== null && equal(known.approval, bytes)
    if (!isSame && known.approvedAt !== null && known.approvedAt >= at) {
      throw new ProblemError('approval-outdated')
    }
    await tx.update(providers).set({ approval: bytes, approvedAt: at }).where(eq(providers.id, id))
    return { id, verified: given.content.approved }
  })
}
