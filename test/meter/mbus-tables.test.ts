/** @module M-Bus value information: every table of EN 13757-3, from records written by hand. */

import { describe, expect, test } from 'vitest'
import { byte, readingOf, response, said } from './mbus-frames.ts'

/** The first and last code of a row, what it is, and the exponents of both. */
type Row = readonly [from: number, to: number, quantity: string, unit: string, first: number]

const primary: readonly Row[] = [
  [0x00, 0x07, 'Energy', 'Wh', -3],
  [0x08, 0x0f, 'Energy', 'J', 0],
  [0x10, 0x17, 'Volume', 'm3', -6],
  [0x18, 0x1f, 'Mass', 'kg', -3],
  [0x28, 0x2f, 'Power', 'W', -3],
  [0x30, 0x37, 'Power', 'J/h', 0],
  [0x38, 0x3f, 'Volume flow', 'm3/h', -6],
  [0x40, 0x47, 'Volume flow', 'm3/min', -7],
  [0x48, 0x4f, 'Volume flow', 'm3/s', -9],
  [0x50, 0x57, 'Mass flow', 'kg/h', -3],
  [0x58, 0x5b, 'Flow temperature', '°C', -3],
  [0x5c, 0x5f, 'Return temperature', '°C', -3],
  [0x60, 0x63, 'Temperature difference', 'K', -3],
  [0x64, 0x67, 'External temperature', '°C', -3],
  [0x68, 0x6b, 'Pressure', 'bar', -3],
  [0x6e, 0x6e, 'H.C.A.', '', 0],
  [0x6f, 0x6f, 'Reserved', '', 0],
  [0x78, 0x78, 'Fabrication No', '', 0],
  [0x79, 0x79, '(Enhanced) Identification', '', 0],
  [0x7a, 0x7a, 'Bus Address', '', 0],
  [0x7e, 0x7e, 'Any VIF', '', 0],
  [0x7f, 0x7f, 'Manufacturer specific', '', 0],
]

const behindFb: readonly Row[] = [
  [0x00, 0x01, 'Energy', 'Wh', 5],
  [0x02, 0x03, 'Reactive energy', 'varh', 3],
  [0x04, 0x05, 'Apparent energy', 'VAh', 3],
  [0x08, 0x09, 'Energy', 'J', 8],
  [0x0c, 0x0f, 'Energy', 'cal', 5],
  [0x10, 0x11, 'Volume', 'm3', 2],
  [0x14, 0x17, 'Reactive power', 'var', 0],
  [0x18, 0x19, 'Mass', 'kg', 5],
  [0x1a, 0x1b, 'Relative humidity', '%', -1],
  [0x20, 0x20, 'Volume', 'ft3', 0],
  [0x21, 0x21, 'Volume', 'ft3', -1],
  [0x22, 0x23, 'Volume', 'gal', -1],
  [0x24, 0x24, 'Volume flow', 'gal/min', -3],
  [0x25, 0x25, 'Volume flow', 'gal/min', 0],
  [0x26, 0x26, 'Volume flow', 'gal/h', 0],
  [0x28, 0x29, 'Power', 'W', 5],
  [0x2a, 0x2a, 'Phase U-U', '°', -1],
  [0x2b, 0x2b, 'Phase U-I', '°', -1],
  [0x2c, 0x2f, 'Frequency', 'Hz', -3],
  [0x30, 0x31, 'Power', 'J/h', 8],
  [0x34, 0x37, 'Apparent power', 'VA', 0],
  [0x38, 0x57, 'Reserved', '', 0],
  [0x58, 0x5b, 'Flow temperature', '°F', -3],
  [0x5c, 0x5f, 'Return temperature', '°F', -3],
  [0x60, 0x63, 'Temperature difference', '°F', -3],
  [0x64, 0x67, 'External temperature', '°F', -3],
  [0x70, 0x73, 'Cold / Warm Temperature Limit', '°F', -3],
  [0x74, 0x77, 'Cold / Warm Temperature Limit', '°C', -3],
  [0x78, 0x7f, 'Cumul count max power', 'W', -3],
]

