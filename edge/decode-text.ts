/**
 * A recording as people have it: bytes, or hex in a text file. Hex with white space is read; hex in
 * any other dress (listings of hexdump and xxd, `0x7e,`, `\x7e`) is told with what to do about it,
 * for guessing which digits are data would be guessing readings.
 *
 * @module
 */
import { type Bytes, fromHex } from '../shared/bytes.ts'
import { UseError } from './command.ts'

const byteOrderMark = [0xef, 0xbb, 0xbf] as const
/** Longer than any line of a listing, shorter than a day of hex. */
const looked = 64 * 1024

/** @throws {UseError} where it is hex that is not read */
export function bytesOf(file: Bytes): Bytes {
  if (isWide(file)) {
    throw new UseError(
      'The text is in UTF-16: save it as UTF-8, or give the recording itself',
    )
  }
  const isMarked = byteOrderMark.every((byte, i) => file[i] === byte)
  const content = isMarked ? file.subarray(byteOrderMark.length) : file
  if (!content.every((byte) => byte < 0x7f)) return file
  const text = new TextDecoder().decode(content)
  if (isListing(text.slice(0, looked))) {
    throw new UseError(
      'This is a listing, as hexdump and xxd make it, with places beside the bytes: ' +
        'give the recording itself, or turn a listing of xxd back with xxd -r',
    )
  }
  // Nothing that a meter sends consists of hex digits and white space alone.
  if (/^[0-9a-f\s]+$/i.test(text)) {
    const digits = text.replace(/\s/g, '').toLowerCase()
    if (digits.length % 2 === 0) return fromHex(digits)
    throw new UseError('The hex text has an odd number of digits: a byte is two of them')
  }
  const bare = text.slice(0, looked).replace(/0x|\\x|[\s,;:[\]{}()'"`-]/gi, '')
  if (/^[0-9a-f]{2,}$/i.test(bare)) {
    throw new UseError(
      'This is hex with other signs between its digits: leave white space alone between them, ' +
        'as 7e a0 67, without 0x, \\x, commas or quotes',
    )
  }
  return content
}

/** Every second byte nothing, as Windows' PowerShell writes text. */
function isWide(file: Bytes): boolean {
  const [first, second] = file
  if (first === 0xff && second === 0xfe) return file[3] === 0
  return first === 0xfe && second === 0xff && file[2] === 0
}

/** Each line begins with its place, which grows; bytes, or words, follow. */
function isListing(text: string): boolean {
  // A lone * stands for lines that are as the one before.
  const lines = text.split('\n').filter((line) => !['', '*'].includes(line.trim()))
  let before = -1
  // The last one may be cut, or be the end alone.
  const whole = lines.length > 1 ? lines.slice(0, -1) : lines
  for (const line of whole) {
    const [, place, next] = /^\s*([0-9a-f]{4,8}):?\s+([0-9a-f]{2,8})\b/i.exec(line) ?? []
    if (place === undefined || next === undefined || next.length >= place.length) return false
    const at = parseInt(place, 16)
    if (at <= before || (before < 0 && at !== 0)) return false
    before = at
  }
  return whole.length > 0
}
