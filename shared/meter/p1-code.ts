/**
 * OBIS codes as they stand in a P1 telegram, `A-B:C.D.E` with or without `*F`, and what each is for.
 *
 * @module
 */

export interface Code {
  /** In full, with `*F`. */
  readonly obis: string
  /** Group A and B: medium 0 with B from 1 on is a sub-meter. */
  readonly channel: number
  /** C.D.E */
  readonly what: string
  readonly c: number
  readonly d: number
}

/** The newest codes read, by what was printed: a meter has thirty or so in each telegram. */
const known = new Map<string, Code>()
const maxKnown = 1024
const maxText = 27

/** A code by its text, or null for what is none. */
export function codeOf(text: string): Code | null {
  const before = known.get(text)
  if (before !== undefined) return before
  const code = text.length <= maxText ? parseCode(text) : null
  if (code === null) return null
  if (known.size === maxKnown) known.clear()
  known.set(text, code)
  return code
}

function parseCode(text: string): Code | null {
  const match =
    /^([0-9]{1,3})-([0-9]{1,3}):([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})(?:\*([0-9]{1,3}))?$/
      .exec(text)
  if (match === null) return null
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 255] = match.slice(1)
    .map((group: string | undefined) => group === undefined ? undefined : Number(group))
  if ([a, b, c, d, e, f].some((group) => group > 255)) return null
  const what = `${c}.${d}.${e}`
  const channel = a === 0 ? b : 0
  return { obis: `${a}-${b}:${c}.${d}.${e}*${f}`, channel, what, c, d }
}

const wordsOf96: ReadonlySet<number> = new Set([1, 2, 4, 5, 13])

/** When billing periods ended. */
const resets: ReadonlySet<string> = new Set(['0.1.2', '0.1.3'])

/** Values that look like numbers and are not: identifiers, versions, messages, status words. */
export function isWords(code: Code): boolean {
  if (code.c === 96) return wordsOf96.has(code.d)
  if (code.c === 0) return code.d === 0 || code.d === 2 || code.d === 9 || resets.has(code.what)
  return code.c >= 97 || code.what === '42.0.0'
}

/** Whether the code is one whose value can only be a number. */
export function isMeasure(code: Code): boolean {
  return code.c > 0 && code.c < 96 && (code.d === 7 || code.d === 8 || code.d === 2)
}
