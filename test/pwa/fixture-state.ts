/**
 * States of the app, made up but plausible, for looking at the rooms without a meter or a platform.
 *
 * @module
 */
import type { Reading, Register } from '../../shared/meter/reading.ts'
import { startOfNextLocalDay } from '../../shared/meter/zone.ts'
import { amisLine, d0Line, p1Line } from '../../shared/meter/line.ts'
import type {
  ChannelProof,
  DayView,
  EnergyBar,
  EnergyView,
  Meter,
  PowerPoint,
  Proof,
  Reader,
  ReaderFailure,
  ReaderState,
} from '../../pwa/state.ts'
import * as state from '../../pwa/state.ts'
import type { Tariffs } from '../../pwa/tariff/tariff.ts'
import { consentStates, isConsentState, showConsent } from './fixture-consent.ts'

export const failures: readonly ReaderFailure[] = [
  'not-supported',
  'not-allowed',
  'port-busy',
  'port-claimed',
  'line-mode',
  'silence',
  'no-answer',
  'meter-calls',
  'wrong-parity-or-inverted',
  'encrypted',
  'other-protocol',
  'noise',
  'line-check-missing',
  'already-read',
  'storage-failed',
  'unknown',
]

export const stateNames = [
  'first-visit',
  'choosing',
  'detecting',
  'asking',
  'asking-mbus',
  'asking-modbus',
  'asking-call',
  'question-order',
  'question-meter',
  'question-own',
  'question-title',
  'import',
  'export',
  'simulated',
  'unplugged',
  'watching',
  'quiet',
  'locked',
  'locked-wrong',
  'locked-first',
  'clock-asked',
  'clock-doubtful',
  'key-kept',
  'two-meters',
  'idle',
  'offline',
  'sending',
  'stopped',
  'proof-checking',
  'proof-broken',
  'recovery-due',
  'before-proof',
  'tariff',
  'replaced',
  'not-read',
  'by-gateway',
  'by-gateway-none',
  'by-gateway-quiet',
  'offline-idle',
  'proof-kept',
  'first-minute',
  'first-quarter',
  'gap-from-yesterday',
  'other-devices',
  ...consentStates,
  ...failures.map((why) => `failed-${why}` as const),
] as const
export type StateName = (typeof stateNames)[number]

export function isStateName(name: string): name is StateName {
  return stateNames.some((known) => known === name)
}

const meterId = 'E0044007117155121'
export const gasId = 'G0025003454125617'
const otherId = 'E0051009923417006'
/** `ISKit` and a number. */
const viennaSystem = '49534b6974000102'
const zone = 'Europe/Berlin'

function channels(seed: string): Meter['channels'] {
  return [
    { id: `${seed}XkQ2mW9vJt4sLr8eYb`, classes: 'all', resolution: 'live', zone },
    { id: `${seed}pT7nZc3uHa6dFg1oKi`, classes: 'energy', resolution: 'PT15M', zone },
    { id: `${seed}bV5xRj0qMw2yEs9lNu`, classes: 'energy', resolution: 'P1D', zone },
  ]
}

function meters(simulated: boolean): Meter[] {
  return [
    {
      id: meterId,
      tag: 'a1b2',
      simulated,
      parent: null,
      channels: channels('q0'),
    },
    {
      id: gasId,
      tag: 'c3d4',
      simulated,
      parent: meterId,
      channels: channels('g1'),
    },
  ]
}

/** Household minus sun, in watts; the same every time. */
function powerAt(seconds: number): number {
  const hour = seconds / 3600
  const sun = Math.max(0, Math.sin((hour - 6) / 14 * Math.PI)) * 2600
  const house = 240 + 140 * Math.sin(hour * 5) + (hour > 6.5 && hour < 8 ? 900 : 0) +
    (hour > 18 && hour < 20 ? 1500 : 0) + (Math.floor(hour * 7) % 5 === 0 ? 420 : 0)
  return Math.round(house - sun * (0.75 + 0.25 * Math.sin(hour * 9)))
}

