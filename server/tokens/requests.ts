/**
 * What providers ask of owners, kept as it was asked and answered once by one owner. An answer is a
 * grant that gives nothing beyond the request, or a no.
 *
 * @module
 */
import {
  and,
  asc,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  notInArray,
  sql,
} from 'drizzle-orm'
import { type Bytes, equal, utf8 } from '../../shared/bytes.ts'
import { type Grant, parseGrant } from '../../shared/consent/grant.ts'
import { type AccessRequest, isAnswerOf, parseRequest } from '../../shared/consent/request.ts'
import { sha256 } from '../../shared/identity/statement.ts'
import { type Deps, wholeSeconds } from '../context.ts'
import type { Database, Transaction } from '../database.ts'
import type { Histories } from '../history/store.ts'
import { parseId, parsing } from '../parse.ts'
import { type Caller, may } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import { accessRequests, channels, codes, providers, requestCodes } from '../schema.ts'
import { CODE_SECONDS, CODES_OF_REQUEST, hashOf, newSecret, REQUEST_SECONDS } from './secrets.ts'

export type RequestRow = typeof accessRequests.$inferSelect

const SWEEP_ROWS = 1000
/** Of one owner, in the list of what waits. */
const MOST_WAITING = 100

/** What is over is deleted a day later: until then a provider is told that it is. */
export async function sweepRequests({ db }: Database, now: number): Promise<number> {
  const old = await db.select({ hash: accessRequests.hash }).from(accessRequests)
    .where(lt(accessRequests.expires, now - REQUEST_SECONDS))
    .orderBy(asc(accessRequests.expires)).limit(SWEEP_ROWS)
  const over = db.select({ hash: requestCodes.hash }).from(requestCodes)
    .where(lt(requestCodes.expires, now)).limit(SWEEP_ROWS)
  const gone = await db.delete(requestCodes).where(inArray(requestCodes.hash, over))
    .returning({ hash: requestCodes.hash })
  if (old.length === 0) return gone.length
  const hashes = old.map(({ hash }) => hash)
  await db.transaction(async (tx) => {
    await tx.delete(codes).where(inArray(codes.request, hashes))
    await tx.delete(accessRequests).where(inArray(accessRequests.hash, hashes))
  })
  return gone.length + old.length
}

/** A request by the random part of its address, which a browser was sent with. @throws {ProblemError} */
export async function findRequest(
  deps: Deps,
  { db }: Pick<Database, 'db'>,
  secret: string,
): Promise<RequestRow> {
  const hash = await hashOf(secret, deps.digest)
  const [row] = await db.select().from(accessRequests).where(and(
    eq(accessRequests.hash, hash),
    isNotNull(accessRequests.redirectUri),
    gt(accessRequests.expires, wholeSeconds(deps)),
  ))
  if (row === undefined) throw new ProblemError('request-unknown')
  return row
}

/**
 * The same for an owner who may answer it, or has. One of whom it is asked, or who has typed its
 * code, may name it by its hash, which is of no use to others. To them it looks as if there were
 * none.
 *
 * @throws {ProblemError}
 */
export async function requestFor(
  deps: Deps,
  database: Database,
  name: string,
  caller: Caller,
): Promise<RequestRow> {
  const isAllowed = (owner: Bytes) => may(caller, 'request:answer', { owner, devices: [] })
  if (!isAllowed(caller.id)) throw new ProblemError('not-allowed')
  const row = await ownRequest(deps, database, name, caller) ??
    await findRequest(deps, database, name)
  if (!isAllowed(row.answeredBy ?? caller.id)) throw new ProblemError('request-unknown')
  return row
}

async function ownRequest(
  deps: Deps,
  { db }: Database,
  name: string,
  caller: Caller,
): Promise<RequestRow | null> {
  const hash = parseId(name, 32)
  if (hash === null) return null
  const [row] = await db.select().from(accessRequests).where(and(
    eq(accessRequests.hash, hash),
    eq(accessRequests.owner, caller.id),
    gt(accessRequests.expires, wholeSeconds(deps)),
  ))
  return row ?? null
}

/**
 * Somebody has come with a request: an owner, or a browser without keys that will wait for the answer
 * (`elsewhere`). Who came first decides which browser goes on with it. Else whoever has sent the
 * owner an address could wait for the answer and go on in the owner's place.
 *
 * @returns whether a browser without keys was first
 */
export async function comeWith(
  { db }: Pick<Database, 'db'>,
  row: RequestRow,
  elsewhere: boolean,
): Promise<boolean> {
  if (row.elsewhere !== null || row.redirectUri === null) return row.elsewhere === true
  const [first] = await db.update(accessRequests).set({ elsewhere: firstOr(elsewhere) })
    .where(eq(accessRequests.hash, row.hash)).returning({ elsewhere: accessRequests.elsewhere })
  return first?.elsewhere === true
}

function firstOr(elsewhere: boolean) {
  return sql`coalesce(${accessRequests.elsewhere}, ${elsewhere})`
}

/**
 * What waits for the caller's answer, the first to be over first; but before all what it has typed the
 * code of, and what approved providers ask, as anybody may register and ask as much as fills a list.
 */
export async function listWaiting(
  deps: Deps,
  { db }: Database,
  caller: Caller,
): Promise<RequestRow[]> {
  const isStranger = and(isNull(providers.approval), isNull(accessRequests.redirectUri))
  const rows = await db.select({ request: accessRequests }).from(accessRequests)
    .leftJoin(providers, eq(providers.id, accessRequests.client))
    .where(and(
      eq(accessRequests.owner, caller.id),
      gt(accessRequests.expires, wholeSeconds(deps)),
      isNull(accessRequests.answeredBy),
    ))
    .orderBy(sql`${isStranger}`, asc(accessRequests.expires), asc(accessRequests.hash))
    .limit(MOST_WAITING)
  return rows.map(({ request }) => request).filter(({ owner }) =>
    owner !== null && may(caller, 'request:answer', { owner, devices: [] })
  )
}

