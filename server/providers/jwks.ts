/**
 * A provider's keys as a JSON Web Key Set (RFC 7517), for whoever speaks JOSE: they are those that
 * its identity has now.
 *
 * @module
 */
import { type Bytes, toBase64url } from '../../shared/bytes.ts'
import type { Identity, IdentityKey } from '../../shared/identity/identity.ts'

type Jwk = Readonly<Record<string, string>>

export function jwksOf(identity: Identity): { keys: Jwk[] } {
  const keys = identity.keys.filter(({ purpose }) => purpose !== 'recover')
  return {
    keys: keys.map((key) => ({
      kid: `${toBase64url(identity.id)}.${key.index}`,
      use: key.purpose === 'sign' ? 'sig' : 'enc',
      ...MATERIAL[key.algorithm](key.publicKey),
    })),
  }
}

const MATERIAL: Record<IdentityKey['algorithm'], (publicKey: Bytes) => Jwk> = {
  EdDSA: (key) => ({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', x: toBase64url(key) }), // RFC 8037
  X25519: (key) => ({ kty: 'OKP', crv: 'X25519', x: toBase64url(key) }),
  ES256: (key) => ({ ...point(key), alg: 'ES256' }),
  'P-256': point,
  // No JOSE registration names it yet; the shape is that of "Algorithm Key Pairs".
  'X-Wing': (key) => ({ kty: 'AKP', alg: 'MLKEM768-X25519', pub: toBase64url(key) }),
}

/** An uncompressed point: 0x04, x, y. */
function point(publicKey: Bytes): Jwk {
  const [x, y] = [publicKey.subarray(1, 33), publicKey.subarray(33)]
  return { kty: 'EC', crv: 'P-256', x: toBase64url(x), y: toBase64url(y) }
}
