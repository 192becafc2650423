/** @module Pushes from a stream: cut anywhere, damaged, mixed with noise, without an end. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, toHex, utf8 } from '../../shared/bytes.ts'
import { createDlmsDecoder } from '../../shared/meter/dlms.ts'
import { importMeterKey } from '../../shared/meter/meter-key.ts'
import { createSimulatedDlmsMeter, writeHdlc } from '../../shared/meter/simulate-dlms.ts'
import type { DecoderOptions, Outcome } from '../../shared/meter/telegram.ts'
import {
  addresses,
  decodeDlms,
  notification,
  now,
  octets,
  structure,
  u32,
} from './dlms-telegrams.ts'
import { changed, changes, RUNS } from './mutations.ts'
import { kinds } from './telegrams.ts'

const meters = (['AM550', 'E450', 'IM350'] as const).flatMap((model) =>
  (['encrypted-only', 'authenticated'] as const).map((security) =>
    createSimulatedDlmsMeter({ seed: 3, model, security })
  )
)
const telegrams = await Promise.all(meters.map((meter) => meter.telegramAt(now)))
const keys = new Map(
  await Promise.all(meters.map(async (meter) =>
    [
      toHex(meter.system),
      await importMeterKey(meter.key, meter.authenticationKey),
    ] as const
  )),
)
const options: Partial<DecoderOptions> = { key: (system) => keys.get(toHex(system)) ?? null }
const originals = new Set(telegrams.map(toHex))
const [first = new Uint8Array(), second = new Uint8Array()] = telegrams

/** A telegram told is one that a meter sent, to the last bit. */
function isWhole(outcome: Outcome): boolean {
  return outcome.kind === 'refused' || originals.has(toHex(outcome.telegram.raw))
}

/** CRC-16/X-25 bit by bit (ISO/IEC 13239), as no code of ours does it. */
function holds(bytes: Uint8Array): boolean {
  let check = 0xffff
  for (const byte of bytes) {
    check ^= byte
    for (let bit = 0; bit < 8; bit++) check = check & 1 ? (check >>> 1) ^ 0x8408 : check >>> 1
  }
  return check === 0xf0b8
}

/**
 * Among many damaged frames the checks of the line hold for one by accident, once in 65,536. Where
 * nothing but them guards a telegram, such a one is told.
 */
function isHonest(outcome: Outcome): boolean {
  if (isWhole(outcome) || outcome.kind === 'refused') return true
  const { raw, readings: [{ assurance }] } = outcome.telegram
  return assurance.origin === 'encrypted-only' && holds(raw.subarray(1, -1))
}

test('the same bytes give the same outcomes whole, byte by byte and in odd pieces', async () => {
  const noise = utf8('~\xa0~~/XXX5\r\n~\xa0\x67')
  const parts = telegrams.flatMap((telegram) => [noise, telegram, telegram, telegram.slice(0, 60)])
  const stream = concat(...parts)
  const whole = await decodeDlms(stream, options)
  expect(whole.filter(({ kind }) => kind === 'telegram')).toHaveLength(12)
  expect(whole.every(isWhole)).toBe(true)
  expect(kinds(whole).filter((kind) => kind === 'truncated')).toHaveLength(6)
  for (const size of [1, 2, 7, 64, 255]) {
    expect(await decodeDlms(stream, options, size)).toEqual(whole)
  }
})

test('flags inside ciphertext end nothing', async () => {
  let inside = 0
  for (const meter of meters) {
    for (let second = 0; second < 20; second++) {
      const telegram = await meter.telegramAt(now + second)
      if (telegram.subarray(1, -1).includes(0x7e)) inside++
      expect(kinds(await decodeDlms(concat(telegram, telegram), options)))
        .toEqual(['telegram', 'telegram'])
    }
  }
  expect(inside).toBeGreaterThan(10)
})

