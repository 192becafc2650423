/**
 * The COSEM lines of a P1 telegram as readings: first the main meter, then every sub-meter (M-Bus
 * channel n, objects `0-n:…`) with its own id and capture time. DSMR P1 Companion Standard 2.2 to
 * 5.0.2, eMUCS P1 1.7.1 (BE), and the plain dialects of Sweden, Hungary, Luxembourg, Austria and
 * Switzerland.
 *
 * A sub-meter's id is its equipment identifier, or, where it has none, the main meter's with
 * `/n`. A main meter without any identifier (some Swedish ones) is named by its identification
 * line, which all meters of that type share.
 *
 * @module
 */

import type { Assurance, Reading, Register, TextRegister, Warning } from './reading.ts'
import { isStamp, type Observed, type ReadTime } from './p1-time.ts'
import { readQuantity } from './p1-value.ts'

export const maxLines = 512

/** The P1 standards have four channels; each sub-meter is given channels and keys of its own. */
const maxSubMeters = 8

export interface P1Objects {
  /** `4.2`, `5.0`, or null before DSMR 4.0 and where the dialect does not say. */
  readonly version: string | null
  readonly readings: Reading[]
  /** Whether these are the objects of DSMR 2.2 or 3.0, which have no CRC. */
  readonly beforeCrc: boolean
}

interface Code {
  readonly obis: string
  /** Group A and B: medium 0 with B from 1 on is a sub-meter. */
  readonly channel: number
  /** C.D.E */
  readonly what: string
  readonly c: number
  readonly d: number
}

const codes = new Map<string, Code | null>()

function parseCode(text: string): Code | null {
  const match =
    /^([0-9]{1,3})-([0-9]{1,3}):([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})(?:\*([0-9]{1,3}))?$/
      .exec(text)
  if (match === null) return null
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 255] = match.slice(1)
    .map((group: string | undefined) => group === undefined ? undefined : Number(group))
  if ([a, b, c, d, e, f].some((group) => group > 255)) return null
  return {
    obis: `${a}-${b}:${c}.${d}.${e}*${f}`,
    channel: a === 0 ? b : 0,
    what: `${c}.${d}.${e}`,
    c,
    d,
  }
}

/** A meter sends the same thirty codes each second; the bound is for those who send others. */
function codeOf(text: string): Code | null {
  const known = codes.get(text)
  if (known !== undefined) return known
  const code = text.length <= 27 ? parseCode(text) : null
  if (codes.size >= 1024) codes.clear()
  codes.set(text, code)
  return code
}

const wordsOf96: ReadonlySet<number> = new Set([1, 2, 4, 5, 13])

/** Values that look like numbers and are not: identifiers, versions, messages, status words. */
function isWords(code: Code): boolean {
  if (code.c === 96) return wordsOf96.has(code.d)
  if (code.c === 0) return code.d === 0 || code.d === 2 || code.d === 9
  return code.c >= 97 || code.what === '42.0.0'
}

/** Whether the code is one whose value can only be a number. */
function isMeasure(code: Code): boolean {
  return code.c > 0 && code.c < 96 && (code.d === 7 || code.d === 8 || code.d === 2)
}

class Builder {
  readonly registers: Register[] = []
  readonly texts: TextRegister[] = []
  readonly warnings = new Set<Warning>()
  observed: Observed | null = null
  readonly #seen = new Set<string>()

