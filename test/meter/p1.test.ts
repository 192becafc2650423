/** @module DSMR P1 telegrams: line check, dialects, numbers, clocks and sub-meters. */

import { describe, expect, test } from 'vitest'
import { utf8 } from '../../shared/bytes.ts'
import { crc16Arc, restoreLineEnds } from '../../shared/meter/p1-frame.ts'
import { readQuantity } from '../../shared/meter/p1-value.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import { decodeAll, iso, kinds, now, readingsOf, telegram, valuesOf } from './telegrams.ts'

const clock = '0-0:1.0.0(261025130000W)'
const basic = ['1-3:0.2.8(50)', clock, '0-0:96.1.1(4D31)', '1-0:1.8.1(000001.000*kWh)']
const old = ['0-0:96.1.1(4D31)', '1-0:1.8.1(00001.001*kWh)', '0-0:96.14.0(0001)']

describe('line check', () => {
  test('CRC-16/ARC has its published values', () => {
    expect(crc16Arc(utf8('123456789'))).toBe(0xbb3d)
    expect(crc16Arc(utf8('/some !'))).toBe(0xa3d4)
  })

  test('a right CRC is taken in capitals, in small letters and without leading zeros', () => {
    expect(kinds(decodeAll(telegram(basic)))).toEqual(['telegram'])
    // The identification is searched for a CRC below 0x1000 with a letter in it.
    for (let i = 0; i < 10_000; i++) {
      const bytes = telegram(basic, undefined, `TST5${i}`)
      const printed = new TextDecoder().decode(bytes).split('!')[1]?.trim() ?? ''
      if (!/^0[1-9A-F]{2,}[A-F]/.test(printed)) continue
      const short = printed.slice(1)
      expect(kinds(decodeAll(telegram(basic, short, `TST5${i}`)))).toEqual(['telegram'])
      const small = short.toLowerCase()
      expect(kinds(decodeAll(telegram(basic, small, `TST5${i}`)))).toEqual(['telegram'])
      return
    }
    throw new Error('No identification with a short CRC found')
  })

  test('a wrong CRC is refused, whatever the version and with a waiver too', () => {
    for (const printed of ['0000', 'ZZZZ', '12345', '6796x', '0']) {
      for (const lines of [basic, old]) {
        const outcomes = decodeAll(telegram(lines, printed), { waiveLineCheck: true })
        expect(kinds(outcomes)).toEqual(['line-check-failed'])
      }
    }
  })

  test('DSMR 2.2 and 3.0 are taken without a CRC and say so', () => {
    const [main] = readingsOf(telegram(old, ''))
    expect(main?.assurance.line).toBe('none')
    expect(main?.warnings).toEqual(['clock-missing', 'no-line-check'])
  })

  test('any other bare ! needs the waiver', () => {
    for (const lines of [basic, [clock, ...old], ['1-3:0.2.8(42)', ...old], old.slice(0, 2)]) {
      const bytes = telegram(lines, '')
      expect(kinds(decodeAll(bytes))).toEqual(['line-check-missing'])
      const [main] = readingsOf(bytes, { waiveLineCheck: true })
      expect(main?.assurance.line).toBe('none')
      expect(main?.warnings).toContain('line-check-waived')
    }
  })

  test('a telegram without CRC and with a byte that no meter sends is refused', () => {
    const bytes = telegram(old, '')
    bytes[40] = 0x9f
    expect(kinds(decodeAll(bytes))).toEqual(['not-this-protocol'])
  })

  test('the custody given is in the assurance', () => {
    const [main] = readingsOf(telegram(basic), { custody: 'browser' })
    expect(main?.assurance).toEqual({ line: 'crc', origin: 'plain', custody: 'browser' })
  })

  test('line ends that became LF are restored', () => {
    const whole = telegram(basic)
    const unix = utf8(new TextDecoder().decode(whole).replaceAll('\r\n', '\n'))
    expect(kinds(decodeAll(unix))).toEqual(['line-check-failed'])
    expect(restoreLineEnds(unix)).toEqual(whole)
    expect(restoreLineEnds(whole)).toEqual(whole)
  })
})

