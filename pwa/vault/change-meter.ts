/**
 * Another meter in the place of one before: the record of the connection point goes on, and each of
 * its channels begins a chapter of the new meter. All of it is one step of the vault.
 *
 * @module
 */
import { toHex } from '../../shared/bytes.ts'
import { type BlockRef, parseChannel, startOf } from '../../shared/seal/channel.ts'
import type { ChannelRecord } from '../../shared/seal/vault.ts'
import { VaultConflict } from '../../shared/seal/vault.ts'
import {
  type MeterRecord,
  type ReaderRecord,
  readerRecords,
  type SetupStatement,
  STRICT,
} from './database.ts'
import type { Self } from './identities.ts'
import { chapterAfter } from './meters.ts'
import type { BrowserVault } from './vault.ts'

/** The meter that is there now. */
export interface Successor {
  readonly id: string
  /** Hex of its system title, where it says one. */
  readonly system: string | null
}

interface Begun {
  readonly channelId: string
  readonly record: ChannelRecord
  readonly chapter: SetupStatement
}

/**
 * What was read of the meter before must be sealed already.
 *
 * @param beside what each channel keeps beside it from now on
 * @throws {VaultConflict} when a channel has gone on meanwhile, and nothing was changed
 */
export async function changeMeter(
  vault: BrowserVault,
  self: Self,
  before: string,
  now: Successor,
  beside: Uint8Array<ArrayBuffer>,
): Promise<MeterRecord> {
  const { database } = vault
  const known = await database.get('meters', before)
  if (known === undefined) throw new TypeError('The meter before is not in the vault')
  const earlier = known.earlier ?? []
  // The same meter come back has the tag that it had.
  const tag =
    earlier.find(({ id, system }) => id === now.id && system === (now.system ?? undefined))
      ?.tag ?? crypto.getRandomValues(new Uint8Array(16))
  const begun = await Promise.all(
    known.channels.map((channel) => beginChapter(vault, self, channel, tag)),
  )
  const locked = await vault.lock(beside)
  const at = Math.floor(Date.now() / 1000)
  const { clockZone: _, ...kept } = known
  const last = systemOf(await database.get('self', 'reader'), before)
  const meter: MeterRecord = {
    ...kept,
    id: now.id,
    tag,
    // Both were said of the meter that is gone.
    waived: false,
    channels: known.channels.map((channel) => ({ ...channel, restored: null })),
    earlier: [
      ...earlier,
      { id: before, tag: known.tag, until: at, ...(last === undefined ? {} : { system: last }) },
    ],
  }
  const step = database.transaction(
    ['meters', 'channels', 'setup', 'beside', 'self', 'meterKeys', 'tariffs'],
    'readwrite',
    STRICT,
  )
  // A failure aborts the step; it is told by `done`, and must not be told twice.
  step.done.catch(() => undefined)
  const meters = step.objectStore('meters')
  const isTaken = now.id !== before && await meters.get(now.id) !== undefined
  let isStale = isTaken || await meters.get(before) === undefined
  for (const { channelId, record } of begun) {
    const stored = await step.objectStore('channels').get(channelId)
    isStale ||= (stored?.version ?? -1) !== record.version - 1
  }
  if (isStale) {
    step.abort()
    throw new VaultConflict('The meter or a channel has moved on')
  }
  await meters.delete(before)
  await meters.put(meter)
  for (const sub of await meters.getAll()) {
    if (sub.parent === before) await meters.put({ ...sub, parent: now.id })
  }
  for (const { channelId, record, chapter } of begun) {
    await step.objectStore('channels').put(record, channelId)
    await step.objectStore('beside').put(locked, channelId)
    await step.objectStore('setup').add(chapter)
  }
  const lines = readerRecords(await step.objectStore('self').get('reader'))
  await step.objectStore('self').put(lines.map((line) => successorAt(line, before, now)), 'reader')
  const keys = step.objectStore('meterKeys')
  for (const system of await keys.getAllKeys()) {
    const key = await keys.get(system)
    if (key?.meter !== before) continue
    // A key is a system title's: that of the meter that is gone opens nothing any more.
    if (system === now.system) await keys.put({ ...key, meter: now.id }, system)
    else await keys.delete(system)
  }
  const tariffs = await step.objectStore('tariffs').get(before)
  if (tariffs !== undefined) {
    await step.objectStore('tariffs').delete(before)
    await step.objectStore('tariffs').put(tariffs, now.id)
  }
  await step.done
  return meter
}

async function beginChapter(
  vault: BrowserVault,
  self: Self,
  channel: MeterRecord['channels'][number],
  tag: Uint8Array<ArrayBuffer>,
): Promise<Begun> {
  const stood = await vault.channel(channel.id)
  const { restored } = channel
  const head: BlockRef = restored?.head ?? stood?.head ??
    await startOf(parseChannel(channel.opening))
  const number = restored?.chapters ?? (stood?.chapter ?? -1) + 1
  const statement = await chapterAfter(self, channel.id, tag, number, head, 'meter-changed')
  return {
    channelId: toHex(channel.id),
    record: {
      channel: channel.id,
      opening: channel.opening,
      zone: channel.zone,
      owner: self.owner.identity.id,
      chapter: number,
      head,
      epoch: restored?.epoch ?? stood?.epoch ?? -1,
      commitment: null,
      epochEnds: 0,
      version: (stood?.version ?? -1) + 1,
    },
    chapter: { kind: 'chapter', statements: [statement] },
  }
}

function systemOf(kept: unknown, meter: string): string | undefined {
  return readerRecords(kept).find((line) => line.meter === meter)?.system
}

function successorAt(line: ReaderRecord, before: string, { id, system }: Successor): ReaderRecord {
  if (line.meter !== before) return line
  const { system: _, ...rest } = line
  return { ...rest, meter: id, ...(system === null ? {} : { system }) }
}
