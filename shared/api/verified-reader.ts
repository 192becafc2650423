/**
 * Reading a channel under a grant: every block checked from the first one given on (the chain, the
 * device's signature, the epochs' openings signed by the device, the chapters by the owner), then
 * opened, reading by reading. What does not hold ends it with the block's number and the reason;
 * what is missing is told where it is missing. Nobody's word is taken but the owner's signed grant.
 *
 * Blocks that come together are checked together: the device's signature on the newest vouches,
 * through the ids, for those before it (see stretch.ts). Nothing of them comes out before that.
 * Where that does not hold, each signature is asked for, to tell the very block.
 *
 * What no reader can see: that the platform keeps back the newest blocks, and what was before the
 * first block that it gives. Both show as time without readings.
 *
 * @module
 */
import { type Bytes, equal, fromBase64url, toBase64url, toHex } from '../bytes.ts'
import { CborError } from '../cbor.ts'
import { type Identity, readIdentity } from '../identity/identity.ts'
import { StatementError } from '../identity/statement.ts'
import type { Reading } from '../meter/reading.ts'
import { type Block, BlockError, readBlock } from '../seal/block.ts'
import {
  type Channel,
  type Epoch,
  type Opened,
  parseChannel,
  parseChapter,
  parseEpoch,
} from '../seal/channel.ts'
import { beginningFault, justBefore, vouchedFor } from '../seal/stretch.ts'
import {
  type ChannelEvidence,
  type Checkpoint,
  createChannelVerifier,
  longestStep,
  NOTHING,
} from '../seal/verify.ts'
import type { Client } from './client.ts'
import { type Content, createGivenOpener, type GivenKeys } from './given-opener.ts'
import { inParts } from './in-parts.ts'
import { ReadFault } from './read-fault.ts'

/** A reading that was signed by the device and opened with a key of the grant. */
export interface VerifiedReading {
  readonly kind: 'reading'
  readonly channel: Bytes
  /** The block it is in: number and id, by which the owner knows it too. */
  readonly seq: number
  readonly block: Bytes
  readonly reading: Reading
}

/**
 * Readings that are not there: `gap`: nothing was recorded, or nothing that is given; `withheld`: a
 * block without its content (outside the grant's time, paused, or erased); `begun-before`: a block
 * that has readings from before the time that was granted, and so is not given at all; `locked`: a
 * block whose key we have not got.
 */
export interface Missing {
  readonly kind: 'missing'
  readonly channel: Bytes
  readonly why: 'gap' | 'withheld' | 'begun-before' | 'locked'
  /** Of the block that is meant, or of the one after the gap. */
  readonly seq: number
  /** Observed time, seconds. */
  readonly from: number
  readonly to: number
}

export type ReaderItem = VerifiedReading | Missing

/** Where a reader stands, to be kept as JSON and to go on from. */
export interface Place {
  readonly seq: number
  /** Id of that block, in base64url: what comes next must name it. */
  readonly id: string
  readonly chapter: number
  readonly epoch: number
  readonly keyIndex: number
  /** Observed time of the newest reading; null before the first. */
  readonly to: number | null
  /** The meter of the chapter; null while no block of it was opened. */
  readonly meter: string | null
}

export interface VerifiedReaderOptions {
  readonly client: Pick<Client, 'channel' | 'epochs' | 'identity' | 'blocks' | 'stream'>
  readonly channel: Bytes
  /** Of the grant: the owner whose channel it must be, and from when on it gives readings. */
  readonly owner: Bytes
  readonly history: number
  readonly keys: GivenKeys
  /** Where to go on. By default the reader begins with the first block that is given. */
  readonly place?: Place
  /**
   * Waits for a key that is missing while it follows, where the device is about to send it; told how
   * often it was asked for. Answers whether to ask again; by default it is asked for once.
   */
  readonly patience?: (asked: number) => Promise<boolean>
}

export interface VerifiedReader {
  /** All that is there now, after what was read before. @throws {ReadFault | ApiProblem} */
  read(): AsyncGenerator<ReaderItem>
  /** The same, and then what comes, until the signal. @throws {ReadFault | ApiProblem} */
  follow(signal: AbortSignal): AsyncGenerator<ReaderItem>
  /** After the last block whose items were all taken; null before the first. */
  place(): Place | null
  /** What the channel is, as its owner signed it; null before the first item. */
  about(): Channel | null
}

