/**
 * A further channel of a meter that a gateway reads, opened on demand: the owner signs the opening and
 * the gateway's chapter in it, and the gateway finds both at the platform the next time it looks.
 *
 * @module
 */
import { type Bytes, equal, fromHex, toHex } from '../../../shared/bytes.ts'
import type { Client } from '../../../shared/api/client.ts'
import { wasSignedBy } from '../../../shared/identity/identity.ts'
import {
  type Chapter,
  openChannel,
  openChapter,
  parseChannel,
  parseChapter,
  startOf,
} from '../../../shared/seal/channel.ts'
import type { MeterRecord } from '../../vault/database.ts'
import { gatewayOf, loadDevices } from '../../vault/devices.ts'
import type { Self } from '../../vault/identities.ts'
import { keepPaired } from '../../vault/paired.ts'
import type { BrowserVault } from '../../vault/vault.ts'

type Kind = Pick<MeterRecord['channels'][number], 'classes' | 'resolution'>

interface Place {
  readonly vault: BrowserVault
  readonly self: Self
  readonly client: Client
}

const seconds = () => Math.floor(Date.now() / 1000)

/** Its id; null where no gateway of this owner writes the meter's channels now. */
export async function openAtGateway(
  { vault, self, client }: Place,
  id: string,
  { classes, resolution }: Kind,
): Promise<Bytes | null> {
  const { database } = vault
  const meter = await database.get('meters', id)
  const gateway = meter && gatewayOf(await loadDevices(database), meter)
  const [first] = meter?.channels ?? []
  if (!meter || !gateway || first === undefined) return null
  const { identity, signer } = self.owner
  const { tag, simulated } = meter
  const { zone } = first
  let custody: Chapter['custody'] | null = null
  /** One that was opened before and not kept here. */
  let opened: Bytes | null = null
  for await (const info of client.channels()) {
    const opening = parseChannel(info.opening)
    if (!await wasSignedBy(opening.statement, identity)) continue
    const newest = info.chapters.at(-1)
    if (newest === undefined) continue
    const { content, statement } = parseChapter(newest)
    const isIts = toHex(content.device) === gateway.id && equal(content.meter, tag) &&
      equal(content.channel, info.channel) && await wasSignedBy(statement, identity)
    if (!isIts) continue
    custody = content.custody
    const { content: kind } = opening
    if (kind.classes === classes && kind.resolution === resolution) opened = info.opening
  }
  if (custody === null) return null
  if (opened === null) {
    const of = { owner: identity.id, channel: random(16), at: seconds() }
    const opening = await openChannel({ ...of, classes, resolution, zone, simulated }, signer)
    const chapter = await openChapter({
      ...of,
      chapter: 0,
      device: fromHex(gateway.id),
      meter: tag,
      custody,
      after: [...await startOf(opening)],
      lost: null,
      reason: 'first',
    }, signer)
    await client.openChannel(opening.statement.bytes)
    await client.openChapter(chapter.statement.bytes)
    opened = opening.statement.bytes
  }
  const opening = parseChannel(opened)
  const { channel } = opening.content
  const restored = { head: await startOf(opening), epoch: -1, chapters: 1 }
  const kept = { id: channel, classes, resolution, zone, opening: opened, restored }
  await keepPaired(database, fromHex(gateway.id), gateway.name, [
    { meter: id, tag, simulated, channel: kept },
  ])
  return channel
}

function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length))
}
