/**
 * A decimal as people type it here: with the decimal sign of their locale, grouped or not. What can
 * be read in two ways is not guessed.
 *
 * @module
 */
import { locale } from '../i18n/messages.ts'
import { type Decimal, readDecimal } from './exact.ts'

/** Both readings of what was typed, as they would be typed. */
export interface Ambiguous {
  readonly typed: string
  readonly whole: string
  readonly fraction: string
}

function decimalSign(): ',' | '.' {
  const parts = new Intl.NumberFormat(locale.value).formatToParts(0.5)
  return parts.some(({ type, value }) => type === 'decimal' && value === ',') ? ',' : '.'
}

/** As it would be typed here. */
export function typed(decimal: Decimal): string {
  return decimal.replace('.', decimalSign())
}

/** In groups of three, with one kind of sign between them all. */
const grouped = /^(-?[1-9]\d{0,2})((?:([.,’'\s])\d{3})(?:\3\d{3})*)(?:([.,])(\d+))?$/

/** Null for what is no number. `1.234` may be a thousand and more where the decimal sign is a comma. */
export function readTyped(text: string): Decimal | Ambiguous | null {
  const sign = decimalSign()
  const plain = text.trim().replace('\u2212', '-')
  const [, first = '', rest = '', between, point, places = ''] = grouped.exec(plain) ?? []
  if (between === undefined || between === sign) return readDecimal(plain)
  if (point === between || point !== undefined && point !== sign) return null
  const whole = first + rest.replaceAll(between, '')
  const isOneGroup = rest.length === 4 && point === undefined
  if (isOneGroup && (between === '.' || between === ',')) {
    return { typed: plain, whole, fraction: plain.replace(between, sign) }
  }
  return readDecimal(places === '' ? whole : `${whole}.${places}`)
}
