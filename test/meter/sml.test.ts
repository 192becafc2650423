/** @module SML (BSI TR-03109-1, SML 1.04): every element, entry, message and time, as readings. */

import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, toHex, utf8 } from '../../shared/bytes.ts'
import { crc16Kermit, crc16X25 } from '../../shared/meter/crc16.ts'
import { createDecoder } from '../../shared/meter/decoder.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import {
  createSimulatedSmlMeter,
  smlEntry,
  smlInteger,
  smlList,
  smlListResponse,
  smlMessage,
  smlOctets,
  smlTime,
  smlUnsigned,
  writeSml,
} from '../../shared/meter/simulate-sml.ts'
import {
  code,
  decodeSml,
  iskra,
  nothing,
  now,
  power,
  push,
  readingOf,
  telegramOf,
  watt,
  wattHour,
} from './sml-telegrams.ts'
import { iso, kinds, valuesOf } from './telegrams.ts'

const kWh = (value: Bytes, scaler = -1) =>
  smlEntry({ code: code(1, 8), unit: wattHour, scaler, value })

function warningsOf(...entries: Bytes[]): readonly string[] {
  return readingOf(...entries).warnings.filter((warning) => warning !== 'clock-missing')
}

describe('numbers', () => {
  test.each([
    ['5200', '0'],
    ['527f', '127'],
    ['5280', '-128'],
    ['52ff', '-1'],
    ['538000', '-32768'],
    ['53d6ca', '-10550'],
    ['54fecbfd', '-78851'],
    ['54800000', '-8388608'],
    ['557fffffff', '2147483647'],
    ['5580000000', '-2147483648'],
    ['56ffffffffff', '-1'],
    ['577fffffffffff', '140737488355327'],
    ['58ffffffffffffff', '-1'],
    ['597fffffffffffffff', '9223372036854775807'],
    ['598000000000000000', '-9223372036854775808'],
    ['62ff', '255'],
    ['630100', '256'],
    ['64ffffff', '16777215'],
    ['65ffffffff', '4294967295'],
    ['66ffffffffff', '1099511627775'],
    ['67ffffffffffff', '281474976710655'],
    ['6820000000000001', '9007199254740993'],
    ['69ffffffffffffffff', '18446744073709551615'],
    // The same length in two bytes.
    ['d00300', '0'],
    ['e0040102', '258'],
  ])('%s is %s', (value, wanted) => {
    const [register] = readingOf(power(value)).registers
    expect(register).toEqual({ obis: '1-0:16.7.0*255', value: wanted, exponent: 0, unit: 'W' })
  })

  test('of more than 64 bits, of none, and of an exponent that no register has, are doubtful', () => {
    for (const value of ['6a010203040506070809', '51', '61']) {
      const reading = readingOf(power(value), kWh(smlUnsigned(5, 2)))
      expect(valuesOf(reading)).toEqual({ '1.8.0': '5e-1 Wh' })
      expect(reading.warnings).toContain('value-invalid')
    }
    const reading = readingOf(power('6205', -19), kWh(smlUnsigned(5, 2), -18))
    expect(valuesOf(reading)).toEqual({ '1.8.0': '5e-18 Wh' })
    expect(reading.texts).toEqual([{ obis: '1-0:16.7.0*255', text: '5e-19 W' }])
    expect(reading.warnings).toContain('value-invalid')
  })

  test('keep exponent and unit, and a unit that has no name keeps its number', () => {
    const entry = (c: number, unit: number | undefined, scaler: number | undefined) =>
      smlEntry({
        code: code(c, 7),
        value: smlUnsigned(7),
        ...(unit === undefined ? {} : { unit }),
        ...(scaler === undefined ? {} : { scaler }),
      })
    const reading = readingOf(
      entry(32, 35, -1),
      entry(31, 33, -2),
      entry(14, 44, -3),
      entry(81, 8, 0),
      entry(3, 29, 2),
      entry(4, 254, 0),
      entry(5, 255, 0),
      entry(6, undefined, undefined),
    )
    expect(valuesOf(reading)).toEqual({
      '32.7.0': '7e-1 V',
      '31.7.0': '7e-2 A',
      '14.7.0': '7e-3 Hz',
      '81.7.0': '7e0 °',
      '3.7.0': '7e2 var',
      '4.7.0': '7e0 254',
      '5.7.0': '7e0',
      '6.7.0': '7e0',
    })
  })
})

