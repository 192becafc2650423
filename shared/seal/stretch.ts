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
  NOTHING,
} from './verify.ts'

export interface StretchOptions {
  /** The key of an epoch, already checked against its commitment; null when it is not known. */
  readonly epochKey: (epoch: Epoch) => Promise<CryptoKey | null>
  /** Sees the readings of each block, in order, once the whole stretch is verified. */
  readonly opened?: (block: Block, readings: readonly Reading[]) => void
  /** Sees each block that could not be opened, likewise. */
  readonly unopened?: (block: Block) => void
  /**
   * Makes of the readings what is wanted, as they are opened, and gives those that are to be kept:
   * of many, to keep all costs more than to open them. What it makes may be shown once `end` has
   * found that the stretch holds, and not before.
   */
  readonly kept?: (readings: readonly Reading[]) => readonly Reading[]
  /** Sees the newest block that was opened; throws to end it. */
  readonly progress?: (newest: Block) => void
}

export interface Stretch {
  /** Readings of every block that are kept, in order; none of one that was erased or has no key. */
  readonly readings: readonly Reading[]
  /** Blocks that could not be opened: erased, or under a key that is not known. */
  readonly unopened: number
}

/** So many blocks are in the hands of WebCrypto's threads at a time. */
const IN_FLIGHT = 64

export interface StretchReader {
  /** Blocks that follow those taken before: they are opened at once, and shown by `end` only. */
  take(blocks: readonly Block[]): void
  /** The readings, or the first thing that does not hold: then nothing of it is shown. */
  end(): Promise<Stretch | Fault>
}

type Fallen = 'key-does-not-open' | 'readings-malformed'

/** What is known of a block that was opened. */
interface Opened {
  readonly meter: string
  /** Null where nobody asks for them block by block. */
  readonly readings: readonly Reading[] | null
}

export function createStretchReader(
  evidence: ChannelEvidence,
  { epochKey, opened: show, unopened: tell, kept, progress }: StretchOptions,
): StretchReader {
  const blocks: Block[] = []
  const opened: (Opened | Fallen | null)[] = []
  const readings: Reading[] = []
  const keys = new Map<number, Promise<CryptoKey | null>>()
  let opening: Promise<void> = Promise.resolve()

  async function keyOf(number: number): Promise<CryptoKey | null> {
    const known = keys.get(number)
    if (known !== undefined) return await known
    const epoch = evidence.epochs[number - (evidence.firstEpoch ?? 0)]?.content
    const key = epoch === undefined ? Promise.resolve(null) : epochKey(epoch)
    keys.set(number, key)
    return await key
  }

  async function openAll(more: readonly Block[]): Promise<void> {
    for (let from = 0; from < more.length; from += IN_FLIGHT) {
      const some = more.slice(from, from + IN_FLIGHT)
      const found = await Promise.all(some.map(async (block) => {
        if (block.body === null) return null
        const key = await keyOf(block.header.epoch)
        return key === null ? null : await open(block, key)
      }))
      for (const of of found) opened.push(isList(of) ? note(of) : of)
      const all = found.flatMap((of) => isList(of) ? of : [])
      for (const reading of kept?.(all) ?? all) readings.push(reading)
      const newest = some.at(-1)
      if (newest !== undefined) progress?.(newest)
    }
  }

  /** All readings of a block are of one meter: it stands in it once. */
  function note(of: readonly Reading[]): Opened {
    return { meter: of[0]?.meter ?? '', readings: show === undefined ? null : of }
  }

  async function check(): Promise<Fault | null> {
    const [first] = blocks
    if (first === undefined) return null
    const verifier = await createChannelVerifier(evidence, {
      ...(first.header.seq === 0 ? {} : { resume: justBefore(first) }),
      vouchedFor: vouchedFor(blocks),
    })
    const fault = verifier.fault() ?? beginningFault(evidence, first)
    if (fault !== null) return fault
    for (const block of blocks) {
      const fault = await verifier.add(block)
      if (fault !== null) return fault
    }
    return null
  }

  return {
    take(more) {
      for (const block of more) blocks.push(block)
      opening = opening.then(() => openAll(more))
      opening.catch(() => undefined) // told by `end`
    },

    async end() {
      await opening
      const fault = await check()
      if (fault !== null) return fault
      const meters = new Map<number, string>()
      let unopened = 0
      for (const [i, block] of blocks.entries()) {
        const { seq, chapter } = block.header
        const of = opened[i] ?? null
        if (typeof of === 'string') return { seq, reason: of }
        if (of === null) {
          unopened++
          continue
        }
        const meter = meters.get(chapter) ?? of.meter
        meters.set(chapter, meter)
        if (of.meter !== meter) return { seq, reason: 'meter-changed' }
      }
      for (const [i, block] of blocks.entries()) {
        const of = opened[i]
        if (typeof of !== 'object' || of === null) tell?.(block)
        else if (of.readings !== null) show?.(block, of.readings)
      }
      return { readings, unopened }
    },
  }
}

/** What is wrong with the place where a stretch begins: in the middle of a chapter, or after one. */
export function beginningFault({ chapters }: ChannelEvidence, { header }: Block): Fault | null {
  const after = chapters[header.chapter]?.content.after
  if (after === undefined) return { seq: header.seq, reason: 'block-of-unknown-chapter' }
  const [seq, id] = after
  if (header.seq <= seq) return { seq: header.seq, reason: 'block-of-closed-chapter' }
  return header.seq === seq + 1 && !equal(header.prev, id)
    ? { seq: header.seq, reason: 'chapter-does-not-continue' }
    : null
}

/** All but the last of each device and key. */
export function vouchedFor(blocks: readonly Block[]): Set<Block> {
  return new Set(blocks.filter((block, i) => {
    const next = blocks[i + 1]
    return next?.header.chapter === block.header.chapter &&
      next.statement.index === block.statement.index
  }))
}

function isList(found: Reading[] | Fallen | null): found is Reading[] {
  return Array.isArray(found)
}

async function open(block: Block, key: CryptoKey): Promise<Reading[] | Fallen> {
  try {
    return await openBlock(block, key)
  } catch (error) {
    if (error instanceof BlockError) return 'key-does-not-open'
    if (error instanceof ColumnsError || error instanceof CborError) return 'readings-malformed'
    throw error
  }
}

/** The place from which a verification takes `block` as the next. */
export function justBefore({ header }: Block): Checkpoint {
  return {
    head: [header.seq - 1, header.prev],
    chapter: header.chapter,
    epoch: header.epoch,
    keyIndex: 0,
    counts: NOTHING,
  }
}
