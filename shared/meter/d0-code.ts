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

/** A code by its text, or null for what is none. */
export function reducedCodeOf(text: string): Code | null {
  const match = REDUCED.exec(text)
  if (match === null) return null
  const [, a, b = '0', c = '', d = '', e = '0', f = '255'] = match
  const number = (group: string): number => LETTERS[group] ?? Number(group)
  // What is not of electricity has medium 0.
  const medium = a ?? (number(c) >= 96 ? '0' : '1')
  return codeOf(`${medium}-${b}:${number(c)}.${number(d)}.${number(e)}*${Number(f)}`)
}
