/** @module Bodies that are no A-XDR, and lists by place whose numbers differ in size: as meters write them. */

import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, utf8 } from '../../shared/bytes.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import {
  ciphered,
  decodeDlms,
  inTheClear,
  notification,
  octets,
  readingOf,
  structure,
  u16,
  u32,
  visible,
} from './dlms-telegrams.ts'
import { iso, kinds } from './telegrams.ts'

function listOf({ registers }: Reading): string[] {
  return registers.map(({ obis, value, exponent, unit }) =>
    `${obis} ${value}e${exponent} ${unit}`.trim()
  )
}

const enumeration = (value: number) => Uint8Array.of(0x16, value)
const groups = (text: string) => Uint8Array.from(text.split('.').map(Number))

function u64(value: number): Bytes {
  const bytes = new Uint8Array(9)
  bytes[0] = 0x15
  new DataView(bytes.buffer).setBigUint64(1, BigInt(value))
  return bytes
}

describe('attribute descriptors without tags', () => {
  function described(kind: number, code: string, attribute: number, value: Bytes): Bytes {
    const head = [0x02, 0x02, kind >> 8, kind & 0xff, ...groups(code), attribute]
    return concat(Uint8Array.from(head), value)
  }

  const objects = [
    described(3, '1.0.1.7.0.255', 2, u32(1956)),
    described(40, '0.2.25.9.0.255', 1, octets(groups('0.2.25.9.0.255'))),
    described(1, '0.0.96.1.0.255', 2, octets(utf8('5100005149'))),
    described(70, '0.0.96.3.10.255', 3, enumeration(1)),
    described(1, '0.0.96.14.0.255', 2, octets(utf8('T2'))),
    described(3, '1.0.1.8.0.255', 2, u32(4_913_794)),
    described(1, '0.0.96.13.0.255', 2, octets(new Uint8Array(0))),
  ]
  const body = (count: number) =>
    concat(Uint8Array.of(0x02, 0x02, 0x16, 0x01, 0x01, count), ...objects)

  test('are read, what an object is called left out', async () => {
    const reading = await readingOf(inTheClear(notification(body(objects.length))))
    expect(reading.meter).toBe('5100005149')
    expect(listOf(reading)).toEqual([
      '1-0:1.7.0*255 1956e0 W',
      '0-0:96.3.10*255 1e0',
      '1-0:1.8.0*255 4913794e0 Wh',
    ])
    expect(reading.texts).toEqual([
      { obis: '0-0:96.1.0*255', text: '5100005149' },
      { obis: '0-0:96.14.0*255', text: 'T2' },
    ])
    expect(reading.warnings).toEqual(['clock-missing'])
  })

  test('have to hold to the end', async () => {
    const whole = notification(body(objects.length))
    for (const count of [0, 1, objects.length - 1, objects.length + 1]) {
      expect(kinds(await decodeDlms(inTheClear(notification(body(count)))))).toEqual([
        'unknown-form',
      ])
    }
    for (let cut = 7; cut < whole.length; cut++) {
      expect(kinds(await decodeDlms(inTheClear(whole.slice(0, cut))))).toEqual(['unknown-form'])
    }
    const more = concat(whole, Uint8Array.of(0))
    expect(kinds(await decodeDlms(inTheClear(more)))).toEqual(['unknown-form'])
  })
})

describe('a code whose tag and length are swapped', () => {
  const scaled = (exponent: number, unit: number) =>
    structure(Uint8Array.of(0x0f, exponent & 0xff), enumeration(unit))
  const swapped = (code: string) => concat(Uint8Array.of(0x06, 0x09), groups(code))
  const current = structure(swapped('1.0.31.7.0.255'), u16(244), scaled(-2, 33))
  const power = structure(octets(groups('1.0.1.7.0.255')), u32(560), scaled(0, 27))
  const number = structure(octets(groups('0.0.96.1.0.255')), visible('40799390'))
  const list = concat(Uint8Array.of(0x01, 3), number, power, current)

  test('is read as what it is meant to be', async () => {
    const reading = await readingOf(inTheClear(notification(list)))
    expect(listOf(reading)).toEqual(['1-0:1.7.0*255 560e0 W', '1-0:31.7.0*255 244e-2 A'])
    expect(reading.meter).toBe('40799390')
  })

  test('mends nothing else, and nothing that can be read as it is', async () => {
    const cut = notification(list).slice(0, -1)
    expect(kinds(await decodeDlms(inTheClear(cut)))).toEqual(['unknown-form'])
    // A number that looks like it.
    const large = fromHex('090100ff')
    const value = concat(Uint8Array.of(0x06), large)
    const reading = await readingOf(
      inTheClear(notification(structure(octets(groups('1.0.1.8.0.255')), value, scaled(0, 30)))),
    )
    expect(listOf(reading)).toEqual(['1-0:1.8.0*255 151060735e0 Wh'])
  })
})

