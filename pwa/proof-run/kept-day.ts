/**
 * A past local day from what this browser itself sealed and still has, for when the platform cannot
 * be asked.
 *
 * @module
 */
import { boundaryWindow } from '../../shared/meter/boundary.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { instantsOfLocal } from '../../shared/meter/zone.ts'
import { toHex } from '../../shared/bytes.ts'
import { readBlock } from '../../shared/seal/block.ts'
import type { DayView } from '../state.ts'
import type { MeterRecord } from '../vault/database.ts'
import type { BrowserVault } from '../vault/vault.ts'
import { createDayStore } from './day.ts'
import { openOwn } from './read-back.ts'

/** Copies looked at in one go, the newest first. */
const AT_ONCE = 100

/** Null when nothing of the day is here. */
export async function readKeptDay(
  vault: BrowserVault,
  meter: MeterRecord,
  { year, month, day }: { year: number; month: number; day: number },
): Promise<DayView | null> {
  const zone = meter.channels[0]?.zone ?? 'UTC'
  const noon = instantsOfLocal(zone, Date.UTC(year, month - 1, day, 12) / 1000)[0] ?? 0
  const store = createDayStore(zone)
  const { from, to } = store.view(noon)
  for (const { id, resolution } of meter.channels) {
    if (resolution === 'live') store.addLive(await readKept(vault, id, from, to))
    if (resolution === 'PT15M') {
      store.addKept(await readKept(vault, id, from - boundaryWindow, to + boundaryWindow))
    }
  }
  const view = store.view(noon)
  return view.power.length + view.bars.length === 0 ? null : { ...view, onlyHere: true }
}

async function readKept(
  vault: BrowserVault,
  channel: MeterRecord['channels'][number]['id'],
  from: number,
  to: number,
): Promise<Reading[]> {
  const name = toHex(channel)
  const index = vault.database.transaction('entries').store.index('by-seq')
  const all = IDBKeyRange.bound([name, 0], [name, Number.MAX_SAFE_INTEGER])
  const newest = await index.openCursor(all, 'prev')
  const readings: Reading[] = []
  for (let last = newest?.value.seq ?? -1; last >= 0; last -= AT_ONCE) {
    const range = IDBKeyRange.bound([name, last - AT_ONCE + 1], [name, last])
    const rows = await vault.database.getAllFromIndex('entries', 'by-seq', range)
    let isBefore = true
    for (const { bytes } of rows) {
      const { header } = await readBlock(bytes)
      isBefore &&= header.to < from
      if (header.to < from || header.from >= to) continue
      readings.push(...await openOwn(vault, bytes))
    }
    if (isBefore) break
  }
  return readings
}
