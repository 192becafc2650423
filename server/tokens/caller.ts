/**
 * Who calls: the middleware before every route that needs an access token.
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'
import type { AppContext, Authenticate, Deps } from '../context.ts'
import type { Database } from '../database.ts'
import { ProblemError } from '../problems.ts'
import type { ProblemCode } from '../../shared/api/problems.ts'
import type { AccessTokens, TokenClaims } from './access-token.ts'
import { type CheckProof, PROOF_ALGORITHMS, PROOF_WINDOW } from './dpop.ts'
import { sameText } from './jws.ts'
import type { UseOnce } from './once.ts'

export function authenticator(
  deps: Pick<Deps, 'publicUrl' | 'now'>,
  tokens: AccessTokens,
  checkProof: CheckProof,
  useOnce: UseOnce,
  isSessionOpen: (database: Database, session: Bytes) => Promise<boolean>,
  isKeyHeld: (database: Database, identity: Bytes, key: number) => Promise<boolean>,
): Authenticate {
  /** Whether what a token was issued on still stands. */
  async function stands(database: Database, { session, key, caller }: TokenClaims) {
    return (session === undefined || await isSessionOpen(database, session)) &&
      (key === undefined || await isKeyHeld(database, caller.id, key))
  }

  return async (c, next) => {
    const authorization = c.req.header('Authorization')
    if (authorization === undefined) throw unauthorized('token-missing')
    const token = /^DPoP ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1]
    if (token === undefined || token.length > 4096) throw unauthorized('token-invalid')
    const now = deps.now()
    const claims = await tokens.read(token, now)
    if (claims === null) throw unauthorized('token-invalid')
    const proof = await checkProof(c.req.header('DPoP'), {
      method: c.req.method,
      url: addressOf(c, deps.publicUrl),
      now,
      tokenHash: claims.hash,
    })
    if (!proof.ok) {
      if (proof.clockOff) throw unauthorized('clock-off', { now: Math.floor(now) })
      throw unauthorized('proof-invalid', { reason: proof.reason })
    }
    if (!sameText(proof.jkt, claims.jkt)) throw unauthorized('token-invalid')
    const database = c.get('database')
    if (!await stands(database, claims)) throw unauthorized('token-invalid')
    // Last, so that only what is otherwise good is remembered.
    const expires = proof.iat + PROOF_WINDOW + 1
    if (!await useOnce(database, `dpop:${proof.jkt}`, proof.jti, expires, now)) {
      throw unauthorized('proof-reused')
    }
    c.set('caller', claims.caller)
    c.set('expires', claims.expires)
    c.set('stands', () => stands(database, claims))
    await next()
  }
}

/** The request's address as the caller knows it, whatever proxy stands between. */
export function addressOf(c: AppContext, publicUrl: string): string {
  return publicUrl + new URL(c.req.url).pathname
}

function unauthorized(code: ProblemCode, members: Record<string, string | number> = {}) {
  const error = code === 'token-missing'
    ? ''
    : ` error="${code === 'token-invalid' ? 'invalid_token' : 'invalid_dpop_proof'}",`
  return new ProblemError(code, members, {
    'WWW-Authenticate': `DPoP${error} algs="${PROOF_ALGORITHMS.join(' ')}"`,
  })
}
