/**
 * From a code to tokens: a session of a client under one grant. Its refresh token and its access
 * tokens are bound to one key (DPoP), and end with the session or the grant.
 *
 * @module
 */
import { and, eq, isNull } from 'drizzle-orm'
import { type Bytes, equal, toBase64url } from '../../shared/bytes.ts'
import {
  detailOf,
  type GrantDetail,
  type GrantState,
  stateOfRow,
  stepsOf,
} from '../consent/store.ts'
import { type Deps, wholeSeconds } from '../context.ts'
import type { Database, Transaction } from '../database.ts'
import { accessRequests, codes, grants, sessions } from '../schema.ts'
import { type AccessTokens, TOKEN_SECONDS } from './access-token.ts'
import { sameText } from './jws.ts'
import { needed, OAuthError } from './oauth-words.ts'
import type { OAuthClient } from './client-authentication.ts'
import { hashOf, newSecret } from './secrets.ts'

type Session = typeof sessions.$inferSelect
type Form = ReadonlyMap<string, string>

export interface Tokens {
  readonly access_token: string
  readonly token_type: 'DPoP'
  readonly expires_in: number
  readonly refresh_token: string
  readonly grant_id: string
  readonly authorization_details: readonly GrantDetail[]
}

const WRONG_CODE = 'The code is not known, is over, or is for somebody else'
const WRONG_TOKEN = 'The refresh token is not known, is over, or is for somebody else'
/** RFC 7636 section 4.1. */
const VERIFIER = /^[\w.~-]{43,128}$/

/**
 * A code for tokens. A code that comes a second time ends what the first got for it (RFC 6749
 * section 4.1.2).
 *
 * @throws {OAuthError}
 */
export async function exchangeCode(
  deps: Deps,
  tokens: AccessTokens,
  database: Database,
  client: OAuthClient,
  form: Form,
  jkt: string,
): Promise<Tokens> {
  const now = wholeSeconds(deps)
  const hash = await hashOf(needed(form, 'code'), deps.digest)
  const verifier = needed(form, 'code_verifier')
  const refused = new OAuthError('invalid_grant', WRONG_CODE)
  const refresh = newSecret()
  const made = await database.db.transaction(async (tx) => {
    const [code] = await tx.select().from(codes).where(eq(codes.hash, hash)).for('update')
    if (code === undefined) return null
    const [request] = await tx.select().from(accessRequests)
      .where(eq(accessRequests.hash, code.request)).for('update')
    const grant = request?.grant ?? null
    if (request === undefined || grant === null || !equal(request.client, client.id)) return null
    if (code.session !== null) {
      await tx.update(sessions).set({ revoked: true }).where(eq(sessions.id, code.session))
      return null
    }
    const redirect = form.get('redirect_uri')
    const challenged = request.challenge !== null && VERIFIER.test(verifier) &&
      sameText(toBase64url(await hashOf(verifier, deps.digest)), request.challenge)
    if (
      code.expires <= now || !challenged || (request.jkt !== null && request.jkt !== jkt) ||
      (redirect !== undefined && redirect !== request.redirectUri)
    ) return null
    // A request has one code in the end: others that were handed out for it are void.
    const others = and(eq(codes.request, code.request), isNull(codes.session))
    await tx.delete(codes).where(others)
    const session = await newSession(deps, tx, { client: client.id, grant, jkt }, refresh)
    await tx.insert(codes).values({ ...code, session: session.id })
    return session
  })
  if (made === null) throw refused
  return await tokensOf(deps, tokens, database, made, refresh, refused)
}

/** What comes of a code or a request that the owner has allowed. */
export async function newSession(
  deps: Deps,
  tx: Transaction,
  of: Pick<Session, 'client' | 'grant' | 'jkt'>,
  refresh: string,
): Promise<Session> {
  const session = {
    id: crypto.getRandomValues(new Uint8Array(16)),
    ...of,
    refresh: await hashOf(refresh, deps.digest),
    at: wholeSeconds(deps),
    revoked: false,
  }
  await tx.insert(sessions).values(session)
  return session
}

