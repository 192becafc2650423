import { decode as cborgDecode } from 'cborg'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bytes, concat, equal, fromHex, toHex } from '../shared/bytes.ts'
import {
  CborError,
  type CborValue,
  decode,
  decodeWithMaps,
  encode,
  scanItem,
  splitArray,
  splitSequence,
} from '../shared/cbor.ts'

const BYTE_ORDER_MARK = 'efbbbf'

/** Whether the scanner takes the bytes as one whole item. */
function isScanned(bytes: Bytes): boolean {
  try {
    return scanItem(bytes, 0) === bytes.length
  } catch (error) {
    if (error instanceof CborError) return false
    throw error
  }
}

/** Whether the decoder does. */
function isDecoded(bytes: Bytes): boolean {
  try {
    decodeWithMaps(bytes)
    return true
  } catch (error) {
    if (error instanceof CborError) return false
    throw error
  }
}

const integers = fc.oneof(
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n }),
  fc.integer().map(BigInt),
  fc.constantFrom(-25n, -24n, 23n, 24n, 255n, 256n, 65_535n, 65_536n, 2n ** 32n - 1n, 2n ** 32n),
  fc.constantFrom(2n ** 53n - 2n, 2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n), 1n - 2n ** 53n),
).map((value) => Number.isSafeInteger(Number(value)) ? Number(value) : value)

const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('\ufeff'))
const byteStrings = fc.uint8Array({ maxLength: 300 }).map((bytes): Bytes => new Uint8Array(bytes))
const keys = fc.oneof(texts, fc.integer(), fc.constant('__proto__'))

const { values } = fc.letrec<{ values: CborValue }>((tie) => ({
  values: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    integers,
    texts,
    byteStrings,
    fc.constantFrom(true, false, null),
    fc.array(tie('values'), { maxLength: 30 }),
    fc.array(fc.tuple(keys, tie('values')), { maxLength: 30 }).map((entries) => new Map(entries)),
  ),
}))

describe('deterministic CBOR', () => {
  it('gives back every allowed value, and reads it in one form only', () => {
    fc.assert(fc.property(values, (value) => {
      const bytes = encode(value)
      const decoded = decodeWithMaps(bytes)
      expect(decoded).toEqual(value)
      expect(isAllowed(decoded) && encode(decoded)).toEqual(bytes)
      expect(scanItem(concat(new Uint8Array(3), bytes, new Uint8Array(2)), 3)).toBe(
        3 + bytes.length,
      )
    }))
  })

  it('tells names apart that are put together after each other, however alike', () => {
    const names = fc.stringMatching(/^[ab]{1,12}$/)
    fc.assert(
      fc.property(fc.array(names, { maxLength: 4000, minLength: 2000 }), (some) => {
        expect(decode(encode(some))).toEqual(some)
      }),
      { numRuns: 5 },
    )
  })

  it('makes plain objects of maps with text keys, whatever the keys are called', () => {
    expect(decode(fromHex('a2616101695f5f70726f746f5f5fa0'))).toEqual(
      Object.fromEntries([['a', 1], ['__proto__', {}]]),
    )
    expect(() => decode(fromHex('a10102'))).toThrow(CborError)
    expect(() => decode(fromHex('a1410102'))).toThrow(CborError)
  })

  it.for<[string, string]>([
    ['1 in two bytes', '1801'],
    ['255 in three bytes', '1900ff'],
    ['65535 in five bytes', '1a0000ffff'],
    ['2^32 - 1 in nine bytes', '1b00000000ffffffff'],
    ['-1 in two bytes', '3800'],
    ['a byte string with a long length', '580101'],
    ['a text with a long length', '780161'],
    ['an array with a long length', '980101'],
    ['a map with a long length', 'b801616101'],
    ['an integer of indefinite length', '1f'],
    ['a byte string of indefinite length', '5f4101ff'],
    ['a text of indefinite length', '7f6161ff'],
    ['an array of indefinite length', '9f01ff'],
    ['a map of indefinite length', 'bf616101ff'],
    ['a break alone', 'ff'],
    ['map keys out of order', 'a2616201616101'],
    ['a longer map key before a shorter', 'a262616101616201'],
    ['a map key twice', 'a2616101616101'],
    ['an array as map key', 'a18001'],
    ['a filled array as map key', 'a1810102'],
    ['a map as map key', 'a1a001'],
    ['null as map key', 'a1f601'],
    ['a tag', 'c001'],
    ['a bignum', 'c249010000000000000000'],
    ['a half float', 'f93c00'],
    ['a float', 'fa3f800000'],
    ['a double', 'fb3ff0000000000000'],
    ['not a number', 'f97e00'],
    ['undefined', 'f7'],
    ['a simple value', 'e0'],
    ['a simple value in two bytes', 'f8ff'],
    ['false in two bytes', 'f814'],
    ['a reserved length', '1c'],
    ['nothing', ''],
    ['a text that is not UTF-8', '61ff'],
    ['a text with an overlong form', '62c080'],
    ['a text with half a surrogate pair', '63eda080'],
    ['a text cut short', '6261'],
    ['an array cut short', '8201'],
    ['a head cut short', '19ff'],
    ['a second item', '0101'],
  ])('refuses %s', ([, hex]) => {
    const bytes = fromHex(hex)
    expect(() => decode(bytes)).toThrow(CborError)
    expect(() => decodeWithMaps(bytes)).toThrow(CborError)
  })

  it('takes what cborg would write again byte by byte, and nothing else', () => {
    let taken = 0
    const damaged = fc.tuple(
      values,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
      fc.nat(4),
    ).map(([value, changes, cut]) => {
      const bytes = encode(value)
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte
      return bytes.slice(0, Math.max(1, bytes.length - Math.max(0, cut - 3)))
    })
    const random = fc.uint8Array({ maxLength: 12 }).map((bytes): Bytes => new Uint8Array(bytes))
    fc.assert(
      fc.property(fc.oneof(damaged, random), (bytes) => {
        // cborg drops a byte-order mark, which is text like any other.
        fc.pre(!toHex(bytes).includes(BYTE_ORDER_MARK))
        const scanned = isScanned(bytes)
        if (scanned) taken++
        expect(scanned).toBe(isDeterministic(bytes))
        expect(isDecoded(bytes)).toBe(scanned)
      }),
      { numRuns: 1000 },
    )
    expect(taken).toBeGreaterThan(100)
  })
})

