/**
 * The report that somebody may show to whoever helps them: made from an allow-list of versions,
 * states, counts, ages, line settings and codes. No meter's id, reading, key, address or time of day
 * is ever in it: what is not named here is left out, and a text is only taken if it is one of ours.
 *
 * @module
 */
import { type LineSettings, lineText } from '../../shared/meter/line.ts'
import { CLOCKS, LINE_CHECKS, ORIGINS, WARNINGS } from '../../shared/meter/reading.ts'
import type { RefusalReason } from '../../shared/meter/telegram.ts'
import type {
  Latest,
  LineCounts,
  Meter,
  Outbox,
  Proof,
  ReaderState,
  Recovery,
  Seal,
} from '../state.ts'
import { type BrowserFacts, browserName } from './browser-facts.ts'
import type { PlatformFacts } from './platform-facts.ts'

/** Everything that Health knows; most of it is left out. */
export interface Known {
  /** Milliseconds. */
  readonly now: number
  readonly version: string
  readonly language: string
  readonly userAgent: string
  readonly installed: boolean
  readonly abilities: Readonly<Record<'serial' | 'keys' | 'secure', boolean>>
  readonly online: boolean
  readonly reader: ReaderState
  readonly lineCounts: LineCounts
  readonly meters: readonly Meter[]
  readonly latest: ReadonlyMap<string, Latest>
  readonly outbox: Outbox
  readonly seals: ReadonlyMap<string, Seal>
  readonly proof: Proof | null
  readonly recovery: Recovery
  readonly browser: BrowserFacts | null
  readonly platform: PlatformFacts | null
  /** Whether a code is one that this page has a sentence for. */
  readonly isCode: (code: string) => boolean
}

export const REFUSALS: readonly RefusalReason[] = [
  'line-check-failed',
  'line-check-missing',
  'too-long',
  'truncated',
  'not-this-protocol',
  'key-missing',
  'key-wrong',
  'authentication-failed',
  'security-unsupported',
  'unknown-form',
  'request-missing',
  'meter-error',
  'no-answer',
]

type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

const MIB = 1024 * 1024
const STATES = {
  reader: [
    'idle',
    'choosing',
    'detecting',
    'asking',
    'question',
    'reading',
    'locked',
    'unplugged',
    'watching',
    'failed',
  ],
  outbox: ['idle', 'sending', 'offline', 'waiting', 'stopped'],
  clock: CLOCKS,
  check: LINE_CHECKS,
  origin: ORIGINS,
  seal: ['checked', 'waiting', 'broken'],
  worker: ['none', 'starting', 'ready', 'waiting'],
  recovery: ['none', 'due', 'kept'],
  language: ['en', 'de'],
} as const

function oneOf(of: keyof typeof STATES, text: string): string {
  return STATES[of].find((known) => known === text) ?? 'other'
}

function versionText(text: string): string {
  return /^\d{1,4}(\.\d{1,4}){1,3}(-[a-z]{1,8}(\.\d{1,4})?)?$/.test(text) ? text : 'other'
}

function whole(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value) : null
}

function lineOf(settings: LineSettings): string {
  const text = lineText(settings)
  return /^\d{3,6} [78][NEO][12]$/.test(text) ? text : 'other'
}

/** The report as JSON that a person can read. */
export function makeReport(known: Known): string {
  return JSON.stringify(reportOf(known), null, 2)
}

function reportOf(known: Known): Json {
  const { abilities, browser, outbox, platform } = known
  const code = (text: string | null) => text === null ? null : known.isCode(text) ? text : 'other'
  return {
    kilowit: {
      app: versionText(known.version),
      platform: platform === null || platform.version === null
        ? null
        : versionText(platform.version),
      serviceWorker: browser === null ? null : oneOf('worker', browser.worker),
      installed: known.installed,
      language: oneOf('language', known.language),
    },
    browser: {
      name: browserName(known.userAgent),
      serial: abilities.serial,
      keys: abilities.keys,
      secureContext: abilities.secure,
      online: known.online,
    },
    clock: {
      browserAheadOfPlatformSeconds: platform === null || platform.ahead === null
        ? null
        : whole(platform.ahead),
    },
    storage: browser === null ? null : {
      usedMiB: browser.storage.used === null ? null : whole(browser.storage.used / MIB),
      quotaMiB: browser.storage.quota === null ? null : whole(browser.storage.quota / MIB),
      kept: browser.storage.kept,
    },
    reader: readerOf(known),
    line: {
      telegrams: whole(known.lineCounts.telegrams),
      refused: Object.fromEntries(
        REFUSALS.flatMap((reason) => {
          const count = known.lineCounts.refused[reason]
          return count === undefined ? [] : [[reason, whole(count)] as const]
        }),
      ),
    },
    meters: known.meters.map((meter) => meterOf(meter, known)),
    outbox: {
      state: oneOf('outbox', outbox.state),
      waiting: whole(outbox.waiting),
      problem: code(outbox.problem),
    },
    proof: known.proof === null ? null : {
      ageSeconds: whole((known.now - known.proof.at) / 1000),
      channels: known.proof.channels.length,
      blocks: whole(known.proof.channels.reduce((sum, { blocks }) => sum + blocks, 0)),
      gaps: known.proof.channels.reduce((sum, { gaps }) => sum + gaps.length, 0),
      lost: known.proof.channels.reduce((sum, { lost }) => sum + lost, 0),
      faults: known.proof.channels.flatMap(({ fault }) =>
        fault === null ? [] : [code(fault.reason)]
      ),
    },
    recoveryFile: oneOf('recovery', known.recovery.kind),
  }
}

function readerOf({ reader: state, isCode }: Known): Json {
  return {
    state: oneOf('reader', state.kind),
    ...(state.kind === 'failed' ? { why: isCode(state.why) ? state.why : 'other' } : {}),
    ...(state.kind === 'reading'
      ? { line: lineOf(state.settings), simulated: state.simulated, quiet: state.quiet }
      : {}),
    ...(state.kind === 'asking' ? { bytes: whole(state.bytes) } : {}),
    ...(state.kind === 'detecting'
      ? { line: lineOf(state.settings), step: whole(state.step), steps: whole(state.steps) }
      : {}),
  }
}

/** Without its id: the first in the list is the first, and so on. */
function meterOf(meter: Meter, { latest, seals, now }: Known): Json {
  const newest = latest.get(meter.id)
  const seal = seals.get(meter.id)
  return {
    kind: meter.parent === null ? 'main' : 'sub-meter',
    simulated: meter.simulated,
    channels: meter.channels.length,
    seal: seal === undefined ? null : oneOf('seal', seal.kind),
    lastReading: newest === undefined ? null : {
      ageSeconds: whole(now / 1000 - newest.reading.at),
      seenAgeSeconds: whole((now - newest.seenAt) / 1000),
      clock: oneOf('clock', newest.reading.clock),
      lineCheck: oneOf('check', newest.reading.assurance.line),
      origin: oneOf('origin', newest.reading.assurance.origin),
      registers: newest.reading.registers.length,
      warnings: WARNINGS.filter((warning) => newest.reading.warnings.includes(warning)),
    },
  }
}
