/**
 * Digest, verification and signing by `node:crypto`. A digest is there at once, where WebCrypto
 * would go through the pool of threads: for one small message that is most of the time. The few
 * signatures of an ordinary request are made and checked at once too, as to hand one to a thread and
 * to hear back takes half as long again; where there are many, the threads share them on every core
 * while the event loop goes on.
 *
 * @module
 */
import process from 'node:process'
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import { type Bytes, toBase64url } from '../shared/bytes.ts'
import type { Algorithm, RawVerifier } from '../shared/identity/profile.ts'
import type { SignWith } from './operator-key.ts'

export function sha256Sync(bytes: Bytes): Bytes {
  return new Uint8Array(hash('sha256', bytes, 'buffer'))
}

/** Of one event of the loop, at once: each kind holds the others up for half a millisecond. */
const checksAtOnce = few(4)
const signaturesAtOnce = few(16)

/** @returns whether this is one of the first `most` since the event began */
function few(most: number): () => boolean {
  let left = most
  const renew = () => void (left = most)
  return () => {
    if (left === 0) return false
    // After all that this event brought about, and before the next.
    if (left === most) process.nextTick(renew)
    left -= 1
    return true
  }
}

/** Keys once parsed; the profile hands over the same bytes for as long as it keeps a key. */
const publicKeys = new WeakMap<Bytes, KeyObject>()

export const verifyNatively: RawVerifier = (algorithm, raw, signature, message) => {
  let key = publicKeys.get(raw)
  if (key === undefined) {
    key = publicKey(algorithm, raw)
    publicKeys.set(raw, key)
  }
  const by = algorithm === 'EdDSA' ? key : { key, dsaEncoding: 'ieee-p1363' } as const
  const digest = algorithm === 'EdDSA' ? null : 'sha256'
  if (checksAtOnce()) return verify(digest, message, by, signature)
  return new Promise((resolve, reject) => {
    verify(digest, message, by, signature, (error, holds) => error ? reject(error) : resolve(holds))
  })
}

/** What signs with a private key. */
export const signNatively: SignWith = (algorithm, pkcs8) => {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
  const by = algorithm === 'EdDSA' ? key : { key, dsaEncoding: 'ieee-p1363' } as const
  const digest = algorithm === 'EdDSA' ? null : 'sha256'
  return Promise.resolve(async (message: Bytes) => {
    if (signaturesAtOnce()) return new Uint8Array(sign(digest, message, by))
    return await new Promise<Bytes>((resolve, reject) => {
      sign(
        digest,
        message,
        by,
        (error, signature) => error ? reject(error) : resolve(new Uint8Array(signature)),
      )
    })
  })
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