export function dayView(
  from: number,
  until: number,
  { gap = false, empty = false, onlyHere = false }: {
    gap?: boolean
    empty?: boolean
    onlyHere?: boolean
  } = {},
): DayView {
  const power: PowerPoint[] = []
  const bars: EnergyBar[] = []
  const inGap = (at: number) => gap && at >= 9.5 * 3600 && at < 11 * 3600
  if (!empty) {
    for (let at = 0; at < until; at += 60) {
      if (inGap(at)) continue
      const net = powerAt(at)
      power.push({ at: from + at, importW: Math.max(net, 0), exportW: Math.max(-net, 0) })
    }
    for (let at = 0; at + 900 <= until; at += 900) {
      if (inGap(at)) {
        if (at === 9.5 * 3600) {
          bars.push({
            from: from + at,
            to: from + 11 * 3600,
            importWh: 86,
            exportWh: 1912,
            gap: true,
          })
        }
        continue
      }
      let importWh = 0
      let exportWh = 0
      for (let minute = 0; minute < 15; minute++) {
        const net = powerAt(at + 60 * minute)
        if (net > 0) importWh += net / 60
        else exportWh -= net / 60
      }
      bars.push({
        from: from + at,
        to: from + at + 900,
        importWh: Math.round(importWh),
        exportWh: Math.round(exportWh),
        gap: false,
      })
    }
  }
  const sum = (of: (bar: EnergyBar) => number | null) =>
    bars.reduce((total, bar) => total + BigInt(of(bar) ?? 0), 0n)
  return {
    from,
    to: from + 86_400,
    zone,
    unit: 'Wh',
    power,
    bars,
    importWh: sum((bar) => bar.importWh),
    exportWh: sum((bar) => bar.exportWh),
    ...(onlyHere ? { onlyHere } : {}),
  }
}

/** Energy of any stretch of time: a gap of two days before the middle, the rest made up. */
const firstReading = Date.UTC(2025, 2, 1) / 1000
/** Two gaps: one over the end of April, one within May. */
const missing = [
  { from: Date.UTC(2026, 3, 29, 10) / 1000, to: Date.UTC(2026, 4, 2, 4) / 1000 },
  { from: Date.UTC(2026, 4, 14, 10) / 1000, to: Date.UTC(2026, 4, 16, 4) / 1000 },
]

/** A gas meter, which tells its counter once an hour. */
export function gasView(from: number, to: number): EnergyView {
  const now = Math.min(to, Math.floor(Date.now() / 1000))
  const bars: EnergyBar[] = []
  for (let at = from; at + 3600 <= now; at += 3600) {
    const hour = Math.floor(at / 3600) % 24
    const importWh = hour < 4 ? 12 : 80 + (hour * 37) % 210
    bars.push({ from: at, to: at + 3600, importWh, exportWh: 0, gap: true })
  }
  return { from, to, zone, resolution: 'PT15M', unit: 'm3', bars }
}

export function energyView(
  from: number,
  to: number,
  resolution: EnergyView['resolution'],
): EnergyView {
  const bars: EnergyBar[] = []
  const step = resolution === 'P1D' ? 86_400 : 900
  const now = Math.min(to, Math.floor(Date.now() / 1000))
  const open = missing.find((gap) => from >= gap.from && from < gap.to)
  for (let at = Math.max(open?.from ?? from, firstReading); at < now;) {
    const gap = missing.find((gap) => at >= gap.from && at < gap.to)
    const next = gap !== undefined
      ? gap.to
      : resolution === 'P1D'
      ? startOfNextLocalDay(zone, at)
      : at + step
    if (next > now) break
    // Winter and summer, weekday and Sunday, night and day.
    const season = Math.cos((at / 86_400 - 15) / 365.25 * 2 * Math.PI)
    const day = (next - at) / 86_400
    const wave = 1 + 0.25 * Math.sin(at / 86_400 * 2.1) + 0.15 * Math.cos(at / 86_400 * 9.7)
    const quarter = resolution === 'PT15M' ? (at % 86_400) / 86_400 : 0.5
    const sun = resolution === 'PT15M' ? Math.max(0, Math.sin((quarter - 0.2) * 5.2)) * 2.4 : 1
    bars.push({
      from: at,
      to: next,
      importWh: Math.round((8_600 + 2_900 * season) * wave * day),
      exportWh: Math.max(0, Math.round((5_200 - 4_600 * season) * wave * day * sun)),
      gap: gap !== undefined,
    })
    at = next
  }
  return { from, to, zone, resolution, unit: 'Wh', bars }
}

