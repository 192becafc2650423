/**
 * Checking DPoP proofs, RFC 9449 section 4.3: a proof is for one request, made with the key that
 * the access token is bound to. The checks stand in the order of that section.
 *
 * @module
 */
import type { Deps } from '../context.ts'
import { type Jws, parseJws, sameText, type SessionKeys, sessionKeys, signedWith } from './jws.ts'

export const PROOF_ALGORITHMS = ['ES256', 'EdDSA']
/** How far the proof's clock may be from ours, either way. */
export const PROOF_WINDOW = 60

const MAX_PROOF = 4096
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

export type ProofVerdict =
  | { readonly ok: true; readonly jkt: string; readonly jti: string; readonly iat: number }
  | { readonly ok: false; readonly reason: string; readonly clockOff?: true }

export interface ProofExpectation {
  readonly method: string
  /** The request's address by PUBLIC_URL, without query and fragment. */
  readonly url: string
  readonly now: number
  /** Hash of the access token that comes with it, where one does: SHA-256 in base64url. */
  readonly tokenHash?: string
}

export type CheckProof = (
  proof: string | undefined,
  expected: ProofExpectation,
) => Promise<ProofVerdict>

export function proofChecker(deps: Pick<Deps, 'verifier' | 'digest'>): CheckProof {
  const keys = sessionKeys(deps)
  return async (proof, expected) => {
    // 1: several header fields would have been joined by a comma, which no JWT has.
    if (proof === undefined) return refused('DPoP header is missing')
    if (proof.length > MAX_PROOF || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(proof)) {
      return refused('DPoP header is not one JWT')
    }
    const jws = parseJws(proof)
    // 2
    if (jws === null) return refused('Proof is not a JWT signed by the key it names')
    const jkt = await keyOf(jws, keys, expected.now)
    if (typeof jkt !== 'string') return jkt
    const { claims } = jws
    const { jti, iat } = claims
    // 3
    if (typeof jti !== 'string' || jti.length === 0 || jti.length > 256) {
      return refused('jti is missing')
    }
    if (typeof iat !== 'number' || !Number.isFinite(iat)) return refused('iat is missing')
    // 8 and 9
    if (claims['htm'] !== expected.method) return refused('htm is not the method')
    if (!sameAddress(claims['htu'], expected.url)) return refused('htu is not the address')
    // 11
    if (Math.abs(expected.now - iat) > PROOF_WINDOW) {
      return { ok: false, reason: 'iat is not now', clockOff: true }
    }
    // 12; that the token is bound to this key is for whoever reads the token.
    if (expected.tokenHash !== undefined) {
      const { ath } = claims
      if (typeof ath !== 'string' || !sameText(ath, expected.tokenHash)) {
        return refused('ath is not the hash of the access token')
      }
    }
    return { ok: true, jkt, jti, iat }
  }
}

/** The thumbprint of the key that the proof names and is signed with: 4, 5, 6 and 7. */
async function keyOf(jws: Jws, keys: SessionKeys, now: number): Promise<string | ProofVerdict> {
  const { header, claims } = jws
  const { jwk } = header
  if (jwk === undefined || jwk === null) return refused('Proof names no public key')
  // A private key in a proof is a leaked one. Looked at first, so that it is never used.
  if (typeof jwk === 'object' && PRIVATE_MEMBERS.some((name) => name in jwk)) {
    return refused('Proof contains a private key')
  }
  const key = header['typ'] === 'dpop+jwt' ? await keys.of(jwk) : null
  if (key === null || !await signedWith(jws, key.verifier) || !isOfNow(claims, now)) {
    return refused('Proof is not a JWT signed by the key it names')
  }
  return key.jkt
}

/** RFC 7519 sections 4.1.4 and 4.1.5, where a proof has them. */
function isOfNow({ exp, nbf }: Jws['claims'], now: number): boolean {
  return (exp === undefined || (typeof exp === 'number' && exp > now - PROOF_WINDOW)) &&
    (nbf === undefined || (typeof nbf === 'number' && nbf <= now + PROOF_WINDOW))
}

function refused(reason: string): ProofVerdict {
  return { ok: false, reason }
}

/** RFC 3986 section 6.2.2 and 6.2.3, as URL does it; query and fragment are ignored. */
function sameAddress(claimed: unknown, expected: string): boolean {
  if (typeof claimed !== 'string') return false
  // As nearly always; what is expected is an address.
  if (claimed === expected) return true
  try {
    const [a, b] = [new URL(claimed), new URL(expected)]
    return a.origin === b.origin && a.pathname === b.pathname
  } catch {
    return false
  }
}
