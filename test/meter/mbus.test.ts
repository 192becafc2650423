/** @module M-Bus responses: data, time, headers and encryption, from frames written by hand. */

import { describe, expect, test } from 'vitest'
import { type Bytes, concat } from '../../shared/bytes.ts'
import { createMBusFramer, type MBusFrame } from '../../shared/meter/mbus-frame.ts'
import { readResponse } from '../../shared/meter/mbus-response.ts'
import { importMeterKey } from '../../shared/meter/meter-key.ts'
import { ofClass } from '../../shared/meter/obis.ts'
import { quantityText } from '../../shared/meter/quantity.ts'
import { readColumns, writeColumns } from '../../shared/seal/columns.ts'
import {
  byte,
  header,
  hex,
  long,
  now,
  options,
  outcomesOf,
  readingOf,
  response,
  said,
  saidBy,
} from './mbus-frames.ts'

describe('data information', () => {
  test.each([
    ['01 03 ff', 'Energy: -1e0 Wh'],
    ['02 03 0080', 'Energy: -32768e0 Wh'],
    ['03 03 ffff7f', 'Energy: 8388607e0 Wh'],
    ['04 03 00000080', 'Energy: -2147483648e0 Wh'],
    ['06 03 ffffffffff7f', 'Energy: 140737488355327e0 Wh'],
    ['06 03 000000000080', 'Energy: -140737488355328e0 Wh'],
    ['07 03 ffffffffffffff7f', 'Energy: 9223372036854775807e0 Wh'],
    ['07 03 0000000000000080', 'Energy: -9223372036854775808e0 Wh'],
    ['01 fd 17 ff', 'Error flags: 255e0'],
    ['09 03 99', 'Energy: 99e0 Wh'],
    ['0a 03 3412', 'Energy: 1234e0 Wh'],
    ['0b 03 563412', 'Energy: 123456e0 Wh'],
    ['0c 03 78563412', 'Energy: 12345678e0 Wh'],
    ['0e 03 129078563412', 'Energy: 123456789012e0 Wh'],
    ['0a 03 23f1', 'Energy: -123e0 Wh'],
    ['0c 03 000000f0', 'Energy: 0e0 Wh'],
    ['12 03 0700', 'Energy, maximum: 7e0 Wh'],
    ['22 03 0700', 'Energy, minimum: 7e0 Wh'],
    ['32 03 0700', 'Energy, error: 7e0 Wh'],
    ['42 03 0700', 'Energy, storage 1: 7e0 Wh'],
    ['82 01 03 0700', 'Energy, storage 2: 7e0 Wh'],
    ['c2 8f 0f 03 0700', 'Energy, storage 511: 7e0 Wh'],
    ['82 10 03 0700', 'Energy, tariff 1: 7e0 Wh'],
    ['82 b0 10 03 0700', 'Energy, tariff 7: 7e0 Wh'],
    ['82 40 03 0700', 'Energy, subunit 1: 7e0 Wh'],
    ['82 80 40 03 0700', 'Energy, subunit 2: 7e0 Wh'],
    [
      'c2 ffffffffffffffffff 7f 03 0700',
      'Energy, storage 2199023255551, tariff 1048575, subunit 1023: 7e0 Wh',
    ],
  ])('%s: %s', async (record, expected) => {
    expect(await said(record)).toEqual([expected])
  })

  test.each([
    ['0000803f', '1e0'],
    ['00000000', '0e0'],
    ['00000080', '0e0'],
    ['000080bf', '-1e0'],
    ['cdcccc3d', '1e-1'],
    ['22f32642', '41737434e-6'],
    ['ffff7f4b', '16777215e0'],
    ['0000804b', '16777216e0'],
    // Beyond 24 bits the exponent tells that the last digits are not known.
    ['79e9f64c', '129453e3'],
    ['a0093c4d', '19717171e1'],
    ['5a7cda5a', '30749135e9'],
  ])('real %s is %s', async (bytes, expected) => {
    expect(await said(`05 03 ${bytes}`)).toEqual([`Energy: ${expected} Wh`])
  })

  test('a real is told to the millionth, or by the shortest decimal that names it', async () => {
    for (let i = 0; i < 500; i++) {
      const bits = Math.imul(i + 1, 0x9e3779b1) & 0x7fff_ffff
      const view = new DataView(new ArrayBuffer(4))
      view.setUint32(0, bits, true)
      const real = view.getFloat32(0, true)
      const size = Math.abs(Math.log10(real))
      if (!Number.isFinite(real) || size > 8 || Number.isInteger(real)) continue
      const bytes = [0, 1, 2, 3].map((at) => byte(view.getUint8(at))).join('')
      const [first] = await said(`05 03 ${bytes}`)
      const [, mantissa = '', exponent = ''] = /: (-?[0-9]+)e(-?[0-9]+) Wh/.exec(first ?? '') ?? []
      const digits = mantissa.length
      const shorter = digits > 1 ? Math.fround(Number(real.toPrecision(digits - 1))) : NaN
      expect(Math.fround(Number(`${mantissa}e${exponent}`))).toBe(real)
      const told = Number(`${mantissa}e${exponent}`)
      expect(Number(exponent) < -6 ? shorter !== real : told === Number(real.toFixed(6))).toBe(true)
    }
  })

  test('a real is told to the millionth of its unit, not of what the meter counts in', async () => {
    // 13426.15625 kW, and -0.17072178423… kW.
    expect(await said('05 2e a0c85146')).toEqual(['Power: 1342615625e-2 W'])
    expect(await said('05 2e b1d12ebe')).toEqual(['Power: -170721784e-6 W'])
  })

  test.each(['0000c07f', '0000807f', '000080ff'])('real %s is no number', async (bytes) => {
    const reading = await readingOf(response(`05 03 ${bytes} 02 13 0100`))
    expect(reading.registers).toHaveLength(1)
    expect(reading.warnings).toContain('value-invalid')
  })

  test.each(['0a 03 3ab2', '0a 03 bbbb', '0c 03 eeeeeeee', '0b 03 3412af'])(
    'BCD with error digits (%s) is no number, and is kept as it is shown',
    async (record) => {
      const reading = await readingOf(response(`${record} 02 13 0100`))
      expect(reading.registers).toHaveLength(1)
      const shown = record.slice(6).match(/../g)?.toReversed().join('').toUpperCase()
      expect(reading.texts.map(({ text }) => text)).toEqual([shown])
      expect(reading.warnings).toContain('value-invalid')
    },
  )

  test('a real too small or great for a block is kept as text', async () => {
    expect(await said('05 03 01000000')).toEqual(['Energy: "1e-45 Wh"'])
  })

  test.each([
    ['0d 78 03 636261', 'Fabrication No: "abc"'],
    ['0d 78 02 e46f', 'Fabrication No: "oä"'],
    ['0d 03 c2 3412', 'Energy: 1234e0 Wh'],
    ['0d 03 d2 3412', 'Energy: -1234e0 Wh'],
    ['0d 03 e2 ffff', 'Energy: -1e0 Wh'],
    ['0d 03 e9 ffffffffffffffff7f', 'Energy: 2361183241434822606847e0 Wh'],
    [
      '0d 03 f0 00112233445566778899aabbccddeeff',
      'Energy: "FF EE DD CC BB AA 99 88 77 66 55 44 33 22 11 00"',
    ],
    [
      `0d 03 f5 ${'07'.repeat(48)}`,
      `Energy: "${Array.from({ length: 48 }, () => '07').join(' ')}"`,
    ],
    [
      `0d 03 f6 ${'07'.repeat(64)}`,
      `Energy: "${Array.from({ length: 64 }, () => '07').join(' ')}"`,
    ],
    [
      '0d fd 3b 03 010203',
      'Data container for wireless M-Bus: "01 02 03"',
    ],
  ])('LVAR %s: %s', async (record, expected) => {
    expect(await said(record)).toEqual([expected])
  })

  test.each(['0d 03 ca 11', '0d 03 f7 11', '0d 03 ff 11', '3f 03', '7f', 'bf', '0d 03 05 6162'])(
    '%s is no record, and so nothing is told',
    async (record) => {
      const outcomes = await outcomesOf(response(`02 13 0700 ${record}`))
      expect(outcomes).toMatchObject([{ kind: 'refused', reason: 'unknown-form' }])
    },
  )

  test('ten DIFE and ten VIFE are read, eleven are not', async () => {
    const many = (count: number) => `${'80'.repeat(count - 1)} 00`
    expect(await said(`82 ${many(10)} 83 ${many(10)} 0700`)).toEqual(['Energy: 7e0 Wh'])
    for (const record of [`82 ${many(11)} 03 0700`, `02 83 ${many(11)} 0700`]) {
      expect(await outcomesOf(response(record))).toMatchObject([{ reason: 'unknown-form' }])
    }
  })

  test('plain text names a value, before its VIFE as meters do it or behind them', async () => {
    expect(await said('02 7c 03 485225 0700')).toEqual(['%RH: 7e0'])
    expect(await said('02 fc 03 485225 74 d411')).toEqual(['%RH: 4564e-2'])
    expect(await said('02 fc 74 03 485225 d411')).toEqual(['%RH: 4564e-2'])
  })

  test('what no grid has is told as it is, and doubted', async () => {
    const doubts = async (record: string) => {
      const { registers: [one], warnings } = await readingOf(response(record))
      return [`${one?.value}e${one?.exponent}`, warnings.includes('value-implausible')]
    }
    // 232.2 V, and the same with its point lost.
    expect(await doubts('02 fd 48 1209')).toEqual(['2322e-1', false])
    expect(await doubts('02 fd 49 1209')).toEqual(['2322e0', true])
    expect(await doubts('02 fd 49 0000')).toEqual(['0e0', false])
    // 999.9 °C is what a meter shows whose sensor is missing: in an error, no claim.
    expect(await doubts('0a 5a 9999')).toEqual(['9999e-1', true])
    expect(await doubts('3a 5a 9999')).toEqual(['9999e-1', false])
    // 1.1 GW, 13 MW of heat, 9.9 MW flowing back; a frequency; what has no limit; a word order.
    expect(await doubts('04 2f b0ad0100')).toEqual(['110000e4', true])
    expect(await doubts('02 2f 1405')).toEqual(['1300e4', false])
    expect(await doubts('02 2f 22fc')).toEqual(['-990e4', false])
    expect(await doubts('02 fb 2d 8813')).toEqual(['5000e-2', false])
    expect(await doubts('02 fb 2d 5802')).toEqual(['600e-2', true])
    expect(await doubts('05 fd 49 dc243428')).toEqual(['1e-14', true])
    expect(await doubts('02 6e ff7f')).toEqual(['32767e0', false])
    expect(await doubts('0e 07 999999999999')).toEqual(['999999999999e4', true])
  })

  test('fillers are passed over; what the maker says in its own way is kept', async () => {
    expect(await said('2f 2f 02 13 0700 2f 0f 0102ff')).toEqual([
      'Volume: 7e-3 m3',
      'Manufacturer specific: "01 02 FF"',
    ])
    expect(await said('02 13 0700 1f')).toEqual(['Volume: 7e-3 m3'])
    expect(await outcomesOf(response('1f 0102'))).toMatchObject([{ reason: 'unknown-form' }])
  })

  test('a meter that has nothing to say has answered: who it is, and how it is', async () => {
    expect(await said('0f 0102')).toEqual(['Manufacturer specific: "01 02"'])
    const reading = await readingOf(response('2f 2f', header.replace('55 00', '55 04')))
    expect([reading.meter, reading.registers]).toEqual(['PAD-12345678-01-07', []])
    expect(saidBy(reading)).toEqual(['Status: "04: power low"'])
  })

  test('a record without data says nothing', async () => {
    expect(await said('00 13 08 13 02 13 0700')).toEqual(['Volume: 7e-3 m3'])
  })
})

