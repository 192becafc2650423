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
import {
  type Assurance,
  CLOCKS,
  CUSTODIES,
  LINE_CHECKS,
  ORIGINS,
  type Reading,
  type Register,
  type TextRegister,
  VALUE_FUNCTIONS,
  type ValueFunction,
  type ValueName,
  type Warning,
  WARNINGS,
} from '../meter/reading.ts'

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

/** What 64 bits of CBOR do not hold is written in decimal. */
const BEYOND_64_BITS = /^-?[1-9][0-9]{19,63}$/
/** A difference, or null where there is no value. */
type Cell = number | bigint | string | null
/** Lists are checked by hand: a schema for each item would cost more than all the rest. */
const isListOf = <T>(isItem: (item: unknown) => item is T) => (list: unknown): list is T[] =>
  Array.isArray(list) && list.every(isItem)
const isRunsOf = <T>(isValue: (value: unknown) => value is T) =>
  isListOf((run): run is [number, T] =>
    isTuple(run, 2) && isTime(run[0]) && run[0] >= 1 && isValue(run[1])
  )
const listOf = <T>(isItem: (item: unknown) => item is T) => v.custom<T[]>(isListOf(isItem))
/** Integers of so many characters, and their differences, are exact as numbers. */
const SHORT = 15
const DECIMAL = /^(0|-?[1-9][0-9]{0,59})$/
const times = listOf(isTime)
const runs = <T>(isValue: (value: unknown) => value is T) =>
  v.custom<[number, T][]>(isRunsOf(isValue))
const isTextRuns = isRunsOf((text): text is string | null =>
  text === null || typeof text === 'string'
)
const isOneOf = <T extends string>(names: readonly T[]) => {
  const known: ReadonlySet<unknown> = new Set(names)
  return (name: unknown): name is T => known.has(name)
}
type Assured = [Assurance['line'], Assurance['origin'], Assurance['custody']]
const isLineCheck = isOneOf(LINE_CHECKS)
const isOrigin = isOneOf(ORIGINS)
const isCustody = isOneOf(CUSTODIES)
const isWarning = isOneOf(WARNINGS)
const isFunction = isOneOf(VALUE_FUNCTIONS)

