/**
 * A long past of quarter-hours on the platform, sealed without the vault and its durable steps:
 * what they cost is not what is asked here.
 *
 * @module
 */
import type { Client } from '../../shared/api/client.ts'
import type { Bytes } from '../../shared/bytes.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { sealBlock } from '../../shared/seal/block.ts'
import { openEpoch, parseChannel, startOf } from '../../shared/seal/channel.ts'
import { commitment, importEpochKey, sealEpochKey } from '../../shared/seal/epoch-key.ts'
import type { MeterRecord } from '../../pwa/vault/database.ts'
import type { Self } from '../../pwa/vault/identities.ts'

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const DAY = 86_400
const HOUR = 3600

/** The counter of a reading is a whole multiple of its age: sums are easily told. */
export const WH_PER_SECOND = 2

export async function sealHistory(
  { owner, device }: Self,
  client: Client,
  { id: channel, opening }: MeterRecord['channels'][number],
  meter: string,
  { from, days, posted, strays = [] }: {
    from: number
    days: number
    posted?: (day: number) => Promise<void>
    /** Days that a clock gone wrong puts elsewhere: which, and by how many days. */
    strays?: readonly (readonly [day: number, late: number])[]
  },
): Promise<void> {
  let [seq, prev] = await startOf(parseChannel(opening))
  for (let day = 0; day < days; day++) {
    const late = strays.find(([stray]) => stray === day)?.[1] ?? 0
    const start = from + (day + late) * DAY
    const raw = random(32)
    const epochKey = await importEpochKey(raw)
    const name = { channel, chapter: 0, epoch: day }
    const committed = await commitment(epochKey, channel, day)
    const { index, algorithm, publicKey } = owner.sealing
    const sealed = await sealEpochKey(raw, name, committed, algorithm, publicKey)
    const epoch = await openEpoch({
      ...name,
      ...sealed,
      commitment: committed,
      owner: owner.identity.id,
      ownerKey: index,
      reason: day === 0 ? 'first' : 'midnight',
      at: start,
    }, device.signer)
    const items: Bytes[] = [epoch.statement.bytes]
    for (let hour = 0; hour < 24; hour++) {
      const at = start + hour * HOUR
      const some = [900, 1800, 2700, 3600].map((late) => quarter(meter, at + late, from))
      const place = { ...name, epochKey, seq: seq + 1, prev }
      const block = await sealBlock(some, place, device.signer, random(16), at + HOUR)
      seq++
      prev = block.id
      items.push(block.bytes)
    }
    await client.postBlocks(channel, items)
    await posted?.(day)
  }
}

function quarter(meter: string, at: number, from: number): Reading {
  const register = (obis: string, value: number) => ({
    obis,
    value: String(value),
    exponent: 0,
    unit: 'Wh',
  })
  const wh = (at - from) * WH_PER_SECOND
  return {
    meter,
    at,
    clock: 'meter',
    seen: at,
    registers: [
      register('1-0:1.8.1*255', 4_000_000 + wh / 2),
      register('1-0:1.8.2*255', 3_000_000 + wh / 2),
      register('1-0:2.8.1*255', 1_000_000),
      register('1-0:2.8.2*255', 2_000_000 + Math.floor(wh / 8)),
    ],
    texts: [],
    assurance: { line: 'crc', origin: 'plain', custody: 'browser' },
    warnings: [],
  }
}
