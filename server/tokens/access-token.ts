/**
 * Access tokens: JWTs after RFC 9068, signed with the operator's key and bound to the caller's
 * session key (`cnf.jkt`, RFC 9449 section 6.1). Any process can check one by the operator's
 * identity alone, and after a change of the operator's key the old ones end with that key.
 *
 * @module
 */
import { type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose'
import * as v from 'valibot'
import { fromBase64url, toBase64url } from '../../shared/bytes.ts'
import { IDENTITY_KINDS, type IdentityKey } from '../../shared/identity/identity.ts'
import type { Deps } from '../context.ts'
import type { Caller } from '../policy.ts'

export const TOKEN_SECONDS = 600

const ClaimsSchema = v.object({
  sub: v.pipe(v.string(), v.length(43)),
  kind: v.picklist(IDENTITY_KINDS),
  exp: v.number(),
  cnf: v.object({ jkt: v.pipe(v.string(), v.length(43)) }),
})

export interface TokenClaims {
  readonly caller: Caller
  readonly jkt: string
  readonly expires: number
}

export interface AccessTokens {
  issue(caller: Caller, jkt: string, now: number): Promise<string>
  /** Null for one that does not hold. */
  read(token: string, now: number): Promise<TokenClaims | null>
}

export function accessTokens(deps: Pick<Deps, 'operator' | 'publicUrl'>): AccessTokens {
  const { operator, publicUrl } = deps
  const { identity, signer } = operator
  const keys = new Map<string, CryptoKey>()

  /** The operator's key that a token names, if it holds now. */
  async function keyOf(header: JWTHeaderParameters): Promise<CryptoKey> {
    const key = identity.keys.find((key) =>
      key.purpose === 'sign' && `${toBase64url(identity.id)}.${key.index}` === header.kid
    )
    if (key === undefined || key.algorithm !== header.alg) throw new Error('Key is not known')
    const known = keys.get(header.kid ?? '')
    if (known !== undefined) return known
    const imported = await importPublicKey(key)
    keys.set(header.kid ?? '', imported)
    return imported
  }

  return {
    async issue(caller, jkt, now) {
      const subject = toBase64url(caller.id)
      const header = {
        alg: signer.algorithm,
        typ: 'at+jwt',
        kid: `${toBase64url(identity.id)}.${signer.index}`,
      }
      return await new SignJWT({ kind: caller.kind, client_id: subject, cnf: { jkt } })
        .setProtectedHeader(header)
        .setIssuer(publicUrl).setAudience(publicUrl).setSubject(subject)
        .setIssuedAt(Math.floor(now)).setExpirationTime(Math.floor(now) + TOKEN_SECONDS)
        .setJti(toBase64url(crypto.getRandomValues(new Uint8Array(16))))
        .sign(operator.privateKey)
    },

    async read(token, now) {
      try {
        const { payload } = await jwtVerify(token, keyOf, {
          typ: 'at+jwt',
          issuer: publicUrl,
          audience: publicUrl,
          algorithms: ['EdDSA', 'ES256'],
          requiredClaims: ['exp', 'iat', 'sub'],
          currentDate: new Date(now * 1000),
        })
        const { sub, kind, exp, cnf } = v.parse(ClaimsSchema, payload)
        return { caller: { id: fromBase64url(sub), kind }, jkt: cnf.jkt, expires: exp }
      } catch {
        return null
      }
    },
  }
}

export async function importPublicKey(key: IdentityKey): Promise<CryptoKey> {
  const algorithm = key.algorithm === 'EdDSA'
    ? { name: 'Ed25519' }
    : { name: 'ECDSA', namedCurve: 'P-256' }
  return await crypto.subtle.importKey('raw', key.publicKey, algorithm, true, ['verify'])
}
