/** @module Telegrams captured from real meters, where the corpora are at hand. */

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fromHex } from '../../shared/bytes.ts'
import { restoreLineEnds } from '../../shared/meter/p1-frame.ts'
import { decodeAll, decodeInPieces, iso, kinds, readingsOf, valuesOf } from './telegrams.ts'

const folder = new URL('../../../shared/corpora/', import.meta.url)
const missing = !existsSync(folder)
const reason = missing ? ' (skipped: no corpora beside the project)' : ''

function captured(path: string): Uint8Array {
  const bytes = new Uint8Array(readFileSync(new URL(path, folder)))
  if (!path.endsWith('.hex')) return restoreLineEnds(bytes)
  return fromHex(new TextDecoder().decode(bytes).trim())
}

interface Expected {
  readonly path: string
  readonly check: 'crc' | 'none'
  readonly at: string
  readonly meter: string
  readonly values: Readonly<Record<string, string>>
  readonly subMeters?: ReadonlyArray<readonly [meter: string, at: string, values: object]>
}

const ndokter = 'ndokter__dsmr_parser/telegrams/TELEGRAM_'
const amshan = 'toreamun__amshan/tests/test_dlde.'

const expected: readonly Expected[] = [
  {
    path: `${ndokter}V2_2.txt`,
    check: 'none',
    at: '2026-10-25T12:00:00Z',
    meter: 'ISk5\\2MT382-1004',
    values: { '1.8.1': '1001e0 Wh', '1.7.0': '101e1 W', '17.0.0': '99900e1 W' },
    subMeters: [
      ['ISk5\\2MT382-1004/1', '2016-11-07T18:00:00Z', { '0-1:24.2.1': '1001e-3 m3' }],
    ],
  },
  {
    path: `${ndokter}V4_2.txt`,
    check: 'crc',
    at: '2016-11-13T19:57:57Z',
    meter: '3960221976967177082151037881335713',
    values: {
      '1.8.1': '1581123e0 Wh',
      '1.8.2': '1435706e0 Wh',
      '1.7.0': '2027e0 W',
      '41.7.0': '1247e0 W',
      '42.7.0': '0e0 W',
      '51.7.0': '6e0 A',
    },
    subMeters: [
      [
        '4819243993373755377509728609491464',
        '2016-11-29T19:00:00Z',
        { '0-1:24.2.1': '981443e-3 m3' },
      ],
    ],
  },
  {
    path: `${ndokter}V5_TWO_MBUS.txt`,
    check: 'crc',
    at: '2020-04-26T20:33:25Z',
    meter: 'E0044007382246019',
    values: { '1.8.1': '2130115e0 Wh', '1.8.2': '245467e0 Wh', '32.7.0': '2299e-1 V' },
    subMeters: [
      ['E0044007382246019/1', '2026-10-25T12:00:00Z', { '0-1:24.2.1': '0e0' }],
      ['G0039001936990619', '2020-04-26T20:30:01Z', { '0-2:24.2.1': '246138e-3 m3' }],
    ],
  },
  {
    path: `${ndokter}FLUVIUS_V171.txt`,
    check: 'crc',
    at: '2020-05-12T11:54:09Z',
    meter: '1SAG3101021605',
    values: { '1.8.1': '34e0 Wh', '2.8.2': '11e0 Wh', '1.4.0': '2351e0 W', '31.7.0': '0e-2 A' },
    subMeters: [
      ['7FLO2119033733', '2020-05-12T11:45:58Z', { '0-1:24.2.3': '112384e-3 m3' }],
      ['8SAG1234567890', '2020-05-12T11:45:58Z', { '0-2:24.2.1': '872234e-3 m3' }],
    ],
  },
  {
    path: `${ndokter}V5_EON_HU.txt`,
    check: 'crc',
    at: '2023-07-24T13:07:30Z',
    meter: '890082200002160',
    values: {
      '1.8.0': '173640e0 Wh',
      '7.8.0': '160487e0 varh',
      '13.7.0': '4556e-3',
      '14.7.0': '5000e-2 Hz',
    },
  },
  {
    path: `${ndokter}SAGEMCOM_T210_D_R.txt`,
    check: 'crc',
    at: '2022-10-06T13:50:14Z',
    meter: 'EST5\\253710000_A',
    values: { '1.8.0': '6545766e0 Wh', '1.7.0': '286e0 W', '4.8.0': '3897726e0 varh' },
  },
  {
    path: 'openhab__openhab-addons/Iskra_AM550.telegram',
    check: 'crc',
    at: '2018-01-04T22:19:41Z',
    meter: 'E0044006903312917',
    values: { '1.8.1': '156167e0 Wh', '1.7.0': '519e0 W', '72.7.0': '2353e-1 V' },
    subMeters: [['G0039001763378717', '2018-01-04T22:15:07Z', { '0-1:24.2.1': '212529e-3 m3' }]],
  },
  {
    path: 'openhab__openhab-addons/smarty_with_units.telegram',
    check: 'crc',
    at: '2018-01-30T09:21:22Z',
    meter: 'SAG1030700114004',
    values: { '1.8.0': '12345000e0 Wh', '3.8.0': '12345e0 varh', '17.0.0': '12300e0 VA' },
    subMeters: [
      ['1234567890ABCDEF1234567890ABCD', '2020-06-06T18:15:30Z', { '0-1:24.2.1': '1234567e-3 m3' }],
    ],
  },
  {
    path: `${amshan}EXAMPLE_DATA_A_LANDISGYR_360.txt`,
    check: 'crc',
    at: '2021-02-22T15:19:00Z',
    meter: 'LGF5E360',
    values: { '1.8.0': '896020e0 Wh', '3.8.0': '518309e0 varh', '31.7.0': '6e-1 A' },
  },
  {
    path: `${amshan}EXAMPLE_DATA_C.txt`,
    check: 'crc',
    at: '2020-10-20T07:52:22Z',
    meter: 'ELL5\\253833635_A',
    values: { '1.8.0': '1605055e0 Wh', '21.7.0': '3172e0 W', '31.7.0': '136e-1 A' },
  },
  {
    path: `${amshan}EXAMPLE_DATA_KAMSTRUP.hex`,
    check: 'crc',
    at: '2022-04-08T12:50:21Z',
    meter: 'KAM5',
    values: { '1.8.0': '60995424e0 Wh', '4.8.0': '12541802e0 varh', '1.7.0': '2202e0 W' },
  },
  {
    path: 'lvzon__dsmr-p1-parser/example-data/p1-example-3.0.txt',
    check: 'none',
    at: '2026-10-25T12:00:00Z',
    meter: 'K8EG004046395507',
    values: { '1.8.1': '12345678e0 Wh', '1.7.0': '119e1 W', '17.0.0': '16e0 A' },
    subMeters: [['2222ABCD123456789', '2009-02-12T15:00:00Z', { '0-1:24.2.1': '0e-3 m3' }]],
  },
]

