/**
 * One session at a line: find the settings if they are not known, then read telegram after
 * telegram until it is stopped, over line faults and silence, until the line is gone.
 *
 * @module
 */
import { detect, type Detection, type Finding } from '../../shared/meter/detect.ts'
import type { LineSettings } from '../../shared/meter/line.ts'
import { pushLines } from '../../shared/meter/line.ts'
import { createP1Decoder } from '../../shared/meter/p1.ts'
import type { Telegram } from '../../shared/meter/telegram.ts'
import type { ReaderFailure } from '../state.ts'
import type { SerialLine } from './line.ts'

export interface SessionEvents {
  /** Listening at a setting, to find the meter's. */
  detecting(settings: LineSettings, step: number, steps: number): void
  /** The settings hold: `check` is missing where the owner has to waive it. */
  found(settings: LineSettings): void
  telegram(telegram: Telegram, seen: number): void
  /** No telegram came for a while, or they come again. */
  quiet(quiet: boolean): void
}

export interface SessionOptions {
  readonly line: SerialLine
  readonly events: SessionEvents
  /** As remembered; undefined to listen for them. */
  readonly settings?: LineSettings
  readonly waiveLineCheck: boolean
  readonly zone: string
}

export type SessionEnd =
  | { readonly kind: 'stopped' | 'gone' }
  | { readonly kind: 'failed'; readonly why: ReaderFailure; readonly settings?: LineSettings }

export interface Session {
  readonly ended: Promise<SessionEnd>
  stop(): Promise<void>
}

const FAILURES: Record<Finding, ReaderFailure> = {
  'encrypted-p1': 'encrypted',
  sml: 'other-protocol',
  hdlc: 'other-protocol',
  'm-bus': 'other-protocol',
  amis: 'other-protocol',
  'p1-damaged': 'noise',
  levels: 'wrong-parity-or-inverted',
  unknown: 'noise',
  silence: 'silence',
}

/** Meters of before 2014 send every ten seconds. */
const QUIET_AFTER = 30_000
const LOOK_EVERY = 5_000

export function startSession(options: SessionOptions): Session {
  const { line, events } = options
  let stopped = false

  async function run(): Promise<SessionEnd> {
    const found = options.settings === undefined ? await find() : options.settings
    if (stopped) return { kind: 'stopped' }
    if ('kind' in found) {
      if (found.kind === 'not-found') return { kind: 'failed', why: FAILURES[found.finding] }
      if (found.check === 'missing' && !options.waiveLineCheck) {
        return { kind: 'failed', why: 'line-check-missing', settings: found.settings }
      }
    }
    const settings = 'kind' in found ? found.settings : found
    events.found(settings)
    return await read(settings)
  }

  async function find(): Promise<Detection> {
    let step = 0
    return await detect(async (settings, milliseconds, enough) => {
      if (stopped) return { bytes: new Uint8Array(0), faults: 0 }
      events.detecting(settings, ++step, pushLines.length)
      const chunks: Uint8Array[] = []
      let faults = 0
      await line.open(settings)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds)
        const done = () => {
          clearTimeout(timer)
          resolve()
        }
        interrupt = done
        void line.listen((bytes) => {
          chunks.push(bytes)
          if (enough(bytes)) done()
        }, () => faults++).then(done)
      })
      await line.close()
      return { bytes: joined(chunks), faults }
    })
  }

  let interrupt: () => void = () => undefined

  async function read(settings: LineSettings): Promise<SessionEnd> {
    const decoder = createP1Decoder({
      now: () => line.now(),
      zone: options.zone,
      waiveLineCheck: options.waiveLineCheck,
      custody: 'browser',
    })
    let last = Date.now()
    let quiet = false
    let missing = false
    const look = setInterval(() => {
      if (!quiet && Date.now() - last > QUIET_AFTER) events.quiet(quiet = true)
    }, LOOK_EVERY)
    try {
      await line.open(settings)
      if (stopped) await line.close()
      const end = await line.listen((bytes) => {
        for (const outcome of decoder.push(bytes)) {
          if (outcome.kind === 'telegram') {
            last = Date.now()
            if (quiet) events.quiet(quiet = false)
            events.telegram(outcome.telegram, Date.now())
          } else if (outcome.reason === 'line-check-missing' && !missing) {
            missing = true
            void line.close()
          }
        }
      }, () => undefined)
      if (missing) return { kind: 'failed', why: 'line-check-missing', settings }
      if (end === 'gone') await line.close()
      return { kind: end === 'gone' && !stopped ? 'gone' : 'stopped' }
    } finally {
      clearInterval(look)
    }
  }

  return {
    ended: run(),
    async stop() {
      stopped = true
      interrupt()
      await line.close()
    },
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
