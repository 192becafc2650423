/**
 * Dates of the calendar without a time: turning days, and their text in an address.
 *
 * @module
 */

export interface CalendarDay {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** Today, as clocks in the zone show it. */
export function todayIn(zone: string, now: number): CalendarDay {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  }).formatToParts(now * 1000)
  const read = (type: 'year' | 'month' | 'day') =>
    Number(parts.find((part) => part.type === type)?.value)
  return { year: read('year'), month: read('month'), day: read('day') }
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
