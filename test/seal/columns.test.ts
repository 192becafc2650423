import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bytes, concat, fromHex } from '../../shared/bytes.ts'
import { CborError, type CborValue, encode } from '../../shared/cbor.ts'
import {
  type Amount,
  nameText,
  type Reading,
  type Register,
  VALUE_FUNCTIONS,
  type ValueName,
} from '../../shared/meter/reading.ts'
import { ColumnsError, readColumns, writeColumns } from '../../shared/seal/columns.ts'
import { MAX_READINGS } from '../../shared/seal/columns-shape.ts'
import { readings } from '../rig/household.ts'

const codes = fc.constantFrom('1-0:1.8.0*255', '1-0:2.8.0*255', '0-1:24.2.1*255', 'odd|0|Wh#1', '')
const value = fc.oneof(
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.bigInt({ min: -(10n ** 59n), max: 10n ** 59n }),
  fc.constantFrom(2n ** 64n, 2n ** 64n - 1n, -(2n ** 64n), -(2n ** 64n) - 1n, 2n ** 53n, 0n),
  fc.bigInt({ min: 0n, max: 100n }),
).map(String)
const name: fc.Arbitrary<ValueName> = fc.oneof(
  fc.record({ obis: codes }),
  fc.record({
    quantity: fc.constantFrom('Energy', 'Energy, L1', ''),
    storage: fc.constantFrom(0, 1, 2 ** 41),
    tariff: fc.constantFrom(0, 1),
    subunit: fc.constantFrom(0, 1),
    function: fc.constantFrom(...VALUE_FUNCTIONS),
  }),
)
const amount: fc.Arbitrary<Amount> = fc.record({
  value,
  exponent: fc.integer({ min: -18, max: 18 }),
  unit: fc.constantFrom('Wh', 'W', 'V', '', '|', 'm³'),
})
const register: fc.Arbitrary<Register> = fc.tuple(name, amount)
  .map(([name, amount]) => ({ ...name, ...amount }))
const instant = fc.integer({ min: -(2 ** 40), max: 2 ** 40 })
const reading: fc.Arbitrary<Omit<Reading, 'meter'>> = fc.record({
  at: instant,
  clock: fc.constantFrom('meter', 'meter-local', 'device'),
  seen: instant,
  registers: fc.array(register, { maxLength: 8 }),
  texts: fc.array(
    fc.tuple(name, fc.string({ unit: 'binary' })).map(([name, text]) => ({ ...name, text })),
    { maxLength: 4 },
  ),
  assurance: fc.record({
    line: fc.constantFrom('none', 'crc', 'bcc'),
    origin: fc.constantFrom('plain', 'encrypted-only', 'authenticated', 'meter-signed'),
    custody: fc.constantFrom('software', 'browser', 'hardware'),
  }),
  warnings: fc.array(fc.constantFrom('simulated', 'clock-stepped', 'value-invalid'), {
    maxLength: 4,
  }),
})
const block = fc.tuple(
  fc.string({ minLength: 1, maxLength: 30 }),
  fc.array(fc.tuple(reading, fc.option(instant, { nil: undefined })), {
    minLength: 1,
    maxLength: 12,
  }),
).map(([meter, rows]): Reading[] =>
  rows.map(([row, replaces]) => ({
    meter,
    ...row,
    ...(replaces === undefined ? {} : { replaces }),
  }))
)

/** Registers of a reading come back in the order of columns: by name, the equally named in order. */
function sorted(all: readonly Reading[]): Reading[] {
  return all.map((one) => ({
    ...one,
    registers: one.registers.toSorted((a, b) => compare(column(a), column(b))),
    texts: one.texts.toSorted((a, b) => compare(column(a), column(b))),
  }))
}

