/**
 * Epoch keys: 32 fresh random bytes each. From one come, by HKDF-SHA-256 (RFC 5869), the key of
 * each block (salted by the block's own random salt, so no key ever meets a nonce twice) and the
 * commitment that the epoch's opening carries and every opener checks. The device seals each epoch
 * key to the owner's sealing key at once (HPKE base mode, RFC 9180).
 *
 * @module
 */
import type { CipherSuite } from 'hpke'
import { type Bytes, concat, equal, utf8 } from '../bytes.ts'
import { encode } from '../cbor.ts'
import { NATIVE_SUITES } from '../identity/hpke.ts'
import type { NativeSealAlgorithm } from '../identity/keys.ts'
import type { Epoch } from './channel.ts'

/** An epoch key that was read and does not match its opening. */
export class EpochKeyError extends Error {
  override readonly name = 'EpochKeyError'
}

export type EpochName = Pick<Epoch, 'channel' | 'chapter' | 'epoch'>

const BLOCK_INFO = utf8('kilowit/1/block')
const COMMITMENT_INFO = utf8('kilowit/1/commitment')
const SEAL_INFO = utf8('kilowit/1/epoch')

/** The raw epoch key as an HKDF key that can derive and never be read. */
export async function importEpochKey(raw: Bytes): Promise<CryptoKey> {
  return await crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveBits', 'deriveKey'])
}

export async function blockKey(
  epochKey: CryptoKey,
  channel: Bytes,
  epoch: number,
  salt: Bytes,
): Promise<CryptoKey> {
  return await crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt, info: blockInfo(channel, epoch) },
    epochKey,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  )
}

let lastInfo: { channel: Bytes; epoch: number; info: Bytes } | null = null

/** Blocks of one epoch come one after another. */
function blockInfo(channel: Bytes, epoch: number): Bytes {
  if (lastInfo?.epoch !== epoch || !equal(lastInfo.channel, channel)) {
    const info = named(BLOCK_INFO, channel, epoch)
    lastInfo = { channel: channel.slice(), epoch, info }
  }
  return lastInfo.info
}

/** The bytes of {@link blockKey}, to give one block to somebody. */
export async function rawBlockKey(
  epochKey: CryptoKey,
  channel: Bytes,
  epoch: number,
  salt: Bytes,
): Promise<Bytes> {
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt, info: blockInfo(channel, epoch) }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, epochKey, 256))
}

export async function commitment(
  epochKey: CryptoKey,
  channel: Bytes,
  epoch: number,
): Promise<Bytes> {
  const parameters = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(0),
    info: named(COMMITMENT_INFO, channel, epoch),
  }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, epochKey, 256))
}

/** Seals a raw epoch key to the owner: the `enc` and `sealed` of an epoch's opening. */
export async function sealEpochKey(
  raw: Bytes,
  name: EpochName,
  committed: Bytes,
  algorithm: NativeSealAlgorithm,
  ownerKey: Bytes,
): Promise<{ enc: Bytes; sealed: Bytes }> {
  const suite = NATIVE_SUITES[algorithm]
  const publicKey = await suite.DeserializePublicKey(ownerKey)
  const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, raw, {
    info: sealInfo(name),
    aad: committed,
  })
  return { enc: copy(encapsulatedSecret), sealed: copy(ciphertext) }
}

/**
 * The owner opens an epoch key and checks it against the opening's commitment.
 *
 * @param key the owner's sealing key pair; its private half need not be extractable
 * @throws {EpochKeyError}
 */
export async function unsealEpochKey(
  epoch: Epoch,
  algorithm: NativeSealAlgorithm,
  key: { privateKey: CryptoKey; publicKey: Bytes },
): Promise<Bytes> {
  const suite = NATIVE_SUITES[algorithm]
  let raw: Bytes
  try {
    const pair = { privateKey: key.privateKey, publicKey: await publicKeyOf(suite, key) }
    raw = copy(
      await suite.Open(pair, epoch.enc, epoch.sealed, {
        info: sealInfo(epoch),
        aad: epoch.commitment,
      }),
    )
  } catch {
    throw new EpochKeyError(`Epoch ${epoch.epoch} cannot be opened with this sealing key`)
  }
  await checkEpochKey(raw, epoch)
  return raw
}

/** Made once of each pair: an owner opens the epochs of years with the same one. */
const publicKeys = new WeakMap<object, ReturnType<CipherSuite['DeserializePublicKey']>>()

async function publicKeyOf(suite: CipherSuite, key: { publicKey: Bytes }) {
  const known = publicKeys.get(key)
  if (known !== undefined) return await known
  const made = suite.DeserializePublicKey(key.publicKey)
  publicKeys.set(key, made)
  return await made
}

/** @throws {EpochKeyError} */
export async function checkEpochKey(raw: Bytes, epoch: Epoch): Promise<CryptoKey> {
  const key = await importEpochKey(raw)
  if (!equal(await commitment(key, epoch.channel, epoch.epoch), epoch.commitment)) {
    throw new EpochKeyError(`Key of epoch ${epoch.epoch} is not the one its opening commits to`)
  }
  return key
}

function sealInfo(name: EpochName): Bytes {
  return concat(SEAL_INFO, encode([name.channel, name.chapter, name.epoch]))
}

function named(label: Bytes, channel: Bytes, epoch: number): Bytes {
  return concat(label, encode([channel, epoch]))
}

function copy(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes)
}

/**
 * A raw epoch key wrapped (AES-KW, RFC 3394) under a device's non-extractable key, for its vault.
 *
 * @param wrapping AES-KW key with usage `wrapKey`
 */
export async function wrapEpochKey(raw: Bytes, wrapping: CryptoKey): Promise<Bytes> {
  // Only an AES or HMAC key can be wrapped; what it is called does not matter to the 32 bytes.
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', true, ['encrypt'])
  return new Uint8Array(await crypto.subtle.wrapKey('raw', key, wrapping, 'AES-KW'))
}

/** @param wrapping AES-KW key with usage `unwrapKey` */
export async function unwrapEpochKey(wrapped: Bytes, wrapping: CryptoKey): Promise<CryptoKey> {
  return await crypto.subtle.unwrapKey('raw', wrapped, wrapping, 'AES-KW', 'HKDF', false, [
    'deriveBits',
    'deriveKey',
  ])
}
