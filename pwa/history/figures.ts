/**
 * What a stretch of quarter-hours tells besides its sum: the highest quarter-hour, the base load,
 * the usual week. Only whole quarter-hours count, and where there are too few of them there is no
 * figure.
 *
 * @module
 */
import type { EnergyBar } from '../state.ts'
import type { CalendarDay } from './date.ts'
import { nominal } from './sums.ts'

const QUARTER = 900
/** Fewer complete days than this tell nothing. */
export const enoughDays = 3

export interface Peak {
  readonly from: number
  readonly to: number
  readonly wh: number
  /** Average power over the time between the two readings, in whole watts. */
  readonly watts: number
}

function isWhole(bar: EnergyBar): boolean {
  return !bar.gap && nominal(bar.to) - nominal(bar.from) === QUARTER
}

function wattsOf(wh: number, bar: EnergyBar): number {
  return Math.round(wh * 3600 / (bar.to - bar.from))
}

/** The quarter-hour with the highest average power; the first of equals; null without any. */
export function peakOf(bars: readonly EnergyBar[], way: 'importWh' | 'exportWh'): Peak | null {
  let best: Peak | null = null
  for (const bar of bars) {
    const wh = bar[way]
    if (wh === null || wh <= 0 || !isWhole(bar)) continue
    const watts = wattsOf(wh, bar)
    if (best === null || watts > best.watts) best = { from: bar.from, to: bar.to, wh, watts }
  }
  return best
}

/** A local day with every quarter-hour known. */
export interface CompleteDay {
  readonly from: number
  readonly bars: readonly EnergyBar[]
}

/** @param borders local midnights, in order */
export function completeDays(
  bars: readonly EnergyBar[],
  borders: readonly number[],
): CompleteDay[] {
  const days: CompleteDay[] = []
  let i = 0
  for (let n = 0; n + 1 < borders.length; n++) {
    const from = borders[n] ?? 0
    const to = borders[n + 1] ?? 0
    const found: EnergyBar[] = []
    for (; i < bars.length; i++) {
      const bar = bars[i]
      if (bar === undefined || nominal(bar.from) >= to) break
      if (nominal(bar.from) >= from && isWhole(bar) && bar.importWh !== null) found.push(bar)
    }
    const seen = new Set(found.map((bar) => nominal(bar.from)))
    if (seen.size === (to - from) / QUARTER && found.length === seen.size) {
      days.push({ from, bars: found })
    }
  }
  return days
}

export interface BaseLoad {
  readonly watts: number
  readonly days: number
}

/**
 * The median, over complete days, of each day's lowest quarter-hour from the grid while nothing
 * goes to the grid. Null with fewer than three such days.
 */
export function baseLoadOf(days: readonly CompleteDay[]): BaseLoad | null {
  const lowest: number[] = []
  for (const { bars } of days) {
    const quiet = bars.filter((bar) => (bar.exportWh ?? 0) === 0)
    if (quiet.length === 0) continue
    lowest.push(Math.min(...quiet.map((bar) => wattsOf(bar.importWh ?? 0, bar))))
  }
  if (lowest.length < enoughDays) return null
  lowest.sort((a, b) => a - b)
  const middle = Math.floor(lowest.length / 2)
  const high = lowest[middle] ?? 0
  const low = lowest.length % 2 === 1 ? high : lowest[middle - 1] ?? 0
  return { watts: Math.round((low + high) / 2), days: lowest.length }
}

export interface Weekday {
  /** 0 is Monday. */
  readonly weekday: number
  readonly days: number
  /** Per day, in whole Wh, halves up; null without a complete day. */
  readonly importWh: bigint | null
  readonly exportWh: bigint | null
}

export function weekdayOf({ year, month, day }: CalendarDay): number {
  return (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7
}

/** The usual week: the mean of the complete days of each weekday. */
export function usualWeek(
  days: readonly CompleteDay[],
  dateOf: (from: number) => CalendarDay,
): Weekday[] {
  const week = Array.from({ length: 7 }, () => ({ days: 0, imported: 0n, exported: 0n }))
  for (const { from, bars } of days) {
    const sum = week[weekdayOf(dateOf(from))]
    if (sum === undefined) continue
    sum.days++
    for (const bar of bars) {
      sum.imported += BigInt(bar.importWh ?? 0)
      sum.exported += BigInt(bar.exportWh ?? 0)
    }
  }
  return week.map(({ days, imported, exported }, weekday) => {
    const mean = (sum: bigint) => days === 0 ? null : (2n * sum + BigInt(days)) / BigInt(2 * days)
    return { weekday, days, importWh: mean(imported), exportWh: mean(exported) }
  })
}

/** How much more or less than before, in tenths of a percent, halves away from zero; null of nothing. */
export function perMille(now: bigint, before: bigint): bigint | null {
  if (before <= 0n) return null
  const by = 2n * (now - before) * 1000n
  return by >= 0n ? (by + before) / (2n * before) : -((-by + before) / (2n * before))
}
