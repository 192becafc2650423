/**
 * The envelope of an encrypted P1 telegram (Luxembourg P1 specification 1.1.3, section 3.2.5; the
 * Sagemcom meters of Styria send the same): `DB 08`, the system title (8 bytes), `82` and the length
 * in two bytes, security control, invocation counter (4 bytes), ciphertext, tag (12 bytes).
 *
 * The Elgama meters of Stoen in Warsaw put theirs into a telegram in the clear: after the
 * identification and its blank line comes `00`, a system title that is left out, then `82` and the
 * rest as above, then `!` and the CRC over all of it. For a title that is left out eight zero bytes
 * stand here, in the nonce and where its key is asked for: no meter of theirs was opened yet.
 *
 * Nothing outside the tag tells where an envelope begins; 32 bits of its head are always the same.
 *
 * @module
 */

import { type Bytes, concat, equal } from '../bytes.ts'
import { type Ciphered, readCiphered } from './ciphering.ts'

/** An encrypted telegram as it came; not opened, and its tag not looked at. */
export interface Sealed {
  readonly kind: 'sealed'
  readonly raw: Bytes
  /** Where in `raw` the envelope is. */
  readonly from: number
  readonly to: number
  /** Length of the part over which the CRC of a telegram around it is; null without one. */
  readonly body: number | null
  /** The CRC that is printed there: null where there is none, NaN for what is no CRC. */
  readonly printed: number | null
  /** Where in the stream it began. */
  readonly offset: number
}

/** Up to the security control. */
export const headLength = 14

/** Control, counter and tag, and one byte of content. */
const leastContent = 1 + 4 + 1 + 12

const general = 0xdb
const longLength = 0x82

/** Whether it is one that a meter may send: other suites and no tag are told apart later. */
function isControl(byte: number): boolean {
  return (byte & 0x20) !== 0 && (byte & 0xcc) === 0
}

/** The bytes that the envelope has from its length on; 0 for none. */
export function contentLength(high: number, low: number, most: number): number {
  const length = (high << 8) | low
  return length >= leastContent && length <= most ? length : 0
}

/** Hears the head of an envelope, byte by byte, wherever it begins. */
export interface HeadEar {
  /** How many of the last bytes may be the beginning of a head. */
  readonly held: number
  /** The bytes that are held. */
  readonly head: Bytes
  /** Whether the head is whole with this byte. */
  hear(byte: number): boolean
  clear(): void
}

/** @param most the longest envelope that is taken */
export function createHeadEar(most: number): HeadEar {
  const head = new Uint8Array(headLength)
  let held = 0

  function mayBegin(): boolean {
    return head[0] === general && (held < 2 || head[1] === 8) &&
      (held < 11 || head[10] === longLength) &&
      (held < 13 || contentLength(head[11] ?? 0, head[12] ?? 0, most - 13) > 0) &&
      (held < headLength || isControl(head[13] ?? 0))
  }

  /** Goes on at the next byte that may begin one. */
  function shift(): void {
    const next = head.indexOf(general, 1)
    const by = next < 0 || next >= held ? held : next
    head.copyWithin(0, by, held)
    held -= by
  }

  return {
    head,
    get held() {
      return held
    },
    hear(byte) {
      if (held === 0 && byte !== general) return false
      if (held === headLength) shift()
      head[held++] = byte
      while (held > 0 && !mayBegin()) shift()
      return held === headLength
    },
    clear() {
      held = 0
    },
  }
}

/** How long the envelope with this head is. */
export function envelopeLength(head: Uint8Array): number {
  return headLength - 1 + ((head[11] ?? 0) << 8 | (head[12] ?? 0))
}

/**
 * Whether a head heard inside an envelope begins another one: by chance it does so once in years,
 * unless its system title is the same, or at least has the three letters of a maker.
 */
export function beginsAnew(head: Uint8Array, open: Uint8Array): boolean {
  if (equal(head.subarray(2, 10), open.subarray(2, 10))) return true
  return head.subarray(2, 5).every((byte) => byte >= 0x41 && byte <= 0x5a)
}

/** Whether the end of an identification line, blank line and `00` stand before a place. */
export function isBeforeEnvelope(bytes: Uint8Array, length: number): boolean {
  const [before = -1, lf1 = -1, cr = -1, lf2 = -1] = [1, 2, 3, 4].map((i) => bytes[length - i])
  return before === 0 && lf1 === 0x0a && (cr === 0x0a || (cr === 0x0d && lf2 === 0x0a))
}

/** The longest identification line before an envelope, its line ends included. */
export const longestIdentification = 64

const titleLeftOut = Uint8Array.of(general, 8, 0, 0, 0, 0, 0, 0, 0, 0)

/** Null if its parts do not fill it exactly. */
export function readEnvelope({ raw, from, to, body }: Sealed): Ciphered | null {
  if (body === null) return readCiphered(raw)
  return readCiphered(concat(titleLeftOut, raw.subarray(from + 1, to)))
}
