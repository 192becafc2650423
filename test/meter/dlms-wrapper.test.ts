/** @module DLMS over the wired M-Bus (EN 13757-3): segments, wrapped lengths, damage, noise. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, toHex, utf8 } from '../../shared/bytes.ts'
import { createDlmsDecoder } from '../../shared/meter/dlms.ts'
import { importMeterKey } from '../../shared/meter/meter-key.ts'
import {
  createSimulatedDlmsMeter,
  writeBlocks,
  writeCiphered,
  writeCipheredUnit,
  writeWrapper,
} from '../../shared/meter/simulate-dlms.ts'
import type { DecoderOptions, Outcome } from '../../shared/meter/telegram.ts'
import {
  bothKeys,
  cipher,
  ciphered,
  decodeDlms,
  keyOnly,
  now,
  readingOf,
  vienna,
} from './dlms-telegrams.ts'
import { changed, changes, RUNS } from './mutations.ts'
import { iso, kinds, valuesOf } from './telegrams.ts'

const meter = createSimulatedDlmsMeter({ seed: 4, model: 'MA309' })
const push = await meter.telegramAt(now)
const later = await meter.telegramAt(now + 5)
const key = await importMeterKey(meter.key)
const options: Partial<DecoderOptions> = { key: () => key }

/** A sum of one byte misses one change in 256: only a tag tells every one. */
const tagging = createSimulatedDlmsMeter({ seed: 5, model: 'MA309', security: 'authenticated' })
const taggedPush = await tagging.telegramAt(now)
const taggedLater = await tagging.telegramAt(now + 5)
const both = await importMeterKey(tagging.key, tagging.authenticationKey)
const originals = new Set([push, later, taggedPush, taggedLater].map(toHex))

function isWhole(outcome: Outcome): boolean {
  return outcome.kind === 'refused' || originals.has(toHex(outcome.telegram.raw))
}

/** The frames of a push, each whole. */
function framesOf(bytes: Bytes): Bytes[] {
  const frames: Bytes[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + (bytes[at + 1] ?? 0) + 6
    frames.push(bytes.slice(at, end))
    at = end
  }
  return frames
}

test('a push in two segments is one reading, with the sum as its line check', async () => {
  expect(framesOf(push).map(({ length }) => length > 200)).toEqual([true, false])
  const [outcome, ...more] = await decodeDlms(push, options)
  if (outcome?.kind !== 'telegram') throw new Error('Expected a telegram')
  const { identification, check, raw, readings: [reading] } = outcome.telegram
  expect([more, check, identification, toHex(raw)])
    .toEqual([[], 'bcc', 'Kilowit simulated', toHex(push)])
  expect(reading.meter).toBe(meter.meter)
  expect(iso(reading)).toBe('2026-07-01T12:00:00Z')
  expect(reading.assurance.line).toBe('bcc')
  expect(reading.registers).toHaveLength(11)
  expect(valuesOf(reading)).toMatchObject({ '32.7.0': '2337e-1 V', '13.7.0': '1000e-3' })
})

describe('segments', () => {
  const [one, two] = framesOf(push)
  const [first, second] = framesOf(later)
  if (one === undefined || two === undefined || first === undefined || second === undefined) {
    throw new Error('Expected two segments')
  }

  test.each(
    [
      ['swapped', [two, one], ['truncated', 'truncated']],
      ['without the second', [one], ['truncated']],
      ['without the first', [two], ['truncated']],
      ['with the first twice', [one, one], ['truncated', 'truncated']],
      ['with the second twice', [one, two, two], ['telegram', 'truncated']],
      ['with noise between them', [one, utf8('noise'), two], [
        'truncated',
        'not-this-protocol',
        'truncated',
      ]],
      ['of another address between them', [one, other(two), two], [
        'truncated',
        'truncated',
        'truncated',
      ]],
    ] as const,
  )('%s make no reading of what is not whole', async (_what, parts, expected) => {
    expect(kinds(await decodeDlms(concat(...parts), options))).toEqual(expected)
    // And the next push is read.
    const next = kinds(await decodeDlms(concat(...parts, later), options))
    expect(next.at(-1)).toBe('telegram')
  })

  test('of two pushes do not mix', async () => {
    const mixed = await decodeDlms(concat(one, second), options)
    // Nothing but the tag can tell: both fit, and the second half opens to other bytes.
    expect(mixed.every((found) => found.kind === 'refused' || !isWhole(found))).toBe(true)
    expect(kinds(await decodeDlms(concat(one, first, second), options)))
      .toEqual(['truncated', 'telegram'])
  })

  function other(frame: Bytes): Bytes {
    const bent = frame.slice()
    bent[5] = 0x01
    bent[bent.length - 2] = ((bent[bent.length - 2] ?? 0) + 2) & 0xff
    return bent
  }
})

