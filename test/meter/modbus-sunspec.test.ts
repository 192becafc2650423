/** @module SunSpec: the walk to the meter, over devices that are as they should be and hostile ones. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { familyOf } from '../../shared/meter/modbus-families.ts'
import { writeRtu } from '../../shared/meter/modbus-frame.ts'
import { createImage } from '../../shared/meter/modbus-image.ts'
import { sunSpecModels } from '../../shared/meter/modbus-sunspec.ts'
import { createModbusReader } from '../../shared/meter/modbus.ts'
import { createSimulatedBus } from '../../shared/meter/simulate-modbus.ts'
import { findSunSpecMeter, type SunSpecFound } from '../../shared/meter/sunspec.ts'
import { createTestPoller, honest, now, telegramOf } from './modbus-line.ts'
import { valuesOf } from './telegrams.ts'

/** A device's registers, by what gives a word at an address; null where it has none. */
type Registers = (address: number) => number | null

/** Walks a device, and tells how many questions that took. */
function walk(registers: Registers, base = 0): { found: SunSpecFound; asked: number } {
  const image = createImage()
  for (let asked = 0; asked < 1000; asked++) {
    const found = findSunSpecMeter(image)
    if (found.kind !== 'ask') return { found, asked }
    const { address, count } = found.block
    const words = Array.from({ length: count }, (_, i) => registers(address + i - base))
    if (words.some((word) => word === null)) image.deny({ function: 3, address, count })
    else {image.put(
        { function: 3, address, count },
        Uint16Array.from(words.map((word) => word ?? 0)),
      )}
  }
  throw new Error('The walk does not end')
}

const list = (words: readonly number[]): Registers => (address) => words[address] ?? null
const marker = [0x5375, 0x6e53]
const text = (said: string, registers: number): number[] =>
  Array.from({ length: registers }, (_, i) => {
    return ((said.charCodeAt(2 * i) || 0) << 8) | (said.charCodeAt(2 * i + 1) || 0)
  })
const common = [
  1,
  66,
  ...text('Maker', 16),
  ...text('Model 9', 16),
  ...text('', 8),
  ...text('1.02', 8),
  ...text('00123', 16),
  1,
  0x8000,
]
const end = [0xffff, 0]

/** A meter of whole numbers with nothing in it but what is put there by its offset. */
function meter(put: Record<number, number>, id = 203): number[] {
  const counters = (i: number): boolean => i >= 36 && ![52, 69, 102].includes(i)
  const body = Array.from({ length: 105 }, (_, i) => put[i] ?? (counters(i) ? 0 : 0x8000))
  return [id, 105, ...body]
}

/** The reading of a device that has these registers at 40000. */
async function read(words: readonly number[]) {
  const { poller } = createTestPoller((frame) => {
    const [unit = 0, code = 0, high = 0, low = 0, , count = 0] = frame
    const from = ((high << 8) | low) - 40_000
    const given = words.slice(from, from + count)
    const isThere = from >= 0 && given.length === count
    const data = isThere
      ? [code, 2 * count, ...given.flatMap((word) => [word >>> 8, word & 0xff])]
      : [code | 0x80, 2]
    return [{ after: 5, bytes: writeRtu(unit, Uint8Array.from(data)) }]
  })
  const family = familyOf('sunspec')
  return await createModbusReader({ poller, unit: 1, family, check: 'crc', now: () => now }).poll()
}