/** A code and a quantity may read alike and are two columns. */
function column(of: ValueName & Partial<Amount>): string {
  return JSON.stringify([nameText(of), of.obis === undefined, of.exponent ?? 0, of.unit ?? ''])
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A plaintext that would be read, but for `changes`. */
function plaintext(changes: Record<string, CborValue>): Bytes {
  return pad(encode({
    v: 1,
    meter: 'M',
    at: [100, 10],
    seen: [1, 1],
    registers: [['1-0:1.8.0*255', 0, 'Wh']],
    columns: [[5, 1]],
    texts: [],
    clock: [[2, 'meter']],
    assurance: [[2, ['crc', 'plain', 'browser']]],
    warnings: [[2, []]],
    ...changes,
  }))
}

function pad(content: Bytes): Bytes {
  const padded = new Uint8Array(Math.ceil((content.length + 1) / 256) * 256)
  padded.set(content)
  padded[content.length] = 0x80
  return padded
}

describe('readings as columns', () => {
  it('come back as they were, whatever they say', () => {
    fc.assert(fc.property(block, (given) => {
      const written = writeColumns(given)
      expect(written.length % 256).toBe(0)
      expect(sorted(readColumns(written))).toEqual(sorted(given))
    }))
  })

  it('tell their number and little else by their size', () => {
    const sizes = new Set(
      Array.from({ length: 30 }, (_, i) => writeColumns(readings(1 + i % 10)).length),
    )
    expect([...sizes].every((size) => size % 256 === 0)).toBe(true)
    expect(sizes.size).toBeLessThan(3)
    // A plaintext that fills its last 256 bytes gets 256 more.
    expect(writeColumns([oneText('x'.repeat(200))]).length).toBe(512)
    const lengths = Array.from(
      { length: 256 },
      (_, i) => writeColumns([oneText('x'.repeat(i))]).length,
    )
    expect(new Set(lengths)).toEqual(new Set([256, 512]))
  })

  it('are not sealed when they could not be read again', () => {
    const [one] = readings(1)
    if (one === undefined) throw new Error('No reading')
    const withRegister = (change: Partial<Amount>): Reading[] => [
      {
        ...one,
        registers: [{ obis: '1-0:1.8.0*255', value: '1', exponent: 0, unit: 'Wh', ...change }],
      },
    ]
    for (const value of ['', ' ', '1.5', '0x10', '01', '-0', '1e3', '+1', `1${'0'.repeat(60)}`]) {
      expect(() => writeColumns(withRegister({ value }))).toThrow(
        new RangeError(`Cannot seal "${value}": it is no decimal integer`),
      )
    }
    for (const exponent of [19, -19, 0.5]) {
      expect(() => writeColumns(withRegister({ exponent }))).toThrow(RangeError)
    }
    expect(() => writeColumns([])).toThrow('Cannot seal 0 readings: 1 to 4096 fit a block')
    expect(() => writeColumns(readings(MAX_READINGS + 1))).toThrow(RangeError)
    expect(() => writeColumns([one, { ...one, meter: 'other' }])).toThrow('several meters')
    expect(() => writeColumns([{ ...one, meter: '' }])).toThrow(RangeError)
    const registers = Array.from({ length: 1025 }, () => one.registers).flat().slice(0, 1025)
    expect(() => writeColumns([{ ...one, registers }])).toThrow(RangeError)
    expect(() => writeColumns([{ ...one, at: 0.5 }])).toThrow(RangeError)
  })
})

describe('a plaintext that is none', () => {
  it('is read when nothing is wrong with it', () => {
    expect(readColumns(plaintext({})).map(({ at }) => at)).toEqual([100, 110])
  })

  it.for<[string, Record<string, CborValue>]>([
    ['another version', { v: 2 }],
    ['a further member', { more: 1 }],
    ['no meter', { meter: '' }],
    ['no reading', { at: [], seen: [], clock: [], assurance: [], warnings: [], columns: [[]] }],
    ['a column too many', { columns: [[5, 1], [5, 1]] }],
    ['a column too short', { columns: [[5]] }],
    ['a column too long', { columns: [[5, 1, 1]] }],
    ['a number as text that 64 bits hold', { columns: [['18446744073709551615', 1]] }],
    ['a number as text with a zero before it', { columns: [['018446744073709551617', 1]] }],
    ['a number as a very long text', { columns: [['1'.repeat(65), 1]] }],
    ['seen too short', { seen: [1] }],
    ['runs too short', { clock: [[1, 'meter']] }],
    ['runs too long', { clock: [[3, 'meter']] }],
    ['a run of 2^53 - 1', { clock: [[Number.MAX_SAFE_INTEGER, 'meter']] }],
    ['a run of nothing', { clock: [[0, 'meter'], [2, 'meter']] }],
    ['an unknown clock', { clock: [[2, 'sun']] }],
    ['an unknown warning', { warnings: [[2, ['odd']]] }],
    ['a thousand warnings', { warnings: [[2, Array.from({ length: 1000 }, () => 'simulated')]] }],
    ['replaces too short', { replaces: [null] }],
    ['an exponent of 19', { registers: [['1-0:1.8.0*255', 19, 'Wh']] }],
    ['a time that is no instant', { at: [Number.MAX_SAFE_INTEGER, 1] }],
    ['a time seen that is no instant', { at: [Number.MAX_SAFE_INTEGER, 0] }],
  ])('is refused: %s', ([, changes]) => {
    expect(() => readColumns(plaintext(changes))).toThrow(ColumnsError)
  })

  it('is refused when its padding is not the one there is', () => {
    const good = plaintext({})
    const content = good.subarray(0, good.lastIndexOf(0x80))
    const wrong: [string, Bytes][] = [
      ['nothing', new Uint8Array()],
      ['no multiple of 256', good.slice(0, 255)],
      ['256 bytes more', concat(good, new Uint8Array(256))],
      ['another mark', pad(content).map((byte, at) => at === content.length ? 0x81 : byte)],
      ['bytes after the mark', pad(content).map((byte, at) => at === good.length - 1 ? 1 : byte)],
      ['zeros alone', new Uint8Array(256)],
    ]
    for (const [, bytes] of wrong) {
      expect(() => readColumns(new Uint8Array(bytes))).toThrow(ColumnsError)
    }
    expect(() => readColumns(pad(fromHex('fb3ff8000000000000')))).toThrow(CborError)
    expect(() => readColumns(pad(concat(content, fromHex('00'))))).toThrow(CborError)
  })

  it('costs no more memory than it should: short runs of a thousand long columns', () => {
    const count = 4096
    const texts = Array.from({ length: 1024 }, () => ['0-0:96.13.0*255', [[count, 'x']]] as const)
    const many = plaintext({
      at: Array.from({ length: count }, () => 1),
      seen: Array.from({ length: count }, () => 1),
      columns: [Array.from({ length: count }, () => 1)],
      clock: [[count, 'meter']],
      assurance: [[count, ['crc', 'plain', 'browser']]],
      warnings: [[count, []]],
      texts,
    })
    expect(() => readColumns(many)).toThrow('too many values')
  })
})

function oneText(text: string): Reading {
  return {
    meter: 'M',
    at: 1,
    clock: 'meter',
    seen: 1,
    registers: [],
    texts: [{ obis: 'x', text }],
    assurance: { line: 'crc', origin: 'plain', custody: 'browser' },
    warnings: [],
  }
}
