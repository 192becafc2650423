/**
 * Data of DLMS in A-XDR (IEC 62056-6-2, "Data"; IEC 61334-6): every type, compact arrays and deltas
 * included.
 * Bounded in depth and in number of elements; integers are exact.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { readLength } from './ber.ts'

export type Data =
  | { readonly type: 'null' }
  | { readonly type: 'array' | 'structure'; readonly items: readonly Data[] }
  | { readonly type: 'boolean'; readonly value: boolean }
  /** `size` in bits; an `enum` is unsigned too. */
  | {
    readonly type: 'integer' | 'unsigned' | 'enum' | 'delta'
    readonly size: 8 | 16 | 32 | 64
    readonly value: number | bigint
  }
  /** IEEE 754 of 4 or 8 bytes, as it came: no number of a meter is computed with. */
  | { readonly type: 'float'; readonly bytes: Bytes }
  | { readonly type: 'bits'; readonly count: number; readonly bytes: Bytes }
  /** Octets, visible string, UTF-8, BCD. */
  | { readonly type: 'octets' | 'visible' | 'utf8' | 'bcd'; readonly bytes: Bytes }
  /** 12, 5 and 4 bytes. */
  | { readonly type: 'date-time' | 'date' | 'time'; readonly bytes: Bytes }

/** Pushes have lists of structures of structures: four. */
const maxDepth = 8
/** The longest push list of a meter has a few hundred elements. */
const maxElements = 2048

type Size = 8 | 16 | 32 | 64
type NumberType = readonly [
  type: 'integer' | 'unsigned' | 'enum' | 'delta',
  size: Size,
  signed: boolean,
]

const numbers: ReadonlyMap<number, NumberType> = new Map<number, NumberType>([
  [0x0f, ['integer', 8, true]],
  [0x10, ['integer', 16, true]],
  [0x05, ['integer', 32, true]],
  [0x14, ['integer', 64, true]],
  [0x11, ['unsigned', 8, false]],
  [0x12, ['unsigned', 16, false]],
  [0x06, ['unsigned', 32, false]],
  [0x15, ['unsigned', 64, false]],
  [0x16, ['enum', 8, false]],
  // What a value is apart from the one before it.
  [0x1c, ['delta', 8, true]],
  [0x1d, ['delta', 16, true]],
  [0x1e, ['delta', 32, true]],
  [0x1f, ['delta', 8, false]],
  [0x20, ['delta', 16, false]],
  [0x21, ['delta', 32, false]],
])

const strings: ReadonlyMap<number, 'octets' | 'visible' | 'utf8'> = new Map([
  [0x09, 'octets'],
  [0x0a, 'visible'],
  [0x0c, 'utf8'],
])

const fixed: ReadonlyMap<number, readonly ['float' | 'date-time' | 'date' | 'time', number]> =
  new Map([
    [0x07, ['float', 4]],
    [0x08, ['float', 8]],
    [0x17, ['float', 4]],
    [0x18, ['float', 8]],
    [0x19, ['date-time', 12]],
    [0x1a, ['date', 5]],
    [0x1b, ['time', 4]],
  ])

/** The type of each element of a compact array, told once at its beginning. */
type Description =
  | { readonly tag: number }
  | { readonly tag: 0x01; readonly count: number; readonly of: Description }
  | { readonly tag: 0x02; readonly parts: readonly Description[] }