describe('other values', () => {
  const text = (value: Bytes, c = 96) => smlEntry({ code: code(c, 50, 1), value })

  test('texts, bytes, booleans and times are kept as they are', () => {
    const reading = readingOf(
      text(smlOctets(utf8('ISK'))),
      text(smlOctets(fromHex('0a01ff')), 97),
      text(fromHex('4201'), 98),
      text(fromHex('4200'), 99),
      text(smlList(smlUnsigned(1), smlTime(2, now)), 100),
      kWh(smlUnsigned(5)),
    )
    expect(reading.texts.map(({ obis, text }) => `${obis} ${text}`)).toEqual([
      '1-0:96.50.1*255 ISK',
      '1-0:97.50.1*255 0A01FF',
      '1-0:98.50.1*255 true',
      '1-0:99.50.1*255 false',
      '1-0:100.50.1*255 2026-10-25T12:00:00Z',
    ])
  })

  test('a public key of 48 bytes, whose length takes two bytes', () => {
    const key = Uint8Array.from({ length: 48 }, (_, i) => 200 - i)
    const value = concat(fromHex('8302'), key)
    expect(toHex(smlOctets(key))).toBe(toHex(value))
    const reading = readingOf(
      smlEntry({ code: [129, 129, 199, 130, 5, 255], value }),
      power('6201'),
    )
    expect(reading.texts).toEqual([
      { obis: '129-129:199.130.5*255', text: toHex(key).toUpperCase() },
    ])
  })

  test('a value that is left out is missing, and not zero', () => {
    const reading = readingOf(
      smlEntry({ code: code(16, 7), unit: watt, scaler: 0, value: nothing }),
      kWh(smlUnsigned(5)),
    )
    expect(valuesOf(reading)).toEqual({ '1.8.0': '5e-1 Wh' })
    expect(reading.texts).toEqual([])
  })

  test('status words stand beside their value', () => {
    const status = (hex: string, c: number) =>
      smlEntry({
        code: code(c, 8),
        status: fromHex(hex),
        time: smlTime(1, 5),
        unit: wattHour,
        scaler: -1,
        value: smlUnsigned(1),
      })
    const reading = readingOf(
      status('641c0104', 1),
      status('650000a182', 2),
      status('69800000000000a182', 3),
    )
    expect(reading.texts.map(({ text }) => text)).toEqual([
      'status 1C0104',
      'status A182',
      'status 800000000000A182',
    ])
    expect(reading.registers).toHaveLength(3)
  })

  test('a code that comes twice is kept once, and said', () => {
    const reading = readingOf(power('6201'), power('6202'))
    expect(valuesOf(reading)).toEqual({ '16.7.0': '1e0 W' })
    expect(reading.warnings).toContain('duplicate-register')
    expect(warningsOf(power('6201'))).toEqual([])
  })

  test('a name that is no code is stepped over, and said', () => {
    const named = smlList(
      smlOctets(utf8('P')),
      nothing,
      nothing,
      nothing,
      nothing,
      nothing,
      nothing,
    )
    const reading = readingOf(named, power('6201'))
    expect(valuesOf(reading)).toEqual({ '16.7.0': '1e0 W' })
    expect(reading.warnings).toContain('value-invalid')
  })

  test('a list of more than fifteen entries', () => {
    const entries = Array.from(
      { length: 300 },
      (_, i) =>
        smlEntry({
          code: [1, 0, 1, 8, i >> 8, i & 0xff],
          unit: wattHour,
          value: smlUnsigned(i, 2),
        }),
    )
    const { registers } = readingOf(...entries)
    expect(registers).toHaveLength(300)
    expect(registers[299]?.value).toBe('299')
  })
})

