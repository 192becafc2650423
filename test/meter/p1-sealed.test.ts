/** @module Encrypted P1: both envelopes, both checks, both keys, and everything that may be wrong. */

import { existsSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, toHex, utf8 } from '../../shared/bytes.ts'
import { createDecoder } from '../../shared/meter/decoder.ts'
import { importMeterKey, type MeterKey } from '../../shared/meter/meter-key.ts'
import { maxTelegram } from '../../shared/meter/p1-frame.ts'
import { luxembourgKey } from '../../shared/meter/p1-sealed.ts'
import {
  createSimulatedSealedP1Meter,
  encloseP1,
  sealP1,
} from '../../shared/meter/simulate-p1-sealed.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import type { DecoderOptions, Outcome } from '../../shared/meter/telegram.ts'
import { decodeAll, kinds, now, telegram, valuesOf } from './telegrams.ts'
import { RUNS } from './mutations.ts'

const smarty = createSimulatedSealedP1Meter({ seed: 3, version: 'lu' })
const sagemcom = createSimulatedSealedP1Meter({ seed: 3, version: 'at', envelope: 'styria' })
const elgama = createSimulatedSealedP1Meter({ seed: 3, envelope: 'warsaw' })

const first = await smarty.telegramAt(now)
const second = await smarty.telegramAt(now + 10)
const enclosed = await elgama.telegramAt(now)
const other = fromHex('ffeeddccbbaa99887766554433221100')
const keyOnly = await importMeterKey(smarty.key)
const elgamaKey = await importMeterKey(elgama.key, elgama.authenticationKey)

async function decode(
  bytes: Uint8Array,
  key: MeterKey | null = keyOnly,
  options: Partial<DecoderOptions> & { size?: number } = {},
): Promise<Outcome[]> {
  const { size = bytes.length } = options
  const decoder = createDecoder('p1', { now: () => now, key: () => key, ...options })
  const outcomes: Outcome[] = []
  for (let i = 0; i < bytes.length; i += size) {
    outcomes.push(...await decoder.push(bytes.subarray(i, i + size)))
  }
  return [...outcomes, ...await decoder.end()]
}

function readingOf([outcome, ...more]: readonly Outcome[]) {
  if (outcome?.kind !== 'telegram' || more.length > 0) throw new Error(kinds([]).join())
  return outcome.telegram.readings[0]
}

describe('with its key', () => {
  test.each([
    ['Luxembourg', smarty, 'SIMULATED-0003'],
    ['Styria', sagemcom, 'SIMULATED-0003'],
    ['Warsaw', elgama, 'SIMULATED-0003'],
  ])('%s opens to what its telegram in the clear says', async (_, meter, id) => {
    const version = meter === smarty ? 'lu' : meter === sagemcom ? 'at' : '5.0.2'
    const [plain] = decodeAll(createSimulatedMeter({ seed: 3, version }).telegramAt(now))
    if (plain?.kind !== 'telegram') throw new Error('Expected a telegram')
    const bytes = await meter.telegramAt(now)
    const key = await importMeterKey(meter.key, meter.authenticationKey)
    const outcomes = await decode(bytes, key)
    const reading = readingOf(outcomes)
    const assurance = { line: 'crc', origin: 'authenticated', custody: 'software' }
    expect(reading).toEqual({ ...plain.telegram.readings[0], assurance })
    expect(reading.meter).toBe(id)
    expect(outcomes[0]).toMatchObject({ telegram: { protocol: 'p1', check: 'crc', raw: bytes } })
    for (const size of [1, 7, 100]) expect(await decode(bytes, key, { size })).toEqual(outcomes)
  })

  test('the constant of Luxembourg stands in for a second key that is not given, and no other', async () => {
    expect(toHex(luxembourgKey)).toBe('00112233445566778899aabbccddeeff')
    const second = await importMeterKey(smarty.key, luxembourgKey)
    expect(kinds(await decode(first, second))).toEqual(['telegram'])
    expect(kinds(await decode(first, await importMeterKey(smarty.key, other))))
      .toEqual(['authentication-failed'])
    const styria = await sagemcom.telegramAt(now)
    expect(kinds(await decode(styria, await importMeterKey(sagemcom.key))))
      .toEqual(['authentication-failed'])
  })

  test('keys are asked for by system title; without one, or with another one, it says whose', async () => {
    const asked: string[] = []
    const none = await decode(first, null, {
      key: (system) => {
        asked.push(toHex(system))
        return null
      },
    })
    expect(asked).toEqual([toHex(smarty.system)])
    const where = { offset: 0, length: first.length, system: smarty.system }
    expect(none).toEqual([{ kind: 'refused', reason: 'key-missing', ...where }])
    expect(await decode(first, await importMeterKey(other)))
      .toEqual([{ kind: 'refused', reason: 'key-wrong', ...where }])
    expect(await decode(enclosed, null)).toMatchObject([{ reason: 'key-missing' }])
    expect(await decode(enclosed, await importMeterKey(other))).toMatchObject([{
      reason: 'key-wrong',
    }])
  })

  test('security that no P1 meter has is refused, whatever the key', async () => {
    for (const control of [0x20, 0x21, 0x31]) {
      const bent = first.slice()
      bent[13] = control
      expect(await decode(bent)).toMatchObject([{ reason: 'security-unsupported' }])
    }
  })
})

