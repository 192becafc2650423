/**
 * From readings to sealed blocks: every reading into the meter's `live` channel, a minute to a
 * block; the boundary readings into the channels of quarter-hours, an hour to a block, and of days,
 * at once. What is not in a block yet, and what a boundary needs to know of the reading before, is
 * kept beside the channel.
 *
 * @module
 */
import { type Bytes, fromUtf8, utf8 } from '../bytes.ts'
import { type Boundaries, createBoundaries } from '../meter/boundary.ts'
import { ofClass } from '../meter/obis.ts'
import type { DataClass, Reading } from '../meter/reading.ts'
import type { Sealer } from './sealer.ts'
import { VaultConflict } from './vault.ts'

/** A meter whose readings are sealed, and the channels that it has. */
export interface FedMeter {
  readonly id: string
  readonly channels: readonly FedChannel[]
}

export interface FedChannel {
  readonly id: Bytes
  readonly classes: DataClass
  readonly resolution: string
  readonly zone: string
}

/** What is kept beside each channel. */
export interface FeedVault {
  beside(channel: Bytes): Promise<Bytes | undefined>
  saveBeside(channel: Bytes, plain: Bytes): Promise<void>
}

export interface Feed<Meter extends FedMeter = FedMeter> {
  /** Takes the next reading of a meter. */
  take(meter: Meter, reading: Reading): void
  /** Seals what is there, and settles when it is in the vault or has failed. */
  flush(): Promise<void>
  /** Channels were opened for this meter: they are fed from now on, beside those before. */
  reopen(meter: Meter): Promise<void>
  /**
   * No more follows of this meter: its last readings are kept and sealed, to the last one.
   *
   * @throws {FeedError} when some could not be sealed
   */
  close(meter: Meter): Promise<void>
}

/** Readings are kept here and could not be sealed. */
export class FeedError extends Error {
  override readonly name = 'FeedError'
}

export interface FeedOptions<Meter extends FedMeter> {
  readonly vault: FeedVault
  readonly sealer: Sealer
  /** Readings of a boundary are kept, and wait for their hour to be sealed. */
  readonly kept: (
    meter: Meter,
    channel: Meter['channels'][number],
    readings: readonly Reading[],
  ) => void
  /** A block is in the outbox. */
  readonly sealed: (
    meter: Meter,
    channel: Meter['channels'][number],
    readings: readonly Reading[],
  ) => void
  /** Readings could not be kept: they stay here, and nothing is half-done. */
  readonly failed: (error: unknown) => void
  /** Milliseconds since 1970, UTC. @default {Date.now} */
  readonly clock?: () => number
}

/** The first proof should not be long in coming. */
const FIRST_BLOCK = 5_000
const LIVE_BLOCK = 60_000
/** Boundary readings are few: so many milliseconds of them are a block. */
const HOUR = 3_600_000
/** Of the simulated meter's past, only so many seconds are told by the minute. */
const SIMULATED_LIVE = 90_000
const MOST_READINGS = 120
/** So much of a minute may be lost with a crash. */
const SAVE_EVERY = 10_000
const MOST_TRIES = 3

interface Line<Meter extends FedMeter> {
  readonly meter: Meter
  readonly channel: Meter['channels'][number]
  readonly boundaries: Boundaries | null
  pending: Reading[]
  /** Milliseconds: when the oldest pending reading came. */
  since: number
  /** Milliseconds: when what is pending was last saved. */
  saved: number
  /** Observed time of the last reading taken. */
  last: number | null
  /** The next reading is the first of another meter than before. */
  changed: boolean
  /** Whether a block was sealed since the page was loaded. */
  begun: boolean
  timer: ReturnType<typeof setTimeout> | undefined
  queue: Promise<void>
  /** A sealing that has not begun: it takes all that is pending then. */
  next: Promise<void> | null
  /** Whether it takes the last of them too, be they few. */
  flushing: boolean
}

interface Lines<Meter extends FedMeter> {
  readonly queued: Reading[]
  lines: readonly Line<Meter>[] | null
  /** Settles when they are there, or could not be read. */
  loading: Promise<void>
}

