/**
 * The Modbus devices that are known, how to tell which of them is at a unit, and what would be
 * asked for that: Modbus devices say nothing unasked, so somebody has to agree before.
 *
 * Telling them apart reads registers only. The order of words is checked by the frequency of the
 * grid: where another order than the map's makes it 45 to 65 Hz, that is a question to the owner,
 * for nothing but the value speaks for it.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import type { LineSettings } from './line.ts'
import { type ModbusRequest, writeRtuRequest } from './modbus-frame.ts'
import type { Image } from './modbus-image.ts'
import { umg604, umg604Pro } from './modbus-janitza.ts'
import { rs485 } from './modbus-lines.ts'
import {
  type Family,
  type FamilyId,
  type ModbusMap,
  WORD_ORDERS,
  type WordOrder,
} from './modbus-map.ts'
import { sdm630 } from './modbus-sdm630.ts'
import { sdm72, sdm72v2 } from './modbus-sdm72.ts'
import { sunSpec } from './modbus-sunspec.ts'
import { bitsOf, decimalOf } from './modbus-value.ts'
import { findSunSpecMeter } from './sunspec.ts'

export const families: readonly Family[] = [umg604, umg604Pro, sdm630, sdm72, sdm72v2, sunSpec]

export function familyOf(id: FamilyId): Family {
  const found = families.find((family) => family.id === id)
  if (found === undefined) throw new RangeError(`Cannot find the Modbus family "${id}"`)
  return found
}

/** Where to ask for a device, the likeliest first. */
export const modbusLines: readonly LineSettings[] = [
  rs485(9600),
  rs485(19_200, 'even'),
  rs485(19_200),
  rs485(9600, 'even'),
  rs485(115_200),
]

type Question = Omit<ModbusRequest, 'unit'>

/** What an Eastron says it is. */
const eastronCode: Question = { function: 3, address: 0xfc02, count: 1 }
const eastronCodes: ReadonlyMap<number, FamilyId> = new Map([
  [0x70, 'eastron-sdm630'],
  [0x84, 'eastron-sdm72d-m'],
  [0x89, 'eastron-sdm72d-m-v2'],
])
const janitzaFrequency: Question = { function: 3, address: 19050, count: 2 }
const eastronFrequency: Question = { function: 4, address: 0x46, count: 2 }

export interface ModbusProbe {
  readonly unit: number
  readonly settings: LineSettings
  /** What may be asked, one after the other, until it is clear: all of it only reads. */
  readonly questions: readonly {
    readonly request: ModbusRequest
    /** As it would go over the line. */
    readonly bytes: Bytes
    readonly looksFor: 'eastron' | 'sunspec' | 'janitza'
  }[]
}

/** What would be sent to find a device at this unit; where SunSpec is found, it is walked through. */
export function modbusProbe(unit: number, settings: LineSettings): ModbusProbe {
  const sunSpecAt = (address: number): Question => ({ function: 3, address, count: 2 })
  const questions = [
    { question: eastronCode, looksFor: 'eastron' },
    { question: sunSpecAt(40_000), looksFor: 'sunspec' },
    { question: sunSpecAt(50_000), looksFor: 'sunspec' },
    { question: sunSpecAt(0), looksFor: 'sunspec' },
    { question: janitzaFrequency, looksFor: 'janitza' },
    { question: eastronFrequency, looksFor: 'eastron' },
  ] as const
  return {
    unit,
    settings,
    questions: questions.map(({ question, looksFor }) => {
      const request = { unit, ...question }
      return { request, bytes: writeRtuRequest(request), looksFor }
    }),
  }
}

export type Identified =
  | { readonly kind: 'ask'; readonly question: Question }
  | {
    readonly kind: 'found'
    readonly family: Family
    /**
     * For the owner: whether values are to be put together in this order, not the map's, and the
     * frequency that speaks for it, in millihertz.
     */
    readonly order: { readonly suggested: WordOrder; readonly millihertz: number } | null
  }
  | { readonly kind: 'not-found' }