describe('time', () => {
  test.each([
    ['02 6c df2c', '2022-12-31'],
    ['02 6c 5f1c', '2010-12-31'],
    ['02 6c ffff', 'invalid'],
    ['02 6c 0000', 'invalid'],
    ['02 6c 1e02', 'invalid'],
    ['02 6c e0ff', '*-*-*'],
    ['02 6c e1f1', '*-01-01'],
    ['04 6d 3b0ee714', '2015-04-07T14:59'],
    ['04 6d bb0ee714', 'invalid'],
    ['04 6d 3b2e6714', '2011-04-07T14:59'],
    ['04 6d 3f1fe714', '2015-04-07T*:*'],
    ['04 6d 3c0ee714', 'invalid'],
    ['06 6d 1e3b0ee71400', '2015-04-07T14:59:30'],
    ['06 6d 1ebb0ee71400', 'invalid'],
    ['03 6d 1e3b0e', '14:59:30'],
    ['04 fd 30 3b0ee714', '2015-04-07T14:59'],
    ['04 fd 70 3b0ee714', '2015-04-07T14:59'],
    ['0d 6d e4 3b0ee714', '3B 0E E7 14'],
  ])('%s is %s', async (record, expected) => {
    const reading = await readingOf(response(`42 13 0700 ${record}`))
    expect(reading.texts.map(({ text }) => text)).toEqual([expected])
  })

  /** Type F of a local time. */
  function typeF(iso: string, high = 0): string {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = iso.split(/\D/).map(Number)
    const low = year - 2000
    return [minute, hour | high, ((low & 7) << 5) | day, ((low >> 3) << 4) | month].map(byte).join(
      '',
    )
  }

  test('the meter’s clock is the observed time, in the zone of its owner', async () => {
    const reading = await readingOf(response(`02 13 0700 04 6d ${typeF('2026-01-01 00:59')}`))
    expect(reading).toMatchObject({ at: now - 60, clock: 'meter-local', warnings: [] })
    const late = await readingOf(response(`02 13 0700 04 6d ${typeF('2026-01-01 00:40')}`))
    expect(late).toMatchObject({ at: now - 1200, warnings: ['clock-differs'] })
  })

  test('the summer mark parts the hour that comes twice', async () => {
    const at = Date.UTC(2026, 9, 25, 0, 30) / 1000
    const then = { ...options, now: () => at + 3600 }
    const summer = response(`02 13 0700 04 6d ${typeF('2026-10-25 02:30', 0x80)}`)
    // The reader's clock is nearer to the second time.
    expect(await readingOf(summer, then)).toMatchObject({ at, warnings: ['clock-differs'] })
    const unsaid = response(`02 13 0700 04 6d ${typeF('2026-10-25 02:30')}`)
    expect((await readingOf(unsaid, then)).warnings).toContain('clock-ambiguous')
  })

  test('no clock, or one that the meter holds invalid, is the reader’s', async () => {
    const none = await readingOf(response('02 13 0700'))
    expect(none).toMatchObject({ at: now, clock: 'device', warnings: ['clock-missing'] })
    const invalid = await readingOf(response('02 13 0700 04 6d bb0ee714'))
    expect(invalid).toMatchObject({ at: now, clock: 'device', warnings: ['clock-invalid'] })
    const stored = await readingOf(response('02 13 0700 44 6d 3b0ee714'))
    expect(stored.clock).toBe('device')
  })
})

