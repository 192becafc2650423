/**
 * The reader of this tab: which line it is at, and what happens when that ends, fails, or comes
 * back. It reads a remembered port by itself, and never asks for one without the user's click.
 *
 * @module
 */
import type { LineSettings } from '../../shared/meter/line.ts'
import { p1Line } from '../../shared/meter/line.ts'
import type { Telegram } from '../../shared/meter/telegram.ts'
import {
  grantedPort,
  hasIds,
  isNamed,
  LineError,
  type SerialLine,
  type UsbIds,
  webSerialLine,
} from '../reader/line.ts'
import { type Session, type SessionEnd, startSession } from '../reader/session.ts'
import { simulatedLine } from '../reader/simulated.ts'
import { AppError, type ReaderFailure, type ReaderState } from '../state.ts'
import { type ReaderRecord, STRICT } from '../vault/database.ts'
import type { BrowserVault } from '../vault/vault.ts'

export interface ReadingOptions {
  readonly vault: BrowserVault
  readonly zone: string
  readonly state: (state: ReaderState) => void
  readonly telegram: (telegram: Telegram, line: SerialLine) => void
  /** Where the record of the simulated meter left off. */
  readonly simulatedFrom: () => Promise<number | null>
  /** Whether some meter's telegrams are taken without a line check. */
  readonly waived: () => Promise<boolean>
}

export interface MeterReading {
  connect(): Promise<void>
  simulate(): Promise<void>
  /** Goes on at the line of the last visit, if the owner has not stopped there. */
  resume(): Promise<void>
  stop(): Promise<void>
  /** Goes on at the line that was refused for want of a line check. */
  waive(): Promise<void>
  /** Ends with a failure that has its own sentence. */
  fail(why: ReaderFailure): Promise<void>
  busy(): boolean
  /** The owner's waiver waits for the meter that it is for. */
  takeWaiver(): boolean
}

const LOOK_AGAIN = 5_000

export function createReading(options: ReadingOptions): MeterReading {
  const { vault, state } = options
  let session: Session | null = null
  let watching: AbortController | null = null
  let refused: { line: SerialLine; settings: LineSettings | undefined } | null = null
  let failedPort: SerialPort | null = null
  let waiver = false

  async function remember(record: ReaderRecord): Promise<void> {
    await vault.database.put('self', record, 'reader')
  }

  async function remembered(): Promise<ReaderRecord | null> {
    const kept = await vault.database.get('self', 'reader') as ReaderRecord | undefined // ours
    return kept ?? null
  }

  async function read(line: SerialLine, settings?: LineSettings): Promise<SessionEnd> {
    const { simulated, usb } = line
    let current: LineSettings | undefined
    const waiveLineCheck = waiver || await options.waived()
    const started = startSession({
      line,
      ...(settings === undefined ? {} : { settings }),
      waiveLineCheck,
      zone: options.zone,
      events: {
        detecting: (settings, step, steps) => state({ kind: 'detecting', settings, step, steps }),
        found(settings) {
          current = settings
          state({ kind: 'reading', settings, simulated, quiet: false })
          const kind = simulated ? 'simulated' : 'serial'
          void remember({ kind, usb, settings, wanted: true })
        },
        telegram: (telegram) => options.telegram(telegram, line),
        quiet(quiet) {
          if (current !== undefined) state({ kind: 'reading', settings: current, simulated, quiet })
        },
      },
    })
    session = started
    try {
      return await started.ended
    } catch (error) {
      await started.stop()
      if (!(error instanceof LineError)) return { kind: 'failed', why: 'unknown' }
      return error.why === 'gone' ? { kind: 'gone' } : { kind: 'failed', why: 'port-busy' }
    } finally {
      if (session === started) session = null
    }
  }

  /** Reads until it is over, through unplugging and plugging in again. */
  async function follow(line: SerialLine, settings?: LineSettings): Promise<SessionEnd> {
    const end = await read(line, settings)
    if (end.kind === 'stopped') return end
    if (end.kind === 'failed') {
      if (end.why === 'line-check-missing') refused = { line, settings: end.settings }
      state({ kind: 'failed', why: end.why })
      return end
    }
    state({ kind: 'unplugged' })
    if (line.usb !== null) awaitPort(line.usb)
    return end
  }

  /** Reads as soon as the port is there. */
  function awaitPort(usb: UsbIds): void {
    watching?.abort()
    const control = new AbortController()
    watching = control
    const { signal } = control
    const look = async () => {
      const port = await grantedPort(usb)
      const kept = await remembered()
      if (signal.aborted || port === undefined || kept === null) return
      control.abort()
      void follow(webSerialLine(port), kept.settings)
    }
    const timer = setInterval(() => void look(), LOOK_AGAIN)
    signal.addEventListener('abort', () => clearInterval(timer))
    navigator.serial.addEventListener('connect', (event) => {
      if (event.target instanceof SerialPort && hasIds(event.target, usb)) void look()
    }, { signal })
  }

  async function halt(): Promise<void> {
    watching?.abort()
    await session?.stop()
    session = null
  }

  /** Null when none was chosen: the reader's state says so. */
  async function choosePort(): Promise<SerialPort | null> {
    const kept = await remembered()
    const granted = await grantedPort(kept?.kind === 'serial' ? kept.usb : null) ??
      await grantedPort(null)
    if (granted !== undefined && granted !== failedPort) return granted
    state({ kind: 'choosing' })
    try {
      return await navigator.serial.requestPort()
    } catch (error) {
      state({ kind: 'failed', why: 'not-allowed' })
      if (isNamed(error, 'NotFoundError') || isNamed(error, 'SecurityError')) return null
      throw error
    }
  }

  return {
    busy: () => session !== null || (watching !== null && !watching.signal.aborted),

    takeWaiver() {
      const had = waiver
      waiver = false
      return had
    },

    async connect() {
      if (!('serial' in navigator)) return state({ kind: 'failed', why: 'not-supported' })
      await halt()
      const port = await choosePort()
      if (port === null) return
      const line = webSerialLine(port)
      void follow(line).then((end) => {
        // Where no meter was found, the next click offers the choice.
        failedPort = end.kind === 'failed' ? port : null
      })
    },

    async simulate() {
      await halt()
      void follow(simulatedLine(await options.simulatedFrom()), p1Line)
    },

    async resume() {
      const kept = await remembered()
      if (kept === null || !kept.wanted || session !== null) return
      if (kept.kind === 'simulated') {
        void follow(simulatedLine(await options.simulatedFrom()), p1Line)
        return
      }
      if (!('serial' in navigator) || kept.usb === null) return
      const port = await grantedPort(kept.usb)
      if (port === undefined) awaitPort(kept.usb)
      else void follow(webSerialLine(port), kept.settings)
    },

    async stop() {
      await halt()
      state({ kind: 'idle' })
      const step = vault.database.transaction('self', 'readwrite', STRICT)
      const kept = await step.store.get('reader') as ReaderRecord | undefined // ours
      if (kept !== undefined) await step.store.put({ ...kept, wanted: false }, 'reader')
      await step.done
    },

    async waive() {
      if (refused === null) throw new AppError('no-meter')
      const { line, settings } = refused
      refused = null
      waiver = true
      await halt()
      void follow(line, settings)
    },

    async fail(why) {
      await halt()
      state({ kind: 'failed', why })
    },
  }
}
