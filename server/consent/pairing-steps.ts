/**
 * The steps of pairings: an owner adds them one after another, the device fetches its own.
 *
 * @module
 */
import { and, asc, desc, eq, gt, isNull } from 'drizzle-orm'
import { type Bytes, equal, toBase64url } from '../../shared/bytes.ts'
import {
  checkPairingStep,
  type PairingHead,
  PairingStepError,
  parsePairingStep,
} from '../../shared/consent/pairing-step.ts'
import { parsePairing } from '../../shared/identity/pairing.ts'
import { statementId } from '../../shared/identity/statement.ts'
import { type Deps, wholeSeconds } from '../context.ts'
import type { Database, Transaction } from '../database.ts'
import { findEvent } from '../history/store.ts'
import type { Identities } from '../identity/store.ts'
import { fitting } from '../pages.ts'
import { parsing } from '../parse.ts'
import { type Caller, may } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import { pairings, pairingSteps } from '../schema.ts'

/** Of one pairing: as with grants, an end to what can be piled up. */
const MAX_STEPS = 100_000

/** Takes the next step of a pairing of the caller, an owner. @throws {ProblemError} */
export async function addPairingStep(
  deps: Deps,
  identities: Identities,
  database: Database,
  caller: Caller,
  device: Bytes | null,
  bytes: Bytes,
): Promise<PairingHead & { readonly created: boolean }> {
  const step = await parsing('statement-malformed', () => parsePairingStep(bytes))
  const { content } = step
  const of = { owner: content.owner, devices: [content.device] }
  if (device === null || !equal(device, content.device) || !may(caller, 'pairing:step', of)) {
    throw new ProblemError('device-not-paired')
  }
  const owner = await identities.newest(database, content.owner)
  if (owner === null) throw new ProblemError('identity-unknown')
  return await database.db.transaction(async (tx) => {
    const head = await lockPairing(tx, content.owner, content.device)
    const id = await statementId(step.statement, deps.digest)
    if (content.step === head.step && equal(id, head.id)) return { ...head, created: false }
    if (content.step !== head.step + 1 || !equal(content.prev, head.id)) {
      throw new ProblemError('step-moved', { step: head.step, id: toBase64url(head.id) })
    }
    if (content.step > MAX_STEPS) {
      throw new ProblemError('step-refused', { reason: 'The pairing has as many steps as it can' })
    }
    const event = await findEvent({ db: tx }, content.owner, content.seen)
    if (event === null || !equal(event.author, content.owner)) {
      const reason = 'The event that it has seen is not in the owner’s history'
      throw new ProblemError('step-refused', { reason })
    }
    try {
      await checkPairingStep(head, step, owner, content.device, deps.digest)
    } catch (error) {
      if (error instanceof PairingStepError) throw new ProblemError('signature-invalid')
      throw error
    }
    await tx.insert(pairingSteps).values({
      owner: content.owner,
      device: content.device,
      step: content.step,
      id,
      statement: bytes,
      at: wholeSeconds(deps),
    })
    return { step: content.step, id, created: true }
  })
}

/** Locks a pairing that holds, so that of two steps at once the second finds the first. */
async function lockPairing(tx: Transaction, owner: Bytes, device: Bytes): Promise<PairingHead> {
  const [pairing] = await tx.select({ statement: pairings.statement }).from(pairings)
    .where(
      and(eq(pairings.owner, owner), eq(pairings.device, device), isNull(pairings.ended)),
    ).for('update')
  if (pairing === undefined) throw new ProblemError('device-not-paired')
  const [newest] = await tx.select({ step: pairingSteps.step, id: pairingSteps.id })
    .from(pairingSteps)
    .where(and(eq(pairingSteps.owner, owner), eq(pairingSteps.device, device)))
    .orderBy(desc(pairingSteps.step)).limit(1)
  if (newest !== undefined) return newest
  return { step: 0, id: await statementId(parsePairing(pairing.statement).statements[0]) }
}

/**
 * The steps of a pairing that the caller is a side of, after one of them in order, or else the newest
 * alone. A pairing that has ended shows none any more.
 *
 * @throws {ProblemError}
 */
export async function listPairingSteps(
  { db }: Database,
  caller: Caller,
  other: Bytes | null,
  after: number | null,
  limit: number,
  maxBytes: number,
): Promise<{ steps: readonly Bytes[]; next: number | null }> {
  const owner = caller.kind === 'device' ? other : caller.id
  const device = caller.kind === 'device' ? caller.id : other
  if (owner === null || device === null) throw new ProblemError('device-not-paired')
  const [pairing] = await db.select({ at: pairings.at }).from(pairings).where(
    and(eq(pairings.owner, owner), eq(pairings.device, device), isNull(pairings.ended)),
  )
  if (pairing === undefined || !may(caller, 'pairing:read', { owner, devices: [device] })) {
    throw new ProblemError('device-not-paired')
  }
  const rows = await db.select({ step: pairingSteps.step, statement: pairingSteps.statement })
    .from(pairingSteps)
    .where(and(
      eq(pairingSteps.owner, owner),
      eq(pairingSteps.device, device),
      after === null ? undefined : gt(pairingSteps.step, after),
    ))
    .orderBy(after === null ? desc(pairingSteps.step) : asc(pairingSteps.step))
    .limit(after === null ? 1 : limit + 1)
  const count = fitting(rows.map(({ statement }) => statement.length), limit, maxBytes)
  const page = rows.slice(0, count)
  return {
    steps: page.map(({ statement }) => statement),
    next: count < rows.length ? page.at(-1)?.step ?? null : null,
  }
}
