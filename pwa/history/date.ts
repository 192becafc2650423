/**
 * Dates of the calendar without a time: turning days, and their text in an address.
 *
 * @module
 */
import { offsetAt } from '../../shared/meter/zone.ts'

export interface CalendarDay {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** Today, as clocks in the zone show it. */
export function todayIn(zone: string, now: number): CalendarDay {
  // Asked for every day of a year: a formatter of its own for each would take most of the time.
  const date = new Date((now + offsetAt(zone, now)) * 1000)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

export function turn({ year, month, day }: CalendarDay, days: number): CalendarDay {
  const date = new Date(Date.UTC(year, month - 1, day + days))
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

/** `2026-05-03` */
export function dateText({ year, month, day }: CalendarDay): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}

export function parseDate(text: string): CalendarDay | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (match === null) return null
  const found = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) }
  return dateText(turn(found, 0)) === text ? found : null
}

/** Noon of the day as if in UTC: for writing the date, whatever the zone. */
export function noonOf({ year, month, day }: CalendarDay): number {
  return Date.UTC(year, month - 1, day, 12) / 1000
}
