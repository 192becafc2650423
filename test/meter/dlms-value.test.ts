/** @module Numbers of DLMS as exact decimals, and texts as they are. */

import { expect, test } from 'vitest'
import { fromHex } from '../../shared/bytes.ts'
import { readData } from '../../shared/meter/axdr.ts'
import { decimalOf, readName, readText } from '../../shared/meter/dlms-value.ts'

function data(hex: string) {
  const found = readData(fromHex(hex.replaceAll(' ', '')), 0)
  if (found === null) throw new Error(`Expected data: got ${hex}`)
  return found.data
}

test.each(
  [
    ['15 ffffffffffffffff', '18446744073709551615e0'],
    ['14 8000000000000000', '-9223372036854775808e0'],
    ['05 80000000', '-2147483648e0'],
    ['0f ff', '-1e0'],
    ['16 1e', '30e0'],
    ['03 00', '0e0'],
    ['03 ff', '1e0'],
    ['0d 42', '42e0'],
    ['0d 4a', null],
    ['17 00000000', '0e0'],
    ['17 80000000', '0e0'],
    ['17 43664ccd', '2303e-1'],
    ['17 c0200000', '-25e-1'],
    ['17 7f800000', null],
    ['17 7fc00000', null],
    ['18 4070199999999999', '25759999999999997e-14'],
    ['18 40701999999999 9a', '2576e-1'],
    ['18 c12e848000000000', '-1000000e0'],
    ['18 3fb999999999999a', '1e-1'],
    ['18 44b52d02c7e14af6', '1e23'],
    ['18 8000000000000000', '0e0'],
    ['18 fff0000000000000', null],
    ['07 43664ccd', '2303e-1'],
    ['00', null],
    ['09 02 3132', null],
    ['1c ff', null],
    ['02 00', null],
  ] as const,
)('%s is %s', (hex, expected) => {
  const decimal = decimalOf(data(hex))
  expect(decimal === null ? null : `${decimal.value}e${decimal.exponent}`).toBe(expected)
})

test('names are printable and trimmed, texts are kept, bytes are hex', () => {
  expect(readName(data('09 05 20 41 42 00 00'))).toBe('AB')
  expect(readName(data('09 02 41 07'))).toBeNull()
  expect(readName(data('09 02 00 00'))).toBeNull()
  expect(readText(data('0c 02 c3a4'))).toBe('ä')
  expect(readText(data('0a 01 e4'))).toBe('ä')
  expect(readText(data('09 03 0001ff'))).toBe('0001FF')
  expect(readText(data('04 09 ff80'))).toBe('FF80')
  expect(readText(data('1a 07ea070103'))).toBe('07EA070103')
  expect(readText(data('06 00000001'))).toBeNull()
  expect(readText(data('02 00'))).toBeNull()
})
