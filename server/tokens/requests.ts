/**
 * What providers ask of owners: pushed by the provider (RFC 9126), kept as it was pushed, answered
 * once by one owner. An answer is a grant that gives nothing beyond the request, or a no.
 *
 * @module
 */
import { and, eq, gt, inArray, isNull, lt } from 'drizzle-orm'
import { type Bytes, equal, utf8 } from '../../shared/bytes.ts'
import { canonicalJson } from '../../shared/canonical-json.ts'
import { type Grant, parseGrant } from '../../shared/consent/grant.ts'
import {
  type AccessRequest,
  isAnswerOf,
  parseRequest,
  RequestError,
} from '../../shared/consent/request.ts'
import { sha256 } from '../../shared/identity/statement.ts'
import { type Deps, wholeSeconds } from '../context.ts'
import type { Database, Transaction } from '../database.ts'
import type { Histories } from '../history/store.ts'
import { parsing } from '../parse.ts'
import { type Caller, may } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import { findProvider } from '../providers/store.ts'
import { accessRequests, channels, codes } from '../schema.ts'
import { needed, OAuthError } from './oauth-words.ts'
import type { OAuthClient } from './client-authentication.ts'
import { CODE_SECONDS, hashOf, newSecret, REQUEST_SECONDS } from './secrets.ts'

export type RequestRow = typeof accessRequests.$inferSelect

/** A code challenge by S256: SHA-256 in base64url (RFC 7636 section 4.2). */
const CHALLENGE = /^[\w-]{43}$/
const THUMBPRINT = /^[\w-]{43}$/
/** RFC 6749 appendix A.5. */
const STATE = /^[\x20-\x7e]{1,512}$/
const SWEEP_ROWS = 1000

/** Takes a request from a provider and gives the random part of its address. @throws {OAuthError} */
export async function pushRequest(
  deps: Deps,
  database: Database,
  client: OAuthClient,
  form: ReadonlyMap<string, string>,
  proved: string | null,
): Promise<string> {
  if (form.has('request') || form.has('request_uri')) {
    throw new OAuthError('invalid_request', 'Push the parameters themselves')
  }
  if (needed(form, 'response_type') !== 'code') {
    throw new OAuthError('unsupported_response_type', 'The response_type must be code')
  }
  const provider = await findProvider(deps, database, client.id).catch((error: unknown) => {
    if (!(error instanceof ProblemError) || error.code !== 'provider-unknown') throw error
    throw new OAuthError('unauthorized_client', 'Register the provider first')
  })
  const { redirects, purposes } = provider.registration.content
  const redirectUri = needed(form, 'redirect_uri')
  if (!redirects.includes(redirectUri)) {
    throw new OAuthError('invalid_request', 'The redirect_uri is none that is registered')
  }
  const challenge = needed(form, 'code_challenge')
  if (form.get('code_challenge_method') !== 'S256' || !CHALLENGE.test(challenge)) {
    throw new OAuthError('invalid_request', 'Send a code_challenge by the method S256')
  }
  const state = form.get('state') ?? null
  if (state !== null && !STATE.test(state)) {
    throw new OAuthError('invalid_request', 'The state is not 1 to 512 printable ASCII characters')
  }
  const jkt = form.get('dpop_jkt') ?? proved
  if (jkt !== null && (!THUMBPRINT.test(jkt) || (proved !== null && proved !== jkt))) {
    throw new OAuthError('invalid_dpop_proof', 'The dpop_jkt is not the key of the proof')
  }
  const request = requestFrom(needed(form, 'authorization_details'))
  const asked = request.flatMap((detail) => [...detail.purposes, ...detail.optional_purposes ?? []])
  if (asked.some((purpose) => !purposes.includes(purpose))) {
    throw new OAuthError('invalid_authorization_details', 'A purpose is none that is registered')
  }
  const keys = client.identity.keys.filter(({ purpose }) => purpose === 'seal')
  if (request.some((detail) => keys.every(({ index }) => index !== detail.seal_key))) {
    const known = keys.map(({ index }) => index).join(', ')
    throw new OAuthError('invalid_authorization_details', `The seal_key is none of ${known}`)
  }
  const secret = newSecret()
  const now = wholeSeconds(deps)
  const pushed = canonicalJson({
    client_id: client.name,
    redirect_uri: redirectUri,
    code_challenge: challenge,
    authorization_details: JSON.parse(JSON.stringify(request)),
    iat: now,
  })
  await database.db.insert(accessRequests).values({
    hash: await hashOf(secret, deps.digest),
    client: client.id,
    pushed,
    redirectUri,
    state,
    challenge,
    jkt,
    expires: now + REQUEST_SECONDS,
  })
  await sweep(database, now)
  return secret
}

