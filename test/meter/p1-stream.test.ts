/** @module P1 telegrams from a stream: cut anywhere, damaged, mixed with noise, without an end. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex, utf8 } from '../../shared/bytes.ts'
import { crc16Arc, maxTelegram } from '../../shared/meter/p1-frame.ts'
import { createP1Decoder } from '../../shared/meter/p1.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import type { Outcome } from '../../shared/meter/telegram.ts'
import { decodeAll, decodeInPieces, kinds, now } from './telegrams.ts'
import { RUNS } from './mutations.ts'

const meter = createSimulatedMeter({ seed: 3, gas: true })
const first = meter.telegramAt(now)
const second = meter.telegramAt(now + 1)
const oldMeter = createSimulatedMeter({ seed: 3, version: '2.2', gas: true }).telegramAt(now)
const noise = utf8('\0\xff/x\r\n!12\r\n/////!!!!\r\n0-0:1.0.0(')

describe('the same bytes', () => {
  const stream = concat(noise, first, noise, oldMeter, second, first.subarray(0, 300))

  test('give the same outcomes whole, byte by byte and in odd pieces', () => {
    const whole = decodeAll(stream)
    expect(kinds(whole)).toEqual([
      'not-this-protocol',
      'telegram',
      'not-this-protocol',
      'telegram',
      'telegram',
      'truncated',
    ])
    for (const size of [1, 2, 7, 64, 255]) expect(decodeInPieces(stream, size)).toEqual(whole)
  })

  test('are handed on as they came', () => {
    const raws = decodeAll(concat(first, second))
      .map((outcome) => outcome.kind === 'telegram' ? toHex(outcome.telegram.raw) : '')
    expect(raws).toEqual([toHex(first), toHex(second)])
  })
})

describe('damage', () => {
  test('a telegram cut off anywhere is told, and the next one is read', () => {
    for (let cut = 5; cut < first.length - 2; cut += 13) {
      const [lost, found] = decodeAll(concat(first.subarray(0, cut), second))
      expect(lost).toEqual({ kind: 'refused', reason: 'truncated', offset: 0, length: cut })
      expect(found?.kind).toBe('telegram')
    }
  })

  test('a telegram that lacks only its last line end is whole', () => {
    expect(kinds(decodeAll(concat(first.subarray(0, -2), second)))).toEqual([
      'telegram',
      'telegram',
    ])
    expect(kinds(decodeAll(concat(oldMeter.subarray(0, -2), second))))
      .toEqual(['truncated', 'telegram'])
  })

  test('a telegram joined in its middle is told as noise', () => {
    const [lost, found] = decodeAll(concat(first.subarray(100), second))
    const length = first.length - 100
    expect(lost).toEqual({ kind: 'refused', reason: 'not-this-protocol', offset: 0, length })
    expect(found?.kind).toBe('telegram')
  })

  test('every single bit flipped before the CRC is found', () => {
    const end = first.lastIndexOf(0x21)
    const missed: string[] = []
    for (let i = 0; i <= end; i++) {
      for (let bit = 0; bit < 8; bit++) {
        const bent = first.slice()
        bent[i] = (bent[i] ?? 0) ^ (1 << bit)
        if (kinds(decodeAll(bent)).includes('telegram')) missed.push(`bit ${bit} of byte ${i}`)
      }
    }
    expect(missed).toEqual([])
  })

  test('every single bit flipped in the CRC is found, but for another way to write it', () => {
    for (let i = first.length - 6; i < first.length - 2; i++) {
      for (let bit = 0; bit < 8; bit++) {
        const bent = first.slice()
        bent[i] = (bent[i] ?? 0) ^ (1 << bit)
        const found = decodeAll(bent).filter(({ kind }) => kind === 'telegram')
        expect(found.every(isWhole)).toBe(true)
      }
    }
  })

  test('thousands of mutations: nothing throws, and every telegram told holds its check', () => {
    const at = fc.nat(first.length - 1)
    const change = fc.oneof(
      fc.record({ what: fc.constant('set' as const), at, value: fc.nat(255) }),
      fc.record({ what: fc.constant('cut' as const), at, value: fc.integer({ min: 1, max: 40 }) }),
      fc.record({
        what: fc.constant('double' as const),
        at,
        value: fc.integer({ min: 1, max: 40 }),
      }),
    )
    const source = fc.constantFrom(first, oldMeter)
    const changes = fc.array(change, { minLength: 1, maxLength: 6 })
    let refused = 0
    fc.assert(
      fc.property(source, changes, (bytes, list) => {
        let bent = bytes
        for (const { what, at, value } of list) {
          if (what === 'set') {
            bent = bent.slice()
            if (at < bent.length) bent[at] = value
          } else if (what === 'cut') bent = concat(bent.subarray(0, at), bent.subarray(at + value))
          else bent = concat(bent.subarray(0, at + value), bent.subarray(at))
        }
        for (const outcome of decodeAll(concat(bent, second))) {
          if (outcome.kind === 'refused') refused++
          else if (!isWhole(outcome)) return false
        }
        return true
      }),
      { numRuns: RUNS },
    )
    expect(refused).toBeGreaterThan(500)
  })
})

/** Checks by other means than the decoder's that a telegram told is one. */
function isWhole(outcome: Outcome): boolean {
  if (outcome.kind !== 'telegram') return false
  const { raw, check, readings } = outcome.telegram
  const text = [...raw].map((byte) => String.fromCharCode(byte)).join('')
  const end = text.lastIndexOf('!') + 1
  const printed = text.slice(end).trim()
  const warned = readings.every(({ warnings }) => warnings.includes('no-line-check'))
  if (check === 'none') return printed === '' && warned && !text.includes('1-3:0.2.8')
  return parseInt(printed, 16) === crc16Arc(raw.subarray(0, end))
}

