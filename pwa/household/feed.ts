/**
 * From readings to sealed blocks: every reading into the meter's `live` channel, a minute to a
 * block; the boundary readings into the channels of quarter-hours and days, at once. What a
 * boundary needs to know of the reading before is kept beside the channel, in the same step.
 *
 * @module
 */
import { type Bytes, fromUtf8, utf8 } from '../../shared/bytes.ts'
import { type Boundaries, createBoundaries } from '../../shared/meter/boundary.ts'
import { ofClass } from '../../shared/meter/obis.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import type { Sealer } from '../../shared/seal/sealer.ts'
import { VaultConflict } from '../../shared/seal/vault.ts'
import type { MeterRecord } from '../vault/database.ts'
import type { BrowserVault } from '../vault/vault.ts'

export interface Feed {
  /** Takes the next reading of a meter. */
  take(meter: MeterRecord, reading: Reading): void
  /** Seals what is there, and settles when it is in the vault or has failed. */
  flush(): Promise<void>
}

export interface FeedOptions {
  readonly vault: BrowserVault
  readonly sealer: Sealer
  /** A block is in the outbox. */
  readonly sealed: (meter: MeterRecord, channel: MeterChannel, readings: readonly Reading[]) => void
  /** Readings could not be kept: they stay here, and nothing is half-done. */
  readonly failed: (error: unknown) => void
}

type MeterChannel = MeterRecord['channels'][number]

/** The first proof should not be long in coming. */
const FIRST_BLOCK = 5_000
const LIVE_BLOCK = 60_000
const MOST_READINGS = 120
/** So much of a minute may be lost with a crash. */
const SAVE_EVERY = 10_000

interface Line {
  readonly meter: MeterRecord
  readonly channel: MeterChannel
  readonly boundaries: Boundaries | null
  pending: Reading[]
  /** Milliseconds: when the oldest pending reading came. */
  since: number
  /** Milliseconds: when what is pending was last saved. */
  saved: number
  /** Observed time of the last reading taken. */
  last: number | null
  timer: ReturnType<typeof setTimeout> | undefined
  queue: Promise<void>
}

interface Lines {
  readonly queued: Reading[]
  lines: readonly Line[] | null
}

export function createFeed({ vault, sealer, sealed, failed }: FeedOptions): Feed {
  const meters = new Map<string, Lines>()
  let firstBlock = true

  async function load(meter: MeterRecord): Promise<Line[]> {
    return await Promise.all(meter.channels.map(async (channel) => {
      const state = stateOf(await vault.beside(channel.id))
      const { resolution, zone } = channel
      const options = { resolution, zone, last: state?.reading, lastKept: state?.kept ?? false }
      return {
        meter,
        channel,
        boundaries: resolution === 'live' ? null : createBoundaries(options),
        pending: [...state?.pending ?? []],
        since: Date.now(),
        saved: Date.now(),
        last: state?.at ?? null,
        timer: undefined,
        queue: Promise.resolve(),
      }
    }))
  }

  function put(line: Line, whole: Reading): void {
    const reading = ofClass(whole, line.channel.classes)
    if (reading.registers.length === 0) return
    if (line.boundaries !== null) {
      const kept = line.boundaries.next(reading)
      line.last = reading.at
      if (kept.length === 0) return
      line.pending.push(...kept)
      void seal(line)
      return
    }
    // A sub-meter says the same again until it has something new.
    if (line.last === reading.at) return
    line.last = reading.at
    if (line.pending.length === 0) {
      line.since = Date.now()
      line.timer = setTimeout(() => void seal(line), firstBlock ? FIRST_BLOCK : LIVE_BLOCK)
    }
    line.pending.push(reading)
    // Timers of hidden tabs come late, telegrams do not.
    if (line.pending.length >= MOST_READINGS || Date.now() - line.since >= LIVE_BLOCK) {
      void seal(line)
    } else if (Date.now() - line.saved >= SAVE_EVERY) {
      line.saved = Date.now()
      line.queue = line.queue.then(() => save(line))
    }
  }

  function seal(line: Line): Promise<void> {
    clearTimeout(line.timer)
    line.queue = line.queue.then(async () => {
      const batch = line.pending
      if (batch.length === 0) return await save(line)
      line.pending = []
      try {
        await sealer.seal(line.channel.id, batch, stateBytes(line))
      } catch (error) {
        line.pending = [...batch, ...line.pending]
        if (error instanceof VaultConflict) void seal(line) // another tab was faster, again and again
        else failed(error)
        return
      }
      if (line.boundaries === null) {
        firstBlock = false
        for (const other of meters.get(line.meter.id)?.lines ?? []) {
          if (other.boundaries !== null) void seal(other)
        }
      }
      sealed(line.meter, line.channel, batch)
    })
    return line.queue
  }

  /** Keeps what is not in a block yet: pending readings, and the last one before a boundary. */
  async function save(line: Line): Promise<void> {
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
      const fresh: Lines = { queued: [reading], lines: null }
      meters.set(meter.id, fresh)
      load(meter).then((lines) => {
        fresh.lines = lines
        for (const line of lines) if (line.pending.length > 0) void seal(line)
        for (const queued of fresh.queued) for (const line of lines) put(line, queued)
        fresh.queued.length = 0
      }).catch(failed)
    },

    async flush() {
      const lines = [...meters.values()].flatMap(({ lines }) => lines ?? [])
      await Promise.all(lines.map(seal))
    },
  }
}

interface State {
  readonly at: number | null
  readonly reading?: Reading
  readonly kept?: boolean
  readonly pending: readonly Reading[]
}

function stateBytes({ last, boundaries, pending }: Line): Bytes {
  const state: State = {
    at: last,
    pending,
    ...(boundaries?.last === undefined
      ? {}
      : { reading: boundaries.last, kept: boundaries.lastKept }),
  }
  return utf8(JSON.stringify(state))
}

/** Written by {@link stateBytes} of this browser and kept under its own key. */
function stateOf(bytes: Bytes | undefined): State | null {
  return bytes === undefined ? null : JSON.parse(fromUtf8(bytes)) as State
}

/** Observed time of the last reading of a channel that is kept; null before the first. */
export async function lastTaken(vault: BrowserVault, channel: Bytes): Promise<number | null> {
  return stateOf(await vault.beside(channel))?.at ?? null
}
