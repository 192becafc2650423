/**
 * What a grant's statements do: an owner's come with its history, a recipient's by themselves. Each
 * step locks the grant's row and names the step before it, so that of two at once one is told to
 * look again.
 *
 * @module
 */
import { and, eq, inArray } from 'drizzle-orm'
import { type Bytes, equal, toBase64url } from '../../shared/bytes.ts'
import { parseGrant } from '../../shared/consent/grant.ts'
import {
  applyStep,
  beginStanding,
  parseStep,
  type Standing,
  type Step,
  stepRefusal,
  WHO,
} from '../../shared/consent/steps.ts'
import type { Opened } from '../../shared/identity/content.ts'
import { coversChannel, type Terms } from '../../shared/consent/terms.ts'
import { type Identity, isSignedBy } from '../../shared/identity/identity.ts'
import { sha256, statementId } from '../../shared/identity/statement.ts'
import type { WebhookType } from '../../shared/api/webhook.ts'
import { type Deps, wholeSeconds } from '../context.ts'
import type { Database, Transaction } from '../database.ts'
import type { Effect, Entry } from '../history/store.ts'
import type { Identities } from '../identity/store.ts'
import { parsing } from '../parse.ts'
import { type Caller, may } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import { grantChannels, grants, grantSteps } from '../schema.ts'
import { tellProvider } from '../webhooks/store.ts'
import { cutAll, resourceOf, stateOfRow, writeExpiries } from './store.ts'

type GrantRow = typeof grants.$inferSelect

/** Of one grant: whoever looks at it reads them all. It can be ended all the same. */
const MAX_STEPS = 1000

/** What a provider is told of the owner's steps; of its own it knows. */
const TOLD: Readonly<Partial<Record<Step['what'], WebhookType>>> = {
  'narrowed': 'grant.changed',
  'paused': 'grant.changed',
  'resumed': 'grant.changed',
  'key-changed': 'grant.changed',
  'revoked': 'grant.ended',
  'erasure-asked': 'erasure.asked',
}

/** A step with the id that the next one names. */
interface ReadStep extends Opened<Step> {
  readonly id: Bytes
}

export async function readStep(
  bytes: Bytes,
  { digest = sha256 }: Pick<Deps, 'digest'>,
): Promise<ReadStep> {
  const step = await parsing('statement-malformed', () => parseStep(bytes))
  return { ...step, id: await statementId(step.statement, digest) }
}

/** What a step of the owner does, which comes beside its event. @throws {ProblemError} */
export async function effectOfStep(
  deps: Deps,
  identities: Identities,
  database: Database,
  { content: event, companions }: Entry,
  owner: Identity,
): Promise<Effect> {
  const [bytes, ...rest] = companions
  if (bytes === undefined || rest.length > 0) throw refused('A step comes with its statement alone')
  const step = await readStep(bytes, deps)
  const { grant, what } = step.content
  const named = equal(event.about, grant) && event.entry !== null && equal(event.entry, step.id)
  if (!named) throw refused('The event names another grant or step than the one beside it')
  if (WHO[what] !== 'owner') throw refused('That step is the recipient’s to go')
  if (!await isSignedBy(step.statement, owner)) throw new ProblemError('signature-invalid')
  await writeExpiries(database, { grant }, deps.now())
  if (step.content.what === 'key-changed') {
    await checkNewKey(identities, database, grant, step.content.toKey)
  }
  const reason = step.content.what === 'revoked' ? step.content.reason : null
  return {
    apply: async (tx, { owner, ownerSeq, now }) => {
      const row = await lockGrant(tx, grant, owner)
      await takeStep(tx, row, step, ownerSeq, now)
    },
    ...reason !== null && {
      lock: async (tx: Transaction, now: number) => {
        const row = await lockGrant(tx, grant, owner.id).catch(() => null)
        if (row === null || row.endedAt !== null) return false
        await end(tx, row, now, reason, null, true)
        await tellProvider(tx, row.recipient, 'grant.ended', grant, now)
        return true
      },
    },
  }
}

