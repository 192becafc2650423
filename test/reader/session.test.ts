/**
 * One session at a line: what it finds, what it reads, what it tells of telegrams that it cannot
 * open, and what does not end it.
 *
 * @module
 */
import { expect, test, vi } from 'vitest'
import { toHex, utf8 } from '../../shared/bytes.ts'
import { p1Line, p1OldLine, pushLines } from '../../shared/meter/line.ts'
import { importMeterKey, type MeterKey } from '../../shared/meter/meter-key.ts'
import {
  createSimulatedDlmsMeter,
  writeCiphered,
  writeHdlc,
} from '../../shared/meter/simulate-dlms.ts'
import { createSimulatedPushMeter } from '../../shared/meter/simulate-push.ts'
import { createSimulatedSealedP1Meter } from '../../shared/meter/simulate-p1-sealed.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import type { Telegram } from '../../shared/meter/telegram.ts'
import { LineError } from '../../pwa/reader/line.ts'
import type { Found } from '../../pwa/reader/found.ts'
import { type SessionOptions, startSession } from '../../pwa/reader/session.ts'
import { inTheClear, notification, octets, structure, u16, u32 } from '../meter/dlms-telegrams.ts'
import { type FakeLine, fakeLine } from './fake-line.ts'

const NOW = 1_780_000_000
const vienna = createSimulatedDlmsMeter({ seed: 3, model: 'AM550' })
const p1 = createSimulatedMeter({ seed: 3 })
const dlmsLine = pushLines.find(({ baudRate, parity }) => baudRate === 9600 && parity === 'none') ??
  p1Line
const dlms: Found = { protocol: 'dlms', settings: dlmsLine }

function session(
  line: FakeLine,
  { heard = {}, ...options }: Partial<SessionOptions> & {
    heard?: Partial<SessionOptions['events']>
  } = {},
) {
  const said: string[] = []
  const telegrams: Telegram[] = []
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
      detecting: ({ baudRate }) => said.push(`listening at ${baudRate}`),
      asking: () => said.push('asking'),
      found: ({ protocol }) => said.push(`found ${protocol}`),
      telegram: (telegram) => telegrams.push(telegram),
      refused: () => undefined,
      locked: (system, why) => said.push(`${why} ${toHex(system)}`),
      quiet: (quiet) => said.push(quiet ? 'quiet' : 'comes again'),
      fault: () => said.push('fault'),
      ...heard,
    },
    ...options,
  })
  return {
    ended: started.ended,
    stop: () => started.stop(),
    test: (key: MeterKey, system = vienna.system) => started.test(toHex(system), key),
    said,
    telegrams,
  }
}

/** Sends until it is so. */
async function until(so: () => boolean, send: () => unknown): Promise<void> {
  await vi.waitFor(async () => {
    await send()
    expect(so()).toBe(true)
  }, { timeout: 5000, interval: 5 })
}

test('a meter is found by listening, and its telegrams come in their order', async () => {
  const line = fakeLine(p1Line)
  const { said, telegrams, stop, ended } = session(line)
  await until(() => said.includes('found p1'), () => line.send(p1.telegramAt(NOW)))
  expect(said).toEqual(['listening at 115200', 'found p1'])
  for (let at = NOW + 1; at < NOW + 5; at++) line.send(p1.telegramAt(at))
  await vi.waitFor(() => expect(telegrams.at(-1)?.readings[0].at).toBe(NOW + 4))
  const times = telegrams.map(({ readings }) => readings[0].at)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  await stop()
  expect(await ended).toEqual({ kind: 'stopped' })
})

test('what is known of one line is read at once, of several it is listened to first', async () => {
  const one = fakeLine()
  const reading = session(one, { known: [dlms] })
  await vi.waitFor(() => expect(reading.said).toEqual(['found dlms']))
  await reading.stop()

  const two = fakeLine(dlmsLine)
  const listening = session(two, { known: [dlms, { protocol: 'p1', settings: p1Line }] })
  await until(
    () => listening.said.includes('found dlms'),
    async () => two.send(await vienna.telegramAt(NOW)),
  )
  expect(two.opened[0]).toBe('9600 8N1')
  await listening.stop()
})

