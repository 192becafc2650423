/**
 * The body of a notification: data in A-XDR, and two ways of writing it that are none and that meters
 * have all the same.
 *
 * - Attribute descriptors without tags, as meters of Czech operators write them (EG.D and ČEZ,
 *   Sagemcom XT211): a structure of a number and an array, each element of which is a structure of a
 *   descriptor (class in two bytes, code in six, attribute in one) and its value.
 * - The tag of a code and its length changed about, `06 09` for `09 06` (Landis+Gyr ZMF100).
 *
 * Either is looked for only where the bytes are no data, and has to hold to the end.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { type Data, readData } from './axdr.ts'
import { readLength } from './ber.ts'

const array = 0x01
const structure = 0x02
const octetString = 0x09
const enumeration = 0x16

/** Class, code, attribute. */
const descriptor = 2 + 6 + 1
/** What an object is called is no reading of it. */
const logicalName = 1

interface Body {
  readonly data: Data
  readonly end: number
}

export function readBody(bytes: Bytes, at: number): Body | null {
  return readData(bytes, at) ?? readDescriptors(bytes, at) ?? readSwapped(bytes, at)
}

function readDescriptors(bytes: Bytes, from: number): Body | null {
  const isOne = bytes[from] === structure && bytes[from + 1] === 2 &&
    bytes[from + 2] === enumeration && bytes[from + 4] === array
  const count = isOne ? readLength(bytes, from + 5) : null
  if (count === null || count.length === 0) return null
  const items: Data[] = []
  let at = count.start
  for (let i = 0; i < count.length; i++) {
    if (bytes[at] !== structure || bytes[at + 1] !== 2) return null
    const value = readData(bytes, at + 2 + descriptor)
    if (value === null) return null
    const code = bytes.slice(at + 4, at + 10)
    if (bytes[at + 10] !== logicalName) {
      items.push({ type: 'structure', items: [{ type: 'octets', bytes: code }, value.data] })
    }
    at = value.end
  }
  return { data: { type: 'array', items }, end: at }
}

/** Whether a structure of two or three begins there with a code whose tag and length are swapped. */
function isSwapped(bytes: Bytes, at: number): boolean {
  const [start, count = 0, tag, length, media = 2] = bytes.subarray(at, at + 5)
  return start === structure && (count === 2 || count === 3) && tag === 6 &&
    length === octetString && media < 2 && bytes[at + 9] === 0xff
}

function readSwapped(bytes: Bytes, from: number): Body | null {
  const mended = bytes.slice()
  let isMended = false
  for (let at = from; at + 10 <= bytes.length; at++) {
    if (!isSwapped(bytes, at)) continue
    mended.set([octetString, 6], at + 2)
    isMended = true
  }
  return isMended ? readData(mended, from) : null
}
