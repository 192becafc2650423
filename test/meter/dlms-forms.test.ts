/** @module Pushes of other operators and countries, put together here: each form, and its doubts. */

import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, utf8 } from '../../shared/bytes.ts'
import { writeHdlc, writeWrapper } from '../../shared/meter/simulate-dlms.ts'
import { createSimulatedPushMeter } from '../../shared/meter/simulate-push.ts'
import type { DecoderOptions, Outcome } from '../../shared/meter/telegram.ts'
import {
  ciphered,
  decodeDlms,
  inTheClear,
  notification,
  now,
  octets,
  readingOf,
  structure,
  u16,
  u32,
  visible,
} from './dlms-telegrams.ts'
import { iso, kinds, valuesOf } from './telegrams.ts'

const clock = '07ea0701030e000000ff8880'
const clockBytes = octets(fromHex(clock))

function array(...items: readonly Bytes[]): Bytes {
  return concat(Uint8Array.of(0x01, items.length), ...items)
}

/** The six groups of a code with dots between them. */
function code(text: string): Bytes {
  return octets(Uint8Array.from(text.split('.').map(Number)))
}

function scale(exponent: number, unit: number): Bytes {
  return structure(Uint8Array.of(0x0f, exponent & 0xff), Uint8Array.of(0x16, unit))
}

function i16(value: number): Bytes {
  return Uint8Array.of(0x10, (value >> 8) & 0xff, value & 0xff)
}

/** What else may be sent after the clock of the notification. */
async function plainReading(body: Bytes, options: Partial<DecoderOptions> = {}) {
  return await readingOf(inTheClear(notification(body, clock)), options)
}

