/** @module Data in A-XDR (IEC 62056-6-2): every type exactly, and bounds that hold. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, toHex } from '../../shared/bytes.ts'
import { type Data, readData } from '../../shared/meter/axdr.ts'
import { RUNS } from './mutations.ts'

function read(hex: string): unknown {
  const bytes = fromHex(hex.replaceAll(' ', ''))
  const found = readData(bytes, 0)
  return found === null || found.end !== bytes.length ? null : plain(found.data)
}

/** As short as a test wants to read it. */
function plain(data: Data): unknown {
  if ('items' in data) return data.items.map(plain)
  if ('value' in data) return data.value
  return data.type === 'null' ? null : `${data.type} ${toHex(data.bytes)}`
}

test.each(
  [
    ['00', null],
    ['ff', null],
    ['03 00', false],
    ['03 01', true],
    ['0f 80', -128],
    ['11 80', 128],
    ['16 1e', 30],
    ['10 ff88', -120],
    ['12 ff88', 65416],
    ['05 80000000', -2147483648],
    ['06 ffffffff', 4294967295],
    ['14 ffffffffffffffff', -1n],
    ['15 ffffffffffffffff', 18446744073709551615n],
    ['17 3f800000', 'float 3f800000'],
    ['18 3ff0000000000000', 'float 3ff0000000000000'],
    ['07 3f800000', 'float 3f800000'],
    ['08 3ff0000000000000', 'float 3ff0000000000000'],
    ['04 09 ff80', 'bits ff80'],
    ['09 03 010203', 'octets 010203'],
    ['09 8103 010203', 'octets 010203'],
    ['0a 02 4142', 'visible 4142'],
    ['0c 02 c3a4', 'utf8 c3a4'],
    ['0d 99', 'bcd 99'],
    ['19 07ea070103000000 00800000', 'date-time 07ea07010300000000800000'],
    ['1a 07ea070103', 'date 07ea070103'],
    ['1b 0e000000', 'time 0e000000'],
    ['1c ff', -1],
    ['1d ff00', -256],
    ['1e ffffff00', -256],
    ['1f ff', 255],
    ['20 ff00', 65280],
    ['21 ffffff00', 4294967040],
    ['02 02 0f 00 16 1e', [0, 30]],
    ['01 02 02 01 12 0001 02 01 12 0002', [[1], [2]]],
    ['01 00', []],
    // Compact arrays: of a number, of a structure, of a structure with an array in it.
    ['13 12 04 0001 0002', [1, 2]],
    ['13 02 02 12 09 08 0001 01aa 0002 01bb', [[1, 'octets aa'], [2, 'octets bb']]],
    ['13 02 02 11 01 0002 12 05 07 0001 0002', [[7, [1, 2]]]],
  ] as const,
)('%s', (hex, expected) => {
  expect(read(hex)).toEqual(expected)
  // Cut anywhere, it is nothing.
  const bytes = hex.replaceAll(' ', '')
  for (let cut = 0; cut < bytes.length; cut += 2) {
    expect(readData(fromHex(bytes.slice(0, cut)), 0)).toBeNull()
  }
})

test.each([
  ['a type that is none', '77'],
  ['a length without end', '09 80'],
  ['a length of four bytes', '09 84 00000001 aa'],
  ['a length beyond the end', '09 82ffff aa'],
  ['a compact array of nothing', '13 00 02 0000'],
  ['a compact array with half an element', '13 12 03 000100'],
  ['a compact array of compact arrays', '13 13 12 02 0001'],
])('%s is malformed', (_what, hex) => {
  expect(readData(fromHex(hex.replaceAll(' ', '')), 0)).toBeNull()
})

test('nesting, elements and descriptions are bounded', () => {
  const nested = (depth: number) => fromHex('0201'.repeat(depth) + '00')
  expect(readData(nested(7), 0)).not.toBeNull()
  expect(readData(nested(8), 0)).toBeNull()
  expect(readData(nested(100_000), 0)).toBeNull()
  expect(readData(fromHex('13' + '0201'.repeat(100_000)), 0)).toBeNull()
  // One array of many: of nulls, of empty structures, of arrays told by a description.
  const many = (count: number, each: string) =>
    concat(Uint8Array.of(0x01, 0x82, count >> 8, count & 0xff), fromHex(each.repeat(count)))
  expect(readData(many(2000, '00'), 0)).not.toBeNull()
  expect(readData(many(3000, '00'), 0)).toBeNull()
  expect(readData(many(3000, '0200'), 0)).toBeNull()
  expect(readData(fromHex('13 01ffff 00 01 00'.replaceAll(' ', '')), 0)).toBeNull()
})

