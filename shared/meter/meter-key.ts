/**
 * The key of a meter's customer interface (IEC 62056-5-3: the global unicast encryption key, GUEK,
 * and where the operator uses one the authentication key, GAK), as its owner gets it from the
 * operator: 16 bytes each, in hex.
 *
 * @module
 */
import type { Bytes } from '../bytes.ts'

export interface MeterKey {
  /** AES-CTR, for telegrams that are only encrypted; cannot be exported. */
  readonly ctr: CryptoKey
  /**
   * AES-GCM, the same key, to make the tag of an authenticated telegram again; cannot be exported.
   */
  readonly gcm: CryptoKey
  /** AES-CBC, for the M-Bus; cannot be exported. Keys kept before it was read have none. */
  readonly cbc?: CryptoKey
  /** Null where the owner has none: authenticated telegrams are then only decrypted. */
  readonly authentication: Bytes | null
}

/** @param encryption 16 bytes; @param authentication 16 bytes @throws {RangeError} for another length */
export async function importMeterKey(
  encryption: Bytes,
  authentication: Bytes | null = null,
): Promise<MeterKey> {
  for (const part of [encryption, authentication]) {
    if (part !== null && part.length !== 16) throw new RangeError('A meter key has 16 bytes')
  }
  const as = async (name: string, ...uses: ('decrypt' | 'encrypt')[]) =>
    await crypto.subtle.importKey('raw', encryption, name, false, uses)
  return {
    ctr: await as('AES-CTR', 'decrypt'),
    gcm: await as('AES-GCM', 'encrypt'),
    // Both ways: what WebCrypto opens must end in its own padding, which has to be made first.
    cbc: await as('AES-CBC', 'decrypt', 'encrypt'),
    authentication,
  }
}
