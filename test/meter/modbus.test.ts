/**
 * @module Modbus devices of each family, from finding out which they are to their readings, against
 * a simulated line and against places and values written down from the makers' documents.
 */

import { describe, expect, test } from 'vitest'
import { type Bytes, concat, toHex } from '../../shared/bytes.ts'
import { createDecoder } from '../../shared/meter/decoder.ts'
import { decodeModbus } from '../../shared/meter/modbus-decoder.ts'
import {
  families,
  familyOf,
  identifyModbus,
  modbusLines,
  modbusProbe,
} from '../../shared/meter/modbus-families.ts'
import { wordsOf, writeRtu, writeRtuRequest } from '../../shared/meter/modbus-frame.ts'
import { createImage, type Image } from '../../shared/meter/modbus-image.ts'
import type { FamilyId } from '../../shared/meter/modbus-map.ts'
import { createPoller } from '../../shared/meter/modbus-poller.ts'
import { readMap } from '../../shared/meter/modbus-reading.ts'
import { createRtuFraming } from '../../shared/meter/modbus-rtu.ts'
import { createTcpFraming } from '../../shared/meter/modbus-tcp.ts'
import { createModbusReader, recognizeModbus } from '../../shared/meter/modbus.ts'
import { isPlausible } from '../../shared/meter/plausible.ts'
import {
  createSimulatedBus,
  createSimulatedLine,
  type SimulatedBus,
} from '../../shared/meter/simulate-modbus.ts'
import { bus, createTestPoller, honest, now, telegramOf } from './modbus-line.ts'
import { valuesOf } from './telegrams.ts'

function readerOf(
  from: SimulatedBus,
  unit: number,
  family: FamilyId,
  transport: 'rtu' | 'tcp' = 'rtu',
) {
  const line = createSimulatedLine(from, () => now, transport)
  const framing = transport === 'rtu' ? createRtuFraming() : createTcpFraming()
  const poller = createPoller({ line, framing, clock: () => 0, timeout: 50, retries: 0 })
  const check = framing.check
  return createModbusReader({ poller, unit, family: familyOf(family), check, now: () => now })
}

/** The float32 that a device gives at an address, asked by nothing but a frame. */
function floatAt(unit: number, code: 3 | 4, address: number): number {
  const answer = bus.answer(writeRtuRequest({ unit, function: code, address, count: 2 }), now)
  return new DataView(answer.buffer).getFloat32(3)
}

const numberOf = (text = ''): number => Number(text.split(' ')[0])

describe('every map', () => {
  const maps = families.flatMap(({ map }) => map === null ? [] : [map])

  test('asks for what its device gives at once, and never twice for as many registers', () => {
    for (const { name, blocks, function: code, serial } of maps) {
      const most = name.includes('SDM630') ? 80 : name.includes('SDM72') ? 60 : 125
      const asked = blocks.map(({ count }) => `${code} ${count}`)
      if (serial !== null) asked.push('3 2')
      expect([name, new Set(asked).size]).toEqual([name, asked.length])
      expect(blocks.every(({ count }) => count <= most)).toBe(true)
    }
  })

  test('has its points inside its blocks, each code once', () => {
    for (const { name, blocks, points } of maps) {
      for (const { at, obis } of points) {
        const isInside = blocks.some(({ address, count }) =>
          at >= address && at + 2 <= address + count
        )
        expect([name, obis, isInside]).toEqual([name, obis, true])
      }
      expect(new Set(points.map(({ obis }) => obis)).size).toBe(points.length)
    }
  })

  test('has the addresses of the makers’ documents', () => {
    const places: Record<string, Record<string, number>> = {
      'Janitza UMG 604': {
        '32.7.0': 19_000,
        '72.7.0': 19_004,
        '31.7.0': 19_012,
        '36.7.0': 19_020,
        '16.7.0': 19_026,
        '9.7.0': 19_034,
        '3.7.0': 19_042,
        '33.7.0': 19_044,
        '14.7.0': 19_050,
        '16.8.0': 19_060,
        '1.8.0': 19_068,
        '2.8.0': 19_076,
        '9.8.0': 19_084,
        '3.8.0': 19_100,
      },
      'Eastron SDM630': {
        '32.7.0': 0,
        '51.7.0': 0x08,
        '76.7.0': 0x10,
        '16.7.0': 0x34,
        '14.7.0': 0x46,
        '1.8.0': 0x48,
        '2.8.0': 0x4a,
        '3.8.0': 0x4c,
        '15.8.0': 0x156,
        '21.8.0': 0x15a,
        '62.8.0': 0x164,
        '35.8.0': 0x166,
      },
      'Eastron SDM72D-M': { '16.7.0': 0x34, '1.8.0': 0x48, '2.8.0': 0x4a },
      'Eastron SDM72D-M-2': {
        '32.7.0': 0,
        '16.7.0': 0x34,
        '13.7.0': 0x3e,
        '14.7.0': 0x46,
        '1.8.0': 0x48,
        '2.8.0': 0x4a,
        '91.7.0': 0xe0,
        '15.8.0': 0x156,
      },
    }
    for (const [name, codes] of Object.entries(places)) {
      const map = maps.find((one) => one.name === name)
      for (const [obis, at] of Object.entries(codes)) {
        expect([name, obis, map?.points.find((point) => point.obis === obis)?.at])
          .toEqual([name, obis, at])
      }
    }
  })
})

