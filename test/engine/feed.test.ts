/** From readings to blocks: how many go together, when, and what outlives a crash. */
import { beforeEach, expect, test, vi } from 'vitest'
import { changedState, createFeed, FeedError, pendingOf } from '../../shared/seal/feed.ts'
import type { MeterRecord } from '../../pwa/vault/database.ts'
import type { BrowserVault } from '../../pwa/vault/vault.ts'
import { type Bytes, toHex } from '../../shared/bytes.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import type { Sealer } from '../../shared/seal/sealer.ts'

const ZONE = 'Europe/Vienna'
/** 2026-06-10T10:00:00Z */
const TEN = Date.UTC(2026, 5, 10, 10) / 1000

function channel(number: number, classes: 'all' | 'energy', resolution: string) {
  const id = new Uint8Array(16).fill(number)
  return { id, classes, resolution, zone: ZONE, opening: new Uint8Array(1), restored: null }
}

const METER: MeterRecord = {
  id: 'M',
  tag: new Uint8Array(16),
  simulated: false,
  parent: null,
  waived: false,
  channels: [
    channel(1, 'all', 'live'),
    channel(2, 'energy', 'PT15M'),
    channel(3, 'energy', 'P1D'),
  ],
}
const [LIVE, QUARTERS, DAYS] = METER.channels.map(({ id }) => toHex(id))

function reading(at: number, warnings: Reading['warnings'] = []): Reading {
  return {
    meter: 'M',
    at,
    clock: 'meter',
    seen: at,
    registers: [{ obis: '1-0:1.8.0*255', value: String(at), exponent: 0, unit: 'Wh' }],
    texts: [],
    assurance: { line: 'crc', origin: 'plain', custody: 'browser' },
    warnings,
  }
}

/** A vault and a sealer of which only what the feed uses is there. */
function laboratory(slow = 0) {
  const beside = new Map<string, Bytes>()
  const blocks: { channel: string; at: number[] }[] = []
  const sealed: (Reading & { channel: string })[] = []
  const shown: number[] = []
  let fails = 0
  const vault = {
    beside: (of: Bytes) => Promise.resolve(beside.get(toHex(of))),
    saveBeside: (of: Bytes, plain: Bytes) => {
      beside.set(toHex(of), plain)
      return Promise.resolve()
    },
  } as unknown as BrowserVault
  const sealer = {
    async seal(of: Bytes, readings: readonly Reading[], state?: Bytes) {
      for (let i = 0; i < slow; i++) await Promise.resolve()
      if (fails-- > 0) throw new Error('The disk is full')
      blocks.push({ channel: toHex(of), at: readings.map(({ at }) => at) })
      sealed.push(...readings.map((one) => ({ ...one, channel: toHex(of) })))
      if (state !== undefined) beside.set(toHex(of), state)
    },
  } as unknown as Sealer
  const start = () =>
    createFeed({
      vault,
      sealer,
      kept: (_meter, { resolution }, readings) => {
        if (resolution === 'PT15M') shown.push(...readings.map(({ at }) => at))
      },
      sealed: () => undefined,
      failed: () => undefined,
    })
  return {
    vault,
    beside,
    sealed,
    shown,
    start,
    failOnce: () => (fails = 1),
    failTimes: (times: number) => (fails = times),
    of: (channel: string | undefined) =>
      blocks.filter((block) => block.channel === channel).map(({ at }) => at),
  }
}

const settle = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => {
  vi.useFakeTimers({ now: TEN * 1000 })
  return () => void vi.useRealTimers()
})

/** Feeds a reading at its own time. */
async function at(feed: ReturnType<typeof createFeed>, time: number): Promise<void> {
  vi.setSystemTime(time * 1000)
  feed.take(METER, reading(time))
  await settle()
}

test('quarter-hours are sealed by the hour, the first at once, and shown before', async () => {
  const lab = laboratory()
  const feed = lab.start()
  for (let time = TEN; time <= TEN + 7200; time += 300) await at(feed, time)
  const quarters = (from: number, to: number) => {
    return Array.from({ length: to - from + 1 }, (_, i) => TEN + 900 * (from + i))
  }
  expect(lab.of(QUARTERS)).toEqual([[TEN], quarters(1, 4), quarters(5, 8)])
  await at(feed, TEN + 8100)
  expect(lab.of(QUARTERS)).toHaveLength(3)
  expect(lab.shown.at(-1)).toBe(TEN + 8100)
})

