/**
 * Registering identities and pairings: what is signed well and extends what is known is kept.
 *
 * @module
 */
import { and, asc, desc, eq, isNull, or } from 'drizzle-orm'
import { type Bytes, equal } from '../../shared/bytes.ts'
import { splitArray } from '../../shared/cbor.ts'
import { type Identity, isSignedBy, readIdentity } from '../../shared/identity/identity.ts'
import { pairingHolds, parsePairing } from '../../shared/identity/pairing.ts'
import { parseStatement, statementId } from '../../shared/identity/statement.ts'
import type { Deps } from '../context.ts'
import { wholeSeconds } from '../context.ts'
import type { Database, Transaction } from '../database.ts'
import type { Limits } from '../limits.ts'
import { parsing } from '../parse.ts'
import { type Caller, may } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import { countRegistration } from '../registration.ts'
import { identities, identityChanges, pairings } from '../schema.ts'
import type { Identities } from './store.ts'

export interface Registered {
  readonly id: Bytes
  readonly seq: number
  readonly created: boolean
}

/** Takes a whole chain of changes. @throws {ProblemError} */
export async function registerIdentity(
  deps: Deps,
  limits: Limits,
  database: Database,
  bytes: Bytes,
  network: string,
): Promise<Registered> {
  const given = await parsing('identity-invalid', () => readIdentity(splitArray(bytes), deps))
  return await database.db.transaction(async (tx) => {
    const [inserted] = await tx.insert(identities).values(given).onConflictDoNothing()
      .returning({ seq: identities.seq })
    if (inserted !== undefined) {
      await countRegistration(tx, 'identity', network, limits.identitiesPerDay, deps.now())
      await tx.insert(identityChanges).values(rowsFrom(given, 0))
      return { id: given.id, seq: given.seq, created: true }
    }
    const [known] = await tx.select().from(identities).where(eq(identities.id, given.id))
      .for('update')
    if (known === undefined) throw new ProblemError('identity-unknown')
    // Changes name the one before them, so one common change makes everything before it common.
    const common = Math.min(known.seq, given.seq)
    const ours = common === known.seq ? known.head : await idOfChange(tx, given.id, common)
    const theirs = common === given.seq ? given.head : await idOf(given.changes[common])
    if (ours === null || theirs === null || !equal(ours, theirs)) {
      throw new ProblemError('identity-forked')
    }
    if (given.seq > known.seq) {
      await tx.insert(identityChanges).values(rowsFrom(given, known.seq + 1))
      await tx.update(identities).set({ seq: given.seq, head: given.head })
        .where(eq(identities.id, given.id))
    }
    return { id: given.id, seq: Math.max(given.seq, known.seq), created: false }
  })
}

function rowsFrom(identity: Identity, first: number) {
  return identity.changes.slice(first).map((statement, i) => ({
    identity: identity.id,
    seq: first + i,
    statement,
  }))
}

async function idOfChange(tx: Transaction, identity: Bytes, seq: number): Promise<Bytes | null> {
  const [row] = await tx.select({ statement: identityChanges.statement }).from(identityChanges)
    .where(and(eq(identityChanges.identity, identity), eq(identityChanges.seq, seq)))
  return await idOf(row?.statement)
}

async function idOf(change: Bytes | undefined): Promise<Bytes | null> {
  return change === undefined ? null : await statementId(parseStatement(change))
}

/** Takes a pairing from one of its two sides. @throws {ProblemError} */
export async function addPairing(
  deps: Deps,
  store: Identities,
  database: Database,
  bytes: Bytes,
  caller: Caller,
): Promise<{ owner: Bytes; device: Bytes; created: boolean }> {
  const pairing = await parsing('statement-malformed', () => parsePairing(bytes))
  const { owner: ownerId, device: deviceId } = pairing
  if (!may(caller, 'pairing:add', { owner: ownerId, devices: [deviceId] })) {
    throw new ProblemError('not-allowed')
  }
  const owner = await store.newest(database, ownerId)
  const device = await store.newest(database, deviceId)
  if (owner === null || device === null) throw new ProblemError('identity-unknown')
  if (!await pairingHolds(pairing, owner, device)) throw new ProblemError('signature-invalid')
  // A key that was signed out pairs nobody any more; what it paired before stays paired.
  const [byOwner, byDevice] = pairing.statements
  const current = await isSignedBy(byOwner, owner) && await isSignedBy(byDevice, device)
  const inserted = !current ? [] : await database.db.insert(pairings).values({
    owner: ownerId,
    device: deviceId,
    statement: bytes,
    at: wholeSeconds(deps),
  }).onConflictDoNothing().returning({ at: pairings.at })
  if (inserted.length === 0) {
    const [known] = await database.db
      .select({ statement: pairings.statement, ended: pairings.ended }).from(pairings)
      .where(and(eq(pairings.owner, ownerId), eq(pairings.device, deviceId)))
    if (known === undefined) throw new ProblemError('signature-invalid')
    if (known.ended !== null) throw new ProblemError('pairing-ended')
    const { payload } = parsePairing(known.statement).statements[0]
    if (!equal(payload, pairing.statements[0].payload)) {
      throw new ProblemError('pairing-taken')
    }
  }
  return { owner: ownerId, device: deviceId, created: inserted.length > 0 }
}

/**
 * The caller's pairings, oldest first; those an identity can have are few. An owner's are there for
 * good, as what a device sealed is verified by its pairing also when it is unpaired; a device has
 * only those that hold.
 */
export async function pairingsOf(database: Database, caller: Caller): Promise<Bytes[]> {
  const rows = await database.db.select().from(pairings)
    .where(
      or(
        eq(pairings.owner, caller.id),
        and(eq(pairings.device, caller.id), isNull(pairings.ended)),
      ),
    )
    .orderBy(asc(pairings.at), desc(pairings.device)).limit(1000)
  const own = rows.filter(({ owner, device }) => {
    return may(caller, 'pairing:read', { owner, devices: [device] })
  })
  return own.map((row) => row.statement)
}
