/**
 * Codes that people read off one screen and type at another: Douglas Crockford's base 32, which has
 * no letters that look like digits, in groups of four. What is typed may be of either case, with O
 * for 0 and I or L for 1, and with any hyphens and spaces.
 *
 * @module
 */
import type { Bytes } from './bytes.ts'

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const GROUP = /.{4}(?=.)/g
/** Longer than any code of ours with every group spaced out. */
const MAX_TYPED = 64

/** @param bytes a multiple of five, so that no bits are left over */
export function toCrockford(bytes: Bytes): string {
  if (bytes.length % 5 !== 0) throw new RangeError('Cannot write a code of such a length')
  let text = ''
  let bits = 0n
  for (const byte of bytes) bits = bits << 8n | BigInt(byte)
  for (let at = bytes.length * 8 - 5; at >= 0; at -= 5) {
    text += DIGITS.charAt(Number(bits >> BigInt(at) & 31n))
  }
  return text.replace(GROUP, '$&-')
}

/** The `length` bytes of a code as it was typed; null for what is none. */
export function fromCrockford(text: string, length: number): Bytes | null {
  if (text.length > MAX_TYPED) return null
  const typed = text.replace(/[\s-]/g, '').toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1')
  if (typed.length * 5 !== length * 8) return null
  let bits = 0n
  for (const digit of typed) {
    const value = DIGITS.indexOf(digit)
    if (value < 0) return null
    bits = bits << 5n | BigInt(value)
  }
  return new Uint8Array(length).map((_, i) => Number(bits >> BigInt(8 * (length - 1 - i)) & 255n))
}
