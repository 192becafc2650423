/**
 * What of a sub-meter is shown where there is room for one value.
 *
 * @module
 */
import { counterOf } from '../../shared/meter/intervals.ts'
import { parseObis } from '../../shared/meter/obis.ts'
import type { Reading } from '../../shared/meter/reading.ts'

export interface MainValue {
  readonly value: string
  readonly exponent: number
  readonly unit: string
}

/** Units of what is counted. */
const COUNTED = new Set(['Wh', 'J', 'm3'])

/** What it counts; only of a meter that counts nothing, its first value with a unit. */
export function mainValue(reading: Reading): MainValue | undefined {
  const electricity = counterOf(reading, '1.8.0')
  if (electricity !== null) return { ...electricity, value: String(electricity.value) }
  const { registers } = reading
  // Counters of other media have D.E 2.1, on any channel; some are told without a code.
  return registers.find(({ obis }) => isOtherCounter(obis)) ??
    registers.find(({ unit }) => COUNTED.has(unit)) ??
    registers.find(({ unit }) => unit !== '')
}

function isOtherCounter(obis: string | undefined): boolean {
  const code = parseObis(obis)
  return code !== null && code.a !== 1 && code.d === 2
}
