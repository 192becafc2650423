/**
 * Looking back: what the platform has of this owner, verified and opened, and what the rooms show of
 * it. Where the platform is away, what lies here is shown instead.
 *
 * @module
 */
import { toHex } from '../../shared/bytes.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { startOfLocalDay } from '../../shared/meter/zone.ts'
import {
  createReadBack,
  type MeterChannel,
  type ReadBack,
  type ReadBackState,
} from '../proof-run/read-back.ts'
import { isUnverifiable } from '../proof-run/verified-head.ts'
import * as app from '../state.ts'
import type { MeterRecord } from '../vault/database.ts'
import { gatewayOf, loadDevices } from '../vault/devices.ts'
import { loadMeters } from '../vault/meters.ts'
import type { BrowserVault } from '../vault/vault.ts'
import type { Running } from './client.ts'
import { askToKeep } from './kept-storage.ts'
import type { ShownDays } from './shown-days.ts'
import { showKept } from './shown-latest.ts'
import { channelOf } from './shown-meters.ts'
import { sealsOf, type Verified } from './shown-seals.ts'

interface Found {
  readonly meter: MeterRecord
  readonly channel: MeterChannel
}

export interface LookBack {
  /** Reads back and verifies what is new in one channel. */
  at(found: Found): Promise<void>
  /** In all channels; what waits here is shown first. */
  all(): Promise<void>
  /** In the channels of meters that a gateway reads: what came since. */
  elsewhere(): Promise<void>
  showSeals(): Promise<void>
  /** Another owner was restored. */
  forget(): void
}

export interface LookBackOptions {
  readonly vault: BrowserVault
  /** Verifies much at a time away from the page's thread. */
  readonly far: (channel: MeterChannel) => Promise<ReadBackState>
  readonly days: ShownDays
  /** Null before the first use. */
  readonly known: () => Promise<Running | null>
  /** Looks into a failure. */
  readonly doubt: (error: unknown) => Promise<void>
}

const LIVE_COPIES = 7 * 86_400

const seconds = () => Math.floor(Date.now() / 1000)

export function createLookBack({ vault, far, days, known, doubt }: LookBackOptions): LookBack {
  const verified = new Map<string, Verified>()
  /** What a look back opened last of a channel: the past on the way there is not shown as now. */
  const openedLast = new Map<string, readonly Reading[]>()
  let readBack: ReadBack | null = null

  async function at({ meter, channel }: Found): Promise<void> {
    const who = await known()
    if (who === null) return
    readBack ??= createReadBack({ vault, ...who, opened: showOpened, far })
    const channelId = toHex(channel.id)
    // What was verified before need not wait for what is verified now.
    await showNewest(meter, channel)
    try {
      const { blocks, fault } = await readBack.run(channel)
      verified.set(channelId, { blocks, reason: fault?.reason ?? null })
      if (fault === null && blocks > 0) await afterProof()
    } catch (error) {
      // Not reached, or not known there: the next delivery looks again. Only what came and does
      // not hold is a broken seal.
      if (isUnverifiable(error)) {
        verified.set(channelId, { blocks: 0, reason: 'block-malformed' })
      } else if (!verified.has(channelId)) {
        showHere(meter, channel, await readBack.copies(channel))
      }
      void doubt(error)
    }
    showKept(openedLast.get(channelId) ?? [])
    openedLast.delete(channelId)
    await showNewest(meter, channel)
    await showSeals()
    if (channel.resolution === 'live') await vault.prune(channel.id, seconds() - LIVE_COPIES)
    days.looked(meter, channel.resolution)
  }

  /** Where nothing is shown yet. */
  async function showNewest(meter: MeterRecord, channel: MeterChannel): Promise<void> {
    if (channel.resolution !== 'live' || app.latest.value.has(meter.id)) return
    showKept(await readBack?.newest(channel) ?? [])
  }

  /** Readings that this browser sealed, from here. */
  function showHere(
    meter: MeterRecord,
    channel: MeterChannel,
    readings: readonly Reading[],
  ): void {
    days.sealed(meter, channel.resolution, readings)
    if (channel.resolution === 'live') showKept(readings)
  }

  function showOpened(channel: MeterChannel, readings: readonly Reading[]): void {
    if (channel.resolution === 'live') openedLast.set(toHex(channel.id), readings)
    const from = startOfLocalDay(channel.zone, seconds())
    // The reading before today's first is kept: a bar may begin with it.
    const last = readings.at(-1)
    if (last === undefined || last.at < from - 2 * 86_400) return
    void channelOf(vault.database, toHex(channel.id)).then((found) => {
      if (found !== undefined) days.sealed(found.meter, channel.resolution, readings)
    })
  }

  /** The first proof: from now on there is something to lose. */
  async function afterProof(): Promise<void> {
    void askToKeep() // some browsers ask their owner, who may take a while
    if (app.recovery.value.kind !== 'none') return
    app.recovery.value = { kind: 'due' }
    await vault.database.put('self', { kind: 'due' }, 'recovery')
  }

  async function showSeals(): Promise<void> {
    app.seals.value = await sealsOf(vault, verified, app.outbox.value)
  }

  return {
    at,
    showSeals,

    async all() {
      const who = await known()
      if (who === null) return
      readBack ??= createReadBack({ vault, ...who, opened: showOpened, far })
      for (const meter of await loadMeters(vault.database)) {
        for (const channel of meter.channels) {
          showHere(meter, channel, await readBack.waiting(channel))
        }
      }
      for (const meter of await loadMeters(vault.database)) {
        for (const channel of meter.channels) await at({ meter, channel })
      }
    },

    async elsewhere() {
      const devices = await loadDevices(vault.database)
      const meters = (await loadMeters(vault.database))
        .filter((meter) => gatewayOf(devices, meter) !== null)
      for (const meter of meters) {
        for (const channel of meter.channels) await at({ meter, channel })
      }
    },

    forget() {
      readBack = null
      verified.clear()
    },
  }
}