/** Where each outcome is, and how many bytes between it and the one before nobody accounts for. */
function extentsOf(outcomes: readonly Outcome[], stream: Uint8Array) {
  let end = 0
  return outcomes.map((outcome) => {
    const { length } = outcome.kind === 'telegram' ? outcome.telegram.raw : outcome
    const offset = outcome.kind === 'telegram'
      ? indexOf(stream, outcome.telegram.raw, end)
      : outcome.offset
    const gap = offset - end
    end = offset + length
    return { offset, length, gap }
  })
}

function indexOf(bytes: Uint8Array, part: Uint8Array, from: number): number {
  for (let at = from; at + part.length <= bytes.length; at++) {
    if (part.every((byte, i) => bytes[at + i] === byte)) return at
  }
  return -1
}

describe('noise', () => {
  const filler = utf8('\r\n \t\0\0').map((byte, i) => i % 7 === 6 ? 0xff : byte)

  test('before, between and after telegrams is told, with where it was', () => {
    const stream = concat(utf8('abc'), first, utf8('\r\n?'), second, utf8('xyz'))
    const at = [0, 3, 3 + first.length, 6 + first.length, 6 + first.length + second.length]
    const outcomes = decodeAll(stream)
    expect(kinds(outcomes)).toEqual([
      'not-this-protocol',
      'telegram',
      'not-this-protocol',
      'telegram',
      'not-this-protocol',
    ])
    expect(extentsOf(outcomes, stream)).toEqual([
      { offset: 0, length: 3, gap: 0 },
      { offset: at[1], length: first.length, gap: 0 },
      { offset: at[2], length: 3, gap: 0 },
      { offset: at[3], length: second.length, gap: 0 },
      { offset: at[4], length: 3, gap: 0 },
    ])
  })

  test('is not what meters fill their pauses with', () => {
    const pause = concat(filler, new Uint8Array(20_000).fill(0xff), filler)
    expect(kinds(decodeAll(concat(pause, first, pause, second, pause)))).toEqual([
      'telegram',
      'telegram',
    ])
  })

  test('is not the number that a mode D meter prints after its bare !', () => {
    const numbered = concat(oldMeter, utf8('  25803103\r\n'), new Uint8Array(30).fill(0xff))
    expect(kinds(decodeAll(concat(numbered, oldMeter)))).toEqual(['telegram', 'telegram'])
    const strange = concat(first, utf8('  25803103\r\n'), second)
    expect(kinds(decodeAll(strange))).toEqual(['telegram', 'not-this-protocol', 'telegram'])
  })

  test('and telegrams are all the bytes of a stream, whatever it is', () => {
    const piece = fc.oneof(
      fc.constantFrom(first, oldMeter, first.subarray(0, 200), first.subarray(300), noise),
      fc.uint8Array({ minLength: 1, maxLength: 60 }),
      fc.constantFrom(filler, utf8('/TST'), utf8('/TST5'), fromHex('db08'), fromHex('db084142')),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const stream = concat(...pieces)
        const silent = stream.slice()
        for (const { offset, length } of extentsOf(decodeAll(stream), stream)) {
          silent.fill(0, offset, offset + length)
        }
        return silent.every((byte) => {
          return byte === 0 || byte === 0x20 || byte === 0xff || (byte >= 9 && byte <= 13) ||
            (byte >= 0x30 && byte <= 0x39)
        })
      }),
      { numRuns: 500 },
    )
  })
})

