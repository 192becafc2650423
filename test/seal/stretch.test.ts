/** Reading a stretch: what its one signature vouches for, and what it does not let through. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Reading } from '../../shared/meter/reading.ts'
import { type Block, joinBlock, readBlock } from '../../shared/seal/block.ts'
import { createStretchReader, type Stretch } from '../../shared/seal/stretch.ts'
import {
  type ChannelEvidence,
  createChannelVerifier,
  type Fault,
} from '../../shared/seal/verify.ts'
import { readings } from '../rig/household.ts'
import { type LongChannel, longChannel } from './evidence.ts'

let long: LongChannel
beforeAll(async () => {
  long = await longChannel()
})

async function read(
  blocks: readonly Block[],
  evidence: ChannelEvidence = long.evidence,
  shown: Reading[] = [],
): Promise<Stretch | Fault> {
  const reader = createStretchReader(evidence, {
    epochKey: long.epochKey,
    opened: (_block, readings) => shown.push(...readings),
  })
  for (const block of blocks) reader.take([block])
  return await reader.end()
}

/** The block with a signature that holds for nothing. */
async function unsigned(block: Block): Promise<Block> {
  const bytes = block.statement.bytes.slice()
  const at = bytes.length - 10
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return await readBlock(joinBlock(bytes, block.body))
}

function exchanged(blocks: readonly Block[], at: number, block: Block): Block[] {
  return blocks.map((one, i) => i === at ? block : one)
}

function at(seq: number): Block {
  const block = long.blocks[seq]
  if (block === undefined) throw new RangeError(`No block ${seq}`)
  return block
}

describe('reading a stretch', () => {
  it('gives the readings that the verifier opens, wherever it begins and ends', async () => {
    const opened = new Map<number, readonly Reading[]>()
    const verifier = await createChannelVerifier(long.evidence, {
      epochKey: long.epochKey,
      opened: (block, readings) => opened.set(block.header.seq, readings),
    })
    for (const block of long.blocks) await verifier.add(block)
    for (let from = 0; from < long.blocks.length; from++) {
      for (let to = from + 1; to <= long.blocks.length; to++) {
        const found = await read(long.blocks.slice(from, to))
        const seqs = Array.from({ length: to - from }, (_, i) => from + i)
        const readings = seqs.flatMap((seq) => opened.get(seq) ?? [])
        const unopened = seqs.filter((seq) => !opened.has(seq)).length
        expect(found).toEqual({ readings, unopened })
      }
    }
  })

  it('lets through no block of somebody else, wherever it stands', async () => {
    for (const [seq] of long.blocks.entries()) {
      const forged = await long.forge(seq, { by: long.stranger.signer })
      expect(await read(exchanged(long.blocks, seq, forged))).toHaveProperty('reason')
      expect(await read([forged])).toHaveProperty('reason')
    }
  })

  it('lets through no other readings of the device itself but the last block’s', async () => {
    // A device that signed two blocks for one place: only the chain tells which one holds.
    for (const [seq] of long.blocks.slice(0, -1).entries()) {
      const other = await long.forge(seq, {}, 2)
      expect(await read(exchanged(long.blocks, seq, other))).toHaveProperty('reason')
    }
  })

  it('needs the signature of the last block of each device and key, and only that', async () => {
    const found: Fault[] = []
    for (const [seq, block] of long.blocks.entries()) {
      const one = await read(exchanged(long.blocks, seq, await unsigned(block)))
      if ('reason' in one) found.push(one)
    }
    const lasts = long.blocks.filter(({ header, statement }, i) => {
      const next = long.blocks[i + 1]
      return next?.header.chapter !== header.chapter || next.statement.index !== statement.index
    })
    expect(found).toEqual(
      lasts.map(({ header: { seq } }) => ({ seq, reason: 'signature-does-not-hold' })),
    )
    expect(lasts.length).toBeLessThan(long.blocks.length)
  })

  it('which a proof does not let through', async () => {
    const blocks = exchanged(long.blocks, 0, await unsigned(at(0)))
    expect(await read(blocks)).not.toHaveProperty('reason')
    const verifier = await createChannelVerifier(long.evidence)
    for (const block of blocks) await verifier.add(block)
    expect(verifier.fault()).toEqual({ seq: 0, reason: 'signature-does-not-hold' })
  })

  it('shows nothing of a stretch that does not hold', async () => {
    const shown: Reading[] = []
    const last = long.blocks.length - 1
    await read(exchanged(long.blocks, last, await unsigned(at(last))), long.evidence, shown)
    expect(shown).toEqual([])
  })

  it('keeps only what is kept of the readings, and shows all of them to who keeps', async () => {
    const whole = await read(long.blocks)
    if ('reason' in whole) throw new Error(whole.reason)
    const seen: Reading[] = []
    const reader = createStretchReader(long.evidence, {
      epochKey: long.epochKey,
      kept(readings) {
        seen.push(...readings)
        return readings.filter(({ at }) => at === whole.readings[1]?.at)
      },
    })
    for (const block of long.blocks) reader.take([block])
    const { readings, unopened } = whole
    expect(await reader.end()).toEqual({ readings: readings.slice(1, 2), unopened })
    expect(seen).toEqual(readings)
  })

  it('misses no block in between, and takes none twice', async () => {
    const without = long.blocks.filter((_, i) => i !== 2)
    expect(await read(without)).toMatchObject({ reason: 'block-missing' })
    const twice = [...long.blocks.slice(0, 2), ...long.blocks.slice(1)]
    expect(await read(twice)).toMatchObject({ reason: 'block-does-not-follow' })
  })

  it('is of one meter from the beginning of a chapter to its end', async () => {
    const place = { chapter: 0, epoch: 0, by: long.household.device.signer }
    const other = readings(1, { from: at(0).header.to + 60, meter: 'other' })
    const blocks = [
      at(0),
      await long.channel.forge(other, { ...place, seq: 1, prev: at(0).id }),
    ]
    expect(await read(blocks)).toEqual({ seq: 1, reason: 'meter-changed' })
  })

  it('begins no chapter elsewhere than its owner says', async () => {
    const turned = long.blocks.find(({ header }) => header.chapter > 0)
    if (turned === undefined) throw new Error('No second chapter')
    const { seq } = turned.header
    const forged = await long.forge(seq, { prev: new Uint8Array(32).fill(7) })
    expect(await read([forged])).toEqual({ seq, reason: 'chapter-does-not-continue' })
  })

  it('needs of the epochs only those of its blocks', async () => {
    const last = at(long.blocks.length - 1)
    const { epochs } = long.evidence
    const some = { ...long.evidence, epochs: epochs.slice(last.header.epoch) }
    const shifted = { ...some, firstEpoch: last.header.epoch }
    expect(await read([last], shifted)).toEqual(await read([last]))
    // The same statements under other numbers are no epochs of this channel.
    expect(await read([last], some)).toHaveProperty('reason')
  })
})
