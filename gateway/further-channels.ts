/**
 * Channels of a gateway's meters that the owner opened after it was paired. The platform only hands
 * them over: the owner has signed the opening, and the chapter that names this gateway and the meter.
 *
 * @module
 */
import { equal } from '../shared/bytes.ts'
import type { ChannelInfo } from '../shared/api/client.ts'
import { type Identity, isSignedBy } from '../shared/identity/identity.ts'
import { createSlots } from '../shared/meter/boundary.ts'
import { parseChannel, parseChapter } from '../shared/seal/channel.ts'
import type { ReadMeter } from './state.ts'

export function isIn({ channels }: ReadMeter, { channel }: Pick<ChannelInfo, 'channel'>): boolean {
  return channels.some(({ id }) => equal(id, channel))
}

/** The meters with this channel; null where it is known, or is nothing for this gateway. */
export async function withChannel(
  meters: readonly ReadMeter[],
  info: ChannelInfo,
  owner: Identity,
  device: Identity,
): Promise<readonly ReadMeter[] | null> {
  if (meters.some((meter) => isIn(meter, info))) return null
  const opening = parseChannel(info.opening)
  const newest = info.chapters.at(-1)
  if (newest === undefined) return null
  const chapter = parseChapter(newest)
  const { classes, resolution, zone, simulated, channel } = opening.content
  const holds = equal(channel, info.channel) && equal(chapter.content.channel, channel) &&
    equal(opening.content.owner, owner.id) && equal(chapter.content.owner, owner.id) &&
    equal(chapter.content.device, device.id) &&
    await isSignedBy(opening.statement, owner) && await isSignedBy(chapter.statement, owner)
  if (!holds || !isKept(resolution, zone)) return null
  const meter = meters.find(({ channels: [first] }) =>
    first !== undefined && parseChannel(first.opening).content.simulated === simulated &&
    equal(parseChapter(first.chapter).content.meter, chapter.content.meter)
  )
  if (meter === undefined) return null
  const further = {
    id: channel,
    classes,
    resolution,
    zone,
    opening: info.opening,
    chapter: newest,
  }
  return meters.map((one) => one === meter ? { ...one, channels: [...one.channels, further] } : one)
}

function isKept(resolution: string, zone: string): boolean {
  try {
    if (resolution !== 'live') createSlots(resolution, zone)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
