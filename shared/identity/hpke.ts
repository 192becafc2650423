/**
 * The suites of HPKE (RFC 9180) by the algorithm of the key that something is sealed to, all in base
 * mode with HKDF-SHA-256 and AES-256-GCM. X-Wing (MLKEM768-X25519, KEM 0x647a of
 * draft-ietf-hpke-pq) holds as long as either of its halves does: what is sealed to it today cannot
 * be opened by a quantum computer later. No runtime but Node has ML-KEM for it, so it is pure
 * JavaScript everywhere, loaded when it is first needed.
 *
 * @module
 */
import {
  AEAD_AES_256_GCM,
  CipherSuite,
  KDF_HKDF_SHA256,
  KEM_DHKEM_P256_HKDF_SHA256,
  KEM_DHKEM_X25519_HKDF_SHA256,
  type KEMFactory,
} from 'hpke'
import type { NativeSealAlgorithm, SealAlgorithm } from './keys.ts'

export const NATIVE_SUITES: Record<NativeSealAlgorithm, CipherSuite> = {
  X25519: suite(KEM_DHKEM_X25519_HKDF_SHA256),
  'P-256': suite(KEM_DHKEM_P256_HKDF_SHA256),
}

let xWing: Promise<CipherSuite> | null = null

export async function suiteOf(algorithm: SealAlgorithm): Promise<CipherSuite> {
  if (algorithm !== 'X-Wing') return NATIVE_SUITES[algorithm]
  return await (xWing ??= import('@panva/hpke-noble').then(({ KEM_MLKEM768_X25519 }) =>
    suite(KEM_MLKEM768_X25519)
  ))
}

function suite(kem: KEMFactory): CipherSuite {
  return new CipherSuite(kem, KDF_HKDF_SHA256, AEAD_AES_256_GCM)
}
