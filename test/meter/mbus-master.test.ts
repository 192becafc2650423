/** @module The M-Bus master on a simulated bus: retries, count bit, selection, search, collisions. */

import { describe, expect, test } from 'vitest'
import { type Bytes, concat, toHex } from '../../shared/bytes.ts'
import type { AskedLine } from '../../shared/meter/line.ts'
import { everyMeter, identityText } from '../../shared/meter/mbus-address.ts'
import {
  createMBusMaster,
  type MBusMaster,
  type MBusMasterOptions,
} from '../../shared/meter/mbus-master.ts'
import { createSimulatedMBus, type SimulatedMBusMeter } from '../../shared/meter/simulate-mbus.ts'
import { hex, long, now, options } from './mbus-frames.ts'

const three: readonly SimulatedMBusMeter[] = [
  { kind: 'heat', address: 1, id: '10000001' },
  { kind: 'water', address: 2, id: '10000002' },
  { kind: 'electricity', address: 3, id: '20000003' },
]

interface Wire {
  readonly master: MBusMaster
  /** What the master sent, in hex. */
  readonly sent: string[]
  /** Milliseconds that passed. */
  readonly passed: () => number
}

type Answer = (request: Bytes, index: number) => Uint8Array

/** A line whose time is only what is waited for, and that does to answers what a test says. */
function wire(answer: Answer, given: Partial<MBusMasterOptions> = {}): Wire {
  let ticks = 0
  const sent: string[] = []
  const waiting: Uint8Array[] = []
  const line: AskedLine = {
    write(bytes) {
      sent.push(toHex(bytes))
      const said = answer(bytes, sent.length - 1)
      // In two pieces, as serial lines do.
      if (said.length > 3) waiting.push(said.subarray(0, 3), said.subarray(3))
      else if (said.length > 0) waiting.push(said)
      return Promise.resolve()
    },
    read(milliseconds) {
      const chunk = waiting.shift() ?? null
      ticks += chunk === null ? milliseconds : Math.min(milliseconds, 10)
      return Promise.resolve(chunk)
    },
  }
  const master = createMBusMaster(line, { ...options, ticks: () => ticks, ...given })
  return { master, sent, passed: () => ticks }
}

const silence = new Uint8Array(0)

function onBus(
  meters: readonly SimulatedMBusMeter[],
  change?: (answer: Bytes, i: number) => Bytes,
) {
  const bus = createSimulatedMBus(meters)
  return wire((request, i) => {
    const said = bus.answer(request, now)
    return change === undefined ? said : change(said, i)
  })
}

