/**
 * Settings of a serial line, in the words of WebSerial, and those under which meters push by
 * themselves.
 *
 * @module
 */

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

/** What to listen at, the likeliest first. */
export const pushLines: readonly LineSettings[] = [
  p1Line,
  line(9600, 8, 'none'),
  line(2400, 8, 'even'),
  p1OldLine,
  line(2400, 7, 'even'),
]

/** As people write it: `115200 8N1`. */
export function lineText(settings: LineSettings): string {
  const parity = { none: 'N', even: 'E', odd: 'O' }[settings.parity]
  return `${settings.baudRate} ${settings.dataBits}${parity}${settings.stopBits}`
}
