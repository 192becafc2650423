/**
 * What energy cost: each bar at the price of its quarter-hour, the base fee by the day. Exact; a
 * bar across a gap is priced only where one price holds all along, for nobody knows when in it the
 * energy flowed. What is not covered is counted beside it, never guessed.
 *
 * @module
 */
import { nominal } from '../history/sums.ts'
import type { EnergyBar } from '../state.ts'
import { type Decimal, type Exact, exact, minus, ofDecimal, plus, times, zero } from './exact.ts'
import { createLocalClock, type LocalTime } from './local-clock.ts'
import { holds, type Tariff, type Tariffs } from './tariff.ts'

const QUARTER = 900
/** A gap longer than this is not walked through, and is left out: ten years. */
const LONGEST = 10 * 366 * 96

/** Sums of one currency. */
export interface Money {
  readonly currency: string
  readonly imported: Exact
  readonly exported: Exact
  readonly base: Exact
}

export interface Cost {
  /** One for each currency, as a rule one. */
  readonly sums: readonly Money[]
  /** Ids of the tariffs that were applied, in order. */
  readonly applied: readonly string[]
  /** Local days that have readings and no tariff. */
  readonly daysWithout: readonly string[]
  /** Energy without a tariff. */
  readonly without: { readonly importWh: bigint; readonly exportWh: bigint }
  /** Bars across a gap in which the price changes, and their energy. */
  readonly leftOut: { readonly bars: number; readonly importWh: bigint; readonly exportWh: bigint }
}

export function totalOf({ imported, exported, base }: Money): Exact {
  return minus(plus(imported, base), exported)
}

/** How many of what a bar counts make one of what a price is for. */
export function perPrice(unit: string): bigint {
  return unit === 'J' ? 1_000_000_000_000n : 1000n
}

interface Prices {
  readonly tariff: Tariff
  readonly importPrice: Decimal
  readonly exportPrice: Decimal | null
}

function inWindow({ days, from, to }: Tariff['windows'][number], at: LocalTime): boolean {
  if (days !== 'all' && (days === 'weekend') !== at.weekend) return false
  if (from === to) return true
  return from < to ? at.minute >= from && at.minute < to : at.minute >= from || at.minute < to
}

/** The prices at a local time; null where no tariff holds. */
export function pricesAt(tariffs: Tariffs, at: LocalTime): Prices | null {
  const tariff = tariffs.find((tariff) => holds(tariff, at.date))
  if (tariff === undefined) return null
  const { importPrice, exportPrice } = tariff.windows.find((window) => inWindow(window, at)) ??
    tariff
  return { tariff, importPrice, exportPrice }
}

type Ask = (at: number) => { readonly date: string; readonly prices: Prices | null }

/** The one price of a way all along a bar; `varies` where there is more than one. */
function priceAlong(
  ask: Ask,
  bar: EnergyBar,
  way: 'importPrice' | 'exportPrice',
): Prices | 'none' | 'varies' {
  const from = Math.floor(nominal(bar.from) / QUARTER) * QUARTER
  const to = nominal(bar.to)
  if ((to - from) / QUARTER > LONGEST) return 'varies'
  const first = ask(from).prices
  for (let at = from + QUARTER; at < to; at += QUARTER) {
    const { prices } = ask(at)
    const isSame = prices === first || (prices !== null && first !== null &&
      prices[way] === first[way] && prices.tariff.currency === first.tariff.currency)
    if (!isSame) return 'varies'
  }
  return first ?? 'none'
}

export interface CostOptions {
  readonly zone: string
  /** What the bars count. */
  readonly unit: string
  /** Local days whose base fee is due. */
  readonly days: readonly string[]
}

function feeOfDay({ baseFee }: Tariff, date: string): Exact {
  if (baseFee === null) return zero
  const year = Number(date.slice(0, 4))
  const month = Number(date.slice(5, 7))
  const ofMonth = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const ofYear = (Date.UTC(year + 1, 0, 1) - Date.UTC(year, 0, 1)) / 86_400_000
  return times(
    ofDecimal(baseFee.amount),
    exact(1n, BigInt(baseFee.per === 'month' ? ofMonth : ofYear)),
  )
}

/** What bars and days cost; of a whole, the same as the sum over its parts. */
export function costOf(tariffs: Tariffs, bars: readonly EnergyBar[], options: CostOptions): Cost {
  const { zone, unit, days } = options
  const clock = createLocalClock(zone)
  const ask: Ask = (at) => {
    const time = clock(at)
    return { date: time.date, prices: pricesAt(tariffs, time) }
  }
  // Whole Wh by price first: a year has many bars and few prices.
  const energies = new Map<string, { prices: Prices; way: 'imported' | 'exported'; wh: bigint }>()
  const bases = new Map<string, Exact>()
  const applied = new Set<string>()
  const daysWithout = new Set<string>()
  const without = { importWh: 0n, exportWh: 0n }
  const leftOut = { bars: 0, importWh: 0n, exportWh: 0n }

  function take(bar: EnergyBar, wh: bigint, way: 'imported' | 'exported'): 'varies' | undefined {
    const field = way === 'imported' ? 'importPrice' : 'exportPrice'
    const sum = way === 'imported' ? 'importWh' : 'exportWh'
    const prices = priceAlong(ask, bar, field)
    if (prices === 'varies') {
      leftOut[sum] += wh
      return 'varies'
    }
    if (prices === 'none') {
      without[sum] += wh
      for (let at = nominal(bar.from); at < nominal(bar.to); at += QUARTER) {
        daysWithout.add(ask(at).date)
      }
      return undefined
    }
    const key = `${way} ${prices.tariff.currency} ${prices[field] ?? ''}`
    const known = energies.get(key)
    if (known === undefined) energies.set(key, { prices, way, wh })
    else known.wh += wh
    applied.add(prices.tariff.id)
    return undefined
  }

  for (const bar of bars) {
    if (bar.changed === true) continue // of two meters: nothing is known of it
    const ways = [
      take(bar, BigInt(bar.importWh ?? 0), 'imported'),
      bar.exportWh === null || bar.exportWh === 0
        ? undefined
        : take(bar, BigInt(bar.exportWh), 'exported'),
    ]
    if (ways.includes('varies')) leftOut.bars++
  }
  for (const date of days) {
    const tariff = tariffs.find((tariff) => holds(tariff, date))
    if (tariff === undefined) continue
    applied.add(tariff.id)
    bases.set(
      tariff.currency,
      plus(bases.get(tariff.currency) ?? zero, feeOfDay(tariff, date)),
    )
  }

  const sums = new Map<string, Money>()
  const of = (currency: string): Money =>
    sums.get(currency) ?? { currency, imported: zero, exported: zero, base: zero }
  for (const { prices, way, wh } of energies.values()) {
    const { currency } = prices.tariff
    const price = way === 'imported' ? prices.importPrice : prices.exportPrice ?? '0'
    const money = of(currency)
    const amount = times(ofDecimal(price), exact(wh, perPrice(unit)))
    sums.set(currency, { ...money, [way]: plus(money[way], amount) })
  }
  for (const [currency, base] of bases) sums.set(currency, { ...of(currency), base })
  return {
    sums: [...sums.values()],
    applied: tariffs.filter(({ id }) => applied.has(id)).map(({ id }) => id),
    daysWithout: [...daysWithout].sort(),
    without,
    leftOut,
  }
}
