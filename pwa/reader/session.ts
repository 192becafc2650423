/**
 * One session at a line: find the meter if it is not known, then read telegram after telegram until
 * it is stopped, over line faults, silence and telegrams that no key opens, until the line is gone.
 *
 * @module
 */
import { type Bytes, concat, toHex } from '../../shared/bytes.ts'
import { createDecoder } from '../../shared/meter/decoder.ts'
import { detect, type Detection, type Finding } from '../../shared/meter/detect.ts'
import { amisLine, type LineSettings, pushLines } from '../../shared/meter/line.ts'
import type { MeterKey } from '../../shared/meter/meter-key.ts'
import type { CounterMemory } from '../../shared/meter/replay.ts'
import type {
  Decoder,
  DecoderOptions,
  Outcome,
  RefusalReason,
  Telegram,
} from '../../shared/meter/telegram.ts'
import type { ReaderFailure } from '../state.ts'
import { askAgain, type Asking } from './asking.ts'
import type { Found } from './found.ts'
import { LineError, type SerialLine } from './line.ts'
import { createTail } from './tail.ts'
import { withTimeOf } from './time-again.ts'

export interface SessionEvents {
  /** Listening at a setting, to find the meter's. */
  detecting(settings: LineSettings, step: number, steps: number): void
  /** Asking for a meter that says nothing by itself. */
  asking(what: Asking): void
  found(found: Found): void
  telegram(telegram: Telegram): void
  /** Bytes that became no telegram. */
  refused(reason: RefusalReason): void
  /** Telegrams come that the key of this meter does not open, or there is none. */
  locked(system: Bytes, why: 'key-missing' | 'key-wrong'): void
  /** No telegram came for a while, or they come again. */
  quiet(quiet: boolean): void
  /** A framing or parity error, a break or an overrun. */
  fault(): void
}

export interface SessionOptions {
  readonly line: SerialLine
  readonly events: SessionEvents
  /** One, to read at once; several, to listen at these first; none, to listen at all that are likely. */
  readonly known: readonly Found[]
  /** The owner allows that a line on which nothing is heard is asked. */
  readonly mayAsk: boolean
  /** Whether the owner takes telegrams of this meter without the line check that they should have. */
  readonly waived: (meter: string) => Promise<boolean>
  readonly key: (system: Bytes) => MeterKey | null
  /** How far the counters of ciphers came before. */
  readonly counters?: CounterMemory
  /** For clocks that do not say their zone. */
  readonly zone: string
  /** The zone of this meter's clock, where the owner told it. */
  readonly zoneOf: (meter: string) => string | null
  /** Asks the owner whether values are to be put together so that the grid has this frequency. */
  readonly confirmOrder: (device: string, millihertz: number) => Promise<boolean>
}

export type SessionEnd =
  | { readonly kind: 'stopped' | 'gone' }
  | {
    readonly kind: 'failed'
    readonly why: ReaderFailure
    readonly found?: Found
    /** Whose telegrams carry no line check. */
    readonly meter?: string
  }

export type Tested = Telegram | 'wrong' | 'second-wrong' | null

export interface Session {
  readonly ended: Promise<SessionEnd>
  stop(): Promise<void>
  /**
   * The newest telegram of this system title (in hex) under this key, or which key does not fit;
   * null where none came. What others sent over the same line says nothing about the key.
   */
  test(system: string, key: MeterKey): Promise<Tested>
}

const FAILURES: Record<Finding, ReaderFailure> = {
  'encrypted-p1': 'encrypted',
  sml: 'other-protocol',
  hdlc: 'other-protocol',
  'm-bus': 'other-protocol',
  amis: 'meter-calls',
  'p1-damaged': 'noise',
  'hdlc-damaged': 'noise',
  'sml-damaged': 'noise',
  levels: 'wrong-parity-or-inverted',
  unknown: 'noise',
  silence: 'silence',
}

/** What is allowed where such a meter was heard. */
const CALLING: Found = { protocol: 'mbus', settings: amisLine, asked: true, calls: true }

/** Meters of before 2014 send every ten seconds. */
const QUIET_AFTER = 30_000
/** A readout takes up to a minute. */
const QUIET_AFTER_ASKING = 180_000
const LOOK_EVERY = 5_000
/**
 * A key that opened telegrams is not doubted for one or two that it does not open; nor is a line
 * given up for one or two that are secured in a way not known here: anybody may have sent them.
 */
const DOUBTED = 3
/**
 * Nordic meters say who they are in every fifth list or oftener; those before wait for it, so that
 * no meter begins under the name of its maker. One that never says is read all the same.
 */
const NAMELESS = 10

/** What is heard on a line, however it comes to be said. */
interface Ear {
  readonly begin: (what: Found) => void
  readonly takeAll: (outcomes: Promise<readonly Outcome[]>) => void
  readonly failed: () => boolean
}