describe('checks', () => {
  const inside = createSimulatedMeter({ seed: 3, version: 'lu' }).telegramAt(now)
  const keys = { ...smarty, authenticationKey: luxembourgKey }

  test('every bit flipped in an encrypted telegram is found', async () => {
    const missed: string[] = []
    for (let i = 0; i < first.length; i++) {
      const bent = first.slice()
      bent[i] = (bent[i] ?? 0) ^ (1 << (i % 8))
      if (kinds(await decode(bent)).includes('telegram')) missed.push(`byte ${i}`)
    }
    for (let bit = 0; bit < 8; bit++) {
      for (const i of [0, 1, 2, 10, 12, 13, 14, 18, 40, first.length - 12, first.length - 1]) {
        const bent = first.slice()
        bent[i] = (bent[i] ?? 0) ^ (1 << bit)
        if (kinds(await decode(bent)).includes('telegram')) missed.push(`${bit} of byte ${i}`)
      }
    }
    expect(missed).toEqual([])
  })

  test('every byte changed in an enclosed telegram is found by the CRC around it', async () => {
    for (let i = 0; i < enclosed.length - 6; i++) {
      const bent = enclosed.slice()
      bent[i] = (bent[i] ?? 0) ^ 0x40
      expect(kinds(await decode(bent, elgamaKey))).not.toContain('telegram')
    }
  })

  test('a bit changed on the way is told from a wrong key', async () => {
    const bent = first.slice()
    bent[100] = (bent[100] ?? 0) ^ 1
    expect(await decode(bent)).toMatchObject([{ reason: 'authentication-failed' }])
  })

  test('the CRC within is enforced though the tag holds', async () => {
    const bent = inside.slice()
    const at = inside.indexOf(0x2a)
    bent[at - 1] = (bent[at - 1] ?? 0) ^ 1
    const outcomes = await decode(await sealP1(bent, 1, keys))
    expect(outcomes).toMatchObject([{ reason: 'line-check-failed', offset: 0 }])
    const bare = inside.slice(0, inside.lastIndexOf(0x21) + 1)
    const without = await sealP1(concat(bare, utf8('\r\n')), 1, keys)
    expect(kinds(await decode(without))).toEqual(['line-check-missing'])
    const half = await sealP1(inside.slice(0, 300), 1, keys)
    expect(kinds(await decode(half))).toEqual(['unknown-form'])
  })

  test('a wrong or missing CRC around an envelope is refused', async () => {
    const sealed = await sealP1(inside, 1, { ...elgama, authenticationKey: luxembourgKey })
    const whole = encloseP1(sealed, 'EGM5G35')
    const key = await importMeterKey(elgama.key)
    expect(kinds(await decode(whole, key))).toEqual(['telegram'])
    const wrong = concat(whole.slice(0, -6), utf8('0000\r\n'))
    expect(kinds(await decode(wrong, key))).toEqual(['line-check-failed'])
    const bare = concat(whole.slice(0, -6), utf8('\r\n'))
    expect(kinds(await decode(bare, key))).toEqual(['line-check-missing'])
  })
})