/** One whole element at a place and where it ends; null if it is malformed or exceeds the bounds. */
export function readData(
  bytes: Bytes,
  from: number,
): { readonly data: Data; readonly end: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = from
  let left = maxElements
  const data = read(maxDepth)
  return data === null ? null : { data, end: at }

  function take(length: number): Bytes | null {
    if (length > bytes.length - at) return null
    at += length
    return bytes.slice(at - length, at)
  }

  function count(): number | null {
    const found = readLength(bytes, at)
    if (found === null) return null
    at = found.start
    return found.length
  }

  function read(depth: number): Data | null {
    const tag = bytes[at++]
    if (tag === undefined || depth === 0) return null
    if (tag === 0x01 || tag === 0x02) {
      const length = count()
      return length === null ? null : list(tag, length, () => read(depth - 1))
    }
    if (tag === 0x13) return compact(depth)
    return simple(tag)
  }

  function list(tag: 0x01 | 0x02, length: number, next: () => Data | null): Data | null {
    const items: Data[] = []
    for (let i = 0; i < length; i++) {
      const item = next()
      if (item === null) return null
      items.push(item)
    }
    return spend({ type: tag === 0x01 ? 'array' : 'structure', items })
  }

  function spend(data: Data): Data | null {
    return left-- > 0 ? data : null
  }

  /** What has no other elements in it; its tag is read already. */
  function simple(tag: number): Data | null {
    if (left-- <= 0) return null
    // 255 is "don't care".
    if (tag === 0x00 || tag === 0xff) return { type: 'null' }
    if (tag === 0x03) {
      const [value] = take(1) ?? []
      return value === undefined ? null : { type: 'boolean', value: value !== 0 }
    }
    const number = numbers.get(tag)
    if (number !== undefined) return integer(...number)
    const string = strings.get(tag)
    if (string !== undefined) {
      const length = count()
      const text = length === null ? null : take(length)
      return text === null ? null : { type: string, bytes: text }
    }
    const whole = fixed.get(tag)
    if (whole !== undefined) {
      const content = take(whole[1])
      return content === null ? null : { type: whole[0], bytes: content }
    }
    if (tag === 0x0d) {
      const digits = take(1)
      return digits === null ? null : { type: 'bcd', bytes: digits }
    }
    if (tag === 0x04) {
      const length = count()
      const content = length === null ? null : take(Math.ceil(length / 8))
      return content === null ? null : { type: 'bits', count: length ?? 0, bytes: content }
    }
    return null
  }

  function integer(...[type, size, signed]: NumberType): Data | null {
    const start = at
    if (take(size / 8) === null) return null
    if (size === 8) {
      return { type, size, value: signed ? view.getInt8(start) : view.getUint8(start) }
    }
    if (size === 16) {
      return { type, size, value: signed ? view.getInt16(start) : view.getUint16(start) }
    }
    if (size === 32) {
      return { type, size, value: signed ? view.getInt32(start) : view.getUint32(start) }
    }
    return { type, size, value: signed ? view.getBigInt64(start) : view.getBigUint64(start) }
  }

  function describe(depth: number): Description | null {
    const tag = bytes[at++]
    if (tag === undefined || depth === 0 || left-- <= 0) return null
    if (tag === 0x01) {
      const size = take(2)
      const of = size === null ? null : describe(depth - 1)
      return size === null || of === null
        ? null
        : { tag, count: ((size[0] ?? 0) << 8) | (size[1] ?? 0), of }
    }
    if (tag === 0x02) {
      const length = count()
      if (length === null) return null
      const parts: Description[] = []
      for (let i = 0; i < length; i++) {
        const part = describe(depth - 1)
        if (part === null) return null
        parts.push(part)
      }
      return { tag, parts }
    }
    // A compact array cannot be an element of itself.
    return tag === 0x13 ? null : { tag }
  }

  function described(description: Description): Data | null {
    if ('of' in description) {
      return list(0x01, description.count, () => described(description.of))
    }
    if ('parts' in description) {
      let next = 0
      return list(0x02, description.parts.length, () => {
        const part = description.parts[next++]
        return part === undefined ? null : described(part)
      })
    }
    return simple(description.tag)
  }

  function compact(depth: number): Data | null {
    const description = describe(depth - 1)
    const length = description === null ? null : count()
    if (description === null || length === null || length > bytes.length - at) return null
    const end = at + length
    const items: Data[] = []
    while (at < end) {
      // Elements without content come to an end with those that may be.
      const item = described(description)
      if (item === null) return null
      items.push(item)
    }
    return at === end ? spend({ type: 'array', items }) : null
  }
}