describe('ZPA’s list', () => {
  const zpa = (count: (value: number) => Bytes, clock: string, name = 'ZPA3HAN00200') =>
    notification(structure(
      octets(utf8(name)),
      octets(fromHex(clock)),
      octets(utf8('G035499')),
      enumeration(1),
      u64(10_000),
      ...[0, 0, 0, 1].map(enumeration),
      octets(utf8('T1')),
      ...[613, 82, 50, 481, 0, 0, 0, 0].map(u32),
      ...[4_810_227, 4_802_251, 7976, 66_806].map(count),
    ))

  test.each([
    ['summer', '07ea0918 04 112e01 00 0078 80', '2026-09-24T15:46:01Z', 'meter'],
    ['winter', '07ea0118 06 112e01 00 003c 00', '2026-01-24T16:46:01Z', 'meter'],
    ['unsaid', '07ea0118 06 112e01 00 8000 00', '2026-01-24T16:46:01Z', 'meter-local'],
  ])('counts its deviation from UTC: %s', async (_what, clock, at, how) => {
    const reading = await readingOf(inTheClear(zpa(u64, clock.replaceAll(' ', ''))))
    expect([iso(reading), reading.clock, reading.meter]).toEqual([at, how, 'G035499'])
  })

  test('has counters of either size, and its name', async () => {
    const clock = '07ea091804112e0100007880'
    for (const size of [u32, u64]) {
      const reading = await readingOf(inTheClear(zpa(size, clock)))
      expect(listOf(reading).slice(0, 7)).toEqual([
        '0-0:96.3.10*255 1e0',
        '0-0:17.0.0*255 10000e0',
        '0-1:96.3.10*255 0e0',
        '0-2:96.3.10*255 0e0',
        '0-3:96.3.10*255 0e0',
        '0-4:96.3.10*255 1e0',
        '1-0:1.7.0*255 613e0 W',
      ])
      expect(listOf(reading).slice(-4)).toEqual([
        '1-0:1.8.0*255 4810227e0 Wh',
        '1-0:1.8.1*255 4802251e0 Wh',
        '1-0:1.8.2*255 7976e0 Wh',
        '1-0:2.8.0*255 66806e0 Wh',
      ])
    }
    const padded = await readingOf(inTheClear(zpa(u32, clock, 'ZPA3HAN00200\0\0\0\0\0')))
    expect(padded.meter).toBe('G035499')
    const other = inTheClear(zpa(u32, clock, 'ZPA3HAN00300'))
    expect(kinds(await decodeDlms(other))).toEqual(['unknown-form'])
    const texts = inTheClear(zpa(() => octets(utf8('1')), clock))
    expect(kinds(await decodeDlms(texts))).toEqual(['unknown-form'])
  })
})

test('a number of the meter that is sent as one is its name, and kept', async () => {
  const body = structure(
    visible('Kamstrup_V0001'),
    octets(groups('1.1.0.0.1.255')),
    u32(12_343_400),
    octets(groups('1.1.1.7.0.255')),
    u32(1083),
  )
  const reading = await readingOf(await ciphered(notification(body, '07ea0701030e000000ff8880')))
  expect(reading.meter).toBe('12343400')
  expect(listOf(reading)).toEqual(['1-1:0.0.1*255 12343400e0', '1-1:1.7.0*255 1083e0 W'])
  expect(reading.warnings).toEqual([])
})
