/**
 * The one reading model: a telegram decoded. Numbers of a meter are never floats: a register is an
 * integer string, a decimal exponent and a unit, and its value is `value * 10 ** exponent` units.
 *
 * @module
 */

/** What a value is by its OBIS code (IEC 62056-61), always in full form `A-B:C.D.E*F` with `*255`
 * where the telegram names no F.
 */
export interface ObisName {
  readonly obis: string
}

/** Of a period, what the value is; `error`: the value while the meter has an error. */
export const VALUE_FUNCTIONS = ['instantaneous', 'maximum', 'minimum', 'error'] as const
export type ValueFunction = (typeof VALUE_FUNCTIONS)[number]

/** What a value is where the meter gives no OBIS code, in the terms of the M-Bus (EN 13757-3). */
export interface QuantityName {
  readonly obis?: undefined
  /** What is measured, then after commas what narrows it: `Energy, positive contributions only`. */
  readonly quantity: string
  /** 0 for now, above for values of earlier times, as the meter numbers them. */
  readonly storage: number
  /** 0 for the total. */
  readonly tariff: number
  /** 0 for the meter itself. */
  readonly subunit: number
  readonly function: ValueFunction
}

export type ValueName = ObisName | QuantityName

/** `unit` as the meter says it: `Wh`, `kWh` telegrams become `Wh` with the exponent raised by three;
 * likewise `W`, `var`, `varh`, `VA`, `V`, `A`, `Hz`, `m3`, `J`; empty for numbers without a unit
 * (tariff, counts).
 */
export interface Amount {
  /** Decimal integer with optional leading minus, no leading zeros, no `-0`. */
  readonly value: string
  readonly exponent: number
  readonly unit: string
}

/** One value, named by its OBIS code or else described. */
export type Register = ValueName & Amount

/** What a meter says that is not a number: kept word for word. */
export type TextRegister = ValueName & { readonly text: string }

/** The name as one text, different for different values: for columns, lists and comparing. */
export function nameText(name: ValueName): string {
  if (name.obis !== undefined) return name.obis
  const { quantity, storage, tariff, subunit, function: kind } = name
  const parts = [quantity]
  if (kind !== 'instantaneous') parts.push(kind)
  if (storage > 0) parts.push(`storage ${storage}`)
  if (tariff > 0) parts.push(`tariff ${tariff}`)
  if (subunit > 0) parts.push(`subunit ${subunit}`)
  return parts.join(', ')
}

/**
 * How the observed time is known: `meter` (the telegram names instant and zone), `meter-local`
 * (local time of the meter in the channel's zone, daylight saving unsaid), `device` (the telegram
 * has no time; the reader's clock).
 */
export const CLOCKS = ['meter', 'meter-local', 'device'] as const
export type Clock = (typeof CLOCKS)[number]

/** The check on the line; `bcc` is one byte, by XOR (IEC 62056-21) or as a sum (M-Bus). */
export const LINE_CHECKS = ['none', 'crc', 'bcc'] as const
export const ORIGINS = ['plain', 'encrypted-only', 'authenticated', 'meter-signed'] as const
export const CUSTODIES = ['software', 'browser', 'hardware'] as const

/** How far a reading is evidence. */
export interface Assurance {
  readonly line: (typeof LINE_CHECKS)[number]
  readonly origin: (typeof ORIGINS)[number]
  /** Where the key that seals it is kept. */
  readonly custody: (typeof CUSTODIES)[number]
}

/** Doubts about a reading, never silent corrections. */
export const WARNINGS = [
  'no-line-check',
  'line-check-waived',
  'clock-missing',
  'clock-invalid',
  'clock-ambiguous',
  'clock-differs',
  'clock-stepped',
  'value-invalid',
  /** No grid has such a value (2322 V): kept as the meter says it. */
  'value-implausible',
  /** The meter's number format leaves out digits that its counter has. */
  'resolution-limited',
  /** A number came without its scale, and neither form nor model settles it: it may be off tenfold. */
  'scale-unsaid',
  /** The counters stand still though power flowed: those of an earlier hour, sent again. */
  'counter-stale',
  'duplicate-register',
  'malformed-line',
  /** The invocation counter of the cipher did not rise: this telegram, or a later one, came before. */
  'replayed',
  /** The meter gives no id of its own: `meter` is its model, which others of its kind share. */
  'meter-unnamed',
  /** A known fault of this very model took the sign for a digit: the value is as it was meant. */
  'sign-mended',
  /** The meter tells but whole kilowatt-hours until its PIN is entered. */
  'pin-missing',
  /** The first of another meter in this record: its counters do not go on from those before. */
  'meter-changed',
  'simulated',
] as const
export type Warning = (typeof WARNINGS)[number]

/** Characters of a meter's id: more than any has, and fewer than a block holds. */
export const maxMeter = 128

export interface Reading {
  /** The meter's own id: serial number or equipment identifier. */
  readonly meter: string
  /** Observed time, whole seconds since 1970-01-01T00:00:00Z. */
  readonly at: number
  readonly clock: Clock
  /** When the reader saw the telegram, by its own clock, whole seconds. */
  readonly seen: number
  readonly registers: readonly Register[]
  readonly texts: readonly TextRegister[]
  readonly assurance: Assurance
  readonly warnings: readonly Warning[]
  /** Observed time of the earlier reading that this one corrects. */
  readonly replaces?: number
}

/** Part of what a meter says: counters, instantaneous power, grid quality, or everything. */
export type DataClass = 'energy' | 'power' | 'grid' | 'all'
