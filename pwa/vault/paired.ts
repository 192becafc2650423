/**
 * A device that was paired, with what it writes: its meters are the household's as those that this
 * browser reads itself, only that another device has the chapter.
 *
 * @module
 */
import { type Bytes, equal, toHex } from '../../shared/bytes.ts'
import { type MeterRecord, STRICT, type VaultDatabase } from './database.ts'
import { devicesIn } from './devices.ts'

export interface PairedChannel {
  readonly meter: string
  readonly tag: Bytes
  readonly simulated: boolean
  /** With where it stood when the device's chapter began. */
  readonly channel: MeterRecord['channels'][number]
}

/** All of it in one step; done twice, it is done once. */
export async function keepPaired(
  database: VaultDatabase,
  device: Bytes,
  name: string,
  channels: readonly PairedChannel[],
): Promise<void> {
  const id = toHex(device)
  const step = database.transaction(['meters', 'self'], 'readwrite', STRICT)
  const meters = step.objectStore('meters')
  for (const { meter, tag, simulated, channel } of channels) {
    const known = await meters.get(meter) ??
      { id: meter, tag, simulated, parent: null, waived: false, channels: [] }
    const others = known.channels.filter((one) => !equal(one.id, channel.id))
    await meters.put({ ...known, channels: [...others, channel] })
  }
  const self = step.objectStore('self')
  const devices = await devicesIn(self)
  await self.put({
    ...devices,
    names: { ...devices.names, [id]: name },
    writes: {
      ...devices.writes,
      [id]: [
        ...new Set([
          ...devices.writes[id] ?? [],
          ...channels.map(({ channel }) => toHex(channel.id)),
        ]),
      ],
    },
  }, 'devices')
  await step.done
}
