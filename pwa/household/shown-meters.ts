/**
 * The meters of this browser, from the vault, as the rooms show them.
 *
 * @module
 */
import { toBase64url, toHex } from '../../shared/bytes.ts'
import type { MeterChannel } from '../proof-run/read-back.ts'
import * as app from '../state.ts'
import type { MeterRecord, VaultDatabase } from '../vault/database.ts'
import { loadMeters } from '../vault/meters.ts'

export async function showMeters(database: VaultDatabase): Promise<MeterRecord[]> {
  const records = await loadMeters(database)
  app.meters.value = records.map(({ id, tag, simulated, parent, clockZone, channels }) => ({
    id,
    tag: toHex(tag),
    simulated,
    parent,
    ...(clockZone === undefined ? {} : { clockZone }),
    channels: channels.map(({ id, classes, resolution, zone }) => ({
      id: toBase64url(id),
      classes,
      resolution,
      zone,
    })),
  }))
  const main = records.find(({ parent }) => parent === null)
  app.shownMeter.value ??= main?.id ?? null
  return records
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