test('lists of a meter that is not named yet wait for one that names it, but not for ever', async () => {
  const meter = createSimulatedPushMeter({ seed: 3, model: 'MA304H3E' })
  const at = NOW - (NOW % 10)
  const line = fakeLine()
  const { telegrams, stop } = session(line, { known: [dlms] })
  await vi.waitFor(() => expect(line.opened).toHaveLength(1))
  // The first second of ten has the list with the name.
  for (let second = at + 1; second < at + 14; second++) line.send(meter.telegramAt(second))
  await vi.waitFor(() => expect(telegrams).toHaveLength(2))
  expect(telegrams.map(({ readings: [{ meter: id, at: time }] }) => [id, time])).toEqual([
    [meter.meter, at + 10],
    [meter.meter, at + 12],
  ])
  await stop()

  const never = fakeLine()
  const nameless = session(never, { known: [dlms] })
  await vi.waitFor(() => expect(never.opened).toHaveLength(1))
  for (let i = 0; i < 12; i++) never.send(meter.telegramAt(at + 2))
  await vi.waitFor(() => expect(nameless.telegrams).toHaveLength(2))
  expect(nameless.telegrams[0]?.readings[0].warnings).toContain('meter-unnamed')
  await nameless.stop()
})

test('a key is tried on the telegram at hand, and used once it is kept', async () => {
  const line = fakeLine()
  let kept: MeterKey | null = null
  const { said, telegrams, test: tryKey, stop } = session(line, { known: [dlms], key: () => kept })
  expect(await tryKey(await importMeterKey(vienna.key))).toBeNull() // nothing at hand yet
  await until(
    () => said.length > 1,
    async () => line.send(await vienna.telegramAt(NOW)),
  )
  expect(said[1]).toBe(`key-missing ${toHex(vienna.system)}`)
  expect(await tryKey(await importMeterKey(vienna.authenticationKey))).toBe('wrong')
  const right = await importMeterKey(vienna.key)
  const opened = await tryKey(right)
  expect(opened).toMatchObject({ readings: [{ meter: vienna.meter, at: NOW }] })
  expect(telegrams).toEqual([])
  kept = right
  line.send(await vienna.telegramAt(NOW + 1))
  await vi.waitFor(() => expect(telegrams).toHaveLength(1))
  expect(telegrams[0]?.readings[0].assurance.origin).toBe('encrypted-only')
  await stop()
})

test('of two keys each is told by itself, and readings say what both prove', async () => {
  const meter = createSimulatedDlmsMeter({ seed: 3, model: 'AM550', security: 'authenticated' })
  const line = fakeLine()
  const { said, test: tryKey, stop } = session(line, { known: [dlms] })
  await until(() => said.length > 1, async () => line.send(await meter.telegramAt(NOW)))
  const tried = async (...keys: Parameters<typeof importMeterKey>) => {
    const tested = await tryKey(await importMeterKey(...keys))
    return tested === null || typeof tested === 'string'
      ? tested
      : tested.readings[0].assurance.origin
  }
  expect(await tried(meter.authenticationKey, meter.key)).toBe('wrong')
  expect(await tried(meter.key, meter.key)).toBe('second-wrong')
  expect(await tried(meter.key)).toBe('encrypted-only')
  expect(await tried(meter.key, meter.authenticationKey)).toBe('authenticated')
  await stop()
})

test('an encrypted P1 meter is found, asks for its key, and is read with it', async () => {
  const meter = createSimulatedSealedP1Meter({ seed: 3, version: 'at', envelope: 'styria' })
  const line = fakeLine(p1Line)
  let kept: MeterKey | null = null
  const { said, telegrams, test: tryKey, stop } = session(line, { key: () => kept })
  const locked = `key-missing ${toHex(meter.system)}`
  await until(() => said.includes(locked), async () => line.send(await meter.telegramAt(NOW)))
  expect(said).toEqual(['listening at 115200', 'found p1', locked])
  const tried = async (...keys: Parameters<typeof importMeterKey>) =>
    await tryKey(await importMeterKey(...keys), meter.system)
  expect(await tried(meter.authenticationKey ?? meter.key)).toBe('wrong')
  expect(await tried(meter.key)).toBe('second-wrong')
  const right = [meter.key, meter.authenticationKey] as const
  expect(await tried(...right)).toMatchObject({ readings: [{ meter: meter.meter, at: NOW }] })
  expect(telegrams).toEqual([])
  kept = await importMeterKey(...right)
  line.send(await meter.telegramAt(NOW + 1))
  await vi.waitFor(() => expect(telegrams).toHaveLength(1))
  expect(telegrams[0]?.readings[0].assurance).toEqual({
    line: 'crc',
    origin: 'authenticated',
    custody: 'browser',
  })

  // Noise in its title names a meter that is not there; the same name again is one.
  const bent = (await meter.telegramAt(NOW + 2)).slice()
  bent[5] = 0xff
  line.send(bent)
  line.send(await meter.telegramAt(NOW + 3))
  await vi.waitFor(() => expect(telegrams).toHaveLength(2))
  expect(said.at(-1)).toBe(locked)
  kept = null
  line.send(await meter.telegramAt(NOW + 4))
  line.send(await meter.telegramAt(NOW + 5))
  await vi.waitFor(() => expect(said.filter((one) => one === locked)).toHaveLength(2))
  await stop()
})

