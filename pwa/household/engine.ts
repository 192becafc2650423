/**
 * The engine of a browser: from telegrams to sealed blocks, delivered, read back and verified, and
 * what the rooms show of it. Its sealing part runs in one tab only.
 *
 * @module
 */
import { toHex } from '../../shared/bytes.ts'
import { ApiProblem, Unreachable } from '../../shared/api/client.ts'
import type { Telegram } from '../../shared/meter/telegram.ts'
import type { Reading, Warning } from '../../shared/meter/reading.ts'
import { createSealer, type Sealer } from '../../shared/seal/sealer.ts'
import type { MeterChannel, ReadBackState } from '../proof-run/read-back.ts'
import type { SerialLine } from '../reader/line.ts'
import { consentProgress } from '../consent/state.ts'
import * as app from '../state.ts'
import { changeMeter, type Successor } from '../vault/change-meter.ts'
import type { MeterRecord } from '../vault/database.ts'
import { ensureSelf, isNewest, loadSelf, ownerKeyOf, type Self } from '../vault/identities.ts'
import { ensureMeter, loadMeters, waiveLineCheck } from '../vault/meters.ts'
import type { BrowserVault } from '../vault/vault.ts'
import { clientFor, type Running } from './client.ts'
import { type ClockWatch, createClockWatch } from './clock-watch.ts'
import { type ConsentKeeper, createConsentKeeper } from './consent/keeper.ts'
import { createDeliverer, type Deliverer } from './delivery.ts'
import { changedState, createFeed, type Feed, lastTaken } from '../../shared/seal/feed.ts'
import { waitsForZone } from './clock-zone.ts'
import { createLookBack } from './look-back.ts'
import { createNewcomers, type Newcomers } from './newcomers.ts'
import { askOwner } from './replaced.ts'
import { createShownDays } from './shown-days.ts'
import { showIdentities } from './shown-identities.ts'
import { channelOf, showMeters } from './shown-meters.ts'

export interface Engine {
  /** Who this browser is; made on the first use. */
  running(): Promise<Running>
  /** The same, but null before the first use. */
  known(): Promise<Running | null>
  /** Begins to seal and deliver, in the tab that may. */
  begin(): Promise<void>
  /** Settles when the platform knows who we are. @throws {Unreachable} */
  introduced(): Promise<void>
  /** Ends that: what was read is sealed, and nothing more is sent. */
  end(): Promise<void>
  take(telegram: Telegram, line: SerialLine): void
  /** Seals what was read so far. */
  flush(): Promise<void>
  /** Another meter took the place of one: the record goes on, in new chapters. */
  changeMeter(before: string, now: Successor): Promise<void>
  /** The network may be back. */
  wake(): void
  /** The owner's grants have changed: epochs turn where others are given them now. */
  turnEpochs(): Promise<void>
  /** A channel of this meter was opened: it is fed from now on. */
  openedChannel(meter: string): Promise<void>
  /** Shows the meters that the vault knows. */
  showMeters(): Promise<MeterRecord[]>
  /** Reads back and verifies what is new in all channels. */
  lookBack(): Promise<void>
  /** The same where a gateway reads. */
  lookElsewhere(): Promise<void>
  /** Looks into a failure: an absent platform, or keys that do not hold any more. */
  doubt(error: unknown): Promise<void>
  /** Asks the platform whether the owner was restored elsewhere. */
  replaced(): Promise<boolean>
  /** Forgets who this browser was: another owner was restored. */
  forget(): void
}

export interface EngineOptions {
  readonly vault: BrowserVault
  /** Verifies much at a time away from the page's thread. */
  readonly far: (channel: MeterChannel) => Promise<ReadBackState>
  readonly zone: string
  /** Reading must end: the readings cannot be kept, or not believed. */
  readonly stop: (why: app.ReaderFailure, line?: SerialLine) => void
  /** The zone of this meter's clock, where the owner told it. */
  readonly zoneOf: (meter: string) => string | null
}

interface Sealing {
  readonly feed: Feed
  readonly deliverer: Deliverer
  readonly consent: ConsentKeeper
  readonly sealer: Sealer
}

/** Rooms need not hear of every telegram when they come in fast motion; milliseconds. */
const LATEST_EVERY = 200

const seconds = () => Math.floor(Date.now() / 1000)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

