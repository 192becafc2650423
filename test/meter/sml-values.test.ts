/**
 * Every value that an SML list can have, as an exact decimal: the standard's encoding written here
 * once more, so that it does not lean on what it proves (SML 1.04, sections 5.1, 6.2 and 6.3).
 *
 * @module
 */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Reading } from '../../shared/meter/reading.ts'
import { createSmlDecoder } from '../../shared/meter/sml.ts'
import { RUNS } from './mutations.ts'

const ABSENT = [0x01]
const SERVER = [0x0a, 0x01, 0x58, 0x53, 0x4d, 0x00, 0x00, 0x00, 0x30, 0x39]

/** Section 6.3.1: each further byte of type and length has four bits more. */
function element(type: number, content: readonly number[]): number[] {
  for (let heads = 1; heads <= 4; heads++) {
    const length = content.length + heads
    if (length >= 16 ** heads) continue
    const head = Array.from({ length: heads }, (_, i) => {
      const nibble = (length >> (4 * (heads - 1 - i))) & 0x0f
      return (i < heads - 1 ? 0x80 : 0) | (i === 0 ? type << 4 : 0) | nibble
    })
    return [...head, ...content]
  }
  throw new RangeError('Expected less than 64 KiB')
}

const octets = (content: readonly number[]) => element(0, content)
const unsigned = (content: readonly number[]) => element(6, content)
const integer = (content: readonly number[]) => element(5, content)

function list(...elements: readonly (readonly number[])[]): number[] {
  const count = elements.length
  const head = count < 16 ? [0x70 | count] : [0xf0 | (count >> 4), count & 0x0f]
  return [...head, ...elements.flat()]
}

/** X-25, bit by bit: low byte first. */
function check(bytes: readonly number[]): number[] {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >> 1 : (crc >> 1) ^ 0x8408
  }
  crc ^= 0xffff
  return [crc & 0xff, crc >> 8]
}

function message(kind: readonly number[], content: readonly number[]): number[] {
  const parts = [octets([1, 2, 3, 4]), unsigned([0]), unsigned([0]), list(unsigned(kind), content)]
  const checked = [0x76, ...parts.flat()]
  return [...checked, ...unsigned(check(checked)), 0x00]
}

function fileOf(entries: readonly (readonly number[])[]): Uint8Array {
  const open = list(ABSENT, ABSENT, octets([1]), octets(SERVER), ABSENT, ABSENT)
  const values = list(ABSENT, octets(SERVER), ABSENT, ABSENT, list(...entries), ABSENT, ABSENT)
  const messages = [
    ...message([0x01, 0x01], open),
    ...message([0x07, 0x01], values),
    ...message([0x02, 0x01], list(ABSENT)),
  ]
  // Four bytes of the escape are doubled where they are content.
  const content: number[] = []
  for (let i = 0; i < messages.length; i++) {
    const isEscape = [0, 1, 2, 3].every((k) => messages[i + k] === 0x1b)
    content.push(...(isEscape ? Array.from({ length: 8 }, () => 0x1b) : [messages[i] ?? 0]))
    if (isEscape) i += 3
  }
  const padding = (4 - content.length % 4) % 4
  const escape = [0x1b, 0x1b, 0x1b, 0x1b]
  const all = [...escape, 1, 1, 1, 1, ...content, ...Array.from({ length: padding }, () => 0)]
  const checked = [...all, ...escape, 0x1a, padding]
  return Uint8Array.from([...checked, ...check(checked)])
}

function readingOf(entries: readonly (readonly number[])[]): Reading {
  const decoder = createSmlDecoder({ now: () => 1_790_000_000 })
  const outcomes = [...decoder.push(fileOf(entries)), ...decoder.end()]
  const [outcome] = outcomes
  if (outcome?.kind !== 'telegram' || outcomes.length > 1) throw new Error(JSON.stringify(outcomes))
  return outcome.telegram.readings[0]
}

interface Parts {
  readonly status?: readonly number[]
  readonly time?: readonly number[]
  readonly unit?: readonly number[]
  readonly scaler?: readonly number[]
  readonly value: readonly number[]
  readonly signature?: readonly number[]
}

