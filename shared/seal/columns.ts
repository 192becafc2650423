/**
 * The plaintext of a block: readings as columns. Registers are named once; each has a column of
 * integers, the first as it is and the others as differences from the last that was there, null
 * where a reading has none. What seldom changes is kept as runs. Padded with 0x80 and zeros
 * (ISO/IEC 7816-4) to a multiple of 256 bytes, so that sizes tell little.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, concat } from '../bytes.ts'
import { decode, encode } from '../cbor.ts'
import type { Assurance, Reading, Register, TextRegister, Warning } from '../meter/reading.ts'

/** Plaintext that is not what this module writes. */
export class ColumnsError extends Error {
  override readonly name = 'ColumnsError'
}

export const MAX_READINGS = 4096
const MAX_COLUMNS = 1024
/** Readings times columns: runs are short in bytes and long in memory. */
const MAX_CELLS = 1_048_576
const MAX_WARNINGS = 32
const PAD_TO = 256

const CLOCKS = ['meter', 'meter-local', 'device'] as const
const LINES = ['none', 'crc', 'bcc'] as const
const ORIGINS = ['plain', 'encrypted-only', 'authenticated', 'meter-signed'] as const
const CUSTODIES = ['software', 'browser', 'hardware'] as const
const WARNINGS = [
  'no-line-check',
  'line-check-waived',
  'clock-missing',
  'clock-invalid',
  'clock-ambiguous',
  'clock-differs',
  'clock-stepped',
  'value-invalid',
  'duplicate-register',
  'malformed-line',
  'meter-unnamed',
  'simulated',
] as const satisfies readonly Warning[]

/** What 64 bits of CBOR do not hold is written in decimal. */
const BEYOND_64_BITS = /^-?[1-9][0-9]{19,63}$/
/** A difference, or null where there is no value. */
type Cell = number | bigint | string | null
/** Lists are checked by hand: a schema for each item would cost more than all the rest. */
const listOf = <T>(isItem: (item: unknown) => item is T) =>
  v.custom<T[]>((list) => Array.isArray(list) && list.every(isItem))
/** Integers of so many characters, and their differences, are exact as numbers. */
const SHORT = 15
const DECIMAL = /^(0|-?[1-9][0-9]{0,59})$/
const time = v.pipe(v.number(), v.safeInteger())
const times = listOf(isTime)
const runs = <T extends v.GenericSchema>(value: T) =>
  v.array(v.strictTuple([v.pipe(time, v.minValue(1)), value]))

const PlaintextSchema = v.strictObject({
  v: v.literal(1),
  meter: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
  at: v.pipe(times, v.minLength(1), v.maxLength(MAX_READINGS)),
  seen: times,
  registers: v.pipe(
    v.array(v.strictTuple([v.string(), v.pipe(time, v.minValue(-18), v.maxValue(18)), v.string()])),
    v.maxLength(MAX_COLUMNS),
  ),
  columns: v.array(listOf(isCell)),
  texts: v.pipe(
    v.array(v.strictTuple([v.string(), runs(v.nullable(v.string()))])),
    v.maxLength(MAX_COLUMNS),
  ),
  clock: runs(v.picklist(CLOCKS)),
  assurance: runs(
    v.strictTuple([v.picklist(LINES), v.picklist(ORIGINS), v.picklist(CUSTODIES)]),
  ),
  warnings: runs(v.pipe(v.array(v.picklist(WARNINGS)), v.maxLength(MAX_WARNINGS))),
  replaces: v.optional(v.array(v.nullable(time))),
})

/**
 * @param readings one meter's, in order; at least one, at most {@link MAX_READINGS}
 * @throws {RangeError}
 */