describe('times', () => {
  function timed(time: Uint8Array): Reading {
    return telegramOf(push([power('6201')], { time })).readings[0]
  }
  const local = (seconds: number, zone: number, season: number) =>
    smlList(smlUnsigned(seconds, 4), smlInteger(zone, 2), smlInteger(season, 2))
  const device = { at: now, clock: 'device', warnings: ['clock-missing'] }

  test('an index of seconds tells no time, with its choice or without it, nor does none', () => {
    expect(timed(smlTime(1, 1_700_000_000))).toMatchObject(device)
    expect(timed(smlUnsigned(98_791_475, 4))).toMatchObject(device)
    expect(timed(smlList(smlUnsigned(1, 4), smlUnsigned(5, 3)))).toMatchObject(device)
    expect(timed(nothing)).toMatchObject(device)
  })

  test('a time since 1970 is that, with the deviation of local time or without it', () => {
    const at = now - 30
    const wanted = { at, clock: 'meter', warnings: [] }
    expect(timed(smlTime(2, at))).toMatchObject(wanted)
    expect(timed(smlList(smlUnsigned(3), local(at, 60, 60)))).toMatchObject(wanted)
    // Meters of SML 1.03: under another tag, and without one.
    expect(timed(smlList(smlUnsigned(2), local(at, 60, 0)))).toMatchObject(wanted)
    expect(timed(local(at, -300, 60))).toMatchObject(wanted)
  })

  test('a time that is far off, or no time, is said', () => {
    const off = timed(smlTime(2, now - 3600))
    expect([iso(off), off.warnings]).toEqual(['2026-10-25T11:00:00Z', ['clock-differs']])
    for (const bad of [smlTime(2, 4711), smlList(smlUnsigned(3), local(now, 6000, 0))]) {
      expect(timed(bad)).toMatchObject({ at: now, clock: 'device', warnings: ['clock-invalid'] })
    }
  })

  test('the time of the opening stands in where the list has none', () => {
    const open = smlList(
      nothing,
      nothing,
      smlOctets(utf8('x')),
      smlOctets(iskra),
      smlTime(2, now),
      smlUnsigned(2),
    )
    const list = smlListResponse(iskra, nothing, [power('6201')])
    const telegram = telegramOf(writeSml(smlMessage(1, 0x101, open), smlMessage(2, 0x701, list)))
    expect(telegram.readings[0]).toMatchObject({ at: now, clock: 'meter' })
    expect(telegram.version).toBe('2')
  })
})

