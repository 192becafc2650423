/**
 * Ciphered data units of DLMS (IEC 62056-5-3): `DB` or `DC`, the system title of the meter, and
 * AES-128-GCM content with its security control and invocation counter. Security suites 0 and 1
 * cipher alike, and differ in what is not used here.
 *
 * Security control 0x30 (0x31 in suite 1) carries a tag over all of it: with the authentication key
 * it is checked, and nothing is read if it does not hold. 0x20 (0x21), as Vienna's and Tyrol's
 * meters send it, has no tag: whoever reaches the line can flip any bit of it and mend the line
 * check, so that it is only encrypted. 0x30 without the authentication key is no better. Any other
 * control is refused: what is compressed, under the key of a group, or of suite 2.
 *
 * @module
 */

import { type Bytes, concat, equal } from '../bytes.ts'
import { readLength } from './ber.ts'
import type { MeterKey } from './meter-key.ts'

export interface Ciphered {
  /** The system title, 8 bytes: three letters of the maker, then what tells its meters apart. */
  readonly system: Bytes
  readonly control: number
  /** The invocation counter, 4 bytes. */
  readonly counter: Bytes
  /** With the tag at its end where there is one. */
  readonly content: Bytes
}

/** General global and general dedicated ciphering. */
const ciphered: readonly (number | undefined)[] = [0xdb, 0xdc]

export const encryptedOnly = 0x20
export const authenticated = 0x30
const suite = 0x0f
const tagged = 0x10

/** Ciphered without the title of the meter that did (`glo`, `ded`), in another way, or signed. */
const otherwise: readonly (readonly [from: number, to: number])[] = [
  [0xc8, 0xd7],
  [0xdd, 0xdd],
  [0xdf, 0xdf],
]

export function isCipheredOtherwise(apdu: Bytes): boolean {
  const [tag = 0] = apdu
  return otherwise.some(([from, to]) => tag >= from && tag <= to)
}

const tagLength = 12

export function isCiphered(apdu: Bytes): boolean {
  return ciphered.includes(apdu[0])
}

/** Null if the parts do not fill it exactly. */
export function readCiphered(apdu: Bytes): Ciphered | null {
  if (!isCiphered(apdu) || apdu[1] !== 8) return null
  const rest = readLength(apdu, 10)
  if (rest === null || rest.start + rest.length !== apdu.length) return null
  const control = apdu[rest.start] ?? 0
  // Without encryption there is nothing to open; the shortest content is one byte.
  const least = 5 + 1 + ((control & tagged) === 0 ? 0 : tagLength)
  if (rest.length < least) return null
  return {
    system: apdu.slice(2, 10),
    control,
    counter: apdu.slice(rest.start + 1, rest.start + 5),
    content: apdu.slice(rest.start + 5),
  }
}

/** Whether it is secured in a way that can be opened here. */
export function isSupported(control: number): boolean {
  const how = control & ~suite
  return (control & suite) <= 1 && (how === encryptedOnly || how === authenticated)
}

export interface Opened {
  /** Never to be read where the tag failed. */
  readonly plain: Bytes
  /** `none`: there is no tag, or no key to check it with. */
  readonly tag: 'held' | 'failed' | 'none'
}

/**
 * A wrong key opens to random bytes: it is for the caller to see whether they are a notification.
 *
 * @param found with a control that is supported
 */
export async function openCiphered(found: Ciphered, key: MeterKey): Promise<Opened> {
  const { system, control, counter, content } = found
  const isTagged = (control & tagged) !== 0
  const end = content.length - (isTagged ? tagLength : 0)
  // GCM encrypts as CTR does, from block 2 on: the way to read it whether or not there is a tag.
  const first = concat(system, counter, Uint8Array.of(0, 0, 0, 2))
  const plain = new Uint8Array(
    await crypto.subtle.decrypt(
      { name: 'AES-CTR', counter: first, length: 32 },
      key.ctr,
      content.slice(0, end),
    ),
  )
  const { authentication } = key
  if (!isTagged || authentication === null) return { plain, tag: 'none' }
  // Deno decrypts GCM with tags of 16 bytes only. What was opened makes its tag again, which is
  // compared: the ciphertext under that tag is then the one that came.
  const again = new Uint8Array(
    await crypto.subtle.encrypt(
      {
        name: 'AES-GCM',
        iv: concat(system, counter),
        additionalData: concat(Uint8Array.of(control), authentication),
        tagLength: 128,
      },
      key.gcm,
      plain,
    ),
  )
  const tag = again.subarray(end, end + tagLength)
  return { plain, tag: equal(tag, content.subarray(end)) ? 'held' : 'failed' }
}
