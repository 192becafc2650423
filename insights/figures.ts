/**
 * What the readings of a household say: consumption by quarter of an hour and day, base load, peaks,
 * and what it costs. Whole numbers throughout: energy in thousandths of a watt-hour, money in
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
  /** Quarter-hours are missing in it: the sum is known, its course is not. */
  readonly gap: boolean
}

export interface Figures {
  readonly intervals: readonly Interval[]
  readonly energy: bigint
  /** Local days that have readings. */
  readonly days: readonly Day[]
  /** Watts that are drawn at all times; null with less than a day of quarter-hours. */
  readonly baseLoad: bigint | null
  /** The highest quarter-hours: when, and watts. */
  readonly peaks: readonly { readonly from: number; readonly watts: bigint }[]
  /** Millionths of a cent. */
  readonly cost: bigint
}

export interface Day {
  /** `2026-11-22` */
  readonly name: string
  readonly energy: bigint
  readonly cost: bigint
}

const THOUSANDTHS = -3
const QUARTERS_OF_A_DAY = 96
const PEAKS = 3

export function figuresOf(readings: readonly Reading[], zone: string, tariff: Tariff): Figures {
  const bars = toBars(readings, {
    counter: '1.8.0',
    resolution: 'PT15M',
    zone,
    cut: () => THOUSANDTHS,
  })
  const intervals = bars.filter(({ unit }) => unit === 'Wh' || unit === '').map((bar) => ({
    from: bar.from,
    to: bar.to,
    energy: bar.value,
    gap: bar.gap,
  }))
  const byDay = new Map<string, bigint>()
  for (const { from, energy } of intervals) {
    const name = dayOf(from, zone)
    byDay.set(name, (byDay.get(name) ?? 0n) + (energy ?? 0n))
  }
  const days = [...byDay].map(([name, energy]) => ({
    name,
    energy,
    cost: costOf(energy, 1n, tariff),
  }))
  const energy = days.reduce((sum, day) => sum + day.energy, 0n)
  const powers = intervals.flatMap((interval) => {
    const watts = wattsOf(interval)
    return watts === null ? [] : [{ from: interval.from, watts }]
  })
  const rising = powers.map(({ watts }) => watts).sort((a, b) => a < b ? -1 : a > b ? 1 : 0)
  const lowest = rising.slice(0, Math.ceil(rising.length / 10))
  return {
    intervals,
    energy,
    days,
    baseLoad: rising.length < QUARTERS_OF_A_DAY
      ? null
      : divided(lowest.reduce((sum, watts) => sum + watts, 0n), BigInt(lowest.length)),
    peaks: powers.sort((a, b) => a.watts < b.watts ? 1 : a.watts > b.watts ? -1 : a.from - b.from)
      .slice(0, PEAKS),
    cost: costOf(energy, BigInt(days.length), tariff),
  }
}

/** Mean power of a quarter of an hour; null for what is none, or not known. */
export function wattsOf({ from, to, energy, gap }: Interval): bigint | null {
  const seconds = to - from
  if (energy === null || gap || seconds < 600 || seconds > 1200) return null
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