describe('codes with values', () => {
  const serial = structure(code('0.0.96.1.0.255'), octets(utf8('1KFM0200123456')))
  const name = structure(code('0.0.42.0.0.255'), octets(utf8('KFM1200200123456')))
  const energy = [code('1.0.1.8.0.255'), u32(1_327_456), scale(0, 30)] as const
  const volts = [code('1.0.32.7.0.255'), u16(2292), scale(-1, 35)] as const

  test('each in its structure, as in Tyrol, Salzburg and Vorarlberg', async () => {
    const body = structure(
      code('0.0.1.0.0.255'),
      clockBytes,
      serial,
      name,
      structure(...energy),
      structure(...volts),
    )
    const reading = await readingOf(await ciphered(notification(body, clock)))
    expect([reading.meter, iso(reading), valuesOf(reading)]).toEqual([
      '1KFM0200123456',
      '2026-07-01T12:00:00Z',
      { '1.8.0': '1327456e0 Wh', '32.7.0': '2292e-1 V' },
    ])
  })

  test('flat behind a clock and before a number, as in Lower Austria', async () => {
    const body = structure(clockBytes, ...energy, ...volts, octets(utf8('181220000009')))
    const reading = await readingOf(await ciphered(notification(body, clock)))
    expect([reading.meter, valuesOf(reading)]).toEqual([
      '181220000009',
      { '1.8.0': '1327456e0 Wh', '32.7.0': '2292e-1 V' },
    ])
  })

  test('in an array with signed currents, as Aidon’s, also the list of power alone', async () => {
    const body = array(
      structure(code('1.1.0.2.129.255'), visible('AIDON_V0001')),
      structure(code('0.0.96.1.0.255'), visible('7359992890941742')),
      structure(code('0.0.96.1.7.255'), visible('6515')),
      structure(code('1.0.1.7.0.255'), u32(1122), scale(0, 27)),
      structure(code('1.0.31.7.0.255'), i16(-75), scale(-1, 33)),
      structure(code('1.0.32.7.0.255'), u16(2307), scale(-1, 35)),
    )
    const list = inTheClear(notification(body))
    const power = inTheClear(notification(array(
      structure(code('1.0.1.7.0.255'), u32(1180), scale(0, 27)),
    )))
    const outcomes = await decodeDlms(concat(power, list, power))
    const told = outcomes.map((one) => {
      if (one.kind === 'refused') return one.reason
      const { readings: [reading], identification } = one.telegram
      return [identification, reading.meter, reading.registers.length, ...reading.warnings]
    })
    expect(told).toEqual([
      ['DLMS', 'DLMS', 1, 'clock-missing', 'meter-unnamed'],
      ['Aidon', '7359992890941742', 3, 'clock-missing'],
      // From then on the line is known to be its.
      ['DLMS', '7359992890941742', 1, 'clock-missing'],
    ])
    const reading = await readingOf(list)
    expect(valuesOf(reading)).toMatchObject({ '31.7.0': '-75e-1 A', '32.7.0': '2307e-1 V' })
  })

  test('behind the value and its class', async () => {
    const body = structure(
      structure(u32(1180), Uint8Array.of(0x12, 0, 3), scale(0, 27), code('1.0.1.7.0.255')),
      structure(u32(77), Uint8Array.of(0x12, 0, 3), scale(1, 30), code('1.0.1.8.0.255')),
    )
    expect(valuesOf(await plainReading(body))).toEqual({ '1.7.0': '1180e0 W', '1.8.0': '77e1 Wh' })
  })

  test('without scales, as Kamstrup’s: its table, also for meters at transformers', async () => {
    const kamstrup = (model: string, volts: number, ...more: readonly Bytes[]) =>
      structure(
        visible('Kamstrup_V0001'),
        code('1.1.0.0.5.255'),
        visible('5706567000000000'),
        code('1.1.96.1.1.255'),
        visible(model),
        code('1.1.1.7.0.255'),
        u32(1468),
        code('1.1.31.7.0.255'),
        u32(564),
        // Phases that are not there.
        Uint8Array.of(0),
        Uint8Array.of(0),
        code('1.1.32.7.0.255'),
        u16(volts),
        ...more,
      )
    const moment = await plainReading(kamstrup('6841121BN243101040', 232))
    expect([moment.meter, valuesOf(moment), moment.warnings]).toEqual([
      '5706567000000000',
      { '1-1:1.7.0': '1468e0 W', '1-1:31.7.0': '564e-2 A', '1-1:32.7.0': '232e0 V' },
      [],
    ])
    const hourly = [code('0.1.1.0.0.255'), clockBytes, code('1.1.1.8.0.255'), u32(427_244)]
    const transformer = await plainReading(kamstrup('6851121BN243101040', 23_012, ...hourly))
    expect(valuesOf(transformer)).toEqual({
      '1-1:1.7.0': '1468e0 W',
      '1-1:31.7.0': '564e-3 A',
      '1-1:32.7.0': '23012e-2 V',
      '1-1:1.8.0': '427244e1 Wh',
    })
    expect(transformer.warnings).toEqual(['scale-unsaid'])
  })

  test('in pairs of Kaifa’s, as in Sweden', async () => {
    const body = structure(
      code('1.0.0.2.129.255'),
      octets(utf8('KFM_001')),
      code('0.0.96.1.0.255'),
      octets(utf8('6970631400000000')),
      code('1.0.32.7.0.255'),
      u32(2341),
      code('1.0.31.7.0.255'),
      u32(1912),
      code('1.0.1.8.0.255'),
      u32(12_345),
    )
    const reading = await plainReading(body)
    expect([reading.meter, valuesOf(reading), reading.warnings]).toEqual([
      '6970631400000000',
      { '32.7.0': '2341e-1 V', '31.7.0': '1912e-3 A', '1.8.0': '12345e0 Wh' },
      [],
    ])
  })

  test('a scale that is unsaid for an unknown maker is a doubt; one that is said is not', async () => {
    const bare = structure(code('1.0.32.7.0.255'), u16(2312), code('1.0.14.7.0.255'), u16(4998))
    const guessed = await plainReading(bare)
    expect([valuesOf(guessed), guessed.warnings]).toEqual([
      { '32.7.0': '2312e-1 V', '14.7.0': '4998e-2 Hz' },
      ['scale-unsaid', 'meter-unnamed'],
    ])
    // What the meter says stays so, 2322 V or 23.4 V.
    const wrong = await plainReading(structure(code('1.0.32.7.0.255'), u16(2322), scale(0, 35)))
    expect([valuesOf(wrong), wrong.warnings]).toEqual([
      { '32.7.0': '2322e0 V' },
      ['value-implausible', 'meter-unnamed'],
    ])
    const volts = (...tenths: readonly number[]) =>
      structure(
        ...tenths.flatMap((value, i) =>
          [code(`1.0.${32 + 20 * i}.7.0.255`), u16(value)].concat(scale(-1, 35))
        ),
      )
    const doubts = async (...tenths: readonly number[]) =>
      (await plainReading(volts(...tenths))).warnings.includes('value-implausible')
    expect(await doubts(234, 233, 235)).toBe(true)
    // One phase of three, the others floating; none; a transformer's.
    for (const fine of [[2340, 31, 0], [0, 0, 0], [577, 578, 576]]) {
      expect(await doubts(...fine)).toBe(false)
    }
  })

  test('floats are the shortest decimals, and text is kept word for word', async () => {
    const body = structure(
      code('1.0.32.7.0.255'),
      concat(Uint8Array.of(0x17), fromHex('43664ccd')),
      scale(0, 35),
      code('1.0.31.7.0.255'),
      concat(Uint8Array.of(0x18), fromHex('c00228f5c28f5c29')),
      scale(0, 33),
      code('1.0.14.7.0.255'),
      concat(Uint8Array.of(0x17), fromHex('7fc00000')),
      scale(0, 44),
      code('0.0.96.13.0.255'),
      octets(utf8('Guten Tag')),
      code('0.0.96.13.1.255'),
      octets(new Uint8Array()),
      code('0.0.97.97.0.255'),
      octets(fromHex('0001ff')),
    )
    const reading = await plainReading(body)
    expect(valuesOf(reading)).toEqual({ '32.7.0': '2303e-1 V', '31.7.0': '-227e-2 A' })
    expect(reading.texts).toEqual([
      { obis: '0-0:96.13.0*255', text: 'Guten Tag' },
      { obis: '0-0:97.97.0*255', text: '0001FF' },
    ])
    expect(reading.warnings).toEqual(['value-invalid', 'meter-unnamed'])
  })
})