function register(obis: string, value: number, exponent: number, unit: string): Register {
  return { obis: `${obis}*255`, value: String(value), exponent, unit }
}

function reading(net: number, now: number): Reading {
  const imported = Math.max(net, 0)
  const exported = Math.max(-net, 0)
  return {
    meter: meterId,
    at: now - 3,
    clock: 'meter',
    seen: now - 3,
    registers: [
      register('1-0:1.8.1', 4_128_442, 0, 'Wh'),
      register('1-0:1.8.2', 3_905_117, 0, 'Wh'),
      register('1-0:2.8.1', 1_204_771, 0, 'Wh'),
      register('1-0:2.8.2', 2_871_338, 0, 'Wh'),
      register('0-0:96.14.0', 2, 0, ''),
      register('1-0:1.7.0', imported, 0, 'W'),
      register('1-0:2.7.0', exported, 0, 'W'),
      register('1-0:21.7.0', Math.round(imported * 0.7), 0, 'W'),
      register('1-0:41.7.0', Math.round(imported * 0.2), 0, 'W'),
      register(
        '1-0:61.7.0',
        imported - Math.round(imported * 0.7) - Math.round(imported * 0.2),
        0,
        'W',
      ),
      register('1-0:22.7.0', Math.round(exported * 0.3), 0, 'W'),
      register('1-0:42.7.0', Math.round(exported * 0.3), 0, 'W'),
      register('1-0:62.7.0', exported - 2 * Math.round(exported * 0.3), 0, 'W'),
      register('1-0:32.7.0', 2304, -1, 'V'),
      register('1-0:52.7.0', 2298, -1, 'V'),
      register('1-0:72.7.0', 2311, -1, 'V'),
      register('1-0:31.7.0', 2, 0, 'A'),
      register('1-0:51.7.0', 1, 0, 'A'),
      register('1-0:71.7.0', 0, 0, 'A'),
      register('0-0:96.7.21', 7, 0, ''),
    ],
    texts: [{ obis: '0-0:96.13.0*255', text: '' }, { obis: '1-3:0.2.8*255', text: '50' }],
    assurance: { line: 'crc', origin: 'plain', custody: 'browser' },
    warnings: [],
  }
}

function gasReading(now: number): Reading {
  return {
    ...reading(0, now),
    meter: gasId,
    at: now - 240,
    registers: [register('0-1:24.1.0', 3, 0, ''), register('0-1:24.2.1', 3_412_881, -3, 'm3')],
    texts: [],
  }
}

function telegram(net: number): Uint8Array {
  const kilowatts = (w: number) => (w / 1000).toFixed(3).padStart(6, '0')
  return new TextEncoder().encode([
    '/ISK5\\2M550T-1012',
    '',
    '1-3:0.2.8(50)',
    '0-0:1.0.0(260614143117S)',
    '0-0:96.1.1(4530303434303037313137313535313231)',
    '1-0:1.8.1(004128.442*kWh)',
    '1-0:1.8.2(003905.117*kWh)',
    '1-0:2.8.1(001204.771*kWh)',
    '1-0:2.8.2(002871.338*kWh)',
    '0-0:96.14.0(0002)',
    `1-0:1.7.0(${kilowatts(Math.max(net, 0))}*kW)`,
    `1-0:2.7.0(${kilowatts(Math.max(-net, 0))}*kW)`,
    '1-0:32.7.0(230.4*V)',
    '1-0:31.7.0(002*A)',
    '0-1:24.1.0(003)',
    '0-1:24.2.1(260614142500S)(03412.881*m3)',
    '!6B2F',
    '',
  ].join('\r\n'))
}