describe('a poll', () => {
  test.each(bus.devices)(
    'reads unit $unit, $family, over RS485',
    async ({ unit, family, meter }) => {
      const { readings, check, raw, identification } = telegramOf(
        await readerOf(bus, unit, family).poll(),
      )
      const [reading] = readings
      expect(check).toBe('crc')
      expect(reading.meter).toBe(meter)
      expect(identification).not.toBe('')
      expect(reading.assurance).toEqual({ line: 'crc', origin: 'plain', custody: 'software' })
      expect(reading.warnings).toEqual(['clock-missing', 'simulated'])
      expect([reading.at, reading.seen, reading.clock]).toEqual([now, now, 'device'])
      // All devices measure one household, so all say the same, as finely as they can.
      const values = valuesOf(reading)
      const first = valuesOf(
        telegramOf(await readerOf(bus, 1, 'janitza-umg604').poll()).readings[0],
      )
      for (const obis of ['1.8.0', '2.8.0', '16.7.0', '32.7.0', '14.7.0', '56.7.0']) {
        // The first SDM72D-M has no voltages.
        const own = values[obis] ?? (family === 'eastron-sdm72d-m' ? first[obis] : undefined)
        expect(Math.abs(numberOf(own) - numberOf(first[obis]))).toBeLessThan(1)
      }
      // What was told can be decoded again from what went over the line.
      const [again] = await decodeModbus(raw, { now: () => now, family })
      expect(telegramOf(again).readings).toEqual(readings)
    },
  )

  test('gives the very floats of the device, as decimals', async () => {
    const janitza = valuesOf(
      telegramOf(await readerOf(bus, 1, 'janitza-umg604').poll()).readings[0],
    )
    for (const [obis, at] of [['1.8.0', 19_068], ['2.8.0', 19_076], ['16.7.0', 19_026]] as const) {
      expect(Math.fround(numberOf(janitza[obis]))).toBe(floatAt(1, 3, at))
    }
    const eastron = valuesOf(
      telegramOf(await readerOf(bus, 3, 'eastron-sdm630').poll()).readings[0],
    )
    expect(eastron['1.8.0']).toMatch(/ Wh$/)
    expect(Math.fround(numberOf(eastron['1.8.0']) / 1000)).toBe(floatAt(3, 4, 0x48))
    expect(Math.fround(numberOf(eastron['52.7.0']))).toBe(floatAt(3, 4, 2))
  })

  test('over TCP it is the same reading, without a line check', async () => {
    for (const { unit, family } of bus.devices) {
      const [overTcp] = telegramOf(await readerOf(bus, unit, family, 'tcp').poll()).readings
      const [overRtu] = telegramOf(await readerOf(bus, unit, family).poll()).readings
      expect(overTcp.registers).toEqual(overRtu.registers)
      expect(overTcp.assurance.line).toBe('none')
      expect(overTcp.warnings).toContain('no-line-check')
    }
  })

  test('a second poll reads new values, and asks no more who the device is', async () => {
    const { poller, sent } = createTestPoller(honest())
    const family = familyOf('sunspec')
    const reader = createModbusReader({ poller, unit: 6, family, check: 'crc', now: () => now })
    telegramOf(await reader.poll())
    const before = sent.length
    telegramOf(await reader.poll())
    expect(sent.length - before).toBe(1)
  })

  test('a float that leaves out digits of its counter is told', async () => {
    const warningsAt = async (startWh: number, unit: number, family: FamilyId) => {
      const full = createSimulatedBus({ seed: 5, startWh })
      return telegramOf(await readerOf(full, unit, family).poll()).readings[0].warnings
    }
    // 2^24 Wh for a counter in Wh; 2^17 kWh for one in hundredths of kWh.
    expect(await warningsAt(17_000_000, 1, 'janitza-umg604')).toContain('resolution-limited')
    expect(await warningsAt(17_000_000, 7, 'sunspec')).toContain('resolution-limited')
    expect(await warningsAt(17_000_000, 3, 'eastron-sdm630')).not.toContain('resolution-limited')
    expect(await warningsAt(132_000_000, 3, 'eastron-sdm630')).toContain('resolution-limited')
    // Whole numbers leave out nothing.
    expect(await warningsAt(132_000_000, 6, 'sunspec')).not.toContain('resolution-limited')
  })

  test('a device that does not say its number is named by its model', async () => {
    const { poller } = createTestPoller((frame) => {
      const isSerial = frame[1] === 3 && frame[2] === 0xfc
      return isSerial ? [{ after: 5, bytes: writeRtu(3, Uint8Array.of(0x83, 2)) }] : honest()(frame)
    })
    const family = familyOf('eastron-sdm630')
    const reader = createModbusReader({ poller, unit: 3, family, check: 'crc', now: () => now })
    const [reading] = telegramOf(await reader.poll()).readings
    expect(reading.meter).toBe('Eastron SDM630, unit 3')
    expect(reading.warnings).toContain('meter-unnamed')
  })

  test('no answer, no, and half an answer are refusals with their reason', async () => {
    const family = familyOf('eastron-sdm630')
    const poll = async (
      values: (frame: Bytes) => Uint8Array,
    ) => {
      const { poller } = createTestPoller((frame) => [
        { after: 5, bytes: frame[1] === 4 ? values(frame) : bus.answer(frame, now) },
      ])
      return await createModbusReader({ poller, unit: 3, family, check: 'crc', now: () => now })
        .poll()
    }
    const no = (code: number) => () => writeRtu(3, Uint8Array.of(0x84, code))
    expect(await poll(() => new Uint8Array(0))).toMatchObject({ reason: 'no-answer' })
    expect(await poll(no(4))).toMatchObject({ reason: 'meter-error', exception: 4 })
    expect(await poll(no(2))).toMatchObject({ reason: 'meter-error', exception: 2 })
    expect(await poll((frame) => bus.answer(frame, now).slice(0, 9)))
      .toMatchObject({ reason: 'truncated' })
    expect(
      await poll((frame) => {
        const bent = bus.answer(frame, now)
        bent[7] = (bent[7] ?? 0) ^ 1
        return bent
      }),
    ).toMatchObject({ reason: 'line-check-failed' })
  })

  test('no reading has values of two polls', async () => {
    let broken = false
    const { poller } = createTestPoller((frame) => {
      // The second block of values is lost in the first poll.
      const isLost = !broken && frame[1] === 4 && frame[3] === 0x34
      if (isLost) broken = true
      const at = broken ? now + 3600 : now
      return isLost ? [] : [{ after: 5, bytes: bus.answer(frame, at) }]
    })
    const family = familyOf('eastron-sdm630')
    const reader = createModbusReader({ poller, unit: 3, family, check: 'crc', now: () => now })
    expect(await reader.poll()).toMatchObject({ reason: 'no-answer' })
    const values = valuesOf(telegramOf(await reader.poll()).readings[0])
    const later = createTestPoller((frame) => [{ after: 5, bytes: bus.answer(frame, now + 3600) }])
    const fresh = createModbusReader({
      poller: later.poller,
      unit: 3,
      family,
      check: 'crc',
      now: () => now,
    })
    expect(values).toEqual(valuesOf(telegramOf(await fresh.poll()).readings[0]))
  })
})