describe('from one stream', () => {
  test('a counter that repeats or falls is told on the reading; a new key begins anew', async () => {
    const stream = concat(first, second, second, first, await smarty.telegramAt(now + 20))
    const told = (outcomes: readonly Outcome[]) =>
      outcomes.map((outcome) =>
        outcome.kind === 'telegram' && outcome.telegram.readings[0].warnings.includes('replayed')
      )
    const outcomes = await decode(stream)
    expect(told(outcomes)).toEqual([false, false, true, true, false])
    let key = keyOnly
    const decoder = createDecoder('p1', { now: () => now, key: () => key })
    expect(told(await decoder.push(second))).toEqual([false])
    key = await importMeterKey(smarty.key)
    expect(told(await decoder.push(first))).toEqual([false])
    expect(told(await decoder.push(first))).toEqual([true])
  })

  test('a counter goes on from where an earlier session left it', async () => {
    const kept: number[] = []
    const session = () =>
      createDecoder('p1', {
        now: () => now,
        key: () => keyOnly,
        counters: {
          known: () => kept.at(-1) ?? null,
          keep: (_system, _key, count) => void kept.push(count),
        },
      })
    const replayed = async (telegram: Bytes) => {
      const [outcome] = await session().push(telegram)
      return outcome?.kind === 'telegram' &&
        outcome.telegram.readings.every(({ warnings }) => warnings.includes('replayed'))
    }
    expect([await replayed(first), await replayed(second), await replayed(first)])
      .toEqual([false, false, true])
    expect(kept).toHaveLength(2)
  })

  test('a telegram that does not open raises no counter', async () => {
    const later = (await smarty.telegramAt(now + 1000)).slice()
    later[200] = (later[200] ?? 0) ^ 1
    const outcomes = await decode(concat(later, first))
    expect(kinds(outcomes)).toEqual(['authentication-failed', 'telegram'])
    expect(outcomes[1]).toMatchObject({ telegram: { readings: [{ warnings: ['simulated'] }] } })
  })

  test('plain telegrams are read until one was opened, and are then somebody else’s', async () => {
    const plain = telegram(['1-3:0.2.8(50)', '1-0:1.8.0(000001.000*kWh)'])
    const outcomes = await decode(concat(plain, first, plain, second))
    expect(kinds(outcomes)).toEqual(['telegram', 'telegram', 'authentication-failed', 'telegram'])
    const offset = plain.length + first.length
    expect(outcomes[2]).toMatchObject({ offset, length: plain.length })
  })

  test('calls that overlap settle in their order', async () => {
    const decoder = createDecoder('p1', { now: () => now, key: () => keyOnly })
    const calls = await Promise.all([
      decoder.push(first),
      decoder.push(second),
      decoder.push(first),
    ])
    expect(calls.map(kinds)).toEqual([['telegram'], ['telegram'], ['telegram']])
    expect(calls[2]?.[0]).toMatchObject({
      telegram: { readings: [{ warnings: ['simulated', 'replayed'] }] },
    })
  })

  test('what is in the clear waits for what was encrypted before it', async () => {
    const plain = telegram(['1-3:0.2.8(50)', '1-0:1.8.0(000001.000*kWh)'])
    const decoder = createDecoder('p1', { now: () => now, key: () => keyOnly })
    const settled: string[] = []
    const push = async (bytes: Uint8Array) => {
      settled.push(...kinds(await decoder.push(bytes)))
    }
    await Promise.all([push(first), push(plain)])
    expect(settled).toEqual(['telegram', 'authentication-failed'])
  })

  test('one cut off anywhere is told, and the next one is read', async () => {
    for (let cut = 14; cut < first.length - 13; cut += 37) {
      const [lost, found, ...more] = await decode(concat(first.subarray(0, cut), second))
      expect(lost).toEqual({ kind: 'refused', reason: 'truncated', offset: 0, length: cut })
      expect([found?.kind, more.length]).toEqual(['telegram', 0])
    }
    const head = enclosed.indexOf(0x82) + 3
    for (let cut = head; cut < enclosed.length - 7; cut += cut < enclosed.length - 30 ? 37 : 1) {
      const [lost, found] = await decode(concat(enclosed.subarray(0, cut), enclosed), elgamaKey)
      expect([lost, found?.kind]).toMatchObject([{ reason: 'truncated', length: cut }, 'telegram'])
    }
  })

  test('one that lost its last bytes takes none of the next one with it', async () => {
    for (let cut = first.length - 13; cut < first.length; cut++) {
      const outcomes = await decode(concat(first.subarray(0, cut), second))
      expect(kinds(outcomes)).toEqual(['authentication-failed', 'telegram'])
    }
  })

  test('one joined in its middle is noise, and the next one is read', async () => {
    for (const from of [1, 5, 13, 14, 200, first.length - 1]) {
      const stream = concat(first.subarray(from), second)
      const outcomes = await decode(stream, keyOnly)
      expect(outcomes.at(-1)?.kind).toBe('telegram')
      expect(outcomes.slice(0, -1).every(({ kind }) => kind === 'refused')).toBe(true)
    }
  })

  test('a beginning of a head in noise takes nothing of a telegram with it', async () => {
    for (const noise of ['db', 'db08', 'db08db08', 'db08414243', 'ff00db0800112233445566']) {
      for (const bytes of [first, createSimulatedMeter({ seed: 3 }).telegramAt(now)]) {
        const outcomes = await decode(concat(fromHex(noise), bytes))
        expect(kinds(outcomes)).toEqual(['not-this-protocol', 'telegram'])
      }
    }
  })

  test('a plain telegram that was cut off ends where an envelope begins', async () => {
    const plain = createSimulatedMeter({ seed: 3 }).telegramAt(now)
    const outcomes = await decode(concat(plain.subarray(0, 300), first))
    expect(outcomes).toMatchObject([{ reason: 'truncated', offset: 0, length: 300 }, {
      kind: 'telegram',
    }])
  })

  test('heads without end stay within bounds', async () => {
    const head = concat(fromHex('db08'), utf8('SAGxyz12'), fromHex('82'))
    for (const length of [0, 17, 18, 5000, maxTelegram - 13, maxTelegram - 12, 0xffff]) {
      const block = concat(
        head,
        Uint8Array.of(length >> 8, length & 0xff, 0x30),
        new Uint8Array(99),
      )
      const decoder = createDecoder('p1', { now: () => now, key: () => null })
      for (let i = 0; i < 400; i++) {
        for (const outcome of await decoder.push(block)) expect(outcome.kind).toBe('refused')
      }
      const outcomes = await decoder.push(first)
      expect(outcomes.at(-1)).toMatchObject({ reason: 'key-missing', system: smarty.system })
    }
  })

  test(
    'thousands of mutations: nothing throws, and every telegram told is one that was sent',
    async () => {
      const sent = new Set([first, second].map(toHex))
      const at = fc.nat(first.length - 1)
      const size = fc.integer({ min: 1, max: 40 })
      const change = fc.oneof(
        fc.record({ what: fc.constant('set' as const), at, value: fc.nat(255) }),
        fc.record({ what: fc.constantFrom('cut' as const, 'double' as const), at, value: size }),
      )
      let refused = 0
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
          let bent: Bytes = first
          for (const { what, at, value } of changes) {
            if (what === 'set') {
              bent = bent.slice()
              if (at < bent.length) bent[at] = value
            } else if (what === 'cut') {
              bent = concat(bent.subarray(0, at), bent.subarray(at + value))
            } else bent = concat(bent.subarray(0, at + value), bent.subarray(at))
          }
          const outcomes = await decode(concat(bent, second))
          for (const outcome of outcomes) {
            if (outcome.kind === 'refused') {
              refused++
            } else if (!sent.has(toHex(outcome.telegram.raw))) return false
          }
          return true
        }),
        { numRuns: RUNS },
      )
      expect(refused).toBeGreaterThan(1000)
    },
    30 * RUNS,
  )
})

const folder = new URL('../../../shared/corpora/', import.meta.url)
const packet = new URL('esphome-libs__dsmr_parser/tests/test_data/encrypted_packet.bin', folder)
const missing = !existsSync(packet)

test.skipIf(missing)(
  `a captured telegram${missing ? ' (skipped: no corpora beside the project)' : ''}`,
  async () => {
    const bytes = new Uint8Array(readFileSync(packet))
    const key = await importMeterKey(new Uint8Array(16).fill(0xaa))
    const reading = readingOf(await decode(bytes, key))
    expect(reading.meter).toBe('EST5\\253710000_A')
    expect(valuesOf(reading)).toMatchObject({ '1.8.0': '6545766e0 Wh', '1.7.0': '286e0 W' })
    for (const size of [1, 7]) {
      expect(readingOf(await decode(bytes, key, { size }))).toEqual(reading)
    }
  },
)