/** @throws {OAuthError} */
export async function refreshTokens(
  deps: Deps,
  tokens: AccessTokens,
  database: Database,
  client: OAuthClient,
  form: Form,
  jkt: string,
): Promise<Tokens> {
  const refresh = needed(form, 'refresh_token')
  const refused = new OAuthError('invalid_grant', WRONG_TOKEN)
  const session = await sessionBy(deps, database, refresh)
  if (session === null || session.revoked || !equal(session.client, client.id)) throw refused
  if (!sameText(session.jkt, jkt)) throw refused
  return await tokensOf(deps, tokens, database, session, refresh, refused)
}

/** Ends a session by one of its tokens (RFC 7009); what is no token of the client changes nothing. */
export async function revokeToken(
  deps: Deps,
  tokens: AccessTokens,
  database: Database,
  client: OAuthClient,
  form: Form,
): Promise<void> {
  const found = await sessionOf(deps, tokens, database, needed(form, 'token'))
  if (found === null || !equal(found.session.client, client.id)) return
  await database.db.update(sessions).set({ revoked: true })
    .where(eq(sessions.id, found.session.id))
}

/** RFC 7662: of the client's own tokens alone. */
export async function introspect(
  deps: Deps,
  tokens: AccessTokens,
  database: Database,
  client: OAuthClient,
  form: Form,
): Promise<Readonly<Record<string, unknown>>> {
  const found = await sessionOf(deps, tokens, database, needed(form, 'token'))
  if (found === null || found.session.revoked || !equal(found.session.client, client.id)) {
    return { active: false }
  }
  const { session, expires } = found
  const grant = await standing(deps, database, session.grant)
  if (grant === null) return { active: false }
  return {
    active: true,
    client_id: client.name,
    iss: deps.publicUrl,
    ...expires === null ? { exp: grant.until } : { exp: expires, token_type: 'DPoP' },
    cnf: { jkt: session.jkt },
    grant_id: toBase64url(session.grant),
    grant_state: grant.state,
    authorization_details: grant.details,
  }
}

/** Whether access tokens of a session still hold. */
export async function isSessionOpen({ db }: Database, id: Bytes): Promise<boolean> {
  const [row] = await db.select({ revoked: sessions.revoked }).from(sessions)
    .where(eq(sessions.id, id))
  return row?.revoked === false
}

async function sessionBy(deps: Deps, { db }: Database, refresh: string): Promise<Session | null> {
  const [row] = await db.select().from(sessions)
    .where(eq(sessions.refresh, await hashOf(refresh, deps.digest)))
  return row ?? null
}

/** By its refresh token or an access token that holds. */
async function sessionOf(
  deps: Deps,
  tokens: AccessTokens,
  database: Database,
  token: string,
): Promise<{ session: Session; expires: number | null } | null> {
  const byRefresh = await sessionBy(deps, database, token)
  if (byRefresh !== null) return { session: byRefresh, expires: null }
  const claims = token.length > 4096 ? null : await tokens.read(token, deps.now())
  if (claims?.session === undefined) return null
  const [row] = await database.db.select().from(sessions).where(eq(sessions.id, claims.session))
  return row === undefined ? null : { session: row, expires: claims.expires }
}

export async function tokensOf(
  deps: Deps,
  tokens: AccessTokens,
  database: Database,
  session: Session,
  refresh: string,
  refused: OAuthError,
): Promise<Tokens> {
  const grant = await standing(deps, database, session.grant)
  if (grant === null) throw refused
  const caller = { id: session.client, kind: 'provider', grant: session.grant } as const
  const more = { sid: toBase64url(session.id), authorization_details: grant.details }
  return {
    access_token: await tokens.issue(caller, session.jkt, deps.now(), more),
    token_type: 'DPoP',
    expires_in: TOKEN_SECONDS,
    refresh_token: refresh,
    grant_id: toBase64url(session.grant),
    authorization_details: grant.details,
  }
}

/** A grant that has not ended, as clients see it by the terms that hold now; null once it has. */
async function standing(
  deps: Deps,
  { db }: Database,
  id: Bytes,
): Promise<{ until: number; state: GrantState; details: readonly GrantDetail[] } | null> {
  const [row] = await db.select().from(grants).where(eq(grants.id, id))
  const state = row === undefined ? 'ended' : stateOfRow(row, deps.now())
  if (row === undefined || state === 'ended') return null
  return { until: row.untilAt, state, details: [detailOf(row, await stepsOf(db, id))] }
}
