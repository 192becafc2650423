/**
 * The owner's waiver of the line check is for one meter, wherever it is plugged in: every other
 * meter keeps its check.
 *
 * @module
 */
import { afterEach, expect, test, vi } from 'vitest'
import type { MeterKeys } from '../../pwa/household/meter-keys.ts'
import { createReading, type MeterReading } from '../../pwa/household/reading.ts'
import type { Port, Ports } from '../../pwa/reader/ports.ts'
import type { Reader } from '../../pwa/state.ts'
import type { ReaderRecord } from '../../pwa/vault/database.ts'
import { concat } from '../../shared/bytes.ts'
import { p1Line } from '../../shared/meter/line.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import type { Telegram } from '../../shared/meter/telegram.ts'
import { type FakeLine, fakeLine } from './fake-line.ts'

const NOW = 1_780_000_000
const lines = new Map<unknown, FakeLine>()
vi.mock('../../pwa/reader/line.ts', async (original) => ({
  ...await original<typeof import('../../pwa/reader/line.ts')>(),
  portLine: (port: Port) => lines.get(port),
}))

const meterOf = (seed: number) => createSimulatedMeter({ seed }).meter
const [A, B] = [meterOf(1), meterOf(2)]

/** A telegram whose line check was taken off; its name may begin otherwise, as noise has it. */
function unchecked(seed: number, at: number, name = '53'): Uint8Array {
  const telegram = new TextDecoder().decode(createSimulatedMeter({ seed }).telegramAt(at))
  return new TextEncoder().encode(
    telegram.replace(/![0-9A-F]{4}/, '!').replace('0-0:96.1.1(53', `0-0:96.1.1(${name}`),
  )
}

/** P1 asks for none. */
const NO_KEYS: MeterKeys = {
  load: () => Promise.resolve(),
  get: () => null,
  keep: () => Promise.resolve(),
  forget: () => Promise.resolve(),
  kept: () => [],
  counters: { known: () => null, keep: () => undefined },
  settle: () => Promise.resolve(),
}

interface Cable {
  readonly port: Port
  readonly line: FakeLine
}

