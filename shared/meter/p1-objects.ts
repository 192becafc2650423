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

import type { Observed } from './local-time.ts'
import { type Assurance, maxMeter, type Reading } from './reading.ts'
import { isStamp, type ReadTime } from './p1-time.ts'
import { Builder } from './p1-builder.ts'
import { type Code, codeOf } from './p1-code.ts'
import type { Places } from './p1-shape.ts'

export const maxLines = 512

/** The P1 standards have four channels; each sub-meter is given channels and keys of its own. */
const maxSubMeters = 8

export interface P1Objects {
  /** `4.2`, `5.0`, or null before DSMR 4.0 and where the dialect does not say. */
  readonly version: string | null
  readonly readings: Reading[]
  /** Whether these are the objects of DSMR 2.2 or 3.0, which have no CRC. */
  readonly beforeCrc: boolean
  /** Where its time and its numbers stand. */
  readonly places: Places
}

/** The newest identifiers read, by what was printed: a meter has few, and prints them each second. */
const ids = new Map<string, string>()
const maxIds = 16

function idOf(text: string): string {
  const known = ids.get(text)
  if (known !== undefined) return known
  if (ids.size === maxIds) ids.clear()
  const id = readId(text)
  ids.set(text, id)
  return id
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

/** Whether it names a meter: blanks do not, nor does what no block holds. */
function isId(id: string): boolean {
  return id.trim() !== '' && id.length <= maxMeter
}

/** Channel n of the main telegram. */
class SubMeter {
  id: string | null = null
  readonly captures: Builder[] = [new Builder()]
  captured = false

  /** The reading captured at that time; values of two times are two readings. */
  at(observed: Observed): Builder {
    for (const capture of this.captures) {
      const { at, clock } = capture.observed ?? observed
      // A time that is not known is none that is, though the reader's clock may just say the same.
      if (at === observed.at && clock === observed.clock) {
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
function readOldCapture(groups: readonly string[]): { code: Code; text: string }[] | null {
  const count = Number(groups[3])
  if (!(count >= 1 && count <= 8) || groups.length !== 4 + 3 * count) return null
  const found: { code: Code; text: string }[] = []
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

/** What names a main meter, the best first; the last is a number as it is printed on the meter. */
const idCodes = ['96.1.1', '96.1.0', '42.0.0', '96.1.255', '0.0.0']
const numberRank = 4

/** One telegram while it is read. */
class Telegram {
  readonly main = new Builder()
  readonly #readTime: ReadTime
  readonly #now: number
  readonly #subMeters = new Map<number, SubMeter>()
  readonly #ids: (string | undefined)[] = []
  readonly #numbers: { readonly register: number; readonly at: number }[] = []
  #stamp: number | null = null
  #version: string | undefined
  #hasClock = false
  #hasTariff = false
  #hasId = false

  constructor(readTime: ReadTime, now: number) {
    this.#readTime = readTime
    this.#now = now
  }

  /**
   * @param printed all that follows the code
   * @param at where in the telegram that is
   */
  add(code: Code, groups: readonly string[], printed: string, at: number): void {
    if (code.channel > 0) return this.#addToSubMeter(code, groups, printed)
    const [value = ''] = groups
    const single = groups.length === 1
    const { what } = code
    if (what === '1.0.0' && single) {
      this.#hasClock = true
      if (this.main.observed === null) {
        this.main.observed = this.#readTime(value, this.#now)
        this.#stamp = at + 1
      }
      return
    }
    if (what === '0.2.8' || what === '96.1.4') this.#version ??= value
    if (what === '96.14.0') this.#hasTariff = true
    if (what === '96.1.1') this.#hasId = true
    if (single) {
      const rank = idCodes.indexOf(what)
      if (rank >= 0 && !/^[0 ]*$/.test(value)) {
        const id = rank < numberRank ? idOf(value) : value.trim()
        if (isId(id)) this.#ids[rank] = id
      }
      const register = this.main.registers.length
      this.main.value(code, value)
      // Whatever else a line tells, it tells by words: a number only has its value.
      if (this.main.registers.length > register) this.#numbers.push({ register, at: at + 1 })
    } else if (code.d === 6 && groups.length === 2 && isStamp(value)) {
      // A peak and when it was: the number has no time of its own, so the line is kept too.
      this.main.peak(code, groups[1] ?? '', printed)
    } // Failure logs and histories have a form of their own each; they are kept as printed.
    else this.main.text(code, printed)
  }

  #addToSubMeter(code: Code, groups: readonly string[], printed: string): void {
    const [value = '', second] = groups
    const single = groups.length === 1
    const { what } = code
    let sub = this.#subMeters.get(code.channel)
    if (sub === undefined) {
      if (this.#subMeters.size === maxSubMeters) return this.main.warn('malformed-line')
      this.#subMeters.set(code.channel, sub = new SubMeter())
    }
    const old = what === '24.3.0' ? readOldCapture(groups) : null
    if (single && (what === '96.1.0' || what === '96.1.1')) {
      const id = /^0*$/.test(value) ? '' : idOf(value)
      if (isId(id)) sub.id ??= id
      sub.common.text(code, value)
    } else if (second !== undefined && groups.length === 2 && isStamp(value)) {
      sub.captured = true
      sub.at(this.#readTime(value, this.#now)).value(code, second)
    } else if (old !== null) {
      sub.captured = true
      const capture = sub.at(this.#readTime(value, this.#now))
      for (const each of old) capture.value(each.code, each.text)
      capture.text(code, printed)
    } else if (single) {
      if (code.c === 24 && code.d === 2) sub.captured = true
      sub.common.value(code, value)
    } else sub.common.text(code, printed)
  }

  finish(identification: string, assurance: Assurance): P1Objects {
    const { main } = this
    const now = this.#now
    const id = this.#ids.find((one) => one !== undefined) ?? identification
    const finish = (meter: string, builder: Builder): Reading => {
      const observed = builder.observed ?? { at: now, clock: 'device', warning: 'clock-missing' }
      if (observed.warning !== undefined) builder.warn(observed.warning)
      const { registers, texts, warnings } = builder
      const { at, clock } = observed
      return { meter, at, clock, seen: now, registers, texts, assurance, warnings }
    }
    const late: Reading[] = []
    for (const [channel, sub] of this.#subMeters) {
      if (sub.captured) {
        for (const capture of sub.captures) late.push(finish(sub.id ?? `${id}/${channel}`, capture))
        continue
      }
      // A channel that was never read is a place for a sub-meter, and belongs to the main meter.
      for (const register of sub.common.registers) main.registers.push(register)
      for (const text of sub.common.texts) main.texts.push(text)
      for (const warning of sub.common.warnings) main.warn(warning)
    }
    return {
      version: versionOf(this.#version),
      readings: [finish(id, main), ...late],
      beforeCrc: this.#version === undefined && !this.#hasClock && this.#hasTariff && this.#hasId,
      places: { stamp: this.#stamp, numbers: this.#numbers },
    }
  }
}

/**
 * @param text the telegram up to its `!`, a character for each byte
 * @param from where its data lines begin, after the identification line
 * @param identification what follows `/`
 * @param now the reader's clock when the telegram was whole
 * @returns null if there are more lines than any meter sends
 */
export function readObjects(
  text: string,
  from: number,
  identification: string,
  readTime: ReadTime,
  now: number,
  assurance: Assurance,
): P1Objects | null {
  const telegram = new Telegram(readTime, now)
  let at = from
  // What follows the last line end is a line too.
  let lines = 1
  while (at < text.length) {
    if (++lines > maxLines) return null
    const start = at
    let end = endOf(text, at)
    let line = text.slice(at, end)
    at = afterLineEnd(text, end)
    // DSMR 2.2 and 3.0 print the gas value on a line of its own.
    while (text.charCodeAt(at) === bracket) {
      if (++lines > maxLines) return null
      end = endOf(text, at)
      line += text.slice(at, end)
      at = afterLineEnd(text, end)
    }
    line = line.trim()
    if (line === '') continue
    const open = line.indexOf('(')
    const code = open > 0 ? codeOf(line.slice(0, open)) : null
    const groups = code === null ? null : groupsOf(line, open)
    if (code === null || groups === null) telegram.main.warn('malformed-line')
    else telegram.add(code, groups, line.slice(open), text.indexOf('(', start))
  }
  return telegram.finish(identification, assurance)
}

const bracket = 0x28
const cr = 0x0d
const lf = 0x0a

/** Where the line from there ends: at CR, LF or the end. */
export function endOf(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === cr || code === lf) return at
  }
  return text.length
}

/** Past CR LF, or one of them alone, as telegrams have that went through an editor. */
export function afterLineEnd(text: string, end: number): number {
  return text.charCodeAt(end) === cr && text.charCodeAt(end + 1) === lf ? end + 2 : end + 1
}
