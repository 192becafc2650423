/**
 * Asking an owner without a browser (OpenID CIBA Core 1.0, poll mode): the provider names the owner,
 * who finds the request in the app and answers when there is time; the provider asks now and then.
 * Whether there is such an owner is told to nobody: a request to no one is one that is not answered.
 *
 * @module
 */
import { and, eq, isNull } from 'drizzle-orm'
import { type Bytes, equal } from '../../shared/bytes.ts'
import { isName } from '../../shared/name.ts'
import { type Deps, wholeSeconds } from '../context.ts'
import type { Database } from '../database.ts'
import type { Limits } from '../limits.ts'
import { parseId } from '../parse.ts'
import { accessRequests } from '../schema.ts'
import type { AccessTokens } from './access-token.ts'
import { askerOf, detailsOf, keepRequest, keyOf } from './asking.ts'
import type { OAuthClient } from './client-authentication.ts'
import { needed, OAuthError } from './oauth-words.ts'
import { CODE_SECONDS, hashOf, newSecret, REQUEST_SECONDS } from './secrets.ts'
import { newSession, type Tokens, tokensOf } from './sessions.ts'

type Form = ReadonlyMap<string, string>
type Row = typeof accessRequests.$inferSelect

/** Seconds between two polls, and how many more after one that came too early. */
const INTERVAL = 5
const SLOWER = 5
const SLOWEST = 60
/** Two clocks that count whole seconds may differ by one. */
const SLACK = 1
const MOST_SECONDS = 3 * 86_400
const LEAST_SECONDS = 60
/** Words and numbers that two screens show; as in a name, nothing that hides or turns. */
const MESSAGE = /^[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N} .,:;!?'"()#+/&%€@*=_-]{0,63}$/u

export interface Waiting {
  readonly auth_req_id: string
  readonly expires_in: number
  readonly interval: number
}

/** @throws {OAuthError | ProblemError} */
export async function askWithoutBrowser(
  deps: Deps,
  limits: Limits,
  database: Database,
  client: OAuthClient,
  form: Form,
  proved: string | null,
): Promise<Waiting> {
  const registration = await askerOf(deps, database, client, form)
  if (form.has('login_hint_token') || form.has('id_token_hint')) {
    throw new OAuthError('invalid_request', 'Name the owner by login_hint, and by nothing else')
  }
  const hint = needed(form, 'login_hint')
  const owner = parseId(hint, 32)
  if (owner === null) throw new OAuthError('invalid_request', 'The login_hint is no owner’s id')
  const message = form.get('binding_message')
  if (message !== undefined && !(MESSAGE.test(message) && isName(message))) {
    throw new OAuthError('invalid_binding_message', 'It is not 1 to 64 letters, digits and signs')
  }
  const lifetime = lifetimeOf(form.get('requested_expiry'))
  const jkt = keyOf(form, proved)
  const asked = {
    login_hint: hint,
    ...message === undefined ? {} : { binding_message: message },
    authorization_details: JSON.parse(JSON.stringify(detailsOf(form, client, registration))),
  }
  const kept = { redirectUri: null, state: null, challenge: null, jkt, owner, interval: INTERVAL }
  const secret = await keepRequest(deps, limits, database, client, asked, kept, lifetime)
  return { auth_req_id: secret, expires_in: lifetime, interval: INTERVAL }
}

function lifetimeOf(wanted: string | undefined): number {
  if (wanted === undefined) return REQUEST_SECONDS
  if (!/^[1-9]\d{0,8}$/.test(wanted)) {
    throw new OAuthError('invalid_request', 'The requested_expiry is no number of seconds')
  }
  return Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, Number(wanted)))
}

/** Tokens once the owner has allowed it. @throws {OAuthError} */
export async function pollRequest(
  deps: Deps,
  tokens: AccessTokens,
  database: Database,
  client: OAuthClient,
  form: Form,
  jkt: string,
): Promise<Tokens> {
  const hash = await hashOf(needed(form, 'auth_req_id'), deps.digest)
  const refresh = newSecret()
  const now = wholeSeconds(deps)
  const made = await database.db.transaction(async (tx) => {
    const [row] = await tx.select().from(accessRequests)
      .where(and(eq(accessRequests.hash, hash), isNull(accessRequests.redirectUri))).for('update')
    if (row === undefined || !isItsClient(row, client.id, jkt)) return refused('invalid_grant')
    const said = stateOf(row, now)
    // The first that polls names the key, where the request did not.
    const polled = { polled: now, jkt }
    const ofRow = eq(accessRequests.hash, hash)
    if (said === 'slow_down') {
      const interval = Math.min(SLOWEST, (row.interval ?? INTERVAL) + SLOWER)
      await tx.update(accessRequests).set({ ...polled, interval }).where(ofRow)
      return refused(said)
    }
    const redeemed = said === null
    await tx.update(accessRequests).set(redeemed ? { ...polled, redeemed } : polled).where(ofRow)
    if (said !== null || row.grant === null) return refused(said ?? 'access_denied')
    return await newSession(deps, tx, { client: client.id, grant: row.grant, jkt }, refresh)
  })
  if (made instanceof OAuthError) throw made
  return await tokensOf(deps, tokens, database, made, refresh, refused('invalid_grant'))
}

function isItsClient(row: Row, client: Bytes, jkt: string): boolean {
  return equal(row.client, client) && (row.jkt === null || row.jkt === jkt)
}

type Said = keyof typeof SENTENCES

/** What there is to say instead of tokens; null when they can be given. */
function stateOf(row: Row, now: number): Said | null {
  if (row.redeemed) return 'invalid_grant'
  // What was allowed in the last moment can still be fetched.
  const end = row.grant === null ? row.expires : row.expires + CODE_SECONDS
  if (now >= end) return 'expired_token'
  const since = row.polled === null ? null : now - row.polled
  if (since !== null && since < (row.interval ?? INTERVAL) - SLACK) return 'slow_down'
  if (row.answeredBy === null) return 'authorization_pending'
  // Only whom it is asked of can have answered.
  const isHis = row.owner !== null && equal(row.answeredBy, row.owner)
  return isHis && row.grant !== null ? null : 'access_denied'
}

const SENTENCES = {
  invalid_grant: 'The auth_req_id is not known, was used, or is for somebody else or another key',
  expired_token: 'The owner has not answered in time',
  slow_down: 'Wait five seconds more between two polls than before',
  authorization_pending: 'The owner has not answered yet',
  access_denied: 'The owner has said no',
} as const

function refused(error: Said): OAuthError {
  return new OAuthError(error, SENTENCES[error])
}