function channelProofs(now: number, simulated: boolean, broken: boolean): ChannelProof[] {
  const common = {
    meter: meterId,
    simulated,
    chapters: 1,
    ownChapters: 1,
    resealed: 0,
    firstAt: now - 42 * 86_400,
    lastAt: now - 60,
    fault: null,
  }
  const [live, quarter, day] = channels('q0')
  if (live === undefined || quarter === undefined || day === undefined) throw new TypeError('three')
  return [
    {
      ...common,
      channel: live.id,
      classes: 'all',
      resolution: 'live',
      blocks: broken ? 1021 : 60_312,
      readings: broken ? 61_204 : 3_618_720,
      acknowledged: 60_310,
      lost: 0,
      waiting: 2,
      gaps: [{ from: now - 3 * 86_400, to: now - 3 * 86_400 + 5400 }],
      fault: broken ? { seq: 1021, reason: 'signature-does-not-hold' } : null,
    },
    {
      ...common,
      channel: quarter.id,
      classes: 'energy',
      resolution: 'PT15M',
      blocks: 4030,
      readings: 4030,
      acknowledged: 4030,
      lost: 0,
      waiting: 0,
      gaps: [],
    },
    {
      ...common,
      channel: day.id,
      classes: 'energy',
      resolution: 'P1D',
      blocks: 42,
      readings: 42,
      acknowledged: 42,
      lost: 0,
      waiting: 0,
      gaps: [],
    },
  ]
}

function proofOf(now: number, simulated: boolean, broken: boolean): Proof {
  return {
    at: (now - 12) * 1000,
    owner: '5f1d8c02a7be94631e0f5ad2c4b78690f3e1a25d7c98b4062ad1e57f3b9c8046',
    device: 'c93b07e8d1546fa2809e7bd3f6c15a4872e0d9b31c64f58a07d2be916f43a85c',
    operator: '08e4a6f19d2c7b5380f6e1d4a92c5b7e63d08f1a4c97e25b8d30f6a1c74e9b52',
    custody: 'browser',
    channels: channelProofs(now, simulated, broken),
  }
}

const tariffs: Tariffs = [
  {
    id: 'old',
    name: 'Stadtwerke Basis',
    from: '2026-01-01',
    until: '2026-05-31',
    currency: 'EUR',
    importPrice: '0.3124',
    exportPrice: '0.0786',
    windows: [],
    baseFee: { amount: '11.9', per: 'month' },
  },
  {
    id: 'new',
    name: 'Sonnenstrom mit Nachttarif',
    from: '2026-06-01',
    until: null,
    currency: 'EUR',
    importPrice: '0.2975',
    exportPrice: '0.0786',
    windows: [
      { days: 'all', from: 1320, to: 360, importPrice: '0.2211', exportPrice: '0.0786' },
      { days: 'weekend', from: 0, to: 0, importPrice: '0.2411', exportPrice: '0.0786' },
    ],
    baseFee: { amount: '12.5', per: 'month' },
  },
]

function reset(): void {
  state.tariffs.value = new Map()
  state.readers.value = []
  state.keptKeys.value = []
  state.meters.value = []
  state.lineCounts.value = { telegrams: 0, refused: {} }
  state.latest.value = new Map()
  state.shownMeter.value = null
  state.today.value = new Map()
  state.outbox.value = { waiting: 0, sent: 0, state: 'idle', problem: null }
  state.seals.value = new Map()
  state.identities.value = null
  state.proof.value = null
  state.keptProof.value = null
  state.proofProgress.value = null
  state.recovery.value = { kind: 'none' }
  state.online.value = true
}

