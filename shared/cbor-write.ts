/**
 * The writing half of deterministic CBOR (see cbor.ts, which is what others call): bytes put one behind
 * the other, and the order in which maps have their keys.
 *
 * @module
 */
import { type Bytes, utf8 } from './bytes.ts'

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

/** @throws {TypeError | RangeError} for what is no {@link CborValue} */
export function written(value: CborValue): Bytes {
  const out = { bytes: scratch, at: 0 }
  write(out, value)
  return out.bytes.slice(0, out.at)
}

/** Where most values fit: to allocate costs more than to write. Nothing else runs meanwhile. */
const scratch = new Uint8Array(4096)

/** Two encoded keys of one map, bytewise (RFC 8949 section 4.2.1): which one comes first. */
export function compareKeys(b: Uint8Array, s1: number, e1: number, s2: number, e2: number): number {
  const length = Math.min(e1 - s1, e2 - s2)
  for (let i = 0; i < length; i++) {
    const difference = (b[s1 + i] ?? 0) - (b[s2 + i] ?? 0)
    if (difference !== 0) return difference
  }
  return e1 - s1 - (e2 - s2)
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
  const inOrder = (a: Place, b: Place) => compareKeys(bytes, a.from, a.keyEnd, b.from, b.keyEnd)
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