const behindFd: readonly Row[] = [
  [0x00, 0x03, 'Credit', 'currency', -3],
  [0x04, 0x07, 'Debit', 'currency', -3],
  [0x08, 0x08, 'Access Number (transmission count)', '', 0],
  [0x09, 0x09, 'Medium', '', 0],
  [0x0a, 0x0a, 'Manufacturer', '', 0],
  [0x0b, 0x0b, 'Parameter set identification', '', 0],
  [0x0c, 0x0c, 'Model / Version', '', 0],
  [0x0d, 0x0d, 'Hardware version', '', 0],
  [0x0e, 0x0e, 'Firmware version', '', 0],
  [0x0f, 0x0f, 'Software version', '', 0],
  [0x10, 0x10, 'Customer location', '', 0],
  [0x11, 0x11, 'Customer', '', 0],
  [0x12, 0x12, 'Access Code User', '', 0],
  [0x13, 0x13, 'Access Code Operator', '', 0],
  [0x14, 0x14, 'Access Code System Operator', '', 0],
  [0x15, 0x15, 'Access Code Developer', '', 0],
  [0x16, 0x16, 'Password', '', 0],
  [0x17, 0x17, 'Error flags', '', 0],
  [0x18, 0x18, 'Error mask', '', 0],
  [0x1a, 0x1a, 'Digital Output', '', 0],
  [0x1b, 0x1b, 'Digital Input', '', 0],
  [0x1c, 0x1c, 'Baudrate', 'Baud', 0],
  [0x1d, 0x1d, 'Response delay time', 'bit times', 0],
  [0x1e, 0x1e, 'Retry', '', 0],
  [0x1f, 0x1f, 'Remote control', '', 0],
  [0x20, 0x20, 'First storage # for cyclic storage', '', 0],
  [0x21, 0x21, 'Last storage # for cyclic storage', '', 0],
  [0x22, 0x22, 'Size of storage block', '', 0],
  [0x28, 0x28, 'Storage interval', 'month', 0],
  [0x29, 0x29, 'Storage interval', 'year', 0],
  [0x2a, 0x2a, 'Operator specific data', '', 0],
  [0x2b, 0x2b, 'Time point second', 's', 0],
  [0x38, 0x38, 'Period of tariff', 'month', 0],
  [0x39, 0x39, 'Period of tariff', 'year', 0],
  [0x3a, 0x3a, 'Dimensionless', '', 0],
  [0x40, 0x4f, 'Voltage', 'V', -9],
  [0x50, 0x5f, 'Current', 'A', -12],
  [0x60, 0x60, 'Reset counter', '', 0],
  [0x61, 0x61, 'Cumulation counter', '', 0],
  [0x62, 0x62, 'Control signal', '', 0],
  [0x63, 0x63, 'Day of week', '', 0],
  [0x64, 0x64, 'Week number', '', 0],
  [0x66, 0x66, 'State of parameter activation', '', 0],
  [0x67, 0x67, 'Special supplier information', '', 0],
  [0x6a, 0x6a, 'Duration since last cumulation', 'month', 0],
  [0x6b, 0x6b, 'Duration since last cumulation', 'year', 0],
  [0x6e, 0x6e, 'Operating time battery', 'month', 0],
  [0x6f, 0x6f, 'Operating time battery', 'year', 0],
  [0x71, 0x71, 'RF level', 'dBm', 0],
  [0x75, 0x75, 'Number of times the meter was stopped', '', 0],
  [0x77, 0x7c, 'Reserved', '', 0],
]

/** First code, what it is, and the seconds of each unit that follows. */
const durations: readonly (readonly [table: string, from: number, string, readonly number[]])[] = [
  ['', 0x20, 'On time', [1, 60, 3600, 86_400]],
  ['', 0x24, 'Operating time', [1, 60, 3600, 86_400]],
  ['', 0x70, 'Averaging Duration', [1, 60, 3600, 86_400]],
  ['', 0x74, 'Actuality Duration', [1, 60, 3600, 86_400]],
  ['fd', 0x24, 'Storage interval', [1, 60, 3600, 86_400]],
  ['fd', 0x2c, 'Duration since last readout', [1, 60, 3600, 86_400]],
  ['fd', 0x31, 'Duration of tariff', [60, 3600, 86_400]],
  ['fd', 0x34, 'Period of tariff', [1, 60, 3600, 86_400]],
  ['fd', 0x3c, 'Period of nominal data transmissions', [1, 60, 3600, 86_400]],
  ['fd', 0x68, 'Duration since last cumulation', [3600, 86_400]],
  ['fd', 0x6c, 'Operating time battery', [3600, 86_400]],
  ['fd', 0x74, 'Remaining battery life time', [86_400]],
]

describe('value information', () => {
  test.each([['', primary], ['fb', behindFb], ['fd', behindFd]] as const)(
    'every row of the table behind "%s" has its unit and exponent',
    async (table, rows) => {
      for (const [from, to, quantity, unit, first] of rows) {
        for (let code = from; code <= to; code++) {
          const exponent = unit === '' ? 0 : first + code - from
          expect(await said(`02 ${table} ${byte(code)} 3930`), `${table} ${byte(code)}`).toEqual([
            `${quantity}: 12345e${exponent} ${unit}`.trimEnd(),
          ])
        }
      }
    },
  )

  test('every code has a meaning, if only that it is reserved', async () => {
    for (const table of ['', 'fb', 'fd', 'fdfd']) {
      for (let code = 0; code < 0x80; code++) {
        const isPrefix = table === '' && (code === 0x7c)
        if (isPrefix) continue
        const all = await said(`02 ${table} ${byte(code)} 1234`)
        expect(all, `${table} ${byte(code)}`).toHaveLength(1)
      }
    }
  })

  test('durations are seconds, exactly', async () => {
    for (const [table, from, quantity, factors] of durations) {
      for (const [i, factor] of factors.entries()) {
        expect(await said(`02 ${table} ${byte(from + i)} 0700`)).toEqual([
          `${quantity}: ${7 * factor}e0 s`,
        ])
      }
    }
  })

  test.each([
    ['fdfd 00 ', 'Currently selected application: 7e0'],
    ['fdfd 02 ', 'Remaining battery life time: 7e0 month'],
    ['fdfd 03 ', 'Remaining battery life time: 7e0 year'],
    ['fb 06', 'Coefficient of performance: 7e-1'],
    ['fb 6e', 'H.C.A. display output scaling factor: 7e0'],
  ])('%s: %s', async (vif, expected) => {
    const [first] = await said(`02 ${vif} 0700`)
    expect(first?.replace(/e-?\d+/, '')).toBe(expected.replace(/e-?\d+/, ''))
  })
})