describe('recognizeModbus()', () => {
  test('finds each device, by reading only', async () => {
    for (const { unit, family } of bus.devices) {
      const { poller, sent } = createTestPoller(honest())
      const found = await recognizeModbus(poller, unit)
      // The two Janitza cannot be told apart: their registers are the same.
      const expected = family === 'janitza-umg604-pro' ? 'janitza-umg604' : family
      expect(found).toMatchObject({ kind: 'found', family: { id: expected }, order: null })
      expect(sent.every((frame) => frame.length === 8 && (frame[1] === 3 || frame[1] === 4))).toBe(
        true,
      )
    }
  })

  test('gives up soon where nobody answers', async () => {
    const { poller, sent } = createTestPoller(honest())
    expect(await recognizeModbus(poller, 77)).toEqual({ kind: 'silent' })
    expect(sent).toHaveLength(2)
  })

  test('words in another order are a question to the owner, with what speaks for it', async () => {
    for (const order of ['swapped', 'little'] as const) {
      const families = ['janitza-umg604', 'eastron-sdm630', 'eastron-sdm72d-m-v2'] as const
      for (const family of families) {
        const turned = createSimulatedBus({ seed: 5, devices: [{ unit: 1, family, order }] })
        const { poller } = createTestPoller(honest(turned))
        const found = await recognizeModbus(poller, 1)
        if (found.kind !== 'found') throw new Error(found.kind)
        expect(found.family.id).toBe(family)
        expect(found.order?.suggested).toBe(order)
        expect(found.order?.millihertz).toBeGreaterThan(49_900)
        expect(found.order?.millihertz).toBeLessThan(50_100)
        // Unasked, nothing is turned round: what cannot be is doubted or left out.
        const common = {
          poller,
          unit: 1,
          family: found.family,
          check: 'crc',
          now: () => now,
        } as const
        const [asItIs] = telegramOf(await createModbusReader(common).poll()).readings
        expect(asItIs.warnings.some((warning) => warning.startsWith('value-'))).toBe(true)
        const [turnedRound] = telegramOf(
          await createModbusReader({ ...common, order }).poll(),
        ).readings
        const plain = createSimulatedBus({ seed: 5, devices: [{ unit: 1, family }] })
        const [straight] = telegramOf(await readerOf(plain, 1, family).poll()).readings
        expect(turnedRound.registers).toEqual(straight.registers)
        expect(turnedRound.warnings).toEqual(['clock-missing', 'simulated'])
      }
    }
  })

  test('a device that refuses everything, or says zero to everything, is none of these', async () => {
    const no = createTestPoller((frame) => [
      { after: 5, bytes: writeRtu(frame[0] ?? 0, Uint8Array.of((frame[1] ?? 0) | 0x80, 2)) },
    ])
    expect(await recognizeModbus(no.poller, 1)).toEqual({ kind: 'not-found' })
    const zero = createTestPoller((frame) => {
      const count = frame[5] ?? 0
      const data = [frame[1] ?? 0, 2 * count, ...Array<number>(2 * count).fill(0)]
      return [{ after: 5, bytes: writeRtu(frame[0] ?? 0, Uint8Array.from(data)) }]
    })
    expect(await recognizeModbus(zero.poller, 1)).toEqual({ kind: 'not-found' })
  })
})