export function createEngine(options: EngineOptions): Engine {
  const { vault, zone } = options
  /** One for each main meter: their clocks say nothing about one another. */
  const clocks = new Map<string, ClockWatch>()
  const days = createShownDays(zone, (meter, day) => {
    app.today.value = new Map(app.today.value).set(meter, day)
  })
  const back = createLookBack({ vault, far: options.far, days, known, doubt })
  const seen = new Map<string, Promise<MeterRecord>>()
  /** Meters waived since the page was loaded; those before are so marked in the vault. */
  const waivedNow = new Set<string>()
  let who: Promise<Running> | null = null
  let sealing: Promise<Sealing> | null = null
  let newcomers: Promise<Newcomers> | null = null

  function runningAs(self: Self): Running {
    return { self, client: clientFor(self.owner.signer) }
  }

  async function known(): Promise<Running | null> {
    if (who !== null) {
      const running = await who
      if (await isNewest(vault.database, running.self)) return running
      who = null // the owner has other keys since
    }
    const self = await loadSelf(vault.database)
    if (self === undefined) return null
    await showIdentities(vault.database, self)
    return await (who ??= Promise.resolve(runningAs(self)))
  }

  async function running(): Promise<Running> {
    const there = await known()
    if (there !== null) return there
    who ??= ensureSelf(vault).then(async (self) => {
      await showIdentities(vault.database, self)
      return runningAs(self)
    })
    try {
      return await who
    } catch (error) {
      who = null
      throw error
    }
  }

  async function startSealing(): Promise<Sealing> {
    const { self, client } = await running()
    const ownerKey = ownerKeyOf(self.owner)
    const device = self.device.signer
    const consent = createConsentKeeper({
      vault,
      self,
      client,
      deviceClient: clientFor(device),
      progress: (done, of) => (consentProgress.value = { step: 'keys', done, of }),
      due: () => void turnEpochs().catch(() => undefined), // due again with the next block
    })
    const { recipients } = consent
    const sealer = createSealer({ vault, device, ownerKey, now: seconds, random, recipients })
    const deliverer = createDeliverer({
      vault,
      self,
      client,
      sealer,
      consent,
      ownerChanged: turnEpochs,
      changed: (outbox) => {
        app.outbox.value = outbox
        void back.showSeals()
      },
      reachable(yes) {
        app.online.value = yes
        if (yes && app.identities.value?.operator === '') void showIdentities(vault.database, self)
      },
      delivered: (channel) =>
        void channelOf(vault.database, toHex(channel)).then((found) => found && back.at(found)),
    })
    const feed = createFeed<MeterRecord>({
      vault,
      sealer,
      kept: (meter, channel, readings) => days.sealed(meter, channel.resolution, readings),
      sealed(meter, channel, readings) {
        days.sealed(meter, channel.resolution, readings)
        void deliverer.recount()
        deliverer.wake()
      },
      failed: () => options.stop('storage-failed'),
    })
    deliverer.wake()
    return { feed, deliverer, consent, sealer }
  }

  /** What was read until now is sealed as before: it is not given to those who come after it. */
  async function turnEpochs(): Promise<void> {
    if (sealing === null) return
    const { feed, consent, sealer, deliverer } = await sealing
    await feed.flush()
    const now = await known()
    if (now !== null) sealer.sealTo(ownerKeyOf(now.self.owner))
    await consent.turn((channel) => sealer.turn(channel))
    deliverer.wake()
  }

  function take(telegram: Telegram, line: SerialLine): void {
    const [main] = telegram.readings
    const clock = clocks.get(main.meter) ?? createClockWatch()
    clocks.set(main.meter, clock)
    const stepped: Warning[] = !line.simulated && clock.stepped(main) ? ['clock-stepped'] : []
    // As it was when the telegram's time was read: what follows takes a while.
    const waits = waitsForZone(main, options.zoneOf(main.meter))
    void takeReadings(telegram, stepped, line, waits).catch(() => options.stop('storage-failed'))
  }

  function showLatest(readings: readonly Reading[], raw: Uint8Array): void {
    const now = Date.now()
    const [main] = readings
    const shown = main && app.latest.peek().get(main.meter)
    if (shown?.raw && now - shown.seenAt < LATEST_EVERY) return
    const next = new Map(app.latest.value)
    for (const reading of readings) next.set(reading.meter, { reading, raw, seenAt: now })
    app.latest.value = next
    app.shownMeter.value ??= readings[0]?.meter ?? null
  }

  async function newcomersOf(): Promise<Newcomers> {
    const meters = await loadMeters(vault.database)
    return createNewcomers(new Set(meters.map(({ id }) => id)))
  }

  async function takeReadings(
    telegram: Telegram,
    more: readonly Warning[],
    line: SerialLine,
    waits: boolean,
  ): Promise<void> {
    const [main] = telegram.readings
    const waived = main.warnings.includes('line-check-waived')
    const readings = (await (newcomers ??= newcomersOf())).admit(telegram.readings)
    if (readings === null) return options.stop('noise', line)
    showLatest(readings, telegram.raw)
    const found = await Promise.all(
      readings.map((reading) =>
        meterOf(reading, reading.meter === main.meter ? null : main.meter, waived)
      ),
    )
    const meter = found.find((one) => one.id === main.meter)
    // It came this far by the owner's word for this meter: the next visit need not ask.
    if (meter !== undefined && waived && !meter.waived && !waivedNow.has(main.meter)) {
      waivedNow.add(main.meter)
      await waiveLineCheck(vault.database, main.meter)
    }
    if (waits) return
    const { feed } = await (sealing ??= startSealing())
    for (const [i, reading] of readings.entries()) {
      const of = found[i]
      if (of === undefined) continue
      feed.take(of, { ...reading, warnings: [...reading.warnings, ...more] })
      days.live(of, [reading])
    }
  }

  function meterOf(
    reading: Reading,
    parent: string | null,
    waiving: boolean,
  ): Promise<MeterRecord> {
    const kept = seen.get(reading.meter)
    if (kept !== undefined) return kept
    const fresh = running().then(async ({ self }) => {
      const simulated = reading.warnings.includes('simulated')
      const meter = await ensureMeter(vault, self, {
        id: reading.meter,
        simulated,
        parent,
        zone,
        waived: waiving,
      })
      await showMeters(vault.database)
      return meter
    })
    seen.set(reading.meter, fresh)
    fresh.catch(() => seen.delete(reading.meter))
    return fresh
  }

  /** Whether the platform is away, or this browser's keys do not hold any more. */
  async function doubt(error: unknown): Promise<void> {
    const deliverer = (await sealing)?.deliverer
    if (error instanceof Unreachable) {
      if (deliverer !== undefined) app.online.value = false
      deliverer?.wake()
    } else if (error instanceof ApiProblem && error.status === 400) deliverer?.doubt()
  }

  return {
    running,
    known,
    take,
    showMeters: () => showMeters(vault.database),

    turnEpochs,

    async begin() {
      await (sealing ??= startSealing())
      void turnEpochs().catch(() => undefined) // due again with the next block
    },

    async openedChannel(id) {
      const known = await vault.database.get('meters', id)
      if (known === undefined) return
      seen.delete(id)
      await (await sealing)?.feed.reopen(known)
      await showMeters(vault.database)
    },

    async introduced() {
      const { deliverer } = await (sealing ??= startSealing())
      await deliverer.introduced()
    },

    async end() {
      const ending = await sealing
      sealing = null
      await ending?.feed.flush()
      ending?.consent.stop()
      ending?.deliverer.stop()
    },

    async flush() {
      await (await sealing)?.feed.flush()
    },

    async changeMeter(before, now) {
      const { feed, deliverer } = await (sealing ??= startSealing())
      const { self } = await running()
      const meter = (await loadMeters(vault.database)).find(({ id }) => id === before)
      if (meter === undefined) throw new app.AppError('no-meter')
      // What was read of the meter before is sealed for good, and only then a chapter follows.
      await feed.close(meter)
      await changeMeter(vault, self, before, now, changedState())
      seen.clear()
      newcomers = null
      clocks.delete(before)
      waivedNow.delete(before)
      days.moved(before, now.id)
      const latest = new Map(app.latest.value)
      latest.delete(before)
      app.latest.value = latest
      const today = new Map(app.today.value)
      today.delete(before)
      app.today.value = today
      await showMeters(vault.database)
      await back.showSeals()
      deliverer.wake()
    },

    wake() {
      void sealing?.then(({ deliverer }) => deliverer.wake())
    },

    lookBack: () => back.all(),
    lookElsewhere: () => back.elsewhere(),
    doubt,

    async replaced() {
      const who = await known()
      if (who === null) return false
      return (await askOwner(vault.database, who.client, who.self.owner)).isReplaced
    },

    forget() {
      who = null
      app.identities.value = null
      back.forget()
      newcomers = null
      seen.clear()
      waivedNow.clear()
    },
  }
}

/** Where the record of the simulated meter left off; null before the first reading. */
export async function simulatedFrom(vault: BrowserVault): Promise<number | null> {
  let last: number | null = null
  for (const meter of await loadMeters(vault.database)) {
    if (!meter.simulated) continue
    for (const channel of meter.channels) {
      const at = await lastTaken(vault, channel.id)
      if (at !== null) last = Math.max(last ?? 0, at)
    }
  }
  return last
}
