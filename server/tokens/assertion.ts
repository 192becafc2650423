/**
 * Assertions (RFC 7523 section 3): a JWT signed with a key of the caller's own identity, by which
 * it asks for an access token.
 *
 * @module
 */
import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose'
import { type Bytes, fromBase64url, toBase64url, utf8 } from '../../shared/bytes.ts'
import type { Identity } from '../../shared/identity/identity.ts'
import { isAlgorithm } from './jws.ts'

export const MAX_ASSERTION_SECONDS = 300
const SKEW = 60
const MAX_ASSERTION = 4096

export type AssertionVerdict =
  | {
    readonly ok: true
    readonly identity: Identity
    /** Index of the key that signed it. */
    readonly key: number
    readonly jti: string
    readonly expires: number
  }
  | { readonly ok: false; readonly reason: string; readonly clockOff?: true }

export async function checkAssertion(
  assertion: string,
  accepted: readonly string[],
  now: number,
  find: (id: Bytes) => Promise<Identity | null>,
): Promise<AssertionVerdict> {
  const parts = assertion.split('.')
  const [head, body, tail] = parts
  if (
    assertion.length > MAX_ASSERTION || parts.length !== 3 || head === undefined ||
    body === undefined || tail === undefined
  ) {
    return refused('The assertion is not a JWT')
  }
  let header: ReturnType<typeof decodeProtectedHeader>
  let claims: JWTPayload
  let signature: Bytes
  try {
    header = decodeProtectedHeader(assertion)
    claims = decodeJwt(assertion)
    signature = fromBase64url(tail)
  } catch {
    return refused('The assertion is not a JWT')
  }
  if (header.typ !== undefined && header.typ !== 'JWT') return refused('typ is not JWT')
  // Whatever JSON says may stand in a header: an object there could not even be made a text of.
  const kid: unknown = header.kid
  const named = typeof kid === 'string' ? /^([\w-]{43})\.(0|[1-9]\d{0,9})$/.exec(kid) : null
  if (named?.[1] === undefined || header['crit'] !== undefined) {
    return refused('kid is not an identity and the index of a key')
  }
  const identity = await find(fromBase64urlOrEmpty(named[1]))
  const index = Number(named[2])
  const key = identity?.keys.find((key) => key.index === index && key.purpose === 'sign')
  const verifier = identity?.verifiers.get(index)
  if (identity === null || key === undefined || verifier === undefined) {
    return refused('The identity is not known here, or has no such key now')
  }
  // The algorithm is the key's own: what the header says can only agree with it.
  if (
    !isAlgorithm(header.alg, verifier.algorithm) ||
    !await verifier.verify(signature, utf8(`${head}.${body}`))
  ) {
    return refused('The signature does not hold')
  }
  const id = toBase64url(identity.id)
  if (claims.iss !== id || claims.sub !== id) return refused('iss and sub are not the identity')
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
  if (!audiences.some((one: unknown) => typeof one === 'string' && accepted.includes(one))) {
    return refused('aud is not this platform')
  }
  const { iat, exp, jti } = claims
  if (typeof jti !== 'string' || jti.length === 0 || jti.length > 256) {
    return refused('jti is missing')
  }
  if (typeof iat !== 'number' || typeof exp !== 'number' || exp <= iat) {
    return refused('iat and exp are missing')
  }
  if (exp - iat > MAX_ASSERTION_SECONDS) return refused('The assertion lives too long')
  if (iat > now + SKEW || exp < now - SKEW) {
    return { ok: false, reason: 'The assertion was made at another time than now', clockOff: true }
  }
  return { ok: true, identity, key: index, jti, expires: exp + SKEW + 1 }
}

function refused(reason: string): AssertionVerdict {
  return { ok: false, reason }
}

/** 43 characters can have stray bits, and then name nobody. */
function fromBase64urlOrEmpty(text: string): Bytes {
  try {
    return fromBase64url(text)
  } catch {
    return new Uint8Array(0)
  }
}
