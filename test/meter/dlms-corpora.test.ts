/** @module Pushes captured from real meters, where the corpora are at hand. */

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, toHex } from '../../shared/bytes.ts'
import { importMeterKey } from '../../shared/meter/meter-key.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import type { DecoderOptions } from '../../shared/meter/telegram.ts'
import { decodeDlms, readingOf } from './dlms-telegrams.ts'
import { iso, kinds } from './telegrams.ts'

const folder = new URL('../../../shared/corpora/', import.meta.url)
const missing = !existsSync(folder)
const reason = missing ? ' (skipped: no corpora beside the project)' : ''

function text(path: string): string {
  return new TextDecoder().decode(readFileSync(new URL(path, folder)))
}

function captured(path: string): Bytes {
  return fromHex(text(path).replaceAll(/[\s:]/g, ''))
}

const dumps = 'esphome-libs__dlms_parser/tests/dumps/'

describe.skipIf(missing)(`captures of Landis+Gyr E450 with their keys${reason}`, () => {
  async function decode(name: string, bytes: Bytes, second: Bytes | null) {
    const key = await importMeterKey(captured(`${dumps}${name}.key`), second)
    return await decodeDlms(bytes, { key: () => key })
  }

  /** Codes and values in turn, as another program printed them. */
  function expected(name: string): string[] {
    const xml = text(`${dumps}${name}_decoded.xml`)
    const pairs = /<OCTETSTRING Value="([0-9.]+)"[^>]*>\s*<UINT32 Value="([0-9]+)"/g
    return [...xml.matchAll(pairs)].map(([, code = '', value]) => `${code} ${value}`)
  }

  function told(reading: Reading | undefined): string[] {
    return (reading?.registers ?? []).map(({ obis, value }) => {
      const [a, b, c, d, e, f] = (obis ?? '').split(/[-:.*]/)
      return `${a}.${b}.${c}.${d}.${e}.${f} ${value}`
    })
  }

  test.each([
    ['hdlc_landis_gyr_e450', '4C475A677370B177', '2022-02-21T16:37:30Z', '4408736'],
    ['hdlc_lgz_e450_2', '4C475A67735DD3A9', '2023-11-10T09:58:50Z', '12048950'],
  ])('%s: every value, authenticated with both keys', async (name, meter, at, imported) => {
    const bytes = captured(`${dumps}${name}.log`)
    const both = captured(`${dumps}${name}.gak`)
    const outcomes = await decode(name, bytes, both)
    const [outcome] = outcomes
    expect(outcomes).toHaveLength(1)
    if (outcome?.kind !== 'telegram') throw new Error('Expected a telegram')
    const [reading] = outcome.telegram.readings
    const wanted = expected(name)
    expect(wanted).toHaveLength(16)
    expect(told(reading)).toEqual(wanted)
    expect([reading.meter, iso(reading), reading.registers[0]?.value, reading.assurance.origin])
      .toEqual([meter, at, imported, 'authenticated'])
    expect(toHex(outcome.telegram.raw)).toBe(toHex(bytes))
    expect(outcome.telegram.identification).toBe('Landis+Gyr E450')

    const [alone] = await decode(name, bytes, null)
    const values = alone?.kind === 'telegram' ? alone.telegram.readings[0] : undefined
    expect(told(values)).toEqual(wanted)
    expect(values?.assurance.origin).toBe('encrypted-only')

    const wrong = both.slice()
    wrong[0] = (wrong[0] ?? 0) ^ 1
    expect(kinds(await decode(name, bytes, wrong))).toEqual(['authentication-failed'])
  })

  test('blocks swapped or doubled, and any byte bent, give no reading', async () => {
    const name = 'hdlc_landis_gyr_e450'
    const bytes = captured(`${dumps}${name}.log`)
    const both = captured(`${dumps}${name}.gak`)
    const [one, two, three] = [bytes.slice(0, 141), bytes.slice(141, 282), bytes.slice(282)]
    for (const order of [[one, three, two], [one, two, two, three], [two, three], [one, two]]) {
      const told = kinds(await decode(name, concat(...order), both))
      expect(told.length).toBeGreaterThan(0)
      expect(told).not.toContain('telegram')
    }
    for (let i = 0; i < bytes.length; i++) {
      const bent = bytes.slice()
      bent[i] = (bent[i] ?? 0) ^ 0x10
      expect(kinds(await decode(name, bent, both))).not.toContain('telegram')
    }
  })
})

