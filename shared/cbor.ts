/**
 * Deterministic CBOR (RFC 8949 section 4.2.1): the only encoding Kilowit signs, sends and accepts.
 * {@link scanItem} walks bytes without building anything and refuses whatever is not the one
 * deterministic form of a value, so that a signature covers one value and bombs cost nothing.
 *
 * Allowed: integers of 64 bits, byte and text strings, arrays, maps, true, false, null.
 * Refused: floats, tags, indefinite lengths, long-form lengths, unsorted or repeated map keys, text
 * that is not UTF-8.
 *
 * @module
 */
import { type Bytes, concat, fromUtf8 } from './bytes.ts'
import { type CborValue, compareKeys, written } from './cbor-write.ts'

export type { CborValue }

/** Bytes that are not the deterministic encoding of an allowed value, or that exceed the limits. */
export class CborError extends Error {
  override readonly name = 'CborError'
  /** Where in the input, in bytes. */
  readonly offset: number
  constructor(message: string, offset: number) {
    super(`${message} at byte ${offset}`)
    this.offset = offset
  }
}

const MAX_DEPTH = 12
const MAX_ITEMS = 2_000_000

/** @throws {TypeError | RangeError} for what the types of this module do not allow */
export function encode(value: CborValue): Bytes {
  return written(value)
}

/**
 * Decodes one item that fills `bytes`; maps become plain objects and must have text keys.
 *
 * @throws {CborError}
 */
export function decode(bytes: Bytes): unknown {
  return buildWhole(bytes, false)
}

/**
 * Like {@link decode}, with maps as `Map`, for headers whose keys may be integers.
 *
 * @throws {CborError}
 */
export function decodeWithMaps(bytes: Bytes): unknown {
  return buildWhole(bytes, true)
}

/**
 * Splits a CBOR sequence (RFC 8742) into its items, each still encoded.
 *
 * @throws {CborError} also when there are more than `most` items
 */
export function splitSequence(bytes: Bytes, most: number): Bytes[] {
  const items: Bytes[] = []
  let offset = 0
  while (offset < bytes.length) {
    if (items.length === most) throw new CborError(`More than ${most} items`, offset)
    const end = scanItem(bytes, offset)
    items.push(bytes.subarray(offset, end))
    offset = end
  }
  return items
}

/**
 * The encoded elements of one encoded array, without decoding them.
 *
 * @param most a view of each element costs more memory than a small element does, hence a bound
 * @throws {CborError} also when there are more than `most` elements
 */
export function splitArray(bytes: Bytes, most = 1000): Bytes[] {
  const major = head(bytes, 0)
  const length = argument
  if (major !== 4) throw new CborError('Expected an array', 0)
  if (length > most) throw new CborError(`More than ${most} elements`, 0)
  const items: Bytes[] = []
  let offset = next
  for (let i = 0; i < length; i++) {
    const end = scanItem(bytes, offset)
    items.push(bytes.subarray(offset, end))
    offset = end
  }
  if (offset !== bytes.length) throw new CborError('Bytes left over', offset)
  return items
}

/** Encoded items as one encoded array. */
export function joinArray(items: readonly Bytes[]): Bytes {
  const { length } = items
  const head = length < 24
    ? [0x80 | length]
    : length < 256
    ? [0x98, length]
    : [0x99, length >> 8, length & 255]
  return concat(new Uint8Array(head), ...items)
}

/** What is this short costs little to build, even if it turns out to be malformed at its end. */
const SHORT = 16 * 1024

function buildWhole(bytes: Bytes, maps: boolean): unknown {
  if (bytes.length > SHORT) scanItem(bytes, 0)
  const cursor = { at: 0, items: 0, maps }
  const built = build(bytes, cursor, 0)
  if (cursor.at !== bytes.length) throw new CborError('Bytes left over', cursor.at)
  return built
}

/** Start and end of the last key, to compare the next one with. */
interface Keys {
  keyStart: number
  keyEnd: number
}

interface Open extends Keys {
  left: number
  map: boolean
}

