/** @module Captures of Modbus that are easily misread: late answers, writes, swapped words, TCP. */

import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex } from '../../shared/bytes.ts'
import { decodeCapture } from '../../shared/meter/capture.ts'
import { createModbusDecoder, decodeModbus } from '../../shared/meter/modbus-decoder.ts'
import { writeRtu } from '../../shared/meter/modbus-frame.ts'
import { writeTcp } from '../../shared/meter/modbus-tcp.ts'
import type { Outcome } from '../../shared/meter/telegram.ts'
import { now, telegramOf } from './modbus-line.ts'
import { kinds, valuesOf } from './telegrams.ts'

const decode = async (...parts: readonly Bytes[]) =>
  await decodeModbus(concat(...parts), { now: () => now })

/** 04: `count` registers of unit 1. */
const ask = (address: number, count = 2, unit = 1) =>
  writeRtu(unit, Uint8Array.of(4, address >>> 8, address & 0xff, 0, count))
const tell = (words: string, unit = 1) => {
  const data = fromHex(words.replaceAll(' ', ''))
  return writeRtu(unit, concat(Uint8Array.of(4, data.length), data))
}

const [volts, amperes, hertz] = ['4366 8000', '3fc0 0000', '4248 0000'] as const // 230.5, 1.5, 50

function places(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((one) =>
    one.kind === 'refused' ? `${one.reason} ${one.offset}+${one.length}` : 'telegram'
  )
}

describe('a late answer', () => {
  test('that fits an earlier question as well is of no register', async () => {
    // The answer is that of the voltage, and would be read as 230.5 A.
    const outcomes = await decode(ask(0), ask(6), tell(volts), ask(0x46), tell(hertz))
    expect(places(outcomes)).toEqual([
      'no-answer 0+8',
      'no-answer 8+8',
      'request-missing 16+9',
      'telegram',
    ])
    expect(valuesOf(telegramOf(outcomes[3]).readings[0])).toEqual({ '14.7.0': '50e0 Hz' })
  })

  test('is no doubt where it differs, is the same question, or was heard damaged', async () => {
    const other = await decode(ask(0, 4), ask(6), tell(amperes))
    expect(kinds(other)).toEqual(['no-answer', 'telegram'])
    const unit = await decode(ask(0, 2, 2), ask(6), tell(amperes))
    expect(kinds(unit)).toEqual(['no-answer', 'telegram'])
    const again = await decode(ask(6), ask(6), ask(6), tell(amperes))
    expect(kinds(again)).toEqual(['no-answer', 'telegram'])
    const bent = tell(volts)
    bent[4] = 0xff
    const damaged = await decode(ask(0), bent, ask(6), tell(amperes))
    expect(kinds(damaged)).toEqual(['no-answer', 'line-check-failed', 'telegram'])
  })
})

describe('the order of the line', () => {
  test('a reading stands where its first question does', async () => {
    const noise = fromHex('ff00ff')
    const line = [ask(0), tell(volts), noise, ask(0, 2, 2), tell(volts, 2), ask(6), tell(amperes)]
    const outcomes = await decode(...line)
    expect(kinds(outcomes)).toEqual(['telegram', 'not-this-protocol', 'telegram'])
    expect(valuesOf(telegramOf(outcomes[0]).readings[0])).toEqual({
      '31.7.0': '15e-1 A',
      '32.7.0': '2305e-1 V',
    })
  })

  test('a unit that is asked no more holds nothing up for ever', async () => {
    const decoder = createModbusDecoder({ now: () => now })
    await decoder.push(concat(ask(0, 2, 9), tell(volts, 9)))
    let told = 0
    const poll = concat(ask(0), tell(volts), fromHex('ff00ff'))
    for (let i = 0; i < 3000; i++) told += (await decoder.push(poll)).length
    expect(told).toBeGreaterThan(4900)
  })
})

describe('other functions', () => {
  const write = writeRtu(1, fromHex('10000200020440000000'))
  const written = writeRtu(1, fromHex('1000020002'))

  test('a write of registers and its answer are whole frames, and no reading', async () => {
    const outcomes = await decode(write, written, ask(0), tell(volts))
    expect(places(outcomes)).toEqual([
      `unknown-form 0+${write.length}`,
      `unknown-form ${write.length}+${written.length}`,
      'telegram',
    ])
    // To all units, and coils, and a write that reads.
    const coils = writeRtu(1, fromHex('0f0013000a02cd01'))
    const both = writeRtu(1, fromHex('1700030006000e00030600ff00ff00ff'))
    const all = writeRtu(0, fromHex('0600010002'))
    expect(kinds(await decode(all, coils, both))).toEqual(Array(3).fill('unknown-form'))
  })

  test('a no to them is told with its code', async () => {
    const no = writeRtu(1, fromHex('9002'))
    const outcomes = await decode(write, no)
    expect(outcomes[1]).toEqual({
      kind: 'refused',
      reason: 'meter-error',
      exception: 2,
      offset: write.length,
      length: 5,
    })
    expect(kinds(await decode(no))).toEqual(['request-missing'])
  })
})

