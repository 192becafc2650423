/**
 * Reading a stretch of a channel: blocks that follow each other, verified together and opened. Each
 * block's id is computed anew and names the block before it, its body is the one that is signed,
 * and the newest block of each device and key carries a signature that holds. With that signature
 * the device vouches, through the ids, for every block of the stretch before it, so theirs are not
 * asked for: to put another block in their place, one would need a second preimage of SHA-256.
 *
 * What this does not prove: that each block could be shown to somebody by itself (its own signature
 * may be broken), and that nothing is missing before or after the stretch. Proofs and bundles
 * check every signature from the first block on.
 *
 * @module
 */
import { equal } from '../bytes.ts'
import type { Reading } from '../meter/reading.ts'
import { CborError } from '../cbor.ts'
import { type Block, BlockError, openBlock } from './block.ts'
import type { Epoch } from './channel.ts'
import { ColumnsError } from './columns.ts'
import {
  type ChannelEvidence,
  type Checkpoint,
  createChannelVerifier,
  type Fault,
} from './verify.ts'

export interface StretchOptions {
  /** The key of an epoch, already checked against its commitment; null when it is not known. */
  readonly epochKey: (epoch: Epoch) => Promise<CryptoKey | null>
  /** Sees the readings of each block, in order, once the whole stretch is verified. */
  readonly opened?: (block: Block, readings: readonly Reading[]) => void
  /** Sees how many blocks more were opened; throws to end it. */
  readonly progress?: (blocks: number) => void
}

export interface Stretch {
  /** Readings of every block, in order; none of a block that was erased or has no key here. */
  readonly readings: readonly Reading[]
  /** Blocks that could not be opened: erased, or under a key that is not known. */
  readonly unopened: number
}

/** So many blocks are in the hands of WebCrypto's threads at a time. */
const IN_FLIGHT = 64

/** @returns the readings, or the first thing that does not hold: then nothing of it is shown */
export async function readStretch(
  evidence: ChannelEvidence,
  blocks: readonly Block[],
  { epochKey, opened: show, progress }: StretchOptions,
): Promise<Stretch | Fault> {
  const [first] = blocks
  const verifier = await createChannelVerifier(evidence, {
    ...(first === undefined || first.header.seq === 0 ? {} : { resume: justBefore(first) }),
    vouchedFor: vouchedFor(blocks),
  })
  const before = verifier.fault() ?? (first === undefined ? null : beginningFault(evidence, first))
  if (before !== null) return before
  for (const block of blocks) {
    const fault = await verifier.add(block)
    if (fault !== null) return fault
  }
  const keys = await keysOf(evidence, blocks, epochKey)
  const readings: Reading[] = []
  const meters = new Map<number, string>()
  let unopened = 0
  for (let from = 0; from < blocks.length; from += IN_FLIGHT) {
    const some = blocks.slice(from, from + IN_FLIGHT)
    const opened = await Promise.all(some.map(async (block) => {
      const key = keys.get(block.header.epoch)
      return block.body === null || !key ? null : await opening(block, key)
    }))
    for (const [i, of] of opened.entries()) {
      const block = some[i]
      if (block === undefined) continue
      const { header } = block
      if (of === null) {
        unopened++
        continue
      }
      if (typeof of === 'string') return { seq: header.seq, reason: of }
      const meter = meters.get(header.chapter) ?? of[0]?.meter ?? ''
      meters.set(header.chapter, meter)
      for (const reading of of) {
        if (reading.meter !== meter) return { seq: header.seq, reason: 'meter-changed' }
        readings.push(reading)
      }
      show?.(block, of)
    }
    progress?.(some.length)
  }
  return { readings, unopened }
}

/** What is wrong with the place where a stretch begins: in the middle of a chapter, or after one. */
function beginningFault({ chapters }: ChannelEvidence, { header }: Block): Fault | null {
  const after = chapters[header.chapter]?.content.after
  if (after === undefined) return { seq: header.seq, reason: 'block-of-unknown-chapter' }
  const [seq, id] = after
  if (header.seq <= seq) return { seq: header.seq, reason: 'block-of-closed-chapter' }
  return header.seq === seq + 1 && !equal(header.prev, id)
    ? { seq: header.seq, reason: 'chapter-does-not-continue' }
    : null
}

/** All but the last of each device and key. */
function vouchedFor(blocks: readonly Block[]): Set<Block> {
  return new Set(blocks.filter((block, i) => {
    const next = blocks[i + 1]
    return next?.header.chapter === block.header.chapter &&
      next.statement.index === block.statement.index
  }))
}

async function keysOf(
  evidence: ChannelEvidence,
  blocks: readonly Block[],
  epochKey: StretchOptions['epochKey'],
): Promise<Map<number, CryptoKey | null>> {
  const numbers = [...new Set(blocks.map(({ header }) => header.epoch))]
  const keys = await Promise.all(numbers.map(async (number) => {
    const epoch = evidence.epochs[number - (evidence.firstEpoch ?? 0)]?.content
    return epoch === undefined ? null : await epochKey(epoch)
  }))
  return new Map(numbers.map((number, i) => [number, keys[i] ?? null]))
}

async function opening(
  block: Block,
  key: CryptoKey,
): Promise<Reading[] | 'key-does-not-open' | 'readings-malformed'> {
  try {
    return await openBlock(block, key)
  } catch (error) {
    if (error instanceof BlockError) return 'key-does-not-open'
    if (error instanceof ColumnsError || error instanceof CborError) return 'readings-malformed'
    throw error
  }
}

/** The place from which a verification takes `block` as the next. */
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
