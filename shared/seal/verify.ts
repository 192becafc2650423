/**
 * The verifier of a channel: walks opening, chapters, epochs and blocks in order, by the same rules
 * as the platform, and names the first thing that does not hold. With keys it also opens what it
 * checks. It needs nobody's word: identities come as their signed changes.
 *
 * @module
 */
import { type Bytes, equal, toHex } from '../bytes.ts'
import { type Identity, wasSignedBy } from '../identity/identity.ts'
import { type Pairing, pairingHolds } from '../identity/pairing.ts'
import type { Reading } from '../meter/reading.ts'
import { type Block, BlockError, openBlock } from './block.ts'
import {
  type BlockRef,
  type Channel,
  type Chapter,
  type Epoch,
  type Opened,
  startOf,
} from './channel.ts'
import { ColumnsError } from './columns.ts'
import { advance, type Head, judge } from './judge.ts'
import { CborError } from '../cbor.ts'

export type FaultReason =
  | 'opening-not-signed'
  | 'chapter-not-signed'
  | 'chapter-out-of-order'
  | 'device-not-paired'
  | 'chapter-does-not-continue'
  | 'epoch-not-signed'
  | 'epoch-out-of-order'
  | 'block-of-other-channel'
  | 'block-missing'
  | 'block-does-not-follow'
  | 'block-of-other-device'
  | 'block-of-closed-chapter'
  | 'block-of-unknown-chapter'
  | 'block-of-unknown-epoch'
  | 'key-index-fell'
  | 'signature-does-not-hold'
  | 'key-does-not-open'
  | 'readings-malformed'
  | 'meter-changed'

export interface Fault {
  /** The block it is about; null for what comes before all blocks. */
  readonly seq: number | null
  readonly reason: FaultReason
}

/** Everything about a channel but its blocks. */
export interface ChannelEvidence {
  readonly identities: readonly Identity[]
  /**
   * Null for somebody who was granted the channel and is not shown them: the owner's signature on a
   * chapter names the device, and the device's on an epoch names the owner.
   */
  readonly pairings: readonly Pairing[] | null
  readonly opening: Opened<Channel>
  /** In order. */
  readonly chapters: readonly Opened<Chapter>[]
  /** In order, without a gap. */
  readonly epochs: readonly Opened<Epoch>[]
  /** Number of the first of `epochs`: for reading a stretch, those before it may be left out. */
  readonly firstEpoch?: number
}

export interface VerifyOptions {
  /** The key of an epoch, already checked against its commitment; null when it is not known. */
  readonly epochKey?: (epoch: Epoch) => Promise<CryptoKey | null>
  /** Go on after a block that was verified before, instead of from the start. */
  readonly resume?: Checkpoint
  /**
   * Blocks whose own signature is not asked for, because a later one that is names them by their
   * ids. Only for reading a stretch (see stretch.ts): a proof checks every signature.
   */
  readonly vouchedFor?: ReadonlySet<Block>
  /** Sees the readings of each block that was opened. */
  readonly opened?: (block: Block, readings: readonly Reading[]) => void
}

/** Where a verification stands: kept to go on from there. */
export interface Checkpoint {
  readonly head: BlockRef
  readonly chapter: number
  readonly epoch: number
  readonly keyIndex: number
  readonly counts: Counts
  /** The meter that opened blocks of the chapter speak of: one chapter is of one meter. */
  readonly meter?: { readonly chapter: number; readonly id: string }
}

export interface Counts {
  readonly blocks: number
  readonly readings: number
  /** Blocks whose readings were opened and match their header. */
  readonly opened: number
  readonly erased: number
  readonly resealed: number
  /** Blocks sealed before the block in front of them, by the device's clock. */
  readonly clockSteps: number
  /** Observed time of the first and the last reading; seconds. */
  readonly from: number | null
  readonly to: number | null
  /** Newest `sealed`. */
  readonly sealed: number | null
  /** Stretches of observed time without a reading; at most {@link MAX_GAPS} are listed. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[]
}

export interface ChannelVerifier {
  /** Checks the next block; after a fault nothing more is checked. */
  add(block: Block): Promise<Fault | null>
  fault(): Fault | null
  checkpoint(): Checkpoint
}

export const MAX_GAPS = 1000

