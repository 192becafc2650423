/**
 * Eastron SDM72D-M and SDM72D-M-2 (also SDM72DM-V2): input registers, IEEE 754 floats, the most
 * significant word first.
 *
 * Source: Eastron / B+G e-tech, "SDM72D-M User Manual" V1.5, part 3, and "SDM72D-M-2 Modbus
 * Protocol" (stromzähler.eu, sdm72dm-v2.pdf): at most 30 values (60 registers) at once; serial
 * number at FC00, two registers, unsigned; meter code at FC02, 0089 hex for the SDM72D-M-2 (the
 * first model answers 0084).
 *
 * - The first model has no voltages and currents: total power (0034) with a sign, import positive,
 *   and the counters of both directions. Each is asked alone, for the manual promises no more.
 *   Its total (0156) and its powers by direction (0500) say nothing that these do not.
 * - Counters are floats in kWh and show hundredths: from 131 MWh on they leave some out.
 *
 * Not read, for they have no code: averages and sums (002A to 0030), resettable counters (0180 to
 * 0186), net energy (018C, which is 1.8.0 minus 2.8.0).
 *
 * @module
 */

import { rs485 } from './modbus-lines.ts'
import { type Family, type ModbusMap, phases, type Point } from './modbus-map.ts'

const type = 'float32'
const real = { type, unit: 'Wh', exponent: 3, step: 1 } as const

const counters: readonly Point[] = [
  { at: 0x34, obis: '16.7.0', type, unit: 'W' },
  { at: 0x48, obis: '1.8.0', ...real },
  { at: 0x4a, obis: '2.8.0', ...real },
]

const first: ModbusMap = {
  name: 'Eastron SDM72D-M',
  prefix: 'SDM72DM',
  function: 4,
  order: 'big',
  blocks: [{ address: 0x34, count: 2 }, { address: 0x48, count: 4 }],
  points: counters,
  serial: { address: 0xfc00 },
  sentinels: false,
}

const second: ModbusMap = {
  ...first,
  name: 'Eastron SDM72D-M-2',
  prefix: 'SDM72DM2',
  blocks: [
    { address: 0x00, count: 36 },
    { address: 0x34, count: 24 },
    { address: 0xe0, count: 2 },
    { address: 0x156, count: 4 },
  ],
  points: [
    ...phases(0x00, 2, { obis: '12.7.0', type, unit: 'V' }),
    ...phases(0x06, 2, { obis: '11.7.0', type, unit: 'A' }),
    ...phases(0x0c, 2, { obis: '16.7.0', type, unit: 'W' }),
    ...phases(0x12, 2, { obis: '9.7.0', type, unit: 'VA' }),
    ...phases(0x18, 2, { obis: '3.7.0', type, unit: 'var' }),
    ...phases(0x1e, 2, { obis: '13.7.0', type, unit: '' }),
    ...counters,
    { at: 0x38, obis: '9.7.0', type, unit: 'VA' },
    { at: 0x3c, obis: '3.7.0', type, unit: 'var' },
    { at: 0x3e, obis: '13.7.0', type, unit: '' },
    { at: 0x46, obis: '14.7.0', type, unit: 'Hz' },
    { at: 0xe0, obis: '91.7.0', type, unit: 'A' },
    { at: 0x156, obis: '15.8.0', ...real },
  ],
}

const lines = [rs485(9600), rs485(9600, 'even'), rs485(19_200), rs485(4800), rs485(2400)]

export const sdm72: Family = {
  id: 'eastron-sdm72d-m',
  name: 'Eastron SDM72D-M',
  map: first,
  lines,
}

export const sdm72v2: Family = {
  id: 'eastron-sdm72d-m-v2',
  name: 'Eastron SDM72D-M-2',
  map: second,
  lines,
}