describe('words in another order', () => {
  const swapped = (words: string) => words.split(' ').toReversed().join('')

  test('are not read, and the hint says why', async () => {
    const line = [ask(0), tell(swapped(volts)), ask(0x46), tell(swapped(hertz))]
    const refused = { kind: 'refused', reason: 'unknown-form', hint: 'word-order', length: 17 }
    expect(await decode(...line)).toEqual([
      { ...refused, offset: 0 },
      { ...refused, offset: 17 },
    ])
    // The voltage tells it too; and what the owner says goes.
    expect(await decode(...line.slice(0, 2))).toMatchObject([{ hint: 'word-order' }])
    const options = { now: () => now, order: 'swapped' } as const
    expect(kinds(await decodeModbus(concat(...line), options))).toEqual(['telegram'])
  })

  test('what others have at the same addresses is no reading', async () => {
    // Whole numbers of 16 bits; the first two would be 524 kV.
    const others = tell('4900 0064 0000 00e6 0000')
    const asked = writeRtu(1, Uint8Array.of(4, 0, 0, 0, 5))
    const outcomes = await decode(asked, others)
    expect(outcomes).toEqual([
      { kind: 'refused', reason: 'unknown-form', offset: 0, length: 8 + others.length },
    ])
    const options = { now: () => now, family: 'eastron-sdm630' } as const
    const [named] = await decodeModbus(concat(asked, others), options)
    expect(telegramOf(named).readings[0].warnings).toContain('value-implausible')
  })

  test('a voltage that is not there says nothing of the order', async () => {
    expect(kinds(await decode(ask(0), tell('0000 0000')))).toEqual(['telegram'])
  })
})

describe('Modbus TCP', () => {
  const asked = (number: number, address: number, count = 2) =>
    writeTcp(number, 1, Uint8Array.of(4, address >>> 8, address & 0xff, 0, count))
  const told = (number: number, words: string) => {
    const data = fromHex(words.replaceAll(' ', ''))
    return writeTcp(number, 1, concat(Uint8Array.of(4, data.length), data))
  }
  const line = concat(
    asked(1, 0),
    told(1, volts),
    asked(2, 6),
    asked(3, 0x46),
    told(3, hertz),
    told(2, amperes),
  )

  test('answers are found by their number, and nothing vouches for the line', async () => {
    const outcomes = await decodeCapture(line, 'auto', { now: () => now })
    expect(kinds(outcomes)).toEqual(['telegram'])
    const { readings: [reading], raw, check } = telegramOf(outcomes[0])
    expect(valuesOf(reading)).toEqual({
      '14.7.0': '50e0 Hz',
      '31.7.0': '15e-1 A',
      '32.7.0': '2305e-1 V',
    })
    expect([raw.length, check]).toEqual([line.length, 'none'])
    expect(reading.warnings).toEqual(['clock-missing', 'no-line-check', 'meter-unnamed'])
  })

  test('cut anywhere tells the same', async () => {
    for (const size of [1, 5, 11, 13]) {
      const decoder = createModbusDecoder({ now: () => now })
      const outcomes: Outcome[] = []
      for (let i = 0; i < line.length; i += size) {
        outcomes.push(...await decoder.push(line.subarray(i, i + size)))
      }
      expect([...outcomes, ...await decoder.end()]).toEqual(await decode(line))
    }
  })

  test('another number, unit, function or length is no answer', async () => {
    const wrong = [
      told(9, volts),
      writeTcp(1, 2, fromHex('040443668000')),
      writeTcp(1, 1, fromHex('030443668000')),
      writeTcp(1, 1, fromHex('0402ffff')),
    ]
    for (const answer of wrong) {
      expect(kinds(await decode(asked(1, 0), answer))).toEqual(['no-answer', 'request-missing'])
    }
    expect(kinds(await decode(told(1, volts)))).toEqual(['request-missing'])
    expect(kinds(await decode(asked(1, 0), asked(1, 6), told(1, amperes))))
      .toEqual(['no-answer', 'telegram'])
    expect(await decode(asked(1, 0), writeTcp(1, 1, fromHex('8402')))).toMatchObject([
      { reason: 'meter-error', exception: 2, offset: 0, length: 21 },
    ])
  })

  test('what is lost or cut is told, and it is read on behind', async () => {
    const noise = fromHex('0102030405')
    const outcomes = await decode(asked(1, 0), told(1, volts), noise, asked(1, 0), told(1, volts))
    expect(kinds(outcomes)).toEqual(['telegram', 'not-this-protocol', 'telegram'])
    for (let cut = 1; cut < line.length; cut++) {
      const part = await decode(line.slice(0, cut))
      const length = part.reduce(
        (sum, one) => sum + (one.kind === 'telegram' ? one.telegram.raw.length : one.length),
        0,
      )
      expect(length).toBe(cut)
    }
  })

  test('more questions than anybody asks at once are not kept', async () => {
    const many = concat(...Array.from({ length: 40 }, (_, i) => asked(i, 0)))
    const decoder = createModbusDecoder({ now: () => now })
    expect(await decoder.push(many)).toHaveLength(24)
    expect(await decoder.end()).toHaveLength(16)
  })
})
