/**
 * The two JWTs (RFC 7515, 7519) a caller makes: the assertion by which its identity asks for an
 * access token (RFC 7523), and the DPoP proof that comes with every request (RFC 9449). Both are
 * signed with keys that need not be extractable. Reading and judging them is the server's.
 *
 * @module
 */
import { type Bytes, toBase64url, utf8 } from '../bytes.ts'
import type { SigningKey } from '../identity/keys.ts'
import { sha256, type Signer } from '../identity/statement.ts'

const ASSERTION_SECONDS = 120

export interface Assertion {
  /** The platform's PUBLIC_URL. */
  readonly audience: string
  /** Seconds since 1970, UTC. */
  readonly now: number
  /** Random, used once. */
  readonly jti: string
}

export async function signAssertion(assertion: Assertion, by: Signer): Promise<string> {
  const identity = toBase64url(by.identity)
  const header = { alg: by.algorithm, typ: 'JWT', kid: `${identity}.${by.index}` }
  const { audience, now, jti } = assertion
  const times = { iat: now, exp: now + ASSERTION_SECONDS }
  const claims = { iss: identity, sub: identity, aud: audience, ...times, jti }
  return await signJwt(header, claims, by.sign)
}

export interface Proof {
  readonly method: string
  /** The whole address; its query and fragment are left out of the proof. */
  readonly url: string
  readonly now: number
  readonly jti: string
  readonly accessToken?: string
}

export async function signProof(
  proof: Proof,
  session: SigningKey,
  sign: (message: Bytes) => Promise<Bytes>,
): Promise<string> {
  const header = { alg: session.algorithm, typ: 'dpop+jwt', jwk: publicJwk(session) }
  const { method, url, now, jti, accessToken } = proof
  const [htu] = url.split(/[?#]/)
  const ath = accessToken === undefined ? {} : { ath: toBase64url(await sha256(utf8(accessToken))) }
  return await signJwt(header, { htm: method, htu, iat: now, jti, ...ath }, sign)
}

/** RFC 7518 section 6.2 and RFC 8037 section 2. */
function publicJwk({ algorithm, publicKey }: SigningKey): Record<string, string> {
  return algorithm === 'EdDSA' ? { kty: 'OKP', crv: 'Ed25519', x: toBase64url(publicKey) } : {
    kty: 'EC',
    crv: 'P-256',
    x: toBase64url(publicKey.subarray(1, 33)),
    y: toBase64url(publicKey.subarray(33)),
  }
}

/** The raw 64 bytes of COSE's signatures are JWS's too, for both algorithms. */
async function signJwt(
  header: object,
  claims: object,
  sign: (message: Bytes) => Promise<Bytes>,
): Promise<string> {
  const signed = [header, claims].map((part) => toBase64url(utf8(JSON.stringify(part)))).join('.')
  return `${signed}.${toBase64url(await sign(utf8(signed)))}`
}
