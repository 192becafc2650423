/**
 * What a provider may ask, whichever way: checked, and kept as one of not too many that are open.
 *
 * @module
 */
import { and, asc, eq, gt, isNotNull, isNull } from 'drizzle-orm'
import type { Bytes } from '../../shared/bytes.ts'
import { canonicalJson, type Json } from '../../shared/canonical-json.ts'
import type { Registration } from '../../shared/consent/provider.ts'
import { type AccessRequest, parseRequest, RequestError } from '../../shared/consent/request.ts'
import { type Deps, wholeSeconds } from '../context.ts'
import type { Database, Transaction } from '../database.ts'
import type { Limits } from '../limits.ts'
import { ProblemError } from '../problems.ts'
import { findProvider } from '../providers/store.ts'
import { accessRequests, providers } from '../schema.ts'
import type { OAuthClient } from './client-authentication.ts'
import { needed, OAuthError } from './oauth-words.ts'
import { hashOf, newSecret } from './secrets.ts'

type Form = ReadonlyMap<string, string>

const THUMBPRINT = /^[\w-]{43}$/

/** Only parameters as such are taken, and only of who has registered. @throws {OAuthError} */
export async function askerOf(
  deps: Deps,
  database: Database,
  client: OAuthClient,
  form: Form,
): Promise<Registration> {
  if (form.has('request') || form.has('request_uri')) {
    throw new OAuthError('invalid_request', 'Push the parameters themselves')
  }
  const provider = await findProvider(deps, database, client.id).catch((error: unknown) => {
    if (!(error instanceof ProblemError) || error.code !== 'provider-unknown') throw error
    throw new OAuthError('unauthorized_client', 'Register the provider first')
  })
  return provider.registration.content
}

/** Thumbprint of the key that the tokens will be bound to, where it is told. @throws {OAuthError} */
export function keyOf(form: Form, proved: string | null): string | null {
  const jkt = form.get('dpop_jkt') ?? proved
  if (jkt !== null && (!THUMBPRINT.test(jkt) || (proved !== null && proved !== jkt))) {
    throw new OAuthError('invalid_dpop_proof', 'The dpop_jkt is not the key of the proof')
  }
  return jkt
}

/** @throws {OAuthError} */
export function detailsOf(
  form: Form,
  client: OAuthClient,
  { purposes }: Registration,
): AccessRequest {
  const request = parsed(needed(form, 'authorization_details'))
  const asked = request.flatMap((detail) => [...detail.purposes, ...detail.optional_purposes ?? []])
  if (asked.some((purpose) => !purposes.includes(purpose))) {
    throw new OAuthError('invalid_authorization_details', 'A purpose is none that is registered')
  }
  const keys = client.identity.keys.filter(({ purpose }) => purpose === 'seal')
  if (request.some((detail) => keys.every(({ index }) => index !== detail.seal_key))) {
    const known = keys.map(({ index }) => index).join(', ')
    throw new OAuthError('invalid_authorization_details', `The seal_key is none of ${known}`)
  }
  return request
}

function parsed(text: string): AccessRequest {
  try {
    return parseRequest(JSON.parse(text))
  } catch (error) {
    const isOurs = error instanceof RequestError || error instanceof SyntaxError
    if (!isOurs) throw error
    const why = error instanceof RequestError ? error.message : 'They are not JSON'
    throw new OAuthError('invalid_authorization_details', why)
  }
}

/** What is kept of a request beside what was asked. */
interface Kept {
  readonly redirectUri: string | null
  readonly state: string | null
  readonly challenge: string | null
  readonly jkt: string | null
  /** Of one without a browser. */
  readonly owner?: Bytes
  readonly interval?: number
}

/**
 * Keeps a request and gives the secret that names it: only its hash is kept.
 *
 * @param asked as it stands in what the owner's grant names, beside who asks and when
 * @throws {ProblemError} `requests-open`
 */
export async function keepRequest(
  deps: Deps,
  limits: Limits,
  database: Database,
  client: OAuthClient,
  asked: { readonly [name: string]: Json },
  kept: Kept,
  lifetime: number,
): Promise<string> {
  const secret = newSecret()
  const hash = await hashOf(secret, deps.digest)
  const now = wholeSeconds(deps)
  // Each is another one, with the same words in the same second too: a yes is to one of them.
  const pushed = canonicalJson({ client_id: client.name, ...asked, iat: now, jti: newSecret() })
  const expires = now + lifetime
  await database.db.transaction(async (tx) => {
    // One after the other, so that many at once are not more than may be.
    await tx.select({ id: providers.id }).from(providers).where(eq(providers.id, client.id))
      .for('update')
    await checkRoom(tx, client.id, null, limits.requestsOfProvider, now)
    const { owner } = kept
    if (owner !== undefined) {
      await checkRoom(tx, client.id, owner, limits.requestsOfOwner, now)
    }
    await tx.insert(accessRequests).values({ hash, client: client.id, pushed, expires, ...kept })
  })
  return secret
}

async function checkRoom(
  tx: Transaction,
  client: Bytes,
  owner: Bytes | null,
  most: number,
  now: number,
): Promise<void> {
  const open = await tx.select({ expires: accessRequests.expires }).from(accessRequests).where(and(
    eq(accessRequests.client, client),
    gt(accessRequests.expires, now),
    isNull(accessRequests.answeredBy),
    owner === null ? undefined : and(
      eq(accessRequests.owner, owner),
      isNull(accessRequests.redirectUri),
    ),
  )).orderBy(asc(accessRequests.expires)).limit(most)
  if (open.length < most) return
  // Else whoever presses a provider's button often enough would shut it out for a day.
  if (owner === null && await dropUnopened(tx, client, now)) return
  const wait = String(Math.max(1, (open[0]?.expires ?? now) - now))
  throw new ProblemError('requests-open', { limit: most }, { 'Retry-After': wait })
}

/** Forgets the oldest pushed request of a provider that nobody has come with; answers if there was one. */
async function dropUnopened(tx: Transaction, client: Bytes, now: number): Promise<boolean> {
  const [oldest] = await tx.select({ hash: accessRequests.hash }).from(accessRequests).where(and(
    eq(accessRequests.client, client),
    // What is over makes no room.
    gt(accessRequests.expires, now),
    isNotNull(accessRequests.redirectUri),
    isNull(accessRequests.elsewhere),
    isNull(accessRequests.answeredBy),
  )).orderBy(asc(accessRequests.expires)).limit(1).for('update', { skipLocked: true })
  if (oldest === undefined) return false
  await tx.delete(accessRequests).where(eq(accessRequests.hash, oldest.hash))
  return true
}
