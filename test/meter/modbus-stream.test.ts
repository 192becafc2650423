/** @module Captures of Modbus lines: both sides, cut anywhere, damaged, mixed with noise, one-sided. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, toHex } from '../../shared/bytes.ts'
import {
  createModbusDecoder,
  decodeModbus,
  type ModbusDecoderOptions,
} from '../../shared/meter/modbus-decoder.ts'
import { familyOf } from '../../shared/meter/modbus-families.ts'
import { crc16Modbus, writeRtu } from '../../shared/meter/modbus-frame.ts'
import { createModbusReader } from '../../shared/meter/modbus.ts'
import type { Outcome } from '../../shared/meter/telegram.ts'
import { bus, createTestPoller, honest, now, telegramOf } from './modbus-line.ts'
import { kinds, valuesOf } from './telegrams.ts'
import { RUNS } from './mutations.ts'

const decode = async (bytes: Uint8Array, options: Partial<ModbusDecoderOptions> = {}) =>
  await decodeModbus(bytes, { now: () => now, ...options })

/** What goes over the line in one poll, question and answer in turn. */
async function pollsOf(unit: number, polls = 1): Promise<Bytes> {
  const device = bus.devices.find((one) => one.unit === unit)
  const { poller } = createTestPoller(honest())
  const family = familyOf(device?.family ?? 'sunspec')
  const reader = createModbusReader({ poller, unit, family, check: 'crc', now: () => now })
  const parts: Bytes[] = []
  for (let i = 0; i < polls; i++) parts.push(telegramOf(await reader.poll()).raw)
  return concat(...parts)
}

/** Eastron's manual: the voltage of phase 1, and 230.2 V, as near as its float comes to that. */
const question = fromHex('01040000000271cb')
const answer = fromHex('010404436633341b38')

const captures = await Promise.all(bus.devices.map(({ unit }) => pollsOf(unit)))

/** Every stretch of a capture that is a question or an answer with a right check. */
function framesOf(raw: Bytes): string[] {
  const frames: string[] = []
  for (let at = 0; at < raw.length;) {
    let length = 5
    const isFrame = () => {
      const end = at + length - 2
      return crc16Modbus(raw, at, end) === ((raw[end] ?? 0) | ((raw[end + 1] ?? 0) << 8))
    }
    while (!isFrame() && at + length <= raw.length) length++
    frames.push(toHex(raw.subarray(at, at + length)))
    at += length
  }
  return frames
}

/** A telegram told is made of nothing but frames that somebody sent, to the last bit. */
function isHonest(outcome: Outcome, sent: ReadonlySet<string>): boolean {
  return outcome.kind === 'refused' || framesOf(outcome.telegram.raw).every((hex) => sent.has(hex))
}

/** Of many accidents one makes a frame whose check holds: 16 bits cannot tell all of them. */
function isChecked(outcome: Outcome): boolean {
  return outcome.kind === 'telegram' && framesOf(outcome.telegram.raw).every((hex) => {
    const frame = fromHex(hex)
    const end = frame.length - 2
    return crc16Modbus(frame, 0, end) === ((frame[end] ?? 0) | ((frame[end + 1] ?? 0) << 8))
  })
}

