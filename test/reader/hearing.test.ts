/**
 * Which meter a line hears, where cables look the same; what is remembered of it; and what an older
 * version of this browser remembered.
 *
 * @module
 */
import { beforeEach, expect, test } from 'vitest'
import { createHearing } from '../../pwa/household/hearing.ts'
import { type At, createReaders } from '../../pwa/household/readers.ts'
import {
  createRememberedLines,
  type RememberedLines,
} from '../../pwa/household/remembered-lines.ts'
import type { Found } from '../../pwa/reader/found.ts'
import type { ReaderRecord, VaultDatabase } from '../../pwa/vault/database.ts'
import { fromHex } from '../../shared/bytes.ts'
import { p1Line } from '../../shared/meter/line.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import type { Telegram } from '../../shared/meter/telegram.ts'
import { fakeLine, usb } from './fake-line.ts'

const found: Found = { protocol: 'p1', settings: p1Line }

function record(meter: string | null, wanted = true): ReaderRecord {
  return { kind: 'serial', usb, meter, wanted, ...found }
}

function telegramOf(meter: string, line: 'crc' | 'none' = 'crc', system?: string): Telegram {
  const reading: Reading = {
    meter,
    at: 0,
    clock: 'meter',
    seen: 0,
    registers: [],
    texts: [],
    assurance: { line, origin: 'plain', custody: 'browser' },
    warnings: [],
  }
  return {
    protocol: 'p1',
    identification: '',
    version: null,
    readings: [reading],
    raw: new Uint8Array(0),
    check: line,
    ...(system === undefined ? {} : { system: fromHex(system) }),
  }
}

/** A database of one value. */
function databaseOf(kept: unknown): { database: VaultDatabase; value: () => unknown } {
  let value = kept
  const store = { put: (next: unknown) => Promise.resolve(void (value = structuredClone(next))) }
  const database = {
    get: () => Promise.resolve(value),
    transaction: () => ({ store, done: Promise.resolve() }),
  } as unknown as VaultDatabase // of which no more is used here
  return { database, value: () => value }
}

/** Meters that have a record, besides those of the lines. */
let recorded: { id: string; parent: string | null; simulated: boolean }[] = []

beforeEach(() => {
  recorded = []
})

async function house(...records: ReaderRecord[]) {
  const connected: string[] = []
  const { database, value } = databaseOf(records)
  const lines: RememberedLines = createRememberedLines(database)
  await lines.load()
  const readers = createReaders(() => undefined)
  const hearing = createHearing({
    readers,
    lines,
    recorded: () => recorded,
    connected: (meter) => connected.push(meter),
  })
  const accept = (at: At) => {
    if (at.other === null) throw new Error('No other meter')
    hearing.accept(at, at.other)
  }
  const begin = (of: Partial<At> = {}) =>
    readers.begin({ asked: false, line: fakeLine(), usb, ...of })
  const kept = () =>
    (value() as ReaderRecord[]).map(({ meter, wanted }) => `${meter} ${wanted}`).sort()
  return { readers, hearing, accept, begin, kept, connected, lines }
}

test('cables that look the same are told apart by their meters', async () => {
  const { readers, hearing, begin, kept, lines } = await house(record('A'), record('B'))
  const [a = null, b = null] = lines.all()
  const one = begin({ meter: 'A', record: a })
  const other = begin({ meter: 'B', record: b })
  expect(hearing.heard(one, telegramOf('B'), found)).toBe('take')
  expect([one.meter, other.meter]).toEqual(['B', 'A'])
  expect(hearing.heard(other, telegramOf('A'), found)).toBe('take')
  expect([one.meter, other.meter]).toEqual(['B', 'A'])
  expect(readers.all()).toHaveLength(2)
  await Promise.resolve()
  expect(kept()).toEqual(['A true', 'B true'])
})

test('a meter that another line reads is not read twice', async () => {
  const { hearing, begin } = await house()
  const one = begin({ asked: true })
  expect(hearing.heard(one, telegramOf('A'), found)).toBe('take')
  const other = begin({ asked: true })
  expect(hearing.heard(other, telegramOf('A'), found)).toBe('twice')
  // Its cable was pulled, and now it comes over the other one.
  one.line = null
  expect(hearing.heard(other, telegramOf('A'), found)).toBe('take')
})

test('what the owner stopped is not read because its cable looks like another', async () => {
  const { hearing, begin } = await house(record('A'), record('B', false))
  expect(hearing.heard(begin(), telegramOf('B'), found)).toBe('stopped')
  expect(hearing.heard(begin({ asked: true }), telegramOf('B'), found)).toBe('take')
})

test('once all wanted meters are heard, further cables of their kind are let go', async () => {
  const { readers, hearing, begin, lines } = await house(record('A'))
  const one = begin({ meter: 'A', record: lines.all()[0] ?? null })
  begin()
  expect(hearing.heard(one, telegramOf('A'), found)).toBe('take')
  await new Promise((settled) => setTimeout(settled, 0))
  expect(readers.all()).toEqual([one])
})

test('a line that waits for a meter is gone once another one has it', async () => {
  const { readers, hearing, begin, connected } = await house(record('A'))
  begin({ meter: 'A', line: null })
  const asked = begin({ asked: true })
  expect(hearing.heard(asked, telegramOf('A'), found)).toBe('take')
  expect(readers.all()).toEqual([asked])
  expect(connected).toEqual(['A'])
})

test('without a line check a meter is believed at its second telegram', async () => {
  const { hearing, begin } = await house()
  const one = begin({ asked: true })
  hearing.heard(one, telegramOf('A', 'none'), found)
  expect(one.meter).toBeNull()
  hearing.heard(one, telegramOf('A', 'none'), found)
  expect(one.meter).toBe('A')
})

