/**
 * The readings of a channel in a stretch of time, read from the platform: its blocks verified among
 * themselves, each signed by the device of its chapter and following the one before it. That
 * nothing is missing before them is for the proof, which walks every block from the first.
 *
 * @module
 */
import type { Client } from '../../shared/api/client.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { type Block, readBlock } from '../../shared/seal/block.ts'
import { type Checkpoint, createChannelVerifier } from '../../shared/seal/verify.ts'
import { AppError } from '../state.ts'
import type { Self } from '../vault/identities.ts'
import { gatherEvidence, ownEpochKey } from './evidence.ts'
import type { MeterChannel } from './read-back.ts'

/** Readings in the order of the channel, in stretches without a block missing. */
export async function readRange(
  { self, client }: { self: Self; client: Client },
  channel: MeterChannel,
  from: number,
  to: number,
): Promise<Reading[][]> {
  const blocks: Block[] = []
  for await (const bytes of client.blocks(channel.id, { from, to, limit: 500 })) {
    blocks.push(await readBlock(bytes))
  }
  if (blocks.length === 0) return []
  const { evidence } = await gatherEvidence(client, self, channel.id)
  const runs: Reading[][] = []
  for (const run of stretches(blocks)) {
    const [first] = run
    const readings: Reading[] = []
    const verifier = await createChannelVerifier(evidence, {
      ...(first === undefined || first.header.seq === 0 ? {} : { resume: justBefore(first) }),
      epochKey: (epoch) => ownEpochKey(self.owner, epoch),
      opened: (_block, opened) => readings.push(...opened),
    })
    for (const block of run) {
      const fault = await verifier.add(block)
      if (fault !== null) throw new AppError(fault.reason)
    }
    runs.push(readings)
  }
  return runs
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