test('half a telegram at the beginning counts for nothing, and later noise counts', async () => {
  for (const half of [p1.telegramAt(NOW).subarray(300), p1.telegramAt(NOW).subarray(0, 300)]) {
    const line = fakeLine()
    const refused: string[] = []
    const { said, telegrams, stop } = session(line, {
      known: [{ protocol: 'p1', settings: p1Line }],
      heard: { refused: (reason) => refused.push(reason) },
    })
    await until(() => said.includes('found p1'), () => undefined)
    await new Promise((listens) => setTimeout(listens, 0))
    line.send(half)
    line.send(p1.telegramAt(NOW))
    await vi.waitFor(() => expect(telegrams).toHaveLength(1))
    expect(refused).toEqual([])
    line.send(utf8('between'))
    line.send(p1.telegramAt(NOW + 1))
    await vi.waitFor(() => expect(telegrams).toHaveLength(2))
    expect(refused).toEqual(['not-this-protocol'])
    await stop()
  }
})

/** A telegram that is compressed too, which no key opens here. */
async function compressed(): Promise<Uint8Array> {
  const ciphered = await writeCiphered(new Uint8Array(40), 1, {
    ...vienna,
    security: 'encrypted-only',
  })
  ciphered[14] = 0xa0
  return writeHdlc([0xcf, 0x02, 0x23], ciphered)
}

test('a cipher that is not known here ends it when it comes again and again', async () => {
  const line = fakeLine()
  const { ended, stop } = session(line, { known: [dlms] })
  await until(() => line.opened.length > 0, () => undefined)
  await new Promise((listens) => setTimeout(listens, 0))
  for (let i = 0; i < 3; i++) line.send(await compressed())
  expect(await ended).toMatchObject({ kind: 'failed', why: 'encrypted' })
  await stop()
})

test('one telegram of such a cipher between the meter’s own ends nothing', async () => {
  const line = fakeLine()
  const key = await importMeterKey(vienna.key)
  const { ended, telegrams, stop } = session(line, { known: [dlms], key: () => key })
  await until(() => telegrams.length > 0, async () => line.send(await vienna.telegramAt(NOW)))
  for (let i = 1; i <= 6; i++) {
    line.send(await compressed())
    line.send(await vienna.telegramAt(NOW + i))
  }
  await vi.waitFor(() => expect(telegrams.at(-1)?.readings[0].at).toBe(NOW + 6))
  await stop()
  expect(await ended).toEqual({ kind: 'stopped' })
})

test('a key is told to open nothing by what another meter sent, or nobody ciphered', async () => {
  const other = createSimulatedDlmsMeter({ seed: 4, model: 'AM550' })
  const line = fakeLine()
  const { said, test: tryKey, stop } = session(line, { known: [dlms] })
  await until(() => said.length > 1, async () => line.send(await vienna.telegramAt(NOW)))
  line.send(await other.telegramAt(NOW + 1))
  const theirs = await importMeterKey(other.key)
  expect(await tryKey(theirs)).toBe('wrong')
  expect(await tryKey(theirs, other.system)).toMatchObject({ readings: [{ meter: other.meter }] })
  const named = structure(
    ...[230, 231, 229, 105, 0, 12].map(u16),
    ...[2300, 0, 12_048_950, 18_054].map(u32),
    ...[12, 340, 359].map(u16),
    octets(utf8('70123456')),
  )
  line.send(inTheClear(notification(named)))
  expect(await tryKey(theirs)).toBe('wrong')
  expect(await tryKey(await importMeterKey(vienna.key))).toMatchObject({
    readings: [{ meter: vienna.meter, at: NOW }],
  })
  await stop()
})

test('a key that opened telegrams is doubted after three that it does not open', async () => {
  const line = fakeLine()
  const key = await importMeterKey(vienna.key)
  const { said, telegrams, stop } = session(line, { known: [dlms], key: () => key })
  await until(() => telegrams.length > 0, async () => line.send(await vienna.telegramAt(NOW)))
  const changed = createSimulatedDlmsMeter({
    seed: 3,
    model: 'AM550',
    key: vienna.authenticationKey,
  })
  for (const [at, doubts] of [[1, 0], [2, 0], [3, 1]] as const) {
    line.send(await changed.telegramAt(NOW + at))
    await new Promise((settled) => setTimeout(settled, 20))
    await vi.waitFor(() =>
      expect(said.filter((what) => what.startsWith('key-wrong'))).toHaveLength(doubts)
    )
  }
  await stop()
})

