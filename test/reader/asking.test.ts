/**
 * Asking for meters that say nothing by themselves: which settings are tried, what several meters at
 * one line become, and what the owner is asked.
 *
 * @module
 */
import { expect, test } from 'vitest'
import type { Bytes } from '../../shared/bytes.ts'
import { type DuplexLine, type LineSettings, lineText } from '../../shared/meter/line.ts'
import { createSimulatedBus, type SimulatedDevice } from '../../shared/meter/simulate-modbus.ts'
import { createSimulatedMBus, type SimulatedMBusMeter } from '../../shared/meter/simulate-mbus.ts'
import type { Outcome, Telegram } from '../../shared/meter/telegram.ts'
import { mbus } from '../../pwa/reader/ask-mbus.ts'
import { modbus } from '../../pwa/reader/ask-modbus.ts'
import { type Answering, type Talk, together } from '../../pwa/reader/asker.ts'

/** Early enough for every counter to be whole in a float32. */
const NOW = Date.UTC(2021, 6, 1, 10) / 1000
const decoding = { now: () => NOW, zone: 'Europe/Vienna' }

interface Far extends DuplexLine {
  readonly opened: string[]
  readonly written: number
}

/** @param speaks at other settings nothing is heard there */
function farEnd(speaks: string | null, answer: (asked: Bytes) => Uint8Array): Far {
  const opened: string[] = []
  const coming: Uint8Array[] = []
  let written = 0
  return {
    opened,
    get written() {
      return written
    },
    open(settings) {
      opened.push(lineText(settings))
      coming.length = 0
      return Promise.resolve()
    },
    write(bytes) {
      written++
      const isHeard = speaks === null || opened.at(-1) === speaks
      const told = isHeard ? answer(bytes) : new Uint8Array(0)
      if (told.length > 0) coming.push(told)
      return Promise.resolve()
    },
    read: () => Promise.resolve(coming.shift() ?? null),
  }
}

function talk(line: DuplexLine, more: Partial<Talk> = {}): Talk {
  return {
    line,
    decoding,
    zoneOf: () => null,
    progress: () => undefined,
    confirmOrder: () => Promise.reject(new Error('The owner was asked')),
    ...more,
  }
}

function busOf(meters: readonly SimulatedMBusMeter[], speaks = '2400 8E1'): Far {
  const bus = createSimulatedMBus(meters)
  return farEnd(speaks, (asked) => bus.answer(asked, NOW))
}

function only(outcomes: readonly Outcome[] | undefined): Telegram {
  const [first, ...others] = outcomes ?? []
  if (first?.kind !== 'telegram' || others.length > 0) throw new Error(JSON.stringify(outcomes))
  return first.telegram
}

const settingsOf = (baudRate: number, parity: LineSettings['parity']): Answering => {
  return { settings: { baudRate, dataBits: 8, parity, stopBits: 1 } }
}
const heat = { kind: 'heat', address: 1, id: '10000001' } as const
const water = { kind: 'water', address: 2, id: '10000002' } as const
const electricity = { kind: 'electricity', address: 3, id: '20000003' } as const

test('one meter of an M-Bus is found at its rate, and asked there from then on', async () => {
  const line = busOf([heat], '9600 8E1')
  const conversation = await mbus.find(talk(line), null)
  expect(line.opened).toEqual(['2400 8E1', '300 8E1', '9600 8E1'])
  expect(conversation?.answering()).toEqual(settingsOf(9600, 'even'))
  const { readings, protocol } = only(await conversation?.ask())
  expect(protocol).toBe('mbus')
  expect(readings.map(({ meter }) => meter)).toEqual([expect.stringContaining('10000001')])

  const again = busOf([heat], '9600 8E1')
  expect(await mbus.find(talk(again), settingsOf(9600, 'even'))).not.toBeNull()
  expect(again.opened).toEqual(['9600 8E1'])
})

test('every meter of an M-Bus has its own reading, after that of the electricity meter', async () => {
  const conversation = await mbus.find(talk(busOf([heat, water, electricity])), null)
  const { readings } = only(await conversation?.ask())
  const ids = readings.map(({ meter }) => meter.match(/\d{8}/)?.[0])
  expect(ids).toEqual(['20000003', '10000001', '10000002'])
  expect(readings.every(({ registers }) => registers.length > 0)).toBe(true)
})

