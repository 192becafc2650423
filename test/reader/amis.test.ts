/**
 * An AMIS meter at a line of the reader: heard calling, answered once its owner has allowed it, asked
 * for its key, which is tried on the telegram at hand, and heard again where it was lost.
 *
 * @module
 */
import { expect, test, vi } from 'vitest'
import { amis } from '../../pwa/reader/ask-amis.ts'
import type { Talk } from '../../pwa/reader/asker.ts'
import type { Asking } from '../../pwa/reader/asking.ts'
import type { Found } from '../../pwa/reader/found.ts'
import { type SessionOptions, startSession } from '../../pwa/reader/session.ts'
import { toHex } from '../../shared/bytes.ts'
import { amisLine, lineText, pushLines } from '../../shared/meter/line.ts'
import { importMeterKey } from '../../shared/meter/meter-key.ts'
import { createSimulatedAmisMeter } from '../../shared/meter/simulate-amis.ts'
import type { Telegram } from '../../shared/meter/telegram.ts'
import { call } from '../meter/amis-frames.ts'
import { fakeLine } from './fake-line.ts'

const NOW = 1_780_000_000
const meter = createSimulatedAmisMeter({ seed: 3 })
const calling: Found = { protocol: 'mbus', settings: amisLine, asked: true, calls: true }
const first = await meter.telegramAt(NOW)
const second = await createSimulatedAmisMeter({ seed: 4, key: meter.key }).telegramAt(NOW + 1)

function session(options: Partial<SessionOptions> = {}) {
  const written: string[] = []
  const said: string[] = []
  const asked: Asking[] = []
  const telegrams: Telegram[] = []
  const line = {
    ...fakeLine(),
    write(bytes: Uint8Array) {
      written.push(toHex(bytes))
      return Promise.resolve()
    },
  }
  const started = startSession({
    line,
    known: [],
    mayAsk: false,
    waived: () => Promise.resolve(false),
    key: () => null,
    zone: 'Europe/Vienna',
    zoneOf: () => null,
    confirmOrder: () => Promise.resolve(false),
    events: {
      detecting: () => undefined,
      asking(what) {
        asked.push(what)
        said.push(`asking ${what.calls === true ? 'a caller' : 'others'}`)
      },
      found: ({ calls }) => said.push(`found ${calls === true ? 'a caller' : 'another'}`),
      telegram: (telegram) => telegrams.push(telegram),
      refused: () => undefined,
      locked: (system, why) => said.push(`${why} ${toHex(system)}`),
      quiet: () => undefined,
      fault: () => undefined,
    },
    ...options,
  })
  return { line, written, said, asked, telegrams, started }
}

async function until(so: () => boolean, send: () => unknown = () => undefined): Promise<void> {
  await vi.waitFor(async () => {
    await send()
    expect(so()).toBe(true)
  }, { timeout: 5000, interval: 5 })
}

test('a call that is heard is not answered, and what may be allowed is told', async () => {
  vi.useFakeTimers()
  try {
    const { line, written, started } = session()
    for (const _ of pushLines) {
      await vi.advanceTimersByTimeAsync(1)
      if (line.opened.at(-1) === '9600 8N1') line.send(call)
      await vi.advanceTimersByTimeAsync(12_000)
    }
    expect(await started.ended).toEqual({ kind: 'failed', why: 'meter-calls', found: calling })
    expect(written).toEqual([])
  } finally {
    vi.useRealTimers()
  }
})

test('once allowed, its call and each telegram are answered, and it asks for its key', async () => {
  const { line, written, said, telegrams, started } = session({ known: [calling], mayAsk: true })
  await until(() => line.opened.length > 0)
  expect(line.opened).toEqual(['9600 8E1'])
  line.send(new Uint8Array([0x00, 0x41]))
  line.send(call)
  await until(() => written.length === 1)
  line.send(first.subarray(0, 50))
  line.send(first.subarray(50))
  const locked = `key-missing ${toHex(meter.system)}`
  await until(() => said.includes(locked))
  expect(written).toEqual(['e5', 'e5'])
  expect(said).toEqual(['asking a caller', 'found a caller', locked])

  const title = toHex(meter.system)
  expect(await started.test(title, await importMeterKey(new Uint8Array(16)))).toBe('wrong')
  const opened = await started.test(title, await importMeterKey(meter.key))
  expect(opened).toMatchObject({ readings: [{ meter: meter.meter, at: NOW }] })
  expect(telegrams).toEqual([])
  await started.stop()
  expect(await started.ended).toEqual({ kind: 'stopped' })
})

test('how long a call is waited for at most is told; of other ways, how many there are', async () => {
  const caller = session({ known: [calling], mayAsk: true })
  await until(() => caller.asked.length > 0)
  const [waiting] = caller.asked
  const { from = 0, until: end = 0 } = waiting?.wait ?? {}
  expect([waiting?.step, waiting?.steps, Math.round(end - from)]).toEqual([1, 1, 65])
  expect(Math.abs(from - Date.now() / 1000)).toBeLessThan(60)
  await caller.started.stop()
  const unknown = session({ mayAsk: true })
  await until(() => unknown.asked.length > 0)
  expect(unknown.asked[0]).toMatchObject({ protocol: 'd0', step: 1, steps: 4, bytes: 0 })
  expect(unknown.asked[0]?.wait).toBeUndefined()
  await unknown.started.stop()
})

test('on the next visit it is answered without asking; a telegram that comes again is told once', async () => {
  const key = await importMeterKey(meter.key)
  const { line, written, said, telegrams, started } = session({ known: [calling], key: () => key })
  await until(() => line.opened.length > 0)
  expect(said).toEqual(['found a caller'])
  // It was sending when the visit before ended.
  for (const bytes of [first, first, call, second]) {
    const before = written.length
    line.send(bytes)
    await until(() => written.length > before)
  }
  await until(() => telegrams.length === 2)
  expect(written).toEqual(['e5', 'e5', 'e5', 'e5'])
  expect(telegrams.map(({ readings }) => readings[0].at)).toEqual([NOW, NOW + 1])
  await started.stop()
})

test('its local time is read in the zone that the owner told', async () => {
  const key = await importMeterKey(meter.key)
  const given = { known: [calling], key: () => key, zone: 'Europe/Lisbon' }
  const { line, telegrams, started } = session({ ...given, zoneOf: () => 'Europe/Vienna' })
  await until(() => line.opened.length > 0)
  line.send(first)
  await until(() => telegrams.length === 1)
  expect(telegrams[0]?.readings[0]).toMatchObject({ at: NOW, clock: 'meter-local' })
  await started.stop()
})

test('a line on which nothing calls is left after a minute, and nothing was sent', async () => {
  const opened: string[] = []
  let now = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
  const talk: Talk = {
    line: {
      open: (settings) => Promise.resolve(void opened.push(lineText(settings))),
      write: () => Promise.reject(new Error('Something was sent')),
      read(milliseconds) {
        // Noise all the while.
        now += Math.min(milliseconds, 10_000)
        return Promise.resolve(new Uint8Array([0x68, 0xe5, 0x00]))
      },
    },
    decoding: { now: () => NOW },
    zoneOf: () => null,
    progress: () => undefined,
    confirmOrder: () => Promise.resolve(false),
  }
  expect(await amis.find(talk, null)).toBeNull()
  expect(now).toBe(65_000)
  expect(opened).toEqual(['9600 8E1'])
  clock.mockRestore()
})