export function createFeed<Meter extends FedMeter>(
  { vault, sealer, kept, sealed, failed, clock = Date.now }: FeedOptions<Meter>,
): Feed<Meter> {
  const meters = new Map<string, Lines<Meter>>()
  let firstBlock = true

  async function load(
    meter: Meter,
    channels: readonly Meter['channels'][number][] = meter.channels,
  ): Promise<Line<Meter>[]> {
    return await Promise.all(channels.map(async (channel) => {
      const state = stateOf(await vault.beside(channel.id))
      const { resolution, zone } = channel
      const options = { resolution, zone, last: state?.reading, lastKept: state?.kept ?? false }
      return {
        meter,
        channel,
        boundaries: resolution === 'live' ? null : createBoundaries(options),
        pending: [...state?.pending ?? []],
        since: clock(),
        saved: clock(),
        last: state?.at ?? null,
        changed: state?.changed ?? false,
        begun: false,
        timer: undefined,
        queue: Promise.resolve(),
        next: null,
        flushing: false,
      }
    }))
  }

  function put(line: Line<Meter>, whole: Reading): void {
    const some = ofClass(whole, line.channel.classes)
    if (some.registers.length === 0) return
    const reading: Reading = line.changed
      ? { ...some, warnings: [...some.warnings, 'meter-changed'] }
      : some
    if (line.boundaries !== null) {
      const due = line.boundaries.next(reading)
      line.last = reading.at
      line.changed = false
      if (due.length > 0) putBoundary(line, due)
      return
    }
    if (isLongPast(reading, clock())) return
    // A sub-meter says the same again until it has something new.
    if (line.last === reading.at) return
    line.last = reading.at
    line.changed = false
    if (line.pending.length === 0) {
      line.since = clock()
      line.timer = setTimeout(() => void seal(line), firstBlock ? FIRST_BLOCK : LIVE_BLOCK)
    }
    line.pending.push(reading)
    // Timers of hidden tabs come late, telegrams do not.
    if (line.pending.length >= MOST_READINGS || clock() - line.since >= LIVE_BLOCK) {
      void seal(line)
    } else if (clock() - line.saved >= SAVE_EVERY) {
      keep(line)
    }
  }

  function putBoundary(line: Line<Meter>, due: readonly Reading[]): void {
    const [first] = line.pending
    if (first === undefined) line.timer = setTimeout(() => void seal(line), HOUR)
    line.pending.push(...due)
    kept(line.meter, line.channel, due)
    const last = due.at(-1) ?? first
    if (last === undefined) return
    // What comes all at once, from the past, fills blocks instead.
    const isLate = clock() - last.at * 1000 > HOUR
    const isWhole = line.channel.resolution === 'P1D' || hourOf(last) !== hourOf(first ?? last)
    const isFull = line.pending.length >= MOST_READINGS
    if (isFull || !isLate && (isWhole || !line.begun)) void seal(line)
    else if (!isLate || clock() - line.saved >= SAVE_EVERY) keep(line)
  }

  async function sealAll(lines: readonly Line<Meter>[]): Promise<void> {
    await Promise.all(lines.map((line) => {
      line.flushing = true
      return seal(line)
    }))
  }

  /** Saves what is pending, after what is being sealed. */
  function keep(line: Line<Meter>): void {
    line.saved = clock()
    line.queue = line.queue.then(() => save(line))
  }

  function seal(line: Line<Meter>): Promise<void> {
    if (line.next !== null) return line.next
    clearTimeout(line.timer)
    line.next = line.queue = line.queue.then(async () => {
      line.next = null
      if (line.pending.length === 0) return await save(line)
      // What is left over waits for its own time, unless it fills blocks.
      do if (!(await sealSome(line))) return
      while (line.pending.length >= (line.flushing ? 1 : MOST_READINGS))
      line.flushing = false
    })
    return line.queue
  }

  /** Whether it is in the vault. */
  async function sealSome(line: Line<Meter>): Promise<boolean> {
    const batch = line.pending.splice(0, MOST_READINGS)
    try {
      await sealer.seal(line.channel.id, batch, stateBytes(line))
    } catch (error) {
      line.pending = [...batch, ...line.pending]
      if (error instanceof VaultConflict) void seal(line) // another tab was faster, again and again
      else failed(error)
      return false
    }
    line.begun = true
    if (line.boundaries === null) {
      firstBlock = false
      for (const other of meters.get(line.meter.id)?.lines ?? []) {
        if (other.boundaries === null) continue
        if (other.begun) keep(other)
        else void seal(other)
      }
    }
    sealed(line.meter, line.channel, batch)
    return true
  }

  /** Keeps what is not in a block yet: pending readings, and the last one before a boundary. */
  async function save(line: Line<Meter>): Promise<void> {
    if (line.last === null) return
    await vault.saveBeside(line.channel.id, stateBytes(line)).catch(failed)
  }

  return {
    take(meter, reading) {
      const known = meters.get(meter.id)
      if (known?.lines) {
        for (const line of known.lines) put(line, reading)
        return
      }
      if (known !== undefined) {
        known.queued.push(reading)
        return
      }
      const fresh: Lines<Meter> = { queued: [reading], lines: null, loading: Promise.resolve() }
      meters.set(meter.id, fresh)
      fresh.loading = load(meter).then((lines) => {
        fresh.lines = lines
        for (const line of lines) {
          if (line.pending.length === 0) continue
          if (line.boundaries !== null) kept(line.meter, line.channel, line.pending)
          void seal(line)
        }
        for (const queued of fresh.queued) for (const line of lines) put(line, queued)
        fresh.queued.length = 0
      }).catch(failed)
    },

    async close(meter) {
      const known = meters.get(meter.id)
      await known?.loading
      const lines = known?.lines ?? await load(meter)
      for (const line of lines) {
        const rest = line.boundaries?.end() ?? []
        line.pending.push(...rest)
        if (rest.length > 0) kept(line.meter, line.channel, rest)
      }
      for (let tries = 0; lines.some(({ pending }) => pending.length > 0); tries++) {
        if (tries === MOST_TRIES) throw new FeedError('Readings of the meter could not be sealed')
        await sealAll(lines)
      }
      // What one line's block lets another save is no later than this.
      await Promise.all(lines.map(({ queue }) => queue))
      for (const { timer } of lines) clearTimeout(timer)
      meters.delete(meter.id)
      firstBlock = true // of the meter that follows
    },

    async reopen(meter) {
      const known = meters.get(meter.id)
      await known?.loading
      if (!known?.lines) return // loaded with them, when the next reading comes
      const fed = new Set(known.lines.map(({ channel }) => channel.id.join()))
      const fresh = meter.channels.filter(({ id }) => !fed.has(id.join()))
      known.lines = [...known.lines, ...await load(meter, fresh)]
    },

    async flush() {
      const lines = [...meters.values()].flatMap(({ lines }) => lines ?? [])
      await sealAll(lines)
    },
  }
}

