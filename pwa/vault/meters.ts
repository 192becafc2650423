/**
 * The meters of this browser: for each its random tag and its channels, opened by the owner when
 * the meter is first seen; in channels that were restored, a new chapter instead.
 *
 * @module
 */
import { type Bytes, toHex } from '../../shared/bytes.ts'
import type { DataClass } from '../../shared/meter/reading.ts'
import {
  type BlockRef,
  type Chapter,
  openChannel,
  openChapter,
  parseChannel,
  startOf,
} from '../../shared/seal/channel.ts'
import type { ChannelRecord } from '../../shared/seal/vault.ts'
import { type MeterRecord, type SetupStatement, STRICT, type VaultDatabase } from './database.ts'
import type { Self } from './identities.ts'
import type { BrowserVault } from './vault.ts'

/** What every meter gets. */
const CHANNELS: readonly { classes: DataClass; resolution: string }[] = [
  { classes: 'all', resolution: 'live' },
  { classes: 'energy', resolution: 'PT15M' },
  { classes: 'energy', resolution: 'P1D' },
]

export interface SeenMeter {
  readonly id: string
  readonly simulated: boolean
  readonly parent: string | null
  readonly zone: string
  readonly waived: boolean
}

type MeterChannel = MeterRecord['channels'][number]

const seconds = () => Math.floor(Date.now() / 1000)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

/** All meters of this browser. */
export async function loadMeters(database: VaultDatabase): Promise<MeterRecord[]> {
  return await database.getAll('meters')
}

/** The meter as it is known, with a chapter of this device in each channel. */
export async function ensureMeter(
  vault: BrowserVault,
  self: Self,
  seen: SeenMeter,
): Promise<MeterRecord> {
  const known = await vault.database.get('meters', seen.id)
  if (known !== undefined && known.channels.every(({ restored }) => restored === null)) {
    return known
  }
  const tag = known?.tag ?? random(16)
  const records: ChannelRecord[] = []
  const setup: SetupStatement[] = []
  const channels: MeterChannel[] = []
  for (const channel of known?.channels ?? await newChannels(self, seen)) {
    if (known === undefined) setup.push({ kind: 'channel', statements: [channel.opening] })
    const start = channel.restored ??
      { head: await startOf(parseChannel(channel.opening)), epoch: -1, chapters: 0 }
    const number = start.chapters
    const chapter = await chapterAfter(self, channel.id, tag, number, start.head)
    setup.push({ kind: 'chapter', statements: [chapter] })
    records.push(recordOf(self, channel, start.head, start.epoch, number))
    channels.push({ ...channel, restored: null })
  }
  const { id, simulated, parent } = seen
  const waived = seen.waived || known?.waived === true
  const meter: MeterRecord = { ...known, id, tag, simulated, parent, waived, channels }
  const step = vault.database.transaction(['meters', 'channels', 'setup'], 'readwrite', STRICT)
  const there = await step.objectStore('meters').get(id)
  if (there !== undefined && there.channels.every(({ restored }) => restored === null)) {
    await step.done
    return there // another tab was first
  }
  await step.objectStore('meters').put(meter)
  for (const record of records) {
    await step.objectStore('channels').put(record, toHex(record.channel))
  }
  for (const statement of setup) await step.objectStore('setup').add(statement)
  await step.done
  return meter
}

/**
 * Opens a further channel of a meter that this device reads, where there is none of that kind yet.
 *
 * @returns its id; null when the meter is not known here, or not read here since it was restored
 */
export async function ensureChannel(
  vault: BrowserVault,
  self: Self,
  meter: string,
  kind: Pick<MeterChannel, 'classes' | 'resolution'>,
): Promise<Bytes | null> {
  const isIt = (one: MeterChannel) =>
    one.classes === kind.classes && one.resolution === kind.resolution
  const known = await vault.database.get('meters', meter)
  const there = known?.channels.find(isIt)
  if (there !== undefined) return there.id
  const [first] = known?.channels ?? []
  if (known === undefined || first === undefined || first.restored !== null) return null
  const { zone } = first
  const channel = await newChannel(self, kind, { zone, simulated: known.simulated })
  const start = await startOf(parseChannel(channel.opening))
  const chapter = await chapterAfter(self, channel.id, known.tag, 0, start)
  const step = vault.database.transaction(['meters', 'channels', 'setup'], 'readwrite', STRICT)
  const now = await step.objectStore('meters').get(meter)
  const other = now?.channels.find(isIt)
  if (now === undefined || other !== undefined) {
    await step.done
    return other?.id ?? null // another tab was first
  }
  await step.objectStore('meters').put({ ...now, channels: [...now.channels, channel] })
  await step.objectStore('channels').put(recordOf(self, channel, start, -1, 0), toHex(channel.id))
  await step.objectStore('setup').add({ kind: 'channel', statements: [channel.opening] })
  await step.objectStore('setup').add({ kind: 'chapter', statements: [chapter] })
  await step.done
  return channel.id
}

/** Where this device begins to write a channel. */
export function recordOf(
  { owner }: Self,
  { id, opening, zone }: MeterChannel,
  head: BlockRef,
  epoch: number,
  chapter: number,
): ChannelRecord {
  return {
    channel: id,
    opening,
    zone,
    owner: owner.identity.id,
    chapter,
    head,
    epoch,
    commitment: null,
    epochEnds: 0,
    version: 0,
  }
}

/** The owner's statement that this device goes on after `head`. */
export async function chapterAfter(
  { owner, device }: Self,
  channel: Bytes,
  meter: Bytes,
  number: number,
  head: BlockRef,
  reason: Chapter['reason'] = number === 0 ? 'first' : 'restored',
): Promise<Bytes> {
  const chapter = await openChapter({
    channel,
    chapter: number,
    owner: owner.identity.id,
    device: device.identity.id,
    meter,
    custody: 'browser',
    after: [...head],
    lost: null,
    reason,
    at: seconds(),
  }, owner.signer)
  return chapter.statement.bytes
}

export async function waiveLineCheck(database: VaultDatabase, meter: string): Promise<void> {
  const step = database.transaction('meters', 'readwrite', STRICT)
  const known = await step.store.get(meter)
  if (known !== undefined) await step.store.put({ ...known, waived: true })
  await step.done
}

export async function setClockZone(
  database: VaultDatabase,
  meter: string,
  clockZone: string,
): Promise<void> {
  const step = database.transaction('meters', 'readwrite', STRICT)
  const known = await step.store.get(meter)
  if (known !== undefined) await step.store.put({ ...known, clockZone })
  await step.done
}

async function newChannels(self: Self, seen: SeenMeter): Promise<MeterChannel[]> {
  return await Promise.all(CHANNELS.map((kind) => newChannel(self, kind, seen)))
}

async function newChannel(
  { owner }: Self,
  { classes, resolution }: Pick<MeterChannel, 'classes' | 'resolution'>,
  { zone, simulated }: Pick<SeenMeter, 'zone' | 'simulated'>,
): Promise<MeterChannel> {
  const id = random(16)
  const opening = await openChannel({
    channel: id,
    owner: owner.identity.id,
    classes,
    resolution,
    zone,
    simulated,
    at: seconds(),
  }, owner.signer)
  return { id, classes, resolution, zone, opening: opening.statement.bytes, restored: null }
}
