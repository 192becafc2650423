/**
 * What follows when a device was unpaired: in each channel that it wrote, this browser opens the next
 * chapter, behind the last block that the device sealed, and turns the epoch, so that nobody is given
 * anything more under a key that the device knows. Where that is cut short, it goes on from there.
 *
 * @module
 */
import { type Bytes, equal, toHex } from '../../../shared/bytes.ts'
import type { Client } from '../../../shared/api/client.ts'
import { parseEvent } from '../../../shared/consent/history.ts'
import { parseChapter } from '../../../shared/seal/channel.ts'
import { verifiedHead } from '../../proof-run/verified-head.ts'
import { type MeterRecord, STRICT, type VaultDatabase } from '../../vault/database.ts'
import { changeDevices, loadDevices } from '../../vault/devices.ts'
import type { Self } from '../../vault/identities.ts'
import { chapterAfter, recordOf } from '../../vault/meters.ts'
import type { BrowserVault } from '../../vault/vault.ts'

interface Closing {
  readonly vault: BrowserVault
  readonly self: Self
  readonly client: Client
  /** Devices with a channel that did not hold when it was looked at; those found are added. */
  readonly failed: Set<string>
}

/** @returns whether any chapter was opened, which is then to be sent */
export async function closeChapters(
  { vault, self, client, failed }: Closing,
): Promise<boolean> {
  const { database } = vault
  const unsent = new Set(
    (await database.getAll('events')).flatMap(({ event }) => {
      const { content } = parseEvent(event)
      return content.what === 'unpaired' ? toHex(content.about) : []
    }),
  )
  // Until the platform knows, the device may seal on.
  const done = (await loadDevices(database)).closing
    .filter((name) => !unsent.has(name) && !failed.has(name))
  if (done.length === 0) return false
  let opened = false
  for await (const { channel, chapters } of client.channels()) {
    const newest = chapters.at(-1)
    if (newest === undefined) continue
    const { device, meter } = parseChapter(newest).content
    const name = toHex(device)
    if (!done.includes(name)) continue
    const verified = await verifiedHead(client, self, channel)
    // Behind what does not hold no chapter may follow; the proof says what is wrong there.
    if (verified === null) failed.add(name)
    else {
      const { head, epoch } = verified
      const number = chapters.length
      const reason = 'device-replaced'
      const chapter = await chapterAfter(self, channel, meter, number, head, reason)
      opened = await takeOver(database, self, { channel, chapter, number, head, epoch }) || opened
    }
  }
  const closed = new Set(done.filter((name) => !failed.has(name)))
  await changeDevices(database, (devices) => ({
    ...devices,
    closing: devices.closing.filter((name) => !closed.has(name)),
  }))
  return opened
}

interface Opening {
  readonly channel: Bytes
  readonly chapter: Bytes
  readonly number: number
  readonly head: readonly [seq: number, id: Bytes]
  readonly epoch: number
}

/** All or nothing; nothing where this browser writes the channel already, or does not know it. */
async function takeOver(
  database: VaultDatabase,
  self: Self,
  { channel, chapter, number, head, epoch }: Opening,
): Promise<boolean> {
  const step = database.transaction(['meters', 'channels', 'setup'], 'readwrite', STRICT)
  const isIt = ({ id }: MeterRecord['channels'][number]) => equal(id, channel)
  const meter = (await step.objectStore('meters').getAll())
    .find(({ channels }) => channels.some(isIt))
  const known = meter?.channels.find(isIt)
  if (meter === undefined || known === undefined || known.restored === null) {
    await step.done
    return false
  }
  const name = toHex(channel)
  const stood = await step.objectStore('channels').get(name)
  await step.objectStore('meters').put({
    ...meter,
    channels: meter.channels.map((one) => isIt(one) ? { ...one, restored: null } : one),
  })
  await step.objectStore('channels').put({
    ...recordOf(self, known, head, epoch, number),
    wrappedFor: [new Uint8Array(0)], // nobody's: the epoch turns, whoever it was for
    version: (stood?.version ?? -1) + 1,
  }, name)
  await step.objectStore('setup').add({ kind: 'chapter', statements: [chapter] })
  await step.done
  return true
}
