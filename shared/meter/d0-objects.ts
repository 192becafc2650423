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
import { createReadTime } from './p1-time.ts'
import { Builder } from './p1-builder.ts'
import type { Code } from './p1-code.ts'
import { readQuantity } from './p1-value.ts'
import type { Assurance, Reading } from './reading.ts'

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

interface Printed {
  readonly season: string
  readonly digits: string
}

function printedOf(pattern: RegExp, value: string): Printed | undefined {
  const found = pattern.exec(value)
  if (found === null) return undefined
  const [, season = '', ...rest] = found
  return { season, digits: rest.map((two: string | undefined) => two ?? '00').join('') }
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

function wholeStamp(value: string): string {
  const { season, digits } = printedOf(STAMP, value) ?? { season: '', digits: value }
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
 * @param text the lines up to `!`
 * @param identification what follows `/`: the name of a meter that has no other
 * @returns null where there are no values, or more than any meter prints, or nothing names the meter
 */
export function readDataLines(
  text: string,
  identification: string,
  zone: string | undefined,
  seen: number,
  assurance: Assurance,
): Reading | null {
  const builder = new Builder()
  const ids: (string | undefined)[] = []
  const clock: { date?: Printed | undefined; time?: Printed | undefined; stamp?: string } = {}
  const medium = text.includes('6.26(') && HEAT.test(text) ? 'heat' : 'electricity'
  let sets = 0

  function add(code: Code, value: string): void {
    const rank = ID_CODES.indexOf(code.what)
    if (rank >= 0 && !/^[0 ]*$/.test(value)) ids[rank] ??= value.trim()
    if (code.what === '0.9.1') clock.time ??= printedOf(TIME, value)
    if (code.what === '0.9.2') clock.date ??= printedOf(DATE, value)
    if (code.what === '1.0.0') clock.stamp ??= wholeStamp(value.replace(/[-: .]/g, ''))
    // eBZ counts its seconds in hex, which at times looks like a number.
    const isSeconds = code.what === '96.8.0' && /^[0-9A-F]{8}$/.test(value)
    if (isSeconds) builder.text(code, value)
    else builder.value(code, value)
  }

  function addSeveral(code: Code, values: string): void {
    const [first = '', when = '', ...more] = values.slice(1, -1).split(')(')
    const isDated = more.length === 0 && WHEN.test(when) && readQuantity(first) !== null
    if (isDated) builder.peak(code, first, values)
    else builder.text(code, values)
  }

  /** Most lines are one code with one value, and are read without looking for more. */
  function addSimple(line: string): boolean {
    const open = line.indexOf('(')
    const isSimple = open >= 0 && open <= MAX_CODE && line.length - open - 2 <= MAX_VALUE &&
      line.indexOf(')') === line.length - 1 && line.indexOf('(', open + 1) < 0
    if (!isSimple) return false
    sets++
    const code = reducedCodeOf(line.slice(0, open).trim(), medium)
    if (code === null) builder.warn('malformed-line')
    else add(code, line.slice(open + 1, -1))
    return true
  }

  for (let from = 0, end = 0; end < text.length; from = end + 1) {
    // Between CR and LF stands a line of nothing.
    end = lineEnd(text, from)
    const line = text.slice(from, end)
    if (sets < MAX_SETS && addSimple(line)) continue
    SET.lastIndex = 0
    while (SET.lastIndex < line.length) {
      if (++sets > MAX_SETS) return null
      const found = SET.exec(line)
      const code = found === null ? null : reducedCodeOf(found[1]?.trim() ?? '', medium)
      const values = found?.[2] ?? ''
      if (code === null) builder.warn('malformed-line')
      else if (values.indexOf(')(') < 0) add(code, values.slice(1, -1))
      else addSeveral(code, values)
      if (found === null) break
    }
  }
  if (builder.registers.length === 0) return null

  const meter = ids.find((id) => id !== undefined) ?? identification
  if (meter === '') return null
  if (meter === identification) builder.warn('meter-unnamed')
  const {
    date,
    time,
    stamp = date === undefined || time === undefined ? null : stampOf(date, time),
  } = clock
  const observed = stamp === null
    ? { at: seen, clock: 'device', warning: 'clock-missing' } as const
    : createReadTime(zone)(stamp, seen)
  if (observed.warning !== undefined) builder.warn(observed.warning)
  const { registers, texts, warnings } = builder
  return {
    meter,
    at: observed.at,
    clock: observed.clock,
    seen,
    registers,
    texts,
    assurance,
    warnings,
  }
}
