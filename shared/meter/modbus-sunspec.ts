/**
 * The meter models of SunSpec: 201 to 204 (whole numbers with scale factors) and 211 to 214
 * (floats), for one phase, split phase, wye and delta. Where they begin, a device tells (see
 * sunspec.ts); places here count from behind a model's number and length.
 *
 * Source: SunSpec Alliance, "SunSpec Device Information Model Specification" V1.1 and the models
 * themselves (github.com/sunspec/models, json/model_201.json to model_214.json).
 *
 * - Powers carry a sign, which the models leave to the device: import is read as positive, as the
 *   quadrants of the energy counters have it. Some inverters sell meters that count it the other
 *   way round; the counters are not affected.
 * - The power factor is in hundredths in whole numbers, and itself as a float.
 *
 * Not read, for they have no code: averages, voltages between phases, reactive energy per phase
 * (it would be twelve codes more), event flags.
 *
 * @module
 */

import { rs485 } from './modbus-lines.ts'
import { type Family, phases, type Point } from './modbus-map.ts'

export interface SunSpecModel {
  /** Registers behind number and length. */
  readonly length: number
  readonly points: readonly Point[]
}

const i16 = 'int16'
const acc = 'uint32'
const f32 = 'float32'

function counter(at: number, obis: string, unit: string, scale: number): Point[] {
  const point = { obis, type: acc, unit, scale } as const
  return [{ ...point, at, mandatory: unit === 'Wh' }, ...phases(at + 2, 2, point)]
}

const whole: SunSpecModel = {
  length: 105,
  points: [
    ...phases(1, 1, { obis: '11.7.0', type: i16, unit: 'A', scale: 4 }),
    ...phases(6, 1, { obis: '12.7.0', type: i16, unit: 'V', scale: 13 }),
    { at: 14, obis: '14.7.0', type: i16, unit: 'Hz', scale: 15 },
    { at: 16, obis: '16.7.0', type: i16, unit: 'W', scale: 20 },
    ...phases(17, 1, { obis: '16.7.0', type: i16, unit: 'W', scale: 20 }),
    { at: 21, obis: '9.7.0', type: i16, unit: 'VA', scale: 25 },
    ...phases(22, 1, { obis: '9.7.0', type: i16, unit: 'VA', scale: 25 }),
    { at: 26, obis: '3.7.0', type: i16, unit: 'var', scale: 30 },
    ...phases(27, 1, { obis: '3.7.0', type: i16, unit: 'var', scale: 30 }),
    { at: 31, obis: '13.7.0', type: i16, unit: '', exponent: -2, scale: 35 },
    ...phases(32, 1, { obis: '13.7.0', type: i16, unit: '', exponent: -2, scale: 35 }),
    ...counter(36, '2.8.0', 'Wh', 52),
    ...counter(44, '1.8.0', 'Wh', 52),
    ...counter(53, '10.8.0', 'VAh', 69),
    ...counter(61, '9.8.0', 'VAh', 69),
    { at: 70, obis: '5.8.0', type: acc, unit: 'varh', scale: 102 },
    { at: 78, obis: '6.8.0', type: acc, unit: 'varh', scale: 102 },
    { at: 86, obis: '7.8.0', type: acc, unit: 'varh', scale: 102 },
    { at: 94, obis: '8.8.0', type: acc, unit: 'varh', scale: 102 },
  ],
}

function floats(at: number, obis: string, unit: string, more: Partial<Point> = {}): Point[] {
  const point = { obis, type: f32, unit, ...more } as const
  return [{ ...point, at }, ...phases(at + 2, 2, point)]
}

const floating: SunSpecModel = {
  length: 124,
  points: [
    ...phases(2, 2, { obis: '11.7.0', type: f32, unit: 'A' }),
    ...phases(10, 2, { obis: '12.7.0', type: f32, unit: 'V' }),
    { at: 24, obis: '14.7.0', type: f32, unit: 'Hz' },
    ...floats(26, '16.7.0', 'W'),
    ...floats(34, '9.7.0', 'VA'),
    ...floats(42, '3.7.0', 'var'),
    ...floats(50, '13.7.0', ''),
    ...floats(58, '2.8.0', 'Wh', { step: 0 }),
    ...floats(66, '1.8.0', 'Wh', { step: 0 }),
    ...floats(74, '10.8.0', 'VAh', { step: 0 }),
    ...floats(82, '9.8.0', 'VAh', { step: 0 }),
    { at: 90, obis: '5.8.0', type: f32, unit: 'varh', step: 0 },
    { at: 98, obis: '6.8.0', type: f32, unit: 'varh', step: 0 },
    { at: 106, obis: '7.8.0', type: f32, unit: 'varh', step: 0 },
    { at: 114, obis: '8.8.0', type: f32, unit: 'varh', step: 0 },
  ],
}

export const sunSpecModels: ReadonlyMap<number, SunSpecModel> = new Map([
  ...[201, 202, 203, 204].map((id) => [id, whole] as const),
  ...[211, 212, 213, 214].map((id) => [id, floating] as const),
])

export const sunSpec: Family = {
  id: 'sunspec',
  name: 'SunSpec',
  map: null,
  lines: [rs485(9600), rs485(19_200), rs485(19_200, 'even'), rs485(9600, 'even'), rs485(115_200)],
}
