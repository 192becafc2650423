/**
 * Delivery: the outbox of a channel to the platform, in order and exactly once. The platform takes
 * a repeated block as the one it has, so a lost answer costs nothing. When its head is not the one
 * this vault knows (a copied or restored vault, or a platform restored from a backup), the head's
 * own signature is checked, and the channel goes on after it in a new epoch. So it does where an
 * epoch was sealed to a key that the owner has taken back meanwhile.
 *
 * @module
 */
import { type Bytes, equal } from '../bytes.ts'
import { CborError } from '../cbor.ts'
import { type Identity, wasSignedBy } from '../identity/identity.ts'
import { StatementError } from '../identity/statement.ts'
import { parseAcknowledgement } from './acknowledgement.ts'
import { joinBlock, readBlock } from './block.ts'
import { type BlockRef, parseChannel, parseEpoch, startOf } from './channel.ts'
import type { OwnerKey, Sealer } from './sealer.ts'
import type { KeptEntry, Vault } from './vault.ts'

/** Why the platform did not take the next entry; with its newest block and epoch where it says. */
export interface Refusal {
  readonly code: string
  /** COSE_Sign1 of the channel's head block; null when it has none. */
  readonly head?: Bytes | null
  /** Newest epoch opened in the channel; -1 for none. */
  readonly epoch?: number
  readonly retryAfter?: number
}

export interface PostAnswer {
  /** How many entries were taken, those it had already included. */
  readonly taken: number
  /** One for each block taken, in order. */
  readonly acknowledgements: readonly Bytes[]
  readonly refusal: Refusal | null
}

export type Delivery =
  /** Nothing waits any more. */
  | { readonly kind: 'delivered' }
  /** The platform asks to wait. */
  | { readonly kind: 'wait'; readonly seconds: number; readonly code: string }
  /** It needs the owner: another device writes the channel, or the platform does not keep its word. */
  | { readonly kind: 'stopped'; readonly code: string }

export interface DeliveryOptions {
  readonly vault: Vault
  readonly sealer: Sealer
  readonly device: Identity
  readonly operator: Identity
  /** Posts entries to a channel; throws when the platform cannot be reached. */
  readonly post: (channel: Bytes, items: readonly Bytes[]) => Promise<PostAnswer>
  /** Posts batches of wraps: how many of them need not be sent again. */
  readonly postWraps?: (batches: readonly Bytes[]) => Promise<PostAnswer>
  /**
   * Sends only what belongs to chapters before this one: its opening may be sent once all of that
   * is taken, for a new chapter closes the one before.
   */
  readonly before?: number
  /**
   * The owner's newest sealing key as its identity at the platform says, verified: asked for where
   * an epoch is sealed to one that the owner has taken back. Null when there is no newer one.
   */
  readonly ownerKey?: () => Promise<OwnerKey | null>
  readonly progress?: (blocks: number) => void
  /** Told after the channel went on behind a head that this vault did not know. */
  readonly resealed?: (blocks: number, head: BlockRef) => void
}

const MOST_ENTRIES = 200
const MOST_BYTES = 2 * 1024 * 1024
const MOST_RESEALS = 5
/** Seconds; what the platform wants may be more than timers count to. */
const LONGEST_WAIT = 3600
/** Long enough for a copy of this profile to send what it has begun; seconds. */
const SAME_HEAD_PAUSE = 60
const RESEAL_ON: ReadonlySet<string> = new Set([
  'gap',
  'fork',
  'epoch-taken',
  'wrong-epoch',
  'epoch-key-unknown',
])

export async function deliver(channel: Bytes, options: DeliveryOptions): Promise<Delivery> {
  const { vault, sealer, post, postWraps, progress } = options
  let behind: number | null = null
  const before = (waiting: readonly KeptEntry[]) =>
    options.before === undefined ? waiting : beforeChapter(waiting, options.before)
  for (let reseals = 0;;) {
    const entries = alike(bounded(await before(await vault.waiting(channel, MOST_ENTRIES))))
    if (entries.length === 0) return { kind: 'delivered' }
    const items = entries.map((entry) => entry.bytes)
    const answer = entries[0]?.kind === 'wraps' && postWraps !== undefined
      ? await postWraps(items)
      : await post(channel, items)
    const taken = await checkAnswer(entries, answer, options.operator)
    if (taken === null) return { kind: 'stopped', code: 'acknowledgement-invalid' }
    await vault.taken(channel, taken)
    progress?.(answer.acknowledgements.length)
    const { refusal } = answer
    if (refusal === null) {
      if (answer.taken === 0) return { kind: 'stopped', code: 'nothing-taken' }
      continue
    }
    if (refusal.retryAfter !== undefined) {
      const seconds = Math.min(refusal.retryAfter, LONGEST_WAIT)
      return { kind: 'wait', seconds, code: refusal.code }
    }
    if (!RESEAL_ON.has(refusal.code) || reseals === MOST_RESEALS) {
      return { kind: 'stopped', code: refusal.code }
    }
    if (refusal.epoch === undefined) return { kind: 'stopped', code: refusal.code }
    if (refusal.code === 'epoch-key-unknown') {
      const key = await options.ownerKey?.() ?? null
      if (key === null) return { kind: 'stopped', code: refusal.code }
      sealer.sealTo(key)
    }
    const head = await checkHead(channel, refusal, options)
    if (typeof head === 'string') return { kind: 'stopped', code: head }
    // All was sealed again after this head already: doing so for ever is nobody's honest wish.
    if (behind !== null && head[0] <= behind) {
      return { kind: 'wait', seconds: SAME_HEAD_PAUSE, code: refusal.code }
    }
    behind = head[0]
    const blocks = await sealer.reseal(channel, head, refusal.epoch)
    options.resealed?.(blocks, head)
    reseals++
  }
}