const PlaintextSchema = v.strictObject({
  v: v.literal(1),
  meter: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
  at: v.pipe(times, v.minLength(1), v.maxLength(MAX_READINGS)),
  seen: times,
  registers: v.pipe(listOf(isRegisterName), v.maxLength(MAX_COLUMNS)),
  columns: listOf(isListOf(isCell)),
  texts: v.pipe(listOf(isTextColumn), v.maxLength(MAX_COLUMNS)),
  clock: runs(isOneOf(CLOCKS)),
  assurance: runs((assurance): assurance is Assured =>
    isTuple(assurance, 3) && isLineCheck(assurance[0]) && isOrigin(assurance[1]) &&
    isCustody(assurance[2])
  ),
  warnings: runs((warnings): warnings is Warning[] =>
    Array.isArray(warnings) && warnings.length <= MAX_WARNINGS && warnings.every(isWarning)
  ),
  replaces: v.optional(listOf((time): time is number | null => time === null || isTime(time))),
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
  const registers = toColumns(
    readings.map((reading) => reading.registers),
    sameRegister,
    columnName,
  )
  const texts = toColumns(readings.map(({ texts }) => texts), sameName, textName)
  const plaintext = {
    v: 1,
    meter: first.meter,
    at: differences(readings.map((reading) => reading.at)),
    seen: readings.map((reading) => reading.seen - reading.at),
    registers: registers.map(({ first: r }) => [nameParts(r), r.exponent, r.unit]),
    columns: registers.map(({ entries }) => valueDifferences(entries)),
    texts: texts.map(({ first, entries }) => [
      nameParts(first),
      toRuns(entries.map((entry) => entry && entry.text)),
    ]),
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
  // One for all readings of a run, as it is with their warnings.
  const assured = p.assurance.map(([length, [line, origin, custody]]): Run<Assurance> => [
    length,
    { line, origin, custody },
  ])
  const assurance = fromRuns(assured, count)
  const warnings = fromRuns(p.warnings, count)
  const texts = p.texts.map(([name, column]) => ({
    name: fromParts(name),
    column: fromRuns(column, count),
  }))
  const registers = p.registers.map(([name, exponent, unit], i) => ({
    name: fromParts(name),
    exponent,
    unit,
    values: valueSums(p.columns[i] ?? []),
  }))
  // By loops: flatMap with an array for each value takes most of the time of reading.
  function registersIn(row: number): Register[] {
    const present: Register[] = []
    for (const { name, exponent, unit, values } of registers) {
      const value = values[row]
      if (value === null || value === undefined) continue
      // Spelt out: a spread for each value would take much of the time of reading.
      if (name.obis !== undefined) present.push({ obis: name.obis, value, exponent, unit })
      else present.push({ ...name, value, exponent, unit })
    }
    return present
  }
  function textsIn(row: number): TextRegister[] {
    const present: TextRegister[] = []
    for (const { name, column } of texts) {
      const text = column[row]
      if (text !== null && text !== undefined) present.push({ ...name, text })
    }
    return present
  }
  return at.map((instant, row) => {
    const replaces = p.replaces?.[row]
    return {
      meter: p.meter,
      at: instant,
      clock: item(clock, row),
      seen: safe(instant + (p.seen[row] ?? 0)),
      registers: registersIn(row),
      texts: textsIn(row),
      assurance: item(assurance, row),
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

interface Column<T> {
  readonly first: T
  /** Whether it is the first column of its name. */
  readonly leads: boolean
  /** One for each reading; null where it has none. */
  readonly entries: (T | null)[]
}

/**
 * Sorts the entries of each reading into columns by their name; the second of a name in one reading
 * gets a second column, and so on.
 */
function toColumns<T>(
  rows: readonly (readonly T[])[],
  isSame: (a: T, b: T) => boolean,
  nameOf: (entry: T) => string,
): Column<T>[] {
  const columns: Column<T>[] = []
  const byName = new Map<string, Column<T>[]>()
  const isFree = ({ entries }: Column<T>, row: number) => entries.length <= row
  for (const [row, entries] of rows.entries()) {
    for (const [place, entry] of entries.entries()) {
      // Nearly always it stands where it stood in the reading before, alone of its name.
      let column = columns[place]
      if (!column?.leads || !isSame(column.first, entry) || !isFree(column, row)) {
        const name = nameOf(entry)
        const named = take(byName, name, () => [])
        column = named.find((column) => isFree(column, row))
        if (column === undefined) {
          column = { first: entry, leads: named.length === 0, entries: [] }
          columns.push(column)
          named.push(column)
        }
      }
      while (column.entries.length < row) column.entries.push(null)
      column.entries.push(entry)
    }
  }
  for (const { entries } of columns) while (entries.length < rows.length) entries.push(null)
  return columns
}

/** An OBIS code; or quantity, storage, tariff, subunit and function of a value that has none. */
type NameParts = string | [string, number, number, number, ValueFunction]

function nameParts(of: ValueName): NameParts {
  return of.obis ?? [of.quantity, of.storage, of.tariff, of.subunit, of.function]
}

function fromParts(parts: NameParts): ValueName {
  if (typeof parts === 'string') return { obis: parts }
  const [quantity, storage, tariff, subunit, kind] = parts
  return { quantity, storage, tariff, subunit, function: kind }
}

function sameName(a: ValueName, b: ValueName): boolean {
  if (a.obis !== undefined || b.obis !== undefined) return a.obis === b.obis
  return a.quantity === b.quantity && a.storage === b.storage && a.tariff === b.tariff &&
    a.subunit === b.subunit && a.function === b.function
}

function sameRegister(a: Register, b: Register): boolean {
  return sameName(a, b) && a.exponent === b.exponent && a.unit === b.unit
}

function columnName(register: Register): string {
  return JSON.stringify([nameParts(register), register.exponent, register.unit])
}

function textName(register: TextRegister): string {
  return JSON.stringify(nameParts(register))
}

function take<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
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

function valueDifferences(registers: readonly (Register | null)[]): Cell[] {
  let last: number | bigint = 0
  return registers.map((register) => {
    if (register === null) return null
    const text = register.value
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

function isTuple(item: unknown, length: number): item is unknown[] {
  return Array.isArray(item) && item.length === length
}

function isName(item: unknown): item is NameParts {
  if (typeof item === 'string') return true
  return isTuple(item, 5) && typeof item[0] === 'string' && isCount(item[1]) && isCount(item[2]) &&
    isCount(item[3]) && isFunction(item[4])
}

function isCount(item: unknown): item is number {
  return isTime(item) && item >= 0
}

function isRegisterName(item: unknown): item is [name: NameParts, exponent: number, unit: string] {
  return isTuple(item, 3) && isName(item[0]) && isTime(item[1]) && item[1] >= -18 &&
    item[1] <= 18 && typeof item[2] === 'string'
}

function isTextColumn(item: unknown): item is [name: NameParts, texts: [number, string | null][]] {
  return isTuple(item, 2) && isName(item[0]) && isTextRuns(item[1])
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
