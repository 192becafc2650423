/**
 * The data lines of an optical readout as one reading (IEC 62056-21 section 6.5): data sets
 * `code(value*unit)`, several in a line, several values of one code in brackets of their own.
 *
 * Before the time and the date some meters print a digit of the season: 0 for winter, 1 for summer, 2
 * for UTC. Taken at its word it tells the hour that comes twice in autumn apart.
 *
 * @module
 */
import { reducedCodeOf } from './d0-code.ts'
import type { NumberPlace } from './digits.ts'
import type { Observed } from './local-time.ts'
import { Builder } from './p1-builder.ts'
import type { Code } from './p1-code.ts'
import { createReadTime } from './p1-time.ts'
import { readQuantity } from './p1-value.ts'
import type { Register, TextRegister, Warning } from './reading.ts'

const LF = 0x0a
const CR = 0x0d

/** More than any meter prints, and what a block has columns for. */
const MAX_SETS = 1024

/** A code of characters without brackets, and its values. */
const SET = /([^()]{0,40})((?:\([^()]{0,128}\))+)/y
const MAX_CODE = 40
const MAX_VALUE = 128

/** What names a meter, the best first. */
const ID_CODES = ['0.0.0', '96.1.0', '96.1.255', '0.0.9', '0.0.1', '96.1.1']

const TIME = /^([0-9]?) ?([0-9]{2}):?([0-9]{2}):?([0-9]{2})?$/
const DATE = /^([0-9]?) ?([0-9]{2})[-.]?([0-9]{2})[-.]?([0-9]{2})$/
const STAMP = /^([0-9]?)([0-9]{12}[SW]?)$/

/** When a value was, behind it: a date and often a time, with or without what parts them. */
const WHEN = /^[0-9][0-9 :;,.-]{5,19}$/

/** Codes of a heat meter (EN 1434-3): its energy and the volume that carried it. */
const HEAT = /(?:^|[)\r\n])6\.26\([0-9.]+\*m3\)/

/** Digits, and what may stand between and behind those of a time. */
const DIGITS = /^[0-9][0-9:. -]*[SW]?$/
const SECONDS = /^[0-9A-F]{8}$/

/** What a meter says of its clock, as it is printed: a time and a date, or both in one. */
export interface PrintedClock {
  date?: string
  time?: string
  stamp?: string
}

/** A value, by where it begins and ends in the text. */
export interface Span {
  readonly at: number
  readonly end: number
}

/** Where in the text stands what may change while all else stays. */
export interface D0Places {
  readonly numbers: readonly NumberPlace[]
  /** Texts that count, by their place among the texts; some do so in hex. */
  readonly counting: readonly (Span & { readonly text: number; readonly isHex: boolean })[]
  readonly clock: Readonly<Partial<Record<keyof PrintedClock, Span>>>
}

/** What a readout says, and not when. */
export interface DataLines {
  readonly meter: string
  readonly registers: readonly Register[]
  readonly texts: readonly TextRegister[]
  readonly warnings: readonly Warning[]
  readonly clock: PrintedClock
}

interface Printed {
  readonly season: string
  readonly digits: string
}

function printedOf(pattern: RegExp, value: string): Printed | undefined {
  const found = pattern.exec(value)
  if (found === null) return undefined
  const [, season = '', first = '', second = '', third = '00'] = found
  return { season, digits: first + second + third }
}

/** As a stamp of P1; a season that date and time do not agree on is none. */
function stampOf(date: Printed, time: Printed): string {
  const season = date.season === time.season || time.season === ''
    ? date.season
    : date.season === ''
    ? time.season
    : ''
  return date.digits + time.digits + (SEASONS.get(season) ?? '')
}

function wholeStamp(printed: string): string {
  const value = printed.replace(/[-: .]/g, '')
  const [, season = '', digits = value] = STAMP.exec(value) ?? []
  return digits + (digits.length === 12 ? SEASONS.get(season) ?? '' : '')
}

/** Where a line ends: at CR, at LF, or with the text. */
function lineEnd(text: string, from: number): number {
  let end = from
  while (end < text.length && text.charCodeAt(end) !== CR && text.charCodeAt(end) !== LF) end++
  return end
}

const SEASONS: ReadonlyMap<string, string> = new Map([['0', 'W'], ['1', 'S'], ['2', 'Z']])

/**
 * When it was, by the clock of the meter where it has one.
 *
 * @throws {RangeError} if the runtime does not know the zone
 */
