/**
 * @module P1 as it is spoken from Belgium to Slovenia, by the rules of each country; what their
 * meters are known to get wrong is in the names of the tests.
 */

import { describe, expect, test } from 'vitest'
import { concat } from '../../shared/bytes.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import { decodeAll, iso, kinds, now, readingsOf, telegram, valuesOf } from './telegrams.ts'

const clock = '0-0:1.0.0(261025130000W)'
const stockholm = { zone: 'Europe/Stockholm' }

function textsOf(reading: Reading | undefined) {
  const texts = reading?.texts ?? []
  return Object.fromEntries(texts.map(({ obis = '', text }) => [obis.replace('*255', ''), text]))
}

test('a number that is printed on the meter names it where nothing else does, as it is', () => {
  const [main] = readingsOf(telegram([clock, '0-0:0.0.0(54334455)', '1-1:1.8.1(1*kWh)']))
  expect([main?.meter, main?.warnings]).toEqual(['54334455', []])
  const [other] = readingsOf(telegram([clock, '0-0:0.0.0(1)', '0-0:96.1.1(4D31)', '1-0:1.8.1(1)']))
  expect(other?.meter).toBe('M1')
})

describe('Belgium', () => {
  const peaks = '(3)(1-0:1.6.0)(1-0:1.6.0)(200501000000S)(200423192538S)(03.695*kW)' +
    '(200401000000S)(200305122139S)(05.980*kW)(200301000000S)(632525252525W)(00.000*kW)'
  const lines = [
    '0-0:96.1.4(50217)',
    '0-0:96.1.1(3153414733313031303231363035)',
    clock,
    '1-0:1.8.1(000000.034*kWh)',
    '1-0:1.4.0(02.351*kW)',
    '1-0:1.6.0(261009134558S)(02.589*kW)',
    `0-0:98.1.0${peaks}`,
  ]

  test('the peak of the month is a register, and when it was stays beside it', () => {
    const [main, ...others] = readingsOf(telegram(lines))
    expect(valuesOf(main)).toEqual({ '1.8.1': '34e0 Wh', '1.4.0': '2351e0 W', '1.6.0': '2589e0 W' })
    expect(textsOf(main)).toMatchObject({
      '1-0:1.6.0': '(261009134558S)(02.589*kW)',
      '0-0:98.1.0': peaks,
    })
    expect([iso(main), main?.clock, main?.warnings, others]).toEqual([
      '2026-10-25T12:00:00Z',
      'meter',
      [],
      [],
    ])
  })

  test('an impossible time in the history of peaks is no doubt about the reading', () => {
    const [main] = readingsOf(telegram([...lines, '1-0:2.6.0(632525252525W)(00.000*kW)']))
    expect(valuesOf(main)['2.6.0']).toBe('0e0 W')
    expect(main?.warnings).toEqual([])
  })

  test('a peak that is no number is kept word for word, with a warning', () => {
    const line = '1-0:2.6.0(261009134558S)(--.---*kW)'
    const [main] = readingsOf(telegram([...lines, line, '1-0:1.6.0(261009134558S)(09.999*kW)']))
    expect(textsOf(main)['1-0:2.6.0']).toBe('(261009134558S)(--.---*kW)')
    expect(valuesOf(main)['1.6.0']).toBe('2589e0 W')
    expect(main?.warnings).toEqual(['value-invalid', 'duplicate-register'])
  })

  test('units without a star, and gas that is not temperature corrected beside gas that is', () => {
    const [main, gas, water] = readingsOf(telegram([
      ...lines.slice(0, 3),
      '1-0:1.8.1(001247.747kWh)',
      '0-1:24.1.0(003)',
      '0-1:96.1.1(37464C4F32313139303333373333)',
      '0-1:24.2.3(261025124500W)(00112.384*m3)',
      '0-2:24.1.0(007)',
      '0-2:96.1.1(3853414731323334353637383930)',
      '0-2:24.2.1(261025124559W)(00872.234*m3)',
    ]))
    expect(valuesOf(main)).toEqual({ '1.8.1': '1247747e0 Wh' })
    expect([gas?.meter, valuesOf(gas)['0-1:24.2.3']]).toEqual(['7FLO2119033733', '112384e-3 m3'])
    expect([water?.meter, valuesOf(water)['0-2:24.2.1']]).toEqual([
      '8SAG1234567890',
      '872234e-3 m3',
    ])
  })
})

