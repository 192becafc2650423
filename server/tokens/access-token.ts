/**
 * Access tokens: JWTs after RFC 9068, signed with the operator's key and bound to the caller's
 * session key (`cnf.jkt`, RFC 9449 section 6.1). Any process can check one by the operator's
 * identity alone, and after a change of the operator's key the old ones end with that key.
 *
 * @module
 */
import { SignJWT } from 'jose'
import * as v from 'valibot'
import { type Bytes, fromBase64url, toBase64url, utf8 } from '../../shared/bytes.ts'
import { IDENTITY_KINDS } from '../../shared/identity/kinds.ts'
import { importVerifyKey, type VerifyKey } from '../../shared/identity/profile.ts'
import { sha256 } from '../../shared/identity/statement.ts'
import type { Deps } from '../context.ts'
import type { Caller } from '../policy.ts'
import { parseJws, signedWith } from './jws.ts'

export const TOKEN_SECONDS = 600

/** Tokens that held: each is sent with every request while it lasts. */
const MAX_KNOWN = 10_000

const ClaimsSchema = v.object({
  iss: v.string(),
  aud: v.string(),
  iat: v.number(),
  sub: v.pipe(v.string(), v.length(43)),
  kind: v.picklist(IDENTITY_KINDS),
  /** Of the grant that it is bound to: 16 bytes. */
  grant_id: v.optional(v.pipe(v.string(), v.length(22))),
  /** Of the session that it is one of, which may be ended before it: 16 bytes. */
  sid: v.optional(v.pipe(v.string(), v.length(22))),
  /** Index of the identity's key that it was asked for with: it ends when that does. */
  key: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  exp: v.number(),
  cnf: v.object({ jkt: v.pipe(v.string(), v.length(43)) }),
})

export interface TokenClaims {
  readonly caller: Caller
  /** The session that the token is one of, for as long as that is open. */
  readonly session?: Bytes
  /** Index of the caller's key that it was asked for with, for as long as that holds. */
  readonly key?: number
  readonly jkt: string
  readonly expires: number
  /** SHA-256 of the token in base64url, which each proof that comes with it names (`ath`). */
  readonly hash: string
}

export interface AccessTokens {
  /** `more` are further claims, for whoever the caller shows the token to. */
  issue(
    caller: Caller,
    jkt: string,
    now: number,
    more?: Readonly<Record<string, unknown>>,
  ): Promise<string>
  /** Null for one that does not hold. */
  read(token: string, now: number): Promise<TokenClaims | null>
}

export function accessTokens(
  { operator, publicUrl, verifier, digest = sha256 }: Pick<
    Deps,
    'operator' | 'publicUrl' | 'verifier' | 'digest'
  >,
): AccessTokens {
  const { identity, signer } = operator
  const keys = new Map<string, VerifyKey>()
  const known = new Map<string, TokenClaims>()

  /** The operator's key of that name, if it holds now. */
  async function keyOf(kid: unknown): Promise<VerifyKey | null> {
    const key = identity.keys.find((key) =>
      key.purpose === 'sign' && `${toBase64url(identity.id)}.${key.index}` === kid
    )
    if (typeof kid !== 'string' || key === undefined) return null
    if (key.algorithm !== 'EdDSA' && key.algorithm !== 'ES256') return null
    const imported = keys.get(kid) ?? await importVerifyKey(key.algorithm, key.publicKey, verifier)
    if (imported !== null) keys.set(kid, imported)
    return imported
  }

  async function check(token: string): Promise<TokenClaims | null> {
    const jws = parseJws(token)
    if (jws === null || jws.header['typ'] !== 'at+jwt') return null
    const key = await keyOf(jws.header['kid'])
    if (key === null || !await signedWith(jws, key)) return null
    const parsed = v.safeParse(ClaimsSchema, jws.claims)
    if (!parsed.success) return null
    const { sub, kind, exp, cnf, iss, aud, grant_id: grant, sid, key: by } = parsed.output
    if (iss !== publicUrl || aud !== publicUrl) return null
    const hash = toBase64url(await digest(utf8(token)))
    const bound = grant === undefined ? {} : { grant: fromBase64url(grant) }
    return {
      caller: { id: fromBase64url(sub), kind, ...bound },
      ...sid === undefined ? {} : { session: fromBase64url(sid) },
      ...by === undefined ? {} : { key: by },
      jkt: cnf.jkt,
      expires: exp,
      hash,
    }
  }

  return {
    async issue(caller, jkt, now, more = {}) {
      const subject = toBase64url(caller.id)
      const header = {
        alg: signer.algorithm,
        typ: 'at+jwt',
        kid: `${toBase64url(identity.id)}.${signer.index}`,
      }
      const bound = caller.grant === undefined ? {} : { grant_id: toBase64url(caller.grant) }
      const claims = { ...more, kind: caller.kind, client_id: subject, cnf: { jkt }, ...bound }
      return await new SignJWT(claims)
        .setProtectedHeader(header)
        .setIssuer(publicUrl).setAudience(publicUrl).setSubject(subject)
        .setIssuedAt(Math.floor(now)).setExpirationTime(Math.floor(now) + TOKEN_SECONDS)
        .setJti(toBase64url(crypto.getRandomValues(new Uint8Array(16))))
        .sign(operator.privateKey)
    },

    async read(token, now) {
      const claims = known.get(token) ?? await check(token)
      known.delete(token)
      if (claims === null || claims.expires <= now) return null
      known.set(token, claims)
      if (known.size > MAX_KNOWN) {
        const [oldest] = known.keys()
        if (oldest !== undefined) known.delete(oldest)
      }
      return claims
    },
  }
}
