/**
 * Digest, verification and signing by `node:crypto`. A digest is there at once, where WebCrypto
 * would go through the pool of threads: for one small message that is most of the time.
 *
 * @module
 */
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import { type Bytes, toBase64url } from '../shared/bytes.ts'
import type { Algorithm, RawVerifier } from '../shared/identity/profile.ts'
import type { SignWith } from './operator-key.ts'

export function sha256Sync(bytes: Bytes): Bytes {
  return new Uint8Array(hash('sha256', bytes, 'buffer'))
}

/** Keys once parsed; the profile hands over the same bytes for as long as it keeps a key. */
const publicKeys = new WeakMap<Bytes, KeyObject>()

/**
 * Verifies in Node's pool of threads: it is by far the most work in taking a block, and so it is
 * done on every core while the event loop goes on.
 */
export const verifyInPool: RawVerifier = (algorithm, raw, signature, message) => {
  let key = publicKeys.get(raw)
  if (key === undefined) {
    key = publicKey(algorithm, raw)
    publicKeys.set(raw, key)
  }
  const by = algorithm === 'EdDSA' ? key : { key, dsaEncoding: 'ieee-p1363' } as const
  const digest = algorithm === 'EdDSA' ? null : 'sha256'
  return new Promise((resolve, reject) => {
    verify(digest, message, by, signature, (error, holds) => error ? reject(error) : resolve(holds))
  })
}

/** What signs with a private key, in the pool of threads too. */
export const signInPool: SignWith = (algorithm, pkcs8) => {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
  const by = algorithm === 'EdDSA' ? key : { key, dsaEncoding: 'ieee-p1363' } as const
  const digest = algorithm === 'EdDSA' ? null : 'sha256'
  return Promise.resolve((message: Bytes) =>
    new Promise((resolve, reject) => {
      sign(digest, message, by, (error, signature) =>
        error ? reject(error) : resolve(new Uint8Array(signature)))
    })
  )
}

function publicKey(algorithm: Algorithm, raw: Bytes): KeyObject {
  const jwk = algorithm === 'EdDSA' ? { kty: 'OKP', crv: 'Ed25519', x: toBase64url(raw) } : {
    kty: 'EC',
    crv: 'P-256',
    x: toBase64url(raw.subarray(1, 33)),
    y: toBase64url(raw.subarray(33)),
  }
  return createPublicKey({ key: jwk, format: 'jwk' })
}