/** Checks the statements before all blocks, then is fed with blocks in order. */
export async function createChannelVerifier(
  evidence: ChannelEvidence,
  options: VerifyOptions = {},
): Promise<ChannelVerifier> {
  const { opening, chapters } = evidence
  let fault = await openingsFault(evidence)
  const start = await startOf(opening)
  const { resume } = options
  let head = headOf(
    resume ?? { head: start, chapter: -1, epoch: -1, keyIndex: 0 },
    resume === undefined ? undefined : chapters[resume.chapter],
  )
  let counts = resume?.counts ?? NOTHING
  const keys = new Map<number, CryptoKey | null>()
  let meter = resume?.meter ?? null

  /** The head before the block, in the block's chapter; or why the block does not hold. */
  async function check(block: Block): Promise<Head | FaultReason> {
    const { header, statement } = block
    if (!equal(header.channel, opening.content.channel)) return 'block-of-other-channel'
    const turned = turnChapter(head, block, chapters)
    if (typeof turned === 'string') return turned
    const epoch = evidence.epochs[header.epoch - (evidence.firstEpoch ?? 0)]?.content
    const openedEpoch = epoch?.chapter === header.chapter ? header.epoch : -1
    const reason = REASONS[judge({ ...turned, openedEpoch }, block)]
    if (reason !== null) return reason
    const device = identityOf(evidence, statement.identity)
    if (device === undefined) return 'signature-does-not-hold'
    if (options.vouchedFor?.has(block) !== true && !(await wasSignedBy(statement, device))) {
      return 'signature-does-not-hold'
    }
    if (epoch === undefined) return 'block-of-unknown-epoch'
    return await open(block, epoch) ?? turned
  }

  async function open(block: Block, epoch: Epoch): Promise<FaultReason | null> {
    if (block.body === null || options.epochKey === undefined) return null
    let key = keys.get(epoch.epoch)
    if (key === undefined) {
      key = await options.epochKey(epoch)
      keys.set(epoch.epoch, key)
    }
    if (key === null) return null
    try {
      const readings = await openBlock(block, key)
      const known = meter?.chapter === epoch.chapter ? meter.id : readings[0]?.meter ?? ''
      if (readings.some((reading) => reading.meter !== known)) return 'meter-changed'
      meter = { chapter: epoch.chapter, id: known }
      counts = { ...counts, opened: counts.opened + 1 }
      options.opened?.(block, readings)
      return null
    } catch (error) {
      if (error instanceof BlockError) return 'key-does-not-open'
      if (error instanceof ColumnsError || error instanceof CborError) return 'readings-malformed'
      throw error
    }
  }

  return {
    async add(block) {
      if (fault !== null) return fault
      const checked = await check(block)
      if (typeof checked === 'string') {
        fault = { seq: block.header.seq, reason: checked }
        return fault
      }
      head = advance(checked, block)
      counts = count(counts, block, opening.content.resolution)
      return null
    },
    fault: () => fault,
    checkpoint: () => ({
      head: [head.seq, head.id],
      chapter: head.chapter,
      epoch: head.epoch,
      keyIndex: head.keyIndex,
      counts,
      ...(meter === null ? {} : { meter }),
    }),
  }
}

/** What is counted before the first block. */
export const NOTHING: Counts = {
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
}

const REASONS: Record<ReturnType<typeof judge>, FaultReason | null> = {
  follows: null,
  same: 'block-does-not-follow',
  fork: 'block-does-not-follow',
  gap: 'block-missing',
  'wrong-chapter': 'block-of-closed-chapter',
  'wrong-device': 'block-of-other-device',
  'wrong-epoch': 'block-of-unknown-epoch',
  'key-index-fell': 'key-index-fell',
}

/** Of evidence that was checked: it has a signature for each epoch, of which there is one a day. */
const checked = new WeakMap<ChannelEvidence, Promise<Fault | null>>()

async function openingsFault(evidence: ChannelEvidence): Promise<Fault | null> {
  const known = checked.get(evidence)
  if (known !== undefined) return await known
  const checking = checkOpenings(evidence)
  checked.set(evidence, checking)
  return await checking
}

async function checkOpenings(evidence: ChannelEvidence): Promise<Fault | null> {
  const { opening, chapters, epochs } = evidence
  const { channel, owner } = opening.content
  const ownerIdentity = identityOf(evidence, owner)
  const broken = (reason: FaultReason): Fault => ({ seq: null, reason })
  if (
    ownerIdentity?.kind !== 'owner' || !(await wasSignedBy(opening.statement, ownerIdentity))
  ) {
    return broken('opening-not-signed')
  }
  /** By device: else many chapters and many pairings would be checked each with each. */
  const paired = new Map<string, boolean>()
  for (const [number, chapter] of chapters.entries()) {
    const { content, statement } = chapter
    if (content.chapter !== number || !equal(content.channel, channel)) {
      return broken('chapter-out-of-order')
    }
    if (!equal(content.owner, owner) || !(await wasSignedBy(statement, ownerIdentity))) {
      return broken('chapter-not-signed')
    }
    const device = toHex(content.device)
    const known = paired.get(device) ?? await isPaired(evidence, ownerIdentity, content.device)
    paired.set(device, known)
    if (!known) {
      return broken('device-not-paired')
    }
  }
  for (let from = 0; from < epochs.length; from += IN_FLIGHT) {
    const numbers = Array.from(epochs.slice(from, from + IN_FLIGHT).keys(), (i) => from + i)
    const faults = await Promise.all(numbers.map((number) => epochFault(evidence, number)))
    const reason = faults.find((one) => one !== null)
    if (reason !== undefined && reason !== null) return broken(reason)
  }
  return null
}