test('two telegrams of a meter that is new here are another meter, which the owner is asked about', async () => {
  const { hearing, accept, begin, kept } = await house()
  const one = begin({ asked: true })
  hearing.heard(one, telegramOf('A'), found)
  expect(hearing.heard(one, telegramOf('B'), found)).toBe('once')
  expect(hearing.heard(one, telegramOf('C'), found)).toBe('once')
  expect(hearing.heard(one, telegramOf('A'), found)).toBe('take')
  expect(hearing.heard(one, telegramOf('C'), found)).toBe('once')
  expect(hearing.heard(one, telegramOf('C'), found)).toBe('other')
  await Promise.resolve()
  expect([one.meter, kept()]).toEqual(['A', ['A true']])
  accept(one)
  expect(hearing.heard(one, telegramOf('C'), found)).toBe('take')
  await Promise.resolve()
  expect(kept()).toEqual(['C true'])
})

test('a meter that was replaced between two visits is asked about; of several cables none is', async () => {
  const { hearing, begin, lines } = await house(record('A'))
  const one = begin({ meter: 'A', record: lines.all()[0] ?? null })
  expect(hearing.heard(one, telegramOf('B'), found)).toBe('once')
  expect(hearing.heard(one, telegramOf('B'), found)).toBe('other')

  const two = await house(record('A'), record('B'))
  const [a = null, b = null] = two.lines.all()
  const first = two.begin({ meter: 'A', record: a })
  two.begin({ meter: 'B', record: b })
  expect(two.hearing.heard(first, telegramOf('C'), found)).toBe('take')
})

test('a line of the first version is remembered as P1', async () => {
  const { database, value } = databaseOf({
    kind: 'serial',
    usb,
    settings: p1Line,
    wanted: true,
  })
  const lines = createRememberedLines(database)
  await lines.load()
  const [old] = lines.all()
  expect(old).toEqual(record(null))
  await lines.keep(record('A'), old ?? null)
  expect(value()).toEqual([record('A')])
})

const ofHouse = (id: string) => ({ id, parent: null, simulated: false })

test('a meter that is new here may go on in the record of the one that the line had', async () => {
  const { hearing, accept, begin } = await house()
  recorded = [ofHouse('A')]
  const one = begin({ asked: true })
  hearing.heard(one, telegramOf('A'), found)
  hearing.heard(one, telegramOf('B'), found)
  expect(hearing.heard(one, telegramOf('B'), found)).toBe('other')
  const other = { before: 'A', meter: 'B', system: null, changed: true, own: true }
  expect(one.other).toEqual(other)
  recorded = [{ ...ofHouse('A'), simulated: true }]
  hearing.heard(one, telegramOf('B'), found)
  expect(one.other, 'never from simulated to real').toEqual({ ...other, changed: false })
  recorded = [ofHouse('A'), ofHouse('B')]
  hearing.heard(one, telegramOf('B'), found)
  expect(one.other, 'it has a record of its own').toEqual({ ...other, changed: false })
  accept(one)
  expect(hearing.heard(one, telegramOf('B'), found)).toBe('take')
})

test('at a line that was just connected, the one meter that is missed may have been changed', async () => {
  const { hearing, accept, begin } = await house(record('A', false))
  recorded = [ofHouse('A'), { ...ofHouse('GAS'), parent: 'A' }]
  const one = begin({ asked: true })
  expect(hearing.heard(one, telegramOf('B'), found)).toBe('once')
  expect(hearing.heard(one, telegramOf('B'), found)).toBe('other')
  expect(one.other).toMatchObject({ before: 'A', meter: 'B', changed: true, own: true })
  accept(one)
  expect(hearing.heard(one, telegramOf('B'), found)).toBe('take')

  // Nobody is missed, or which one it is cannot be known.
  const all = await house(record('A'))
  const first = all.begin({ asked: true })
  expect(all.hearing.heard(first, telegramOf('A'), found)).toBe('take')
  expect(all.hearing.heard(all.begin({ asked: true }), telegramOf('B'), found)).toBe('take')
  const two = await house(record('A', false), record('C', false))
  recorded = [ofHouse('A'), ofHouse('C')]
  expect(two.hearing.heard(two.begin({ asked: true }), telegramOf('B'), found)).toBe('take')
  // A meter that is known is that meter, wherever it is heard.
  expect(two.hearing.heard(two.begin({ asked: true }), telegramOf('C'), found)).toBe('take')
})

test('another system title is another meter, though its id be the same; so is another id', async () => {
  const [one, other] = ['4953453100000001', '4953453100000002']
  const { hearing, accept, begin, lines } = await house()
  recorded = [ofHouse('A')]
  const at = begin({ asked: true })
  expect(hearing.heard(at, telegramOf('A', 'crc', one), found)).toBe('take')
  expect(hearing.heard(at, telegramOf('A', 'crc', other), found)).toBe('once')
  expect(hearing.heard(at, telegramOf('A', 'crc', other), found)).toBe('other')
  expect(at.other).toEqual({ before: 'A', meter: 'A', system: other, changed: true, own: false })
  accept(at)
  expect(hearing.heard(at, telegramOf('A', 'crc', other), found)).toBe('take')
  await Promise.resolve()
  expect(lines.all()).toMatchObject([{ meter: 'A', system: other }])
  // The next visit knows it too, at whatever line it is heard.
  const next = begin({ asked: true })
  expect(hearing.heard(next, telegramOf('A', 'crc', one), found)).toBe('once')
  // The same title with another id.
  hearing.heard(at, telegramOf('B', 'crc', other), found)
  expect(hearing.heard(at, telegramOf('B', 'crc', other), found)).toBe('other')
  expect(at.other).toMatchObject({ before: 'A', meter: 'B', changed: true, own: true })
})
