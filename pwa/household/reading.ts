/**
 * The readers of this tab, one for each line: where they begin, which meter each one hears, and what
 * happens when a line ends, fails, or comes back. Remembered lines are read by themselves; a port is
 * never asked for without the owner's click.
 *
 * @module
 */
import { toHex } from '../../shared/bytes.ts'
import type { MeterKey } from '../../shared/meter/meter-key.ts'
import type { RefusalReason, Telegram } from '../../shared/meter/telegram.ts'
import { LineError, portLine, type SerialLine } from '../reader/line.ts'
import { type Port, type Ports, sameUsb, usbOf } from '../reader/ports.ts'
import { distinct, type Found, foundOf } from '../reader/found.ts'
import { recordedLine, type Recording } from '../reader/recorder.ts'
import { type Session, type SessionEnd, startSession, type Tested } from '../reader/session.ts'
import { SIMULATED, simulatedLine } from '../reader/simulated.ts'
import {
  AppError,
  type Meter,
  type Reader,
  type ReaderAnswer,
  type ReaderFailure,
} from '../state.ts'
import type { Successor } from '../vault/change-meter.ts'
import { createFreePorts } from './free-ports.ts'
import { createHearing } from './hearing.ts'
import type { MeterKeys } from './meter-keys.ts'
import { type At, createReaders, type OtherMeter } from './readers.ts'
import type { RememberedLines } from './remembered-lines.ts'

export interface ReadingOptions {
  readonly ports: Ports | null
  readonly lines: RememberedLines
  readonly keys: MeterKeys
  readonly zone: string
  /** The zone of this meter's clock, where the owner told it. */
  readonly zoneOf: (meter: string) => string | null
  readonly show: (readers: readonly Reader[]) => void
  readonly telegram: (telegram: Telegram, line: SerialLine) => void
  readonly refused: (reason: RefusalReason) => void
  /** The first telegram at a line that the owner has just connected. */
  readonly connected: (meter: string) => void
  /** The meters that have a record in this browser. */
  readonly recorded: () => readonly Pick<Meter, 'id' | 'parent' | 'simulated'>[]
  /** A meter took the place of another: from now on it goes on in that one's record. */
  readonly changeMeter: (before: string, now: Successor) => Promise<void>
  /** Where the record of the simulated meter left off. */
  readonly simulatedFrom: () => Promise<number | null>
  /** Whether this meter's telegrams are taken without a line check. */
  readonly waived: (meter: string) => Promise<boolean>
}

export interface MeterReading {
  /** One more line; where a line has failed, in its place. */
  connect(): Promise<void>
  simulate(): Promise<void>
  /** Learns which lines and keys the vault has now. */
  load(): Promise<void>
  /** Goes on at the lines of the last visit, where the owner has not stopped. */
  resume(): Promise<void>
  /** Stops at one line, or at all. */
  stop(reader?: string): Promise<void>
  /** Goes on at a line whose meter was refused for want of a line check: of that meter alone. */
  waive(reader: string): Promise<void>
  /** Answers what the reader at a line asks. */
  answer(reader: string, answer: ReaderAnswer): Promise<void>
  /** Asks at a line on which nothing was heard. */
  ask(reader: string): Promise<void>
  /** Ends at one line, or at all, with a failure that has its own sentence. */
  fail(why: ReaderFailure, line?: SerialLine): Promise<void>
  busy(): boolean
  /** What came over this line, and was sent; null where nothing came. */
  recording(reader: string): Recording | null
  /** The newest telegram of this meter under a key, or which key does not fit. */
  test(system: string, key: MeterKey): Promise<Tested>
}

const LOOK_AGAIN = 5_000

