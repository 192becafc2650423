/**
 * The meters of this browser, from the vault, as the rooms show them.
 *
 * @module
 */
import { toBase64url, toHex } from '../../shared/bytes.ts'
import type { MeterChannel } from '../proof-run/read-back.ts'
import * as app from '../state.ts'
import type { DevicesRecord, MeterRecord, VaultDatabase } from '../vault/database.ts'
import { gatewayOf, loadDevices } from '../vault/devices.ts'
import { loadMeters } from '../vault/meters.ts'

export async function showMeters(database: VaultDatabase): Promise<MeterRecord[]> {
  const records = await loadMeters(database)
  const devices = await loadDevices(database)
  app.meters.value = records.map((record) => ({ ...shownOf(record), ...readBy(devices, record) }))
  followShown()
  const main = records.find(({ parent }) => parent === null)
  app.shownMeter.value ??= main?.id ?? null
  return records
}

function readBy(devices: DevicesRecord, record: MeterRecord): Pick<app.Meter, 'gateway'> {
  const gateway = gatewayOf(devices, record)?.name
  return gateway === undefined ? {} : { gateway }
}

function shownOf(
  { id, tag, simulated, parent, clockZone, earlier, channels }: MeterRecord,
): app.Meter {
  return {
    id,
    tag: toHex(tag),
    simulated,
    parent,
    ...(clockZone === undefined ? {} : { clockZone }),
    ...(earlier === undefined ? {} : { earlier: earlier.map(({ id, until }) => ({ id, until })) }),
    channels: channels.map(({ id, classes, resolution, zone }) => ({
      id: toBase64url(id),
      classes,
      resolution,
      zone,
    })),
  }
}

/** Where the shown meter was changed, the one in its place is shown. */
export function followShown(): void {
  const shown = app.shownMeter.peek()
  const all = app.meters.peek()
  if (shown === null || all.some(({ id }) => id === shown)) return
  const now = all.find(({ earlier }) => earlier?.some(({ id }) => id === shown))
  if (now !== undefined) app.shownMeter.value = now.id
}

/** A channel by the hex of its id, and whose it is. */
export async function channelOf(
  database: VaultDatabase,
  channelId: string,
): Promise<{ meter: MeterRecord; channel: MeterChannel } | undefined> {
  for (const meter of await loadMeters(database)) {
    for (const channel of meter.channels) {
      if (toHex(channel.id) === channelId) return { meter, channel }
    }
  }
  return undefined
}
