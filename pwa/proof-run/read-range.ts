/**
 * The readings of a channel in a stretch of time, read from the platform: blocks that follow each
 * other are verified together (see shared/seal/stretch.ts). That nothing is missing before them is
 * for the proof, which walks every block from the first.
 *
 * @module
 */
import { equal, toHex } from '../../shared/bytes.ts'
import { boundaryWindow } from '../../shared/meter/boundary.ts'
import { type Block, readBlock } from '../../shared/seal/block.ts'
import { createStretchReader, type StretchReader } from '../../shared/seal/stretch.ts'
import type { ChannelEvidence } from '../../shared/seal/verify.ts'
import { AppError } from '../app-error.ts'
import type { Access, RangeOptions, Run } from './access.ts'
import { epochKeysOf, gatherEvidence } from './evidence.ts'
import { inPages } from './pages.ts'
import type { MeterChannel } from './read-back.ts'

const PAGE = 1000
const DAY = 86_400
/** To be told of more would hold both ends up, and nobody sees more. */
const STEPS = 25

export async function readRange(
  access: Access,
  channel: MeterChannel,
  from: number,
  to: number,
  { progress, signal, across, after = -1, kept, opened: show, unopened }: RangeOptions = {},
): Promise<Run[]> {
  const { client } = access
  const of = Math.max(1, Math.ceil((to - from) / DAY))
  let told = 0
  const tell = ({ header }: Block) => {
    signal?.throwIfAborted()
    const checked = Math.min(of, Math.floor((header.to - from) / DAY))
    if (of === 1 || checked < told + of / STEPS) return
    told = checked
    progress?.({ checked, of })
  }
  const runs: Run[] = []
  let stretch: StretchReader | null = null
  let beginning: Block | null = null
  let last = -1
  let readingsOfLast = 0
  let before: Block | null = null
  async function finish(): Promise<void> {
    readingsOfLast = before?.header.count ?? 0 // of one that can be opened
    const read = await stretch?.end()
    stretch = null
    if (read === undefined || beginning === null || before === null) return
    if ('reason' in read) throw new AppError(read.reason)
    const ends = [beginning, before] as const
    runs.push({ ...read, first: beginning.header.seq, last, ends, readingsOfLast })
  }
  const coming = client.blocks(channel.id, { after, from, to, limit: PAGE })
  for await (const page of inPages(coming, readBlock, PAGE)) {
    signal?.throwIfAborted()
    for (const part of stretchesOf(page)) {
      const [first] = part
      if (first === undefined) continue
      if (before !== null) await checkBetween(access, channel, before, first, { from, to, signal })
      if (last + 1 !== first.header.seq) await finish()
      if (stretch === null) {
        const whole = across ? await withBlockBefore(access, channel, part, from, to) : part
        // Where more blocks are to come, their epochs are not known yet.
        const evidence = await evidenceFor(access, channel, whole, page.length === PAGE)
        stretch = createStretchReader(evidence, {
          epochKey: epochKeysOf(access.vault, access.self.owner, evidence),
          unopened(block) {
            if (block === before) readingsOfLast = 0
            unopened?.(block)
          },
          ...(show === undefined ? {} : { opened: show }),
          ...(kept === undefined ? {} : { kept: kept() }),
          progress: tell,
        })
        stretch.take(whole)
        beginning = first
      } else {
        stretch.take(part)
      }
      before = part.at(-1) ?? first
      last = before.header.seq
    }
  }
  await finish()
  return runs
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

/**
 * Of a span that was read part by part, in whatever order its blocks lie: that nothing of it is
 * missing between them. A block may be of two parts.
 *
 * @throws {AppError}
 */
export async function checkParts(
  access: Access,
  channel: MeterChannel,
  runs: readonly Pick<Run, 'ends'>[],
  span: { readonly from: number; readonly to: number; readonly signal: AbortSignal | undefined },
): Promise<void> {
  let newest: Block | null = null
  for (const [first, last] of runs.map(({ ends }) => ends).sort(inOrder)) {
    if (newest !== null && newest.header.seq < first.header.seq) {
      await checkBetween(access, channel, newest, first, span)
    }
    if (newest === null || newest.header.seq < last.header.seq) newest = last
  }
}

function inOrder([one]: Run['ends'], [other]: Run['ends']): number {
  return one.header.seq - other.header.seq
}

/**
 * What was left out between two blocks that came one after the other must be of other times: by
 * their ids, the blocks there lead from the one to the other.
 */
async function checkBetween(
  { client }: Access,
  channel: MeterChannel,
  before: Block,
  next: Block,
  { from, to, signal }: { from: number; to: number; signal: AbortSignal | undefined },
): Promise<void> {
  const limit = Math.min(PAGE, next.header.seq - before.header.seq - 1)
  if (limit < 0) throw new AppError('block-does-not-follow')
  if (limit === 0) return // for the stretch to say
  let last = before
  for await (const bytes of client.blocks(channel.id, { after: last.header.seq, limit })) {
    signal?.throwIfAborted()
    const block = await readBlock(bytes)
    if (block.header.seq >= next.header.seq) break
    if (isWanted(block, from, to) || !follows(block, last)) throw new AppError('block-missing')
    last = block
  }
  if (!follows(next, last)) throw new AppError('block-missing')
}

function follows({ header }: Block, before: Block): boolean {
  return header.seq === before.header.seq + 1 && equal(header.prev, before.id)
}

/** As the platform chooses blocks. */
function isWanted({ header }: Block, from: number, to: number): boolean {
  return header.to >= from && header.from < to
}

/** Needless where a reading of the beginning itself is there. */
async function withBlockBefore(
  { client }: Access,
  channel: MeterChannel,
  blocks: readonly Block[],
  from: number,
  to: number,
): Promise<readonly Block[]> {
  const [first] = blocks
  if (first === undefined || first.header.seq === 0) return blocks
  if (first.header.from <= from + boundaryWindow) return blocks
  for await (const bytes of client.blocks(channel.id, { after: first.header.seq - 2, limit: 1 })) {
    const before = await readBlock(bytes)
    if (isWanted(before, from, to)) throw new AppError('block-missing')
    return [before, ...blocks]
  }
  return blocks
}

/** What a stretch is checked against, with the epochs of its blocks, or all that follow them too. */
async function evidenceFor(
  { client, self, gathered }: Access,
  channel: MeterChannel,
  blocks: readonly Block[],
  andLater: boolean,
): Promise<ChannelEvidence> {
  const name = toHex(channel.id)
  let from = Infinity
  let to = andLater ? Infinity : 0
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