function millihertzOf(words: Uint16Array, order: WordOrder): number | null {
  const decimal = decimalOf(bitsOf(words, order), 'float32')
  const hertz = decimal === null ? 0 : Number(`${decimal.value}e${decimal.exponent}`)
  return hertz >= 45 && hertz <= 65 ? Math.round(hertz * 1000) : null
}

/** The order in which a frequency can be; the map's own before any other. */
function orderOf(words: Uint16Array, own: WordOrder) {
  for (const order of [own, ...WORD_ORDERS]) {
    const millihertz = millihertzOf(words, order)
    if (millihertz !== null) return { suggested: order, millihertz }
  }
  return null
}

/** Places whose value is known beforehand, and what it is like. */
const known = [
  { codes: ['14.7.0'], from: 45, to: 65 },
  { codes: ['12.7.0', '32.7.0', '52.7.0', '72.7.0'], from: 80, to: 500 },
] as const

/**
 * What makes a grid of what is known of a device: the map's order of words, only another one, none;
 * or `unsaid`, where nothing of the kind is known, or all of it is 0.
 */
export function gridOf(image: Image, map: ModbusMap): 'map' | 'other' | 'none' | 'unsaid' {
  let found: 'other' | 'none' | 'unsaid' = 'unsaid'
  for (const { codes, from, to } of known) {
    for (const { at, type, obis } of map.points) {
      const words = image.words(map.function, at, 2)
      if (type !== 'float32' || !codes.some((code) => code === obis) || words === null) continue
      const isIn = (order: WordOrder) => {
        const decimal = decimalOf(bitsOf(words, order), type)
        const size = decimal === null ? NaN : Number(`${decimal.value}e${decimal.exponent}`)
        return size >= from && size <= to
      }
      if (isIn(map.order)) return 'map'
      if (WORD_ORDERS.some(isIn)) found = 'other'
      else if (found === 'unsaid' && words.some((word) => word !== 0)) found = 'none'
    }
  }
  return found
}

function checkOrder(image: Image, family: Family, map: ModbusMap): Identified {
  const point = map.points.find(({ obis, type }) => obis === '14.7.0' && type === 'float32')
  const found = { kind: 'found', family, order: null } as const
  if (point === undefined || image.isDenied(map.function, point.at, 2)) return found
  const words = image.words(map.function, point.at, 2)
  if (words === null) {
    return { kind: 'ask', question: { function: map.function, address: point.at, count: 2 } }
  }
  const order = orderOf(words, map.order)
  return order === null || order.suggested === map.order ? found : { ...found, order }
}

/** The model that an Eastron says it is, where it was asked. */
export function eastronFamily(image: Image): Family | null {
  const { function: code, address, count } = eastronCode
  const named = eastronCodes.get(image.words(code, address, count)?.[0] ?? -1)
  return named === undefined ? null : familyOf(named)
}

/** What to ask next, or which device it is, by what is known of its registers. */
export function identifyModbus(image: Image): Identified {
  const { function: code, address, count } = eastronCode
  const isOpen = image.words(code, address, count) === null
  if (isOpen && !image.isDenied(code, address, count)) return { kind: 'ask', question: eastronCode }
  const named = eastronFamily(image)
  if (named?.map) return checkOrder(image, named, named.map)
  const walked = findSunSpecMeter(image)
  if (walked.kind === 'ask') return { kind: 'ask', question: { function: 3, ...walked.block } }
  if (walked.kind === 'found') return { kind: 'found', family: sunSpec, order: null }
  // Neither says what it is: only the grid's frequency at their place does.
  for (const { question, family } of unnamed) {
    if (image.isDenied(question.function, question.address, question.count)) continue
    const words = image.words(question.function, question.address, question.count)
    if (words === null) return { kind: 'ask', question }
    const order = orderOf(words, 'big')
    if (order !== null) {
      return { kind: 'found', family, order: order.suggested === 'big' ? null : order }
    }
  }
  return { kind: 'not-found' }
}

const unnamed = [
  { question: janitzaFrequency, family: umg604 },
  { question: eastronFrequency, family: sdm630 },
]