describe('numbers', () => {
  test.each([
    ['001247.747*kWh', '1247747', 0, 'Wh'],
    ['001247.747kWh', '1247747', 0, 'Wh'],
    ['0000000 kWh', '0', 3, 'Wh'],
    ['00.412*kW', '412', 0, 'W'],
    ['0001.01*kW', '101', 1, 'W'],
    ['00052185.7825309*kWh', '521857825309', -4, 'Wh'],
    ['006545766*Wh', '6545766', 0, 'Wh'],
    ['230.1*V', '2301', -1, 'V'],
    ['000518.309*kVArh', '518309', 0, 'varh'],
    ['0012.300*kVA', '12300', 0, 'VA'],
    ['12785.123*m3', '12785123', -3, 'm3'],
    ['1.234*GJ', '1234', 6, 'J'],
    ['4.556', '4556', -3, ''],
    ['-00.020*kW', '-20', 0, 'W'],
    ['-00.000*kW', '0', 0, 'W'],
    ['00015', '15', 0, ''],
    ['12*Deg', '12', 0, 'Deg'],
    ['1.5*MW', '15', 5, 'W'],
    ['1.5*mW', '15', -4, 'W'],
    ['1*MWh', '1', 6, 'Wh'],
    ['1*mWh', '1', -3, 'Wh'],
    ['1*MWH', '1', 6, 'Wh'],
    ['1*KWH', '1', 3, 'Wh'],
    ['1*kwh', '1', 3, 'Wh'],
    ['1*GWh', '1', 9, 'Wh'],
    ['7*Mvar', '7', 6, 'var'],
    ['7*Mvarh', '7', 6, 'varh'],
    ['7*MVA', '7', 6, 'VA'],
    ['10.5*kV', '105', 2, 'V'],
    ['7*mV', '7', -3, 'V'],
    ['7*mA', '7', -3, 'A'],
    ['7*MA', '7', 6, 'A'],
    ['7*kA', '7', 3, 'A'],
    ['7*MJ', '7', 6, 'J'],
    ['7*mHz', '7', -3, 'Hz'],
    ['7*dm3', '7', -3, 'm3'],
    ['001.476*m3ph', '1476', -3, 'm3ph'],
    ['0.83*P/S', '83', -2, 'P/S'],
    ['3*%', '3', 0, '%'],
    ['013925.5*', '139255', -1, ''],
    ['  1846.0*kWh', '18460', 2, 'Wh'],
    ['0.123456789012345678', '123456789012345678', -18, ''],
    ['99999999999999999999.999*kWh', '99999999999999999999999', 0, 'Wh'],
  ])('%s is exact', (text, value, exponent, unit) => {
    expect(readQuantity(text)).toEqual({ value, exponent, unit })
  })

  test.each([
    '',
    '-',
    '.',
    '1.',
    '.5',
    '1.2.3',
    '1e3*kWh',
    '1,5*kWh',
    '1ESY1313002565',
    '12*<b>',
    '0.1234567890123456789',
    '- 1',
    ' ',
  ])(
    '%j is no number',
    (text) => expect(readQuantity(text)).toBeNull(),
  )

  test('a number of a million digits is no number', () => {
    expect(readQuantity('9'.repeat(1_000_000))).toBeNull()
  })

  test('what should be a number and is none is kept word for word, with a warning', () => {
    const [main] = readingsOf(telegram([...basic, '1-0:1.7.0(--.---*kW)']))
    expect(main?.warnings).toEqual(['value-invalid'])
    expect(main?.texts).toContainEqual({ obis: '1-0:1.7.0*255', text: '--.---*kW' })
  })
})

describe('lines', () => {
  test('a malformed or a second line of a code is told, and the rest is kept', () => {
    const [main] = readingsOf(telegram([
      ...basic,
      '1-0:4:24.7.0(00.000*kW)',
      '1-0:32.7.0(230.1*V)',
      '1-0:32.7.0(999.9*V)',
    ]))
    expect(main?.warnings).toEqual(['malformed-line', 'duplicate-register'])
    expect(valuesOf(main)['32.7.0']).toBe('2301e-1 V')
  })

  test.each([
    '1-0:1.8.0',
    '1-0:1.8.0(1*kWh',
    '1-0:1.8.0(1)2)',
    '256-0:1.8.0(1)',
    'x(1)',
    '1-0:1.8.0((1)',
  ])(
    '%j is a malformed line',
    (line) => {
      const [main] = readingsOf(telegram([...basic, line]))
      expect(main?.warnings).toEqual(['malformed-line'])
    },
  )

  test('messages, logs and Belgian peaks are kept word for word', () => {
    const peaks = '(2)(1-0:1.6.0)(1-0:1.6.0)(200501000000S)(632525252525W)(03.695*kW)'
    const [main] = readingsOf(telegram([
      ...basic,
      `0-0:96.13.0(${'41'.repeat(1024)})`,
      '1-0:99.97.0(1)(0-0:96.7.19)(190326095015W)(0000002014*s)',
      '1-0:1.6.0(200509134558S)(02.589*kW)',
      `0-0:98.1.0${peaks}`,
    ]))
    const texts = Object.fromEntries((main?.texts ?? []).map(({ obis, text }) => [obis, text]))
    expect(texts['0-0:96.13.0*255']).toBe('41'.repeat(1024))
    expect(texts['1-0:99.97.0*255']).toBe('(1)(0-0:96.7.19)(190326095015W)(0000002014*s)')
    expect(texts['1-0:1.6.0*255']).toBe('(200509134558S)(02.589*kW)')
    expect(texts['0-0:98.1.0*255']).toBe(peaks)
    expect(main?.warnings).toEqual([])
  })

  test('more lines than any meter has are refused', () => {
    const lines = Array.from({ length: 600 }, (_, i) => `1-0:${i % 200}.7.0(1)`)
    expect(kinds(decodeAll(telegram(lines)))).toEqual(['too-long'])
  })
})