describe.skipIf(missing)(`captured telegrams${reason}`, () => {
  test.each(expected)('$path', (want) => {
    const bytes = captured(want.path)
    const [main, ...subMeters] = readingsOf(bytes)
    expect(main?.assurance.line).toBe(want.check)
    expect([main?.meter, iso(main)]).toEqual([want.meter, want.at])
    expect(valuesOf(main)).toMatchObject(want.values)
    expect(subMeters.map((reading) => [reading.meter, iso(reading)]))
      .toEqual((want.subMeters ?? []).map(([meter, at]) => [meter, at]))
    for (const [i, [, , values]] of (want.subMeters ?? []).entries()) {
      expect(valuesOf(subMeters[i])).toMatchObject(values)
    }
    expect(main?.warnings.filter((warning) => /invalid|malformed|duplicate/.test(warning)))
      .toEqual([])
    for (const size of [1, 7]) expect(decodeInPieces(bytes, size)).toEqual(decodeAll(bytes))
  })

  test.each(['4.0', '5.0'])('the example of DSMR %s does not hold its own CRC', (version) => {
    const path = `lvzon__dsmr-p1-parser/example-data/p1-example-${version}.txt`
    expect(kinds(decodeAll(captured(path)))).toEqual(['line-check-failed'])
  })

  test('a mode D meter without CRC needs the waiver', () => {
    const bytes = captured(`${ndokter}ESY5Q3DB1024_V304.txt`)
    expect(kinds(decodeAll(bytes))).toEqual(['line-check-missing'])
    const [main] = readingsOf(bytes, { waiveLineCheck: true })
    expect(main?.meter).toBe('1ESY1313002565')
    expect(valuesOf(main)).toMatchObject({ '1.8.0': '521857825309e-4 Wh', '1.7.0': '212486e-2 W' })
  })

  test('all telegrams in one stream, cut anywhere', () => {
    const stream = new Uint8Array(expected.flatMap(({ path }) => [...captured(path)]))
    const whole = decodeAll(stream)
    expect(kinds(whole)).toEqual(expected.map(() => 'telegram'))
    for (const size of [1, 7, 1000]) expect(decodeInPieces(stream, size)).toEqual(whole)
  })
})