describe('a readout by primary address', () => {
  test('tells each meter, with the meter’s own time', async () => {
    const { master } = onBus(three)
    for (
      const [i, meter] of ['ZZZ-10000001-01-04', 'ZZZ-10000002-01-07', 'ZZZ-20000003-01-02']
        .entries()
    ) {
      const answer = await master.read(i + 1)
      if (answer.kind !== 'telegram') throw new Error(`Expected a telegram: got ${answer.kind}`)
      const [reading] = answer.telegram.readings
      expect(reading).toMatchObject({
        meter,
        at: now,
        clock: 'meter-local',
        warnings: ['simulated'],
      })
    }
  })

  test('goes on while more records follow, turning the count bit, and tells them as one', async () => {
    const { master, sent } = onBus(three)
    const answer = await master.read(1)
    expect(sent).toEqual(['1040014116', '107b017c16', '105b015c16'])
    if (answer.kind !== 'telegram') throw new Error('Expected a telegram')
    const [reading] = answer.telegram.readings
    const storages = reading.registers.flatMap((one) =>
      one.obis === undefined && one.quantity === 'Energy' ? [one.storage] : []
    )
    expect(storages).toEqual([0, 1, 2, 3])
    expect(answer.telegram.raw.length).toBeGreaterThan(60)
    // Read again, it is the same: the place among the telegrams was reset.
    expect(await master.read(1)).toMatchObject({ kind: 'telegram' })
    expect(sent.slice(3)).toEqual(sent.slice(0, 3))
  })

  test('asks again with the same count bit where an answer is lost, and loses nothing', async () => {
    for (const lost of [0, 1, 2, 3]) {
      const { master, sent } = onBus(three, (answer, i) => i === lost ? silence : answer)
      const answer = await master.read(1)
      if (answer.kind !== 'telegram') throw new Error(`Expected a telegram: got ${answer.kind}`)
      const energies = answer.telegram.readings[0].registers.filter((one) =>
        one.obis === undefined && one.quantity === 'Energy'
      )
      expect(energies, `lost ${lost}`).toHaveLength(4)
      // The fourth answer is never asked for.
      expect(lost === 3 || sent[lost + 1] === sent[lost]).toBe(true)
    }
  })

  test('asks again where an answer is damaged', async () => {
    const bend = (answer: Bytes) => answer.map((byte, i) => i === 12 ? byte ^ 4 : byte)
    const { master } = onBus(three, (answer, i) => i === 1 ? bend(answer) : answer)
    expect(await master.read(2)).toMatchObject({ kind: 'telegram' })
  })

  test('gives up after so many tries: silent, or garbled where something was heard', async () => {
    const { master, sent, passed } = onBus(three)
    expect(await master.read(9)).toEqual({ kind: 'silent' })
    expect(sent).toEqual(Array.from({ length: 3 }, () => '1040094916'))
    expect(passed()).toBeLessThan(3000)
    const damaged = onBus(three, (answer) => answer.map((byte) => byte ^ 1))
    expect(await damaged.master.read(2)).toEqual({ kind: 'garbled' })
  })

  test('a meter with another count bit does not tell its last telegram as a new one', async () => {
    const bus = createSimulatedMBus([{ kind: 'water', address: 2, id: '10000002' }])
    let seconds = now
    const { master } = wire((request) => bus.answer(request, seconds))
    const first = await master.read(2)
    seconds += 86_400
    // The meter has the bit set by the readout before; without a reset it would repeat itself.
    const second = await master.read(2)
    if (first.kind !== 'telegram' || second.kind !== 'telegram') throw new Error('Expected two')
    const counter = (answer: typeof first) => answer.telegram.readings[0].registers[0]?.value
    expect(Number(counter(second)) - Number(counter(first))).toBe(360)
    expect(second.telegram.readings[0].at - first.telegram.readings[0].at).toBe(86_400)
  })

  test('takes its own echo off, also where it comes together with the answer', async () => {
    const bus = createSimulatedMBus(three)
    const { master } = wire((request) => concat(request, bus.answer(request, now)))
    expect(await master.read(1)).toMatchObject({ kind: 'telegram' })
    const alone = wire((request) => request)
    expect(await alone.master.read(1)).toEqual({ kind: 'silent' })
  })

  test('another meter’s answer is none', async () => {
    const other = createSimulatedMBus([{ kind: 'water', address: 7, id: '10000002' }])
    const { master } = wire((request) =>
      toHex(request) === '1040024216' ? hex('e5') : other.answer(hex('107b078216'), now)
    )
    expect(await master.read(2)).toEqual({ kind: 'garbled' })
  })

  test('a meter’s own error is told, and one that never ends its readout is left', async () => {
    const busy = wire((request) => request[1] === 0x40 ? hex('e5') : long(hex('08 02 70 08')))
    expect(await busy.master.read(2)).toEqual({ kind: 'refused', reason: 'meter-error' })
    const endless = wire((request) =>
      request[1] === 0x40
        ? hex('e5')
        : long(hex('08 02 72 78563412 2440 01 07 55 00 0000 02 13 0700 1f'))
    )
    expect(await endless.master.read(2)).toMatchObject({ kind: 'telegram' })
    expect(endless.sent).toHaveLength(17)
  })

  test('parts of two meters are not one readout', async () => {
    const part = (id: string) => long(hex(`08 02 72 ${id} 2440 01 07 55 00 0000 02 13 0700 1f`))
    const { master } = wire((request, i) =>
      request[1] === 0x40 ? hex('e5') : part(i === 1 ? '78563412' : '78563413')
    )
    expect(await master.read(2)).toEqual({ kind: 'garbled' })
  })

  test.each([-1, 251, 253, 255, 1.5])('address %d is nobody’s', async (address) => {
    await expect(onBus(three).master.read(address)).rejects.toThrow(RangeError)
  })

  test('a scan finds the addresses that acknowledge', async () => {
    expect(await onBus(three).master.scan(1, 6)).toEqual([1, 2, 3])
  })
})

