/**
 * Money and prices as the reader's locale writes them, exact until the last place shown.
 *
 * @module
 */
import { energyUnit } from '../i18n/format.ts'
import { locale } from '../i18n/messages.ts'
import { type Decimal, type Exact, ofDecimal, rounded } from './exact.ts'

function format(text: string, options: Intl.NumberFormatOptions): string {
  // A decimal in digits is formatted as it stands, never by way of a float (ECMA-402 of 2023, which
  // the types of ES2022 do not know).
  return new Intl.NumberFormat(locale.value, options).format(text as unknown as bigint)
    .replace('-', '\u2212')
}

/** Rounded once to the smallest coin of the currency, halves away from zero. */
export function moneyText(amount: Exact, currency: string): string {
  const style = { style: 'currency', currency } as const
  const places = new Intl.NumberFormat('en', style).resolvedOptions().maximumFractionDigits ?? 2
  return format(rounded(amount, places), style)
}

/** A price with all of its places, and no fewer than its currency has. */
export function priceText(price: Decimal, currency: string): string {
  const places = price.split('.')[1]?.length ?? 0
  const style = { style: 'currency', currency } as const
  const least = new Intl.NumberFormat('en', style).resolvedOptions().minimumFractionDigits ?? 2
  return format(price, { ...style, maximumFractionDigits: Math.max(least, places) })
}

/** What a price is for: a kilowatt-hour, a cubic metre, a gigajoule. */
export function pricedUnit(unit: string): string {
  return energyUnit(unit)
}

/** What no kilowatt-hour costs, in units of currencies of which one buys less. */
const dear: Readonly<Record<string, bigint>> = {
  SEK: 50n,
  NOK: 50n,
  DKK: 50n,
  PLN: 25n,
  CZK: 125n,
  RON: 25n,
  HUF: 2000n,
}

/** Whether a price of a kilowatt-hour looks as if it was typed in hundredths. */
export function isDear(price: Decimal, currency: string): boolean {
  const { n, d } = ofDecimal(price)
  return n > (dear[currency] ?? 5n) * d
}

/** Currencies of the countries whose meters are read here, the reader's own first. */
export function currencies(): string[] {
  const region = new Intl.Locale(locale.value).maximize().region ?? ''
  const own: Readonly<Record<string, string>> = {
    CH: 'CHF',
    LI: 'CHF',
    GB: 'GBP',
    US: 'USD',
    SE: 'SEK',
    NO: 'NOK',
    DK: 'DKK',
    PL: 'PLN',
    CZ: 'CZK',
    HU: 'HUF',
    RO: 'RON',
  }
  const first = own[region] ?? 'EUR'
  const all = ['EUR', 'CHF', 'GBP', 'USD', 'SEK', 'NOK', 'DKK', 'PLN', 'CZK', 'HUF', 'RON']
  return [first, ...all.filter((currency) => currency !== first)]
}