describe('messages', () => {
  const list = smlMessage(2, 0x701, smlListResponse(iskra, smlTime(1, 5), [power('6201')]))
  const deep = Array.from({ length: 500 }).reduce<Bytes>((inner) => smlList(inner), nothing)

  test.each([0x100, 0x200, 0x300, 0x301, 0x400, 0x401, 0x500, 0x501, 0x600, 0x700, 0xff01, 0x4711])(
    'kind %i is stepped over, whatever is in it',
    (kind) => {
      for (const content of [deep, smlList(power('6205'), smlOctets(new Uint8Array(400)))]) {
        const telegram = telegramOf(writeSml(smlMessage(1, kind, content), list))
        expect(valuesOf(telegram.readings[0])).toEqual({ '16.7.0': '1e0 W' })
        expect(kinds(decodeSml(writeSml(smlMessage(1, kind, content))))).toEqual(['unknown-form'])
      }
    },
  )

  test('the kind of a message may take one, two or four bytes', () => {
    for (const bytes of [2, 4]) {
      const body = smlList(
        smlUnsigned(0x701, bytes),
        smlListResponse(iskra, nothing, [power('6201')]),
      )
      expect(kinds(decodeSml(writeSml(checked(body))))).toEqual(['telegram'])
    }
  })

  /** @param crc how the check is written; the standard's way is the default */
  function checked(
    body: Bytes,
    crc = (bytes: Bytes) =>
      fromHex(`63${toHex(Uint8Array.of(crc16X25(bytes) & 0xff, crc16X25(bytes) >> 8))}`),
  ): Bytes {
    const before = concat(fromHex('7602016200'), fromHex('6200'), body)
    return concat(before, crc(before), fromHex('00'))
  }

  function bodyOf(server: Bytes, value = 1): Bytes {
    return smlList(
      smlUnsigned(0x701, 2),
      smlListResponse(server, nothing, [power(`6500${toHex(smlUnsigned(value, 3)).slice(2)}`)]),
    )
  }

  test('the check of a message holds, or nothing of the file is told', () => {
    const wrong = checked(bodyOf(iskra), (bytes) => {
      const crc = crc16X25(bytes) ^ 1
      return Uint8Array.of(0x63, crc & 0xff, crc >> 8)
    })
    expect(kinds(decodeSml(writeSml(list, wrong)))).toEqual(['line-check-failed'])
  })

  test('a check whose first byte is 00 may leave it out', () => {
    const value = Array.from({ length: 3000 }, (_, i) => i).find((value) => {
      const before = concat(fromHex('76020162006200'), bodyOf(iskra, value))
      return (crc16X25(before) & 0xff) === 0
    })
    const short = checked(
      bodyOf(iskra, value),
      (bytes) => Uint8Array.of(0x62, crc16X25(bytes) >> 8),
    )
    expect(kinds(decodeSml(writeSml(short)))).toEqual(['telegram'])
    const other = checked(
      bodyOf(iskra, value),
      (bytes) => Uint8Array.of(0x62, (crc16X25(bytes) >> 8) ^ 1),
    )
    expect(kinds(decodeSml(writeSml(other)))).toEqual(['line-check-failed'])
  })

  test('Kermit in place of X-25 is Holley’s alone, high byte first', () => {
    const kermit = (bytes: Bytes) => {
      const crc = crc16Kermit(bytes)
      return Uint8Array.of(0x63, crc >> 8, crc & 0xff)
    }
    const holley = fromHex('0a01484c59020003a910')
    expect(kinds(decodeSml(writeSml(checked(bodyOf(holley), kermit))))).toEqual(['telegram'])
    expect(kinds(decodeSml(writeSml(checked(bodyOf(iskra), kermit))))).toEqual([
      'line-check-failed',
    ])
    for (const server of [holley, iskra]) {
      const file = writeSml(checked(bodyOf(server)))
      const crc = crc16Kermit(file, 0, file.length - 2)
      file.set([crc >> 8, crc & 0xff], file.length - 2)
      expect(kinds(decodeSml(file))).toEqual([server === holley ? 'telegram' : 'line-check-failed'])
    }
  })

  test('lists of one meter become one reading, those of others their own', () => {
    const other = fromHex('0a01445a4700039e2055')
    const of = (server: Bytes, ...entries: Bytes[]) =>
      smlMessage(1, 0x701, smlListResponse(server, nothing, entries))
    const { readings } = telegramOf(
      writeSml(of(iskra, power('6201')), of(other, power('6202')), of(iskra, kWh(smlUnsigned(5)))),
    )
    expect(readings.map(({ meter }) => meter)).toEqual(['1ISK0075126084', '1DZG0060694613'])
    expect(readings.map(valuesOf)).toEqual([
      { '16.7.0': '1e0 W', '1.8.0': '5e-1 Wh' },
      { '16.7.0': '2e0 W' },
    ])
  })

  test('what is not SML to its last byte is refused, though its checks hold', () => {
    const bad = [
      '76',
      '7605',
      '77010101010101',
      '7602016200620072630701',
      '760201620062007163070163000000',
      toHex(list).slice(0, -2),
      toHex(list).replace(/00$/, '01'),
      // Reserved types, lengths within their own bytes, a list without an end.
      toHex(list).replace('6201', '1201'),
      toHex(checked(smlList(smlUnsigned(0x4711, 2), fromHex('8000')))),
      toHex(checked(smlList(smlUnsigned(0x4711, 2), fromHex('ff8f8f8f0f')))),
      toHex(checked(smlList(smlUnsigned(0x4711, 2), fromHex('fffffff0')))),
      toHex(checked(smlList(smlUnsigned(0x4711, 2), fromHex('00')))),
      toHex(checked(smlList(smlUnsigned(0x701, 2), fromHex('7601010101010101')))),
    ]
    for (const hex of bad) {
      expect([hex, ...kinds(decodeSml(writeSml(fromHex(hex))))]).toEqual([hex, 'unknown-form'])
    }
    expect(kinds(decodeSml(writeSml()))).toEqual(['unknown-form'])
  })
})