describe('VIFE', () => {
  test.each([
    ['02 93 20 0700', 'Volume: 7e-3 m3/s'],
    ['02 93 22 0700', 'Volume: 7e-3 m3/h'],
    ['02 93 26 0700', 'Volume: 7e-3 m3/year'],
    ['02 93 28 0700', 'Volume, per input pulse of channel 0: 7e-3 m3'],
    ['02 83 2d 0700', 'Energy: 7e0 Wh/m3'],
    ['02 83 38 0700', 'Energy: 7e0 Wh s/A'],
    ['02 93 3a 0700', 'Volume, uncorrected: 7e-3 m3'],
    ['02 83 3b 0700', 'Energy, positive contributions only: 7e0 Wh'],
    ['02 83 3c 0700', 'Energy, negative contributions only: 7e0 Wh'],
    ['02 93 3d 0700', 'Volume: 7e0 gal'],
    ['02 db 3d 0700', 'Flow temperature: 7e0 °F'],
    ['02 93 3e 0700', 'Volume, at base conditions: 7e-3 m3'],
    ['02 bb 40 0700', 'Volume flow, lower limit: 7e-3 m3/h'],
    ['02 bb 48 0700', 'Volume flow, upper limit: 7e-3 m3/h'],
    ['02 bb 41 ffff', 'Volume flow, number of lower limit exceeds: 65535e0'],
    ['02 bb 49 0700', 'Volume flow, number of upper limit exceeds: 7e0'],
    ['02 bb 51 0700', 'Volume flow, duration of first lower limit exceed: 420e0 s'],
    ['02 bb 5f 0700', 'Volume flow, duration of last upper limit exceed: 604800e0 s'],
    ['02 bb 66 0700', 'Volume flow, duration of last: 25200e0 s'],
    ['04 bb 4a 3b0ee714', 'Volume flow, begin of first upper limit exceed: "2015-04-07T14:59"'],
    ['04 bb 47 3b0ee714', 'Volume flow, end of last lower limit exceed: "2015-04-07T14:59"'],
    ['04 bb 6f 3b0ee714', 'Volume flow, end of last: "2015-04-07T14:59"'],
    ['02 bb 39 ff2c', 'Volume flow, start of: "2023-12-31"'],
    ['02 93 69 0700', 'Volume, leakage: 7e-3 m3'],
    ['02 93 70 0700', 'Volume: 7e-9 m3'],
    ['02 93 77 0700', 'Volume: 7e-2 m3'],
    ['02 93 7d 0700', 'Volume: 7e0 m3'],
    ['02 93 f7 fd 76 0700', 'Volume: 7e1 m3'],
    ['02 93 78 0700', 'Volume: 8e-3 m3'],
    ['02 93 7b 0700', 'Volume: 1007e-3 m3'],
    ['02 93 7e 0700', 'Volume, future value: 7e-3 m3'],
    ['02 fd c8 fc 01 0809', 'Voltage, L1: 2312e-1 V'],
    ['02 fd c8 fc 06 0809', 'Voltage, L2 to L3: 2312e-1 V'],
    ['02 fb 97 fc 0b 0700', 'Reactive power, quadrant 4: 7e3 var'],
    ['02 fb ae 72 0700', 'Frequency: 7e-5 Hz'],
    ['02 83 fc 10 0700', 'Energy, absolute contributions: 7e0 Wh'],
    ['02 83 fc 11 ffff', 'Energy: 65535e0 Wh'],
    ['02 83 fc 7f 0700', 'Energy, VIFE FC 7F: 7e0 Wh'],
    ['02 83 19 0700', 'Energy, VIFE 19: 7e0 Wh'],
    ['02 83 ff 81 02 0700', 'Energy, manufacturer specific 01 02: 7e0 Wh'],
    ['02 ff 93 00 0700', 'Manufacturer specific 13 00: 7e0'],
    ['02 93 12 0700', 'Volume, average: 7e-3 m3'],
    ['0d 93 1f e3 010203', 'Volume, compact profile: "01 02 03"'],
  ])('%s: %s', async (record, expected) => {
    expect(await said(record)).toEqual([expected])
  })

  test('a record error is no value, and is said', async () => {
    const reading = await readingOf(response('02 93 15 0700 02 13 0800'))
    expect(reading.registers).toHaveLength(1)
    expect(reading.texts[0]?.text).toBe('no data available')
    expect(reading.warnings).toContain('value-invalid')
  })
})