describe('decodeModbus()', () => {
  test('reads one question and its answer, as a maker’s manual has them', async () => {
    const whole = concat(question, answer)
    const [outcome, ...more] = await decode(whole)
    expect(more).toEqual([])
    const { readings, raw } = telegramOf(outcome)
    expect(valuesOf(readings[0])).toEqual({ '32.7.0': '23020001e-5 V' })
    expect(readings[0].warnings).toEqual(['clock-missing', 'meter-unnamed'])
    expect(toHex(raw)).toBe(toHex(whole))
  })

  test('reads a poll of each device, and knows which it is', async () => {
    for (const [i, device] of bus.devices.entries()) {
      const capture = captures[i] ?? new Uint8Array(0)
      const outcomes = await decode(capture)
      expect([device.family, kinds(outcomes)]).toEqual([device.family, ['telegram']])
      // A poll alone does not say which model of its maker it is of; SunSpec's does.
      const { meter } = telegramOf(outcomes[0]).readings[0]
      const number = device.meter.split('-').at(-1) ?? ''
      const maker = device.family.split('-')[0] ?? ''
      const prefixes: Record<string, string> = { janitza: 'UMG', eastron: 'SDM' }
      expect(meter).toBe(`${prefixes[maker] ?? 'KILOWIT-SIM'}-${number}`)
      const named = await decode(capture, { family: device.family })
      expect(telegramOf(named[0]).readings[0].meter).toBe(device.meter)
    }
  })

  test('Eastron’s own code tells its model', async () => {
    const asked = writeRtu(5, fromHex('03fc020001'))
    const capture = concat(asked, bus.answer(asked, now), captures[4] ?? new Uint8Array(0))
    const [outcome] = await decode(capture)
    expect(telegramOf(outcome).identification).toBe('Eastron SDM72D-M-2')
  })

  test('polls of several units on one line are told apart', async () => {
    const outcomes = await decode(concat(...captures))
    expect(kinds(outcomes)).toEqual(bus.devices.map(() => 'telegram'))
  })

  test('a question that comes again begins the next reading', async () => {
    const outcomes = await decode(await pollsOf(3, 4))
    expect(kinds(outcomes)).toEqual(['telegram', 'telegram', 'telegram', 'telegram'])
    // The serial number was asked once, and still names the last.
    expect(new Set(outcomes.map((one) => telegramOf(one).readings[0].meter)).size).toBe(1)
  })

  test('an answer without its question says not what it is of', async () => {
    expect(await decode(answer)).toEqual([
      { kind: 'refused', reason: 'request-missing', offset: 0, length: 9 },
    ])
    // Nor does one to another question, of another unit, or to one that was answered.
    const other = writeRtu(1, fromHex('0402ffff'))
    expect(kinds(await decode(concat(question, other)))).toEqual(['no-answer', 'request-missing'])
    const unit2 = writeRtu(2, fromHex('040443663333'))
    expect(kinds(await decode(concat(question, unit2)))).toEqual(['no-answer', 'request-missing'])
    expect(kinds(await decode(concat(question, answer, answer))))
      .toEqual(['telegram', 'request-missing'])
  })

  test('a device that says no is told with its code', async () => {
    expect(await decode(concat(question, writeRtu(1, Uint8Array.of(0x84, 2))))).toEqual([
      { kind: 'refused', reason: 'meter-error', offset: 0, length: 13, exception: 2 },
    ])
  })

  test('echoes, unanswered questions and other functions are told or stepped over', async () => {
    expect(kinds(await decode(concat(question, question, answer)))).toEqual(['telegram'])
    const other = writeRtu(1, fromHex('0400340004'))
    expect(kinds(await decode(concat(other, question, answer)))).toEqual(['no-answer', 'telegram'])
    // Somebody writes a register: 06 is asked and answered alike.
    const write = writeRtu(1, fromHex('0600010002'))
    expect(kinds(await decode(concat(write, write, question, answer))))
      .toEqual(['unknown-form', 'unknown-form', 'telegram'])
  })

  test('registers that are of no map are refused, and told where they are', async () => {
    const asked = writeRtu(1, fromHex('0300050001'))
    const told = writeRtu(1, fromHex('03021234'))
    expect(await decode(concat(asked, told))).toEqual([
      { kind: 'refused', reason: 'unknown-form', offset: 0, length: 15 },
    ])
  })
})

