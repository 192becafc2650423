/**
 * The code with which a device is paired: 80 random bits that the device shows and the owner types
 * or scans. It is never sent. Both sides derive from it (HKDF-SHA-256, RFC 5869) the name of the room
 * in which they meet at the platform, a key each to prove with that they know the code, and one that
 * hides what they say. Whoever learns the room's name learns nothing of the keys: they would have to
 * try 2^80 codes, and to come between the two in ten minutes.
 *
 * @module
 */
import { type Bytes, utf8 } from '../bytes.ts'
import { fromCrockford, toCrockford } from '../crockford.ts'

/** Bytes of a code: 16 characters, in groups of four. */
const CODE_LENGTH = 10
/** For so many seconds after it was made a code is good. */
export const CODE_SECONDS = 600
/** So many answers a device looks at. */
export const CODE_ATTEMPTS = 5

export interface PairingSecrets {
  /** Names the room; 16 bytes. */
  readonly room: Bytes
  /** HMAC-SHA-256: of what the device says, and of what the owner says. */
  readonly deviceKey: CryptoKey
  readonly ownerKey: CryptoKey
  /** A256GCM: what is said, which names the meter. */
  readonly bodyKey: CryptoKey
}

/** @param random fresh random bytes */
export function newPairingCode(random: (length: number) => Bytes): Bytes {
  return random(CODE_LENGTH)
}

/** As it is shown: `7M2K-9QXA-0TRF-4HZD`. */
export function pairingCodeText(code: Bytes): string {
  return toCrockford(code)
}

/** A code as somebody typed it; null for what is none. */
export function parsePairingCode(text: string): Bytes | null {
  return fromCrockford(text, CODE_LENGTH)
}

/**
 * The address that opens the owner's app with the code. It stands behind the `#`, which no browser
 * sends.
 */
export function pairingLink(platform: string, code: Bytes): string {
  return `${platform.replace(/\/$/, '')}/pair#${pairingCodeText(code)}`
}

export async function pairingSecrets(code: Bytes): Promise<PairingSecrets> {
  if (code.length !== CODE_LENGTH) throw new TypeError('A pairing code has 10 bytes')
  const secret = await crypto.subtle.importKey('raw', code, 'HKDF', false, [
    'deriveBits',
    'deriveKey',
  ])
  const derived = (purpose: string) => ({
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(0),
    info: utf8(`kilowit/1/pairing/${purpose}`),
  })
  const macKey = (purpose: string) =>
    crypto.subtle.deriveKey(
      derived(purpose),
      secret,
      { name: 'HMAC', hash: 'SHA-256', length: 256 },
      false,
      ['sign', 'verify'],
    )
  return {
    room: new Uint8Array(await crypto.subtle.deriveBits(derived('room'), secret, 128)),
    deviceKey: await macKey('device'),
    ownerKey: await macKey('owner'),
    bodyKey: await crypto.subtle.deriveKey(
      derived('body'),
      secret,
      { name: 'AES-GCM', length: 256 },
      false,
      ['encrypt', 'decrypt'],
    ),
  }
}
