/**
 * Making keys and signing with them. Ed25519 and X25519 (RFC 8032, RFC 7748) where WebCrypto can
 * make them non-extractable; P-256 elsewhere. A signing key is never copied: it is made
 * non-extractable in the place where it signs.
 *
 * @module
 */
import type { Bytes } from '../bytes.ts'
import type { Algorithm } from './profile.ts'
import type { Signer } from './statement.ts'

/** Algorithms of sealing keys that WebCrypto can keep non-extractable. */
export type NativeSealAlgorithm = 'X25519' | 'P-256'
export type SealAlgorithm = NativeSealAlgorithm | 'X-Wing'

/** Bytes of a public key, and of what HPKE encapsulates to it (`enc`). */
export const SEAL_SIZES: Record<SealAlgorithm, { publicKey: number; enc: number }> = {
  X25519: { publicKey: 32, enc: 32 },
  'P-256': { publicKey: 65, enc: 65 },
  'X-Wing': { publicKey: 1216, enc: 1120 },
}

export interface SigningKey {
  readonly algorithm: Algorithm
  readonly publicKey: Bytes
  readonly privateKey: CryptoKey
}

export interface SealingKey {
  readonly algorithm: NativeSealAlgorithm
  readonly publicKey: Bytes
  readonly privateKey: CryptoKey
}

const P256_SIGN = { name: 'ECDSA', namedCurve: 'P-256' }
const P256_SEAL = { name: 'ECDH', namedCurve: 'P-256' }
const SIGN_WITH: Record<Algorithm, { name: string; hash?: string }> = {
  EdDSA: { name: 'Ed25519' },
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
}

/** Ed25519 where the platform has it, else P-256. Extractable only for a recovery key. */
export async function generateSigningKey(extractable = false): Promise<SigningKey> {
  const usages: KeyUsage[] = ['sign', 'verify']
  const [algorithm, pair] = await preferred<Algorithm>(
    ['EdDSA', () => crypto.subtle.generateKey({ name: 'Ed25519' }, extractable, usages)],
    ['ES256', () => crypto.subtle.generateKey(P256_SIGN, extractable, usages)],
  )
  return { algorithm, publicKey: await rawPublic(pair.publicKey), privateKey: pair.privateKey }
}

/** X25519 where the platform has it, else P-256; for HPKE (RFC 9180). */
export async function generateSealingKey(extractable = false): Promise<SealingKey> {
  const usages: KeyUsage[] = ['deriveBits']
  const [algorithm, pair] = await preferred<NativeSealAlgorithm>(
    ['X25519', () => crypto.subtle.generateKey({ name: 'X25519' }, extractable, usages)],
    ['P-256', () => crypto.subtle.generateKey(P256_SEAL, extractable, usages)],
  )
  return { algorithm, publicKey: await rawPublic(pair.publicKey), privateKey: pair.privateKey }
}

export async function importPrivateKey(
  algorithm: Algorithm | NativeSealAlgorithm,
  pkcs8: Bytes,
  extractable = false,
): Promise<CryptoKey> {
  const [parameters, usages] = {
    EdDSA: [{ name: 'Ed25519' }, ['sign']],
    ES256: [P256_SIGN, ['sign']],
    X25519: [{ name: 'X25519' }, ['deriveBits']],
    'P-256': [P256_SEAL, ['deriveBits']],
  }[algorithm] as [{ name: string }, KeyUsage[]]
  return await crypto.subtle.importKey('pkcs8', pkcs8, parameters, extractable, usages)
}

export function signer(
  identity: Bytes,
  index: number,
  key: Pick<SigningKey, 'algorithm' | 'privateKey'>,
): Signer {
  return {
    identity,
    index,
    algorithm: key.algorithm,
    sign: async (message) =>
      new Uint8Array(
        await crypto.subtle.sign(SIGN_WITH[key.algorithm], key.privateKey, message),
      ),
  }
}

async function rawPublic(key: CryptoKey): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.exportKey('raw', key))
}

type Attempt<A> = readonly [A, () => Promise<CryptoKey | CryptoKeyPair>]

async function preferred<A>(first: Attempt<A>, second: Attempt<A>): Promise<[A, CryptoKeyPair]> {
  try {
    return [first[0], pairOf(await first[1]())]
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NotSupportedError') throw error
    return [second[0], pairOf(await second[1]())]
  }
}

function pairOf(key: CryptoKey | CryptoKeyPair): CryptoKeyPair {
  if (!('privateKey' in key)) throw new TypeError('Expected a key pair')
  return key
}
