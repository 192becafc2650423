/**
 * The lists of Kaifa's meters on Norwegian HAN ports (NVE lists 1 to 3, one or three phases): the
 * list's name, number and model, then values by their place.
 *
 * @module
 */

import type { Data } from './axdr.ts'
import { clockOf, type Form, type Place, readPlaces } from './dlms-form.ts'
import { readName } from './dlms-value.ts'
import type { TextRegister } from './reading.ts'

const power: readonly Place[] = [['1.7.0', 'W']]
const powers: readonly Place[] = [
  ...power,
  ['2.7.0', 'W'],
  ['3.7.0', 'var'],
  ['4.7.0', 'var'],
]
const onePhase: readonly Place[] = [...powers, ['31.7.0', 'A', -3], ['32.7.0', 'V', -1]]
const threePhases: readonly Place[] = [
  ...powers,
  ['31.7.0', 'A', -3],
  ['51.7.0', 'A', -3],
  ['71.7.0', 'A', -3],
  ['32.7.0', 'V', -1],
  ['52.7.0', 'V', -1],
  ['72.7.0', 'V', -1],
]
const energies: readonly Place[] = [
  ['1.8.0', 'Wh'],
  ['2.8.0', 'Wh'],
  ['3.8.0', 'varh'],
  ['4.8.0', 'varh'],
]

function textsOf(names: readonly (readonly [obis: string, text: string | null])[]): TextRegister[] {
  return names.flatMap(([obis, text]) => text === null ? [] : [{ obis, text }])
}

/** By the number of elements: the hourly lists have a clock and the counters behind. */
const lists: ReadonlyMap<number, { readonly places: readonly Place[]; readonly hourly: boolean }> =
  new Map([
    [9, { places: onePhase, hourly: false }],
    [13, { places: threePhases, hourly: false }],
    [14, { places: onePhase, hourly: true }],
    [18, { places: threePhases, hourly: true }],
  ])

export function readKaifa(items: readonly Data[]): Form | null {
  const form = { meter: null, maker: 'KFM', clock: null, texts: [], warnings: [] } as const
  if (items.length === 1) {
    const registers = readPlaces(items, power)
    return registers === null ? null : { ...form, registers }
  }
  const list = lists.get(items.length)
  const name = readName(items[0])
  if (list === undefined || name?.startsWith('KFM_') !== true) return null
  const { places, hourly } = list
  const end = 3 + places.length
  const registers = readPlaces(items.slice(3, end), places)
  const counters = hourly ? readPlaces(items.slice(end + 1), energies) : []
  const clock = hourly ? clockOf(items[end]) : null
  if (registers === null || counters === null || (hourly && clock === null)) return null
  const meter = readName(items[1])
  return {
    ...form,
    meter,
    clock,
    registers: [...registers, ...counters],
    texts: textsOf([
      ['1-1:0.2.129*255', name],
      ['0-0:96.1.0*255', meter],
      ['0-0:96.1.7*255', readName(items[2])],
    ]),
  }
}