describe('push object lists', () => {
  const listed = (kind: number, text: string, attribute = 2, ...more: readonly Bytes[]) =>
    structure(u16(kind), code(text), Uint8Array.of(0x0f, attribute), u16(0), ...more)
  const self = listed(40, '0.8.25.9.0.255')
  const name = listed(1, '0.0.42.0.0.255')
  const energy = listed(3, '1.1.1.8.0.255')

  test('map by place, the list itself first, values that are none left out', async () => {
    const body = structure(
      array(self, listed(40, '0.8.25.9.0.255', 1), name, listed(8, '0.0.1.0.0.255'), energy),
      code('0.8.25.9.0.255'),
      octets(utf8('LGZ1030000000001')),
      clockBytes,
      Uint8Array.of(0),
    )
    const reading = await plainReading(body)
    expect([reading.meter, iso(reading), reading.registers, reading.warnings]).toEqual([
      'LGZ1030000000001',
      '2026-07-01T12:00:00Z',
      [],
      [],
    ])
  })

  test('need not name themselves, and may say scales as values of their own', async () => {
    const body = structure(
      array(name, energy, listed(3, '1.1.1.8.0.255', 3), listed(1, '0.0.96.14.0.255')),
      octets(utf8('LGZ1030000000001')),
      u32(77),
      scale(1, 30),
      Uint8Array.of(0x11, 2),
    )
    expect(valuesOf(await plainReading(body))).toEqual({
      '1-1:1.8.0': '77e1 Wh',
      '96.14.0': '2e0',
    })
  })

  test('of newer meters have six parts each', async () => {
    const restriction = structure(Uint8Array.of(0x16, 0), Uint8Array.of(0))
    const body = structure(
      array(
        listed(40, '0.0.25.9.0.255', 2, restriction, array()),
        listed(1, '0.0.96.1.0.255', 2, restriction, array()),
        listed(3, '1.0.1.8.0.255', 2, restriction, array()),
      ),
      octets(utf8('012415170000000\0\0')),
      u32(9),
    )
    const reading = await plainReading(body)
    expect([reading.meter, valuesOf(reading)]).toEqual(['012415170000000', { '1.8.0': '9e0 Wh' }])
  })

  test('with one value too few or too many are no form', async () => {
    for (const rest of [[], [u32(1), u32(2), u32(3)]]) {
      const body = structure(array(self, name, energy), ...rest)
      expect(kinds(await decodeDlms(inTheClear(notification(body))))).toEqual(['unknown-form'])
    }
  })
})