describe('meter id', () => {
  test.each([
    ['0-0:96.1.1(4530303434303037333832323436303139)', 'E0044007382246019'],
    ['0-0:96.1.1(3960221976967177082151037881335713)', '3960221976967177082151037881335713'],
    ['0-0:42.0.0(53414731303330373030313134303034)', 'SAG1030700114004'],
    ['0-0:96.1.0(383930303832323030303032313630)', '890082200002160'],
    ['0-0:96.1.255*255(1ESY1313002565)', '1ESY1313002565'],
    ['0-0:96.1.1(00000000000000)', 'TST5METER'],
    ['0-0:96.14.0(0001)', 'TST5METER'],
  ])('%s', (line, meter) => {
    const [main] = readingsOf(telegram([clock, '1-0:1.8.0(000001.000*kWh)', line]))
    expect(main?.meter).toBe(meter)
  })
})

describe('clock', () => {
  const at = (stamp: string, options = {}) => {
    const lines = [`0-0:1.0.0(${stamp})`, '0-0:96.1.1(4D31)', '1-0:1.8.0(000001.000*kWh)']
    const [main] = readingsOf(telegram(lines), options)
    const warnings = main?.warnings.filter((warning) => warning !== 'clock-differs')
    return [iso(main), main?.clock, ...(warnings ?? [])]
  }

  test('summer and winter time are taken at their word', () => {
    expect(at('260721120000S')).toEqual(['2026-07-21T10:00:00Z', 'meter'])
    expect(at('260121120000W')).toEqual(['2026-01-21T11:00:00Z', 'meter'])
  })

  test('Swedish meters keep winter time in July', () => {
    expect(at('260721120000W', { zone: 'Europe/Stockholm' }))
      .toEqual(['2026-07-21T11:00:00Z', 'meter'])
  })

  test('Finnish meters mean Finnish offsets; a browser in UTC changes nothing', () => {
    expect(at('260721120000S', { zone: 'Europe/Helsinki' }))
      .toEqual(['2026-07-21T09:00:00Z', 'meter'])
    expect(at('260721120000S', { zone: 'UTC' })).toEqual(['2026-07-21T10:00:00Z', 'meter'])
  })

  test('the hour that comes twice on 2026-10-25 is two hours', () => {
    expect(at('261025023000S')).toEqual(['2026-10-25T00:30:00Z', 'meter'])
    expect(at('261025023000W')).toEqual(['2026-10-25T01:30:00Z', 'meter'])
  })

  test('without a suffix the zone decides, and the hour that comes twice is told', () => {
    expect(at('260721120000')).toEqual(['2026-07-21T10:00:00Z', 'meter-local'])
    const early = { now: () => Date.UTC(2026, 9, 25, 0, 31) / 1000 }
    const late = { now: () => Date.UTC(2026, 9, 25, 1, 31) / 1000 }
    expect(at('261025023000', early))
      .toEqual(['2026-10-25T00:30:00Z', 'meter-local', 'clock-ambiguous'])
    expect(at('261025023000', late))
      .toEqual(['2026-10-25T01:30:00Z', 'meter-local', 'clock-ambiguous'])
  })

  test.each([
    '260329023000',
    '632525252525W',
    '260230120000W',
    '700101010000W',
    '26',
    '261025120000X',
  ])(
    "the impossible time %s becomes the reader's, with a warning",
    (stamp) => expect(at(stamp)).toEqual(['2026-10-25T12:00:00Z', 'device', 'clock-invalid']),
  )

  test('a meter that is a minute off is told', () => {
    const warnings = (stamp: string) =>
      readingsOf(telegram([...basic.slice(2), `0-0:1.0.0(${stamp})`]))[0]?.warnings
    expect(warnings('261025130059W')).toEqual([])
    expect(warnings('261025130101W')).toEqual(['clock-differs'])
  })
})

test('a meter without an id is named by its model, and that is told', () => {
  const [main] = readingsOf(telegram(basic.filter((line) => !line.includes('96.1.1'))))
  expect(main?.warnings).toEqual(['meter-unnamed'])
  expect(readingsOf(telegram(basic))[0]?.warnings).toEqual([])
})

