/**
 * Janitza UMG 604 and UMG 604-PRO: holding registers, IEEE 754 floats, the most significant word
 * first, counted from 0.
 *
 * Source: Janitza, "UMG 604 / UMG 604-PRO, Modbus address list and formulary", frequently required
 * readings from 19000 (both models share them; the same block is published by Janitza in its
 * integration for Home Assistant, github.com/JanitzaElectronics/ha-janitza-modbus), and 10176 for
 * the serial number. RS485 and Modbus TCP (port 502) speak the same map.
 *
 * - Powers per phase and their sum carry a sign: import is positive. So does reactive power, where
 *   inductive is positive; it stands under the code of import.
 * - 19054 to 19060 count without a backstop: import minus export.
 * - 19068 is the sum of consumed energy under tariff 1. A device that is told to switch tariffs
 *   counts the others elsewhere.
 * - Counters are floats in watt hours: from 16.8 MWh on they leave out watt hours, and the reading
 *   says so.
 *
 * Not read, for they have no code: voltages between phases (19006), the field's direction (19052),
 * net reactive energy (19086), distortion (19110).
 *
 * @module
 */

import { rs485 } from './modbus-lines.ts'
import { type Family, type ModbusMap, phases, type Point } from './modbus-map.ts'

const type = 'float32'
const real = { type, unit: 'Wh', step: 0 } as const
const apparent = { type, unit: 'VAh', step: 0 } as const
const reactive = { type, unit: 'varh', step: 0 } as const

const points: readonly Point[] = [
  ...phases(19000, 2, { obis: '12.7.0', type, unit: 'V' }),
  ...phases(19012, 2, { obis: '11.7.0', type, unit: 'A' }),
  { at: 19018, obis: '91.7.0', type, unit: 'A' },
  ...phases(19020, 2, { obis: '16.7.0', type, unit: 'W' }),
  { at: 19026, obis: '16.7.0', type, unit: 'W' },
  ...phases(19028, 2, { obis: '9.7.0', type, unit: 'VA' }),
  { at: 19034, obis: '9.7.0', type, unit: 'VA' },
  ...phases(19036, 2, { obis: '3.7.0', type, unit: 'var' }),
  { at: 19042, obis: '3.7.0', type, unit: 'var' },
  ...phases(19044, 2, { obis: '13.7.0', type, unit: '' }),
  { at: 19050, obis: '14.7.0', type, unit: 'Hz' },
  ...phases(19054, 2, { obis: '16.8.0', ...real }),
  { at: 19060, obis: '16.8.0', ...real },
  ...phases(19062, 2, { obis: '1.8.0', ...real }),
  { at: 19068, obis: '1.8.0', ...real },
  ...phases(19070, 2, { obis: '2.8.0', ...real }),
  { at: 19076, obis: '2.8.0', ...real },
  ...phases(19078, 2, { obis: '9.8.0', ...apparent }),
  { at: 19084, obis: '9.8.0', ...apparent },
  ...phases(19094, 2, { obis: '3.8.0', ...reactive }),
  { at: 19100, obis: '3.8.0', ...reactive },
  ...phases(19102, 2, { obis: '4.8.0', ...reactive }),
  { at: 19108, obis: '4.8.0', ...reactive },
]

function mapOf(name: string, prefix: string): ModbusMap {
  return {
    name,
    prefix,
    function: 3,
    order: 'big',
    blocks: [{ address: 19000, count: 54 }, { address: 19054, count: 56 }],
    points,
    serial: { address: 10176 },
    sentinels: false,
  }
}

/** As delivered 115200 8N1. */
const lines = [rs485(115_200), rs485(38_400), rs485(19_200), rs485(9600)]

export const umg604: Family = {
  id: 'janitza-umg604',
  name: 'Janitza UMG 604',
  map: mapOf('Janitza UMG 604', 'UMG604'),
  lines,
}

export const umg604Pro: Family = {
  id: 'janitza-umg604-pro',
  name: 'Janitza UMG 604-PRO',
  map: mapOf('Janitza UMG 604-PRO', 'UMG604PRO'),
  lines,
}