async function checkNewKey(
  identities: Identities,
  database: Database,
  grant: Bytes,
  toKey: number,
): Promise<void> {
  const [row] = await database.db.select({ recipient: grants.recipient }).from(grants)
    .where(eq(grants.id, grant))
  const recipient = row && await identities.newest(database, row.recipient)
  const key = recipient?.keys.find(({ index }) => index === toKey)
  if (key?.purpose !== 'seal') throw new ProblemError('grant-key-unknown')
}

/** Takes a step of a recipient. @throws {ProblemError} */
export async function addStep(
  deps: Deps,
  identities: Identities,
  database: Database,
  caller: Caller,
  id: Bytes | null,
  bytes: Bytes,
): Promise<{ step: number; id: Bytes; created: boolean }> {
  const step = await readStep(bytes, deps)
  const [grant] = id === null
    ? []
    : await database.db.select().from(grants).where(eq(grants.id, id))
  if (grant === undefined || !may(caller, 'grant:step', resourceOf(grant))) {
    throw new ProblemError('grant-unknown')
  }
  const { content, statement } = step
  if (!equal(content.grant, grant.id)) throw stepRefused('It is a step of another grant')
  if (WHO[content.what] !== 'recipient') throw stepRefused('That step is the owner’s to go')
  const recipient = await identities.newest(database, caller.id)
  if (recipient === null || !await isSignedBy(statement, recipient)) {
    throw new ProblemError('signature-invalid')
  }
  await writeExpiries(database, { grant: grant.id }, deps.now())
  return await database.db.transaction(async (tx) => {
    const row = await lockGrant(tx, grant.id, grant.owner)
    const created = await takeStep(tx, row, step, null, wholeSeconds(deps))
    return { step: content.step, id: step.id, created }
  })
}

/**
 * A recipient gives a grant back with its token alone, which is no word of its own: the grant is
 * locked until a step of the owner or the recipient ends it for everybody to see.
 */
export async function returnGrant(
  deps: Deps,
  database: Database,
  { id, owner }: Pick<GrantRow, 'id' | 'owner'>,
): Promise<void> {
  await database.db.transaction(async (tx) => {
    const row = await lockGrant(tx, id, owner)
    const now = wholeSeconds(deps)
    if (stateOfRow(row, now) !== 'ended') await end(tx, row, now, 'terminated', null, true)
  })
}

async function lockGrant(tx: Transaction, id: Bytes, owner: Bytes): Promise<GrantRow> {
  const [row] = await tx.select().from(grants)
    .where(and(eq(grants.id, id), eq(grants.owner, owner))).for('update')
  if (row === undefined) throw new ProblemError('grant-unknown')
  return row
}

/** Answers whether it is new. */
async function takeStep(
  tx: Transaction,
  row: GrantRow,
  { content, id, statement }: ReadStep,
  ownerSeq: number | null,
  now: number,
): Promise<boolean> {
  const { grant, step } = content
  if (step <= row.step) {
    const [known] = await tx.select({ id: grantSteps.id }).from(grantSteps)
      .where(and(eq(grantSteps.grant, grant), eq(grantSteps.step, step)))
    if (known !== undefined && equal(known.id, id)) return false
  }
  if (step !== row.step + 1 || !equal(content.prev, row.stepId)) {
    throw new ProblemError('step-moved', { step: row.step, id: toBase64url(row.stepId) })
  }
  const isEnd = content.what === 'revoked' || content.what === 'terminated'
  if (step > MAX_STEPS && !isEnd) {
    throw stepRefused('The grant has as many steps as a grant can have')
  }
  const refusal = stepRefusal(await standingOf(tx, row), content)
  if (refusal !== null) throw stepRefused(refusal)
  await applyToRow(tx, row, content, ownerSeq, now)
  await tx.insert(grantSteps).values({ grant, step, id, statement: statement.bytes, at: now })
  await tx.update(grants).set({ step, stepId: id }).where(eq(grants.id, grant))
  // A revocation that had locked the grant was told of then.
  const told = row.locked ? undefined : TOLD[content.what]
  if (told !== undefined) await tellProvider(tx, row.recipient, told, grant, now)
  return true
}

