/**
 * The first line of a meter at its optical interface (IEC 62056-21 section 6.3.2): `/`, three
 * letters of the maker, the baud rate it offers, its name.
 *
 * @module
 */
import type { Bytes } from '../bytes.ts'

export interface Identification {
  /** What follows `/`, for people. */
  readonly text: string
  /**
   * `C`: asks to be acknowledged before it changes to the rate it offers; `B`: changes by itself;
   * `A`: stays at 300.
   */
  readonly mode: 'A' | 'B' | 'C'
  /** As the meter prints it, to be acknowledged with. */
  readonly rate: string
  readonly baudRate: number
  /** `\2` (mode E, annex B.2): it can also be read by HDLC. */
  readonly hdlc: boolean
}

const RATES = [300, 600, 1200, 2400, 4800, 9600, 19_200]

/** `/`, maker, rate, `\W` and a name of up to 16 characters, two more for those who forget. */
export const maxIdentification = 32

/** @param line from `/` up to but without its line end; null where no meter begins so */
export function readIdentification(line: Bytes): Identification | null {
  const text = String.fromCharCode(...line.subarray(0, maxIdentification))
  const found = /^\/[A-Za-z]{3}([\x20-\x7e])((?:\\.)*)[\x20-\x7e]*$/.exec(text)
  if (found === null) return null
  const [, rate = '', modes = ''] = found
  const place = '0123456'.indexOf(rate)
  const letter = 'ABCDEF'.indexOf(rate)
  return {
    text: text.slice(1).trim(),
    mode: place >= 0 ? 'C' : letter >= 0 ? 'B' : 'A',
    rate,
    baudRate: (place >= 0 ? RATES[place] : RATES[letter + 1]) ?? 300,
    hdlc: modes.includes('\\2'),
  }
}
