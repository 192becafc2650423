/**
 * A past local day, read from the platform: its blocks verified among themselves, each signed by
 * the device of its chapter and following the one before it. That nothing is missing before them is
 * for the proof, which walks every block from the first.
 *
 * @module
 */
import type { Client } from '../../shared/api/client.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { boundaryWindow } from '../../shared/meter/boundary.ts'
import { instantsOfLocal, startOfNextLocalDay } from '../../shared/meter/zone.ts'
import { type Block, readBlock } from '../../shared/seal/block.ts'
import { type Checkpoint, createChannelVerifier } from '../../shared/seal/verify.ts'
import { AppError, type DayView } from '../state.ts'
import type { MeterRecord } from '../vault/database.ts'
import type { Self } from '../vault/identities.ts'
import { createDayStore } from './day.ts'
import { gatherEvidence, ownEpochKey } from './evidence.ts'
import type { MeterChannel } from './read-back.ts'

export async function readPastDay(
  { self, client }: { self: Self; client: Client },
  meter: MeterRecord,
  { year, month, day }: { year: number; month: number; day: number },
): Promise<DayView> {
  const quarters = meter.channels.find(({ resolution }) => resolution === 'PT15M')
  const live = meter.channels.find(({ resolution }) => resolution === 'live')
  const zone = quarters?.zone ?? live?.zone ?? 'UTC'
  // Noon is on every day of every zone; the day that holds it is the one asked for.
  const noon = instantsOfLocal(zone, Date.UTC(year, month - 1, day, 12) / 1000)[0] ?? 0
  const store = createDayStore(zone)
  const from = store.view(noon).from
  const to = startOfNextLocalDay(zone, noon)
  if (quarters !== undefined) {
    store.addKept(await readRange(self, client, quarters, from, to + boundaryWindow))
  }
  if (live !== undefined) store.addLive(await readRange(self, client, live, from, to))
  return store.view(noon)
}

async function readRange(
  self: Self,
  client: Client,
  channel: MeterChannel,
  from: number,
  to: number,
): Promise<Reading[]> {
  const blocks: Block[] = []
  for await (const bytes of client.blocks(channel.id, { from, to, limit: 500 })) {
    blocks.push(await readBlock(bytes))
  }
  if (blocks.length === 0) return []
  const { evidence } = await gatherEvidence(client, self, channel.id)
  const readings: Reading[] = []
  for (const run of stretches(blocks)) {
    const [first] = run
    const verifier = await createChannelVerifier(evidence, {
      ...(first === undefined || first.header.seq === 0 ? {} : { resume: justBefore(first) }),
      epochKey: (epoch) => ownEpochKey(self.owner, epoch),
      opened: (_block, opened) => readings.push(...opened),
    })
    for (const block of run) {
      const fault = await verifier.add(block)
      if (fault !== null) throw new AppError(fault.reason)
    }
  }
  return readings
}

/** Blocks in unbroken order: a clock that was set back puts blocks of other days in between. */
function stretches(blocks: readonly Block[]): Block[][] {
  const runs: Block[][] = []
  let next = -1
  for (const block of blocks) {
    if (block.header.seq === next) runs.at(-1)?.push(block)
    else runs.push([block])
    next = block.header.seq + 1
  }
  return runs
}

function justBefore({ header }: Block): Checkpoint {
  return {
    head: [header.seq - 1, header.prev],
    chapter: header.chapter,
    epoch: header.epoch,
    keyIndex: 0,
    counts: {
      blocks: 0,
      readings: 0,
      opened: 0,
      erased: 0,
      resealed: 0,
      clockSteps: 0,
      from: null,
      to: null,
      sealed: null,
      gaps: [],
    },
  }
}