/**
 * Checks the item that starts at `offset` and returns where it ends. Iterative, so that depth costs
 * no stack; linear in the bytes it passes.
 *
 * @throws {CborError}
 */
export function scanItem(bytes: Uint8Array, offset: number): number {
  const open: Open[] = []
  let items = 0
  let at = offset
  for (;;) {
    if (++items > MAX_ITEMS) throw new CborError('Too many items', at)
    const start = at
    const major = head(bytes, at)
    at = next
    if (major === 2 || major === 3) {
      if (argument > bytes.length - at) throw new CborError('String runs past the end', start)
      at += argument
      if (major === 3) checkText(bytes, next, at)
    } else if (major === 4 || major === 5) {
      if (argument > bytes.length - at) throw new CborError('More items than bytes', start)
      if (open.length === MAX_DEPTH) throw new CborError('Nested too deeply', start)
      if (argument > 0) {
        const map = major === 5
        open.push({ left: map ? 2 * argument : argument, map, keyStart: -1, keyEnd: -1 })
        continue
      }
    }
    // An item has ended; close every container that ends with it.
    let itemStart = start
    for (;;) {
      const container = open[open.length - 1]
      if (container === undefined) return at
      if (container.map && container.left % 2 === 0) {
        checkKey(bytes, container, itemStart, at)
      }
      container.left--
      if (container.left > 0) break
      open.pop()
      // A container as a map key is refused by checkKey, so its start need not be kept.
      itemStart = -1
    }
  }
}

function checkText(bytes: Uint8Array, start: number, end: number): void {
  for (let i = start; i < end; i++) {
    if ((bytes[i] ?? 0) < 0x80) continue
    try {
      fromUtf8(new Uint8Array(bytes.subarray(start, end)))
    } catch {
      throw new CborError('Text is not UTF-8', start)
    }
    return
  }
}

function checkKey(bytes: Uint8Array, map: Keys, start: number, end: number): void {
  if (start < 0 || ((bytes[start] ?? 0) >> 5) > 3) {
    throw new CborError('Map key is not an integer or a string', Math.max(start, 0))
  }
  if (map.keyStart >= 0 && compareKeys(bytes, map.keyStart, map.keyEnd, start, end) >= 0) {
    throw new CborError('Map keys are not in order', start)
  }
  map.keyStart = start
  map.keyEnd = end
}

/** What {@link head} has read: to make an object of it each time costs more than all the rest. */
let argument = 0
let next = 0

/** The major type of the item at `at`; its argument and where that ends are put beside it. */
function head(bytes: Uint8Array, at: number): number {
  const initial = bytes[at]
  if (initial === undefined) throw new CborError('Input ends too early', at)
  const major = initial >> 5
  const low = initial & 31
  if (major === 6) throw new CborError('Tags are not allowed', at)
  if (major === 7) {
    if (low < 20 || low > 22) throw new CborError('Only true, false and null are allowed', at)
    argument = 0
    next = at + 1
    return major
  }
  if (low < 24) {
    argument = low
    next = at + 1
    return major
  }
  if (low > 27) throw new CborError('Indefinite lengths are not allowed', at)
  const size = 1 << (low - 24)
  if (at + 1 + size > bytes.length) throw new CborError('Input ends too early', at)
  let value = 0
  for (let i = 1; i <= size; i++) value = value * 256 + (bytes[at + i] ?? 0)
  const least = size === 1 ? 24 : size === 2 ? 0x100 : size === 4 ? 0x1_0000 : 0x1_0000_0000
  if (value < least) throw new CborError('Length is not in its shortest form', at)
  argument = value
  next = at + 1 + size
  return major
}

interface Cursor {
  at: number
  /** Items so far. */
  items: number
  /** Whether maps become `Map`. */
  readonly maps: boolean
}

