/**
 * Settings of a serial line, in the words of WebSerial, and those under which meters push by
 * themselves.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'

export interface LineSettings {
  readonly baudRate: number
  readonly dataBits: 7 | 8
  readonly parity: 'none' | 'even' | 'odd'
  readonly stopBits: 1 | 2
}

function line(baudRate: number, dataBits: 7 | 8, parity: 'none' | 'even'): LineSettings {
  return { baudRate, dataBits, parity, stopBits: 1 }
}

/** DSMR 4 and 5, and every dialect of them. */
export const p1Line = line(115_200, 8, 'none')
/** DSMR 2.2 and 3.0. */
export const p1OldLine = line(9600, 7, 'even')

/** Siemens' AMIS meters, which call their reader. */
export const amisLine = line(9600, 8, 'even')

/** What to listen at, the likeliest first. */
export const pushLines: readonly LineSettings[] = [
  p1Line,
  line(9600, 8, 'none'),
  line(2400, 8, 'even'),
  // Kamstrup's HAN ports.
  line(2400, 8, 'none'),
  p1OldLine,
  line(2400, 7, 'even'),
]

/** IEC 62056-21: what a meter that is asked begins with, and what it changes to. */
export function d0Line(baudRate: number): LineSettings {
  return line(baudRate, 7, 'even')
}

/** A line, or a connection, at which meters are asked. */
export interface AskedLine {
  write(bytes: Bytes): Promise<void>
  /** The next bytes, as soon as there are any; null where none came for so many milliseconds. */
  read(milliseconds: number): Promise<Uint8Array | null>
}

/** A serial one, whose settings change as the conversation goes. */
export interface DuplexLine extends AskedLine {
  /** At these settings from now on; what came before is lost. */
  open(settings: LineSettings): Promise<void>
}

/** As people write it: `115200 8N1`. */
export function lineText(settings: LineSettings): string {
  const parity = { none: 'N', even: 'E', odd: 'O' }[settings.parity]
  return `${settings.baudRate} ${settings.dataBits}${parity}${settings.stopBits}`
}