test('modbusProbe() tells every question before it is sent', async () => {
  const [settings] = modbusLines
  if (settings === undefined) throw new Error('There is no line')
  const probe = modbusProbe(3, settings)
  expect(probe.questions.every(({ request }) => request.unit === 3)).toBe(true)
  const told = new Set(probe.questions.map(({ bytes }) => toHex(bytes)))
  const { poller, sent } = createTestPoller((frame) => [
    { after: 5, bytes: writeRtu(3, Uint8Array.of((frame[1] ?? 0) | 0x80, 2)) },
  ])
  await recognizeModbus(poller, 3)
  expect(sent.map((frame) => toHex(frame)).every((hex) => told.has(hex))).toBe(true)
  expect(sent).toHaveLength(told.size)
})

describe('values that cannot be', () => {
  const bits = (value: number): number[] => {
    const view = new DataView(new ArrayBuffer(4))
    view.setFloat32(0, value)
    return [view.getUint16(0), view.getUint16(2)]
  }
  function readingOf(fill: (image: Image) => void) {
    const { map } = familyOf('janitza-umg604')
    if (map === null) throw new Error('There is no map')
    const image = createImage()
    fill(image)
    const assurance = { line: 'crc', origin: 'plain', custody: 'software' } as const
    return readMap(image, map, { unit: 1, serial: '1', seen: now, assurance })
  }
  const put = (address: number, value: number) => (image: Image) =>
    image.put({ function: 3, address, count: 2 }, Uint16Array.from(bits(value)))

  test('2322 V stays 2322 V, with a doubt', () => {
    const reading = readingOf(put(19_000, 2322))
    expect(valuesOf(reading ?? undefined)).toEqual({ '32.7.0': '2322e0 V' })
    expect(reading?.warnings).toContain('value-implausible')
  })

  test('what is no number, or smaller than any block can hold, is left out and told', () => {
    for (const value of [NaN, Infinity, 1.2345e-23, 3e30]) {
      const reading = readingOf((image) => {
        put(19_000, value)(image)
        put(19_002, 231)(image)
      })
      expect(valuesOf(reading ?? undefined)).toEqual({ '52.7.0': '231e0 V' })
      expect(reading?.warnings).toContain('value-invalid')
    }
  })

  test('a phase that is not there has 0 V, which can be; a counter below nothing cannot', () => {
    expect(readingOf(put(19_004, 0))?.warnings).not.toContain('value-implausible')
    expect(readingOf(put(19_068, -5))?.warnings).toContain('value-implausible')
    // Import minus export goes both ways.
    expect(readingOf(put(19_060, -5))?.warnings).not.toContain('value-implausible')
    expect(readingOf(() => undefined)).toBeNull()
  })

  test('isPlausible() knows what no grid has', () => {
    const of = (obis: string, value: string, exponent = 0) =>
      isPlausible({ obis: `1-0:${obis}*255`, value, exponent })
    expect([of('14.7.0', '5002', -2), of('14.7.0', '75')]).toEqual([true, false])
    expect([of('73.7.0', '-98', -2), of('13.7.0', '98')]).toEqual([true, false])
    expect([of('52.7.0', '2301', -1), of('52.7.0', '2301'), of('52.7.0', '-230')])
      .toEqual([true, false, false])
    expect([of('36.7.0', '-8', 3), of('16.7.0', '8', 9)]).toEqual([true, false])
    expect([of('96.7.21', '70000'), isPlausible({ obis: 'x', value: '1', exponent: 0 })])
      .toEqual([true, true])
  })
})

test('identifyModbus() asks the same of a device whatever came before', () => {
  const image = createImage()
  const first = identifyModbus(image)
  expect(first).toEqual({ kind: 'ask', question: { function: 3, address: 0xfc02, count: 1 } })
  image.put({ function: 3, address: 0xfc02, count: 1 }, wordsOf(Uint8Array.of(0, 0x84), 0, 1))
  expect(identifyModbus(image)).toMatchObject({ kind: 'found', family: { id: 'eastron-sdm72d-m' } })
})

test('createDecoder() gives the decoder of captures', async () => {
  const [, , third] = bus.devices
  const { raw } = telegramOf(await readerOf(bus, third?.unit ?? 0, 'eastron-sdm630').poll())
  const decoder = createDecoder('modbus', { now: () => now })
  const outcomes = [...await decoder.push(concat(raw)), ...await decoder.end()]
  expect(telegramOf(outcomes[0]).protocol).toBe('modbus')
})
