/**
 * The report that somebody shows to whoever helps them has nothing in it that is theirs: secrets are
 * put into everything that Health knows, and none of them comes out.
 *
 * @module
 */
import { describe, expect, test } from 'vitest'
import { browserName } from '../../pwa/health/browser-facts.ts'
import { askPlatform } from '../../pwa/health/platform-facts.ts'
import { type Known, makeReport } from '../../pwa/health/report.ts'

/** Texts of ours that the report may name; every other one is a secret here. */
const OURS = new Set(['reading', 'failed', 'waiting', 'kept', 'checked', 'meter', 'crc', 'plain'])
const CODES = ['chapter-closed', 'signature-does-not-hold', 'silence']

/** Something of everything that the app knows about a household. */
function household(): Known {
  const now = Date.parse('2026-06-14T12:31:20Z')
  const at = now / 1000 - 3
  const meter = 'E0044007117155121'
  const owner = '5f1d8c02a7be94631e0f5ad2c4b78690f3e1a25d7c98b4062ad1e57f3b9c8046'
  const channel = {
    id: 'q0XkQ2mW9vJt4sLr8eYb',
    classes: 'all',
    resolution: 'live',
    zone: 'Europe/Vienna',
  } as const
  return {
    now,
    version: '0.1.0',
    language: 'de',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; Anna-PC) Chrome/156.0.0.0 Safari/537.36',
    installed: false,
    abilities: { serial: true, keys: true, secure: true },
    online: true,
    reader: {
      kind: 'reading',
      settings: { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 },
      simulated: false,
      quiet: false,
    } as Known['reader'],
    lineCounts: { telegrams: 4711, refused: { 'line-check-failed': 12, truncated: 1 } },
    meters: [{ id: meter, tag: 'a1b2c3d4', simulated: false, parent: null, channels: [channel] }],
    latest: new Map([[meter, {
      reading: {
        meter,
        at,
        clock: 'meter',
        seen: at + 1,
        registers: [{ obis: '1-0:1.8.0*255', value: '8033559', exponent: 0, unit: 'Wh' }],
        texts: [{ obis: '0-0:96.13.0*255', text: 'Dear Anna Example' }],
        assurance: { line: 'crc', origin: 'plain', custody: 'browser' },
        warnings: ['clock-ambiguous'],
      },
      raw: new TextEncoder().encode('/KFM5KAIFA-METER 1-0:1.8.0(8033.559*kWh)'),
      seenAt: now - 2000,
    }]]),
    outbox: { waiting: 3, sent: 0, state: 'waiting', problem: 'chapter-closed' },
    seals: new Map([[meter, { kind: 'checked', blocks: 64_384, at: now - 12_000, own: true }]]),
    proof: {
      at: now - 12_000,
      owner,
      device: owner.replace('5f', 'a1'),
      operator: owner.replace('5f', 'b2'),
      custody: 'browser',
      channels: [{
        channel: channel.id,
        meter,
        simulated: false,
        classes: 'all',
        resolution: 'live',
        chapters: 1,
        ownChapters: 1,
        blocks: 64_384,
        readings: 3_618_720,
        resealed: 0,
        acknowledged: 64_384,
        waiting: 0,
        lost: 0,
        firstAt: at - 86_400,
        lastAt: at,
        gaps: [{ from: at - 5000, to: at - 4000 }],
        fault: { seq: 1021, reason: 'signature-does-not-hold' },
      }],
    },
    recovery: { kind: 'kept', at: now - 86_400_000 },
    browser: { storage: { used: 40_000_000, quota: 10e9, kept: false }, worker: 'ready' },
    platform: { version: '0.1.0', ahead: 2 },
    isCode: (code) => CODES.includes(code),
  }
}

