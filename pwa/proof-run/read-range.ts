/**
 * The readings of a channel in a stretch of time, read from the platform: blocks that follow each
 * other are verified together (see shared/seal/stretch.ts). That nothing is missing before them is
 * for the proof, which walks every block from the first.
 *
 * @module
 */
import { type Bytes, toHex } from '../../shared/bytes.ts'
import { boundaryWindow } from '../../shared/meter/boundary.ts'
import type { Client } from '../../shared/api/client.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { type Block, readBlock } from '../../shared/seal/block.ts'
import { readStretch } from '../../shared/seal/stretch.ts'
import type { ChannelEvidence } from '../../shared/seal/verify.ts'
import { AppError } from '../app-error.ts'
import type { ProofProgress } from '../state.ts'
import type { Self } from '../vault/identities.ts'
import type { BrowserVault } from '../vault/vault.ts'
import { epochKeyOf, gatherEvidence } from './evidence.ts'
import type { MeterChannel } from './read-back.ts'

/** Whose channels are read, and what was gathered for it before. */
export interface Access {
  readonly vault: BrowserVault
  readonly self: Self
  readonly client: Client
  /** By hex of the channel. */
  readonly gathered: Map<string, Promise<ChannelEvidence>>
}

export interface RangeOptions {
  /** Days read, of the days asked for. */
  readonly progress?: ((progress: ProofProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** With the block before each stretch, where a bar across its beginning begins. */
  readonly across?: true | undefined
  /** Sees the readings of each block, in the order of the channel. */
  readonly opened?: ((block: Block, readings: readonly Reading[]) => void) | undefined
}

/** One after another, without a block missing between them. */
export interface Run {
  readonly readings: readonly Reading[]
  /** Place of the last block. */
  readonly last: number
  /** Blocks of it that could not be opened: their bodies are gone, or their key is not known. */
  readonly unopened: number
}

const PAGE = 1000
const DAY = 86_400

export async function readRange(
  access: Access,
  channel: MeterChannel,
  from: number,
  to: number,
  { progress, signal, across, opened: show }: RangeOptions = {},
): Promise<Run[]> {
  const { client } = access
  const days = Math.max(1, Math.ceil((to - from) / DAY))
  const daysTo = (at: number) => Math.min(days, Math.max(0, Math.floor((at - from) / DAY)))
  let tellAt = 0
  const tell = (fetched: number, opened: number) => {
    signal?.throwIfAborted()
    const checked = Math.floor((fetched + opened) / 2)
    if (checked < tellAt) return
    tellAt = checked + Math.ceil(days / 100)
    if (days > 1) progress?.({ checked, of: days })
  }
  const blocks: Block[] = []
  for await (const page of pages(client.blocks(channel.id, { from, to, limit: PAGE }))) {
    for (const block of page) blocks.push(block)
    tell(daysTo(page.at(-1)?.header.to ?? from), 0)
  }
  const found = stretchesOf(blocks)
  const stretches = across ? await withBlockBefore(access, channel, found, from) : found
  const runs: Run[] = []
  const share = blocks.length / days
  let opened = 0
  for (const stretch of stretches) {
    const evidence = await evidenceFor(access, channel, stretch)
    const read = await readStretch(evidence, stretch, {
      epochKey: (epoch) => epochKeyOf(access.vault, access.self.owner, epoch),
      ...(show === undefined ? {} : { opened: show }),
      progress: (more) => {
        opened += more
        tell(days, Math.floor(opened / share))
      },
    })
    if ('reason' in read) throw new AppError(read.reason)
    runs.push({ ...read, last: stretch.at(-1)?.header.seq ?? -1 })
  }
  return runs
}

/** Blocks as they come, parsed while the next ones are on their way. */
async function* pages(coming: AsyncIterable<Bytes>): AsyncGenerator<Block[]> {
  let before: Promise<Block[]> | null = null
  let here: Promise<Block>[] = []
  const together = (parts: Promise<Block>[]) => {
    const all = Promise.all(parts)
    all.catch(() => undefined) // told when it is waited for
    return all
  }
  for await (const bytes of coming) {
    here.push(readBlock(bytes))
    if (here.length < PAGE) continue
    if (before !== null) yield await before
    before = together(here)
    here = []
  }
  if (before !== null) yield await before
  yield await together(here)
}

/** Blocks in unbroken order: a clock that was set back puts blocks of other days in between. */
function stretchesOf(blocks: readonly Block[]): Block[][] {
  const runs: Block[][] = []
  let next = -1
  for (const block of blocks) {
    if (block.header.seq === next) runs.at(-1)?.push(block)
    else runs.push([block])
    next = block.header.seq + 1
  }
  return runs
}

/** Needless where a reading of the beginning itself is there. */
async function withBlockBefore(
  { client }: Access,
  channel: MeterChannel,
  stretches: readonly Block[][],
  from: number,
): Promise<Block[][]> {
  return await Promise.all(stretches.map(async (stretch) => {
    const [first] = stretch
    if (first === undefined || first.header.seq === 0) return stretch
    if (first.header.from <= from + boundaryWindow) return stretch
    const after = first.header.seq - 2
    for await (const bytes of client.blocks(channel.id, { after, limit: 1 })) {
      return [await readBlock(bytes), ...stretch]
    }
    return stretch
  }))
}

/** What a stretch is checked against, with the epochs of its blocks. */
async function evidenceFor(
  { client, self, gathered }: Access,
  channel: MeterChannel,
  blocks: readonly Block[],
): Promise<ChannelEvidence> {
  const name = toHex(channel.id)
  let from = Infinity
  let to = 0
  let chapter = 0
  for (const { header } of blocks) {
    from = Math.min(from, header.epoch)
    to = Math.max(to, header.epoch)
    chapter = Math.max(chapter, header.chapter)
  }
  const known = await gathered.get(name)?.catch(() => undefined)
  if (known !== undefined) {
    const first = known.firstEpoch ?? 0
    const end = first + known.epochs.length
    if (first <= from && to < end && chapter < known.chapters.length) return known
    from = Math.min(from, first)
    to = Math.max(to, end - 1)
  }
  const asked = gatherEvidence(client, self, channel.id, { from, to })
    .then(({ evidence }) => evidence)
  gathered.set(name, asked)
  asked.catch(() => gathered.delete(name))
  return await asked
}