/** What the line of the meter does. */
function reads(reader: ReaderState, ...others: Reader[]): void {
  const meter = state.meters.peek()[0]?.id ?? null
  state.readers.value = [{ id: '1', meter, state: reader }, ...others]
}

function asksOfOther(can: { changed: boolean; own: boolean }): void {
  household(412)
  const question = { about: 'other-meter', before: '1LGZ0062415432', ...can } as const
  reads({ kind: 'question', question: { ...question, meter: '1LGZ0072999001' } })
}

/** A meter of Vienna: its telegrams are encrypted, and its clock does not say its zone. */
function vienna(
  { zone = null, doubtful = false }: { zone?: string | null; doubtful?: boolean } = {},
): void {
  household(412)
  const [main, ...subMeters] = state.meters.value
  const newest = state.latest.value.get(meterId)
  if (main === undefined || newest === undefined) throw new TypeError('The household has a meter')
  state.meters.value = [{ ...main, ...(zone === null ? {} : { clockZone: zone }) }, ...subMeters]
  const reading: Reading = {
    ...newest.reading,
    clock: 'meter-local',
    assurance: { line: 'crc', origin: 'encrypted-only', custody: 'browser' },
    warnings: doubtful ? ['clock-ambiguous'] : [],
  }
  state.latest.value = new Map(state.latest.value).set(meterId, { ...newest, reading })
  state.keptKeys.value = [{ system: viennaSystem, meter: meterId }]
}

/** A meter that has been read for six weeks, at half past two on a sunny day. */
function household(net: number, { simulated = false, broken = false } = {}): void {
  const now = Math.floor(Date.now() / 1000)
  const midnight = Math.floor((now + 7200) / 86_400) * 86_400 - 7200
  state.meters.value = meters(simulated)
  state.lineCounts.value = { telegrams: 4_711, refused: { 'line-check-failed': 3, truncated: 1 } }
  state.shownMeter.value = meterId
  reads({ kind: 'reading', settings: p1Line, simulated, quiet: false, faults: 0 })
  const latest = { reading: reading(net, now), raw: telegram(net), seenAt: (now - 3) * 1000 }
  const gas = { ...latest, reading: gasReading(now) }
  state.latest.value = new Map([[meterId, latest], [gasId, gas]])
  state.today.value = new Map([[meterId, dayView(midnight, now - midnight, { gap: true })]])
  state.seals.value = new Map([[
    meterId,
    broken
      ? { kind: 'broken', reason: 'signature-does-not-hold' }
      : { kind: 'checked', blocks: 64_384, at: (now - 12) * 1000, own: true },
  ]])
  state.proof.value = proofOf(now, simulated, broken)
  state.identities.value = state.proof.value
  state.recovery.value = { kind: 'kept', at: (now - 40 * 86_400) * 1000 }
}

/** What a telegram of it says under the right key. */
export function latestOfVienna(): Reading {
  return { ...reading(412, Math.floor(Date.now() / 1000)), clock: 'meter-local' }
}

