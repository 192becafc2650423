/**
 * The data lines of an optical readout as one reading (IEC 62056-21 section 6.5): data sets
 * `code(value*unit)`, several in a line, several values of one code in brackets of their own.
 *
 * @module
 */
import { reducedCodeOf } from './d0-code.ts'
import { createReadTime } from './p1-time.ts'
import { Builder } from './p1-builder.ts'
import type { Code } from './p1-code.ts'
import type { Assurance, Reading } from './reading.ts'

/** More than any meter prints. */
const MAX_SETS = 2048

/** A code of characters without brackets, and its values. */
const SET = /([^()]{0,40})((?:\([^()]{0,128}\))+)/y

/** What names a meter, the best first. */
const ID_CODES = ['0.0.0', '96.1.0', '96.1.255', '0.0.9', '0.0.1', '96.1.1']

const TIME = /^(?:[0-9] ?)?([0-9]{2}):?([0-9]{2}):?([0-9]{2})?$/
const DATE = /^[0-9]?([0-9]{2})[-.]?([0-9]{2})[-.]?([0-9]{2})$/

function digitsOf(pattern: RegExp, value: string): string | undefined {
  return pattern.exec(value)?.slice(1).map((two) => two ?? '00').join('')
}

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
  const clock: { date?: string | undefined; time?: string | undefined; stamp?: string } = {}
  let sets = 0

  function add(code: Code, value: string): void {
    const rank = ID_CODES.indexOf(code.what)
    if (rank >= 0 && !/^[0 ]*$/.test(value)) ids[rank] ??= value.trim()
    if (code.what === '0.9.1') clock.time ??= digitsOf(TIME, value)
    if (code.what === '0.9.2') clock.date ??= digitsOf(DATE, value)
    if (code.what === '1.0.0') clock.stamp ??= value.replace(/[-: .]/g, '')
    builder.value(code, value)
  }

  for (const line of text.split(/\r\n|\r|\n/)) {
    SET.lastIndex = 0
    while (SET.lastIndex < line.length) {
      if (++sets > MAX_SETS) return null
      const found = SET.exec(line)
      const code = found === null ? null : reducedCodeOf(found[1]?.trim() ?? '')
      const values = found?.[2] ?? ''
      if (code === null) builder.warn('malformed-line')
      else if (values.indexOf(')(') < 0) add(code, values.slice(1, -1))
      else builder.text(code, values)
      if (found === null) break
    }
  }
  if (builder.registers.length === 0) return null

  const meter = ids.find((id) => id !== undefined) ?? identification
  if (meter === '') return null
  if (meter === identification) builder.warn('meter-unnamed')
  const { date, time, stamp = date === undefined || time === undefined ? null : date + time } =
    clock
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