export function writeColumns(readings: readonly Reading[]): Bytes {
  const [first] = readings
  if (first === undefined || readings.length > MAX_READINGS) {
    throw new RangeError(
      `Cannot seal ${readings.length} readings: 1 to ${MAX_READINGS} fit a block`,
    )
  }
  if (readings.some((reading) => reading.meter !== first.meter)) {
    throw new RangeError('Cannot seal readings of several meters in one block')
  }
  const registers = new Map<string, { register: Register; values: (string | null)[] }>()
  const texts = new Map<string, { obis: string; values: (string | null)[] }>()
  for (const [row, reading] of readings.entries()) {
    for (const [name, register] of numbered(reading.registers, columnName)) {
      take(registers, name, () => ({ register, values: blank(readings.length) })).values[row] =
        register.value
    }
    for (const [name, { obis, text }] of numbered(reading.texts, (t) => t.obis)) {
      take(texts, name, () => ({ obis, values: blank(readings.length) })).values[row] = text
    }
  }
  const sorted = [...registers.values()]
  const plaintext = {
    v: 1,
    meter: first.meter,
    at: differences(readings.map((reading) => reading.at)),
    seen: readings.map((reading) => reading.seen - reading.at),
    registers: sorted.map(({ register: r }) => [r.obis, r.exponent, r.unit]),
    columns: sorted.map(({ values }) => valueDifferences(values)),
    texts: [...texts.values()].map(({ obis, values }) => [obis, toRuns(values)]),
    clock: toRuns(readings.map((reading) => reading.clock)),
    assurance: toRuns(
      readings.map(({ assurance: a }) => [a.line, a.origin, a.custody]),
    ),
    warnings: toRuns(readings.map((reading) => [...reading.warnings])),
    ...(readings.some((reading) => reading.replaces !== undefined)
      ? { replaces: readings.map((reading) => reading.replaces ?? null) }
      : {}),
  }
  // What could not be read again must not be sealed: the owner would have lost it.
  const problem = parseShape(plaintext)
  if (typeof problem === 'string') throw new RangeError(`Cannot seal these readings: ${problem}`)
  return pad(encode(plaintext))
}

/** @throws {ColumnsError | CborError} */
export function readColumns(padded: Bytes): Reading[] {
  const p = parseShape(decode(unpad(padded)))
  if (typeof p === 'string') throw new ColumnsError(`Plaintext is malformed: ${p}`)
  const count = p.at.length
  const at = sums(p.at)
  const clock = fromRuns(p.clock, count)
  const assurance = fromRuns(p.assurance, count)
  const warnings = fromRuns(p.warnings, count)
  const texts = p.texts.map(([obis, column]) => ({ obis, column: fromRuns(column, count) }))
  const registers = p.registers.map(([obis, exponent, unit], i) => ({
    obis,
    exponent,
    unit,
    values: valueSums(p.columns[i] ?? []),
  }))
  return at.map((instant, row) => {
    const replaces = p.replaces?.[row]
    const [line, origin, custody] = item(assurance, row)
    return {
      meter: p.meter,
      at: instant,
      clock: item(clock, row),
      seen: safe(instant + (p.seen[row] ?? 0)),
      registers: registers.flatMap(({ obis, exponent, unit, values }): Register[] => {
        const value = values[row]
        return value === null || value === undefined ? [] : [{ obis, value, exponent, unit }]
      }),
      texts: texts.flatMap(({ obis, column }): TextRegister[] => {
        const text = column[row]
        return text === null || text === undefined ? [] : [{ obis, text }]
      }),
      assurance: { line, origin, custody } satisfies Assurance,
      warnings: item(warnings, row),
      ...(replaces === null || replaces === undefined ? {} : { replaces }),
    }
  })
}

type Plaintext = v.InferOutput<typeof PlaintextSchema>

/** Both ways: what is read is exactly what could have been written. Or what is wrong with it. */
function parseShape(plaintext: unknown): Plaintext | string {
  const parsed = v.safeParse(PlaintextSchema, plaintext)
  if (!parsed.success) {
    return `${v.getDotPath(parsed.issues[0]) ?? 'all of it'} is out of the format's bounds`
  }
  const p = parsed.output
  const count = p.at.length
  if (
    p.columns.length !== p.registers.length || p.seen.length !== count ||
    p.columns.some((column) => column.length !== count) ||
    (p.replaces !== undefined && p.replaces.length !== count)
  ) {
    return 'columns and readings differ in number'
  }
  if (count * (p.columns.length + p.texts.length) > MAX_CELLS) return 'too many values'
  return p
}

function columnName(register: Register): string {
  const { obis, exponent, unit } = register
  return `${exponent} ${unit.length} ${unit}${obis}`
}

