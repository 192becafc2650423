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

/** The same to at most so many places, half away from zero: for a figure beside others. */
export function rounded(value: string, exponent: number, unit: string, most: number): string {
  const over = -exponent - most
  if (over <= 0 || over > places || !/^-?\d+$/.test(value)) return quantity(value, exponent, unit)
  const whole = BigInt(value)
  const half = 10n ** BigInt(over) / 2n
  return quantity((whole + (whole < 0n ? -half : half)) / (2n * half), -most, unit)
}

/** Whole Wh as kWh with three places. */
export function kilowattHours(wh: bigint | number): string {
  return quantity(wh, -3, 'kWh')
}

/**
 * What bars count, as people read it: whole Wh as kWh, thousandths of a cubic metre as m³, of a
 * joule as GJ; exact, with three places or more.
 */
export function energyText(value: bigint | number, unit: string): string {
  return energyFigure(value, unit) + space + energyUnit(unit)
}

/** The same where the unit stands elsewhere. */
export function energyFigure(value: bigint | number, unit: string): string {
  if (unit !== 'J') return decimal(value, -3)
  let whole = BigInt(value)
  let exponent = -12
  for (; exponent < -3 && whole % 10n === 0n; exponent++) whole /= 10n
  return decimal(whole, exponent)
}

/** What such values stand in. */
export function energyUnit(unit: string): string {
  return unit === 'Wh' ? 'kWh' : unit === 'J' ? 'GJ' : unitText(unit)
}

/** Tenths of a percent: `+12.3 %`; never without a sign, but for nothing. */
export function percentText(tenths: bigint): string {
  return (tenths > 0n ? '+' : '') + quantity(tenths, -1, '%')
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

/** `06:00`, or `06 AM` where clocks have twelve hours: for a whole hour under a chart. */
export function hourText(at: number, zone = ''): string {
  const { hour12 } = date('', { hour: 'numeric' }).resolvedOptions()
  return hour12 === true ? date(zone, { hour: '2-digit' }).format(at * 1000) : clock(at, zone)
}

/** `14:15:07` */
export function clockExact(at: number, zone = ''): string {
  return date(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at * 1000)
}

/** `14:15–14:30`; to the second where both are of one minute. */
export function clockRange(from: number, to: number, zone = ''): string {
  const of = Math.floor(from / 60) === Math.floor(to / 60) ? clockExact : clock
  return `${of(from, zone)}–${of(to, zone)}`
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

/** `Sun 3 May` */
export function dayShort(at: number, zone = ''): string {
  return date(zone, { weekday: 'short', day: 'numeric', month: 'short' }).format(at * 1000)
}

/** `May 2026` */
export function monthName(at: number, zone = ''): string {
  return date(zone, { month: 'long', year: 'numeric' }).format(at * 1000)
}

/** `May` */
export function monthShort(at: number, zone = ''): string {
  return date(zone, { month: 'short' }).format(at * 1000)
}

/** `Sunday` */
export function weekdayName(at: number, zone = ''): string {
  return date(zone, { weekday: 'long' }).format(at * 1000)
}

/** `Sun 3 May, 14:15` */
export function dayAndClock(at: number, zone = ''): string {
  return date(zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at * 1000)
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

/** `3 May – 7 June 2026`, or `3 May 2026` where both are of one day. */
export function dayRange(from: number, to: number): string {
  return date('', { day: 'numeric', month: 'long', year: 'numeric' })
    .formatRange(from * 1000, to * 1000)
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
