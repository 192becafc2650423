/**
 * A grant: the owner's signed consent. Each has a key of its own, sealed once to the recipient (HPKE
 * base mode, RFC 9180) and bound to the grant, both sides, the recipient's key and the terms. Under
 * it the device wraps the epoch keys (see wrap.ts). Base mode authenticates nobody: the owner's
 * signature over the whole grant does.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, concat, utf8 } from '../bytes.ts'
import { encode } from '../cbor.ts'
import { bytes, encapsulated, opener, parser, uint, uint32 } from '../identity/content.ts'
import { suiteOf } from '../identity/hpke.ts'
import type { NativeSealAlgorithm, SealAlgorithm } from '../identity/keys.ts'
import { type Digest, sha256 } from '../identity/statement.ts'
import { encodeTerms, type Terms, TermsSchema } from './terms.ts'

const GrantSchema = v.strictObject({
  v: v.literal(1),
  /** Random. */
  grant: bytes(16),
  owner: bytes(32),
  /** The recipient's identity: a provider, or another person. */
  to: bytes(32),
  /** Index of the recipient's sealing key. */
  toKey: uint32,
  /** HPKE: encapsulated key and sealed grant key. */
  enc: encapsulated('X25519', 'P-256', 'X-Wing'),
  sealed: bytes(48),
  terms: TermsSchema,
  /** SHA-256 of the request that it answers (see request.ts). */
  request: v.nullable(bytes(32)),
  /** SHA-256 of the payload of the receipt's JWS. */
  receipt: v.nullable(bytes(32)),
  /** A grant that this one follows. */
  replaces: v.nullable(bytes(16)),
  at: uint,
})

export type Grant = v.InferOutput<typeof GrantSchema>
/** What the grant key is bound to besides the terms. */
export type GrantName = Pick<Grant, 'grant' | 'owner' | 'to' | 'toKey'>

export const openGrant = opener('kilowit/grant', GrantSchema)
/** Parses without checking the signature. @throws {StatementError | CborError} */
export const parseGrant = parser('kilowit/grant', GrantSchema)

/** A grant key that cannot be opened. */
export class GrantKeyError extends Error {
  override readonly name = 'GrantKeyError'
}

const SEAL_INFO = utf8('kilowit/1/grant')

/** @param random fresh random bytes */
export function newGrantKey(random: (length: number) => Bytes): Bytes {
  return random(32)
}

/** Seals a raw grant key to the recipient: the `enc` and `sealed` of a grant. */
export async function sealGrantKey(
  raw: Bytes,
  name: GrantName,
  terms: Terms,
  to: { readonly algorithm: SealAlgorithm; readonly publicKey: Bytes },
  digest: Digest = sha256,
): Promise<{ enc: Bytes; sealed: Bytes }> {
  const aad = await digest(encodeTerms(terms))
  const suite = await suiteOf(to.algorithm)
  const publicKey = await suite.DeserializePublicKey(to.publicKey)
  const binding = { info: sealInfo(name), aad }
  const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, raw, binding)
  return { enc: new Uint8Array(encapsulatedSecret), sealed: new Uint8Array(ciphertext) }
}

/** A sealing key pair. A private half that WebCrypto keeps need not be extractable. */
export type OpeningKey =
  & { readonly publicKey: Bytes }
  & (
    | { readonly algorithm: NativeSealAlgorithm; readonly privateKey: CryptoKey }
    | { readonly algorithm: 'X-Wing'; readonly privateKey: Bytes }
  )

/**
 * The recipient opens the grant key.
 *
 * @param grant a grant; after a change of the recipient's key (see steps.ts), the grant with the
 *   `toKey`, `enc` and `sealed` of that step
 * @throws {GrantKeyError}
 */
export async function openGrantKey(
  grant: GrantName & Pick<Grant, 'enc' | 'sealed' | 'terms'>,
  key: OpeningKey,
  digest: Digest = sha256,
): Promise<Bytes> {
  const binding = { info: sealInfo(grant), aad: await digest(encodeTerms(grant.terms)) }
  const suite = await suiteOf(key.algorithm)
  try {
    const pair = {
      privateKey: key.algorithm === 'X-Wing'
        ? await suite.DeserializePrivateKey(key.privateKey)
        : key.privateKey,
      publicKey: await suite.DeserializePublicKey(key.publicKey),
    }
    return new Uint8Array(await suite.Open(pair, grant.enc, grant.sealed, binding))
  } catch {
    throw new GrantKeyError(
      `Cannot open the grant key with this sealing key: it was sealed to key ${grant.toKey}, or the grant was altered`,
    )
  }
}

function sealInfo({ grant, owner, to, toKey }: GrantName): Bytes {
  return concat(SEAL_INFO, encode([grant, owner, to, toKey]))
}
