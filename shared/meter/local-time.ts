/**
 * A meter's local time as an instant. Calendar times that do not exist are no times; the hour that
 * comes twice in autumn is told apart where the meter says summer, and otherwise the instant nearer
 * to the reader's clock is taken and the doubt is said.
 *
 * @module
 */

import type { Clock, Warning } from './reading.ts'
import { instantsOfLocal } from './zone.ts'

export interface Observed {
  readonly at: number
  readonly clock: Clock
  readonly warning?: Warning
}

/** A meter's clock may drift; more than this many seconds and the owner should know. */
export const clockTolerance = 60

/** For a time that no clock shows, or that cannot be read. */
export function invalidTime(now: number): Observed {
  return { at: now, clock: 'device', warning: 'clock-invalid' }
}

/** A local time as seconds, read as if it were UTC; null if no calendar or clock has it. */
export function localSeconds(
  year: number,
  month: number,
  date: number,
  hour: number,
  minute: number,
  second: number,
): number | null {
  if (year < 2000 || year > 2099 || month < 1 || month > 12 || date < 1) return null
  if (hour > 23 || minute > 59 || second > 59) return null
  const time = new Date(Date.UTC(year, month - 1, date, hour, minute, second))
  return time.getUTCDate() === date ? time.getTime() / 1000 : null
}

/**
 * @param local from {@link localSeconds}
 * @param now the reader's clock
 * @param summer the meter says that daylight saving is in force; false where it does not say
 */
export function observedLocal(zone: string, local: number, now: number, summer: boolean): Observed {
  const [first, second] = instantsOfLocal(zone, local)
  if (first === undefined) return invalidTime(now)
  // Clocks are set back at the end of summer, so of two instants the first is in summer.
  if (second === undefined || summer) return { at: first, clock: 'meter-local' }
  const at = Math.abs(second - now) < Math.abs(first - now) ? second : first
  return { at, clock: 'meter-local', warning: 'clock-ambiguous' }
}