test('one in a single segment, seventeen segments, and blocks inside are read too', async () => {
  const unit = await writeCipheredUnit(vienna('07ea0701030e000000ff8880'), 1, cipher)
  for (const most of [245, 5]) {
    const reading = await readingOf(writeWrapper(unit, most))
    expect(valuesOf(reading)).toMatchObject({ '1.8.0': '1e0 Wh', '4.7.0': '8e0 var' })
  }
  expect(framesOf(writeWrapper(unit, 5)).length).toBeGreaterThan(16)
})

test.each([246, 250, 251, 258, 262])(
  'segments of %i bytes, whose length wraps at 256, are read by their sum',
  async (most) => {
    const clear = concat(...Array.from({ length: 80 }, () => fromHex('0600000001')))
    const unit = concat(fromHex('0f0000000100'), fromHex('025a'), fromHex('00'.repeat(10)), clear)
    const wrapped = writeWrapper(unit, most)
    const length = wrapped[1] ?? 0
    expect(length).toBe((most + 5) & 0xff)
    // The push is of no form, which only one that was put together whole can tell.
    const outcomes = await decodeDlms(concat(wrapped, push), options)
    expect(outcomes).toMatchObject([
      { reason: 'unknown-form', offset: 0, length: wrapped.length },
      { kind: 'telegram' },
    ])
  },
)

test('suite 1 and authentication are as over HDLC', async () => {
  const both = await bothKeys
  const one = await keyOnly
  for (const suite of [0, 1] as const) {
    for (const security of ['encrypted-only', 'authenticated'] as const) {
      const secured = { ...cipher, suite, security }
      const unit = await writeCipheredUnit(vienna('07ea0701030e000000ff8880'), 1, secured)
      const reading = await readingOf(writeWrapper(unit), { key: () => both })
      expect(reading.assurance).toMatchObject({ line: 'bcc', origin: security })
      const half = await readingOf(writeWrapper(unit), { key: () => one })
      expect(half.assurance.origin).toBe('encrypted-only')
      if (security === 'encrypted-only') continue
      const missed: string[] = []
      for (let i = 0; i < unit.length; i++) {
        const bent = unit.slice()
        bent[i] = (bent[i] ?? 0) ^ 1
        const found = kinds(await decodeDlms(writeWrapper(bent), { key: () => both }))
        if (found.includes('telegram')) missed.push(`byte ${i}`)
      }
      expect(missed).toEqual([])
    }
  }
})

test('the dedicated key’s tag is read as the global one’s; other ways are told', async () => {
  const unit = await writeCipheredUnit(vienna('07ea0701030e000000ff8880'), 1, cipher)
  const tags: readonly (readonly [number, string])[] = [
    [0xdb, 'telegram'],
    [0xdc, 'telegram'],
    [0xdd, 'security-unsupported'],
    [0xdf, 'security-unsupported'],
    [0xca, 'security-unsupported'],
    [0xd2, 'security-unsupported'],
    [0xc1, 'unknown-form'],
  ]
  for (const [tag, expected] of tags) {
    const other = unit.slice()
    other[0] = tag
    expect(kinds(await decodeDlms(writeWrapper(other)))).toEqual([expected])
  }
})

