/**
 * The household's devices as Settings shows them: who was paired, by the owner's own signatures,
 * less whom the owner's history says is unpaired.
 *
 * @module
 */
import { type Bytes, equal, toHex } from '../../../shared/bytes.ts'
import type { ChannelInfo, Client } from '../../../shared/api/client.ts'
import { parseEvent } from '../../../shared/consent/history.ts'
import { stateAt } from '../../../shared/consent/steps.ts'
import { wasSignedBy } from '../../../shared/identity/identity.ts'
import { parsePairing } from '../../../shared/identity/pairing.ts'
import { type Chapter, type Opened, parseChapter } from '../../../shared/seal/channel.ts'
import type { DeviceView } from '../../settings/devices-state.ts'
import type { DevicesRecord, VaultDatabase } from '../../vault/database.ts'
import { loadDevices } from '../../vault/devices.ts'
import type { Self } from '../../vault/identities.ts'
import { loadMeters } from '../../vault/meters.ts'
import { loadBook } from '../consent/book.ts'

/** What the platform told of the devices, checked. */
export interface Told {
  /** Hex, the oldest first. */
  readonly paired: readonly string[]
  readonly writes: DevicesRecord['writes']
  /** By hex of the device. */
  readonly custody: ReadonlyMap<string, Chapter['custody']>
  /** By hex of the device: seconds. */
  readonly lastBlock: ReadonlyMap<string, number>
  /** Channels whose newest chapter has blocks: who closed another's may never write one. */
  readonly begun: ReadonlySet<string>
}

export async function askPlatform(client: Client, self: Self): Promise<Told> {
  const { identity } = self.owner
  const paired: string[] = []
  for (const bytes of await client.pairings()) {
    const pairing = parsePairing(bytes)
    const isOurs = equal(pairing.owner, identity.id) &&
      await wasSignedBy(pairing.statements[0], identity)
    if (isOurs) paired.push(toHex(pairing.device))
  }
  const writes: Record<string, string[]> = {}
  const custody = new Map<string, Chapter['custody']>()
  const lastBlock = new Map<string, number>()
  const begun = new Set<string>()
  for await (const info of client.channels()) {
    const newest = await newestChapter(info, self)
    if (newest === null) continue
    const { device } = newest.content
    const name = toHex(device)
    writes[name] = [...writes[name] ?? [], toHex(info.channel)]
    custody.set(name, newest.content.custody)
    const { seq, accepted } = await client.head(info.channel)
    // Up to where its chapter begins, another has written.
    if (accepted === null || seq <= newest.content.after[0]) continue
    begun.add(toHex(info.channel))
    lastBlock.set(name, Math.max(accepted, lastBlock.get(name) ?? 0))
  }
  return { paired, writes, custody, lastBlock, begun }
}

async function newestChapter(
  { channel, chapters }: ChannelInfo,
  { owner }: Self,
): Promise<Opened<Chapter> | null> {
  const bytes = chapters.at(-1)
  if (bytes === undefined) return null
  const chapter = parseChapter(bytes)
  const holds = equal(chapter.content.channel, channel) &&
    await wasSignedBy(chapter.statement, owner.identity)
  return holds ? chapter : null
}

/** @param told null while the platform cannot be asked */
export async function viewDevices(
  database: VaultDatabase,
  self: Self,
  told: Told | null,
): Promise<DeviceView[]> {
  const { names, writes, unpaired } = await loadDevices(database)
  const own = toHex(self.device.identity.id)
  const unsent = new Set(await unsentUnpairings(database))
  const meters = await loadMeters(database)
  const book = await loadBook(database)
  const now = Math.floor(Date.now() / 1000)
  const known = new Set([own, ...told?.paired ?? [...Object.keys(names), ...Object.keys(writes)]])
  for (const name of unsent) known.add(name)
  return [...known].filter((id) => !unpaired.includes(id) || unsent.has(id)).map((id) => {
    const lines = new Set(writes[id])
    const isWritten = (channel: Bytes) => lines.has(toHex(channel))
    const isRead = (channel: Bytes) =>
      isWritten(channel) && (id !== own || told === null || told.begun.has(toHex(channel)))
    const reads = meters.filter(({ channels }) => channels.some((one) => isRead(one.id)))
    const grants = [...book.values()].filter(({ standing }) =>
      stateAt(standing, now).phase !== 'ended' && standing.terms.channels.some(isWritten)
    )
    const isBrowser = told?.custody.get(id) === 'browser'
    return {
      id,
      kind: id === own
        ? 'this'
        : names[id] === undefined && (told === null || isBrowser || !told.custody.has(id))
        ? 'browser'
        : 'gateway',
      name: names[id] ?? null,
      meters: reads.map((meter) => meter.id),
      lastBlock: told?.lastBlock.get(id) ?? null,
      grants: grants.length,
      unsent: unsent.has(id),
    }
  })
}

async function unsentUnpairings(database: VaultDatabase): Promise<string[]> {
  return (await database.getAll('events')).flatMap(({ event }) => {
    const { content } = parseEvent(event)
    return content.what === 'unpaired' ? toHex(content.about) : []
  })
}