export function showState(name: StateName): void {
  reset()
  showConsent(name)
  if (isConsentState(name)) return name === 'asked-elsewhere' ? undefined : household(412)
  const failure = failures.find((why) => `failed-${why}` === name)
  if (failure !== undefined) {
    if (failure === 'storage-failed' || failure === 'unknown') household(412)
    return reads({ kind: 'failed', why: failure })
  }
  switch (name) {
    case 'first-visit':
      return
    case 'choosing':
      return reads({ kind: 'choosing' })
    case 'asking':
      return reads({
        kind: 'asking',
        protocol: 'd0',
        settings: d0Line(300),
        bytes: 211,
        step: 1,
        steps: 4,
      })
    case 'asking-mbus':
      return reads({
        kind: 'asking',
        protocol: 'mbus',
        settings: { ...amisLine, baudRate: 2400 },
        bytes: 0,
        step: 2,
        steps: 4,
      })
    case 'asking-modbus':
      return reads({
        kind: 'asking',
        protocol: 'modbus',
        settings: { ...p1Line, baudRate: 9600 },
        bytes: 0,
        step: 1,
        steps: 1,
      })
    case 'asking-call':
      return reads({
        kind: 'asking',
        protocol: 'mbus',
        settings: amisLine,
        bytes: 0,
        calls: true,
        step: 4,
        steps: 4,
        wait: { from: Date.now() / 1000 - 20, until: Date.now() / 1000 + 45 },
      })
    case 'question-order':
      return reads({
        kind: 'question',
        question: { about: 'word-order', device: 'Janitza UMG 604', millihertz: 50_013 },
      })
    case 'question-meter':
      return asksOfOther({ changed: true, own: true })
    case 'question-own':
      return asksOfOther({ changed: false, own: true })
    case 'question-title':
      return asksOfOther({ changed: true, own: false })
    case 'detecting':
      return reads({ kind: 'detecting', settings: p1Line, step: 2, steps: 5 })
    case 'import':
      return household(412)
    case 'export':
      return household(-1874)
    case 'simulated':
      return household(-1874, { simulated: true })
    case 'unplugged':
      household(412)
      return reads({ kind: 'unplugged' })
    case 'watching':
      household(412)
      return reads({ kind: 'watching' })
    case 'quiet':
      household(412)
      return reads({ kind: 'reading', settings: p1Line, simulated: false, quiet: true, faults: 3 })
    case 'locked':
      household(412)
      return reads({ kind: 'locked', system: viennaSystem, why: 'key-missing' })
    case 'locked-wrong':
      vienna({ zone: 'Europe/Vienna' })
      return reads({ kind: 'locked', system: viennaSystem, why: 'key-wrong' })
    case 'locked-first':
      return reads({ kind: 'locked', system: viennaSystem, why: 'key-missing' })
    case 'clock-asked':
      return vienna()
    case 'clock-doubtful':
      return vienna({ zone: 'Europe/Vienna', doubtful: true })
    case 'key-kept':
      return vienna({ zone: 'Europe/Vienna' })
    case 'two-meters': {
      household(412)
      const [main] = state.meters.value
      if (main === undefined) throw new TypeError('The household has a meter')
      state.meters.value = [...state.meters.value, { ...main, id: otherId }]
      const here = state.latest.value.get(meterId)
      if (here === undefined) throw new TypeError('The household has a reading')
      const there = { ...here, reading: reading(980, Math.floor(here.seenAt / 1000)) }
      state.latest.value = new Map(state.latest.value).set(otherId, there)
      const isRead = { kind: 'reading', settings: p1Line, simulated: false, quiet: false } as const
      return reads({ ...isRead, faults: 0 }, {
        id: '2',
        meter: otherId,
        state: { kind: 'unplugged' },
      }, {
        id: '3',
        meter: null,
        state: { kind: 'detecting', settings: p1Line, step: 1, steps: 5 },
      })
    }
    case 'idle':
      household(412)
      reads({ kind: 'idle' })
      return
    case 'offline':
      household(412)
      state.online.value = false
      state.outbox.value = { waiting: 1284, sent: 0, state: 'offline', problem: null }
      state.seals.value = new Map([[meterId, { kind: 'waiting', blocks: 1284 }]])
      return
    case 'sending':
      household(412)
      state.outbox.value = { waiting: 972, sent: 312, state: 'sending', problem: null }
      state.seals.value = new Map([[meterId, { kind: 'waiting', blocks: 972 }]])
      return
    case 'stopped':
      household(412)
      state.outbox.value = { waiting: 31, sent: 0, state: 'stopped', problem: 'chapter-closed' }
      state.seals.value = new Map([[meterId, { kind: 'waiting', blocks: 31 }]])
      return
    case 'proof-checking':
      household(412)
      state.proofProgress.value = { checked: 12_400, of: 64_386 }
      return
    case 'proof-broken':
      return household(412, { broken: true })
    case 'replaced':
      household(412)
      state.recovery.value = { kind: 'due' }
      state.keptProof.value = state.proof.value
      state.proof.value = null
      state.outbox.value = { waiting: 2, sent: 0, state: 'stopped', problem: 'keys-replaced' }
      return
    case 'not-read':
      household(412)
      reads({ kind: 'idle' })
      state.latest.value = new Map()
      return
    case 'by-gateway':
    case 'by-gateway-none':
    case 'by-gateway-quiet': {
      household(412)
      reads({ kind: 'idle' })
      const newest = state.latest.value.get(meterId)
      if (newest === undefined) throw new TypeError('The household has a reading')
      state.meters.value = state.meters.value.map((meter) => ({ ...meter, gateway: 'Keller' }))
      const ago = name === 'by-gateway' ? 40_000 : 8 * 60_000
      const seenAt = Date.now() - ago
      state.latest.value = name === 'by-gateway-none'
        ? new Map()
        : new Map([[meterId, { ...newest, raw: null, seenAt }]])
      return
    }
    case 'offline-idle':
      household(412)
      reads({ kind: 'idle' })
      state.online.value = false
      return
    case 'proof-kept':
      household(412)
      state.online.value = false
      state.keptProof.value = {
        ...proofOf(Math.floor(Date.now() / 1000), false, false),
        at: Date.now() - 7_200_000,
      }
      state.proof.value = null
      return
    case 'first-minute':
    case 'first-quarter': {
      household(412)
      const [[meter, day] = []] = state.today.value
      if (meter === undefined || day === undefined) throw new TypeError('The household has a day')
      const power = name === 'first-minute' ? [] : day.power.slice(-60)
      state.today.value = new Map([[meter, {
        ...day,
        power,
        bars: [],
        importWh: 0n,
        exportWh: 0n,
      }]])
      state.seals.value = new Map([[meterId, { kind: 'waiting', blocks: 0 }]])
      state.proof.value = null
      state.recovery.value = { kind: 'none' }
      return
    }
    case 'gap-from-yesterday': {
      household(412)
      const [[meter, day] = []] = state.today.value
      if (meter === undefined || day === undefined) throw new TypeError('The household has a day')
      const bars = day.bars.filter(({ from }) => from >= day.from + 7 * 3600)
      const over = { from: day.from - 5 * 3600, to: day.from + 7 * 3600, gap: true }
      const sum = (way: 'importWh' | 'exportWh') =>
        bars.reduce((all, bar) => all + BigInt(bar[way] ?? 0), 0n)
      state.today.value = new Map([[meter, {
        ...day,
        power: day.power.filter(({ at }) => at >= over.to),
        bars: [{ ...over, importWh: 3214, exportWh: 0 }, ...bars],
        importWh: sum('importWh'),
        exportWh: sum('exportWh'),
      }]])
      return
    }
    case 'other-devices': {
      household(412)
      const seal = state.seals.value.get(meterId)
      if (seal?.kind !== 'checked' || state.proof.value === null) {
        throw new TypeError('The household has a proof')
      }
      state.seals.value = new Map([[meterId, { ...seal, own: false }]])
      const channels = state.proof.value.channels.map((one) => ({ ...one, chapters: 2 }))
      state.proof.value = { ...state.proof.value, channels }
      return
    }
    case 'tariff':
      household(412)
      state.tariffs.value = new Map([[meterId, tariffs]])
      return
    case 'before-proof':
      household(412)
      state.recovery.value = { kind: 'none' }
      state.proof.value = null
      state.seals.value = new Map([[meterId, { kind: 'waiting', blocks: 0 }]])
      return
    case 'recovery-due':
      household(412)
      state.recovery.value = { kind: 'due' }
      return
  }
}