describe('sub-meters', () => {
  test('are at most eight, whatever the line makes up', () => {
    const lines = Array.from({ length: 200 }, (_, i) => [
      `0-${i + 1}:96.1.0(${String(i).padStart(8, '3')})`,
      `0-${i + 1}:24.2.1(261025120000S)(00012.345*m3)`,
    ]).flat()
    const [main, ...others] = readingsOf(telegram(['1-0:1.8.1(000051.775*kWh)', ...lines]))
    expect(others).toHaveLength(8)
    expect(main?.warnings).toContain('malformed-line')
  })

  test('each has its id, its capture time and its codes', () => {
    const readings = readingsOf(telegram([
      ...basic,
      '0-1:24.1.0(003)',
      '0-1:96.1.1(37464C4F32313139303333373333)',
      '0-1:24.4.0(1)',
      '0-1:24.2.3(261025124500W)(00112.384*m3)',
      '0-2:24.1.0(007)',
      '0-2:96.1.0(3853414731323334353637383930)',
      '0-2:24.2.1(261025120000W)(00872.234*m3)',
    ]))
    expect(readings.map((reading) => [reading.meter, iso(reading)])).toEqual([
      ['M1', '2026-10-25T12:00:00Z'],
      ['7FLO2119033733', '2026-10-25T11:45:00Z'],
      ['8SAG1234567890', '2026-10-25T11:00:00Z'],
    ])
    expect(valuesOf(readings[1])['0-1:24.2.3']).toBe('112384e-3 m3')
    expect(valuesOf(readings[2])['0-2:24.2.1']).toBe('872234e-3 m3')
    expect(valuesOf(readings[0])).toEqual({ '1.8.1': '1000e0 Wh' })
  })

  test('gas of DSMR 2.2 and 3.0, on one line and on two', () => {
    const head = '0-1:24.3.0(261025120000)(00)(60)(1)(0-1:24.2.1)(m3)'
    for (const lines of [[`${head}(00001.001)`], [head, '(00001.001)']]) {
      const gas = readingsOf(telegram([...old, '0-1:96.1.0(4731)', ...lines], ''))[1]
      expect([gas?.meter, iso(gas), gas?.clock]).toEqual([
        'G1',
        '2026-10-25T11:00:00Z',
        'meter-local',
      ])
      expect(valuesOf(gas)).toEqual({ '0-1:24.2.1': '1001e-3 m3' })
      expect(gas?.warnings).toEqual(['no-line-check'])
    }
  })

  test('a place without a device keeps its value, without a time', () => {
    const readings = readingsOf(telegram([
      ...basic,
      '0-1:96.1.0()',
      '0-1:24.2.1(700101010000W)(00000000)',
      '0-2:24.1.0(000)',
    ]))
    expect(readings.map((reading) => reading.meter)).toEqual(['M1', 'M1/1'])
    expect(readings[1]).toMatchObject({ at: now, clock: 'device', warnings: ['clock-invalid'] })
    expect(valuesOf(readings[0])['0-2:24.1.0']).toBe('0e0')
  })

  test('two capture times on one channel are two readings', () => {
    const readings = readingsOf(telegram([
      ...basic,
      '0-1:96.1.0(4731)',
      '0-1:24.2.1(261025120000W)(00001.000*m3)',
      '0-1:24.2.3(261025110000W)(00002.000*m3)',
    ]))
    expect(readings.slice(1).map((reading) => [reading.meter, iso(reading)])).toEqual([
      ['G1', '2026-10-25T11:00:00Z'],
      ['G1', '2026-10-25T10:00:00Z'],
    ])
  })
})

describe('dialects of the simulated meter', () => {
  test.each(['2.2', '4.2', '5.0.2', 'be'] as const)('%s', (version) => {
    const meter = createSimulatedMeter({ seed: 7, version, gas: true })
    const [outcome] = decodeAll(meter.telegramAt(now))
    if (outcome?.kind !== 'telegram') throw new Error('Expected a telegram')
    const { readings, check } = outcome.telegram
    expect(outcome.telegram.version)
      .toBe({ '2.2': null, '4.2': '4.2', '5.0.2': '5.0', be: '5.0' }[version])
    expect(check).toBe(version === '2.2' ? 'none' : 'crc')
    expect(readings.map((reading) => reading.meter))
      .toEqual(['SIMULATED-0007', 'SIMULATED-GAS-0007'])
    for (const reading of readings) expect(reading.warnings).toContain('simulated')
    expect(readings[0].at).toBe(now)
    expect(readings[1]?.at).toBe(now)
  })
})
