/**
 * The owner's waiver of the line check is for one meter: every other line keeps its check.
 *
 * @module
 */
import { expect, test, vi } from 'vitest'
import { createReading } from '../../pwa/household/reading.ts'
import type { MeterKeys } from '../../pwa/household/meter-keys.ts'
import type { Port, Ports } from '../../pwa/reader/ports.ts'
import type { ReaderRecord } from '../../pwa/vault/database.ts'
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

/** A telegram whose line check was taken off. */
function unchecked(seed: number, at: number): Uint8Array {
  const telegram = new TextDecoder().decode(createSimulatedMeter({ seed }).telegramAt(at))
  return new TextEncoder().encode(telegram.replace(/![0-9A-F]{4}/, '!'))
}

const meterOf = (seed: number) => createSimulatedMeter({ seed }).meter

/** A port of its own kind of cable, with its line. */
function cable(usbProductId: number): { port: Port; line: FakeLine } {
  const port = { getInfo: () => ({ usbVendorId: 1, usbProductId }) } as unknown as Port
  const line = { ...fakeLine(null), usb: { vendorId: 1, productId: usbProductId } }
  lines.set(port, line)
  return { port, line }
}

function record(productId: number, meter: string | null): ReaderRecord {
  const found = { protocol: 'p1', settings: p1Line } as const
  return { kind: 'serial', usb: { vendorId: 1, productId }, meter, wanted: true, ...found }
}

test('a waiver for one meter leaves the line check of every other, and of an unknown one', async () => {
  const [waived, other, unknown] = [cable(1), cable(2), cable(3)]
  const records = [record(1, meterOf(1)), record(2, meterOf(2)), record(3, null)]
  const telegrams: Telegram[] = []
  const states = new Map<number, string>()
  const ports: Ports = {
    granted: () => Promise.resolve([waived.port, other.port, unknown.port]),
    choose: () => Promise.resolve(null),
    onPlugged: () => undefined,
  }
  const reading = createReading({
    ports,
    lines: { load: () => Promise.resolve(), all: () => records, keep: () => Promise.resolve() },
    keys: { get: () => null, kept: () => [] } as unknown as MeterKeys, // P1 asks for none
    zone: 'Europe/Vienna',
    zoneOf: () => null,
    show: (readers) => {
      for (const [i, { state }] of readers.entries()) {
        states.set(i, state.kind === 'failed' ? state.why : state.kind)
      }
    },
    telegram: (telegram) => telegrams.push(telegram),
    refused: () => undefined,
    connected: () => undefined,
    simulatedFrom: () => Promise.resolve(null),
    waived: (meter) => Promise.resolve(meter === meterOf(1)),
  })
  await reading.resume()
  await vi.waitFor(() => expect([...states.values()]).toEqual(['reading', 'reading', 'reading']))
  waived.line.send(unchecked(1, NOW))
  other.line.send(unchecked(2, NOW))
  unknown.line.send(unchecked(3, NOW))
  await vi.waitFor(() =>
    expect([...states.values()]).toEqual(['reading', 'line-check-missing', 'line-check-missing'])
  )
  expect(telegrams.map(({ readings: [main] }) => main.meter)).toEqual([meterOf(1)])
  expect(telegrams[0]?.readings[0].warnings).toContain('line-check-waived')
  await reading.stop()
})