describe('who it is', () => {
  test.each([
    ['0a0149534b00047a5544', '1ISK0075126084', 'Iskraemeco'],
    ['09014c475a0102faf080', '1LGZ0150000000', 'Landis+Gyr'],
    ['0a07535f5f0000000001', '0A07535F5F0000000001', 'SML'],
    ['06454d4801027156cd45', '06454D4801027156CD45', 'EMH metering'],
    ['31303031313835', '1001185', 'SML'],
    ['0a0149534b00ffffffff', '0A0149534B00FFFFFFFF', 'Iskraemeco'],
  ])('%s is %s', (server, meter, identification) => {
    const telegram = telegramOf(push([power('6201')], { server: fromHex(server) }))
    expect([telegram.readings[0].meter, telegram.identification]).toEqual([meter, identification])
  })

  test('a meter without an id is unnamed', () => {
    const telegram = telegramOf(push([power('6201')], { server: new Uint8Array(0) }))
    expect(telegram.readings[0].meter).toBe('SML')
    expect(telegram.readings[0].warnings).toContain('meter-unnamed')
  })

  test('what it proves', () => {
    const telegram = telegramOf(push([power('6201')]))
    expect([telegram.protocol, telegram.check]).toEqual(['sml', 'crc'])
    expect(telegram.readings[0].assurance)
      .toEqual({ line: 'crc', origin: 'plain', custody: 'software' })
  })
})

describe('the lost sign of DZG’s DVS74', () => {
  const dzg = (number: number) => concat(fromHex('0a01445a4700'), smlUnsigned(number, 4).slice(1))
  function told(number: number, value: string, c = 16, scaler = -2, unit = watt) {
    const entry = smlEntry({ code: code(c, 7), unit, scaler, value: fromHex(value) })
    const [reading] = telegramOf(push([entry], { server: dzg(number) })).readings
    return [reading.registers[0]?.value, reading.warnings.includes('sign-mended')]
  }

  test('is mended, and said, for the numbers that have it', () => {
    for (const number of [42_000_000, 42_082_910, 48_999_999, 55_000_000, 58_999_999]) {
      expect(told(number, '538b28')).toEqual(['35624', true])
      expect(told(number, '52ff')).toEqual(['255', true])
    }
  })

  test('is said of every telegram that has it', () => {
    const entry = smlEntry({ code: code(16, 7), unit: watt, scaler: -2, value: fromHex('538b28') })
    const file = push([entry], { server: dzg(42_082_910) })
    const warnings = decodeSml(concat(file, file, file)).map((outcome) =>
      outcome.kind === 'telegram'
        ? outcome.telegram.readings[0].warnings.includes('sign-mended')
        : null
    )
    expect(warnings).toEqual([true, true, true])
  })

  test('is mended where another meter of the line means these very bytes', () => {
    const entry = smlEntry({ code: code(16, 7), unit: watt, scaler: -2, value: fromHex('538b28') })
    const files = [iskra, dzg(42_082_910), iskra].map((server) => push([entry], { server }))
    const values = decodeSml(concat(...files)).map((outcome) =>
      outcome.kind === 'telegram' ? outcome.telegram.readings[0].registers[0]?.value : null
    )
    expect(values).toEqual(['-29912', '35624', '-29912'])
  })

  test('is no reason to doubt any other', () => {
    for (const number of [40_051_478, 41_999_999, 49_000_000, 54_999_999, 59_000_000, 60_694_613]) {
      expect(told(number, '538b28')).toEqual(['-29912', false])
    }
    expect(told(42_082_910, '530b28')).toEqual(['2856', false])
    expect(told(42_082_910, '54ff8b28')).toEqual(['-29912', false])
    expect(told(42_082_910, '538b28', 36)).toEqual(['-29912', false])
    expect(told(42_082_910, '538b28', 16, -1)).toEqual(['-29912', false])
    expect(told(42_082_910, '538b28', 16, -2, 29)).toEqual(['-29912', false])
    const [other] = telegramOf(push([power('538b28', -2)])).readings
    expect(other.registers[0]?.value).toBe('-29912')
  })
})

