/**
 * Units and decimal exponents of what a push sends as a bare number, by its OBIS code and the maker
 * of the meter.
 *
 * | maker          | currents | voltages | energy | power factor | as told by                       |
 * | -------------- | -------- | -------- | ------ | ------------ | -------------------------------- |
 * | Kaifa (Nordic) | 0.001 A  | 0.1 V    | 1 Wh   | 0.001        | Kaifa HAN lists, amshan          |
 * | Kamstrup       | 0.01 A   | 1 V      | 10 Wh  | 0.01         | Kamstrup HAN lists, amshan;      |
 * |                |          |          |        |              | 0.001 A where the type is 685…   |
 * | others         | 0.01 A   | see here | 1 Wh   | 0.001        | BKW, VSE and Netz Burgenland     |
 * |                |          |          |        |              | sheets of E360, E450, E570       |
 *
 * Some meters send whole volts and their likes tenths or hundredths of them, and none says which.
 * No low-voltage grid has less than 50 or more than 1000 V, so the number itself tells; so it is
 * with the frequency. Kamstrup's Swedish meters count in Wh what its others count in 10 Wh, which
 * no telegram tells: such counters carry a doubt.
 *
 * @module
 */

import { simulatedMaker } from './system-title.ts'

export interface Scale {
  readonly unit: string
  readonly exponent: number
  /** The number alone told the exponent, or nothing does. */
  readonly doubtful: boolean
}

const flows = ['W', 'W', 'var', 'var', 'var', 'var', 'var', 'var', 'VA', 'VA'] as const

/** Makers whose sheets name both scales that they use. */
const settled: readonly (string | null)[] = ['LGZ', 'ISK', simulatedMaker]

const current = 11
const voltage = 12
const factor = 13
const frequency = 14

function sure(unit: string, exponent: number): Scale {
  return { unit, exponent, doubtful: false }
}

/** The exponent that brings a number below a bound; 0 is 0 in any. */
function below(bound: number, size: number): number {
  let exponent = 0
  for (let rest = size; rest >= bound; rest /= 10) exponent--
  return exponent
}

/**
 * Null where nothing tells what the number is.
 *
 * @param code the six groups
 * @param raw the number
 * @param maker three letters, or null
 * @param model as the telegram says it
 */
export function scaleOf(
  code: Uint8Array,
  raw: number,
  maker: string | null,
  model: string | null,
): Scale | null {
  const [a = 0, , c = 0, d = 0] = code
  // States, tariffs, counts of the abstract and the other media.
  if (a === 0) return sure('', 0)
  if (a !== 1) return null
  // Numbers of the meter, ratios of its transformers.
  if (c === 0) return sure('', 0)
  const isPhase = c >= 21 && c <= 80
  const base = isPhase ? ((c - 1) % 20) + 1 : c
  const flow = flows[base - 1] ?? (base === 15 || base === 16 ? 'W' : undefined)
  if (flow !== undefined && d === 8) {
    return maker === 'KAM' ? { unit: `${flow}h`, exponent: 1, doubtful: true } : sure(`${flow}h`, 0)
  }
  if (flow !== undefined && (d === 7 || d === 4 || d === 6)) return sure(flow, 0)
  if (c === 81 && d === 7) return sure('', 0)
  if (d !== 7) return null
  if (base === current) {
    const milli = maker === 'KFM' || (maker === 'KAM' && model?.startsWith('685') === true)
    return sure('A', milli ? -3 : -2)
  }
  if (base === voltage) {
    if (maker === 'KFM') return sure('V', -1)
    const exponent = below(1000, raw)
    const known = settled.includes(maker) || (maker === 'KAM' && exponent === 0)
    return { unit: 'V', exponent, doubtful: !known && raw > 0 }
  }
  if (base === factor) return sure('', maker === 'KAM' ? -2 : -3)
  if (base === frequency) return { unit: 'Hz', exponent: below(100, raw), doubtful: true }
  return null
}
