/** @module Pushes captured from real meters, where the corpora are at hand. */

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, toHex } from '../../shared/bytes.ts'
import { importMeterKey } from '../../shared/meter/meter-key.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { decodeDlms } from './dlms-telegrams.ts'
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

const swiss = 'scs__smartmeter-datacollector/testdata/'

test.skipIf(missing).each([
  ['lg_e450.ENCRYPTED_DATA_NO_PUSHLIST', ['key-missing']],
  // In the clear, in segments and blocks, with lists that are not read yet: whole, and told so.
  ['lg_e450.UNENCRYPTED_VALID_DATA1', ['unknown-form']],
  ['lg_e450.UNENCRYPTED_VALID_DATA_CFG2026', ['unknown-form']],
  ['lg_e570.UNENCRYPTED_VALID_DATA_CFG2026', ['unknown-form']],
  ['lg_e360.UNENCRYPTED_VALID_DATA_CFG2026', ['unknown-form']],
  ['iskra_am550.UNENCRYPTED_VALID_DATA', ['unknown-form']],
])(`%s is framed whole${reason}`, async (name, expected) => {
  const bytes = captured(`${swiss}${name}.hex`)
  const outcomes = await decodeDlms(bytes, { key: () => null })
  expect(kinds(outcomes)).toEqual(expected)
  expect(outcomes).toMatchObject([{ offset: 0, length: bytes.length }])
})