test.skipIf(missing)(`an Iskra AM550 of Vienna without its key names itself${reason}`, async () => {
  const payload = captured('seed-gateway__signed-lora-payload/iskra_am550.hex')
  const frame = payload.slice(0, 105)
  const system = fromHex('49534b69743c103f')
  const refused = { kind: 'refused', reason: 'key-missing', offset: 0, system }
  expect(await decodeDlms(frame, { key: () => null })).toEqual([{ ...refused, length: 105 }])
  // One gateway in the field lost the last flag.
  expect(await decodeDlms(frame.slice(0, 104), { key: () => null })).toEqual([{
    ...refused,
    length: 104,
  }])
  const wrong = await importMeterKey(new Uint8Array(16))
  expect(kinds(await decodeDlms(frame, { key: () => wrong }))).toEqual(['key-wrong'])
})

/** What another program printed of a push with scalers: codes, numbers, scalers and units. */
function printed(path: string): string[] {
  const object =
    /<OCTETSTRING Value="(\d+(?:\.\d+){5})"[^>]*>\s*<U?INT\d+ Value="(-?\d+)" \/>\s*<STRUCTURE Qty="2">\s*<INT8 Value="(-?\d+)" \/>\s*<ENUM Value="\d+"(?: Unit="([^"]*)")?/g
  return [...text(path).matchAll(object)].map(([, code = '', value, scaler, unit = '']) => {
    const [a, b, c, d, e, f] = code.split('.')
    return `${a}-${b}:${c}.${d}.${e}*${f} ${value}e${scaler} ${unit}`.trim()
  })
}

function registersOf(reading: Reading): string[] {
  return reading.registers.map(({ obis, value, exponent, unit }) =>
    `${obis} ${value}e${exponent} ${unit}`.trim()
  )
}

async function only(path: string, options: Partial<DecoderOptions> = {}): Promise<Reading> {
  return await readingOf(captured(path), { capture: true, zone: 'Europe/Vienna', ...options })
}

