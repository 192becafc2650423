/**
 * Numbers, energies and times as the reader's locale writes them. Exact decimals stay exact: they
 * are put together from integers. A narrow no-break space stands before every unit.
 *
 * @module
 */
import { locale, t } from './messages.ts'

const space = '\u202f'
const minus = '\u2212'
const places = 18
const formats = new Map<string, Intl.DateTimeFormat>()

/** An integer of `10 ** exponent`, exactly, with the locale's groups and decimal separator. */
export function decimal(value: string | bigint | number, exponent = 0): string {
  if (!/^-?\d+$/.test(String(value)) || Math.abs(exponent) > places) return `${value}e${exponent}`
  const whole = BigInt(value)
  const numbers = new Intl.NumberFormat(locale.value)
  const digits = (whole < 0n ? -whole : whole).toString()
  const sign = whole < 0n ? minus : ''
  if (exponent >= 0) return sign + numbers.format(BigInt(digits + '0'.repeat(exponent)))
  const padded = digits.padStart(1 - exponent, '0')
  const point = numbers.formatToParts(0.5).find((part) => part.type === 'decimal')?.value ?? '.'
  return sign + numbers.format(BigInt(padded.slice(0, exponent))) + point + padded.slice(exponent)
}

export function quantity(value: string | bigint | number, exponent: number, unit: string): string {
  const text = decimal(value, exponent)
  return unit === '' ? text : text + space + unitText(unit)
}

function unitText(unit: string): string {
  return unit === 'm3' ? 'm³' : unit
}

/** A register as people read it: energies in kWh, everything else as the meter says it. */
export function register(value: string, exponent: number, unit: string): string {
  return /^(Wh|varh|VAh)$/.test(unit)
    ? quantity(value, exponent - 3, `k${unit}`)
    : quantity(value, exponent, unit)
}

/** Whole Wh as kWh with three places. */
export function kilowattHours(wh: bigint | number): string {
  return quantity(wh, -3, 'kWh')
}

export function watts(w: number): string {
  return quantity(Math.round(w), 0, 'W')
}

function date(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale.value} ${zone} ${JSON.stringify(options)}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(
      locale.value,
      zone === '' ? options : { ...options, timeZone: zone },
    )
    formats.set(key, format)
  }
  return format
}

/** `14:15`, of an instant in seconds; the browser's zone where `zone` is empty. */
export function clock(at: number, zone = ''): string {
  return date(zone, { hour: '2-digit', minute: '2-digit' }).format(at * 1000)
}

/** `06:00`, or `6 AM` where clocks have twelve hours: for a whole hour under a chart. */
export function hourText(at: number, zone = ''): string {
  const { hour12 } = date('', { hour: 'numeric' }).resolvedOptions()
  return hour12 === true ? date(zone, { hour: 'numeric' }).format(at * 1000) : clock(at, zone)
}

/** `14:15:07` */
export function clockExact(at: number, zone = ''): string {
  return date(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at * 1000)
}

/** `3 May 2026` */
export function dayText(at: number, zone = ''): string {
  return date(zone, { day: 'numeric', month: 'long', year: 'numeric' }).format(at * 1000)
}

/** `Sunday, 3 May 2026` */
export function dayName(at: number, zone = ''): string {
  return date(zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
    .format(at * 1000)
}

/** `3 May 2026, 14:15` */
export function moment(at: number, zone = ''): string {
  return date(zone, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at * 1000)
}

/** `3 May 2026, 14:15 – 15:45`: what both ends share is said once. */
export function span(from: number, to: number): string {
  return date('', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).formatRange(from * 1000, to * 1000)
}

/** How long ago, in words; the moment itself once that is more than a day. */
export function age(seconds: number, now: number): string {
  const past = Math.max(0, Math.floor(now - seconds))
  if (past < 2) return t('age.now')
  if (past < 60) return t('age.seconds', { count: past })
  if (past < 3600) return t('age.minutes', { count: Math.floor(past / 60) })
  if (past < 86_400) return t('age.hours', { count: Math.floor(past / 3600) })
  return moment(seconds)
}