describe('the walk', () => {
  test.each([40_000, 50_000, 0])('finds the meter of a device that begins at %i', (base) => {
    const device = list([
      ...marker,
      ...common,
      103,
      50,
      ...Array<number>(50).fill(0),
      ...meter({}),
      ...end,
    ])
    const { found } = walk(device, base)
    if (found.kind !== 'found') throw new Error(found.kind)
    expect(found).toMatchObject({ serial: '00123', version: '1.02' })
    expect(found.map.name).toBe('Maker Model 9')
    expect(found.map.blocks).toEqual([{ address: base + 2 + 68 + 52 + 2, count: 105 }])
  })

  test('finds every meter model, each with its own length', async () => {
    for (const [id, { length }] of sunSpecModels) {
      const devices = [{ unit: 1, family: 'sunspec', model: id } as const]
      const one = createSimulatedBus({ seed: 3, devices })
      const { poller, sent } = createTestPoller(honest(one))
      const family = familyOf('sunspec')
      const reader = createModbusReader({ poller, unit: 1, family, check: 'crc', now: () => now })
      const { readings, identification } = telegramOf(await reader.poll())
      expect(identification).toContain(`METER ${id}`)
      expect(sent.at(-1)?.[5]).toBe(length)
      expect(Object.keys(valuesOf(readings[0])).length).toBeGreaterThan(20)
    }
  })

  test('hostile chains end, with what is wrong', () => {
    const cases: [string, readonly number[] | Registers, string][] = [
      ['no marker', [0x5375, 0x6e54, ...common], 'no-marker'],
      ['nothing', [], 'no-marker'],
      ['only the marker', marker, 'malformed'],
      ['no meter', [...marker, ...common, ...end], 'no-meter'],
      ['a model of no length', [...marker, ...common, 7, 0, ...end], 'malformed'],
      ['a chain without end', (at) => at < 2 ? marker[at] ?? 0 : at % 2 === 0 ? 5 : 2, 'malformed'],
      ['the longest steps', (at) => at < 2 ? marker[at] ?? 0 : 0xfffe, 'malformed'],
      ['past the last register', [...marker, ...common, 9, 65_000], 'malformed'],
      ['a short meter', [...marker, ...common, 203, 20, ...Array<number>(20).fill(0)], 'malformed'],
      ['a short name', [...marker, 1, 4, 0, 0, 0, 0, ...end], 'malformed'],
    ]
    for (const [what, device, why] of cases) {
      const registers: Registers = typeof device === 'function' ? device : list(device)
      const { found, asked } = walk(registers)
      expect([what, found]).toEqual([what, { kind: 'not-found', why }])
      expect(asked).toBeLessThan(150)
    }
  })

  test('any device at all is walked through to an end', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 400 }), (words) => {
        const { found, asked } = walk(list([...marker, ...words]))
        return found.kind !== 'ask' && asked < 150
      }),
      { numRuns: 500 },
    )
  })
})

describe('the values', () => {
  test('have the powers of ten of their scale factors, exactly', async () => {
    const outcome = await read([
      ...marker,
      ...common,
      ...meter({ 6: 2301, 13: 0xffff, 14: 5001, 15: 0xfffe, 16: 0xfc18, 20: 1 }),
      ...end,
    ])
    const { readings, version } = telegramOf(outcome)
    expect(valuesOf(readings[0])).toMatchObject({
      '32.7.0': '2301e-1 V',
      '14.7.0': '5001e-2 Hz',
      '16.7.0': '-1000e1 W',
    })
    expect(readings[0].meter).toBe('Maker-00123')
    expect(version).toBe('1.02')
  })

  test('a counter of whole watt hours is exact up to its last', async () => {
    const outcome = await read([
      ...marker,
      ...common,
      ...meter({ 44: 0xffff, 45: 0xfffe, 52: 3 }),
      ...end,
    ])
    // 0 in an exported counter is 0; in a counter that need not be there, there is none.
    expect(valuesOf(telegramOf(outcome).readings[0])).toEqual({
      '2.8.0': '0e0 Wh',
      '1.8.0': '4294967294e3 Wh',
    })
  })

  test('a device with a meter in it names each: the meter’s is the one before it', async () => {
    const inverter = [101, 2, 1, 2]
    const own = [...common.slice(0, 2), ...text('Other', 16), ...common.slice(18)]
    const chain = [...marker, ...common, ...inverter, ...own, ...meter({ 16: 5, 20: 0 }), ...end]
    expect(telegramOf(await read(chain)).readings[0].meter).toBe('Other-00123')
  })

  test('what is not there is missing, never zero', async () => {
    const outcome = await read([...marker, ...common, ...meter({ 16: 12, 20: 0 }), ...end])
    expect(valuesOf(telegramOf(outcome).readings[0])).toEqual({ '16.7.0': '12e0 W' })
  })

  test('a scale factor that none has leaves its values out, and tells it', async () => {
    for (const bad of [0x8000, 11, 0xfff5, 0x7fff]) {
      const outcome = await read([
        ...marker,
        ...common,
        ...meter({ 14: 50, 15: 0, 16: 12, 20: bad }),
        ...end,
      ])
      const [reading] = telegramOf(outcome).readings
      expect(valuesOf(reading)).toEqual({ '14.7.0': '50e0 Hz' })
      expect(reading.warnings).toContain('value-invalid')
    }
  })

  test('a device without a meter, or without any value, gives no reading', async () => {
    expect(await read([...marker, ...common, ...end])).toMatchObject({ reason: 'unknown-form' })
    expect(await read([...marker, ...common, ...meter({}), ...end]))
      .toMatchObject({ reason: 'unknown-form' })
  })

  test('a name of a device is text, whatever bytes it has', async () => {
    const odd = [1, 66, ...text('Ma\u00ff\u0007er', 16), ...Array<number>(50).fill(0)]
    const outcome = await read([...marker, ...odd, ...meter({ 16: 12, 20: 0 }), ...end])
    const { identification, readings } = telegramOf(outcome)
    expect(identification).toBe('Ma??er')
    expect(readings[0].meter).toBe('Ma??er, unit 1')
    expect(readings[0].warnings).toContain('meter-unnamed')
  })
})