export function startSession(options: SessionOptions): Session {
  const { line, events } = options
  const tail = createTail()
  let stopped = false
  let interrupt: () => void = () => undefined
  let reading: Found | null = null
  /** Settings that the cable's chip does not have were not listened at. */
  let passedOver = false

  async function run(): Promise<SessionEnd> {
    const [only, ...others] = options.known
    if (only !== undefined && others.length === 0) return await read(only)
    const isAsked = only !== undefined && options.known.every(({ asked }) => asked === true)
    if (options.mayAsk || isAsked) return await ask()
    const detected = await find()
    if (stopped) return { kind: 'stopped' }
    if (detected.kind === 'not-found') {
      const { finding } = detected
      if (finding === 'amis') return { kind: 'failed', why: 'meter-calls', found: CALLING }
      const why = passedOver && finding !== 'silence' ? 'line-mode' : FAILURES[finding]
      return { kind: 'failed', why }
    }
    const { protocol, settings } = detected
    return await read({ protocol, settings })
  }

  async function find(): Promise<Detection> {
    let step = 0
    const same = (one: LineSettings, other: LineSettings) =>
      one.baudRate === other.baudRate && one.parity === other.parity &&
      one.dataBits === other.dataBits
    const first = options.known.map(({ settings }) => settings)
    const candidates = [...first, ...pushLines].filter((one, i, all) =>
      all.findIndex((other) => same(one, other)) === i
    )
    return await detect(async (settings, milliseconds, enough) => {
      if (stopped) return { bytes: new Uint8Array(0), faults: 0 }
      events.detecting(settings, ++step, candidates.length)
      const chunks: Uint8Array[] = []
      let isEnough = false
      let faults = 0
      try {
        await line.open(settings)
      } catch (error) {
        if (!(error instanceof LineError) || error.why !== 'line-mode') throw error
        passedOver = true
        return { bytes: new Uint8Array(0), faults: 0 }
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds)
        const done = () => {
          clearTimeout(timer)
          resolve()
        }
        interrupt = done
        void line.listen((bytes) => {
          if (isEnough) return // what comes until the line is closed
          chunks.push(bytes)
          isEnough = enough(bytes)
          if (isEnough) done()
        }, () => faults++).then(done)
      })
      await line.close()
      return { bytes: concat(...chunks), faults }
    }, candidates)
  }

  const decoding: DecoderOptions = {
    now: () => line.now(),
    zone: options.zone,
    waiveLineCheck: true, // which meter's it is, is decided where its name is read
    custody: 'browser',
    key: options.key,
  }

  function decoderOf(found: Found, other: Partial<DecoderOptions> = {}): Decoder {
    return createDecoder(found.protocol, { ...decoding, ...other })
  }

  /** The same telegram with its local time in the zone of this very meter. */
  async function inItsZone(telegram: Telegram, found: Found): Promise<Telegram> {
    const zone = options.zoneOf(telegram.readings[0].meter)
    // What an M-Bus tells is of many telegrams, and asked for in its zone.
    if (found.protocol === 'mbus' && found.asked === true && !found.calls) return telegram
    const isLocal = telegram.readings.some(({ clock }) => clock === 'meter-local')
    if (!isLocal || zone === null || zone === options.zone) return telegram
    const decoder = decoderOf(found, { zone })
    const outcomes = [...await decoder.push(telegram.raw), ...await decoder.end()]
    const again = outcomes.find((outcome) => outcome.kind === 'telegram')
    if (again === undefined) return telegram
    const [main, ...subMeters] = telegram.readings
    const [mainAgain, ...subMetersAgain] = again.telegram.readings
    const readings = [
      withTimeOf(main, mainAgain),
      ...subMeters.map((one, i) => withTimeOf(one, subMetersAgain[i])),
    ] as const
    return { ...telegram, readings }
  }

  async function read(found: Found): Promise<SessionEnd> {
    if (found.asked === true) return await ask()
    const { counters } = options
    const decoder = decoderOf(found, counters === undefined ? {} : { counters })
    return await hear(QUIET_AFTER, async ({ begin, takeAll }) => {
      begin(found)
      await line.open(found.settings)
      if (stopped) await line.close()
      return await line.listen(
        kept((bytes) => takeAll(decoder.push(bytes))),
        () => events.fault(),
      )
    })
  }

  /** For a key to be tried on. */
  const kept = (heard: (bytes: Uint8Array) => void) => (bytes: Uint8Array) => {
    tail.add(bytes)
    heard(bytes)
  }

  async function ask(): Promise<SessionEnd> {
    const { known, zoneOf, confirmOrder } = options
    const [only, ...others] = known
    return await hear(QUIET_AFTER_ASKING, async ({ begin, takeAll, failed }) => {
      // What the owner has just allowed has still to be heard.
      if (only !== undefined && others.length === 0 && !options.mayAsk) begin(only)
      return await askAgain({
        line: { ...line, listen: (heard, fault) => line.listen(kept(heard), fault) },
        decoding,
        zoneOf,
        confirmOrder,
        stopped: () => stopped || failed(),
        progress(what) {
          if (reading === null) events.asking(what)
        },
        outcomes(outcomes, found) {
          if (!isSame(reading, found)) begin(found)
          takeAll(Promise.resolve(outcomes))
        },
      }, known)
    })
  }

  /** Takes what comes while `listen` lasts. */
  async function hear(
    quietAfter: number,
    listen: (ear: Ear) => Promise<'closed' | 'gone' | 'silence'>,
  ): Promise<SessionEnd> {
    const begin = (what: Found) => {
      reading = what
      events.found(what)
    }
    let last = Date.now()
    let quiet = false
    let opened = false
    let unopened = 0
    let unsupported = 0
    let nameless = 0
    /** Of the telegram before, whose key is missing: an envelope of P1 has no check, so noise may name it. */
    let stranger: string | null = null
    /** What comes first began before the line was open; half a telegram is no fault of it. */
    let joined = false
    /** Of the telegram before, if it had no line check and no waiver. */
    let unchecked: string | null = null
    let failed: SessionEnd | null = null
    const look = setInterval(() => {
      if (!quiet && Date.now() - last > quietAfter) events.quiet(quiet = true)
    }, LOOK_EVERY)

    const came = () => {
      last = Date.now()
      if (quiet) events.quiet(quiet = false)
    }
    const failWith = (why: ReaderFailure, of: { readonly meter?: string } = {}) => {
      if (failed === null) void line.close()
      failed ??= { kind: 'failed', why, ...(reading === null ? {} : { found: reading }), ...of }
    }
    /** Noise may have damaged the name of one telegram; two that agree are of that meter. */
    const refuseUnchecked = (meter: string) => {
      events.refused('line-check-missing')
      if (unchecked === meter) failWith('line-check-missing', { meter })
      unchecked = meter
    }
    const take = async (outcome: Outcome) => {
      if (outcome.kind === 'telegram') {
        came()
        const [{ meter, warnings }] = outcome.telegram.readings
        const waits = outcome.telegram.protocol === 'dlms' && warnings.includes('meter-unnamed')
        if (waits && nameless++ < NAMELESS) return
        const isUnchecked = warnings.includes('line-check-waived')
        if (isUnchecked && !await options.waived(meter)) return refuseUnchecked(meter)
        unchecked = null
        opened = joined = true
        unopened = 0
        unsupported = 0
        stranger = null
        if (reading === null) return
        events.telegram(await inItsZone(outcome.telegram, reading))
        return
      }
      const { reason, system } = outcome
      const isHalf = !joined && (reason === 'not-this-protocol' || reason === 'truncated')
      joined = true
      if (isHalf) return
      events.refused(reason)
      if (system !== undefined && isAboutKey(reason)) {
        came()
        unsupported = 0
        unopened++
        const title = toHex(system)
        const sure = reason === 'key-missing'
          ? !opened || stranger === title
          : reason === 'key-wrong' && !opened || unopened >= DOUBTED
        stranger = reason === 'key-missing' ? title : null
        if (sure) events.locked(system, reason === 'key-missing' ? reason : 'key-wrong')
      } else if (reason === 'security-unsupported') {
        came()
        if (++unsupported >= DOUBTED) failWith('encrypted')
      }
    }
    // One after the other, in the order of the line.
    let taking: Promise<void> = Promise.resolve()
    const takeAll = (outcomes: Promise<readonly Outcome[]>) => {
      taking = taking.then(async () => {
        for (const outcome of await outcomes) await take(outcome)
      })
      taking.catch(() => line.close()) // told below
    }

    try {
      const end = await listen({ begin, takeAll, failed: () => failed !== null })
      await taking
      if (failed !== null) return failed
      if (end === 'silence') return { kind: 'failed', why: 'no-answer' }
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

    async test(system, key) {
      if (reading === null) return null
      const decoder = decoderOf(reading, { key: (title) => toHex(title) === system ? key : null })
      let newest: Tested = null
      for (const outcome of [...await decoder.push(tail.bytes()), ...await decoder.end()]) {
        if (outcome.kind === 'telegram') {
          const { telegram } = outcome
          const isOpened = telegram.readings[0].assurance.origin !== 'plain'
          if (isOpened) newest = await inItsZone(telegram, reading)
        } else if (outcome.system === undefined) continue
        else if (outcome.reason === 'key-wrong') newest = 'wrong'
        else if (outcome.reason === 'authentication-failed') newest = 'second-wrong'
      }
      return newest
    },
  }
}

function isSame(one: Found | null, other: Found): boolean {
  return one?.protocol === other.protocol && one.order === other.order &&
    one.calls === other.calls &&
    one.settings.baudRate === other.settings.baudRate &&
    one.settings.parity === other.settings.parity
}

/** One telegram whose tag does not hold may be forged; several in a row are under another key. */
function isAboutKey(reason: RefusalReason): boolean {
  return reason === 'key-missing' || reason === 'key-wrong' || reason === 'authentication-failed'
}