/** Blocks that are checked together: with a gap before and one in each, no gap goes uncounted. */
const TOGETHER = { items: 500, bytes: 1024 * 1024 }
/** As many as the platform gives in one answer. */
const PAGE = 1000

/** A block that was verified. */
interface Held {
  readonly block: Block
  readonly epoch: Epoch | null
  /** After it. */
  readonly checkpoint: Checkpoint
  /** Stretches without a reading, before it or in it. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[]
}

/** What holds of some blocks, from the first on, and what does not. */
interface Checked {
  readonly held: readonly Held[]
  readonly fault: ReadFault | null
}

export function createVerifiedReader(options: VerifiedReaderOptions): VerifiedReader {
  const { client, channel, keys, history } = options
  const patience = options.patience ?? (() => Promise.resolve(false))
  const opener = createGivenOpener({ keys, history, patience })
  const identities = new Map<string, Identity>()
  let place = options.place ?? null
  let resume = place === null ? null : checkpointOf(place)
  let meter = place?.meter ?? null
  let evidence: ChannelEvidence | null = null

  async function identity(id: Bytes): Promise<Identity> {
    const name = toHex(id)
    const known = identities.get(name)
    if (known !== undefined) return known
    const read = await readIdentity((await client.identity(id)).changes)
    // The id is the hash of the first change: only the identity itself can answer to it.
    if (!equal(read.id, id)) throw new ReadFault(null, 'opening-not-signed')
    identities.set(name, read)
    return read
  }

  /** What the platform has of the channel beside blocks: asked anew when something is not in it. */
  async function loadEvidence(): Promise<ChannelEvidence> {
    const info = await client.channel(channel)
    const opening = parseChannel(info.opening)
    const { owner } = opening.content
    if (!equal(opening.content.channel, channel) || !equal(owner, options.owner)) {
      throw new ReadFault(null, 'opening-of-other-owner')
    }
    const chapters = info.chapters.map(parseChapter)
    const epochs: Opened<Epoch>[] = []
    const after = resume === null || resume.epoch < 1 ? undefined : resume.epoch - 1
    for await (const bytes of client.epochs(channel, after)) epochs.push(parseEpoch(bytes))
    const signers = new Map([owner, ...chapters.map(({ content }) => content.device)]
      .map((id) => [toHex(id), id]))
    return {
      identities: await Promise.all([...signers.values()].map(identity)),
      pairings: null,
      opening,
      chapters,
      epochs,
      firstEpoch: epochs[0]?.content.epoch ?? 0,
    }
  }

  async function evidenceFor(blocks: readonly Block[]): Promise<ChannelEvidence> {
    const known = evidence
    if (known !== null && !blocks.some((block) => isNew(block, known))) return known
    // Devices may have new keys too, by which the new epochs are signed.
    identities.clear()
    return evidence = await parsing(loadEvidence)
  }

  async function checkAll(blocks: readonly Block[]): Promise<Checked> {
    const [first] = blocks
    if (first === undefined) return { held: [], fault: null }
    const known = await evidenceFor(blocks)
    if (resume === null && first.header.seq > 0) {
      const fault = beginningFault(known, first)
      if (fault !== null) return { held: [], fault: new ReadFault(fault.seq, fault.reason) }
    }
    const together = await check(blocks, known, vouchedFor(blocks))
    // Somebody has changed something: then every block has to stand for itself.
    return together.fault === null ? together : await check(blocks, known, new Set())
  }

  async function check(
    blocks: readonly Block[],
    known: ChannelEvidence,
    vouched: ReadonlySet<Block>,
  ): Promise<Checked> {
    const [first] = blocks
    const from = resume ?? (first && first.header.seq > 0 ? justBefore(first) : null)
    const verifier = await createChannelVerifier(known, {
      vouchedFor: vouched,
      ...from === null ? {} : { resume: { ...from, counts: { ...from.counts, gaps: [] } } },
    })
    const held: Held[] = []
    let told = 0
    for (const block of blocks) {
      const fault = await verifier.add(block)
      if (fault !== null) return { held, fault: new ReadFault(fault.seq, fault.reason) }
      const checkpoint = verifier.checkpoint()
      const epoch = known.epochs[block.header.epoch - (known.firstEpoch ?? 0)]?.content ?? null
      const gaps = checkpoint.counts.gaps.slice(told)
      told = checkpoint.counts.gaps.length
      held.push({ block, epoch, checkpoint, gaps })
    }
    return { held, fault: null }
  }

  async function* take(bytes: readonly Bytes[], patient: boolean): AsyncGenerator<ReaderItem> {
    const { blocks, fault: malformed } = await parseAll(bytes, (place?.seq ?? -1) + 1)
    const { held, fault } = await checkAll(blocks)
    const contents = opener.contents(held, patient)
    for (const one of held) {
      const { value: content } = await contents.next()
      if (content !== undefined) yield* itemsOf(one, content)
    }
    const stopped = fault ?? malformed
    if (stopped !== null) throw stopped
  }

  async function* itemsOf(
    { block, checkpoint, gaps }: Held,
    content: Content,
  ): AsyncGenerator<ReaderItem> {
    const { header } = block
    const { seq } = header
    const inside = gaps.filter((gap) => gap.from >= header.from)
    const before = gaps.filter((gap) => !inside.includes(gap))
    const step = evidence === null ? 0 : longestStep(evidence.opening.content.resolution)
    if (place === null && seq > 0 && header.from > history + step) {
      before.unshift({ from: history, to: header.from })
    }
    const known = header.chapter === resume?.chapter ? meter : null
    const of = typeof content === 'string' ? known : meterOf(seq, content, known)
    for (const gap of before) yield { kind: 'missing', channel, why: 'gap', seq, ...gap }
    if (typeof content === 'string') {
      const { from, to } = header
      yield { kind: 'missing', channel, why: content, seq, from, to }
    } else {
      for (const reading of content) {
        yield { kind: 'reading', channel, seq, block: block.id, reading }
      }
      for (const gap of inside) yield { kind: 'missing', channel, why: 'gap', seq, ...gap }
    }
    // Whoever stops before this gets the whole block again.
    meter = of
    resume = checkpoint
    place = placeOf(checkpoint, meter)
  }

  async function* pages(patient: boolean): AsyncGenerator<ReaderItem> {
    const source = client.blocks(channel, { after: place?.seq ?? -1, limit: PAGE })
    for await (const part of inParts(source, TOGETHER)) yield* take(part, patient)
  }

  return {
    place: () => place,
    about: () => evidence?.opening.content ?? null,

    read: () => pages(false),

    async *follow(signal) {
      for await (const item of pages(true)) {
        if (signal.aborted) return
        yield item
      }
      const after = place?.seq ?? -1
      for await (const { block } of client.stream(channel, { after, signal })) {
        yield* take([block], true)
      }
    },
  }
}

/** Up to the first that is no block, which is told. */
async function parseAll(
  bytes: readonly Bytes[],
  first: number,
): Promise<{ blocks: Block[]; fault: ReadFault | null }> {
  const parsed = await Promise.allSettled(
    bytes.map((one, i) => parsing(() => readBlock(one), first + i)),
  )
  const blocks: Block[] = []
  for (const one of parsed) {
    if (one.status === 'fulfilled') blocks.push(one.value)
    else if (one.reason instanceof ReadFault) return { blocks, fault: one.reason }
    else throw one.reason
  }
  return { blocks, fault: null }
}

/** One chapter is of one meter. @throws {ReadFault} */
function meterOf(seq: number, readings: readonly Reading[], known: string | null): string | null {
  const meter = known ?? readings[0]?.meter ?? null
  if (readings.some((reading) => reading.meter !== meter)) throw new ReadFault(seq, 'meter-changed')
  return meter
}

/** Whether a block is of an epoch or chapter that came after what is known. */
function isNew({ header }: Block, { chapters, epochs, firstEpoch = 0 }: ChannelEvidence): boolean {
  return header.chapter >= chapters.length || header.epoch >= firstEpoch + epochs.length
}

/** Bytes that are no statement of ours at all do not hold either. */
async function parsing<T>(parse: () => Promise<T>, seq: number | null = null): Promise<T> {
  try {
    return await parse()
  } catch (error) {
    if (
      error instanceof StatementError || error instanceof CborError || error instanceof BlockError
    ) throw new ReadFault(seq, 'block-malformed')
    throw error
  }
}

function placeOf(checkpoint: Checkpoint, meter: string | null): Place {
  const { head: [seq, id], chapter, epoch, keyIndex, counts } = checkpoint
  return { seq, id: toBase64url(id), chapter, epoch, keyIndex, to: counts.to, meter }
}

function checkpointOf({ seq, id, chapter, epoch, keyIndex, to }: Place): Checkpoint {
  return {
    head: [seq, fromBase64url(id)],
    chapter,
    epoch,
    keyIndex,
    counts: { ...NOTHING, to },
  }
}