describe('CBOR from a stranger costs little', () => {
  const bombs: [string, Bytes][] = [
    ['an array of 2^32 items', fromHex('9b0000000100000000')],
    ['an array of 2^64 - 1 items', fromHex('9bffffffffffffffff')],
    ['a map of 2^32 - 1 items', fromHex('baffffffff')],
    ['a byte string of 2^63 bytes', fromHex('5b8000000000000000')],
    ['a text of 4 GB', fromHex('7affffffff')],
    ['a million arrays in one another', new Uint8Array(1_000_000).fill(0x81)],
    ['a million maps in one another', new Uint8Array(1_000_000).fill(0xa1)],
    ['arrays of 2^16 items in one another', repeat(fromHex('99ffff'), 300_000)],
    ['four million nulls', concat(fromHex('9a00400000'), new Uint8Array(0x40_0000).fill(0xf6))],
  ]
  it.for(bombs)('%s', ([, bytes]) => {
    expect(() => decode(bytes)).toThrow(CborError)
    expect(() => splitArray(bytes)).toThrow(CborError)
    expect(() => splitSequence(bytes, 10)).toThrow(CborError)
  })

  it('what is long is looked over to its end before any of it is built', () => {
    const short = concat(fromHex('a201'), encode(new Uint8Array(100)), fromHex('02'))
    const long = concat(fromHex('a201'), encode(new Uint8Array(100_000)), fromHex('02'))
    expect(() => decode(short)).toThrow('Map key is not text')
    expect(() => decode(long)).toThrow('Input ends too early')
  })

  it('refuses nesting deeper than 12, and nothing less deep', () => {
    const nested = (depth: number) => concat(new Uint8Array(depth - 1).fill(0x81), fromHex('80'))
    expect(isScanned(nested(12))).toBe(true)
    expect(isScanned(nested(13))).toBe(false)
    expect(decode(nested(12))).toEqual(JSON.parse(`${'['.repeat(12)}${']'.repeat(12)}`))
    expect(isDecoded(nested(13))).toBe(false)
  })

  it('does not split into more elements than asked for', () => {
    const bytes = encode(Array.from({ length: 50 }, () => 1))
    expect(splitArray(bytes, 50)).toHaveLength(50)
    expect(() => splitArray(bytes, 49)).toThrow('More than 49 elements')
    const sequence = bytes.subarray(2)
    expect(splitSequence(sequence, 50)).toHaveLength(50)
    expect(() => splitSequence(sequence, 49)).toThrow('More than 49 items')
  })
})

function repeat(bytes: Bytes, times: number): Bytes {
  const all = new Uint8Array(bytes.length * times)
  for (let i = 0; i < times; i++) all.set(bytes, i * bytes.length)
  return all
}

/** The same question put to cborg: whether the bytes are what it would write for what it reads. */
function isDeterministic(bytes: Bytes): boolean {
  let value: unknown
  try {
    value = cborgDecode(bytes, { useMaps: true, allowUndefined: false, allowIndefinite: false })
  } catch {
    return false
  }
  return isAllowed(value) && equal(encode(value), bytes)
}

function isAllowed(value: unknown): value is CborValue {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (Array.isArray(value)) return value.every(isAllowed)
  if (value instanceof Map) {
    const names = [...value.keys()].map((key) =>
      key instanceof Uint8Array ? `bytes ${key.join()}` : `${typeof key} ${String(key)}`
    )
    return new Set(names).size === names.length &&
      [...value].every(([key, item]) =>
        ['number', 'bigint', 'string'].includes(typeof key) && isAllowed(key) && isAllowed(item) ||
        key instanceof Uint8Array && isAllowed(item)
      )
  }
  return value === null || ['boolean', 'string', 'bigint'].includes(typeof value) ||
    value instanceof Uint8Array
}
