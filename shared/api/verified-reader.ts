/**
 * Reading a channel under a grant: every block checked from the first one given on (the device's
 * signature, the chain, the epochs' openings signed by the device, the chapters by the owner), then
 * opened, reading by reading. What does not hold ends it with the block's number and the reason;
 * what is missing is told where it is missing. Nobody's word is taken but the owner's signed grant.
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
import { type Block, BlockError, openBlock, openBlockWithKey, readBlock } from '../seal/block.ts'
import { type Epoch, type Opened, parseChannel, parseChapter, parseEpoch } from '../seal/channel.ts'
import { ColumnsError } from '../seal/columns.ts'
import { beginningFault, justBefore } from '../seal/stretch.ts'
import {
  type ChannelEvidence,
  type ChannelVerifier,
  type Checkpoint,
  createChannelVerifier,
  type Fault,
  type FaultReason,
  longestStep,
  NOTHING,
} from '../seal/verify.ts'
import type { Client } from './client.ts'

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
 * block without its content (outside the grant's time, paused, or erased); `locked`: a block whose
 * key we have not got.
 */
export interface Missing {
  readonly kind: 'missing'
  readonly channel: Bytes
  readonly why: 'gap' | 'withheld' | 'locked'
  /** Of the block that is meant, or of the one after the gap. */
  readonly seq: number
  /** Observed time, seconds. */
  readonly from: number
  readonly to: number
}

export type ReaderItem = VerifiedReading | Missing

export type ReadFaultReason = FaultReason | 'block-malformed' | 'opening-of-other-owner'

/** Something that does not hold: nothing from that block on is to be believed. */
export class ReadFault extends Error {
  override readonly name = 'ReadFault'
  /** The block it is about; null for what comes before all blocks. */
  readonly seq: number | null
  readonly reason: ReadFaultReason
  constructor(seq: number | null, reason: ReadFaultReason) {
    const where = seq === null ? 'The channel' : `Block ${seq}`
    super(`${where} does not hold (${reason}): keep it as evidence, and ask the owner`)
    this.seq = seq
    this.reason = reason
  }
}

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

/** The keys that a grant has given so far. */
export interface GivenKeys {
  /** Of a whole epoch, checked against the opening's commitment; null where it was not given. */
  epochKey(epoch: Epoch): Promise<CryptoKey | null>
  /** Of one block in a part of an epoch. */
  blockKey(block: Block): Promise<CryptoKey | null>
  /** Asks the platform for those that came since. */
  refresh(): Promise<void>
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
}

/** More gaps than are kept in a checkpoint would not be told. */
const MANY_GAPS = 500
/** In an epoch whose key did not come, it is asked for again at each of so many blocks. */
const ASK_AGAIN = 16

