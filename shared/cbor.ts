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
import { type Bytes, concat, fromUtf8, utf8 } from './bytes.ts'

export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborValue[]
  | ReadonlyMap<number | string, CborValue>
  | { readonly [key: string]: CborValue }

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
  const out = { bytes: scratch, at: 0 }
  write(out, value)
  return out.bytes.slice(0, out.at)
}

/** Where most values fit: to allocate costs more than to write. Nothing else runs meanwhile. */
const scratch = new Uint8Array(4096)

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
  if (map.keyStart >= 0 && compare(bytes, map.keyStart, map.keyEnd, start, end) >= 0) {
    throw new CborError('Map keys are not in order', start)
  }
  map.keyStart = start
  map.keyEnd = end
}

function compare(b: Uint8Array, s1: number, e1: number, s2: number, e2: number): number {
  const length = Math.min(e1 - s1, e2 - s2)
  for (let i = 0; i < length; i++) {
    const difference = (b[s1 + i] ?? 0) - (b[s2 + i] ?? 0)
    if (difference !== 0) return difference
  }
  return e1 - s1 - (e2 - s2)
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

interface Output {
  bytes: Bytes
  at: number
}

function write(out: Output, value: CborValue): void {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError(`Cannot encode ${value}: no integer`)
    if (value < 0) writeHead(out, 1, -1 - value)
    else writeHead(out, 0, value)
  } else if (typeof value === 'string') writeText(out, value)
  else if (value instanceof Uint8Array) {
    writeHead(out, 2, value.length)
    append(out, value)
  } else if (isArray(value)) {
    writeHead(out, 4, value.length)
    for (const item of value) write(out, item)
  } else if (typeof value === 'bigint') writeBigint(out, value)
  else if (value === null) writeHead(out, 7, 22)
  else if (typeof value === 'boolean') writeHead(out, 7, value ? 21 : 20)
  else if (value instanceof Map) writeMap(out, [...value])
  else if (typeof value === 'object') writeMap(out, Object.entries(value))
  else throw new TypeError(`Cannot encode ${typeof value}`)
}

function isArray(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value)
}

function writeHead(out: Output, major: number, argument: number): void {
  const bytes = room(out, 9)
  const type = major << 5
  if (argument < 24) bytes[out.at++] = type | argument
  else if (argument < 0x100) {
    bytes[out.at++] = type | 24
    bytes[out.at++] = argument
  } else if (argument < 0x1_0000) {
    bytes[out.at++] = type | 25
    bytes[out.at++] = argument >> 8
    bytes[out.at++] = argument
  } else {
    const long = argument >= 0x1_0000_0000
    bytes[out.at++] = type | (long ? 27 : 26)
    if (long) writeUint32(out, Math.floor(argument / 0x1_0000_0000))
    writeUint32(out, argument)
  }
}

/** The low 32 bits, where there is room for them. */
function writeUint32(out: Output, value: number): void {
  out.bytes[out.at++] = value >>> 24
  out.bytes[out.at++] = value >>> 16
  out.bytes[out.at++] = value >>> 8
  out.bytes[out.at++] = value
}

function writeBigint(out: Output, value: bigint): void {
  const argument = value < 0n ? -1n - value : value
  if (argument <= BigInt(Number.MAX_SAFE_INTEGER)) {
    return writeHead(out, value < 0n ? 1 : 0, Number(argument))
  }
  if (argument >= 2n ** 64n) throw new RangeError(`Cannot encode ${value}: over 64 bits`)
  const bytes = room(out, 9)
  bytes[out.at] = value < 0n ? 0x3b : 0x1b
  new DataView(bytes.buffer).setBigUint64(out.at + 1, argument)
  out.at += 9
}

function writeText(out: Output, value: string): void {
  const start = out.at
  writeHead(out, 3, value.length)
  const bytes = room(out, value.length)
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code >= 0x80) {
      // Not plain after all: the length in bytes is another.
      out.at = start
      const encoded = utf8(value)
      writeHead(out, 3, encoded.length)
      return append(out, encoded)
    }
    bytes[out.at + i] = code
  }
  out.at += value.length
}

/** An entry that was written. */
interface Place {
  readonly from: number
  readonly keyEnd: number
  readonly end: number
}

/** Entries are written as they come, and then put in the order of their encoded keys. */
function writeMap(out: Output, entries: readonly (readonly [number | string, CborValue])[]): void {
  writeHead(out, 5, entries.length)
  const start = out.at
  const places = entries.map(([key, value]): Place => {
    const from = out.at
    write(out, key)
    const keyEnd = out.at
    write(out, value)
    return { from, keyEnd, end: out.at }
  })
  const { at } = out
  const bytes = room(out, at - start)
  const inOrder = (a: Place, b: Place) => compare(bytes, a.from, a.keyEnd, b.from, b.keyEnd)
  if (places.every((place, i) => i === 0 || inOrder(places[i - 1] ?? place, place) < 0)) return
  places.sort(inOrder)
  // Put together behind what was written, and then moved over it.
  for (const { from, end } of places) {
    bytes.copyWithin(out.at, from, end)
    out.at += end - from
  }
  bytes.copyWithin(start, at, out.at)
  out.at = at
}

function append(out: Output, bytes: Uint8Array): void {
  room(out, bytes.length).set(bytes, out.at)
  out.at += bytes.length
}

/** The bytes to write to, with space for `count` more. */
function room(out: Output, count: number): Bytes {
  if (out.at + count > out.bytes.length) {
    const larger = new Uint8Array(Math.max(2 * out.bytes.length, out.at + count))
    larger.set(out.bytes)
    out.bytes = larger
  }
  return out.bytes
}