describe('a meter that waits for its PIN', () => {
  test.each([
    ['whole kilowatt-hours', [kWh(smlUnsigned(2043, 2), 3)], true],
    ['the same in tenths', [kWh(smlUnsigned(23_240_000, 4))], true],
    ['none yet', [kWh(smlUnsigned(0), 3)], true],
    ['none yet, in tenths', [kWh(smlUnsigned(0))], false],
    ['tenths', [kWh(smlUnsigned(23_240_001, 4))], false],
    ['power', [kWh(smlUnsigned(2043, 2), 3), power('6200')], false],
    ['no counter', [smlEntry({ code: code(96, 5), value: smlUnsigned(1) })], false],
  ])('%s', (_, entries, wanted) => {
    expect(readingOf(...entries).warnings.includes('pin-missing')).toBe(wanted)
  })

  test('the simulated meter without its PIN is one, and with it tells everything', async () => {
    const told = async (pin: boolean) => {
      const meter = createSimulatedSmlMeter({ seed: 2, pin, startWh: 9_000_000 })
      const decoder = createDecoder('sml', { now: () => now })
      const [outcome] = await decoder.push(meter.telegramAt(now))
      if (outcome?.kind !== 'telegram') throw new Error('Expected a telegram')
      expect(outcome.telegram.readings[0].meter).toBe(meter.meter)
      expect(await decoder.end()).toEqual([])
      return outcome.telegram.readings[0]
    }
    const [without, full] = [await told(false), await told(true)]
    expect(without.warnings).toEqual(['clock-missing', 'pin-missing', 'simulated'])
    expect(Object.keys(valuesOf(without))).toEqual(['1.8.0', '2.8.0'])
    expect(full.warnings).toEqual(['clock-missing', 'simulated'])
    expect(Object.keys(valuesOf(full))).toHaveLength(9)
    const [short = 0n, long = 0n] = [without, full]
      .map(({ registers: [first] }) => BigInt(first?.value ?? 0))
    expect(long / 10_000n).toBe(short)
  })

  test('the simulated meter says the same at the same instant, and counts what flows', () => {
    const meter = createSimulatedSmlMeter({ seed: 2, clock: true })
    const again = createSimulatedSmlMeter({ seed: 2, clock: true })
    expect(meter.telegramAt(now)).toEqual(again.telegramAt(now))
    expect(meter.telegramAt(now)).not.toEqual(createSimulatedSmlMeter({ seed: 3 }).telegramAt(now))
    const [first, later] = [now, now + 3600].map((at) =>
      telegramOf(meter.telegramAt(at)).readings[0]
    )
    expect([first?.at, first?.clock, later?.at]).toEqual([now, 'meter', now + 3600])
    const tenths = (reading: Reading | undefined) =>
      (reading?.registers.slice(0, 2) ?? []).reduce((sum, { value }) => sum + Number(value), 0)
    expect(tenths(later)).toBeGreaterThan(tenths(first))
  })
})