/** Entries with a name of their own each: the first of a name is `0 name`, the second `1 name`. */
function numbered<T>(entries: readonly T[], nameOf: (entry: T) => string): [string, T][] {
  const seen = new Map<string, number>()
  return entries.map((entry) => {
    const name = nameOf(entry)
    const n = seen.get(name) ?? 0
    seen.set(name, n + 1)
    return [`${n} ${name}`, entry]
  })
}

function take<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}

function blank(length: number): (string | null)[] {
  return Array.from({ length }, () => null)
}

function differences(values: readonly number[]): number[] {
  return values.map((value, i) => value - (i === 0 ? 0 : values[i - 1] ?? 0))
}

function sums(values: readonly number[]): number[] {
  let sum = 0
  return values.map((value) => {
    sum = safe(sum + value)
    return sum
  })
}

function safe(time: number): number {
  if (!Number.isSafeInteger(time)) throw new ColumnsError('Time is out of range')
  return time
}

function valueDifferences(
  values: readonly (string | null)[],
): Cell[] {
  let last: number | bigint = 0
  return values.map((text) => {
    if (text === null) return null
    // BigInt would take '' for 0 and '0x10' for 16.
    if (!DECIMAL.test(text)) throw new RangeError(`Cannot seal "${text}": it is no decimal integer`)
    const [value, before] = [text.length <= SHORT ? Number(text) : BigInt(text), last]
    last = value
    if (typeof value === 'number' && typeof before === 'number') return value - before
    const difference = BigInt(value) - BigInt(before)
    const number = Number(difference)
    if (Number.isSafeInteger(number)) return number
    return fitsCbor(difference) ? difference : difference.toString()
  })
}

function valueSums(values: readonly Cell[]): (string | null)[] {
  let sum: number | bigint = 0
  return values.map((value) => {
    if (value === null) return null
    const short = typeof sum === 'number' && typeof value === 'number' ? sum + value : NaN
    // Beyond what numbers hold exactly, all goes on in BigInt.
    sum = Number.isSafeInteger(short) ? short : BigInt(sum) + BigInt(value)
    return sum.toString()
  })
}

function isTime(item: unknown): item is number {
  return Number.isSafeInteger(item)
}

function isCell(item: unknown): item is Cell {
  if (item === null || typeof item === 'bigint') return true
  if (typeof item === 'string') return BEYOND_64_BITS.test(item) && !fitsCbor(BigInt(item))
  return Number.isSafeInteger(item)
}

function fitsCbor(value: bigint): boolean {
  return value >= -(2n ** 64n) && value < 2n ** 64n
}

type Run<T> = [number, T]

function toRuns<T>(values: readonly T[]): Run<T>[] {
  const result: Run<T>[] = []
  for (const value of values) {
    const last = result.at(-1)
    if (last !== undefined && isSame(last[1], value)) last[0]++
    else result.push([1, value])
  }
  return result
}

/** Of texts, and of lists of texts. */
function isSame(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b
  return a.length === b.length && a.every((item, i) => item === b[i])
}

function fromRuns<T>(values: readonly (readonly [number, T])[], count: number): T[] {
  const result: T[] = []
  for (const [length, value] of values) {
    if (result.length + length > count) throw new ColumnsError('Runs are longer than the block')
    for (let i = 0; i < length; i++) result.push(value)
  }
  if (result.length !== count) throw new ColumnsError('Runs are shorter than the block')
  return result
}

function item<T>(values: readonly T[], row: number): T {
  const value = values[row]
  if (value === undefined) throw new ColumnsError('Runs are shorter than the block')
  return value
}

function pad(bytes: Bytes): Bytes {
  const length = Math.ceil((bytes.length + 1) / PAD_TO) * PAD_TO
  const padding = new Uint8Array(length - bytes.length)
  padding[0] = 0x80
  return concat(bytes, padding)
}

function unpad(padded: Bytes): Bytes {
  if (padded.length === 0 || padded.length % PAD_TO !== 0) {
    throw new ColumnsError(`Plaintext is not padded to a multiple of ${PAD_TO} bytes`)
  }
  let end = padded.length - 1
  while (end > 0 && padded[end] === 0) end--
  if (padded[end] !== 0x80 || padded.length - end > PAD_TO) {
    throw new ColumnsError('Padding is malformed')
  }
  return padded.subarray(0, end)
}
