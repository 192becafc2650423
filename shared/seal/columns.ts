/**
 * The plaintext of a block: readings as columns. Registers are named once; each has a column of
 * integers, the first as it is and the others as differences from the last that was there, null
 * where a reading has none. What seldom changes is kept as runs. Padded with 0x80 and zeros
 * (ISO/IEC 7816-4) to a multiple of 256 bytes, so that sizes tell little.
 *
 * @module
 */
import { type Bytes, concat } from '../bytes.ts'
import { decode, encode } from '../cbor.ts'
import type { Assurance, Reading, Register, TextRegister, ValueName } from '../meter/reading.ts'
import {
  type Cell,
  fitsCbor,
  MAX_READINGS,
  type NameParts,
  parseShape,
  type Run,
} from './columns-shape.ts'

/** Plaintext that is not what this module writes. */
export class ColumnsError extends Error {
  override readonly name = 'ColumnsError'
}

const PAD_TO = 256

/** Integers of so many characters, and their differences, are exact as numbers. */
const SHORT = 15
const DECIMAL = /^(0|-?[1-9][0-9]{0,59})$/
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