describe('lists by place', () => {
  const kaifa = [
    octets(utf8('KFM_001')),
    octets(utf8('6970631400000000')),
    octets(utf8('MA105H2E')),
  ]

  test('Kaifa in Norway, one phase: moment and hour', async () => {
    const moment = [...kaifa, ...[1000, 0, 0, 20, 4412, 2301].map(u32)]
    const values = { '1.7.0': '1000e0 W', '31.7.0': '4412e-3 A', '32.7.0': '2301e-1 V' }
    expect(valuesOf(await plainReading(structure(...moment)))).toMatchObject(values)
    const hour = structure(...moment, clockBytes, ...[112_727, 0, 101, 13_220].map(u32))
    const reading = await plainReading(hour)
    expect(valuesOf(reading)).toMatchObject({ ...values, '1.8.0': '112727e0 Wh' })
    expect(reading.registers).toHaveLength(10)
  })

  test('with a time as octets before it, as Kaifa sends it', async () => {
    const unit = concat(fromHex('0f40000000090c'), fromHex(clock), structure(u32(905)))
    const reading = await readingOf(inTheClear(unit))
    expect([reading.meter, iso(reading), valuesOf(reading)]).toEqual([
      'Kaifa',
      '2026-07-01T12:00:00Z',
      { '1.7.0': '905e0 W' },
    ])
  })

  const iskra = [octets(utf8('ISK1030775213859')), octets(utf8('38123456'))]
  const numbers = (...list: readonly number[]) => list.map(u32)

  test.each(
    [
      ['18', [
        ...numbers(500, 0, 10, 20),
        ...[2301, 2302, 2303, 101, 102, 103].map(u16),
        ...numbers(1, 2, 3, 4, 5, 6),
      ], { '1.7.0': '500e0 W', '72.7.0': '2303e-1 V', '71.7.0': '103e-2 A', '62.7.0': '6e0 W' }],
      ['12, moment', [
        ...[2301, 2302, 2303, 101, 102, 103].map(u16),
        ...numbers(500, 0, 10, 20),
      ], { '32.7.0': '2301e-1 V', '4.7.0': '20e0 var' }],
      ['12, counters', [
        Uint8Array.of(0x03, 1),
        Uint8Array.of(0x11, 2),
        ...numbers(11, 12, 13, 14, 15, 16, 17, 18),
      ], { '96.3.10': '1e0', '96.14.0': '2e0', '1.8.0': '11e0 Wh', '4.8.0': '18e0 varh' }],
      ['10, moment', [
        ...numbers(500, 0, 10, 20),
        u16(2301),
        u16(101),
        ...numbers(500, 0),
      ], { '31.7.0': '101e-2 A', '21.7.0': '500e0 W' }],
      ['10, counters', numbers(1, 2, 3, 4, 5, 6, 7, 8), {
        '1.8.1': '1e0 Wh',
        '2.8.2': '4e0 Wh',
        '4.8.2': '8e0 varh',
      }],
      ['8', [u16(2301), u16(101), ...numbers(500, 0, 10, 20)], { '32.7.0': '2301e-1 V' }],
    ] as const,
  )('Iskra in Slovenia and Croatia, %s elements', async (_what, rest, some) => {
    const reading = await plainReading(structure(...iskra, ...rest))
    expect(reading.meter).toBe('38123456')
    expect(valuesOf(reading)).toMatchObject(some)
    expect(reading.registers).toHaveLength(rest.length)
  })
})

test('Iskra, 33 elements: what has no known meaning is left out, and said', async () => {
  const u = (...list: readonly number[]) => list.map(u32)
  const body = structure(
    octets(utf8('ISK1030775213859')),
    octets(utf8('1876350')),
    clockBytes,
    ...u(6_229_669, 3_097_647, 3_132_022, 7, 8, 9, 345_980, 11, 12, 13, 500, 0, 993),
    ...u(1, 2, 3, 4, 5, 6),
    ...[2301, 2302, 2303, 101, 102, 103].map(u16),
    ...u(0, 0, 0, 0, 0),
  )
  const reading = await plainReading(body)
  expect([reading.meter, iso(reading), reading.registers.length, reading.warnings]).toEqual([
    '1876350',
    '2026-07-01T12:00:00Z',
    25,
    ['value-invalid'],
  ])
  expect(valuesOf(reading)).toMatchObject({
    '1.8.0': '6229669e0 Wh',
    '5.8.0': '345980e0 varh',
    '13.7.0': '993e-3',
    '62.7.0': '6e0 W',
    '71.7.0': '103e-2 A',
  })
})

