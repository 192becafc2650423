/** @module M-Bus from a line: cut anywhere, damaged, in noise and without end. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat } from '../../shared/bytes.ts'
import { createMBusFramer, type MBusFrame } from '../../shared/meter/mbus-frame.ts'
import { createMBusDecoder } from '../../shared/meter/mbus.ts'
import { createSimulatedMBus } from '../../shared/meter/simulate-mbus.ts'
import type { Outcome } from '../../shared/meter/telegram.ts'
import { hex, long, now, options, outcomesOf, response, saidBy } from './mbus-frames.ts'
import { RUNS } from './mutations.ts'

const bus = createSimulatedMBus([{ kind: 'electricity', address: 1, id: '00000001' }])
const electricity = bus.answer(hex('10 7b 01 7c 16'), now)
const water = response('0c 13 78563412 04 6d 3b0ee714 0d fd 11 04 41424344 01 fd 17 00 0f 0102')
const heat = response(
  '0c 06 78563412 05 5b 22f32642 8c10 06 00000000 42 6c df2c 02 fc 03 485225 74 d411',
)
const fixed = long(hex('08 05 73 78563412 0a 00 e9 7e 01000000 35010000'))
const all = [electricity, water, heat, fixed]

function told(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((outcome) =>
    outcome.kind === 'refused'
      ? `${outcome.reason} ${outcome.offset}+${outcome.length}`
      : saidBy(outcome.telegram.readings[0]).join('; ')
  )
}

async function inPieces(bytes: Bytes, sizes: readonly number[]): Promise<string[]> {
  const decoder = createMBusDecoder(options)
  const outcomes: Outcome[] = []
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1)
    outcomes.push(...await decoder.push(bytes.subarray(at, at + size)))
    at += size
  }
  return told([...outcomes, ...await decoder.end()])
}

/** No byte is in two outcomes, and none before another's end. */
function accounts(outcomes: readonly Outcome[], length: number): boolean {
  let end = 0
  for (const outcome of outcomes) {
    if (outcome.kind !== 'refused') continue
    if (outcome.offset < end || outcome.length < 1) return false
    end = outcome.offset + outcome.length
  }
  return end <= length
}

describe('a stream', () => {
  const stream = concat(
    hex('e5 00 ff 68 04'),
    electricity,
    hex('10 40 05 45 16 e5'),
    water,
    hex('68 68 68 07 07 68 08'),
    heat,
    fixed,
  )

  test('cut anywhere tells the same as whole', async () => {
    const whole = told(await outcomesOf(stream))
    expect(whole.filter((text) => text.includes('e')).length).toBeGreaterThan(3)
    for (const sizes of [[1], [7], [3, 1, 200], [261], [4096]]) {
      expect(await inPieces(stream, sizes)).toEqual(whole)
    }
  })

  test('is read again after any noise', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.constantFrom(...all),
            fc.uint8Array({ maxLength: 40 }),
            fc.constantFrom(hex('68ffff68'), hex('e5'), hex('10'), hex('6868')),
          ),
          { maxLength: 6 },
        ),
        async (parts) => {
          // A beginning may hold the longest frame, which so many bytes complete.
          const bytes = concat(...parts, new Uint8Array(261), water)
          const outcomes = await outcomesOf(bytes)
          expect(told(outcomes).at(-1)).toBe(told(await outcomesOf(water))[0])
          expect(accounts(outcomes, bytes.length)).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('a frame inside a beginning heard in noise is not lost', async () => {
    const outcomes = await outcomesOf(concat(hex('68 f0 f0 68'), water))
    expect(outcomes.map(({ kind }) => kind)).toEqual(['refused', 'telegram'])
    expect(outcomes[0]).toMatchObject({ reason: 'truncated', offset: 0, length: 4 })
  })

  test('a frame that ends too soon, or whose lengths differ, is no frame', async () => {
    expect(await outcomesOf(water.subarray(0, -2))).toMatchObject([{ reason: 'truncated' }])
    const differ = water.slice()
    differ[2] = (differ[2] ?? 0) + 1
    expect((await outcomesOf(differ)).every(({ kind }) => kind === 'refused')).toBe(true)
  })

  test('a megabyte of beginnings is refused in bounded pieces, and a telegram after it is read', async () => {
    for (const part of ['68ffff68', '10', '6803036808', 'e568', 'ff']) {
      const unit = hex(part)
      const many = new Uint8Array(1 << 20)
      for (let i = 0; i < many.length; i++) many[i] = unit[i % unit.length] ?? 0
      const framer = createMBusFramer()
      const found: { kind: string; length?: number }[] = []
      const out = (one: MBusFrame | { kind: 'refused'; length: number }): void => {
        found.push(one)
      }
      framer.push(many, out)
      framer.push(new Uint8Array(300), out)
      framer.push(water, out)
      framer.end(out)
      expect(found.at(-1)?.kind).toBe('frame')
      const longest = found.reduce((most, { length = 0 }) => Math.max(most, length), 0)
      expect(longest).toBeLessThanOrEqual(16 * 1024 + 261)
    }
  })
})

describe('damage', () => {
  test('every single bit flipped is found by the check, or was no part of a frame', async () => {
    for (const frame of all) {
      for (let bit = 0; bit < frame.length * 8; bit++) {
        const bent = frame.slice()
        bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const outcomes = await outcomesOf(bent)
        expect(outcomes.some(({ kind }) => kind === 'telegram'), `bit ${bit}`).toBe(false)
      }
    }
  })

  /** Cuts, flips, swaps and repeats. */
  function mutate(bytes: Bytes, seeds: readonly number[]): Bytes {
    let mutated: Bytes = bytes.slice()
    for (const seed of seeds) {
      const at = (seed >>> 8) % Math.max(1, mutated.length)
      const kind = seed & 3
      if (kind === 0) mutated[at] = seed & 0xff
      else if (kind === 1) mutated = concat(mutated.subarray(0, at), mutated.subarray(at + 1))
      else if (kind === 2) mutated = concat(mutated.subarray(0, at), mutated.subarray(at >> 1))
      else mutated[at] = (mutated[at] ?? 0) ^ (1 << ((seed >> 2) & 7))
    }
    return mutated
  }

  const seeds = fc.array(fc.nat(0xff_ffff), { minLength: 1, maxLength: 4 })

  test('thousands of mutations: nothing throws, and every reading is of a frame whose check holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...all), seeds, async (frame, seeds) => {
        const mutated = mutate(frame, seeds)
        const outcomes = await outcomesOf(mutated)
        expect(accounts(outcomes, mutated.length)).toBe(true)
        for (const outcome of outcomes) {
          if (outcome.kind === 'refused') continue
          const { raw } = outcome.telegram
          expect(long(raw.slice(4, -2))).toEqual(raw)
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('thousands of mutations under a check made right again: nothing throws, no number is made up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...all), seeds, async (frame, seeds) => {
        const content = mutate(frame.slice(4, -2), seeds).subarray(0, 255)
        for (const outcome of await outcomesOf(long(content.slice()))) {
          if (outcome.kind === 'refused') continue
          for (const register of outcome.telegram.readings[0].registers) {
            expect(register.value).toMatch(/^(0|-?[1-9][0-9]{0,59})$/)
            expect(Math.abs(register.exponent)).toBeLessThanOrEqual(18)
          }
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('records of nothing but noise are refused or read, and never throw', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 240 }), async (noise) => {
        const frame = long(concat(hex('08 05 78'), noise))
        expect(await outcomesOf(frame)).toHaveLength(1)
      }),
      { numRuns: 1000 },
    )
  })
})
