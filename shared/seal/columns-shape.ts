/**
 * What the plaintext of a block is once decoded, checked both ways: what is read is exactly what
 * columns.ts could have written.
 *
 * @module
 */
import * as v from 'valibot'
import {
  type Assurance,
  CLOCKS,
  CUSTODIES,
  LINE_CHECKS,
  ORIGINS,
  VALUE_FUNCTIONS,
  type ValueFunction,
  type Warning,
  WARNINGS,
} from '../meter/reading.ts'

export const MAX_READINGS = 4096
const MAX_COLUMNS = 1024
/** Readings times columns: runs are short in bytes and long in memory. */
const MAX_CELLS = 1_048_576
const MAX_WARNINGS = 32

/** A difference, or null where there is no value. */
export type Cell = number | bigint | string | null

/** An OBIS code; or quantity, storage, tariff, subunit and function of a value that has none. */
export type NameParts = string | [string, number, number, number, ValueFunction]

/** A value, and for how many readings it is. */
export type Run<T> = [number, T]

/** What 64 bits of CBOR do not hold is written in decimal. */
const BEYOND_64_BITS = /^-?[1-9][0-9]{19,63}$/
/** Lists are checked by hand: a schema for each item would cost more than all the rest. */
const isListOf = <T>(isItem: (item: unknown) => item is T) => (list: unknown): list is T[] =>
  Array.isArray(list) && list.every(isItem)
const isRunsOf = <T>(isValue: (value: unknown) => value is T) =>
  isListOf((run): run is [number, T] =>
    isTuple(run, 2) && isTime(run[0]) && run[0] >= 1 && isValue(run[1])
  )
const listOf = <T>(isItem: (item: unknown) => item is T) => v.custom<T[]>(isListOf(isItem))
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

type Plaintext = v.InferOutput<typeof PlaintextSchema>

/** The same, typed; or what is wrong with it. */
export function parseShape(plaintext: unknown): Plaintext | string {
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

export function fitsCbor(value: bigint): boolean {
  return value >= -(2n ** 64n) && value < 2n ** 64n
}