test('Iskra, 33 elements of Croatia: number, time and date, the deviation of the push', async () => {
  const body = structure(
    octets(utf8('92029691')),
    octets(fromHex('0e000000')),
    octets(fromHex('07ea070103')),
    ...[7_088_218, 4_945_434, 2_142_784, 7, 8, 9, 10, 11, 12, 13, 382, 0].map(u32),
    u16(889),
    ...[127, 189, 65, 0, 0, 0].map(u32),
    ...[2388, 2357, 2377, 55, 89, 77].map(u16),
    u32(17_250),
    ...[1, 2, 3].map(() => array(u16(9400))),
    Uint8Array.of(0x03, 1),
  )
  const reading = await plainReading(body)
  expect([reading.meter, iso(reading), reading.clock, reading.warnings]).toEqual([
    '92029691',
    '2026-07-01T12:00:00Z',
    'meter',
    ['value-invalid'],
  ])
  expect(valuesOf(reading)).toMatchObject({
    '1.8.0': '7088218e0 Wh',
    '1.7.0': '382e0 W',
    '13.7.0': '889e-3',
    '61.7.0': '65e0 W',
    '32.7.0': '2388e-1 V',
    '71.7.0': '77e-2 A',
  })
})

test('Iskra’s monthly list may say its breaker as a state and its tariff as two bytes', async () => {
  const name = octets(utf8('ISK1030775213859'))
  const monthly = (breaker: Bytes, tariff: Bytes) =>
    structure(
      name,
      octets(utf8('38123456')),
      breaker,
      tariff,
      ...[1, 2, 3, 4, 5, 6, 7, 8].map(u32),
    )
  const reading = await plainReading(monthly(Uint8Array.of(0x16, 1), octets(fromHex('0001'))))
  expect(reading.texts.at(-1)).toEqual({ obis: '0-0:96.14.0*255', text: '0001' })
  expect(valuesOf(reading)).toMatchObject({ '96.3.10': '1e0', '1.8.0': '1e0 Wh' })
  expect(reading.registers).toHaveLength(9)
  const other = monthly(Uint8Array.of(0x16, 1), octets(fromHex('000001')))
  const outcomes = await decodeDlms(inTheClear(notification(other, clock)))
  expect(kinds(outcomes)).toEqual(['unknown-form'])
})

describe('event notifications', () => {
  const event = (time: string, object: string, value: Bytes) =>
    inTheClear(concat(
      Uint8Array.of(0xc2),
      fromHex(time),
      fromHex('0003'),
      Uint8Array.from(object.split('.').map(Number)),
      Uint8Array.of(2),
      value,
    ))

  test('are readings of the one attribute that they name', async () => {
    const reading = await readingOf(event(`010c${clock}`, '1.0.1.8.0.255', u32(77)))
    expect([iso(reading), valuesOf(reading)]).toEqual([
      '2026-07-01T12:00:00Z',
      { '1.8.0': '77e0 Wh' },
    ])
    const timeless = await readingOf(event('00', '0.0.96.13.0.255', octets(utf8('Wartung'))))
    expect([timeless.texts, timeless.clock]).toEqual([
      [{ obis: '0-0:96.13.0*255', text: 'Wartung' }],
      'device',
    ])
  })

  test('of what has no value, or cut off, are no form', async () => {
    for (const value of [structure(u32(1)), new Uint8Array(), Uint8Array.of(0x06, 0)]) {
      const found = await decodeDlms(event('00', '1.0.1.8.0.255', value))
      expect(kinds(found)).toEqual(['unknown-form'])
    }
  })
})