describe('without end', () => {
  const chunk = 65_536
  const feed = (fill: string, total: number) => {
    const decoder = createP1Decoder({ now: () => now })
    const block = utf8(fill.repeat(Math.ceil(chunk / fill.length))).subarray(0, chunk)
    const outcomes: Outcome[] = []
    for (let sent = 0; sent < total; sent += chunk) outcomes.push(...decoder.push(block))
    return { outcomes, decoder }
  }

  test('a megabyte of noise is told every 16 KiB, and a telegram after it is read', () => {
    const { outcomes, decoder } = feed('no meter here\r\n', 1 << 20)
    expect(outcomes).toHaveLength((1 << 20) / maxTelegram)
    expect(new Set(kinds(outcomes))).toEqual(new Set(['not-this-protocol']))
    expect(kinds(decoder.push(first))).toEqual(['telegram'])
  })

  test('a telegram of a megabyte is refused at 16 KiB, and one after it is read', () => {
    const decoder = createP1Decoder({ now: () => now })
    decoder.push(utf8('/TST5METER\r\n\r\n'))
    const outcomes: Outcome[] = []
    const block = utf8('1-0:1.8.0(000001.000*kWh)\r\n'.repeat(1000))
    for (let i = 0; i < 40; i++) outcomes.push(...decoder.push(block))
    expect(outcomes[0]).toEqual({
      kind: 'refused',
      reason: 'too-long',
      offset: 0,
      length: maxTelegram,
    })
    expect(new Set(kinds(outcomes.slice(1)))).toEqual(new Set(['not-this-protocol']))
    expect(kinds(decoder.push(first))).toEqual(['not-this-protocol', 'telegram'])
  })

  test('a telegram that begins where the last one became too long is read', () => {
    for (const size of [maxTelegram - 5, maxTelegram - 2, maxTelegram, maxTelegram + 3]) {
      const long = utf8(`/TST5${'x'.repeat(size)}`)
      const stream = concat(long, first)
      const outcomes = decodeAll(stream)
      expect(kinds(outcomes).slice(-1)).toEqual(['telegram'])
      expect(extentsOf(outcomes, stream).every(({ gap }) => gap === 0)).toBe(true)
    }
  })

  test('beginnings only, ends only and brackets only stay within bounds', () => {
    for (const fill of ['/TST5', '!', '/', '(', '/TST5\r\n!\r\n', '/TST5\r\n((((\r\n!0000\r\n']) {
      const { outcomes } = feed(fill, 1 << 20)
      expect(outcomes.every(({ kind }) => kind === 'refused')).toBe(true)
    }
  })

  test('the end of the stream tells what was open, and the decoder is as new', () => {
    const decoder = createP1Decoder({ now: () => now })
    decoder.push(first.subarray(0, 100))
    expect(decoder.end()).toEqual([{
      kind: 'refused',
      reason: 'truncated',
      offset: 0,
      length: 100,
    }])
    expect(decoder.end()).toEqual([])
    expect(kinds(decoder.push(first))).toEqual(['telegram'])
  })

  test('a last line without line end is whole with four digits only', () => {
    expect(kinds(decodeAll(first.subarray(0, -2)))).toEqual(['telegram'])
    expect(kinds(decodeAll(first.subarray(0, -3)))).toEqual(['truncated'])
    expect(kinds(decodeAll(oldMeter.subarray(0, -2)))).toEqual(['truncated'])
  })
})