describe('secondary addresses', () => {
  test('select one meter, and say who is meant', async () => {
    const { master, sent } = onBus(three)
    const mask = { id: '10000002', manufacturer: 'ZZZ', version: 1, medium: 7 }
    const answer = await master.readSelected(mask)
    expect(answer).toMatchObject({
      kind: 'telegram',
      telegram: { readings: [{ meter: identityText(mask) }] },
    })
    const chosen = '53fd52020000105a6b0107'
    expect(sent).toContain(
      `680b0b68${chosen}${sumOf(chosen)}16`,
    )
    expect(await master.readSelected({ ...mask, medium: 4 })).toEqual({ kind: 'silent' })
  })

  test('digits left open match any, and two at once are garbled', async () => {
    const { master } = onBus(three)
    expect(await master.readSelected({ ...everyMeter, id: '2FFFFFFF' })).toMatchObject({
      kind: 'telegram',
    })
    expect(await master.readSelected({ ...everyMeter, id: '1FFFFFFF' })).toEqual({
      kind: 'garbled',
    })
  })

  test('a search finds everybody, each once, also with hex digits', async () => {
    const { master } = onBus([...three, { kind: 'water', address: 4, id: '0500023E' }])
    const told: string[] = []
    const { found, collisions } = await master.search((one) => told.push(one.id))
    expect(found.map(({ id }) => id).sort()).toEqual([
      '0500023E',
      '10000001',
      '10000002',
      '20000003',
    ])
    expect(told).toHaveLength(4)
    expect(collisions).toEqual([])
  })

  test('a search finds meters of one delivery in few questions', async () => {
    const ids = ['47110810', '47110811', '47110813', '47110820', '47110822']
    const { master, sent } = onBus(ids.map((id, i) => ({ kind: 'water', address: i + 1, id })))
    const { found, collisions } = await master.search()
    expect(found.map(({ id }) => id).sort()).toEqual(ids)
    expect(collisions).toEqual([])
    expect(sent.length).toBeLessThan(200)
    // Nobody is released who was not selected.
    const releases = sent.filter((frame) => frame.startsWith('1040fd'))
    expect(releases.length).toBeLessThan(20)
  })

  test('what several say at once is no meter, though its check holds', async () => {
    const bus = createSimulatedMBus(three)
    const nobody = createSimulatedMBus([{ kind: 'water', address: 9, id: '99999999' }])
    let isEverybody = false
    const { master } = wire((frame) => {
      const text = toHex(frame)
      if (text.startsWith('680b')) isEverybody = text.includes('52ffffffff')
      const answer = bus.answer(frame, now)
      return text.startsWith('107bfd') && isEverybody
        ? nobody.answer(hex('10 7b 09 84 16'), now)
        : answer
    })
    const { found } = await master.search()
    expect(found.map(({ id }) => id).sort()).toEqual(['10000001', '10000002', '20000003'])
  })

  test('a search parts meters of one number by their medium', async () => {
    const { master } = onBus([
      { kind: 'heat', address: 1, id: '10000001' },
      { kind: 'water', address: 2, id: '10000001' },
    ])
    const { found, collisions } = await master.search()
    expect(found.map(({ medium }) => medium)).toEqual([4, 7])
    expect(collisions).toEqual([])
  })

  test('two meters of one secondary address are told as a collision, and others are found', async () => {
    const { master } = onBus([
      { kind: 'water', address: 1, id: '10000001', seed: 1 },
      { kind: 'water', address: 2, id: '10000001', seed: 2 },
      { kind: 'heat', address: 3, id: '30000000' },
    ])
    const { found, collisions } = await master.search()
    expect(found.map(({ id }) => id)).toEqual(['30000000'])
    expect(collisions).toEqual([{ id: '10000001', manufacturer: null, version: 1, medium: 7 }])
  })

  test('an empty bus has nobody', async () => {
    expect(await onBus([]).master.search()).toEqual({ found: [], collisions: [] })
  })

  test('a search that loses an acknowledgement now and then still finds everybody', async () => {
    const { master } = onBus(three, (answer, i) => i % 7 === 3 ? silence : answer)
    expect((await master.search()).found).toHaveLength(3)
  })
})

function sumOf(text: string): string {
  const sum = hex(text).reduce((sum, byte) => (sum + byte) & 0xff, 0)
  return sum.toString(16).padStart(2, '0')
}