export function createVerifiedReader(options: VerifiedReaderOptions): VerifiedReader {
  const { client, channel, keys, patience } = options
  const identities = new Map<string, Identity>()
  let place = options.place ?? null
  let resume = place === null ? null : checkpointOf(place)
  let meter = place?.meter ?? null
  let evidence: ChannelEvidence | null = null
  let verifier: ChannelVerifier | null = null
  let gapsTold = 0
  /** The epoch whose key was waited for in vain. */
  let lockedEpoch = -1
  let following = false

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

  async function prepare(block: Block): Promise<[ChannelEvidence, ChannelVerifier]> {
    if (evidence === null || verifier === null || isNew(block, evidence)) {
      // Devices may have new keys too, by which the new epochs are signed.
      identities.clear()
      evidence = await reading(loadEvidence)
      verifier = await verifierFor(evidence, block)
    } else if (verifier.checkpoint().counts.gaps.length > MANY_GAPS) {
      verifier = await verifierFor(evidence, block)
    }
    return [evidence, verifier]
  }

  async function verifierFor(evidence: ChannelEvidence, next: Block): Promise<ChannelVerifier> {
    if (resume === null && next.header.seq > 0) {
      const fault = beginningFault(evidence, next)
      if (fault !== null) throw new ReadFault(fault.seq, fault.reason)
    }
    const from = resume ?? (next.header.seq === 0 ? undefined : justBefore(next))
    const made = await createChannelVerifier(
      evidence,
      from === undefined ? {} : { resume: { ...from, counts: { ...from.counts, gaps: [] } } },
    )
    gapsTold = 0
    check(made.fault())
    return made
  }

  async function* take(bytes: Bytes): AsyncGenerator<ReaderItem> {
    let taken = false
    try {
      yield* itemsOf(bytes)
      taken = true
    } finally {
      // Whoever stopped in the middle of a block gets the whole of it again.
      if (!taken) [verifier, meter] = [null, place?.meter ?? null]
    }
  }

  async function* itemsOf(bytes: Bytes): AsyncGenerator<ReaderItem> {
    const block = await reading(() => readBlock(bytes), (place?.seq ?? -1) + 1)
    const { header } = block
    const [known, verifying] = await prepare(block)
    const first = place === null
    check(await verifying.add(block))
    const checkpoint = verifying.checkpoint()
    const gaps = checkpoint.counts.gaps.slice(gapsTold)
    const step = longestStep(known.opening.content.resolution)
    if (first && header.seq > 0 && header.from > options.history + step) {
      gaps.unshift({ from: options.history, to: header.from })
    }
    const seq = header.seq
    if (header.chapter !== resume?.chapter) meter = null
    const opened = await open(block, known)
    const inside = gaps.filter((gap) => gap.from >= header.from)
    for (const gap of gaps) {
      if (!inside.includes(gap)) yield { kind: 'missing', channel, why: 'gap', seq, ...gap }
    }
    if (typeof opened === 'string') {
      const { from, to } = header
      yield { kind: 'missing', channel, why: opened, seq, from, to }
    } else {
      for (const reading of opened) {
        yield { kind: 'reading', channel, seq, block: block.id, reading }
      }
      for (const gap of inside) yield { kind: 'missing', channel, why: 'gap', seq, ...gap }
    }
    gapsTold = checkpoint.counts.gaps.length
    resume = checkpoint
    place = placeOf(checkpoint, meter)
  }

  async function open(
    block: Block,
    { epochs, firstEpoch = 0 }: ChannelEvidence,
  ): Promise<readonly Reading[] | 'withheld' | 'locked'> {
    if (block.body === null) return 'withheld'
    const epoch = epochs[block.header.epoch - firstEpoch]?.content
    if (epoch === undefined) return 'locked' // the verifier knows it, or the block had not held
    const { seq } = block.header
    for (let asked = 0;; asked++) {
      const whole = await keys.epochKey(epoch)
      const single = whole === null ? await keys.blockKey(block) : null
      if (whole !== null || single !== null) return await openWith(block, whole, single)
      if (lockedEpoch === epoch.epoch && (asked > 0 || seq % ASK_AGAIN !== 0)) return 'locked'
      if (asked > 0 && !(following && (await patience?.(asked) ?? false))) {
        lockedEpoch = epoch.epoch
        return 'locked'
      }
      await keys.refresh()
    }
  }

  async function openWith(
    block: Block,
    whole: CryptoKey | null,
    single: CryptoKey | null,
  ): Promise<readonly Reading[]> {
    const { seq } = block.header
    let found: readonly Reading[] = []
    try {
      if (whole !== null) found = await openBlock(block, whole)
      else if (single !== null) found = await openBlockWithKey(block, single)
    } catch (error) {
      if (error instanceof BlockError) throw new ReadFault(seq, 'key-does-not-open')
      if (error instanceof ColumnsError || error instanceof CborError) {
        throw new ReadFault(seq, 'readings-malformed')
      }
      throw error
    }
    meter ??= found[0]?.meter ?? null
    if (found.some((reading) => reading.meter !== meter)) {
      throw new ReadFault(seq, 'meter-changed')
    }
    return found
  }

  return {
    place: () => place,

    async *read() {
      following = false
      for await (const bytes of client.blocks(channel, { after: place?.seq ?? -1 })) {
        yield* take(bytes)
      }
    },

    async *follow(signal) {
      following = true
      const after = place?.seq ?? -1
      for await (const { block } of client.stream(channel, { after, signal })) yield* take(block)
    },
  }
}

/** Whether a block is of an epoch or chapter that came after what is known. */
function isNew({ header }: Block, { chapters, epochs, firstEpoch = 0 }: ChannelEvidence): boolean {
  return header.chapter >= chapters.length || header.epoch >= firstEpoch + epochs.length
}

function check(fault: Fault | null): void {
  if (fault !== null) throw new ReadFault(fault.seq, fault.reason)
}

/** Bytes that are no statement of ours at all do not hold either. */
async function reading<T>(parse: () => Promise<T>, seq: number | null = null): Promise<T> {
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