function requestFrom(text: string): AccessRequest {
  try {
    return parseRequest(JSON.parse(text))
  } catch (error) {
    const isOurs = error instanceof RequestError || error instanceof SyntaxError
    if (!isOurs) throw error
    const why = error instanceof RequestError ? error.message : 'They are not JSON'
    throw new OAuthError('invalid_authorization_details', why)
  }
}

/** What nobody answered is forgotten when its time is over. */
async function sweep({ db }: Database, now: number): Promise<void> {
  const old = db.select({ hash: accessRequests.hash }).from(accessRequests)
    .where(and(lt(accessRequests.expires, now), isNull(accessRequests.grant))).limit(SWEEP_ROWS)
  await db.delete(accessRequests).where(inArray(accessRequests.hash, old))
  const spent = db.select({ hash: codes.hash }).from(codes)
    .where(and(lt(codes.expires, now - REQUEST_SECONDS), isNull(codes.session))).limit(SWEEP_ROWS)
  await db.delete(codes).where(inArray(codes.hash, spent))
}

/** A request by the random part of its address. @throws {ProblemError} */
export async function findRequest(
  deps: Deps,
  { db }: Pick<Database, 'db'>,
  secret: string,
): Promise<RequestRow> {
  const hash = await hashOf(secret, deps.digest)
  const [row] = await db.select().from(accessRequests)
    .where(and(eq(accessRequests.hash, hash), gt(accessRequests.expires, wholeSeconds(deps))))
  if (row === undefined) throw new ProblemError('request-unknown')
  return row
}

/**
 * The same for an owner who may answer it, or has. To others it looks as if there were none.
 *
 * @throws {ProblemError}
 */
export async function requestFor(
  deps: Deps,
  database: Database,
  secret: string,
  caller: Caller,
): Promise<RequestRow> {
  const isAllowed = (owner: Bytes) => may(caller, 'request:answer', { owner, devices: [] })
  if (!isAllowed(caller.id)) throw new ProblemError('not-allowed')
  const row = await findRequest(deps, database, secret)
  if (!isAllowed(row.answeredBy ?? caller.id)) throw new ProblemError('request-unknown')
  return row
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
  await tx.update(accessRequests).set({ answeredBy: caller.id, grant })
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

/** Where the browser goes with the answer; null while there is none. With a grant, a new code. */
export async function redirectOf(
  deps: Deps,
  { db }: Database,
  row: RequestRow,
): Promise<string | null> {
  if (row.answeredBy === null) return null
  const to = new URL(row.redirectUri)
  if (row.grant === null) {
    to.searchParams.set('error', 'access_denied')
  } else {
    const code = newSecret()
    const expires = wholeSeconds(deps) + CODE_SECONDS
    await db.insert(codes)
      .values({ hash: await hashOf(code, deps.digest), request: row.hash, expires })
    to.searchParams.set('code', code)
  }
  if (row.state !== null) to.searchParams.set('state', row.state)
  to.searchParams.set('iss', deps.publicUrl)
  return to.href
}
