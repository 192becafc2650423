/**
 * What the readings of a household say: consumption by interval and day, base load, peaks, and what
 * it costs. Whole numbers throughout: energy in thousandths of a watt-hour, money in
 * millionths of a cent; rounding is for the page.
 *
 * @module
 */
import { toBars } from '../shared/meter/intervals.ts'
import type { Reading } from '../shared/meter/reading.ts'
import { offsetAt } from '../shared/meter/zone.ts'

/** Cents with up to three decimals: as a number of thousandths. */
export interface Tariff {
  readonly perKilowattHour: bigint
  readonly perDay: bigint
}

/** From one reading to the next. */
export interface Interval {
  readonly from: number
  readonly to: number
  /** Thousandths of a watt-hour; null where the counter does not tell. */
  readonly energy: bigint | null
  /** Readings are missing in it: the sum is known, its course is not. */
  readonly gap: boolean
  /** Something was fed into the grid meanwhile: what the household used is more than it drew. */
  readonly feeding: boolean
}

export interface Figures {
  readonly intervals: readonly Interval[]
  readonly energy: bigint
  /** Local days, and stretches of them between which readings are missing. */
  readonly days: readonly Day[]
  /**
   * Watts that are drawn at all times, by the intervals in which nothing was fed in; null with less
   * than a day of them.
   */
  readonly baseLoad: bigint | null
  /** The highest intervals: when, and watts; none of days. */
  readonly peaks: readonly { readonly from: number; readonly watts: bigint }[]
  /** Millionths of a cent. */
  readonly cost: bigint
}

export interface Day {
  /** `2026-11-22` */
  readonly name: string
  /** The last of the days that it sums: another one where readings between them are missing. */
  readonly through: string
  /** How many they are. */
  readonly count: number
  readonly energy: bigint
  readonly cost: bigint
}

const THOUSANDTHS = -3
const SECONDS_OF_A_DAY = 86_400
const PEAKS = 3

/** What the readings of one channel say. */
export function figuresOf(
  readings: readonly Reading[],
  { zone, resolution }: { readonly zone: string; readonly resolution: string },
  tariff: Tariff,
): Figures {
  const barsOf = (counter: string) =>
    toBars(readings, { counter, resolution, zone, cut: () => THOUSANDTHS })
      .filter(({ unit }) => unit === 'Wh' || unit === '')
  const fed = new Set(barsOf('2.8.0').flatMap(({ from, value }) => value === 0n ? [] : [from]))
  const intervals = barsOf('1.8.0').map((bar) => ({
    from: bar.from,
    to: bar.to,
    energy: bar.value,
    gap: bar.gap,
    feeding: fed.has(bar.from),
  }))
  const days = daysOf(intervals, zone, tariff)
  const energy = days.reduce((sum, day) => sum + day.energy, 0n)
  const length = secondsOf(resolution)
  const powers = intervals.flatMap((interval) => {
    const watts = wattsOf(interval, length)
    return watts === null ? [] : [{ from: interval.from, watts, feeding: interval.feeding }]
  })
  const rising = powers.filter(({ feeding }) => !feeding).map(({ watts }) => watts)
    .sort((a, b) => a < b ? -1 : a > b ? 1 : 0)
  const lowest = rising.slice(0, Math.ceil(rising.length / 10))
  const count = days.reduce((sum, day) => sum + day.count, 0)
  return {
    intervals,
    energy,
    days,
    baseLoad: length === null || rising.length < SECONDS_OF_A_DAY / length
      ? null
      : divided(lowest.reduce((sum, watts) => sum + watts, 0n), BigInt(lowest.length)),
    peaks: powers.sort((a, b) => a.watts < b.watts ? 1 : a.watts > b.watts ? -1 : a.from - b.from)
      .slice(0, PEAKS).map(({ from, watts }) => ({ from, watts })),
    cost: costOf(energy, BigInt(count), tariff),
  }
}

/** A stretch in which readings are missing belongs to all of its days, and is not split up. */
function daysOf(intervals: readonly Interval[], zone: string, tariff: Tariff): Day[] {
  const days: { name: string; through: string; energy: bigint }[] = []
  for (const { from, to, energy, gap } of intervals) {
    const name = dayOf(from, zone)
    const through = gap ? dayOf(to - 1, zone) : name
    const last = days.at(-1)
    if (last === undefined || name > last.through) {
      days.push({ name, through, energy: energy ?? 0n })
    } else {
      last.energy += energy ?? 0n
      if (through > last.through) last.through = through
    }
  }
  return days.map((day) => {
    const count = Math.round((Date.parse(day.through) - Date.parse(day.name)) / 86_400_000) + 1
    return { ...day, count, cost: costOf(day.energy, BigInt(count), tariff) }
  })
}

/** Of `PT15M` and its like; null of days, which have no power. */
export function secondsOf(resolution: string): number | null {
  const minutes = /^PT(\d{1,2})M$/.exec(resolution)?.[1]
  return minutes === undefined ? null : Number(minutes) * 60
}

/** Mean power of an interval of about so many seconds; null for what is none, or not known. */
export function wattsOf({ from, to, energy, gap }: Interval, length: number | null): bigint | null {
  const seconds = to - from
  if (energy === null || gap || length === null) return null
  if (3 * seconds < 2 * length || 3 * seconds > 4 * length) return null
  return divided(energy * 3600n, BigInt(seconds) * 1000n)
}

function costOf(energy: bigint, days: bigint, { perKilowattHour, perDay }: Tariff): bigint {
  // Thousandths of Wh times thousandths of a cent for each kWh: 10 ** -6 kWh and 10 ** -3 cents.
  return divided(energy * perKilowattHour, 1000n) + days * perDay * 1000n
}

/** Rounded to the nearest, halves up. Nothing here is negative. */
export function divided(value: bigint, by: bigint): bigint {
  return (2n * value + by) / (2n * by)
}

export function dayOf(at: number, zone: string): string {
  return new Date((at + offsetAt(zone, at)) * 1000).toISOString().slice(0, 10)
}

/** Cents as people write them, `29.9` or `29,9`; null for what is none. */
export function parseCents(text: string): bigint | null {
  const match = /^(\d{1,5})(?:[.,](\d{1,3}))?$/.exec(text.trim())
  if (match === null) return null
  return BigInt(match[1] ?? '0') * 1000n + BigInt((match[2] ?? '').padEnd(3, '0'))
}