describe('a stream', () => {
  const noise = fromHex('00ff7e0103')
  const parts = captures.flatMap((capture) => [noise, capture, capture.slice(0, 21)])

  test('gives the same outcomes whole, byte by byte and in odd pieces', async () => {
    const stream = concat(...parts)
    const whole = await decode(stream)
    expect(whole.filter(({ kind }) => kind === 'telegram').length).toBeGreaterThanOrEqual(7)
    for (const size of [1, 2, 7, 64, 255]) {
      const decoder = createModbusDecoder({ now: () => now })
      const outcomes: Outcome[] = []
      for (let i = 0; i < stream.length; i += size) {
        outcomes.push(...await decoder.push(stream.subarray(i, i + size)))
      }
      outcomes.push(...await decoder.end())
      expect(outcomes).toEqual(whole)
    }
  })

  test('accounts for every byte, once', async () => {
    const stream = concat(...parts)
    let accounted = 0
    for (const outcome of await decode(stream)) {
      accounted += outcome.kind === 'telegram' ? outcome.telegram.raw.length : outcome.length
    }
    expect(accounted).toBe(stream.length)
  })

  test('a question that is asked again and again is told each time, and held no longer', async () => {
    const asked = concat(...Array.from({ length: 2000 }, () => question))
    const outcomes = await decode(asked)
    expect(outcomes).toHaveLength(1000)
    expect(outcomes.every((one) => one.kind === 'refused' && one.length === 16)).toBe(true)
  })

  test('a decoder that ended is as new', async () => {
    const decoder = createModbusDecoder({ now: () => now })
    const [first = new Uint8Array(0)] = captures
    const run = async () => [...await decoder.push(first), ...await decoder.end()]
    expect(await run()).toEqual(await run())
  })
})

describe('damage', () => {
  test('no bit flipped anywhere makes a reading of what was not sent', async () => {
    const capture = captures[3] ?? new Uint8Array(0)
    const sent = new Set(framesOf(capture))
    expect(sent.size).toBe(6)
    const wrong: string[] = []
    for (let i = 0; i < capture.length * 8; i++) {
      const bent = capture.slice()
      bent[i >> 3] = (bent[i >> 3] ?? 0) ^ (1 << (i & 7))
      const outcomes = await decode(bent, { family: 'eastron-sdm72d-m' })
      if (!outcomes.every((one) => isHonest(one, sent))) wrong.push(`bit ${i}`)
      if (outcomes.every(({ kind }) => kind === 'telegram')) wrong.push(`bit ${i} not told`)
    }
    expect(wrong).toEqual([])
  })

  test('a capture cut off anywhere gives no more than what was whole', async () => {
    const capture = captures[2] ?? new Uint8Array(0)
    const sent = new Set(framesOf(capture))
    for (let cut = 0; cut < capture.length; cut += 3) {
      expect((await decode(capture.slice(0, cut))).every((one) => isHonest(one, sent))).toBe(true)
    }
  })

  test('thousands of mutations never throw, and never read a frame whose check fails', async () => {
    const stream = concat(...captures)
    const sent = new Set(captures.flatMap(framesOf))
    const place = fc.integer({ min: 0, max: stream.length - 1 })
    const mutation = fc.oneof(
      fc.record({ kind: fc.constant('flip'), at: place, with: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ kind: fc.constant('drop'), at: place, with: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ kind: fc.constant('insert'), at: place, with: fc.integer({ min: 0, max: 255 }) }),
      fc.record({ kind: fc.constant('again'), at: place, with: fc.integer({ min: 1, max: 60 }) }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: captures.length - 1 }),
        fc.array(mutation, { minLength: 1, maxLength: 6 }),
        async (which, mutations) => {
          let bytes: Bytes = (captures[which] ?? stream).slice()
          for (const { kind, at: anywhere, with: how } of mutations) {
            const at = anywhere % Math.max(bytes.length, 1)
            const [before, after] = [bytes.slice(0, at), bytes.slice(at)]
            if (kind === 'flip') bytes[at] = (bytes[at] ?? 0) ^ how
            else if (kind === 'drop') bytes = concat(before, after.slice(how))
            else if (kind === 'insert') bytes = concat(before, Uint8Array.of(how), after)
            else bytes = concat(before, after.slice(0, how), after)
          }
          const outcomes = await decode(bytes)
          expect(outcomes.every((one) => isHonest(one, sent) || isChecked(one))).toBe(true)
        },
      ),
      { numRuns: RUNS },
    )
  })

  test('any bytes at all are told, all of them, and held in bounds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 700 }), async (bytes) => {
        const outcomes = await decode(bytes)
        const told = outcomes.map((one) =>
          one.kind === 'telegram' ? one.telegram.raw.length : one.length
        )
        expect(told.reduce((sum, length) => sum + length, 0)).toBe(bytes.length)
      }),
      { numRuns: 500 },
    )
  })
})
