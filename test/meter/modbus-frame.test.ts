/** @module Frames of Modbus: their check, their lengths, floats as decimals, what a no means. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex, utf8 } from '../../shared/bytes.ts'
import { float32Step, readFloat32 } from '../../shared/meter/float32.ts'
import { exceptionSentence, isForNow } from '../../shared/meter/modbus-exceptions.ts'
import { answerLength, crc16Modbus, writeRtuRequest } from '../../shared/meter/modbus-frame.ts'
import type { PointType, WordOrder } from '../../shared/meter/modbus-map.ts'
import { createTcpFraming } from '../../shared/meter/modbus-tcp.ts'
import { bitsOf, decimalOf, isSentinel } from '../../shared/meter/modbus-value.ts'

describe('crc16Modbus()', () => {
  test('gives the check of the standard’s example and of the makers’ questions', () => {
    // MODBUS over Serial Line V1.02, section 6.2.2: 02 07 is sent with 41 12.
    expect(crc16Modbus(fromHex('0207'))).toBe(0x1241)
    expect(crc16Modbus(utf8('123456789'))).toBe(0x4b37)
    // Eastron's manuals: voltage of phase 1, total active energy.
    const eastron = { unit: 1, function: 4 } as const
    expect(toHex(writeRtuRequest({ ...eastron, address: 0, count: 2 }))).toBe('01040000000271cb')
    expect(toHex(writeRtuRequest({ ...eastron, address: 0x156, count: 2 })))
      .toBe('0104015600029027')
  })

  test('what cannot be asked is not', () => {
    const request = { unit: 1, function: 3, address: 0, count: 1 } as const
    for (const wrong of [{ count: 0 }, { count: 126 }, { address: 65_535, count: 2 }]) {
      expect(() => writeRtuRequest({ ...request, ...wrong })).toThrow(RangeError)
    }
    // Unit 0 is everybody, who must not answer.
    for (const unit of [0, 248, 1.5]) {
      expect(() => writeRtuRequest({ ...request, unit })).toThrow(RangeError)
    }
  })
})

test('answerLength() follows from the function code, never from time', () => {
  const cases: [string, number | 'more' | null][] = [
    ['01', 'more'],
    ['0103', 'more'],
    ['010304', 9],
    ['0104fa', 255],
    // Odd, empty, or longer than any frame.
    ['010303', null],
    ['010300', null],
    ['0103fc', null],
    ['0101ff', null],
    ['018302', 5],
    ['0106', 8],
    ['0110', 8],
    ['0116', 10],
    ['012b', null],
  ]
  for (const [hex, length] of cases) {
    expect([hex, answerLength(fromHex(hex), 0)]).toEqual([hex, length])
  }
})

test('a question over TCP has its number, its length and no check', () => {
  const framing = createTcpFraming()
  const request = { unit: 1, function: 3, address: 19_068, count: 2 } as const
  expect(toHex(framing.ask(request).bytes)).toBe('00010000000601034a7c0002')
  expect(toHex(framing.ask(request).bytes).slice(0, 4)).toBe('0002')
})

describe('exceptionSentence()', () => {
  test('says for each code of the standard what to do, in both languages', () => {
    const codes = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11]
    for (const language of ['en', 'de'] as const) {
      const sentences = codes.map((code) => exceptionSentence(code, language))
      expect(new Set(sentences).size).toBe(codes.length)
      expect(sentences.every((sentence) => /^[A-Z].*\. [A-Z].*\.$/.test(sentence))).toBe(true)
      expect(exceptionSentence(9, language)).toContain('9')
      expect(exceptionSentence(200, language)).toContain('200')
    }
    expect(codes.filter(isForNow)).toEqual([5, 6])
  })
})

const view = new DataView(new ArrayBuffer(4))

function bitsOfFloat(value: number): number {
  view.setFloat32(0, value)
  return view.getUint32(0)
}

function textOf(value: number): string {
  const decimal = readFloat32(bitsOfFloat(value))
  return decimal === null ? 'none' : `${decimal.value}e${decimal.exponent}`
}

describe('readFloat32()', () => {
  test('gives the shortest decimal of a float, and no digit more', () => {
    const cases: [number, string][] = [
      [0, '0e0'],
      [-0, '0e0'],
      [1, '1e0'],
      [230.2, '2302e-1'],
      [-3.25, '-325e-2'],
      [0.1, '1e-1'],
      [1500, '1500e0'],
      [16_777_216, '16777216e0'],
      [16_777_218, '16777218e0'],
      // Its neighbours are 128 away: more digits would be made up, and 1234568e3 is a tie.
      [1_234_567_936, '12345679e2'],
      [3.402_823_466e38, '34028235e31'],
      [1.4e-45, '1e-45'],
      [Infinity, 'none'],
      [-Infinity, 'none'],
      [NaN, 'none'],
    ]
    for (const [value, text] of cases) expect([value, textOf(value)]).toEqual([value, text])
  })

  test('is read back as the very same float, by its value and exponent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (bits) => {
        const decimal = readFloat32(bits)
        view.setUint32(0, bits)
        const value = view.getFloat32(0)
        if (decimal === null) return !Number.isFinite(value)
        expect(decimal.value).toMatch(/^(0|-?[1-9][0-9]{0,8})$/)
        return Math.fround(Number(`${decimal.value}e${decimal.exponent}`)) === value
      }),
      { numRuns: 20_000 },
    )
  })

  test('keeps the order of floats, so a counter that grows is seen to grow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7f7f_fffe }), (bits) => {
        const [less, more] = [readFloat32(bits), readFloat32(bits + 1)].map((decimal) => {
          // All exact: 45 places at the most, 38 before.
          return BigInt(decimal?.value ?? 0) * 10n ** BigInt((decimal?.exponent ?? 0) + 60)
        })
        return less !== undefined && more !== undefined && less < more
      }),
      { numRuns: 5000 },
    )
  })

  test('float32Step() tells what a counter leaves out', () => {
    expect(float32Step(bitsOfFloat(16_777_215))).toBe(1)
    expect(float32Step(bitsOfFloat(16_777_216))).toBe(2)
    expect(float32Step(bitsOfFloat(131_071))).toBe(2 ** -7)
    expect(float32Step(bitsOfFloat(131_072))).toBe(2 ** -6)
    expect(float32Step(0)).toBe(2 ** -149)
  })
})

describe('decimalOf()', () => {
  const read = (words: number[], type: PointType, order: WordOrder = 'big') =>
    decimalOf(bitsOf(Uint16Array.from(words), order), type)?.value

  test('whole numbers of up to 64 bits are exact', () => {
    expect(read([0xffff], 'int16')).toBe('-1')
    expect(read([0xffff], 'uint16')).toBe('65535')
    expect(read([0x8000, 0], 'int32')).toBe('-2147483648')
    expect(read([0xffff, 0xffff], 'uint32')).toBe('4294967295')
    expect(read([0x7fff, 0xffff, 0xffff, 0xffff], 'int64')).toBe('9223372036854775807')
    expect(read([0x8000, 0, 0, 0], 'int64')).toBe('-9223372036854775808')
    // No double has this one.
    expect(read([0x0020, 0, 0, 1], 'uint64')).toBe('9007199254740993')
    expect(read([0xffff, 0xffff, 0xffff, 0xffff], 'uint64')).toBe('18446744073709551615')
  })

  test('words are put together in the order of the device', () => {
    expect(read([0x4366, 0x3333], 'float32', 'big')).toBe('2302')
    expect(read([0x3333, 0x4366], 'float32', 'swapped')).toBe('2302')
    expect(read([0x3333, 0x6643], 'float32', 'little')).toBe('2302')
    expect(read([4, 3, 2, 1], 'uint64', 'swapped')).toBe(String(0x0001_0002_0003_0004n))
  })

  test('isSentinel() knows what says that there is nothing', () => {
    expect(isSentinel(0x8000n, 'int16')).toBe(true)
    expect(isSentinel(0xffffn, 'int16')).toBe(false)
    expect(isSentinel(0xffffn, 'uint16')).toBe(true)
    expect(isSentinel(0xffff_ffffn, 'uint32')).toBe(true)
    expect(isSentinel(0x7fc0_0000n, 'float32')).toBe(true)
    expect(isSentinel(0x7f80_0000n, 'float32')).toBe(false)
  })
})