describe('headers', () => {
  test('the long one names the meter by its whole secondary address', async () => {
    const [outcome] = await outcomesOf(response('02 13 0700'))
    expect(outcome).toMatchObject({
      kind: 'telegram',
      telegram: {
        protocol: 'mbus',
        identification: 'PAD 12345678, water',
        check: 'bcc',
        readings: [{ meter: 'PAD-12345678-01-07', assurance: { line: 'bcc', origin: 'plain' } }],
      },
    })
  })

  test('the short one, and none, leave it without a name', async () => {
    for (const bytes of ['08 05 7a 55 00 0000 02 13 0700', '08 05 78 02 13 0700']) {
      const reading = await readingOf(long(hex(bytes)))
      expect(reading.meter).toBe('M-Bus 5')
      expect(reading.warnings).toContain('meter-unnamed')
    }
  })

  test('ACD and DFC do not change what is said', async () => {
    for (const control of ['08', '18', '28', '38']) {
      const frame = long(hex(`${control} 05 72 ${header} 02 13 0700`))
      expect((await readingOf(frame)).registers).toHaveLength(1)
    }
  })

  test('the status is told in words', async () => {
    const status = (code: string) => header.replace('55 00', `55 ${code}`)
    const texts = async (code: string) =>
      (await readingOf(response('02 13 0700', status(code)))).texts.map(({ text }) => text)
    expect(await texts('00')).toEqual([])
    expect(await texts('01')).toEqual(['01: busy'])
    expect(await texts('1e')).toEqual([
      '1E: application error, power low, permanent error, temporary error',
    ])
    expect(await texts('e0')).toEqual(['E0'])
  })

  test('the fixed structure: two counters, BCD or binary, now or stored', async () => {
    const fixed = (data: string) => long(hex(`08 05 73 ${data}`))
    // The example of the standard: id 12345678, 1 l of water now, 135 l historic.
    const reading = await readingOf(fixed('78563412 0a 00 e9 7e 01000000 35010000'))
    expect(reading.meter).toBe('12345678')
    expect(reading.registers).toMatchObject([
      { quantity: 'Volume', storage: 0, value: '1', exponent: -3, unit: 'm3' },
      { quantity: 'Volume', storage: 1, value: '135', exponent: -3, unit: 'm3' },
    ])
    const binary = await readingOf(fixed('78563412 0a 03 05 38 01000000 ffffffff'))
    expect(binary.registers).toMatchObject([
      { quantity: 'Energy', storage: 1, value: '1', exponent: 3, unit: 'Wh' },
      { quantity: 'Temperature', storage: 1, value: '-1', exponent: -3, unit: '°C' },
    ])
    const units: [string, string, number][] = []
    for (const code of [0x02, 0x0a, 0x0b, 0x13, 0x14, 0x1c, 0x1d, 0x25, 0x26, 0x2e, 0x2f, 0x37]) {
      const one = await readingOf(fixed(`78563412 0a 00 ${byte(code)} 3f 01000000 00000000`))
      const [first] = one.registers
      if (first?.obis === undefined && first) {
        units.push([first.quantity, first.unit, first.exponent])
      }
    }
    expect(units).toEqual([
      ['Energy', 'Wh', 0],
      ['Energy', 'Wh', 8],
      ['Energy', 'J', 3],
      ['Energy', 'J', 11],
      ['Power', 'W', 0],
      ['Power', 'W', 8],
      ['Power', 'J/h', 3],
      ['Power', 'J/h', 11],
      ['Volume', 'm3', -6],
      ['Volume', 'm3', 2],
      ['Volume flow', 'm3/h', -6],
      ['Volume flow', 'm3/h', 2],
    ])
    const time = await readingOf(fixed('78563412 0a 00 00 01 56341200 25123100'))
    expect(time.texts.map(({ text }) => text)).toEqual([
      '12:34:56',
      '2025-12-31',
    ])
    expect(await outcomesOf(fixed('78563412 0a 00 e9 7e 01000000 350100'))).toMatchObject([
      { reason: 'unknown-form' },
    ])
  })

  test.each([
    ['08 05 70', 'meter-error'],
    ['08 05 70 08', 'meter-error'],
    ['08 05 6e 55 00 0000 08', 'meter-error'],
    ['08 05 71 01', 'unknown-form'],
    [`08 05 76 ${header} 02 13 0007`, 'unknown-form'],
    ['08 05 77 12345678 0a 00 e9 7e 00000001 00000135', 'unknown-form'],
    ['08 05 69 0000', 'unknown-form'],
    ['08 05 6c 0000', 'unknown-form'],
    ['08 05 72 78563412', 'unknown-form'],
    // A data unit of DLMS in the frame of a meter that is not asked.
    ['53 ff 00 01 67 db08', 'unknown-form'],
  ])('%s is refused: %s', async (content, reason) => {
    const frame = long(hex(content))
    expect(await outcomesOf(frame)).toEqual([
      { kind: 'refused', reason, offset: 0, length: frame.length },
    ])
  })

  test('what the master asks is passed over, unless nobody answers anything', async () => {
    const select = long(hex('53 fd 52 ffffffff ffff ff ff'))
    const asked = [
      hex('10 40 fd 3d 16'),
      select,
      long(hex('73 fe 51 07 79 04')),
      long(hex('53 05 50')),
      long(hex('43 fe bd')),
      hex('10 7b fd 78 16'),
    ]
    let offset = 0
    expect(await outcomesOf(concat(...asked))).toEqual(asked.map(({ length }) => {
      offset += length
      return { kind: 'refused', reason: 'no-answer', offset: offset - length, length }
    }))
    // One who acknowledges has answered, and the search went on.
    expect(await outcomesOf(concat(...asked, hex('e5'), select))).toEqual([])
    const read = await outcomesOf(concat(...asked, response('02 13 0700'), select))
    expect(read.map(({ kind }) => kind)).toEqual(['telegram'])
    const many = concat(...Array.from({ length: 5000 }, () => select))
    expect(await outcomesOf(many)).toHaveLength(64)
  })

  test('requests and acknowledgements are passed over', async () => {
    const line = concat(
      hex('10 40 05 45 16 e5 10 7b 05 80 16'),
      response('02 13 0700'),
      hex('e5 10 5b 05 60 16'),
    )
    expect(await outcomesOf(line)).toMatchObject([{ kind: 'telegram' }])
  })
})