/** Hex of a file that has other text around it. */
function hexOf(path: string): string {
  return text(path).split(/[',]/)[0] ?? ''
}

describe.skipIf(missing)(`captures of other operators${reason}`, () => {
  const netzNoe = 'NetzNOE__Kundenschnittstelle-Folder/evn_kaifa_ma309'

  test('Netz Niederösterreich: two segments on the M-Bus open to what its folder prints', async () => {
    const key = await importMeterKey(fromHex('36C66639E48A8CA4D6BC8B282A793BBB'))
    for (const path of [`${netzNoe}.mbus.hex`, `${dumps}mbus_netz_noe_p1.log`]) {
      const bytes = fromHex(text(path).replaceAll(/[\s-]/g, ''))
      const reading = await readingOf(bytes, { key: () => key })
      expect([reading.meter, iso(reading), reading.clock, reading.assurance]).toEqual([
        '181220000009',
        '2021-09-27T07:47:15Z',
        'meter',
        { line: 'bcc', origin: 'encrypted-only', custody: 'software' },
      ])
      expect(registersOf(reading)).toEqual(printed(`${dumps}mbus_netz_noe_p1_decoded.xml`))
      expect(registersOf(reading)).toContain('1-0:1.8.0*255 12937e0 Wh')
      expect(registersOf(reading)).toContain('1-0:32.7.0*255 2337e-1 V')
    }
    const plain = await only(`${netzNoe}.plain.hex`)
    expect([plain.assurance, plain.meter, iso(plain)]).toEqual([
      { line: 'none', origin: 'plain', custody: 'software' },
      '181220000009',
      '2021-09-27T07:47:15Z',
    ])
  })

  test('Netz Niederösterreich: any byte bent gives no reading, with or without its key', async () => {
    const bytes = captured(`${netzNoe}.mbus.hex`)
    const key = await importMeterKey(fromHex('36C66639E48A8CA4D6BC8B282A793BBB'))
    for (let i = 0; i < bytes.length; i++) {
      const bent = bytes.slice()
      bent[i] = (bent[i] ?? 0) ^ 0x20
      expect(kinds(await decodeDlms(bent, { key: () => key }))).not.toContain('telegram')
    }
  })

  test('Salzburg: an unframed unit, each object in its own structure', async () => {
    const path = `${dumps}raw_salzburg_netz.log`
    const reading = await readingOf(fromHex(hexOf(path)), { capture: true })
    expect([reading.meter, iso(reading), reading.clock]).toEqual([
      '1KFM0200234804',
      '2022-11-12T15:54:00Z',
      'meter',
    ])
    expect(registersOf(reading)).toEqual(printed(`${dumps}raw_salzburg_netz_decoded.xml`))
    // On a line it would be noise.
    expect(kinds(await decodeDlms(fromHex(hexOf(path))))).toEqual(['not-this-protocol'])
  })

  test('Norway, 27 objects with their units', async () => {
    const reading = await only(`${dumps}hdlc_norway_han_3phase.log`, { zone: 'Europe/Oslo' })
    const expected = printed(`${dumps}hdlc_norway_han_3phase_decoded.xml`)
    expect(expected).toHaveLength(26)
    expect(registersOf(reading)).toEqual(expected)
    expect([iso(reading), reading.clock]).toEqual(['2019-12-16T06:59:40Z', 'meter-local'])
  })

  test('Norway, Kaifa: thirteen values by their place', async () => {
    const reading = await only(`${dumps}hdlc_kaifa_ma304h3e.log`, { zone: 'Europe/Oslo' })
    expect(reading.meter).toBe('6970631401753985')
    expect(registersOf(reading)).toEqual([
      '1-0:1.7.0*255 948e0 W',
      '1-0:2.7.0*255 0e0 W',
      '1-0:3.7.0*255 0e0 var',
      '1-0:4.7.0*255 64e0 var',
      '1-0:31.7.0*255 1416e-3 A',
      '1-0:51.7.0*255 3241e-3 A',
      '1-0:71.7.0*255 3119e-3 A',
      '1-0:32.7.0*255 2385e-1 V',
      '1-0:52.7.0*255 0e-1 V',
      '1-0:72.7.0*255 2389e-1 V',
    ])
  })

  test('Energomera: a list of seven objects; what has parts is left out, and said', async () => {
    const reading = await only(`${dumps}raw_energomera.log`)
    expect([reading.meter, iso(reading), reading.warnings]).toEqual([
      '012415173608710',
      '2022-11-03T12:38:25Z',
      ['no-line-check', 'clock-differs', 'value-invalid'],
    ])
    expect(registersOf(reading)).toEqual([
      '0-0:96.5.134*255 1e0',
      '0-0:97.98.0*255 16e0',
      '0-0:97.98.10*255 65535e0',
    ])
  })

  const nordic = 'roarfred__AmsToMqttBridge/Samples/'

  /** The hex in a log, whatever stands in its other lines. */
  function logged(path: string): Bytes {
    const lines = text(path).replace('\ufeff', '').split(/\r?\n/)
    const pairs = lines.filter((line) => /^\s*(?:[0-9a-fA-F]{2}\s*)+$/.test(line))
    return fromHex(pairs.join('').replaceAll(/\s/g, ''))
  }

  test.each([
    ['Kaifa/Samples from ESP.txt', 559, { 1: 447, 10: 112 }],
    ['Kaifa/HAN 20170912-3.txt', 8, { 1: 6, 10: 1, 14: 1 }],
    ['Kaifa/ESP 20170918 Raw.txt', 9577, { 1: 7661, 10: 1911, 14: 5 }],
    ['Kamstrup/HAN 20171019 xibriz4.txt', 689, { 10: 687, 14: 2 }],
  ])('%s: every frame of hours is read, and counters only rise', async (name, count, sizes) => {
    const outcomes = await decodeDlms(logged(`${nordic}${name}`), {
      capture: true,
      zone: 'Europe/Oslo',
    })
    const readings = outcomes.flatMap((one) =>
      one.kind === 'telegram' ? [one.telegram.readings[0]] : []
    )
    expect([outcomes.length, readings.length]).toEqual([count, count])
    const found: Record<number, number> = {}
    let before = 0
    for (const { registers } of readings) {
      found[registers.length] = (found[registers.length] ?? 0) + 1
      const counter = registers.find(({ obis }) => obis?.includes(':1.8.0'))
      if (counter === undefined) continue
      expect(Number(counter.value)).toBeGreaterThanOrEqual(before)
      before = Number(counter.value)
    }
    expect(found).toEqual(sizes)
  }, 30_000)

  test('Kamstrup in Norway: whole volts, hundredths of amperes, tens of watt hours', async () => {
    const outcomes = await decodeDlms(logged(`${nordic}Kamstrup/HAN 20171019 xibriz4.txt`), {
      zone: 'Europe/Oslo',
    })
    const hourly = outcomes.flatMap((one) =>
      one.kind === 'telegram' && one.telegram.readings[0].registers.length === 14
        ? [one.telegram.readings[0]]
        : []
    )
    const [first] = hourly
    if (first === undefined) throw new Error('Expected an hourly list')
    expect([first.meter, iso(first), first.warnings]).toEqual([
      '5706567274389702',
      '2017-10-20T02:00:05Z',
      // Its counters may be Wh as well, in Sweden: nothing in the telegram says.
      ['clock-differs', 'scale-unsaid'],
    ])
    expect(registersOf(first)).toEqual(expect.arrayContaining([
      '1-1:1.7.0*255 2531e0 W',
      '1-1:31.7.0*255 996e-2 A',
      '1-1:32.7.0*255 231e0 V',
      '1-1:1.8.0*255 427244e1 Wh',
    ]))
  })
})

const swiss = 'scs__smartmeter-datacollector/testdata/'

describe.skipIf(missing)(`Swiss customer interfaces${reason}`, () => {
  test.each(
    [
      ['lg_e450.UNENCRYPTED_VALID_DATA1', '44337811', '2022-11-22T15:37:30Z', 8, [
        '1-0:1.7.0*255 777e0 W',
        '1-1:1.8.0*255 25149419e0 Wh',
        '1-1:8.8.0*255 15745368e0 varh',
      ]],
      ['lg_e450.UNENCRYPTED_VALID_DATA_CFG2026', 'LGZ1030653520967', '2026-05-04T09:39:20Z', 12, [
        '1-1:1.8.0*255 482939e0 Wh',
        '1-0:32.7.0*255 236e0 V',
        '1-0:31.7.0*255 9e-2 A',
      ]],
      ['lg_e570.UNENCRYPTED_VALID_DATA_CFG2026', 'LGZ1030781910790', '2026-06-04T15:06:40Z', 12, [
        '1-0:32.7.0*255 232e0 V',
      ]],
      ['lg_e360.UNENCRYPTED_VALID_DATA_CFG2026', 'LGZ1030163598905', '2023-06-06T15:31:20Z', 12, [
        '1-1:1.8.0*255 21956e0 Wh',
        '1-0:1.7.0*255 11e0 W',
        '1-0:32.7.0*255 2357e-1 V',
        '1-0:31.7.0*255 6e-2 A',
      ]],
      ['iskra_am550.UNENCRYPTED_VALID_DATA', 'ISK1030775213859', '2020-08-15T04:19:45Z', 23, [
        '1-1:1.8.0*255 6229669e0 Wh',
        '1-1:1.8.1*255 3097647e0 Wh',
        '1-1:8.8.2*255 30279e0 varh',
        '1-0:13.7.0*255 0e-3',
      ]],
    ] as const,
  )('%s: each value goes to its code', async (name, meter, at, count, some) => {
    const bytes = captured(`${swiss}${name}.hex`)
    const reading = await readingOf(bytes, { key: () => null, zone: 'Europe/Zurich' })
    expect([reading.meter, iso(reading), reading.registers.length]).toEqual([meter, at, count])
    expect(registersOf(reading)).toEqual(expect.arrayContaining([...some]))
  })

  test('lg_e450.ENCRYPTED_DATA_NO_PUSHLIST is framed whole, and waits for its key', async () => {
    const bytes = captured(`${swiss}lg_e450.ENCRYPTED_DATA_NO_PUSHLIST.hex`)
    const outcomes = await decodeDlms(bytes, { key: () => null })
    expect(outcomes).toMatchObject([{ reason: 'key-missing', offset: 0, length: bytes.length }])
  })
})