export function createObserve(zone?: string): (clock: PrintedClock, seen: number) => Observed {
  const readTime = createReadTime(zone)
  let day = ''
  let date: Printed | undefined
  return (clock, seen) => {
    if (clock.stamp !== undefined) return readTime(wholeStamp(clock.stamp), seen)
    if (clock.date !== undefined && clock.date !== day) date = printedOf(DATE, day = clock.date)
    const time = clock.time === undefined ? undefined : printedOf(TIME, clock.time)
    return clock.date === undefined || date === undefined || time === undefined
      ? { at: seen, clock: 'device', warning: 'clock-missing' }
      : readTime(stampOf(date, time), seen)
  }
}

/**
 * @param text the lines up to `!`
 * @param identification what follows `/`: the name of a meter that has no other
 * @returns null where there are no values, or more than any meter prints, or nothing names the meter
 */
export function readDataLines(
  text: string,
  identification: string,
): { readonly lines: DataLines; readonly places: D0Places } | null {
  const builder = new Builder()
  const ids: (string | undefined)[] = []
  const clock: PrintedClock = {}
  const clockAt: Partial<Record<keyof PrintedClock, Span>> = {}
  const numbers: NumberPlace[] = []
  const counting: (Span & { text: number; isHex: boolean })[] = []
  const medium = text.includes('6.26(') && HEAT.test(text) ? 'heat' : 'electricity'
  let sets = 0

  function addClock(part: keyof PrintedClock, value: string, at: number): void {
    if (clock[part] !== undefined) return
    clock[part] = value
    clockAt[part] = { at, end: at + value.length }
  }

  function add(code: Code, value: string, at: number): void {
    const rank = ID_CODES.indexOf(code.what)
    if (rank >= 0 && !/^[0 ]*$/.test(value)) ids[rank] ??= value.trim()
    const isStamp = code.what === '1.0.0'
    const isTime = code.what === '0.9.1' && TIME.test(value)
    const isDate = code.what === '0.9.2' && DATE.test(value)
    if (isStamp) addClock('stamp', value, at)
    if (isTime) addClock('time', value, at)
    if (isDate) addClock('date', value, at)
    // eBZ counts its seconds in hex, which at times looks like a number.
    const isHex = code.what === '96.8.0' && SECONDS.test(value)
    const register = builder.registers.length
    const text = builder.texts.length
    if (isHex) builder.text(code, value)
    else builder.value(code, value)
    if (builder.registers.length > register) numbers.push({ register, at })
    const isCounting = isHex || (isTime || isDate || isStamp) && DIGITS.test(value)
    if (builder.texts.length > text && isCounting) {
      counting.push({ text, isHex, at, end: at + value.length })
    }
  }

  function addSeveral(code: Code, values: string): void {
    const [first = '', when = '', ...more] = values.slice(1, -1).split(')(')
    const isDated = more.length === 0 && WHEN.test(when) && readQuantity(first) !== null
    if (isDated) builder.peak(code, first, values)
    else builder.text(code, values)
  }

  /** Most lines are one code with one value, and are read without looking for more. */
  function addSimple(line: string, from: number): boolean {
    const open = line.indexOf('(')
    const isSimple = open >= 0 && open <= MAX_CODE && line.length - open - 2 <= MAX_VALUE &&
      line.indexOf(')') === line.length - 1 && line.indexOf('(', open + 1) < 0
    if (!isSimple) return false
    sets++
    const code = reducedCodeOf(line.slice(0, open).trim(), medium)
    if (code === null) builder.warn('malformed-line')
    else add(code, line.slice(open + 1, -1), from + open + 1)
    return true
  }

  for (let from = 0, end = 0; end < text.length; from = end + 1) {
    // Between CR and LF stands a line of nothing.
    end = lineEnd(text, from)
    const line = text.slice(from, end)
    if (sets < MAX_SETS && addSimple(line, from)) continue
    SET.lastIndex = 0
    while (SET.lastIndex < line.length) {
      if (++sets > MAX_SETS) return null
      const found = SET.exec(line)
      const code = found === null ? null : reducedCodeOf(found[1]?.trim() ?? '', medium)
      const values = found?.[2] ?? ''
      const at = from + SET.lastIndex - values.length + 1
      if (code === null) builder.warn('malformed-line')
      else if (values.indexOf(')(') < 0) add(code, values.slice(1, -1), at)
      else addSeveral(code, values)
      if (found === null) break
    }
  }
  if (builder.registers.length === 0) return null

  const meter = ids.find((id) => id !== undefined) ?? identification
  if (meter === '') return null
  if (meter === identification) builder.warn('meter-unnamed')
  const { registers, texts, warnings } = builder
  const places = { numbers, counting, clock: clockAt }
  return { lines: { meter, registers, texts, warnings, clock }, places }
}