/** A port of its own kind of cable, with its line. */
function cable(usbProductId: number): Cable {
  const port: Port = {
    readable: null,
    writable: null,
    getInfo: () => ({ usbVendorId: 1, usbProductId }),
    open: () => Promise.reject(new Error('Its line is a fake one')),
    setSignals: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
  const line = { ...fakeLine(null), port, usb: { vendorId: 1, productId: usbProductId } }
  lines.set(port, line)
  return { port, line }
}

function record(productId: number, meter: string | null): ReaderRecord {
  const found = { protocol: 'p1', settings: p1Line } as const
  return { kind: 'serial', usb: { vendorId: 1, productId }, meter, wanted: true, ...found }
}

let reading: MeterReading | null = null
afterEach(async () => await reading?.stop())

/** A browser with these cables, of which it remembers so much, and the meters waived before. */
function browser(
  cables: readonly Cable[],
  { records = [], waived = [] }: { records?: ReaderRecord[]; waived?: string[] } = {},
) {
  const telegrams: Telegram[] = []
  let shown: readonly Reader[] = []
  const ports: Ports = {
    granted: () => Promise.resolve(cables.map(({ port }) => port)),
    choose: () => Promise.resolve(cables.at(-1)?.port ?? null),
    onPlugged: () => undefined,
  }
  reading = createReading({
    ports,
    lines: { load: () => Promise.resolve(), all: () => records, keep: () => Promise.resolve() },
    keys: NO_KEYS,
    zone: 'Europe/Vienna',
    zoneOf: () => null,
    recorded: () => [],
    changeMeter: () => Promise.resolve(),
    show: (readers) => (shown = readers),
    telegram: (telegram) => telegrams.push(telegram),
    refused: () => undefined,
    connected: () => undefined,
    simulatedFrom: () => Promise.resolve(null),
    waived: (meter) => Promise.resolve(waived.includes(meter)),
  })
  return {
    reading,
    telegrams,
    taken: () => new Set(telegrams.map(({ readings: [main] }) => main.meter)),
    states: () => shown.map(({ state }) => state.kind === 'failed' ? state.why : state.kind),
    reader: (meter: string) => shown.find((reader) => reader.meter === meter)?.id ?? '',
  }
}

/** Telegrams of both lines, until it is so. */
async function until(so: () => void, ...send: (() => void)[]): Promise<void> {
  await vi.waitFor(() => {
    for (const one of send) one()
    so()
  }, { timeout: 20_000, interval: 5 })
}

test('a waiver given for one meter leaves the line check of the other', async () => {
  const [one, other] = [cable(1), cable(2)]
  const records = [record(1, A), record(2, null)]
  const { reading, states, taken, telegrams, reader } = browser([one, other], { records })
  await reading.resume()
  await vi.waitFor(() => expect(states()).toEqual(['reading', 'reading']))
  const [ofA, ofB] = [unchecked(1, NOW), unchecked(2, NOW)]
  const sendA = () => one.line.send(ofA)
  const sendB = () => other.line.send(ofB)
  await until(() => expect(states()).toEqual(['line-check-missing', 'reading']), sendA)
  expect(telegrams).toEqual([])

  await reading.waive(reader(A))
  await until(() => expect([...taken()]).toEqual([A]), sendA)
  expect(telegrams[0]?.readings[0].warnings).toContain('line-check-waived')

  await until(() => expect(states()).toEqual(['reading', 'line-check-missing']), sendB)
  expect([...taken()]).toEqual([A])
  await reading.waive(reader(B))
  await until(() => expect([...taken()]).toEqual([A, B]), sendB)
  expect(states()).toEqual(['reading', 'reading'])
})

test('the meter of a waiver is read from any cable without being asked again', async () => {
  const fresh = cable(3)
  const { reading, states, taken } = browser([fresh], { waived: [A] })
  await reading.connect()
  const ofA = unchecked(1, NOW)
  await until(() => expect([...taken()]).toEqual([A]), () => fresh.line.send(ofA))
  expect(states()).toEqual(['reading'])
})

test('another meter on the line of a waived one is asked about', async () => {
  const one = cable(1)
  const { reading, states, taken } = browser([one], { records: [record(1, A)], waived: [A] })
  await reading.resume()
  const [ofA, ofB] = [unchecked(1, NOW), unchecked(2, NOW)]
  await until(() => expect([...taken()]).toEqual([A]), () => one.line.send(ofA))
  await until(() => expect(states()).toEqual(['line-check-missing']), () => one.line.send(ofB))
  expect([...taken()]).toEqual([A])
})

test('one telegram whose name the noise has altered is dropped, and asks nothing', async () => {
  const one = cable(1)
  const { reading, states, taken, telegrams } = browser([one], {
    records: [record(1, A)],
    waived: [A],
  })
  await reading.resume()
  await vi.waitFor(() => expect(states()).toEqual(['reading']))
  for (const [i, name] of ['53', '54', '53', '55', '56', '53'].entries()) {
    one.line.send(unchecked(1, NOW + i, name))
  }
  await vi.waitFor(() => expect(telegrams).toHaveLength(3), { timeout: 20_000 })
  expect([...taken()]).toEqual([A])
  expect(states()).toEqual(['reading'])
})

test('while the owner is asked, nothing is taken that came in one piece with the other meter', async () => {
  const one = cable(1)
  const { reading, states, telegrams } = browser([one], { records: [record(1, A)] })
  await reading.resume()
  await vi.waitFor(() => expect(states()).toEqual(['reading']))
  const said = (seed: number, at: number) => createSimulatedMeter({ seed }).telegramAt(NOW + at)
  one.line.send(said(1, 0))
  await vi.waitFor(() => expect(telegrams).toHaveLength(1))
  one.line.send(concat(said(2, 1), said(2, 2), said(1, 3), said(1, 4)))
  await vi.waitFor(() => expect(states()).toEqual(['question']))
  // Those behind it are looked at by now, or will be in these turns.
  for (let turn = 0; turn < 50; turn++) await new Promise((next) => setTimeout(next, 0))
  expect([telegrams.length, ...states()]).toEqual([1, 'question'])
})