/** Takes the owner's grant: the same again has the same answer. @throws {ProblemError} */
export async function grantRequest(
  deps: Deps,
  histories: Histories,
  database: Database,
  row: RequestRow,
  bytes: Bytes,
  caller: Caller,
  network: string,
): Promise<void> {
  const prepared = await histories.prepare(database, bytes, caller)
  const [first, ...more] = prepared.entries
  const entry = first?.[0]
  if (entry?.content.what !== 'granted' || more.length > 0) {
    throw new ProblemError('event-refused', { reason: 'Answer with one grant, and nothing else' })
  }
  const { content } = await parsing(
    'statement-malformed',
    () => parseGrant(entry.companions[0] ?? new Uint8Array(0)),
  )
  const refused = await database.db.transaction(async (tx) => {
    const locked = await lockUnanswered(tx, row, content.grant)
    if (locked === 'same') return null
    await checkAnswer(deps, tx, row, content)
    const { refused } = await histories.add(tx, prepared, network)
    if (refused === null) await answer(tx, row, caller, content.grant)
    return refused
  })
  if (refused !== null) throw refused
}

/** The owner says no. @throws {ProblemError} */
export async function denyRequest(
  database: Database,
  row: RequestRow,
  caller: Caller,
): Promise<void> {
  await database.db.transaction(async (tx) => {
    if (await lockUnanswered(tx, row, null) === 'new') await answer(tx, row, caller, null)
  })
}

/** Of two tabs that answer at once the second finds the answer of the first. */
async function lockUnanswered(
  tx: Transaction,
  { hash }: RequestRow,
  grant: Bytes | null,
): Promise<'new' | 'same'> {
  const [now] = await tx.select().from(accessRequests).where(eq(accessRequests.hash, hash))
    .for('update')
  if (now === undefined) throw new ProblemError('request-unknown')
  if (now.answeredBy === null) return 'new'
  const isSame = grant === null ? now.grant === null : now.grant !== null && equal(now.grant, grant)
  if (!isSame) throw new ProblemError('request-answered')
  return 'same'
}

async function answer(
  tx: Transaction,
  { hash }: RequestRow,
  caller: Caller,
  grant: Bytes | null,
): Promise<void> {
  await tx.update(accessRequests)
    .set({ answeredBy: caller.id, grant, elsewhere: firstOr(false) })
    .where(eq(accessRequests.hash, hash))
}

/** Nothing is given that was not asked for, nor to anybody else. @throws {ProblemError} */
async function checkAnswer(
  deps: Deps,
  tx: Transaction,
  row: RequestRow,
  grant: Grant,
): Promise<void> {
  const { request, at } = readPushed(row)
  const [detail] = request
  const { digest = sha256 } = deps
  const hash = await digest(utf8(row.pushed))
  const own = await tx.select({
    channel: channels.id,
    classes: channels.classes,
    resolution: channels.resolution,
  }).from(channels)
    .where(and(inArray(channels.id, [...grant.terms.channels]), eq(channels.owner, grant.owner)))
  const kinds = own.map(({ channel, classes, resolution }) => ({
    channel,
    classes: classes as 'all', // as the channel's opening was parsed
    resolution,
  }))
  const fits = equal(grant.to, row.client) && grant.toKey === detail?.seal_key &&
    grant.request !== null && equal(grant.request, hash) &&
    isAnswerOf(grant.terms, request, kinds, at)
  if (!fits) throw new ProblemError('grant-not-asked')
}

/** What was pushed, which was checked then. */
export function readPushed({ pushed }: Pick<RequestRow, 'pushed'>): {
  request: AccessRequest
  at: number
} {
  const { authorization_details: details, iat } = JSON.parse(pushed) as {
    authorization_details: unknown
    iat: number
  }
  return { request: parseRequest(details), at: iat }
}

/**
 * Where the browser goes with the answer; null while there is none, and where it is not the browser
 * that was sent here. With a grant, a new code.
 */
export async function redirectOf(
  deps: Deps,
  { db }: Database,
  row: RequestRow,
): Promise<string | null> {
  if (row.answeredBy === null || row.redirectUri === null) return null
  const to = new URL(row.redirectUri)
  if (row.grant === null) {
    to.searchParams.set('error', 'access_denied')
  } else {
    to.searchParams.set('code', await newCode(deps, db, row.hash))
  }
  if (row.state !== null) to.searchParams.set('state', row.state)
  to.searchParams.set('iss', deps.publicUrl)
  return to.href
}

/** Of those that were not exchanged only the newest stay. */
async function newCode(deps: Deps, db: Database['db'], request: Bytes): Promise<string> {
  const code = newSecret()
  const hash = await hashOf(code, deps.digest)
  const expires = wholeSeconds(deps) + CODE_SECONDS
  await db.transaction(async (tx) => {
    await tx.select({ hash: accessRequests.hash }).from(accessRequests)
      .where(eq(accessRequests.hash, request)).for('update')
    const open = and(eq(codes.request, request), isNull(codes.session))
    const kept = await tx.select({ hash: codes.hash }).from(codes).where(open)
      .orderBy(desc(codes.expires)).limit(CODES_OF_REQUEST - 1)
    const hashes = kept.map((one) => one.hash)
    await tx.delete(codes).where(and(open, notInArray(codes.hash, hashes)))
    await tx.insert(codes).values({ hash, request, expires })
  })
  return code
}
