/**
 * The reading of a Modbus device: what its map says of the registers that are known. A device has
 * no clock that is asked, so the time is the reader's. What cannot be is kept and doubted; what is
 * no number is left out and told.
 *
 * @module
 */

import { float32Step } from './float32.ts'
import type { Image } from './modbus-image.ts'
import { type ModbusMap, type Point, typeLength, type WordOrder } from './modbus-map.ts'
import { bitsOf, decimalOf, isSentinel } from './modbus-value.ts'
import { isPlausible } from './plausible.ts'
import type { Assurance, Reading, Register, Warning } from './reading.ts'

/** Serial numbers of simulated devices: no maker is near them. */
export const simulatedSerials = 4_270_000_000
/** Maker of a simulated SunSpec device. */
export const simulatedMaker = 'KILOWIT-SIM'

export interface ReadingContext {
  readonly unit: number
  /** The owner's answer, where the map's own order is not the device's. */
  readonly order?: WordOrder
  /** SunSpec's, which is text; null where the map says where to find it. */
  readonly serial: string | null
  readonly seen: number
  readonly assurance: Assurance
}

const scales = { from: -10, to: 10 }
/** Of a block's values, see docs/format.md. */
const maxExponent = 18

/** The codes of all maps in full, so that each is one text that is known again. */
const codes = new Map<string, string>()

function codeOf({ obis }: Point): string {
  const known = codes.get(obis)
  if (known !== undefined) return known
  const code = `1-0:${obis}*255`
  codes.set(obis, code)
  return code
}

function readPoint(image: Image, map: ModbusMap, point: Point, order: WordOrder) {
  const words = image.words(map.function, point.at, typeLength[point.type])
  if (words === null) return null
  const bits = bitsOf(words, order)
  if (map.sentinels) {
    if (isSentinel(bits, point.type)) return null
    const isUnused = point.type === 'uint32' && bits === 0n && point.mandatory !== true
    if (isUnused) return null
  }
  const decimal = decimalOf(bits, point.type)
  if (decimal === null) return 'invalid'
  let exponent = decimal.exponent + (point.exponent ?? 0)
  if (point.scale !== undefined) {
    const [scale] = image.words(map.function, point.scale, 1) ?? []
    if (scale === undefined) return null
    const power = scale >= 0x8000 ? scale - 0x1_0000 : scale
    if (power < scales.from || power > scales.to) return 'invalid'
    exponent += power
  }
  // What no block can hold, and no meter means: noise far below its last digit, or words swapped.
  if (decimal.value !== '0' && Math.abs(exponent) > maxExponent) return 'invalid'
  const register = {
    obis: codeOf(point),
    value: decimal.value,
    exponent: decimal.value === '0' ? 0 : exponent,
    unit: point.unit,
  }
  const isCoarse = point.type === 'float32' && point.step !== undefined &&
    float32Step(Number(bits)) * 10 ** (point.exponent ?? 0) > 10 ** point.step
  return { register, isCoarse }
}

/** The number of a map's device; null where it is not known, or is none. */
function serialOf(image: Image, map: ModbusMap): string | null {
  const words = map.serial === null ? null : image.words(3, map.serial.address, 2)
  if (words === null) return null
  const number = bitsOf(words, 'big')
  return number === 0n || number === 0xffff_ffffn ? null : number.toString()
}

/** Null where nothing of the map is known. */
export function readMap(image: Image, map: ModbusMap, context: ReadingContext): Reading | null {
  const { unit, order = map.order, seen, assurance } = context
  const registers: Register[] = []
  const warnings = new Set<Warning>(['clock-missing'])
  if (assurance.line === 'none') warnings.add('no-line-check')
  for (const point of map.points) {
    const read = readPoint(image, map, point, order)
    if (read === null) continue
    if (read === 'invalid') {
      warnings.add('value-invalid')
      continue
    }
    registers.push(read.register)
    if (read.isCoarse) warnings.add('resolution-limited')
    if (!isPlausible(read.register)) warnings.add('value-implausible')
  }
  if (registers.length === 0) return null
  const serial = context.serial ?? serialOf(image, map) ?? ''
  if (serial === '') warnings.add('meter-unnamed')
  const isSimulated = map.serial === null
    ? map.prefix.startsWith(simulatedMaker)
    : Number(serial) >= simulatedSerials
  if (isSimulated) warnings.add('simulated')
  return {
    meter: serial === '' ? `${map.name}, unit ${unit}` : `${map.prefix}-${serial}`,
    at: seen,
    clock: 'device',
    seen,
    registers,
    texts: [],
    assurance,
    warnings: [...warnings],
  }
}