test('what waits for its hour is in the vault, and sealed by the next start or when asked', async () => {
  const lab = laboratory()
  const feed = lab.start()
  for (const quarter of [0, 1, 2]) await at(feed, TEN + 900 * quarter)
  const pending = await pendingOf(lab.vault, METER.channels[1]?.id ?? new Uint8Array(0))
  expect(pending.map(({ at }) => at)).toEqual([TEN + 900, TEN + 1800])

  const again = lab.start()
  await at(again, TEN + 2000)
  expect(lab.of(QUARTERS)).toEqual([[TEN], [TEN + 900, TEN + 1800]])
  expect(lab.shown.slice(-2)).toEqual([TEN + 900, TEN + 1800])
  await at(again, TEN + 2700)
  await again.flush()
  expect(lab.of(QUARTERS).at(-1)).toEqual([TEN + 2700])
})

test('a meter that falls silent leaves nothing unsealed for longer than an hour', async () => {
  const lab = laboratory()
  const feed = lab.start()
  await at(feed, TEN)
  await at(feed, TEN + 900)
  await vi.advanceTimersByTimeAsync(3_599_000)
  expect(lab.of(QUARTERS)).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(lab.of(QUARTERS)).toEqual([[TEN], [TEN + 900]])
})

test('a past that comes all at once fills blocks, the simulated one without its curve', async () => {
  const lab = laboratory(5)
  const feed = lab.start()
  const from = TEN - 10 * 86_400
  const times = Array.from({ length: 961 }, (_, i) => from + 900 * i).filter((time) => time < TEN)
  for (const [i, time] of times.entries()) {
    feed.take(METER, reading(time, ['simulated']))
    if (i % 50 === 0) await settle()
  }
  await feed.flush()
  await settle()
  expect(lab.of(QUARTERS).flat()).toEqual(times)
  expect(lab.of(QUARTERS).length).toBeLessThanOrEqual(9)
  expect(Math.max(...lab.of(QUARTERS).map(({ length }) => length))).toBe(120)
  expect(lab.of(DAYS).flat()).toHaveLength(11)
  expect(Math.min(...lab.of(LIVE).flat())).toBeGreaterThanOrEqual(TEN - 90_000)
})

test('readings that could not be sealed stay, in order, and go with the next', async () => {
  const lab = laboratory()
  const feed = lab.start()
  await at(feed, TEN)
  await at(feed, TEN + 900)
  lab.failOnce()
  await feed.flush()
  await at(feed, TEN + 1800)
  await feed.flush()
  expect(lab.of(QUARTERS)).toEqual([[TEN], [TEN + 900, TEN + 1800]])
})

test('the last reading of a meter that is changed is kept, and the first of the next says so', async () => {
  const lab = laboratory()
  const feed = lab.start()
  for (const time of [TEN, TEN + 900, TEN + 1000]) await at(feed, time)
  await feed.close(METER)
  expect(lab.of(LIVE).flat()).toEqual([TEN, TEN + 900, TEN + 1000])
  expect(lab.of(QUARTERS).flat()).toEqual([TEN, TEN + 900, TEN + 1000])
  expect(lab.of(DAYS).flat()).toEqual([TEN, TEN + 1000])
  for (const { id } of METER.channels) lab.beside.set(toHex(id), changedState())
  const other = { ...METER, id: 'N' }
  lab.sealed.length = 0
  for (const time of [TEN + 1100, TEN + 1110, TEN + 1800]) {
    vi.setSystemTime(time * 1000)
    feed.take(other, { ...reading(time), meter: 'N' })
    await settle()
  }
  await feed.flush()
  const told = lab.sealed.map(({ channel, at, warnings }) => [channel, at, warnings.length > 0])
  expect(told.filter(([channel]) => channel === LIVE)).toEqual([
    [LIVE, TEN + 1100, true],
    [LIVE, TEN + 1110, false],
    [LIVE, TEN + 1800, false],
  ])
  expect(told.filter(([channel]) => channel === QUARTERS)).toEqual([
    [QUARTERS, TEN + 1100, true],
    [QUARTERS, TEN + 1800, false],
  ])
  expect(told.filter(([channel]) => channel === DAYS)).toEqual([[DAYS, TEN + 1100, true]])
})

test('a meter of an earlier visit is closed from what was kept of it', async () => {
  const lab = laboratory()
  const feed = lab.start()
  for (const time of [TEN, TEN + 900, TEN + 1000]) await at(feed, time)
  await vi.advanceTimersByTimeAsync(60_000)
  const again = lab.start()
  await again.close(METER)
  expect(lab.of(QUARTERS).flat()).toEqual([TEN, TEN + 900, TEN + 1000])
})

test('a meter whose readings cannot be sealed is not closed, and nothing of it is lost', async () => {
  const lab = laboratory()
  const feed = lab.start()
  for (const time of [TEN, TEN + 900]) await at(feed, time)
  lab.failTimes(100)
  await expect(feed.close(METER)).rejects.toThrow(FeedError)
  lab.failTimes(0)
  await feed.close(METER)
  expect(lab.of(QUARTERS).flat()).toEqual([TEN, TEN + 900])
})