async function standingOf(tx: Transaction, row: GrantRow): Promise<Standing> {
  const steps = await tx.select({ id: grantSteps.id, statement: grantSteps.statement })
    .from(grantSteps).where(eq(grantSteps.grant, row.id)).orderBy(grantSteps.step)
  return steps.reduce(
    (standing, { id, statement }) => applyStep(standing, parseStep(statement).content, id),
    beginStanding(parseGrant(row.statement).content, row.statementId),
  )
}

/** What a step changes for who reads. After an expiry nothing does. */
async function applyToRow(
  tx: Transaction,
  row: GrantRow,
  step: Step,
  ownerSeq: number | null,
  now: number,
): Promise<void> {
  if (stateOfRow(row, now) === 'ended' && !row.locked) return
  switch (step.what) {
    case 'narrowed':
      return await narrow(tx, row, step.terms, now)
    case 'paused':
      // First, so that what the pause leaves out counts as readable until now.
      await cutAll(tx, row.id, now, false)
      return await turnPause(tx, row, now, ownerSeq)
    case 'resumed':
      await turnPause(tx, row, now, null)
      await tx.update(grantChannels)
        .set({ cutSeq: null, cutAt: null, cutHead: null, turnedEpoch: null })
        .where(and(eq(grantChannels.grant, row.id), eq(grantChannels.given, true)))
      return
    case 'revoked':
      // Locked before, it goes on from then.
      return await end(tx, row, row.endedAt ?? now, step.reason, ownerSeq, false)
    case 'terminated':
      return await end(tx, row, row.endedAt ?? now, 'terminated', null, false)
  }
}

async function narrow(
  tx: Transaction,
  row: GrantRow,
  terms: Terms,
  now: number,
): Promise<void> {
  if (terms.until < now) throw stepRefused('Its new end is past: revoke it instead')
  const ofGrant = eq(grantChannels.grant, row.id)
  const given = await tx.select({ channel: grantChannels.channel }).from(grantChannels)
    .where(and(ofGrant, eq(grantChannels.given, true)))
  const dropped = given.map(({ channel }) => channel)
    .filter((channel) => !coversChannel(terms, channel))
  if (dropped.length > 0) {
    await cutAll(tx, row.id, now, false, dropped)
    await tx.update(grantChannels).set({ given: false })
      .where(and(ofGrant, inArray(grantChannels.channel, dropped)))
  }
  await tx.update(grants)
    .set({ fromAt: terms.from, untilAt: terms.until, historyAt: terms.history })
    .where(eq(grants.id, row.id))
  await tx.update(grantChannels).set({ firstSeq: null, firstEpoch: null }).where(ofGrant)
}

async function end(
  tx: Transaction,
  row: GrantRow,
  at: number,
  reason: string,
  stopSeq: number | null,
  locked: boolean,
): Promise<void> {
  await cutAll(tx, row.id, at, false)
  await tx.update(grants).set({ endedAt: at, endReason: reason, stopSeq, locked })
    .where(eq(grants.id, row.id))
}

/** Begins a pause, or ends it. */
async function turnPause(
  tx: Transaction,
  row: GrantRow,
  now: number,
  stopSeq: number | null,
): Promise<void> {
  await tx.update(grants).set({ pauses: [...row.pauses, now], stopSeq })
    .where(eq(grants.id, row.id))
}

function refused(reason: string): ProblemError {
  return new ProblemError('event-refused', { reason })
}

function stepRefused(reason: string): ProblemError {
  return new ProblemError('step-refused', { reason })
}
