/**
 * OBIS codes as they stand in a P1 telegram, `A-B:C.D.E` with or without `*F`: what each is for, and
 * what a meter was seen to print with it. A meter sends the same thirty lines each second, so a
 * reader keeps the codes it has met, and looks first for the one that came next the last time.
 *
 * @module
 */

import { type Bytes, utf8 } from '../bytes.ts'

export interface Code {
  /** In full, with `*F`. */
  readonly obis: string
  /** Group A and B: medium 0 with B from 1 on is a sub-meter. */
  readonly channel: number
  /** C.D.E */
  readonly what: string
  readonly c: number
  readonly d: number
  /** Of the main meter, and a number that tells nothing but itself. */
  readonly plain: boolean
  /** How its line begins: as printed, and a bracket. */
  readonly opening: Bytes
  /** The newest telegram with this code, shared by all ways to print it. */
  readonly met: { telegram: number }
  /** The code of the line that came after this one in the newest telegram. */
  next: Code | null
  /** What came after the digits of its newest value: unit, bracket, line end; null if unknown. */
  tail: Bytes | null
  /** What a value with that tail is counted in. */
  unit: string
  exponent: number
  /** Its newest line with the line end, if that was read as brackets, and what was in them. */
  line: Bytes | null
  groups: readonly string[]
}

/** The codes that a reader has met. */
export interface Codes {
  /** A code by its text, or null for what is none. */
  find(text: string): Code | null
  /** Whether there are more than any meter has: it is time to begin anew. */
  full(): boolean
}

const maxCodes = 1024
const maxText = 27

/** Codes of a main meter that tell what the telegram is, beside their value. */
const telling: ReadonlySet<string> = new Set([
  '1.0.0',
  '0.2.8',
  '96.1.4',
  '96.14.0',
  '96.1.1',
  '96.1.0',
  '42.0.0',
  '96.1.255',
])

export function createCodes(): Codes {
  const byText = new Map<string, Code>()
  const byObis = new Map<string, Code['met']>()
  return {
    find(text) {
      const known = byText.get(text)
      if (known !== undefined) return known
      const code = text.length <= maxText ? parseCode(text, byObis) : null
      if (code !== null) byText.set(text, code)
      return code
    },
    full: () => byText.size >= maxCodes,
  }
}

function parseCode(text: string, byObis: Map<string, Code['met']>): Code | null {
  const match =
    /^([0-9]{1,3})-([0-9]{1,3}):([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})(?:\*([0-9]{1,3}))?$/
      .exec(text)
  if (match === null) return null
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 255] = match.slice(1)
    .map((group: string | undefined) => group === undefined ? undefined : Number(group))
  if ([a, b, c, d, e, f].some((group) => group > 255)) return null
  const obis = `${a}-${b}:${c}.${d}.${e}*${f}`
  const what = `${c}.${d}.${e}`
  const channel = a === 0 ? b : 0
  const met = byObis.get(obis) ?? { telegram: 0 }
  byObis.set(obis, met)
  return {
    obis,
    channel,
    what,
    c,
    d,
    plain: channel === 0 && !telling.has(what) && !isWords({ c, d, what }),
    opening: utf8(`${text}(`),
    met,
    next: null,
    tail: null,
    unit: '',
    exponent: 0,
    line: null,
    groups: [],
  }
}

const wordsOf96: ReadonlySet<number> = new Set([1, 2, 4, 5, 13])

/** Values that look like numbers and are not: identifiers, versions, messages, status words. */
export function isWords(code: Pick<Code, 'c' | 'd' | 'what'>): boolean {
  if (code.c === 96) return wordsOf96.has(code.d)
  if (code.c === 0) return code.d === 0 || code.d === 2 || code.d === 9
  return code.c >= 97 || code.what === '42.0.0'
}

/** Whether the code is one whose value can only be a number. */
export function isMeasure(code: Code): boolean {
  return code.c > 0 && code.c < 96 && (code.d === 7 || code.d === 8 || code.d === 2)
}

/** Whether `part` stands in `bytes` at that place. */
export function standsAt(bytes: Bytes, at: number, part: Bytes): boolean {
  for (let i = 0; i < part.length; i++) if (bytes[at + i] !== part[i]) return false
  return true
}