function bounded(entries: readonly KeptEntry[]): KeptEntry[] {
  let bytes = 0
  return entries.filter((entry, i) => (bytes += entry.bytes.length) <= MOST_BYTES || i === 0)
}

/** Those at the beginning that go the same way: wraps are sent by themselves, in their place. */
function alike(entries: readonly KeptEntry[]): readonly KeptEntry[] {
  const isWraps = entries[0]?.kind === 'wraps'
  const other = entries.findIndex(({ kind }) => (kind === 'wraps') !== isWraps)
  return other === -1 ? entries : entries.slice(0, other)
}

/** Up to the first of that chapter: in whatever way they were sealed, they are in order. */
async function beforeChapter(
  waiting: readonly KeptEntry[],
  chapter: number,
): Promise<KeptEntry[]> {
  const found: KeptEntry[] = []
  for (const entry of waiting) {
    // Wraps are of the epoch before them.
    if (entry.kind !== 'wraps' && await chapterOf(entry) >= chapter) break
    found.push(entry)
  }
  return found
}

async function chapterOf({ kind, bytes }: KeptEntry): Promise<number> {
  if (kind === 'epoch') return parseEpoch(bytes).content.chapter
  return (await readBlock(bytes)).header.chapter
}

/** The entries taken with their acknowledgements; null when one of these does not hold. */
async function checkAnswer(
  entries: readonly KeptEntry[],
  answer: PostAnswer,
  operator: Identity,
): Promise<{ order: number; acknowledgement: Bytes | null }[] | null> {
  const acknowledgements = answer.acknowledgements.values()
  const taken: { order: number; acknowledgement: Bytes | null }[] = []
  for (const entry of entries.slice(0, answer.taken)) {
    if (entry.kind !== 'block') {
      taken.push({ order: entry.order, acknowledgement: null })
      continue
    }
    const bytes = acknowledgements.next().value
    if (bytes === undefined) return null
    if (!(await acknowledges(bytes, entry, operator))) return null
    taken.push({ order: entry.order, acknowledgement: bytes })
  }
  return taken
}

async function acknowledges(bytes: Bytes, entry: KeptEntry, operator: Identity): Promise<boolean> {
  const acknowledgement = parsed(() => parseAcknowledgement(bytes))
  if (acknowledgement === null) return false
  const { content, statement } = acknowledgement
  const { id } = await readBlock(entry.bytes)
  return equal(content.block, id) && equal(content.channel, entry.channel) &&
    content.seq === entry.number && await wasSignedBy(statement, operator)
}

/**
 * The platform's head, when this device may go on after it: it signed that block itself in the
 * chapter of what waits, or has already built on it (the last block of the chapter before, the channel's start).
 * Else why not: a later chapter means that another device writes the channel now.
 */
async function checkHead(
  channel: Bytes,
  refusal: Refusal,
  { vault, device }: DeliveryOptions,
): Promise<BlockRef | 'head-not-ours' | 'chapter-closed'> {
  const record = await vault.channel(channel)
  if (record === undefined || refusal.head === undefined) return 'head-not-ours'
  if (refusal.head === null) {
    const start = await startOf(parseChannel(record.opening))
    return record.chapter === 0 || await isBuiltOn(start, channel, vault) ? start : 'head-not-ours'
  }
  const bytes = joinBlock(refusal.head, null)
  const block = await readBlock(bytes).catch(noStatement)
  if (block === null || !equal(block.header.channel, channel)) return 'head-not-ours'
  const head: BlockRef = [block.header.seq, block.id]
  // Before the chapter that is written now, blocks of the one before may still wait.
  const first = (await vault.waiting(channel, MOST_ENTRIES)).find(({ kind }) => kind !== 'wraps')
  const chapter = first === undefined ? record.chapter : await chapterOf(first)
  const ours = chapter === block.header.chapter && await wasSignedBy(block.statement, device)
  if (ours || await isBuiltOn(head, channel, vault)) return head
  return block.header.chapter > chapter ? 'chapter-closed' : 'head-not-ours'
}

/** Whether the first block that waits follows `head`. */
async function isBuiltOn(head: BlockRef, channel: Bytes, vault: Vault): Promise<boolean> {
  const waiting = await vault.waiting(channel, MOST_ENTRIES)
  const first = waiting.find((entry) => entry.kind === 'block')
  if (first === undefined) return false
  const { header } = await readBlock(first.bytes)
  return header.seq === head[0] + 1 && equal(header.prev, head[1])
}

function parsed<T>(parse: () => T): T | null {
  try {
    return parse()
  } catch (error) {
    return noStatement(error)
  }
}

/** Null for bytes of the platform that are no statement; anything else is a fault of ours. */
function noStatement(error: unknown): null {
  if (error instanceof StatementError || error instanceof CborError) return null
  throw error
}