test('without the main meter’s answer nothing is told of the others', async () => {
  const bus = createSimulatedMBus([electricity, water])
  let isSilent = false
  const line = farEnd('2400 8E1', (asked) => {
    // Whoever is selected by the electricity meter's name is away.
    return isSilent && asked[7] === 0x03 ? new Uint8Array(0) : bus.answer(asked, NOW)
  })
  const conversation = await mbus.find(talk(line), null)
  expect(only(await conversation?.ask()).readings).toHaveLength(2)
  isSilent = true
  expect(await conversation?.ask()).toEqual([
    { kind: 'refused', reason: 'no-answer', offset: 0, length: 0 },
  ])
})

test('the search on a line of noise ends', async () => {
  const line = farEnd(null, () => Uint8Array.of(0xe5, 0x55, 0xaa))
  expect(await mbus.find(talk(line), settingsOf(2400, 'even'))).toBeNull()
  expect(line.written).toBeLessThan(2100)
})

test('the clocks of an M-Bus are read in the zone that the owner told', async () => {
  const at = async (zone: string | null) => {
    const conversation = await mbus.find(talk(busOf([water]), { zoneOf: () => zone }), null)
    return only(await conversation?.ask()).readings[0].at
  }
  expect(await at('Europe/London') - await at(null)).toBe(3600)
})

function rs485(devices: readonly SimulatedDevice[], speaks = '9600 8N1'): Far {
  const bus = createSimulatedBus({ seed: 3, devices })
  return farEnd(speaks, (asked) => bus.answer(asked, NOW))
}

test('a Modbus meter is found at other settings, and at another unit', async () => {
  const line = rs485([{ unit: 1, family: 'eastron-sdm630' }], '19200 8E1')
  const conversation = await modbus.find(talk(line), null)
  expect(line.opened).toEqual(['9600 8N1', '19200 8E1'])
  expect(conversation?.answering()).toEqual(settingsOf(19_200, 'even'))
  expect(only(await conversation?.ask()).readings[0].meter).toMatch(/^SDM630/)

  const further = rs485([{ unit: 5, family: 'eastron-sdm72d-m' }])
  const found = await modbus.find(talk(further), null)
  expect(found?.answering()).toEqual(settingsOf(9600, 'none'))
  expect(only(await found?.ask()).readings[0].meter).toMatch(/^SDM72/)
})

test('several units of one line are several meters', async () => {
  const line = rs485([
    { unit: 1, family: 'eastron-sdm630' },
    { unit: 4, family: 'eastron-sdm72d-m-v2' },
  ])
  const conversation = await modbus.find(talk(line), null)
  const { readings } = only(await conversation?.ask())
  expect(readings.map(({ meter }) => meter.split('-')[0])).toEqual(['SDM630', 'SDM72DM2'])
})

function hertz({ readings: [{ registers, warnings }] }: Telegram) {
  const found = registers.find(({ obis }) => obis === '1-0:14.7.0*255')
  const value = found === undefined ? null : Number(`${found.value}e${found.exponent}`)
  return { value, doubted: warnings.includes('value-implausible') }
}

test('the order of words is the owner’s to say, and is remembered', async () => {
  const device: SimulatedDevice = { unit: 1, family: 'janitza-umg604', order: 'swapped' }
  const asked: string[] = []
  const answered = async (yes: boolean, known: Answering | null = null) => {
    const confirmOrder = (name: string, millihertz: number) => {
      asked.push(`${name} ${Math.round(millihertz / 1000)}`)
      return Promise.resolve(yes)
    }
    const conversation = await modbus.find(talk(rs485([device]), { confirmOrder }), known)
    return { conversation, ...hertz(only(await conversation?.ask())) }
  }
  const yes = await answered(true)
  expect(asked).toEqual(['Janitza UMG 604 50'])
  expect(yes.value).toBeCloseTo(50, 0)
  expect(yes.conversation?.answering()).toMatchObject({ order: 'swapped' })

  const no = await answered(false)
  expect(no.value ?? 0).not.toBeCloseTo(50, 0)
  expect(no.conversation?.answering()).toMatchObject({ order: 'big' })

  const known = await answered(false, { ...settingsOf(9600, 'none'), order: 'swapped' })
  expect(asked).toHaveLength(2)
  expect(known.value).toBeCloseTo(50, 0)
})

test('a refusal of a further meter stays beside what the others told', async () => {
  const conversation = await mbus.find(talk(busOf([heat])), null)
  const telegram = only(await conversation?.ask())
  const refused = { kind: 'refused', reason: 'no-answer', offset: 0, length: 0 } as const
  const told = together([{ kind: 'telegram', telegram }, refused])
  expect(told).toEqual([{ kind: 'telegram', telegram }, refused])
  expect(together([refused, { kind: 'telegram', telegram }])).toEqual([refused])
})
