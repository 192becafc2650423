/**
 * What the codes behind a VIF say more of its value (EN 13757-3:2018, 6.4.7, tables 15 and 16):
 * "per" units, corrections, limits and their exceeding, accumulation, errors of the record, phases
 * and quadrants.
 *
 * @module
 */

import type { Vif } from './mbus-vif.ts'

/** A value as a VIF and all that follows it mean it. */
export interface Meaning extends Vif {
  /** The value is greater than what is told by ten to this power of its unit. */
  readonly offset: number | null
  /** The meter says that it has no value here, and why. */
  readonly error: string | null
}

/** The lowest bits of durations: seconds, minutes, hours, days. */
const seconds = [1, 60, 3600, 86_400] as const

/** A unit in addition to that of the VIF. */
const units: ReadonlyMap<number, string> = new Map([
  [0x20, '/s'],
  [0x21, '/min'],
  [0x22, '/h'],
  [0x23, '/d'],
  [0x24, '/week'],
  [0x25, '/month'],
  [0x26, '/year'],
  [0x27, '/revolution'],
  [0x2c, '/l'],
  [0x2d, '/m3'],
  [0x2e, '/kg'],
  [0x2f, '/K'],
  [0x30, '/kWh'],
  [0x31, '/GJ'],
  [0x32, '/kW'],
  [0x33, '/(K l)'],
  [0x34, '/V'],
  [0x35, '/A'],
  [0x36, ' s'],
  [0x37, ' s/V'],
  [0x38, ' s/A'],
])

const qualifiers: ReadonlyMap<number, string> = new Map([
  [0x12, 'average'],
  [0x13, 'inverse compact profile'],
  [0x14, 'relative deviation'],
  [0x1d, 'standard conform'],
  [0x1e, 'compact profile with registers'],
  [0x1f, 'compact profile'],
  [0x28, 'per input pulse of channel 0'],
  [0x29, 'per input pulse of channel 1'],
  [0x2a, 'per output pulse of channel 0'],
  [0x2b, 'per output pulse of channel 1'],
  [0x3a, 'uncorrected'],
  [0x3b, 'positive contributions only'],
  [0x3c, 'negative contributions only'],
  [0x3e, 'at base conditions'],
  [0x3f, 'OBIS declaration'],
  [0x40, 'lower limit'],
  [0x44, 'times flow temperature'],
  [0x45, 'times return temperature'],
  [0x48, 'upper limit'],
  [0x68, 'during lower limit exceed'],
  [0x69, 'leakage'],
  [0x6c, 'during upper limit exceed'],
  [0x6d, 'overflow'],
  [0x7e, 'future value'],
])

/** Behind FC. */
const extended: ReadonlyMap<number, string> = new Map([
  [0x01, 'L1'],
  [0x02, 'L2'],
  [0x03, 'L3'],
  [0x04, 'N'],
  [0x05, 'L1 to L2'],
  [0x06, 'L2 to L3'],
  [0x07, 'L3 to L1'],
  [0x08, 'quadrant 1'],
  [0x09, 'quadrant 2'],
  [0x0a, 'quadrant 3'],
  [0x0b, 'quadrant 4'],
  [0x0c, 'import minus export'],
  [0x0d, 'alternate units'],
  [0x0e, 'secondary sensor'],
  [0x0f, 'higher resolution'],
  [0x10, 'absolute contributions'],
  [0x14, 'to the meter'],
  [0x15, 'from the meter'],
  [0x16, 'of the liquid'],
  [0x17, 'of the gas'],
  [0x18, 'outdoors'],
  [0x25, 'L1 to L2'],
  [0x26, 'L2 to L3'],
  [0x27, 'L3 to L1'],
])

const errors: ReadonlyMap<number, string> = new Map([
  [0x01, 'too many DIFEs'],
  [0x02, 'storage number not implemented'],
  [0x03, 'subunit not implemented'],
  [0x04, 'tariff not implemented'],
  [0x05, 'function not implemented'],
  [0x06, 'data class not implemented'],
  [0x07, 'data size not implemented'],
  [0x0b, 'too many VIFEs'],
  [0x0c, 'illegal VIF group'],
  [0x0d, 'illegal VIF exponent'],
  [0x0e, 'VIF and DIF mismatch'],
  [0x0f, 'action not implemented'],
  [0x15, 'no data available'],
  [0x16, 'data overflow'],
  [0x17, 'data underflow'],
  [0x18, 'data error'],
  [0x1c, 'premature end of record'],
])

/** The non-metric unit of a metric one (annex C), and the change of the exponent. */
const alternates: ReadonlyMap<string, readonly [unit: string, shift: number]> = new Map([
  ['Wh', ['BTU', 3]],
  ['m3', ['gal', 3]],
  ['W', ['BTU/s', -3]],
  ['m3/min', ['gal/min', 3]],
  ['°C', ['°F', 0]],
  ['K', ['°F', 0]],
])

