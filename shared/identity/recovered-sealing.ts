/**
 * Sealing keys that an owner's recovery key brings back. Each comes from a seed of 32 random bytes,
 * which is sealed (HPKE base mode, RFC 9180) to a key that the recovery key gives by HKDF-SHA-256
 * (RFC 5869): so whoever replaces the sealing key needs that key's public half alone, and a recovery
 * file that was kept before still opens what is sealed after it.
 *
 * @module
 */
import { type Bytes, concat, fromHex, utf8 } from '../bytes.ts'
import { encode } from '../cbor.ts'
import { NATIVE_SUITES } from './hpke.ts'
import type { NativeSealAlgorithm, SealingKey } from './keys.ts'

/** A seed that cannot be opened with this recovery key. */
export class SeedError extends Error {
  override readonly name = 'SeedError'
}

export interface SealedSeed {
  /** Index of the key in the owner's identity. */
  readonly index: number
  readonly enc: Bytes
  readonly sealed: Bytes
}

const KEY_INFO = utf8('kilowit/1/recovery')
const SEED_INFO = utf8('kilowit/1/sealing')

/**
 * What seeds are sealed to.
 *
 * @param recovery PKCS #8 of the owner's recovery key
 */
export async function seedKeyOf(
  recovery: Bytes,
  algorithm: NativeSealAlgorithm,
): Promise<SealingKey> {
  const key = await crypto.subtle.importKey('raw', recovery, 'HKDF', false, ['deriveBits'])
  const salt = new Uint8Array(0)
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt, info: KEY_INFO }
  const seed = new Uint8Array(await crypto.subtle.deriveBits(parameters, key, 256))
  return await sealingKeyOf(seed, algorithm)
}

/** The sealing key of a seed; its private half cannot be exported. */
export async function sealingKeyOf(
  seed: Bytes,
  algorithm: NativeSealAlgorithm,
): Promise<SealingKey> {
  const pkcs8 = concat(BEFORE_SEED[algorithm], seed)
  const parameters = algorithm === 'X25519'
    ? { name: 'X25519' }
    : { name: 'ECDH', namedCurve: 'P-256' }
  const usages: KeyUsage[] = ['deriveBits']
  const open = await crypto.subtle.importKey('pkcs8', pkcs8, parameters, true, usages)
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, parameters, false, usages)
  pkcs8.fill(0)
  // Only in this form is the public half there beside the private one.
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', open)
  const half = { kty, crv, x, ...y === undefined ? {} : { y } } as JsonWebKey // as it came
  const publicKey = await crypto.subtle.importKey('jwk', half, parameters, true, [])
  return {
    algorithm,
    publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)),
    privateKey,
  }
}

/** @param to of {@link seedKeyOf}: its public half */
export async function sealSeed(
  seed: Bytes,
  place: { readonly owner: Bytes; readonly index: number },
  to: Pick<SealingKey, 'algorithm' | 'publicKey'>,
): Promise<SealedSeed> {
  const suite = NATIVE_SUITES[to.algorithm]
  const publicKey = await suite.DeserializePublicKey(to.publicKey)
  const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, seed, {
    info: seedInfo(place),
  })
  return {
    index: place.index,
    enc: new Uint8Array(encapsulatedSecret),
    sealed: new Uint8Array(ciphertext),
  }
}

/** @throws {SeedError} */
export async function openSeed(
  { index, enc, sealed }: SealedSeed,
  owner: Bytes,
  key: SealingKey,
): Promise<Bytes> {
  const suite = NATIVE_SUITES[key.algorithm]
  try {
    const publicKey = await suite.DeserializePublicKey(key.publicKey)
    const pair = { privateKey: key.privateKey, publicKey }
    return new Uint8Array(
      await suite.Open(pair, enc, sealed, { info: seedInfo({ owner, index }) }),
    )
  } catch {
    throw new SeedError(`Cannot open the seed of sealing key ${index} with this recovery key`)
  }
}

function seedInfo({ owner, index }: { readonly owner: Bytes; readonly index: number }): Bytes {
  return concat(SEED_INFO, encode([owner, index]))
}

/** What stands before the 32 bytes in PKCS #8 (RFC 8410; RFC 5915, without the public half). */
const BEFORE_SEED: Record<NativeSealAlgorithm, Bytes> = {
  X25519: fromHex('302e020100300506032b656e04220420'),
  'P-256': fromHex('3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420'),
}
