/**
 * Points in time of the M-Bus (EN 13757-3:2018, annex A): types F (minutes), G (dates), I (seconds)
 * and J (times of day), with their marks for summer time, for "invalid" and for "every".
 *
 * @module
 */

import { localSeconds } from './local-time.ts'

export interface MBusTime {
  /**
   * As ISO 8601 writes it, local, without a zone; a part that means "every" is `*`; `invalid` where
   * the meter says so, or no calendar has it.
   */
  readonly text: string
  /** Seconds of local time, read as if it were UTC; null for all but a whole point in time. */
  readonly local: number | null
  /** The meter says that daylight saving is in force. */
  readonly summer: boolean
  /** How exact it is, in seconds. */
  readonly resolution: number
}

const invalid: MBusTime = { text: 'invalid', local: null, summer: false, resolution: 1 }

function two(part: number, every: number): string {
  return part === every ? '*' : String(part).padStart(2, '0')
}

/** Years 0 to 80 without a century are 2000 to 2080; meters of before 2000 had no other. */
function yearOf(low: number, high: number, century: number): number | null {
  const year = ((low & 0xe0) >> 5) | ((high & 0xf0) >> 1)
  if (year === 127) return null
  if (year > 99) return -1
  return century === 0 && year <= 80 ? 2000 + year : 1900 + 100 * century + year
}

function dateOf(low: number, high: number, century: number): string | null {
  const [day, month, year] = [low & 0x1f, high & 0x0f, yearOf(low, high, century)]
  // No month, no date: what meters show whose date was never set.
  if (year === -1 || month === 0 || (month > 12 && month !== 15)) return null
  const isWhole = day !== 0 && month !== 15 && year !== null
  if (isWhole && new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return null
  return `${year ?? '*'}-${two(month, 15)}-${two(day, 0)}`
}

function timeOfDay(hour: number, minute: number, second: number | null): string | null {
  const fits = (part: number, most: number, every: number) => part <= most || part === every
  if (!fits(hour, 23, 31) || !fits(minute, 59, 63)) return null
  if (second !== null && !fits(second, 59, 63)) return null
  return [two(hour, 31), two(minute, 63), ...(second === null ? [] : [two(second, 63)])].join(':')
}

function compound(
  date: string | null,
  time: string | null,
  summer: boolean,
  resolution: number,
): MBusTime {
  if (date === null || time === null) return invalid
  const text = `${date}T${time}`
  if (text.includes('*')) return { ...invalid, text, summer, resolution }
  const [year, month, day, hour, minute, second] = text.split(/[-T:]/).map(Number)
  const local = localSeconds(
    year ?? 0,
    month ?? 0,
    day ?? 0,
    hour ?? 0,
    minute ?? 0,
    second ?? 0,
  )
  return { text, local, summer, resolution }
}

/** @param bytes low byte first; null where no type has so many */
export function readMBusTime(bytes: Uint8Array): MBusTime | null {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = bytes
  if (bytes.length === 2) {
    const text = a === 0xff && b === 0xff ? null : dateOf(a, b, 0)
    return text === null ? invalid : { ...invalid, text, resolution: 86_400 }
  }
  if (bytes.length === 3) {
    const text = timeOfDay(c & 0x1f, b & 0x3f, a & 0x3f)
    return text === null ? invalid : { ...invalid, text }
  }
  if (bytes.length === 4) {
    if ((a & 0x80) !== 0) return invalid
    const date = dateOf(c, d, (b & 0x60) >> 5)
    return compound(date, timeOfDay(b & 0x1f, a & 0x3f, null), (b & 0x80) !== 0, 60)
  }
  if (bytes.length === 6) {
    if ((b & 0x80) !== 0) return invalid
    const time = timeOfDay(c & 0x1f, b & 0x3f, a & 0x3f)
    return compound(dateOf(d, e, 0), time, (a & 0x40) !== 0, 1)
  }
  return null
}
