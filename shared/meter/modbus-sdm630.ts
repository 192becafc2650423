/**
 * Eastron SDM630 (Modbus, V1 and V2, MID): input registers, IEEE 754 floats, the most significant
 * word first unless its owner turned the register order round (2141.0 written to 40025).
 *
 * Source: Eastron, "SDM630Modbus Smart Meter Modbus Protocol Implementation" V1.x (B+G e-tech,
 * SDM630Register.pdf; SDM630-Modbus MID V2 user manual, sections 1.2 and 1.3): 3X registers from
 * 30001, at most 40 values (80 registers) at once; serial number at FC00, two registers, unsigned.
 * The model at FC02 is not in that manual: it is what devices answer (70 hex, as 4X single
 * register reads are documented to give "an instrument type specific value").
 *
 * - Total power (0034) and reactive power carry a sign: import is positive.
 * - 0156 is import plus export.
 * - Counters are floats in kWh and show hundredths: from 131 MWh on they leave some out.
 *
 * Not read, for they have no code: averages and sums of currents (002A to 0030), phase angles
 * (0024, 0042), demands (0054 to 006A), voltages between phases (00C8), distortion (00EA).
 *
 * @module
 */

import { rs485 } from './modbus-lines.ts'
import { type Family, phases, type Point } from './modbus-map.ts'

const type = 'float32'
const real = { type, unit: 'Wh', exponent: 3, step: 1 } as const
const reactive = { type, unit: 'varh', exponent: 3, step: 1 } as const

const points: readonly Point[] = [
  ...phases(0x00, 2, { obis: '12.7.0', type, unit: 'V' }),
  ...phases(0x06, 2, { obis: '11.7.0', type, unit: 'A' }),
  ...phases(0x0c, 2, { obis: '16.7.0', type, unit: 'W' }),
  ...phases(0x12, 2, { obis: '9.7.0', type, unit: 'VA' }),
  ...phases(0x18, 2, { obis: '3.7.0', type, unit: 'var' }),
  ...phases(0x1e, 2, { obis: '13.7.0', type, unit: '' }),
  { at: 0x34, obis: '16.7.0', type, unit: 'W' },
  { at: 0x38, obis: '9.7.0', type, unit: 'VA' },
  { at: 0x3c, obis: '3.7.0', type, unit: 'var' },
  { at: 0x3e, obis: '13.7.0', type, unit: '' },
  { at: 0x46, obis: '14.7.0', type, unit: 'Hz' },
  { at: 0x48, obis: '1.8.0', ...real },
  { at: 0x4a, obis: '2.8.0', ...real },
  { at: 0x4c, obis: '3.8.0', ...reactive },
  { at: 0x4e, obis: '4.8.0', ...reactive },
  { at: 0x50, obis: '9.8.0', type, unit: 'VAh', exponent: 3, step: 1 },
  { at: 0xe0, obis: '91.7.0', type, unit: 'A' },
  { at: 0x156, obis: '15.8.0', ...real },
  ...phases(0x15a, 2, { obis: '1.8.0', ...real }),
  ...phases(0x160, 2, { obis: '2.8.0', ...real }),
  ...phases(0x166, 2, { obis: '15.8.0', ...real }),
  ...phases(0x16c, 2, { obis: '3.8.0', ...reactive }),
  ...phases(0x172, 2, { obis: '4.8.0', ...reactive }),
]

export const sdm630: Family = {
  id: 'eastron-sdm630',
  name: 'Eastron SDM630',
  map: {
    name: 'Eastron SDM630',
    prefix: 'SDM630',
    function: 4,
    order: 'big',
    blocks: [
      { address: 0x00, count: 36 },
      { address: 0x34, count: 30 },
      { address: 0xe0, count: 2 },
      { address: 0x156, count: 34 },
    ],
    points,
    serial: { address: 0xfc00 },
    sentinels: false,
  },
  lines: [rs485(9600), rs485(9600, 'even'), rs485(19_200), rs485(38_400), rs485(2400)],
}