export function createReading(options: ReadingOptions): MeterReading {
  const { ports, lines, keys } = options
  const readers = createReaders(options.show)
  const { connected, recorded } = options
  const hearing = createHearing({ readers, lines, connected, recorded })
  const free = createFreePorts({ ports, lines, readers })
  /** Meters whose line check was waived just now, before any reading of theirs was kept. */
  const waivers = new Set<string>()

  function start(at: At, line: SerialLine, mayAsk: boolean): Session {
    const { simulated } = line
    let found: Found | null = null
    let quiet = false
    const reading = () => {
      if (found === null || isOver()) return
      const { settings } = found
      readers.turn(at, { kind: 'reading', settings, simulated, quiet, faults: at.faults })
    }
    const recorded = recordedLine(line)
    at.recorded = recorded
    let session: Session | null = null
    /** Ended by somebody's word: what it has still in hand is nobody's concern. */
    const isOver = () => session !== null && at.session !== session
    session = startSession({
      line: recorded,
      known: at.known,
      mayAsk,
      waived: async (meter) => waivers.has(meter) || await options.waived(meter),
      key: (system) => keys.get(system),
      counters: keys.counters,
      zone: options.zone,
      zoneOf: options.zoneOf,
      async confirmOrder(device, millihertz) {
        const { state } = at
        const question = { about: 'word-order', device, millihertz } as const
        const isYes = await new Promise<boolean>((answered) => {
          at.answer = answered
          readers.turn(at, { kind: 'question', question })
        })
        if (readers.has(at) && !isOver()) readers.turn(at, state)
        return isYes
      },
      events: {
        detecting: (settings, step, steps) =>
          readers.turn(at, { kind: 'detecting', settings, step, steps }),
        asking: (what) => readers.turn(at, { kind: 'asking', ...what }),
        found(what) {
          if (isOver()) return
          found = what
          at.known = [what]
          reading()
          if (at.asked && at.record === null) void hearing.remember(at, what)
        },
        telegram(telegram) {
          if (found === null || !readers.has(at) || isOver()) return
          const shown = at.state
          if (shown.kind !== 'reading' || shown.faults !== at.faults) reading()
          const taken = hearing.heard(at, telegram, found)
          if (taken === 'take') options.telegram(telegram, line)
          else if (taken === 'twice') void fail(at, 'already-read')
          else if (taken === 'other') void stopAtOther(at)
          else if (taken === 'stopped') void readers.halt(at).then(() => readers.drop(at))
        },
        refused: options.refused,
        locked(title, why) {
          if (isOver()) return
          const system = toHex(title)
          const { state } = at
          const same = state.kind === 'locked' && state.system === system && state.why === why
          if (!same) readers.turn(at, { kind: 'locked', system, why })
        },
        quiet(now) {
          quiet = now
          if (at.state.kind !== 'locked') reading()
        },
        fault: () => at.faults++,
      },
    })
    at.session = session
    return session
  }

  /** Nothing of the other meter is sealed before the owner has answered. */
  async function stopAtOther(at: At): Promise<void> {
    const { other } = at
    if (other === null) return
    const { before, meter, changed, own } = other
    const halted = readers.halt(at)
    const question = { about: 'other-meter', before, meter, changed, own } as const
    readers.turn(at, { kind: 'question', question })
    await halted
  }

  async function change(at: At, { before, meter, system }: OtherMeter): Promise<void> {
    await options.changeMeter(before, { id: meter, system })
    await lines.load()
    await keys.load()
    // Its line waits for nothing any more.
    for (const one of readers.all()) {
      if (one !== at && one.line === null && one.meter === before) readers.drop(one)
    }
  }

  async function read(at: At, line: SerialLine, mayAsk: boolean): Promise<SessionEnd | null> {
    const session = start(at, line, mayAsk)
    try {
      const end = await session.ended
      return at.session === session ? end : null
    } catch (error) {
      if (at.session !== session) return null
      await session.stop()
      if (!(error instanceof LineError)) return { kind: 'failed', why: 'unknown' }
      return error.why === 'gone' ? { kind: 'gone' } : { kind: 'failed', why: error.why }
    } finally {
      void keys.settle().catch(() => undefined) // the next write makes up for it
    }
  }

  /** Reads until it is over, through unplugging and plugging in again. */
  async function follow(
    at: At,
    line: SerialLine,
    known: readonly Found[],
    mayAsk = false,
  ): Promise<void> {
    Object.assign(at, { line, usb: line.usb, known, heard: false, before: null, faults: 0 })
    const end = await read(at, line, mayAsk)
    if (end === null) return // by somebody else's word
    at.session = null
    if (end.kind === 'stopped') return readers.drop(at)
    if (end.kind === 'failed') {
      if (end.meter !== undefined) at.meter = at.unchecked = end.meter
      if (end.found !== undefined) at.known = [end.found]
      else if (line.port !== null) free.failed(line.port)
      return readers.turn(at, { kind: 'failed', why: end.why })
    }
    at.line = null
    readers.turn(at, { kind: 'unplugged' })
  }

  async function fail(at: At, why: ReaderFailure): Promise<void> {
    const halted = readers.halt(at)
    readers.turn(at, { kind: 'failed', why })
    await halted
  }

  /** Until the owner connects it again. */
  async function stop(at: At): Promise<void> {
    await readers.halt(at)
    readers.drop(at)
    if (at.record !== null) await lines.keep({ ...at.record, wanted: false }, at.record)
  }

  /** Reads at ports that came back. */
  async function look(): Promise<void> {
    const waits = (at: At) => at.line === null && at.usb !== null
    if (!readers.all().some(waits)) return
    for (const port of await free.all()) {
      const mine = readers.all().filter((at) => waits(at) && sameUsb(at.usb, usbOf(port)))
      const [first] = mine
      const known = distinct(mine.flatMap(({ known }) => known))
      if (first !== undefined) void follow(first, portLine(port), known)
    }
  }

  /** Null when none was chosen: the reader's state says so. */
  async function choosePort(at: At, from: Ports): Promise<Port | null> {
    const only = await free.only()
    if (only !== null) return only
    readers.turn(at, { kind: 'choosing' })
    const port = await from.choose()
    if (port === null) readers.turn(at, { kind: 'failed', why: 'not-allowed' })
    return port
  }

  function dropFailed(): void {
    for (const at of readers.all()) if (at.state.kind === 'failed') readers.drop(at)
  }

  ports?.onPlugged(() => void look())
  setInterval(() => void look(), LOOK_AGAIN)

  return {
    busy: () =>
      readers.all().some(({ session, line, usb }) =>
        session !== null || line === null && usb !== null
      ),

    async connect() {
      dropFailed()
      const at = readers.begin({ asked: true })
      if (ports === null) return readers.turn(at, { kind: 'failed', why: 'not-supported' })
      try {
        const port = await choosePort(at, ports)
        if (port === null) return
        if (free.isTaken(port)) readers.turn(at, { kind: 'failed', why: 'already-read' })
        else void follow(at, portLine(port), [])
      } catch (error) {
        readers.turn(at, { kind: 'failed', why: 'unknown' })
        throw error
      }
    },

    async simulate() {
      dropFailed()
      if (readers.all().some(({ line }) => line?.simulated === true)) return
      const at = readers.begin({ asked: true })
      void follow(at, simulatedLine(await options.simulatedFrom()), [SIMULATED])
    },

    async load() {
      waivers.clear()
      await lines.load()
      await keys.load()
    },

    async resume() {
      const wanted = lines.all().filter((record) => record.wanted)
      if (readers.all().length > 0 || wanted.length === 0) return
      const rest = new Set(wanted)
      const ports = await free.all()
      const simulatedFrom = await options.simulatedFrom()
      for (const record of wanted) {
        if (record.kind !== 'simulated') continue
        rest.delete(record)
        const at = readers.begin({ asked: false, record, meter: record.meter })
        void follow(at, simulatedLine(simulatedFrom), [SIMULATED])
      }
      for (const port of ports) {
        const usb = usbOf(port)
        const mine = wanted.filter((record) => sameUsb(record.usb, usb))
        if (mine.length === 0) continue
        const record = mine.find((one) => rest.delete(one)) ?? null
        const at = readers.begin({ asked: false, record, meter: record?.meter ?? null })
        void follow(at, portLine(port), distinct(mine))
      }
      for (const record of rest) {
        const { usb, meter } = record
        if (usb !== null) {
          readers.begin({ asked: false, record, meter, usb, known: [foundOf(record)] })
        }
      }
      readers.show()
    },

    async stop(reader) {
      const some = readers.all().filter(({ id }) => reader === undefined || id === reader)
      await Promise.all(some.map(stop))
      readers.show()
    },

    async waive(reader) {
      const at = readers.all().find(({ id }) => id === reader)
      if (!at?.line || at.unchecked === null) throw new AppError('no-meter')
      waivers.add(at.unchecked)
      await readers.halt(at)
      void follow(at, at.line, at.known)
    },

    async answer(reader, answer) {
      const at = readers.all().find(({ id }) => id === reader)
      if (at?.state.kind !== 'question') throw new AppError('no-meter')
      if (at.state.question.about === 'word-order') {
        const answered = at.answer
        at.answer = null
        return answered?.(answer === 'yes')
      }
      const { other } = at
      if (other === null) return // answered already
      if (answer === 'no' || at.line === null) return await stop(at)
      if (answer === 'changed' ? !other.changed : !other.own) throw new AppError('no-meter')
      at.other = null
      try {
        if (answer === 'changed') await change(at, other)
      } catch (error) {
        at.other = other
        throw error
      }
      hearing.accept(at, other)
      void follow(at, at.line, at.known)
    },

    async ask(reader) {
      const at = readers.all().find(({ id }) => id === reader)
      if (!at?.line) throw new AppError('no-meter')
      const { state, known } = at
      const isHeard = state.kind === 'failed' && state.why === 'meter-calls'
      await readers.halt(at)
      void follow(at, at.line, isHeard ? known : [], true)
    },

    async fail(why, line) {
      const some = readers.all().filter((at) => line === undefined || at.line === line)
      await Promise.all(some.map((at) => fail(at, why)))
      if (line === undefined && some.length === 0) {
        readers.turn(readers.begin({ asked: false }), { kind: 'failed', why })
      }
    },

    recording(reader) {
      const at = readers.all().find(({ id }) => id === reader)
      const [only, ...others] = at?.known ?? []
      // A meter that is asked changes its settings on the way.
      const found = others.length === 0 && only?.asked !== true ? only?.settings : undefined
      return at?.recorded?.recording(found ?? null) ?? null
    },

    async test(system, key) {
      const meter = keys.kept().find((kept) => kept.system === system)?.meter
      const at = readers.all().find(({ state, ...one }) =>
        state.kind === 'locked' ? state.system === system : one.heard && one.meter === meter
      )
      return await at?.session?.test(system, key) ?? null
    },
  }
}
