/**
 * Time stamps of P1 telegrams: `YYMMDDhhmmss` and, from DSMR 4.0 on, `S` (summer) or `W` (winter).
 * Meters at their optical interface may say the same, or that their clock is in UTC (`Z` here).
 *
 * `S` and `W` name the offset. They are taken at their word, so a Swedish meter, which keeps winter
 * time all year, is right in summer too. They mean CEST and CET unless the zone given is a European
 * one with other offsets (Finland, Lithuania). Without a suffix the local hour that comes twice
 * in autumn cannot be told apart (see local-time.ts).
 *
 * @module
 */

import { invalidTime, localSeconds, type Observed, observedLocal } from './local-time.ts'
import { offsetAt } from './zone.ts'

export type ReadTime = (text: string, now: number) => Observed

/** Where a telegram names neither offset nor the caller a zone: all meters with P1 and no suffix. */
const p1Zone = 'Europe/Amsterdam'

/** The local time of a stamp as seconds read as if it were UTC, or null if no calendar has it. */
function localOf(text: string): number | null {
  const part: number[] = []
  for (let i = 0; i < 12; i += 2) {
    const tens = text.charCodeAt(i) - 48
    const ones = text.charCodeAt(i + 1) - 48
    if (!(tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9)) return null
    part.push(10 * tens + ones)
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = part
  // Slots without a device print 700101000000; no smart meter is that old.
  return year >= 70 ? null : localSeconds(2000 + year, month, day, hour, minute, second)
}

/** Of a stamp; -1 where it has none. */
function secondOf(text: string): number {
  const tens = text.charCodeAt(10) - 48
  const ones = text.charCodeAt(11) - 48
  return tens >= 0 && tens <= 5 && ones >= 0 && ones <= 9 ? 10 * tens + ones : -1
}

/** @throws {RangeError} if the runtime does not know the zone */
export function createReadTime(zone: string = p1Zone): ReadTime {
  let winter = 3600
  let summer = 7200
  const january = offsetAt(zone, Date.UTC(2026, 0, 1) / 1000)
  const july = offsetAt(zone, Date.UTC(2026, 6, 1) / 1000)
  if (zone.startsWith('Europe/') && january !== july) {
    winter = Math.min(january, july)
    summer = Math.max(january, july)
  }
  function read(text: string, now: number): Observed {
    const suffix = text.slice(12)
    const local = text.length === 12 || text.length === 13 ? localOf(text) : null
    if (local === null) return invalidTime(now)
    if (suffix === 'S') return { at: local - summer, clock: 'meter' }
    if (suffix === 'W') return { at: local - winter, clock: 'meter' }
    if (suffix === 'Z') return { at: local, clock: 'meter' }
    return suffix === '' ? observedLocal(zone, local, now, false) : invalidTime(now)
  }
  /** The minute read last, `YYMMDDhhmm` and what names the offset: no clock is set within one. */
  let minute = ''
  let suffix = ''
  let begin: Observed = invalidTime(0)
  return (text, now) => {
    const second = secondOf(text)
    if (second < 0) return read(text, now)
    if (!text.startsWith(minute) || minute === '' || text.slice(12) !== suffix) {
      const observed = read(text, now)
      // The hour that comes twice is told apart by the reader's clock, each time anew.
      if (observed.warning !== undefined) return observed
      minute = text.slice(0, 10)
      suffix = text.slice(12)
      begin = { ...observed, at: observed.at - second }
    }
    return { at: begin.at + second, clock: begin.clock }
  }
}

/** Whether a value looks like a time stamp, valid or not. */
export function isStamp(text: string): boolean {
  return /^[0-9]{12}[SW]?$/.test(text)
}