function entry(code: readonly number[], parts: Parts): number[] {
  const { status, time, unit, scaler, value, signature } = parts
  const either = (part: readonly number[] | undefined) => part ?? ABSENT
  return list(
    octets(code),
    either(status),
    either(time),
    either(unit),
    either(scaler),
    value,
    either(signature),
  )
}

/** A code of the maker's own, of which no limits are known. */
const CODE = [0x81, 0x81, 0xc7, 0x82, 0x01, 0xff]
const OBIS = '129-129:199.130.1*255'
/** A list without a number tells nothing. */
const beside = entry([1, 0, 1, 8, 0, 255], { unit: unsigned([30]), value: unsigned([1]) })

/** The number that the bytes are, two's complement where they have a sign. */
function numberOf(bytes: readonly number[], signed: boolean): bigint {
  const size = BigInt(256) ** BigInt(bytes.length)
  const plain = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  return signed && (bytes[0] ?? 0) > 127 ? plain - size : plain
}

/** Digits without trailing zeros, and the exponent: one form for each decimal. */
function decimal(digits: bigint, exponent: number): string {
  if (digits === 0n) return '0'
  let [rest, power] = [digits, exponent]
  while (rest % 10n === 0n) [rest, power] = [rest / 10n, power + 1]
  return `${rest}e${power}`
}

/** What a block can hold: an exponent from -18 to 18, and 60 digits. */
function canBeHeld(digits: bigint, exponent: number): boolean {
  if (digits === 0n) return true
  const [, bare = '', power = '0'] = /^-?(\d+)e(-?\d+)$/.exec(decimal(digits, exponent)) ?? []
  if (Number(power) < -18) return false
  const least = Math.min(Number(power), 18)
  const sign = digits < 0n ? 1 : 0
  return Number(power) - least + bare.length + sign <= 60
}

const bytes = (size: number) => fc.array(fc.nat(255), { minLength: size, maxLength: size })
const edges = (size: number) =>
  fc.tuple(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.constantFrom(0, 0xff, 0x1b)).map(
    ([first, rest]) => [first, ...Array.from({ length: size - 1 }, () => rest)],
  )
/** With zeros behind, which a scaler may take away. */
const round = fc.tuple(fc.nat(9999), fc.nat(14)).map(([digits, zeros]) => {
  const value = BigInt(digits) * 10n ** BigInt(zeros)
  return Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(56 - 8 * i)) & 0xffn))
})
const number = fc.oneof(
  fc.integer({ min: 1, max: 8 }).chain((size) => fc.oneof(bytes(size), edges(size))),
  round,
)

