/**
 * Which registers of a Modbus device mean what: its map, as data. A map says how to ask, in blocks
 * that the device gives at once, and what each place is by OBIS code. Places that have no code of
 * their own (averages, angles, voltages between phases) are not in it.
 *
 * No two questions of a map have the same function and number of registers: an answer does not say
 * what it is of, so one that is late can at least not be taken for another's.
 *
 * @module
 */

import type { LineSettings } from './line.ts'
import type { ModbusFunction } from './modbus-frame.ts'

/**
 * How a value of several registers is put together, by the bytes of a float32: ABCD, the most
 * significant first; CDAB, words swapped; DCBA, all bytes swapped.
 */
export const WORD_ORDERS = ['big', 'swapped', 'little'] as const
export type WordOrder = (typeof WORD_ORDERS)[number]

export type PointType =
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'

export const typeLength: Record<PointType, number> = {
  int16: 1,
  uint16: 1,
  int32: 2,
  uint32: 2,
  int64: 4,
  uint64: 4,
  float32: 2,
}

export interface Point {
  readonly at: number
  /** C.D.E of the OBIS code; the medium is electricity, the channel 0. */
  readonly obis: string
  readonly type: PointType
  /** Of a reading: `Wh`, not `kWh`. */
  readonly unit: string
  /** The power of ten that the device's own unit is of that: 3 for kWh. @default {0} */
  readonly exponent?: number
  /** Where the device keeps a further power of ten, a signed number (SunSpec). */
  readonly scale?: number
  /** The power of ten, in the reading's unit, of the last digit that the device's counter shows. */
  readonly step?: number
  /** Whether 0 is a value of this counter also where the map keeps 0 for "not there". */
  readonly mandatory?: boolean
}

export interface Block {
  readonly address: number
  readonly count: number
}

export interface ModbusMap {
  /** What the device calls itself: maker and model. */
  readonly name: string
  /** Before the serial number, as the meter's id. */
  readonly prefix: string
  readonly function: ModbusFunction
  readonly order: WordOrder
  readonly blocks: readonly Block[]
  readonly points: readonly Point[]
  /** Where the serial number is: one unsigned number, by function 3; null where there is none. */
  readonly serial: { readonly address: number } | null
  /** Whether a value that the type keeps for it says that there is none (SunSpec). */
  readonly sentinels: boolean
}

export type FamilyId =
  | 'janitza-umg604'
  | 'janitza-umg604-pro'
  | 'eastron-sdm630'
  | 'eastron-sdm72d-m'
  | 'eastron-sdm72d-m-v2'
  | 'sunspec'

/** A model whose map is written down, or SunSpec, whose devices tell where their values are. */
export interface Family {
  readonly id: FamilyId
  readonly name: string
  /** Null for SunSpec: found by walking (see sunspec.ts). */
  readonly map: ModbusMap | null
  /** The likeliest first. */
  readonly lines: readonly LineSettings[]
}

/** One point for each phase, 20 apart by C (IEC 62056-61), `apart` registers apart. */
export function phases(at: number, apart: number, point: Omit<Point, 'at'>): Point[] {
  const [c = '', d = '', e = ''] = point.obis.split('.')
  return [1, 2, 3].map((phase, i) => {
    return { ...point, at: at + apart * i, obis: `${Number(c) + 20 * phase}.${d}.${e}` }
  })
}
