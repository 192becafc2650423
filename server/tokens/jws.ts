/**
 * JWTs signed with Ed25519 or ES256 (RFC 7515 compact form, RFC 8037, RFC 7518 section 3.4), judged
 * by the one verification profile and the verifier that the platform's place is fastest with. What
 * the claims mean is for whoever asked.
 *
 * @module
 */
import { type Bytes, fromBase64url, fromUtf8, toBase64url, utf8 } from '../../shared/bytes.ts'
import { type Algorithm, importVerifyKey, type VerifyKey } from '../../shared/identity/profile.ts'
import { sha256 } from '../../shared/identity/statement.ts'
import type { Deps } from '../context.ts'

type Members = Readonly<Record<string, unknown>>

export interface Jws {
  readonly header: Members
  readonly claims: Members
  /** What the signature covers. */
  readonly signed: Bytes
  readonly signature: Bytes
}

/** Null for what is not a JWT in compact form, or demands an extension (`crit`, `b64`). */
export function parseJws(text: string): Jws | null {
  const [head, body, tail, ...more] = text.split('.')
  if (head === undefined || body === undefined || tail === undefined || more.length > 0) return null
  try {
    const header = members(head)
    const claims = members(body)
    if (header === null || claims === null || 'crit' in header || 'b64' in header) return null
    return { header, claims, signed: utf8(`${head}.${body}`), signature: fromBase64url(tail) }
  } catch {
    return null
  }
}

function members(part: string): Members | null {
  const value: unknown = JSON.parse(fromUtf8(fromBase64url(part)))
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? { ...value } : null
}

/** A public key that came in a JWT, and its thumbprint (RFC 7638). */
export interface SessionKey {
  readonly verifier: VerifyKey
  readonly jkt: string
}

/** Keys that proofs were made with; those used lately are kept, as to check one costs a signature. */
export interface SessionKeys {
  /** Null for what is no public key of these algorithms. */
  of(jwk: unknown): Promise<SessionKey | null>
}

const MAX_KEYS = 10_000

export function sessionKeys({ verifier, digest = sha256 }: Pick<Deps, 'verifier' | 'digest'>) {
  const kept = new Map<string, SessionKey>()

  async function load(point: Point): Promise<SessionKey | null> {
    const imported = await importVerifyKey(point.algorithm, point.raw, verifier)
    if (imported === null) return null
    return { verifier: imported, jkt: toBase64url(await digest(utf8(point.canonical))) }
  }

  const keys: SessionKeys = {
    async of(jwk) {
      const point = pointOf(jwk)
      if (point === null) return null
      const known = kept.get(point.canonical) ?? await load(point)
      if (known === null) return null
      kept.delete(point.canonical)
      kept.set(point.canonical, known)
      if (kept.size > MAX_KEYS) {
        const [oldest] = kept.keys()
        if (oldest !== undefined) kept.delete(oldest)
      }
      return known
    },
  }
  return keys
}

interface Point {
  readonly algorithm: Algorithm
  readonly raw: Bytes
  /** The members that a thumbprint is of, in its form. */
  readonly canonical: string
}

function pointOf(jwk: unknown): Point | null {
  if (typeof jwk !== 'object' || jwk === null) return null
  const member = (name: string): unknown => Reflect.get(jwk, name)
  const [kty, crv, x, y] = ['kty', 'crv', 'x', 'y'].map(member)
  // A key that says it is for something else is not for this.
  const operations = member('key_ops')
  if (![undefined, 'sig'].includes(asText(member('use')))) return null
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return null
  }
  const algorithm = kty === 'OKP' && crv === 'Ed25519'
    ? 'EdDSA'
    : kty === 'EC' && crv === 'P-256'
    ? 'ES256'
    : null
  if (algorithm === null) return null
  const alg = asText(member('alg'))
  if (alg !== undefined && !isAlgorithm(alg, algorithm)) return null
  if (algorithm === 'EdDSA') {
    const raw = coordinate(x)
    return raw && { algorithm, raw, canonical: JSON.stringify({ crv, kty, x }) }
  }
  const [rawX, rawY] = [coordinate(x), coordinate(y)]
  if (rawX === null || rawY === null) return null
  const raw = new Uint8Array([4, ...rawX, ...rawY])
  return { algorithm, raw, canonical: JSON.stringify({ crv, kty, x, y }) }
}

/** A member that may be missing; what is not text is none of the values allowed. */
function asText(value: unknown): string | undefined {
  return value === undefined || typeof value === 'string' ? value : ''
}

function coordinate(value: unknown): Bytes | null {
  if (typeof value !== 'string' || value.length !== 43) return null
  try {
    return fromBase64url(value)
  } catch {
    return null
  }
}

/** Whether a JOSE `alg` names the algorithm; `Ed25519` (RFC 9864) is what was `EdDSA` before. */
export function isAlgorithm(alg: unknown, algorithm: Algorithm): boolean {
  return alg === algorithm || (alg === 'Ed25519' && algorithm === 'EdDSA')
}

/** Whether the key made the signature, by the algorithm that both name. */
export async function signedWith({ header, signed, signature }: Jws, key: VerifyKey) {
  return isAlgorithm(header['alg'], key.algorithm) && await key.verify(signature, signed)
}

/** Compares without stopping at the first difference, as `equal` does. */
export function sameText(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