/** So many signatures are in the hands of WebCrypto's threads at a time. */
const IN_FLIGHT = 64

async function epochFault(
  evidence: ChannelEvidence,
  number: number,
): Promise<FaultReason | null> {
  const { opening, chapters, epochs, firstEpoch = 0 } = evidence
  const { channel, owner } = opening.content
  const epoch = epochs[number]
  const before = epochs[number - 1]?.content
  const chapter = epoch && chapters[epoch.content.chapter]?.content
  if (
    epoch === undefined || chapter === undefined ||
    epoch.content.epoch !== firstEpoch + number || !equal(epoch.content.channel, channel) ||
    (before !== undefined && before.chapter > epoch.content.chapter)
  ) return 'epoch-out-of-order'
  const device = identityOf(evidence, chapter.device)
  const holds = device !== undefined && equal(epoch.content.owner, owner) &&
    await wasSignedBy(epoch.statement, device)
  return holds ? null : 'epoch-not-signed'
}

async function isPaired(
  evidence: ChannelEvidence,
  owner: Identity,
  deviceId: Bytes,
): Promise<boolean> {
  const device = identityOf(evidence, deviceId)
  if (device === undefined) return false
  if (evidence.pairings === null) return true
  for (const pairing of evidence.pairings) {
    if (equal(pairing.device, deviceId) && equal(pairing.owner, owner.id)) {
      if (await pairingHolds(pairing, owner, device)) return true
    }
  }
  return false
}

function identityOf(evidence: ChannelEvidence, id: Bytes): Identity | undefined {
  return evidence.identities.find((identity) => equal(identity.id, id))
}

/** The head in the chapter of `block`, when that is the open one or a later one that continues it. */
function turnChapter(
  head: Head,
  block: Block,
  chapters: readonly Opened<Chapter>[],
): Head | FaultReason {
  const wanted = block.header.chapter
  const next = chapters[wanted + 1]?.content
  if (wanted < head.chapter || (next !== undefined && block.header.seq > next.after[0])) {
    return 'block-of-closed-chapter'
  }
  let turned = head
  for (let number = head.chapter + 1; number <= wanted; number++) {
    const chapter = chapters[number]
    if (chapter === undefined) return 'block-of-unknown-chapter'
    const [seq, id] = chapter.content.after
    if (seq !== head.seq || !equal(id, head.id)) return 'chapter-does-not-continue'
    turned = { ...turned, chapter: number, device: chapter.content.device, epoch: -1, keyIndex: 0 }
  }
  return turned
}

/**
 * What is wrong with the chapters that nobody has written yet: they too go on after the last block.
 *
 * @param at where the verification of the blocks ended
 */
export function unwrittenFault(
  chapters: readonly Opened<Chapter>[],
  { head, chapter }: Pick<Checkpoint, 'head' | 'chapter'>,
): Fault | null {
  for (const { content } of chapters.slice(chapter + 1)) {
    const [seq, id] = content.after
    if (seq > head[0]) return { seq: head[0] + 1, reason: 'block-missing' } // the end was left out
    if (seq < head[0] || !equal(id, head[1])) {
      return { seq: null, reason: 'chapter-does-not-continue' }
    }
  }
  return null
}

function headOf(
  from: Omit<Checkpoint, 'counts'>,
  chapter: Opened<Chapter> | undefined,
): Head {
  return {
    seq: from.head[0],
    id: from.head[1],
    chapter: from.chapter,
    device: chapter?.content.device ?? new Uint8Array(32),
    epoch: from.epoch,
    openedEpoch: -1,
    keyIndex: from.keyIndex,
  }
}

function count(counts: Counts, block: Block, resolution: string): Counts {
  const { header } = block
  const step = longestStep(resolution)
  const gap = counts.to !== null && header.from - counts.to > step
    ? [{ from: counts.to, to: header.from }]
    : []
  if (header.to - header.from > step * Math.max(1, header.count - 1)) {
    gap.push({ from: header.from, to: header.to })
  }
  return {
    blocks: counts.blocks + 1,
    readings: counts.readings + header.count,
    opened: counts.opened,
    erased: counts.erased + (block.body === null ? 1 : 0),
    resealed: counts.resealed + (header.resealed === true ? 1 : 0),
    clockSteps: counts.clockSteps +
      (counts.sealed !== null && header.sealed < counts.sealed ? 1 : 0),
    from: Math.min(counts.from ?? header.from, header.from),
    to: Math.max(counts.to ?? header.to, header.to),
    sealed: header.sealed,
    gaps: gap.length === 0 || counts.gaps.length === MAX_GAPS
      ? counts.gaps
      : [...counts.gaps, ...gap],
  }
}

/** The longest time between two readings that is no gap yet; seconds. */
export function longestStep(resolution: string): number {
  if (resolution === 'live') return 120
  if (resolution === 'P1D') return 36 * 3600
  if (resolution === 'PT1H') return 5400
  const minutes = Number(/^PT(\d+)M$/.exec(resolution)?.[1] ?? 15)
  return minutes * 90
}