/** The same with a secret in the place of every text that `keep` does not want. */
function spoilt<T>(value: T, keep: (text: string) => boolean): T {
  let count = 0
  const spoil = (value: unknown): unknown => {
    if (typeof value === 'string') return keep(value) ? value : `SECRET${count++}-${value}`
    if (value instanceof Map) {
      return new Map([...value].map(([key, inner]) => [spoil(key), spoil(inner)]))
    }
    if (Array.isArray(value)) return value.map(spoil)
    if (value instanceof Uint8Array) return new TextEncoder().encode('SECRET')
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, spoil(inner)]))
  }
  return spoil(value) as T // of the same shape
}

describe('the report', () => {
  test('says what helps', () => {
    const report: unknown = JSON.parse(makeReport(household()))
    expect(report).toMatchObject({
      kilowit: { app: '0.1.0', platform: '0.1.0', serviceWorker: 'ready', language: 'de' },
      browser: { name: 'Chrome 156, Linux', serial: true, keys: true, online: true },
      clock: { browserAheadOfPlatformSeconds: 2 },
      storage: { usedMiB: 38, quotaMiB: 9537, kept: false },
      reader: { state: 'reading', line: '115200 8N1', quiet: false },
      line: { telegrams: 4711, refused: { 'line-check-failed': 12, truncated: 1 } },
      meters: [{
        kind: 'main',
        seal: 'checked',
        lastReading: { ageSeconds: 3, clock: 'meter', lineCheck: 'crc', origin: 'plain' },
      }],
      outbox: { state: 'waiting', waiting: 3, problem: 'chapter-closed' },
      proof: { ageSeconds: 12, blocks: 64_384, gaps: 1, faults: ['signature-does-not-hold'] },
      recoveryFile: 'kept',
    })
  })

  test('names no meter, reading, key, address or moment of a household', () => {
    const report = makeReport(household())
    const theirs = [
      'E0044007117155121',
      'a1b2c3d4',
      'q0XkQ2mW9vJt4sLr8eYb',
      'Vienna',
      'Anna',
      '8033',
      'KAIFA',
      '5f1d8c02',
      '1021',
      '2026',
      '1781440', // the moment, in seconds or milliseconds
    ]
    expect(theirs.filter((text) => report.includes(text))).toEqual([])
    expect(report).not.toMatch(/[0-9a-f]{16}|[\w-]{20,}(?<!Seconds)(?<!-hold)"/)
  })

  test('lets no text through that is not one of ours, wherever it stands', () => {
    const known = household()
    for (const keep of [() => false, (text: string) => OURS.has(text)]) {
      const { isCode, ...rest } = known
      const report = makeReport({ ...spoilt(rest, keep), isCode })
      expect(report).not.toContain('SECRET')
    }
    // Not even where the state says that reading failed, and why.
    const failed = { kind: 'failed', why: 'SECRET' } as unknown as Known['reader'] // as if it were one
    expect(makeReport({ ...known, reader: failed })).not.toContain('SECRET')
  })
})

test.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36',
    'Chrome 156, Linux',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0',
    'Edg 156, Windows',
  ],
  ['Mozilla/5.0 (Android 15; Mobile; rv:151.0) Gecko/151.0 Firefox/151.0', 'Firefox 151, Android'],
  ['curl', 'other ?, other'],
])('%s is called %s', (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name)
})

describe('the clock', () => {
  const answer = (date: string | null) => async () =>
    new Response('{"version":"1.2.3"}', { headers: date === null ? {} : { date } })

  test('is held against the platform’s, in the middle of asking and answer', async () => {
    const times = [1_000_000_000_000, 1_000_000_004_000]
    const now = () => times.shift() ?? 0
    // Sent at 0 s, answered at 4 s; the platform says 1 s behind 2 s, and half a second goes by.
    const { ahead, version } = await askPlatform(answer('Sun, 09 Sep 2001 01:45:41 GMT'), now)
    expect(version).toBe('1.2.3')
    expect(ahead).toBe(61)
  })

  test('is not known where the answer has no date', async () => {
    expect((await askPlatform(answer(null), Date.now)).ahead).toBeNull()
  })

  test('takes no version that is anything else', async () => {
    const strange = async () => new Response('{"version":"<b>bold</b>"}')
    expect((await askPlatform(strange, Date.now)).version).toBeNull()
  })
})