describe('sub-meters', () => {
  const of = (type: number, value: string, capture = '24.2.1') =>
    readingsOf(telegram([
      clock,
      '0-0:96.1.1(4D31)',
      '1-0:1.8.0(000001.000*kWh)',
      `0-1:24.1.0(00${type})`,
      '0-1:96.1.0(53554231)',
      `0-1:${capture}(261025120000W)(${value})`,
    ]))

  test.each([
    ['gas', 3, '12785.123*m3', '12785123e-3 m3'],
    ['heat', 4, '00012.345*GJ', '12345e6 J'],
    ['heat', 4, '000012345*MJ', '12345e6 J'],
    ['cold', 5, '00000.001*GJ', '1e6 J'],
    ['warm water', 6, '00872.234*m3', '872234e-3 m3'],
    ['water', 7, '00872.234*m3', '872234e-3 m3'],
    ['electricity', 2, '000123.456*kWh', '123456e0 Wh'],
  ])('of %s (type %i) have readings of their own: %s', (_, type, printed, value) => {
    const [main, sub, ...more] = of(type, printed)
    expect([main?.meter, sub?.meter, more]).toEqual(['M1', 'SUB1', []])
    expect(iso(sub)).toBe('2026-10-25T11:00:00Z')
    expect(valuesOf(sub)).toEqual({ '0-1:24.1.0': `${type}e0`, '0-1:24.2.1': value })
    expect(valuesOf(main)).toEqual({ '1.8.0': '1000e0 Wh' })
  })

  test('heat of DSMR 3.0, with its value on a line of its own', () => {
    const readings = readingsOf(
      telegram([
        '0-0:96.1.1(4D31)',
        '1-0:1.8.1(00001.001*kWh)',
        '0-0:96.14.0(0001)',
        '0-1:24.1.0(4)',
        '0-1:96.1.0(4831)',
        '0-1:24.3.0(261025120000)(00)(60)(1)(0-1:24.2.1)(GJ)',
        '(00012.345)',
      ], ''),
    )
    expect(valuesOf(readings[1])).toEqual({ '0-1:24.1.0': '4e0', '0-1:24.2.1': '12345e6 J' })
    expect(readings[1]?.meter).toBe('H1')
  })

  test('a place without a meter (type 0, time 700101010000W) says so', () => {
    const [, sub] = of(0, '00000000')
    expect(sub?.clock).toBe('meter')
    const empty = readingsOf(telegram([
      clock,
      '1-0:1.8.0(000001.000*kWh)',
      '0-1:96.1.0()',
      '0-1:24.2.1(700101010000W)(00000000)',
    ]))[1]
    expect([empty?.clock, empty?.warnings]).toEqual(['device', ['clock-invalid']])
  })
})

describe('a simulated meter', () => {
  const decoded = (version: 'be' | 'se' | 'hu' | 'lu' | 'at' | 'si', at: number, options = {}) =>
    readingsOf(createSimulatedMeter({ seed: 7, version }).telegramAt(at), {
      now: () => at,
      ...options,
    })[0]

  test('of Sweden keeps winter time in July, and names its model only', () => {
    const july = Date.UTC(2026, 6, 21, 10) / 1000
    const main = decoded('se', july, stockholm)
    expect([main?.at, main?.clock]).toEqual([july, 'meter'])
    expect(main?.warnings).toEqual(['meter-unnamed', 'simulated'])
    expect(Object.keys(valuesOf(main))).toEqual(
      expect.arrayContaining(['1.8.0', '2.8.0', '3.8.0', '4.8.0', '21.7.0', '32.7.0', '31.7.0']),
    )
  })

  test('of Hungary says power factor and frequency', () => {
    const main = decoded('hu', now)
    expect(main?.meter).toBe('SIMULATED-0007')
    expect(valuesOf(main)).toMatchObject({ '13.7.0': '981e-3', '14.7.0': '5000e-2 Hz' })
  })

  test('of Luxembourg names its device, and its limit in kVA', () => {
    const main = decoded('lu', now)
    expect([main?.meter, main?.warnings]).toEqual(['SIMULATED-0007', ['simulated']])
    expect(valuesOf(main)['17.0.0']).toBe('12300e0 VA')
  })

  test('of Austria counts whole watt-hours', () => {
    const main = decoded('at', now)
    const whole = main?.registers.filter(({ unit }) => /^(W|Wh|varh)$/.test(unit))
    expect(whole?.map(({ exponent }) => exponent)).toEqual([0, 0, 0, 0, 0, 0])
    const hungarian = valuesOf(decoded('hu', now))
    expect(valuesOf(main)).toMatchObject({ '1.8.0': hungarian['1.8.0'] })
  })

  test('of Slovenia prints no CRC, and needs the waiver', () => {
    const bytes = createSimulatedMeter({ seed: 7, version: 'si' }).telegramAt(now)
    expect(kinds(decodeAll(concat(bytes, bytes)))).toEqual([
      'line-check-missing',
      'line-check-missing',
    ])
    const main = decoded('si', now, { waiveLineCheck: true })
    expect(main?.assurance.line).toBe('none')
    expect(main?.warnings).toEqual(['line-check-waived', 'simulated'])
  })

  test('of Belgium has a peak of the month', () => {
    const main = decoded('be', now)
    expect(valuesOf(main)['1.6.0']).toBe('4329e0 W')
    expect(textsOf(main)['0-0:98.1.0']).toMatch(/^\(3\)\(1-0:1\.6\.0\)/)
    expect(main?.warnings).toEqual(['simulated'])
  })
})

test('Finland, Estonia and Lithuania: their offsets where the zone is theirs', () => {
  for (const zone of ['Europe/Helsinki', 'Europe/Tallinn', 'Europe/Vilnius']) {
    for (const [stamp, at] of [['260721120000S', '09'], ['260121120000W', '10']] as const) {
      const lines = [`0-0:1.0.0(${stamp})`, '1-0:1.8.0(00008808.991*kWh)']
      const [main] = readingsOf(telegram(lines, undefined, 'EST5\\253833635_A'), { zone })
      expect(iso(main).slice(11, 13)).toBe(at)
      expect(main?.meter).toBe('EST5\\253833635_A')
    }
  }
})

test('Switzerland: values of the sum and of each tariff are registers of their own', () => {
  const [main] = readingsOf(telegram(
    [
      '1-3:0.2.8(50)',
      clock,
      '0-0:96.1.1(4C475A31)',
      '1-0:1.8.0(000003.000*kWh)',
      '1-0:1.8.1(000001.000*kWh)',
      '1-0:1.8.2(000002.000*kWh)',
      '1-1:2.8.0(000004.000*kWh)',
    ],
    undefined,
    'LGZ5\\2LGZE450',
  ))
  expect(valuesOf(main)).toEqual({
    '1.8.0': '3000e0 Wh',
    '1.8.1': '1000e0 Wh',
    '1.8.2': '2000e0 Wh',
    '1-1:2.8.0': '4000e0 Wh',
  })
  expect(main?.meter).toBe('LGZ1')
})