describe('what carries no frame', () => {
  const unit = notification(structure(code('1.0.1.8.0.255'), u32(77)), clock)
  const llc = fromHex('e6e700')

  test('is read from a file that begins with it, piece by piece, and graded without a check', async () => {
    const both = concat(unit, llc, unit)
    for (const size of [both.length, 7, 1]) {
      const outcomes = await decodeDlms(both, { capture: true }, size)
      expect(outcomes).toMatchObject([
        { telegram: { check: 'none', raw: unit } },
        { telegram: { check: 'none', raw: concat(llc, unit) } },
      ])
    }
    expect(kinds(await decodeDlms(both))).toEqual(['not-this-protocol'])
  })

  test('is never taken from a frame whose check fails, nor from behind anything else', async () => {
    const bent = inTheClear(unit)
    bent[bent.length - 3] = (bent.at(-3) ?? 0) ^ 1
    const headless = inTheClear(unit).slice(inTheClear(unit).indexOf(0xe6))
    const wrapped = writeWrapper(unit)
    wrapped[wrapped.length - 2] = (wrapped.at(-2) ?? 0) ^ 1
    for (const damaged of [bent, headless, wrapped, concat(utf8('log: '), unit)]) {
      expect(kinds(await decodeDlms(damaged, { capture: true }))).not.toContain('telegram')
    }
    const mixed = concat(unit, writeHdlc([0x41, 0x03], concat(llc, unit)), utf8('.'), unit)
    const outcomes = await decodeDlms(mixed, { capture: true })
    const told = (one: Outcome) =>
      one.kind === 'refused' ? `${one.reason} ${one.offset}+${one.length}` : one.telegram.check
    expect(outcomes.map(told)).toEqual([
      'none',
      'crc',
      `not-this-protocol ${mixed.length - unit.length - 1}+${unit.length + 1}`,
    ])
  })

  test('is never taken from a frame whose beginning is not there, whatever follows it', async () => {
    const frame = inTheClear(unit)
    const rests = [[writeWrapper(unit).slice(9), writeWrapper(unit)]]
    // A check that begins like a data unit.
    for (const check of [0x0f, 0xdb]) {
      const rest = frame.slice(frame.indexOf(0xe6))
      rest[rest.length - 3] = check
      rests.push([rest, frame])
    }
    for (const [rest = unit, next = unit] of rests) {
      const outcomes = await decodeDlms(concat(rest, next), { capture: true })
      expect(kinds(outcomes)).toEqual(['not-this-protocol', 'telegram'])
      expect(outcomes[1]).toMatchObject({ telegram: { raw: next } })
    }
  })

  test('is read a megabyte long, and noise of that length is told in pieces', async () => {
    const many = concat(...Array.from({ length: 20_000 }, () => unit))
    expect(await decodeDlms(many, { capture: true }, 4000)).toHaveLength(20_000)
    const noise = await decodeDlms(new Uint8Array(1 << 20).fill(0x0f), { capture: true }, 4000)
    expect(noise.length).toBeGreaterThan(30)
    expect(noise.every(({ kind }) => kind === 'refused')).toBe(true)
  }, 20_000)
})

describe('simulated meters in the clear', () => {
  test('Norway: power every two seconds, all every ten, counters every hour', async () => {
    const meter = createSimulatedPushMeter({ seed: 7, model: 'MA304H3E', startWh: 4_000_000 })
    const from = now - 10
    const seconds = Array.from({ length: 40 }, (_, i) => from + i)
    const line = concat(...seconds.map((second) => meter.telegramAt(second)))
    const outcomes = await decodeDlms(line, { zone: 'Europe/Oslo' })
    const readings = outcomes.map((one) =>
      one.kind === 'telegram' ? one.telegram.readings[0] : null
    )
    const sizes = readings.map((reading) => reading?.registers.length)
    expect(sizes).toEqual([10, 10, 14, 10].flatMap((all) => [all, 1, 1, 1, 1]))
    expect(readings.every((reading) => reading?.meter === meter.meter)).toBe(true)
    expect(readings.every((reading) => reading?.warnings.at(-1) === 'simulated')).toBe(true)
    expect(readings[0]?.at).toBe(from)
  })

  test('Switzerland: a push list in blocks', async () => {
    const meter = createSimulatedPushMeter({ seed: 7, model: 'CII', startWh: 4_000_000 })
    expect(meter.telegramAt(now + 1)).toHaveLength(0)
    const reading = await readingOf(meter.telegramAt(now), { zone: 'Europe/Zurich' })
    expect([reading.meter, reading.at, reading.registers.length, reading.warnings]).toEqual([
      meter.meter,
      now,
      8,
      ['simulated'],
    ])
    expect(valuesOf(reading)).toMatchObject({ '32.7.0': '236e0 V' })
  })
})
