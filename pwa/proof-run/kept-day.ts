/**
 * The readings of a stretch of time from what this browser itself sealed and still has, for when
 * the platform cannot be asked; and those that have not reached it yet.
 *
 * @module
 */
import { toHex } from '../../shared/bytes.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { readBlock } from '../../shared/seal/block.ts'
import { pendingOf } from '../../shared/seal/feed.ts'
import type { BrowserVault } from '../vault/vault.ts'
import { type MeterChannel, openOwn } from './read-back.ts'
import type { Run } from './access.ts'

/** Copies looked at in one go, the newest first. */
const AT_ONCE = 500

/** Readings of the copies here, in the order of the channel, pending ones included. */
export async function readKept(
  vault: BrowserVault,
  channel: MeterChannel,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<Reading[]> {
  const name = toHex(channel.id)
  const index = vault.database.transaction('entries').store.index('by-seq')
  const all = IDBKeyRange.bound([name, 0], [name, Number.MAX_SAFE_INTEGER])
  const newest = await index.openCursor(all, 'prev')
  let readings = inRange(await pendingOf(vault, channel.id), from, to)
  for (let last = newest?.value.seq ?? -1; last >= 0; last -= AT_ONCE) {
    signal?.throwIfAborted()
    const range = IDBKeyRange.bound([name, Math.max(0, last - AT_ONCE + 1)], [name, last])
    const rows = await vault.database.getAllFromIndex('entries', 'by-seq', range)
    const blocks = await Promise.all(rows.map(({ bytes }) => readBlock(bytes)))
    const wanted = blocks.filter(({ header }) => header.to >= from && header.from < to)
    const opened = await Promise.all(wanted.map(({ bytes }) => openOwn(vault, bytes)))
    readings = [...opened.flat(), ...readings]
    if (blocks.length > 0 && blocks.every(({ header }) => header.to < from)) break
  }
  return readings
}

/** What lies here and not yet on the platform, put behind what came from there. */
export async function withUnsent(
  vault: BrowserVault,
  channel: MeterChannel,
  runs: readonly Run[],
  from: number,
  to: number,
): Promise<(readonly Reading[])[]> {
  const readings: Reading[] = []
  const last = runs.at(-1)
  let next: number | null = null
  for (const entry of await vault.waiting(channel.id, Number.MAX_SAFE_INTEGER)) {
    if (entry.kind !== 'block' || runs.some((run) => run.last >= entry.number)) continue
    next ??= entry.number
    const { header } = await readBlock(entry.bytes)
    if (header.to < from || header.from >= to) continue
    readings.push(...inRange(await openOwn(vault, entry.bytes), from, to))
  }
  readings.push(...inRange(await pendingOf(vault, channel.id), from, to))
  next ??= ((await vault.channel(channel.id))?.head[0] ?? -2) + 1
  const sealed = runs.map((run) => run.readings)
  if (readings.length === 0) return sealed
  if (last?.last !== next - 1) return [...sealed, readings]
  return [...sealed.slice(0, -1), [...last.readings, ...readings]]
}

function inRange(readings: readonly Reading[], from: number, to: number): Reading[] {
  return readings.filter(({ at }) => at >= from && at < to)
}