test('frames of both links on one line are each read', async () => {
  const key = await keyOnly
  const plain = vienna('07ea0701030e000000ff8880')
  const hdlc = await ciphered(plain)
  const blocks = writeBlocks([0xce, 0xff, 0x03], (await writeCiphered(plain, 2, cipher)).slice(3))
  const wrapped = writeWrapper(await writeCipheredUnit(plain, 3, cipher))
  const all = concat(hdlc, wrapped, blocks, wrapped, hdlc)
  const outcomes = await decodeDlms(all, { key: () => key })
  expect(kinds(outcomes)).toEqual(Array.from({ length: 5 }, () => 'telegram'))
})

describe('damage', () => {
  test('every single bit flipped is found', async () => {
    const missed: string[] = []
    for (let i = 0; i < push.length; i++) {
      for (let bit = 0; bit < 8; bit++) {
        const bent = push.slice()
        bent[i] = (bent[i] ?? 0) ^ (1 << bit)
        if (kinds(await decodeDlms(bent, options)).includes('telegram')) missed.push(`${i}.${bit}`)
      }
    }
    expect(missed).toEqual([])
  })

  test('a push cut off anywhere is told, and the next one is read', async () => {
    for (let cut = 1; cut < push.length; cut++) {
      const outcomes = await decodeDlms(concat(push.subarray(0, cut), later), options)
      expect(outcomes.at(-1)?.kind).toBe('telegram')
      expect(outcomes.slice(0, -1).map(({ kind }) => kind)).not.toContain('telegram')
      const bytes = outcomes.reduce(
        (sum, one) => sum + (one.kind === 'refused' ? one.length : one.telegram.raw.length),
        0,
      )
      expect(bytes).toBe(cut + later.length)
    }
  })

  test('thousands of mutations: nothing throws, and the push after them is read', async () => {
    let refused = 0
    await fc.assert(
      fc.asyncProperty(changes(taggedPush.length), async (list) => {
        const bent = changed(taggedPush, list)
        const outcomes = await decodeDlms(concat(bent, taggedLater, taggedLater), {
          key: () => both,
        })
        refused += outcomes.filter(({ kind }) => kind === 'refused').length
        return outcomes.every(isWhole) && outcomes.at(-1)?.kind === 'telegram'
      }),
      { numRuns: RUNS },
    )
    expect(refused).toBeGreaterThan(1500)
  })
})

test('the same bytes give the same outcomes whole, byte by byte and in odd pieces', async () => {
  const noise = utf8('hh\x01h~hS\xff')
  const stream = concat(noise, push, noise, push.slice(0, 60), later, push.slice(0, 200), later)
  const whole = await decodeDlms(stream, options)
  expect(whole.filter(({ kind }) => kind === 'telegram')).toHaveLength(3)
  for (const size of [1, 2, 7, 64, 255]) {
    expect(await decodeDlms(stream, options, size)).toEqual(whole)
  }
})

test('a megabyte of beginnings, or of noise, is refused, and a push after it is read', async () => {
  for (const fill of ['h', 'hS\xff\x00', 'h\xfa\xfahS\xff\x00', '~\xa0h\x01\x01hS\xff\x00']) {
    const block = Uint8Array.from(fill.repeat(16_384), (character) => character.charCodeAt(0))
    const decoder = createDlmsDecoder({ now: () => now, ...options })
    const outcomes: Outcome[] = []
    for (let sent = 0; sent < 1 << 20; sent += block.length) {
      outcomes.push(...await decoder.push(block))
    }
    outcomes.push(...await decoder.push(push), ...await decoder.end())
    expect(kinds(outcomes.slice(-1))).toEqual(['telegram'])
    const told = outcomes.slice(0, -1)
    expect(told.every((one) => one.kind === 'refused' && one.length <= 17 * 1024)).toBe(true)
  }
}, 20_000)
