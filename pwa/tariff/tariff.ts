/**
 * What energy costs, as the owner enters it from the bill: for each meter, tariffs one after
 * another, each with its prices from a first to a last day.
 *
 * @module
 */
import { type Decimal, readDecimal } from './exact.ts'

export type Days = 'all' | 'workdays' | 'weekend'

/** A part of the day with prices of its own; where it ends before it begins, it passes midnight. */
export interface PriceWindow {
  readonly days: Days
  /** Minutes of the local day, whole quarter-hours; the same twice is the whole day. */
  readonly from: number
  readonly to: number
  readonly importPrice: Decimal
  readonly exportPrice: Decimal | null
}

export interface Tariff {
  readonly id: string
  /** What the owner calls it. */
  readonly name: string
  /** First and last local day, `2026-05-03`; without a last one it holds on. */
  readonly from: string
  readonly until: string | null
  /** ISO 4217 */
  readonly currency: string
  /** Per kWh, m³ or GJ, as on the bill, tax included. */
  readonly importPrice: Decimal
  /** What is paid for what goes to the grid; null where nothing is. */
  readonly exportPrice: Decimal | null
  /** Of several windows that hold an instant, the first counts. */
  readonly windows: readonly PriceWindow[]
  readonly baseFee: { readonly amount: Decimal; readonly per: 'month' | 'year' } | null
}

/** In order of their first day. */
export type Tariffs = readonly Tariff[]

/** How many a meter may have, and windows a tariff: more is no tariff but a mistake. */
export const mostTariffs = 200
export const mostWindows = 12

export function holds({ from, until }: Pick<Tariff, 'from' | 'until'>, date: string): boolean {
  return from <= date && (until === null || date <= until)
}

/** The first of the others that holds on one of the same days. */
export function overlapping(tariff: Tariff, others: Tariffs): Tariff | null {
  return others.find((other) =>
    other.id !== tariff.id && (other.until === null || other.until >= tariff.from) &&
    (tariff.until === null || tariff.until >= other.from)
  ) ?? null
}

export function inOrder(tariffs: Tariffs): Tariff[] {
  return [...tariffs].sort((a, b) => a.from < b.from ? -1 : a.from > b.from ? 1 : 0)
}

const date = /^\d{4}-\d{2}-\d{2}$/

function isWindow(value: unknown): value is PriceWindow {
  if (typeof value !== 'object' || value === null) return false
  const window: Partial<PriceWindow> = value
  const isMinute = (minute: unknown) =>
    typeof minute === 'number' && Number.isInteger(minute / 15) && minute >= 0 && minute < 1440
  return (window.days === 'all' || window.days === 'workdays' || window.days === 'weekend') &&
    isMinute(window.from) && isMinute(window.to) && isPrice(window.importPrice) &&
    (window.exportPrice === null || isPrice(window.exportPrice))
}

function isPrice(value: unknown): value is Decimal {
  return typeof value === 'string' && readDecimal(value) === value
}

function isFee(value: unknown): value is Tariff['baseFee'] {
  if (value === null) return true
  if (typeof value !== 'object') return false
  const fee: { amount?: unknown; per?: unknown } = value
  return isPrice(fee.amount) && (fee.per === 'month' || fee.per === 'year')
}

function isTariff(value: unknown): value is Tariff {
  if (typeof value !== 'object' || value === null) return false
  const tariff: Partial<Tariff> = value
  return typeof tariff.id === 'string' && typeof tariff.name === 'string' &&
    typeof tariff.from === 'string' && date.test(tariff.from) &&
    (tariff.until === null || (typeof tariff.until === 'string' && date.test(tariff.until))) &&
    typeof tariff.currency === 'string' && /^[A-Z]{3}$/.test(tariff.currency) &&
    isPrice(tariff.importPrice) && (tariff.exportPrice === null || isPrice(tariff.exportPrice)) &&
    Array.isArray(tariff.windows) && tariff.windows.every(isWindow) && isFee(tariff.baseFee)
}

/** Tariffs from the text in which they are kept; null if it is not ours. */
export function readTariffs(text: string): Tariffs | null {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    return null
  }
  return Array.isArray(found) && found.length <= mostTariffs && found.every(isTariff) ? found : null
}