describe('damage', () => {
  test('every single bit flipped is found by the line checks', async () => {
    const missed: string[] = []
    for (const telegram of telegrams) {
      for (let i = 0; i < telegram.length; i++) {
        for (let bit = 0; bit < 8; bit++) {
          const bent = telegram.slice()
          bent[i] = (bent[i] ?? 0) ^ (1 << bit)
          if (kinds(await decodeDlms(bent, options)).includes('telegram')) {
            missed.push(`bit ${bit} of byte ${i}`)
          }
        }
      }
    }
    expect(missed).toEqual([])
  })

  test('a telegram cut off anywhere is told, and the next one is read', async () => {
    for (let cut = 1; cut < first.length - 1; cut++) {
      const outcomes = await decodeDlms(concat(first.subarray(0, cut), second), options)
      expect(outcomes.at(-1)?.kind).toBe('telegram')
      expect(outcomes.slice(0, -1).every(({ kind }) => kind === 'refused')).toBe(true)
      // Cut before the end of the header, or a flag alone, it is not known to be a frame.
      const lost = cut < 9 ? cut < 2 ? [] : ['not-this-protocol'] : ['truncated']
      expect(kinds(outcomes).slice(0, -1)).toEqual(lost)
    }
  })

  test('a segment lost, doubled or out of its place leaves no reading, wherever it was cut', async () => {
    const push = structure(
      ...['1.8.0', '2.8.0', '1.7.0', '2.7.0'].map((what) =>
        structure(octets(Uint8Array.from([1, 0, ...what.split('.').map(Number), 255])), u32(500))
      ),
    )
    const whole = concat(fromHex('e6e700'), notification(push, '07ea0701030e000000ff8880'))
    const told = async (...parts: readonly Bytes[]) =>
      kinds(await decodeDlms(concat(...parts))).includes('telegram')
    // From where the first segment says how many objects follow.
    for (let cut = 26; cut < whole.length - 1; cut++) {
      const end = Math.min(cut + 17, whole.length - 1)
      const one = writeHdlc(addresses, whole.slice(0, cut), true)
      const two = writeHdlc(addresses, whole.slice(cut, end), true)
      const three = writeHdlc(addresses, whole.slice(end))
      expect(await told(one, two, three)).toBe(true)
      expect([
        await told(one, three),
        await told(two, three),
        await told(one, two),
        await told(two, one, three),
        await told(one, three, two),
        await told(one, two, two, three),
      ]).toEqual([false, false, false, false, false, false])
    }
  })

  test('thousands of mutations: nothing throws, and every telegram told was sent, or its checks hold', async () => {
    let refused = 0
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...telegrams),
        changes(first.length),
        async (bytes, list) => {
          const bent = changed(bytes, list)
          const outcomes = await decodeDlms(concat(bent, second, second), options)
          refused += outcomes.filter(({ kind }) => kind === 'refused').length
          return outcomes.every(isHonest) && outcomes.at(-1)?.kind === 'telegram'
        },
      ),
      { numRuns: RUNS },
    )
    expect(refused).toBeGreaterThan(1500)
  })
})

test('a megabyte of beginnings, or of noise, is refused, and a telegram after it is read', async () => {
  for (const fill of ['~\xa0', '~\xa0\x67\xcf\x02\x23\x13', 'no meter here', '~']) {
    const block = Uint8Array.from(fill.repeat(65_536), (character) => character.charCodeAt(0))
    const decoder = createDlmsDecoder({ now: () => now, ...options })
    const outcomes: Outcome[] = []
    for (let sent = 0; sent < 1 << 20; sent += block.length) {
      outcomes.push(...await decoder.push(block))
    }
    outcomes.push(...await decoder.push(first), ...await decoder.end())
    expect(kinds(outcomes.slice(-1))).toEqual(['telegram'])
    const told = outcomes.slice(0, -1)
    expect(told.every((one) => one.kind === 'refused' && one.length <= 16 * 1024)).toBe(true)
  }
})
