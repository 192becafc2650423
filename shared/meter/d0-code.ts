/**
 * OBIS codes as meters print them at their optical interface: in full, or reduced to `C.D.E`, `C.D`
 * and with the number of a billing period behind (IEC 62056-21 section 6.6, IEC 62056-61 annex).
 *
 * @module
 */
import { type Code, codeOf } from './p1-code.ts'

/** C of what has a letter (IEC 62056-61 table 2): device data, errors, lists, profiles. */
const LETTERS: Readonly<Record<string, number>> = { C: 96, F: 97, L: 98, P: 99 }

const REDUCED =
  /^(?:([0-9]{1,3})-([0-9]{1,3}):)?([0-9]{1,3}|[CFLP])\.([0-9]{1,3}|[CFLP])(?:\.([0-9]{1,3}|[CFLP]))?(?:[*&]([0-9]{1,3}))?$/

/** Group A of IEC 62056-61, table 1, for codes that leave it out. */
export type Medium = 'electricity' | 'heat'
const MEDIA: Readonly<Record<Medium, string>> = { electricity: '1', heat: '6' }

/** The newest codes read, by what was printed: a meter has thirty or so in each readout. */
const known: Readonly<Record<Medium, Map<string, Code>>> = {
  electricity: new Map(),
  heat: new Map(),
}
const maxKnown = 1024

/** A code by its text, or null for what is none. */
export function reducedCodeOf(text: string, medium: Medium = 'electricity'): Code | null {
  const codes = known[medium]
  const before = codes.get(text)
  if (before !== undefined) return before
  const code = parseReduced(text, medium)
  if (code === null) return null
  if (codes.size >= maxKnown) codes.clear()
  codes.set(text, code)
  return code
}

function parseReduced(text: string, medium: Medium): Code | null {
  const match = REDUCED.exec(text)
  if (match === null) return null
  const [, a, b = '0', c = '', d = '', e = '0', f = '255'] = match
  const number = (group: string): number => LETTERS[group] ?? Number(group)
  // What is of no medium has 0.
  const first = a ?? (number(c) >= 96 ? '0' : MEDIA[medium])
  return codeOf(`${first}-${b}:${number(c)}.${number(d)}.${number(e)}*${Number(f)}`)
}