/** Checks and builds the item at `cursor`, inside so many containers, and moves it on. */
function build(bytes: Bytes, cursor: Cursor, depth: number): unknown {
  const start = cursor.at
  if (++cursor.items > MAX_ITEMS) throw new CborError('Too many items', start)
  const major = head(bytes, start)
  const content = next
  const length = argument
  cursor.at = content
  if (major < 2) return integer(bytes, start, major === 1, length)
  if (major < 4) {
    if (length > bytes.length - content) throw new CborError('String runs past the end', start)
    cursor.at = content + length
    if (major === 3) return text(bytes, content, cursor.at)
    return new Uint8Array(bytes.subarray(content, cursor.at))
  }
  if (major === 7) return bytes[start] === 0xf6 ? null : bytes[start] === 0xf5
  if (length > bytes.length - content) throw new CborError('More items than bytes', start)
  if (depth === MAX_DEPTH) throw new CborError('Nested too deeply', start)
  if (major === 4) {
    const items: unknown[] = []
    for (let i = 0; i < length; i++) items.push(build(bytes, cursor, depth + 1))
    return items
  }
  return cursor.maps ? buildMap(bytes, cursor, depth, length) : buildObject(
    bytes,
    cursor,
    depth,
    length,
  )
}

function buildMap(bytes: Bytes, cursor: Cursor, depth: number, length: number): unknown {
  const entries = new Map<unknown, unknown>()
  const keys = { keyStart: -1, keyEnd: -1 }
  for (let i = 0; i < length; i++) {
    const key = buildKey(bytes, cursor, depth, keys)
    entries.set(key, build(bytes, cursor, depth + 1))
  }
  return entries
}

function buildObject(bytes: Bytes, cursor: Cursor, depth: number, length: number): unknown {
  const object: Record<string, unknown> = {}
  const keys = { keyStart: -1, keyEnd: -1 }
  for (let i = 0; i < length; i++) {
    const key = buildKey(bytes, cursor, depth, keys)
    if (typeof key !== 'string') throw new CborError('Map key is not text', cursor.at)
    const value = build(bytes, cursor, depth + 1)
    // A key named __proto__ is a key like any other.
    if (key === '__proto__') {
      Object.defineProperty(object, key, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      })
    } else object[key] = value
  }
  return object
}

function buildKey(bytes: Bytes, cursor: Cursor, depth: number, keys: Keys): unknown {
  const start = cursor.at
  const key = build(bytes, cursor, depth + 1)
  checkKey(bytes, keys, start, cursor.at)
  return key
}

/** Texts that were put together lately, by what a few of their bytes come to: names come often. */
const lately: (string | undefined)[] = Array.from({ length: 1024 })
/** Longer ones are seldom names. */
const MOST_LATELY = 32

/** Short plain text, which nearly all is, is faster put together by hand than by a TextDecoder. */
function text(bytes: Bytes, start: number, end: number): string {
  const length = end - start
  if (length > MOST_LATELY) return longText(bytes, start, end)
  let place = length
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0
    if (byte >= 0x80) return longText(bytes, start, end)
    place = (place * 31 + byte) & 1023
  }
  const known = lately[place]
  if (known !== undefined && isText(bytes, start, known, length)) return known
  let plain = ''
  for (let i = start; i < end; i++) plain += String.fromCharCode(bytes[i] ?? 0)
  lately[place] = plain
  return plain
}

function isText(bytes: Bytes, start: number, text: string, length: number): boolean {
  if (text.length !== length) return false
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false
  return true
}

function longText(bytes: Bytes, start: number, end: number): string {
  try {
    return fromUtf8(bytes.subarray(start, end))
  } catch {
    throw new CborError('Text is not UTF-8', start)
  }
}

function integer(bytes: Bytes, start: number, negative: boolean, argument: number) {
  if (argument < Number.MAX_SAFE_INTEGER) return negative ? -1 - argument : argument
  const exact = new DataView(bytes.buffer, bytes.byteOffset + start + 1, 8).getBigUint64(0)
  if (exact === BigInt(Number.MAX_SAFE_INTEGER) && !negative) return Number.MAX_SAFE_INTEGER
  return negative ? -1n - exact : exact
}