describe('a value of an SML list', () => {
  test('of any size, with and without a sign, under any scaler is the exact decimal', () => {
    fc.assert(
      fc.property(
        number,
        fc.boolean(),
        fc.option(
          fc.oneof(fc.integer({ min: -128, max: 127 }), fc.integer({ min: -32, max: 32 })),
          { nil: undefined },
        ),
        (content, signed, scaler) => {
          const value = signed ? integer(content) : unsigned(content)
          const part = scaler === undefined ? {} : { scaler: integer([scaler & 0xff]) }
          const reading = readingOf([beside, entry(CODE, { ...part, value })])
          const digits = numberOf(content, signed)
          const register = reading.registers.find(({ obis }) => obis === OBIS)
          const isHeld = canBeHeld(digits, scaler ?? 0)
          expect(register === undefined ? null : decimal(BigInt(register.value), register.exponent))
            .toBe(isHeld ? decimal(digits, scaler ?? 0) : null)
          expect(register?.value ?? '0').toMatch(/^(0|-?[1-9]\d*)$/)
          expect(Math.abs(register?.exponent ?? 0)).toBeLessThanOrEqual(18)
          expect(reading.texts).toEqual(isHeld ? [] : [{ obis: OBIS, text: `${digits}e${scaler}` }])
          expect(reading.warnings.includes('value-invalid')).toBe(!isHeld)
        },
      ),
      { numRuns: RUNS },
    )
  })

  test('has the unit of the table of DLMS, or its number', () => {
    const names = new Map([
      [1, 'a'],
      [7, 's'],
      [8, '°'],
      [9, '°C'],
      [13, 'm3'],
      [15, 'm3/h'],
      [25, 'J'],
      [27, 'W'],
      [28, 'VA'],
      [29, 'var'],
      [30, 'Wh'],
      [31, 'VAh'],
      [32, 'varh'],
      [33, 'A'],
      [34, 'C'],
      [35, 'V'],
      [38, 'Ω'],
      [44, 'Hz'],
      [51, 'S'],
      [56, '%'],
      [57, 'Ah'],
      [72, 'dB'],
      [255, ''],
    ])
    const said = Array.from({ length: 255 }, (_, i) => {
      const parts = { unit: unsigned([i + 1]), value: unsigned([5]) }
      return readingOf([entry(CODE, parts)]).registers[0]?.unit
    })
    for (const [unit, name] of names) expect(said[unit - 1]).toBe(name)
    // Volume and two flows of it may be corrected or not; no other two units are one.
    expect(new Set(said).size).toBe(255 - 3)
    expect(said).not.toContain(undefined)
  })

  test('that is true, false, or octets of any length is a text; what is absent is not there', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.boolean(),
          fc.uint8Array({ minLength: 1, maxLength: 700 }),
          fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' }),
          fc.constant(null),
        ),
        (said) => {
          const ascii = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0))
          const content = typeof said === 'string'
            ? ascii(said)
            : Array.from(said instanceof Uint8Array ? said : [])
          const value = typeof said === 'boolean'
            ? element(4, [said ? 0xff : 0])
            : said === null
            ? ABSENT
            : octets(content)
          const { texts } = readingOf([beside, entry(CODE, { value })])
          const isPlain = content.every((byte) => byte > 0x1f && byte < 0x7f)
          const hex = content.map((byte) => byte.toString(16).padStart(2, '0')).join('')
          const text = typeof said === 'boolean'
            ? String(said)
            : isPlain
            ? String.fromCharCode(...content)
            : hex.toUpperCase()
          expect(texts).toEqual(said === null ? [] : [{ obis: OBIS, text }])
        },
      ),
      { numRuns: RUNS / 4 },
    )
  })

  test('keeps its number whatever status, time and signature stand beside it', () => {
    const second = unsigned([0x6a, 0, 0, 0])
    const local = list(second, integer([0, 60]), integer([0, 60]))
    const times = [
      list(unsigned([1]), second),
      list(unsigned([2]), second),
      list(unsigned([3]), local),
      local,
      ABSENT,
    ]
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }).chain(bytes),
        fc.constantFrom(...times),
        fc.uint8Array({ maxLength: 90 }),
        number,
        (status, time, signature, content) => {
          const parts = {
            status: unsigned(status),
            time,
            value: integer(content),
            signature: octets(Array.from(signature)),
          }
          const reading = readingOf([entry(CODE, parts)])
          expect(reading.registers).toEqual([
            { obis: OBIS, value: String(numberOf(content, true)), exponent: 0, unit: '' },
          ])
          const [, word = ''] = /^status ([0-9A-F]+)$/.exec(reading.texts[0]?.text ?? '') ?? []
          expect(BigInt(`0x${word}`)).toBe(numberOf(status, false))
        },
      ),
      { numRuns: RUNS / 4 },
    )
  })

  test('may be a time, by any of its choices', () => {
    const second = unsigned([0x6a, 0, 0, 0])
    const said = new Date(0x6a000000 * 1000).toISOString().replace('.000', '')
    const local = list(second, integer([0, 60]), integer([0, 60]))
    for (const time of [list(unsigned([2]), second), list(unsigned([3]), local)]) {
      const { texts } = readingOf([beside, entry(CODE, { value: list(unsigned([1]), time) })])
      expect(texts).toEqual([{ obis: OBIS, text: said }])
    }
  })

  test('that no grid has is kept, and doubted, each time it comes', () => {
    const volts = (value: number) =>
      entry([1, 0, 32, 7, 0, 255], {
        unit: unsigned([35]),
        value: unsigned([value >> 8, value & 0xff]),
      })
    const decoder = createSmlDecoder({ now: () => 1_790_000_000 })
    for (const value of [230, 2322, 2322, 2322, 231]) {
      const [outcome] = decoder.push(fileOf([volts(value)]))
      const reading = outcome?.kind === 'telegram' ? outcome.telegram.readings[0] : undefined
      expect(reading?.registers[0]).toMatchObject({ value: String(value), unit: 'V' })
      expect(reading?.warnings.includes('value-implausible')).toBe(value > 1000)
    }
  })
})