describe('encryption', () => {
  const system = hex('78563412 2440 01 07')
  const sealedHead = header.replace('55 00 0000', '55 00 1005')
  const key = hex('000102030405060708090a0b0c0d0e0f')

  /** Mode 5, one block: the vector is M-field, id, version, medium and the access number. */
  async function sealed(plain: string): Promise<Bytes> {
    const iv = hex('2440 78563412 01 07 5555555555555555')
    const aes = await crypto.subtle.importKey('raw', key, 'AES-CBC', false, ['encrypt'])
    const bytes = await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, aes, hex(plain))
    const block = new Uint8Array(bytes).slice(0, 16)
    return long(concat(hex(`08 05 72 ${sealedHead}`), block, hex('02 3b 0100')))
  }

  function frameOf(bytes: Bytes): MBusFrame {
    const frames: MBusFrame[] = []
    createMBusFramer().push(bytes, (found) => {
      if (found.kind === 'frame') frames.push(found)
    })
    const [frame] = frames
    if (frame === undefined) throw new Error('It is no frame')
    return frame
  }

  const plain = '2f2f 0c 13 78563412 2f2f2f2f2f2f2f2f'

  test('without its key it is told that the key is missing, and whose', async () => {
    const frame = await sealed(plain)
    expect(await outcomesOf(frame)).toEqual([
      { kind: 'refused', reason: 'key-missing', offset: 0, length: frame.length, system },
    ])
  })

  test('with its key it is read, and graded as only encrypted', async () => {
    const given = await importMeterKey(key)
    const reading = await readingOf(await sealed(plain), { ...options, key: () => given })
    expect(reading.registers).toMatchObject([
      { quantity: 'Volume', value: '12345678', exponent: -3 },
      { quantity: 'Volume flow', value: '1' },
    ])
    expect(reading.assurance.origin).toBe('encrypted-only')
  })

  test('another key is told to be wrong', async () => {
    const given = await importMeterKey(hex('ff'.repeat(16)))
    expect(await outcomesOf(await sealed(plain), { ...options, key: () => given })).toMatchObject([
      { reason: 'key-wrong', system },
    ])
  })

  test('with the short header, it is opened by the name of who was asked', async () => {
    const given = await importMeterKey(key)
    const asked = { id: '12345678', manufacturer: 'PAD', version: 1, medium: 7 }
    const iv = hex('2440 78563412 01 07 5555555555555555')
    const aes = await crypto.subtle.importKey('raw', key, 'AES-CBC', false, ['encrypt'])
    const bytes = await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, aes, hex(plain))
    const block = new Uint8Array(bytes).slice(0, 16)
    const frame = frameOf(long(concat(hex('08 05 7a 55 00 1005'), block)))
    const system = hex('78563412 2440 01 07')
    const missing = await readResponse(frame, { ...options, asked }, now)
    expect(missing).toEqual({ reason: 'key-missing', system })
    expect(await readResponse(frame, options, now)).toEqual({ reason: 'key-missing' })
    const read = await readResponse(frame, { ...options, asked, key: () => given }, now)
    expect('telegram' in read && read.telegram.readings[0]).toMatchObject({
      meter: 'PAD-12345678-01-07',
      registers: [{ quantity: 'Volume', value: '12345678' }],
      assurance: { origin: 'encrypted-only' },
    })
  })

  test('what a master opened before it passed it on is in the clear, whatever key there is', async () => {
    const opened = long(concat(hex(`08 05 72 ${sealedHead}`), hex(plain)))
    const given = await importMeterKey(key)
    for (const one of [options, { ...options, key: () => given }]) {
      const reading = await readingOf(opened, one)
      expect(reading.registers).toMatchObject([{ quantity: 'Volume', value: '12345678' }])
      expect(reading.assurance.origin).toBe('plain')
    }
  })

  test('mode 7 asks for a key, and says that it is not read; DES is not read', async () => {
    const given = await importMeterKey(key)
    const with7 = response('00'.repeat(16), header.replace('55 00 0000', '55 00 1007'))
    expect(await outcomesOf(with7)).toMatchObject([{ reason: 'key-missing' }])
    expect(await outcomesOf(with7, { ...options, key: () => given })).toMatchObject([
      { reason: 'security-unsupported' },
    ])
    const des = response('00'.repeat(16), header.replace('55 00 0000', '55 00 0002'))
    expect(await outcomesOf(des)).toMatchObject([{ reason: 'security-unsupported' }])
  })

  test('a signature of before encryption is none', async () => {
    const old = response('02 13 0700', header.replace('55 00 0000', '55 00 27b6'))
    expect((await readingOf(old)).registers).toHaveLength(1)
  })
})

describe('registers without an OBIS code', () => {
  test('are sealed and opened as they were', async () => {
    const reading = await readingOf(
      response('0c 06 78563412 8c10 06 78563412 42 6c df2c 05 5b 22f32642 0f 01'),
    )
    expect(readColumns(writeColumns([reading]))).toEqual([reading])
  })

  test('have a class by their unit', async () => {
    const reading = await readingOf(response('02 13 0700 02 2b 0800 02 fd 48 0900 02 5b 1000'))
    const units = (dataClass: 'energy' | 'power' | 'grid') =>
      ofClass(reading, dataClass).registers.map(({ unit }) => unit)
    expect([units('energy'), units('power'), units('grid')]).toEqual([['m3'], ['W'], ['V']])
  })

  test('have words in English and German', async () => {
    const reading = await readingOf(response('92 51 13 0700'))
    const [first] = reading.registers
    if (first === undefined || first.obis !== undefined) throw new Error('Expected a quantity')
    expect(quantityText(first, 'en')).toBe('Volume, maximum, storage 2, tariff 1, subunit 1')
    expect(quantityText(first, 'de')).toBe(
      'Volumen, Höchstwert, Speicher 2, Tarif 1, Untereinheit 1',
    )
  })
})