function hourOf({ at }: Reading): number {
  return Math.floor(at / 3600)
}

/** The simulated meter runs through its past by the quarter-hour: too coarse for a curve. */
function isLongPast({ at, warnings }: Reading, now: number): boolean {
  return now / 1000 - at > SIMULATED_LIVE && warnings.includes('simulated')
}

interface State {
  readonly at: number | null
  readonly reading?: Reading
  readonly kept?: boolean
  readonly pending: readonly Reading[]
  readonly changed?: true
}

function stateBytes({ last, boundaries, pending, changed }: Line<FedMeter>): Bytes {
  const state: State = {
    at: last,
    pending,
    ...(changed ? { changed } : {}),
    ...(boundaries?.last === undefined
      ? {}
      : { reading: boundaries.last, kept: boundaries.lastKept }),
  }
  return utf8(JSON.stringify(state))
}

/** What is kept beside a channel where another meter begins. */
export function changedState(): Bytes {
  const state: State = { at: null, pending: [], changed: true }
  return utf8(JSON.stringify(state))
}

/** Written by {@link stateBytes} of this browser and kept under its own key. */
function stateOf(bytes: Bytes | undefined): State | null {
  return bytes === undefined ? null : JSON.parse(fromUtf8(bytes)) as State
}

/** Observed time of the last reading of a channel that is kept; null before the first. */
export async function lastTaken(vault: FeedVault, channel: Bytes): Promise<number | null> {
  return stateOf(await vault.beside(channel))?.at ?? null
}

/** Readings of a channel that are kept and not in a block yet. */
export async function pendingOf(vault: FeedVault, channel: Bytes): Promise<readonly Reading[]> {
  return stateOf(await vault.beside(channel))?.pending ?? []
}
