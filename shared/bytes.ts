/**
 * Byte strings: joining, comparing, and their text forms (hex; base64url of RFC 4648 section 5
 * without padding). Text is parsed strictly: one byte string has one text.
 *
 * @module
 */

export type Bytes = Uint8Array<ArrayBuffer>

const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const BASE64URL = encoder.encode(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
)

/** What each character stands for. */
const SEXTETS = new Uint8Array(128)
for (const [value, character] of BASE64URL.entries()) SEXTETS[character] = value

/** Of a character known to be one of these; 0 past the end. */
function sextet(text: string, at: number): number {
  return at < text.length ? SEXTETS[text.charCodeAt(at)] ?? 0 : 0
}

export function utf8(text: string): Bytes {
  return encoder.encode(text)
}

/** @throws {TypeError} if `bytes` is not well-formed UTF-8 */
export function fromUtf8(bytes: Bytes): string {
  return strictDecoder.decode(bytes)
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Compares without stopping at the first difference, so that time tells nothing of the content. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0)
  return difference === 0
}

/** Below 0 when `a` comes first, bytewise; what is the beginning of another comes before it. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i++) text += HEX[bytes[i] ?? 0] ?? ''
  return text
}

/** @throws {SyntaxError} unless `text` is an even number of hex digits */
export function fromHex(text: string): Bytes {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) {
    throw new SyntaxError('Cannot parse hex: expected an even number of hex digits')
  }
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

export function toBase64url(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length * 4 / 3))
  let at = 0
  for (let i = 0; i < bytes.length; i += 3) {
    const three = (bytes[i] ?? 0) << 16 | (bytes[i + 1] ?? 0) << 8 | (bytes[i + 2] ?? 0)
    // Past the end, where there are less than three, nothing is written.
    text[at++] = BASE64URL[three >> 18] ?? 0
    text[at++] = BASE64URL[three >> 12 & 63] ?? 0
    text[at++] = BASE64URL[three >> 6 & 63] ?? 0
    text[at++] = BASE64URL[three & 63] ?? 0
  }
  return strictDecoder.decode(text)
}

/** @throws {SyntaxError} unless `text` is canonical unpadded base64url */
export function fromBase64url(text: string): Bytes {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) {
    throw new SyntaxError('Cannot parse base64url: expected unpadded base64url')
  }
  const bytes = new Uint8Array(Math.floor(text.length * 3 / 4))
  let at = 0
  for (let i = 0; i < text.length; i += 4) {
    const four = sextet(text, i) << 18 | sextet(text, i + 1) << 12 | sextet(text, i + 2) << 6 |
      sextet(text, i + 3)
    // Past the end, where there are less than three, nothing is written.
    bytes[at++] = four >> 16
    bytes[at++] = four >> 8
    bytes[at++] = four
  }
  const stray = [0, 0, 15, 3][text.length % 4] ?? 0
  if ((sextet(text, text.length - 1) & stray) !== 0) {
    throw new SyntaxError('Cannot parse base64url: the last character has stray bits')
  }
  return bytes
}
