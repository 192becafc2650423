/**
 * The fixed data structure of the M-Bus (CI 73; EN 1434-3:1997, of which EN 13757-3 has taken leave,
 * but meters have not): two counters with a unit each.
 *
 * @module
 */

import type { MBusRecord } from './mbus-records.ts'
import { bcdDigits, readBcd, readInteger } from './mbus-value.ts'

export interface FixedData {
  /** Eight digits. */
  readonly id: string
  readonly status: number
  /** Four bits, of a table of its own. */
  readonly medium: number
  readonly records: readonly MBusRecord[]
}

interface Unit {
  readonly quantity: string
  readonly unit: string
  readonly exponent: number
}

/** From which code on, the highest first, what, and the exponent of that code; each next code is ten times as much. */
const rows: readonly (readonly [from: number, quantity: string, unit: string, exponent: number])[] =
  [
    [0x38, 'Temperature', '°C', -3],
    [0x2f, 'Volume flow', 'm3/h', -6],
    [0x26, 'Volume', 'm3', -6],
    [0x1d, 'Power', 'J/h', 3],
    [0x14, 'Power', 'W', 0],
    [0x0b, 'Energy', 'J', 3],
    [0x02, 'Energy', 'Wh', 0],
  ]

function unitOf(code: number): Unit {
  if (code >= 0x02 && code <= 0x38) {
    const row = rows.find(([from]) => from <= code)
    if (row !== undefined) {
      const [from, quantity, unit, exponent] = row
      return { quantity, unit, exponent: exponent + code - from }
    }
  }
  if (code === 0x39) return { quantity: 'H.C.A.', unit: '', exponent: 0 }
  if (code === 0x3f) return { quantity: 'Dimensionless', unit: '', exponent: 0 }
  return { quantity: 'Reserved', unit: '', exponent: 0 }
}

/** Two digits each: hours, minutes, seconds; or day, month, year. */
function timeText(code: number, digits: string): string {
  const [, a = '', b = '', c = ''] = /^..(..)(..)(..)$/.exec(digits) ?? []
  return code === 0 ? `${a}:${b}:${c}` : `20${c}-${b}-${a}`
}

export function readFixed(data: Uint8Array): FixedData | null {
  if (data.length !== 16) return null
  const status = data[5] ?? 0
  const [first = 0, second = 0] = data.subarray(6, 8)
  const isBinary = (status & 1) !== 0
  const isStored = (status & 2) !== 0
  const codes = [first & 0x3f, second & 0x3f] as const
  const records = codes.map((code, i): MBusRecord => {
    const bytes = data.subarray(8 + 4 * i, 12 + 4 * i)
    // "The same, but historic": the first counter's unit.
    const isHistoric = i === 1 && code === 0x3e
    const own = isHistoric ? codes[0] : code
    const digits = bcdDigits(bytes)
    const isTime = own < 2
    const unit = isTime ? { quantity: 'Time', unit: '', exponent: 0 } : unitOf(own)
    const mantissa = isBinary ? readInteger(bytes, true) : readBcd(bytes)
    const value = isTime || mantissa === null ? null : { mantissa, exponent: unit.exponent }
    return {
      quantity: unit.quantity,
      unit: unit.unit,
      storage: isStored || isHistoric ? 1 : 0,
      tariff: 0,
      subunit: 0,
      function: 'instantaneous',
      value,
      text: isTime ? timeText(own, digits) : value === null ? digits : '',
      time: null,
      invalid: !isTime && value === null,
    }
  })
  return {
    id: bcdDigits(data.subarray(0, 4)),
    status,
    medium: (first >> 6) | ((second >> 6) << 2),
    records,
  }
}