test('faults of the line end nothing, pulling the cable does', async () => {
  const line = fakeLine()
  const { said, telegrams, ended } = session(line, {
    known: [{ protocol: 'p1', settings: p1Line }],
  })
  await until(() => telegrams.length > 0, () => line.send(p1.telegramAt(NOW)))
  for (let i = 0; i < 20; i++) line.fault()
  line.send(p1.telegramAt(NOW + 1).subarray(0, 200))
  line.send(p1.telegramAt(NOW + 2))
  await vi.waitFor(() => expect(telegrams.at(-1)?.readings[0].at).toBe(NOW + 2))
  expect(said.filter((what) => what === 'fault')).toHaveLength(20)
  line.send(p1.telegramAt(NOW + 3).subarray(0, 300))
  line.pull()
  expect(await ended).toEqual({ kind: 'gone' })
  expect(telegrams.at(-1)?.readings[0].at).toBe(NOW + 2)
})

test('a clock without a zone is read in the zone of this very meter', async () => {
  const meter = createSimulatedDlmsMeter({ seed: 3, model: 'E450' })
  const key = await importMeterKey(meter.key)
  const read = async (zone: string, told: string | null): Promise<Telegram | undefined> => {
    const line = fakeLine()
    const { telegrams, stop } = session(line, {
      known: [dlms],
      key: () => key,
      zone,
      zoneOf: (id) => id === meter.meter ? told : null,
    })
    await until(() => telegrams.length > 0, async () => line.send(await meter.telegramAt(NOW)))
    await stop()
    return telegrams[0]
  }
  const [here] = (await read('Europe/Vienna', null))?.readings ?? []
  expect(here).toMatchObject({ at: NOW, clock: 'meter-local' })
  // The browser stands in London, the meter in Vienna.
  expect((await read('Europe/London', null))?.readings[0].at).toBe(NOW + 3600)
  expect((await read('Europe/London', 'Europe/Vienna'))?.readings[0].at).toBe(NOW)
})

test('a telegram read again in its meter’s zone keeps its name and its doubts', async () => {
  const meter = createSimulatedDlmsMeter({ seed: 3, model: 'E450' })
  const key = await importMeterKey(meter.key)
  const line = fakeLine(null, { now: NOW })
  const recorded = await meter.telegramAt(NOW)
  const { telegrams, stop } = session(line, {
    known: [dlms],
    key: () => key,
    counters: { known: () => 0xffff_fffe, keep: () => undefined },
    zone: 'Europe/London',
    zoneOf: () => 'Europe/Vienna',
  })
  await until(() => telegrams.length > 0, () => line.send(recorded))
  await stop()
  const [reading] = telegrams[0]?.readings ?? []
  expect(reading).toMatchObject({ at: NOW, clock: 'meter-local', meter: meter.meter })
  expect(reading?.warnings).toContain('replayed')
  expect(reading?.warnings).not.toContain('clock-differs')
})

test('the hour that comes twice is flagged, and its two halves are told apart by nothing', async () => {
  const meter = createSimulatedDlmsMeter({ seed: 3, model: 'E450' })
  const key = await importMeterKey(meter.key)
  const first = Date.UTC(2026, 9, 25, 0, 30) / 1000 // half past two, summer time
  const line = fakeLine(null, { now: first })
  const { telegrams, stop } = session(line, { known: [dlms], key: () => key })
  await until(() => telegrams.length > 0, async () => line.send(await meter.telegramAt(first)))
  expect(telegrams[0]?.readings[0].warnings).toContain('clock-ambiguous')
  await stop()
})

test('settings that the chip of a cable has not are passed over, and told if they were the ones', async () => {
  const without7E1 = (line: FakeLine): FakeLine => ({
    ...line,
    open: (settings) =>
      settings.parity === 'none'
        ? line.open(settings)
        : Promise.reject(new LineError('line-mode', new Error('CH340'))),
  })
  const heard = fakeLine(dlmsLine)
  const { said, stop, ended } = session(without7E1(heard), {
    known: [{ protocol: 'p1', settings: p1OldLine }, dlms],
    key: () => null,
  })
  const telegram = await vienna.telegramAt(NOW)
  await until(() => said.includes('found dlms'), () => heard.send(telegram))
  await stop()
  await ended

  const garbled = fakeLine()
  const other = session(without7E1(garbled), {
    known: [{ protocol: 'p1', settings: p1OldLine }, dlms],
  })
  vi.useFakeTimers()
  try {
    for (let i = 0; i < 200; i++) {
      garbled.send(Uint8Array.of(0, 0xff, 0, 0x55))
      await vi.advanceTimersByTimeAsync(1000)
    }
  } finally {
    vi.useRealTimers()
  }
  expect(await other.ended).toEqual({ kind: 'failed', why: 'line-mode' })
})

test('a line that is known to need what the chip has not says so', async () => {
  const line = { ...fakeLine(), open: () => Promise.reject(new LineError('line-mode', null)) }
  const { ended } = session(line, { known: [{ protocol: 'p1', settings: p1OldLine }] })
  await expect(ended).rejects.toMatchObject({ why: 'line-mode' })
})