function hex(code: number): string {
  return code.toString(16).padStart(2, '0').toUpperCase()
}

/** The name and coding of a point in time of an exceed or of a duration, by the bits of the code. */
function exceed(code: number): string {
  const which = (code & 4) === 0 ? 'first' : 'last'
  return `${which} ${(code & 8) === 0 ? 'lower' : 'upper'} limit exceed`
}

function qualified(meaning: Meaning, text: string, change: Partial<Meaning> = {}): Meaning {
  return { ...meaning, ...change, quantity: `${meaning.quantity}, ${text}` }
}

function duration(meaning: Meaning, text: string, code: number): Meaning {
  const factor = seconds[code & 3] ?? 1
  return qualified(meaning, text, { unit: 's', exponent: 0, factor, coding: 'unsigned' })
}

function instant(meaning: Meaning, text: string): Meaning {
  return qualified(meaning, text, { unit: '', exponent: 0, factor: 1, coding: 'time' })
}

function applyFirst(meaning: Meaning, code: number): Meaning {
  const unit = units.get(code)
  if (unit !== undefined) return { ...meaning, unit: `${meaning.unit}${unit}` }
  const qualifier = qualifiers.get(code)
  if (qualifier !== undefined) {
    const opaque = code === 0x13 || code === 0x1e || code === 0x1f || code === 0x3f
    return qualified(meaning, qualifier, opaque ? { coding: 'bytes' } : {})
  }
  const error = errors.get(code)
  if (error !== undefined) return { ...meaning, error }
  if (code === 0) return meaning
  if (code === 0x39) return instant(meaning, 'start of')
  if (code === 0x3d) {
    const [unit, shift] = alternates.get(meaning.unit) ?? [meaning.unit, 0]
    return { ...meaning, unit, exponent: meaning.exponent + shift }
  }
  if (code === 0x41 || code === 0x49) {
    const text = `number of ${code === 0x41 ? 'lower' : 'upper'} limit exceeds`
    return qualified(meaning, text, { unit: '', exponent: 0, factor: 1, coding: 'unsigned' })
  }
  if (code >= 0x42 && code <= 0x4f && (code & 2) !== 0) {
    return instant(meaning, `${(code & 1) === 0 ? 'begin' : 'end'} of ${exceed(code)}`)
  }
  if (code >= 0x50 && code <= 0x5f) return duration(meaning, `duration of ${exceed(code)}`, code)
  const which = (code & 4) === 0 ? 'first' : 'last'
  if (code >= 0x60 && code <= 0x67) return duration(meaning, `duration of ${which}`, code)
  if (code >= 0x6a && code <= 0x6f && (code & 2) !== 0) {
    return instant(meaning, `${(code & 1) === 0 ? 'begin' : 'end'} of ${which}`)
  }
  if (code >= 0x70 && code <= 0x77) return { ...meaning, exponent: meaning.exponent + code - 0x76 }
  if (code >= 0x78 && code <= 0x7b) return { ...meaning, offset: code - 0x7b }
  if (code === 0x7d) return { ...meaning, exponent: meaning.exponent + 3 }
  return qualified(meaning, `VIFE ${hex(code)}`)
}

function applyExtended(meaning: Meaning, code: number): Meaning {
  // Presented with type C or D: both are whole numbers without a sign.
  if (code === 0x11 || code === 0x12) return { ...meaning, coding: 'unsigned' }
  if (code === 0x13) return instant(meaning, 'end of')
  return qualified(meaning, extended.get(code) ?? `VIFE FC ${hex(code)}`)
}

/**
 * All that the codes from `from` on say, in order. Behind 7F they are the maker's own: kept as they
 * are, so that values which only they tell apart stay apart.
 */
export function meaningOf(vif: Vif, codes: Uint8Array, from: number): Meaning {
  let meaning: Meaning = { ...vif, offset: null, error: null }
  for (let i = from; i < codes.length; i++) {
    const code = (codes[i] ?? 0) & 0x7f
    if (code === 0x7f) return manufacturerSpecific(meaning, codes, i + 1)
    if (code === 0x7c && i + 1 < codes.length) {
      meaning = applyExtended(meaning, (codes[++i] ?? 0) & 0x7f)
    } else meaning = applyFirst(meaning, code)
  }
  return meaning
}

export function manufacturerSpecific(meaning: Meaning, codes: Uint8Array, from: number): Meaning {
  const own = [...codes.subarray(from)].map((code) => hex(code & 0x7f)).join(' ')
  const isNamed = meaning.quantity === 'Manufacturer specific'
  if (isNamed) return own === '' ? meaning : { ...meaning, quantity: `${meaning.quantity} ${own}` }
  return qualified(meaning, `manufacturer specific ${own}`.trimEnd())
}