  #first(obis: string): boolean {
    if (!this.#seen.has(obis)) {
      this.#seen.add(obis)
      return true
    }
    this.warnings.add('duplicate-register')
    return false
  }

  text(obis: string, text: string): void {
    if (this.#first(obis)) this.texts.push({ obis, text })
  }

  /** Keeps a value as a number where it is one, and otherwise word for word. */
  value(code: Code, text: string): void {
    const quantity = isWords(code) ? null : readQuantity(text)
    if (quantity === null) {
      if (text !== '' && (isMeasure(code) || text.includes('*'))) this.warnings.add('value-invalid')
      this.text(code.obis, text)
    } else if (this.#first(code.obis)) this.registers.push({ obis: code.obis, ...quantity })
  }
}

/** An identifier as its owner reads it: hex of printable ASCII decoded, anything else as printed. */
function readId(text: string): string {
  if (text.length % 2 !== 0 || !/^(?:[2-7][0-9A-Fa-f])+$/.test(text)) return text
  let decoded = ''
  for (let i = 0; i < text.length; i += 2) {
    const code = parseInt(text.slice(i, i + 2), 16)
    if (code === 0x7f) return text
    decoded += String.fromCharCode(code)
  }
  return decoded.trim()
}

/** Channel n of the main telegram. */
class SubMeter {
  id: string | null = null
  readonly captures: Builder[] = [new Builder()]
  captured = false

  /** The reading captured at that time; values of two times are two readings. */
  at(observed: Observed): Builder {
    for (const capture of this.captures) {
      if (capture.observed === null || capture.observed.at === observed.at) {
        capture.observed = observed
        return capture
      }
    }
    const next = new Builder()
    next.observed = observed
    this.captures.push(next)
    return next
  }

  get common(): Builder {
    const [first] = this.captures
    if (first === undefined) throw new TypeError('A sub-meter starts with one capture')
    return first
  }
}

/** `(a)(b)` as its parts, or null if brackets or what is between them are wrong. */
function groupsOf(line: string, start: number): string[] | null {
  const groups: string[] = []
  let i = start
  while (i < line.length) {
    const close = line.indexOf(')', i)
    if (line.charCodeAt(i) !== 0x28 || close < 0) return null
    const group = line.slice(i + 1, close)
    if (group.includes('(')) return null
    groups.push(group)
    i = close + 1
  }
  return groups.length === 0 ? null : groups
}

/** DSMR 2.2 and 3.0 gas: `(time)(status)(minutes)(count)(obis)(unit)…(value)…`. */
function readOldCapture(groups: readonly string[]): Array<{ code: Code; text: string }> | null {
  const count = Number(groups[3])
  if (!(count >= 1 && count <= 8) || groups.length !== 4 + 3 * count) return null
  const found: Array<{ code: Code; text: string }> = []
  for (let i = 0; i < count; i++) {
    const code = codeOf(groups[4 + 2 * i] ?? '')
    if (code === null) return null
    found.push({ code, text: `${groups[4 + 2 * count + i]}*${groups[5 + 2 * i]}` })
  }
  return found
}

function versionOf(text: string | undefined): string | null {
  return text !== undefined && /^[1-9][0-9]/.test(text) ? `${text[0]}.${text[1]}` : null
}

/**
 * @param lines the data lines of the telegram, without the identification line
 * @param identification what follows `/`
 * @param now the reader's clock when the telegram was whole
 */
export function readObjects(
  lines: readonly string[],
  identification: string,
  readTime: ReadTime,
  now: number,
  assurance: Assurance,
): P1Objects {
  const main = new Builder()
  const subMeters = new Map<number, SubMeter>()
  const ids = new Map<string, string>()
  let version: string | undefined
  let hasClock = false
  let hasTariff = false
  let hasId = false

  for (let i = 0; i < lines.length; i++) {
    let line = lines[i] ?? ''
    // DSMR 2.2 and 3.0 print the gas value on a line of its own.
    while (lines[i + 1]?.startsWith('(') === true) line += lines[++i] ?? ''
    line = line.trim()
    if (line === '') continue
    const open = line.indexOf('(')
    const code = open > 0 ? codeOf(line.slice(0, open)) : null
    const groups = code === null ? null : groupsOf(line, open)
    if (code === null || groups === null) {
      main.warnings.add('malformed-line')
      continue
    }
    const [value = '', second] = groups
    const single = groups.length === 1

    if (code.channel > 0) {
      let sub = subMeters.get(code.channel)
      if (sub === undefined) {
        if (subMeters.size === maxSubMeters) {
          main.warnings.add('malformed-line')
          continue
        }
        subMeters.set(code.channel, sub = new SubMeter())
      }
      if (single && (code.what === '96.1.0' || code.what === '96.1.1')) {
        if (!/^0*$/.test(value)) sub.id ??= readId(value)
        sub.common.text(code.obis, value)
      } else if (second !== undefined && groups.length === 2 && isStamp(value)) {
        sub.captured = true
        sub.at(readTime(value, now)).value(code, second)
      } else if (code.what === '24.3.0' && readOldCapture(groups) !== null) {
        sub.captured = true
        const capture = sub.at(readTime(value, now))
        for (const old of readOldCapture(groups) ?? []) capture.value(old.code, old.text)
        capture.text(code.obis, line.slice(open))
      } else if (single) {
        if (code.c === 24 && code.d === 2) sub.captured = true
        sub.common.value(code, value)
      } else sub.common.text(code.obis, line.slice(open))
      continue
    }

    if (code.what === '1.0.0' && single) {
      hasClock = true
      main.observed ??= readTime(value, now)
      continue
    }
    if (code.what === '0.2.8' || code.what === '96.1.4') version ??= value
    if (code.what === '96.14.0') hasTariff = true
    if (code.what === '96.1.1') hasId = true
    if (single && !/^0*$/.test(value)) ids.set(code.what, value)
    if (single) main.value(code, value)
    // Peaks, failure logs and histories have a form of their own each; they are kept as printed.
    else main.text(code.obis, line.slice(open))
  }

  const printedId = ids.get('96.1.1') ?? ids.get('96.1.0') ?? ids.get('42.0.0') ??
    ids.get('96.1.255')
  const id = printedId === undefined ? identification : readId(printedId)
  const late: Reading[] = []
  const finish = (meter: string, builder: Builder): Reading => {
    const observed = builder.observed ?? { at: now, clock: 'device', warning: 'clock-missing' }
    if (observed.warning !== undefined) builder.warnings.add(observed.warning)
    return {
      meter,
      at: observed.at,
      clock: observed.clock,
      seen: now,
      registers: builder.registers,
      texts: builder.texts,
      assurance,
      warnings: [...builder.warnings],
    }
  }
  for (const [channel, sub] of subMeters) {
    if (sub.captured) {
      for (const capture of sub.captures) late.push(finish(sub.id ?? `${id}/${channel}`, capture))
      continue
    }
    // A channel that was never read is a place for a sub-meter, and belongs to the main meter.
    for (const register of sub.common.registers) main.registers.push(register)
    for (const text of sub.common.texts) main.texts.push(text)
    for (const warning of sub.common.warnings) main.warnings.add(warning)
  }
  return {
    version: versionOf(version),
    readings: [finish(id, main), ...late],
    beforeCrc: version === undefined && !hasClock && hasTariff && hasId,
  }
}
