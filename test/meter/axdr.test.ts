/** @module Data in A-XDR (IEC 62056-6-2): every type exactly, and bounds that hold. */

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { concat, fromHex, toHex } from '../../shared/bytes.ts'
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