test('thousands of strings of bytes: nothing throws, and what is read lies within them', () => {
  const tags = [0, 1, 2, 3, 4, 5, 6, 9, 10, 12, 13, 15, 16, 17, 18, 19, 20, 21, 22, 25]
  const byte = fc.oneof(fc.constantFrom(...tags), fc.nat(255))
  let found = 0
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 60 }), (list) => {
      const data = readData(Uint8Array.from(list), 0)
      if (data !== null) found++
      return data === null || data.end <= list.length
    }),
    { numRuns: RUNS },
  )
  expect(found).toBeGreaterThan(200)
})

describe('whatever is written is read', () => {
  /** An element as it is written, its tag apart, and as it has to be read. */
  interface Written {
    readonly tag: number
    readonly content: Bytes
    readonly data: Data
  }

  /** Lengths in the shortest form and in longer ones, which are as good. */
  function lengths(length: number): fc.Arbitrary<Bytes> {
    const forms = [0, 1, 2, 3].filter((size) => length < (size === 0 ? 128 : 256 ** size))
    return fc.constantFrom(...forms).map((size) => {
      if (size === 0) return Uint8Array.of(length)
      const bytes = Array.from({ length: size }, (_, i) => (length >> (8 * (size - 1 - i))) & 0xff)
      return Uint8Array.of(0x80 | size, ...bytes)
    })
  }

  const raw = (size: number) =>
    fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => Uint8Array.from(bytes))

  function integers(
    tag: number,
    type: 'integer' | 'unsigned' | 'enum' | 'delta',
    size: 8 | 16 | 32 | 64,
    signed: boolean,
  ): fc.Arbitrary<Written> {
    return raw(size / 8).map((content) => {
      // Put together bit by bit, as no view does.
      const all = content.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
      const isNegative = signed && (content[0] ?? 0) > 127
      const exact = isNegative ? all - 256n ** BigInt(size / 8) : all
      return { tag, content, data: { type, size, value: size === 64 ? exact : Number(exact) } }
    })
  }

  function whole(
    tag: number,
    type: 'float' | 'date-time' | 'date' | 'time' | 'bcd',
    size: number,
  ): fc.Arbitrary<Written> {
    return raw(size).map((content) => ({ tag, content, data: { type, bytes: content } }))
  }

  function strings(tag: number, type: 'octets' | 'visible' | 'utf8'): fc.Arbitrary<Written> {
    return fc.uint8Array({ maxLength: 300, size: 'max' }).chain((text) =>
      lengths(text.length).map((length) => {
        const bytes = Uint8Array.from(text)
        return { tag, content: concat(length, bytes), data: { type, bytes } }
      })
    )
  }

  const bits: fc.Arbitrary<Written> = fc.nat(70).chain((count) =>
    fc.tuple(lengths(count), raw(Math.ceil(count / 8))).map(([length, bytes]) => ({
      tag: 0x04,
      content: concat(length, bytes),
      data: { type: 'bits', count, bytes },
    }))
  )

  const nothing = fc.constantFrom(0x00, 0xff).map((tag): Written => ({
    tag,
    content: new Uint8Array(0),
    data: { type: 'null' },
  }))

  const truth = fc.nat(255).map((byte): Written => ({
    tag: 0x03,
    content: Uint8Array.of(byte),
    data: { type: 'boolean', value: byte !== 0 },
  }))

  /** Every type without others in it, by its number in the standard. */
  const simple: readonly fc.Arbitrary<Written>[] = [
    nothing,
    truth,
    bits,
    integers(5, 'integer', 32, true),
    integers(6, 'unsigned', 32, false),
    whole(7, 'float', 4),
    whole(8, 'float', 8),
    strings(9, 'octets'),
    strings(10, 'visible'),
    strings(12, 'utf8'),
    whole(13, 'bcd', 1),
    integers(15, 'integer', 8, true),
    integers(16, 'integer', 16, true),
    integers(17, 'unsigned', 8, false),
    integers(18, 'unsigned', 16, false),
    integers(20, 'integer', 64, true),
    integers(21, 'unsigned', 64, false),
    integers(22, 'enum', 8, false),
    whole(23, 'float', 4),
    whole(24, 'float', 8),
    whole(25, 'date-time', 12),
    whole(26, 'date', 5),
    whole(27, 'time', 4),
    integers(28, 'delta', 8, true),
    integers(29, 'delta', 16, true),
    integers(30, 'delta', 32, true),
    integers(31, 'delta', 8, false),
    integers(32, 'delta', 16, false),
    integers(33, 'delta', 32, false),
  ]

  const written = (one: Written) => concat(Uint8Array.of(one.tag), one.content)
  const readAs = (type: 'array' | 'structure', all: readonly Written[]): Data => ({
    type,
    items: all.map(({ data }) => data),
  })

  function lists(of: fc.Arbitrary<Written>): fc.Arbitrary<Written> {
    const many = fc.tuple(fc.boolean(), fc.array(of, { maxLength: 5 }))
    return many.chain(([isArray, all]) =>
      lengths(all.length).map((length) => ({
        tag: isArray ? 0x01 : 0x02,
        content: concat(length, ...all.map(written)),
        data: readAs(isArray ? 'array' : 'structure', all),
      }))
    )
  }

  /** A description and what may stand under it, without tags. */
  interface Described {
    readonly description: Bytes
    readonly values: fc.Arbitrary<Written>
    /** Nothing of no length is told apart from no more of it. */
    readonly hasContent: boolean
  }

  const plainly: fc.Arbitrary<Described> = fc.constantFrom(...simple).chain((values) =>
    values.map(({ tag }) => ({
      description: Uint8Array.of(tag),
      values: values.filter((one) => one.tag === tag),
      hasContent: tag !== 0x00 && tag !== 0xff,
    }))
  )

  function ofParts(parts: readonly Described[]): fc.Arbitrary<Described> {
    return lengths(parts.length).map((length) => ({
      description: concat(Uint8Array.of(0x02), length, ...parts.map((one) => one.description)),
      values: fc.tuple(...parts.map(({ values }) => values)).map((all) => ({
        tag: 0x02,
        content: concat(...all.map(({ content }) => content)),
        data: readAs('structure', all),
      })),
      hasContent: parts.some((one) => one.hasContent),
    }))
  }

  function ofMany([one, count]: readonly [Described, number]): Described {
    return {
      description: concat(Uint8Array.of(0x01, 0, count), one.description),
      values: fc.array(one.values, { minLength: count, maxLength: count }).map((all) => ({
        tag: 0x01,
        content: concat(...all.map(({ content }) => content)),
        data: readAs('array', all),
      })),
      hasContent: one.hasContent && count > 0,
    }
  }

  const described = fc.oneof(
    plainly,
    fc.array(plainly, { minLength: 1, maxLength: 4 }).chain(ofParts),
    fc.tuple(plainly, fc.integer({ min: 1, max: 3 })).map(ofMany),
    fc.array(fc.tuple(plainly, fc.integer({ min: 1, max: 3 })).map(ofMany), {
      minLength: 1,
      maxLength: 2,
    }).chain(ofParts),
  ).filter((one) => one.hasContent)

  const compact: fc.Arbitrary<Written> = described.chain(({ description, values }) =>
    fc.array(values, { maxLength: 5 }).chain((all) => {
      const contents = concat(...all.map(({ content }) => content))
      return lengths(contents.length).map((length) => ({
        tag: 0x13,
        content: concat(description, length, contents),
        data: readAs('array', all),
      }))
    })
  )

  const leaves = fc.oneof(...simple, compact)
  const anything = fc.oneof(leaves, lists(leaves), lists(fc.oneof(leaves, lists(leaves))))

  test('of every type, exactly, and to its last byte', () => {
    const seen = new Set<number>()
    fc.assert(
      fc.property(anything, raw(3), raw(2), (one, before, after) => {
        seen.add(one.tag)
        const bytes = written(one)
        const found = readData(concat(before, bytes, after), before.length)
        expect(found).toEqual({ data: one.data, end: before.length + bytes.length })
        expect(readData(bytes.slice(0, -1), 0)).toBeNull()
      }),
      { numRuns: RUNS },
    )
    expect(seen.size).toBe(simple.length + 1 + 3)
  })
})
