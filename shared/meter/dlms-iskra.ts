/**
 * The lists of Iskra's meters in Slovenia and Croatia: the logical device name, mostly a number,
 * then values by their place; which list it is, its length and the sizes of its numbers tell.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import type { Data } from './axdr.ts'
import { clockOf, clockOfParts, type Form, makerOf, type Place, readPlaces } from './dlms-form.ts'
import { decimalOf, octets, readName, readText } from './dlms-value.ts'
import type { Register, TextRegister } from './reading.ts'

const powers: readonly Place[] = [
  ['1.7.0', 'W'],
  ['2.7.0', 'W'],
  ['3.7.0', 'var'],
  ['4.7.0', 'var'],
]
const phasePowers: readonly Place[] = ['21', '41', '61', '22', '42', '62'].map(
  (c): Place => [`${c}.7.0`, 'W'],
)
const voltage: Place = ['32.7.0', 'V', -1, 16]
const current: Place = ['31.7.0', 'A', -2, 16]
const grid: readonly Place[] = [
  voltage,
  ['52.7.0', 'V', -1, 16],
  ['72.7.0', 'V', -1, 16],
  current,
  ['51.7.0', 'A', -2, 16],
  ['71.7.0', 'A', -2, 16],
]

function counters(...codes: readonly string[]): Place[] {
  return codes.map((code) => [code, code < '3' ? 'Wh' : 'varh'])
}

const active = counters('1.8.0', '1.8.1', '1.8.2', '2.8.0', '2.8.1', '2.8.2')

/** What stands behind name and number. */
const lists: readonly (readonly Place[])[] = [
  [...powers, ...grid, ...phasePowers],
  [...grid, ...powers],
  [...powers, voltage, current, ['21.7.0', 'W'], ['22.7.0', 'W']],
  counters('1.8.1', '1.8.2', '2.8.1', '2.8.2', '3.8.1', '3.8.2', '4.8.1', '4.8.2'),
  [...powers, voltage, ...counters('2.8.1', '2.8.2')],
  [voltage, current, ...powers],
]
const unnumbered: readonly Place[] = [['1.7.0', 'W'], ['2.7.0', 'W'], ...active]
const monthly = [...active, ...counters('3.8.0', '4.8.0')]

interface Monthly {
  readonly registers: readonly Register[]
  readonly texts: readonly TextRegister[]
}

/** Breaker and tariff, the one a state or a yes, the other a number or two bytes; then counters. */
function readMonthly(items: readonly Data[]): Monthly | null {
  const [breaker, tariff, ...rest] = items
  const closed = decimalOf(breaker)
  const rate = decimalOf(tariff)
  const named = octets(tariff, 2)
  const counted = readPlaces(rest, monthly)
  const isBreaker = breaker?.type === 'boolean' || breaker?.type === 'enum'
  if (!isBreaker || closed === null || counted === null) return null
  if (tariff === undefined || (rate === null && named === null)) return null
  const obis = '0-0:96.14.0*255'
  return {
    registers: [
      { obis: '0-0:96.3.10*255', ...closed, unit: '' },
      ...(rate === null ? [] : [{ obis, ...rate, unit: '' }]),
      ...counted,
    ],
    texts: rate === null ? [{ obis, text: readText(tariff) ?? '' }] : [],
  }
}

/**
 * The longest: name, number and clock, or number, time and date; these, the power factor in either
 * size, and some that have no meaning known here.
 */
const longests = ([32, 16] as const).map((size): readonly Place[] => [
  ...active,
  ...counters('5.8.0', '6.8.0', '7.8.0', '8.8.0'),
  ['1.7.0', 'W'],
  ['2.7.0', 'W'],
  ['13.7.0', '', -3, size],
  ...phasePowers,
  ...grid,
])
const longestHead = 3
const longestLength = 33

function readLongest(items: readonly Data[], time: Bytes | null): Form | null {
  const head = items.slice(0, longestHead)
  const registers = longests.map((places) =>
    readPlaces(items.slice(longestHead, longestHead + places.length), places)
  ).find((found) => found !== null)
  const names = head.map(readName).filter((name) => name !== null)
  const name = names.find((one) => makerOf(one) !== null)
  const hour = octets(head[1], 4)
  const date = octets(head[2], 5)
  const [first] = names
  if (registers === undefined || first === undefined) return null
  const warnings = ['value-invalid'] as const
  if (hour !== null && date !== null) {
    const texts = [{ obis: '0-0:96.1.0*255', text: first }]
    const clock = clockOfParts(date, hour, time)
    return { meter: first, maker: 'ISK', clock, registers, texts, warnings }
  }
  if (name === undefined) return null
  return {
    meter: names.find((one) => one !== name) ?? name,
    maker: makerOf(name),
    clock: head.filter((item) => readName(item) === null).map(clockOf)[0] ?? null,
    registers,
    texts: [{ obis: '0-0:42.0.0*255', text: name }],
    warnings,
  }
}

export function readIskra(items: readonly Data[], time: Bytes | null): Form | null {
  if (items.length === longestLength) return readLongest(items, time)
  const name = readName(items[0])
  const maker = makerOf(name)
  if (name === null || maker === null) return null
  const number = readName(items[1])
  const rest = items.slice(2)
  const placed = number === null
    ? readPlaces(items.slice(1), unnumbered)
    : lists.map((places) => readPlaces(rest, places)).find((found) => found !== null)
  const found = placed === null || placed === undefined
    ? readMonthly(number === null ? [] : rest)
    : { registers: placed, texts: [] }
  if (found === null) return null
  const serial = number === null ? [] : [{ obis: '0-0:96.1.0*255', text: number }]
  return {
    meter: number ?? name,
    maker,
    clock: null,
    registers: found.registers,
    texts: [{ obis: '0-0:42.0.0*255', text: name }, ...serial, ...found.texts],
    warnings: [],
  }
}
