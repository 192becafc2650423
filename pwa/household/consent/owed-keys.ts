/**
 * The keys that the owner hands over itself: history, and what was sealed while a grant did not hold
 * and it gives all the same. Of an epoch that is given as a whole its key, of another the keys of its
 * blocks. What the blocks are about is read from the platform's copies, and believed only as far as
 * the device has signed it: a platform that bends, leaves out or adds a block gets no key by it. It
 * can be cut short anywhere, and goes on from there.
 *
 * @module
 */
import { type Bytes, equal, fromHex, toHex } from '../../../shared/bytes.ts'
import type { Client } from '../../../shared/api/client.ts'
import { CborError } from '../../../shared/cbor.ts'
import { type KnownEpoch, owed } from '../../../shared/consent/rotation.ts'
import { type Standing, stateAt } from '../../../shared/consent/steps.ts'
import {
  encodeWrapList,
  openWraps,
  ownerHead,
  wrapBlockKey,
  wrapEpoch,
  type WrapItem,
} from '../../../shared/consent/wrap.ts'
import { IdentityError } from '../../../shared/identity/identity.ts'
import { sha256, StatementError } from '../../../shared/identity/statement.ts'
import { type Block, readBlock } from '../../../shared/seal/block.ts'
import type { Epoch } from '../../../shared/seal/channel.ts'
import { importEpochKey, rawBlockKey } from '../../../shared/seal/epoch-key.ts'
import { beginningFault, justBefore, vouchedFor } from '../../../shared/seal/stretch.ts'
import {
  type ChannelEvidence,
  type ChannelVerifier,
  createChannelVerifier,
} from '../../../shared/seal/verify.ts'
import { AppError } from '../../app-error.ts'
import { gatherEvidence, ownRawEpochKey } from '../../proof-run/evidence.ts'
import { type GrantRecord, STRICT } from '../../vault/database.ts'
import type { Self } from '../../vault/identities.ts'
import type { BrowserVault } from '../../vault/vault.ts'
import { loadBook, standingOf } from './book.ts'
import { loadHeads } from './events.ts'

export interface OwedOptions {
  readonly vault: BrowserVault
  readonly self: Self
  readonly client: Client
  /** Epochs that were, of those there are to look at. */
  readonly progress: (done: number, of: number) => void
}

type Header = Block['header']

interface WalkedEpoch {
  readonly epoch: number
  readonly headers: readonly Header[]
  /** The last block of it that there is for now. */
  readonly last: number
  /** These are all the blocks there ever are in it. */
  readonly whole: boolean
}

interface Beginning {
  /** Where the walk begins. */
  readonly seq: number
  readonly epoch: number
  /** The first epoch that is owed. */
  readonly owed: number
}

type Batch = readonly [batch: Bytes, list: Bytes]

const PAGE = 200
const MOST_BATCHES = 20

/** Milliseconds between looks at what devices elsewhere have sealed. */
const FOLLOW_EVERY = 10 * 60_000
let followed = -FOLLOW_EVERY

const seconds = () => Math.floor(Date.now() / 1000)

/**
 * Hands over what is owed of all grants. Nothing of the owner's history may wait to be sent.
 *
 * @throws {AppError} when blocks of a channel do not hold: of it nothing more is handed over
 */
export async function handOverKeys(options: OwedOptions): Promise<void> {
  const { vault: { database } } = options
  let fault: AppError | null = null
  const isDue = performance.now() - followed >= FOLLOW_EVERY
  if (isDue) followed = performance.now()
  for (const [name, { record, standing }] of await loadBook(database)) {
    const following = isDue ? Object.keys(record.following ?? {}) : []
    for (const channel of new Set([...Object.keys(record.owing), ...following])) {
      try {
        await handOver(options, name, standing, fromHex(channel))
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        fault ??= error
      }
    }
  }
  if (fault !== null) throw fault
}

async function handOver(
  options: OwedOptions,
  name: string,
  standing: Standing,
  channel: Bytes,
): Promise<void> {
  const { vault, client, progress } = options
  const now = seconds()
  const { phase } = stateAt(standing, now)
  if (phase === 'ended') return await keepOwing(vault, name, channel, null)
  // What it has begun to give by then is looked at then, and what is sealed in a pause after it.
  if (phase === 'paused' || standing.terms.history > now) return
  // An epoch that is still written is given by its blocks, and the rest of it would be missed.
  const record = await vault.channel(channel)
  if (record !== undefined && (await vault.waiting(channel, 1)).length > 0) return
  const first = await firstOwed(vault, client, name, standing, channel)
  const isElsewhere = record === undefined
  if (first === null) return await keepOwing(vault, name, channel, null, isElsewhere ? 0 : null)
  const evidence = await evidenceFrom(options, channel, first.epoch)
  const firstEpoch = evidence.firstEpoch ?? 0
  const newest = firstEpoch + evidence.epochs.length - 1
  let batches: Batch[] = []
  let from = first.seq
  let done = 0
  for await (const walked of epochsFrom(client, channel, first, evidence, record?.head[1])) {
    if (walked.epoch < first.owed) continue
    const opening = evidence.epochs[walked.epoch - firstEpoch]?.content
    const isClosed = walked.epoch < newest
    if (opening !== undefined && !(await wasWrapped(vault, opening, standing))) {
      const batch = await batchFor(options, standing, opening, walked, isClosed, now)
      if (batch !== null) batches.push(batch)
    }
    from = isClosed ? walked.last + 1 : from
    progress(++done, newest - (walked.epoch - done) + 1)
    if (batches.length < MOST_BATCHES) continue
    await client.postWraps(batches)
    batches = []
    await keepOwing(vault, name, channel, from)
  }
  if (batches.length > 0) await client.postWraps(batches)
  // Where a device elsewhere writes, its open epoch may yet go on without the grant.
  await keepOwing(vault, name, channel, null, isElsewhere ? from : null)
}

/** What the blocks from an epoch on are verified against. */
async function evidenceFrom(
  { client, self }: OwedOptions,
  channel: Bytes,
  epoch: number,
): Promise<ChannelEvidence> {
  const of = { from: epoch, to: Infinity }
  const { evidence } = await gatherEvidence(client, self, channel, of)
    .catch((error: unknown) => {
      const isBroken = error instanceof StatementError || error instanceof CborError ||
        error instanceof IdentityError
      throw isBroken ? new AppError('opening-not-signed', error) : error
    })
  return evidence
}

/**
 * Where to begin: at the block before the epoch in which the owing begins, for whether all of that is
 * given depends on all of it. It is only looked for here; what is there is verified from then on.
 */
async function firstOwed(
  vault: BrowserVault,
  client: Client,
  name: string,
  { terms }: Standing,
  channel: Bytes,
): Promise<Beginning | null> {
  const record = await vault.database.get('grants', name)
  const begin = record?.owing[toHex(channel)] ?? record?.following?.[toHex(channel)] ?? 0
  const after = begin - 1
  const range = { after, from: terms.history, limit: 1 }
  const [found] = await headersOf(client, channel, range, 1)
  if (found === undefined) return null
  // Backwards, in growing steps, to where its epoch begins.
  let { seq, epoch } = found
  for (let width = 8; seq > 0 && epoch === found.epoch; width *= 2) {
    const from = Math.max(0, seq - width)
    const before = await headersOf(
      client,
      channel,
      { after: from - 1, limit: Math.min(PAGE, seq - from) },
      seq - from,
    )
    const begin = before.filter((one) => one.epoch !== found.epoch).at(-1) ?? before[0]
    if (begin === undefined || begin.seq >= seq) break
    seq = begin.seq
    epoch = begin.epoch
  }
  return { seq, epoch, owed: found.epoch }
}

async function headersOf(
  client: Client,
  channel: Bytes,
  range: { after: number; from?: number; limit: number },
  most: number,
): Promise<Header[]> {
  const found: Header[] = []
  for await (const bytes of client.blocks(channel, range)) {
    found.push((await readBlock(bytes)).header)
    if (found.length === most) break
  }
  return found
}

/**
 * Epoch by epoch, so that no more than one is held at a time, each once its blocks are verified: by
 * their ids up to one that the device has signed. All of an epoch is there when the block before it
 * and the one behind it are of others, or when it begins or ends with the channel.
 *
 * @param end id of the channel's newest block, where this browser writes it
 * @throws {AppError} for blocks that do not hold
 */
async function* epochsFrom(
  client: Client,
  channel: Bytes,
  begin: Beginning,
  evidence: ChannelEvidence,
  end: Bytes | undefined,
): AsyncGenerator<WalkedEpoch> {
  const vouched = new Set<Block>()
  let verifier: ChannelVerifier | null = null
  /** Of one epoch, and those that are not verified yet. */
  let blocks: Block[] = []
  let fresh: Block[] = []
  let isBegun = false

  async function verify(): Promise<void> {
    const [first] = fresh
    if (first === undefined) return
    verifier ??= await createChannelVerifier(evidence, {
      ...(first.header.seq === 0 ? {} : { resume: justBefore(first) }),
      vouchedFor: vouched,
    })
    const fault = verifier.fault() ?? (first === blocks[0] ? beginningFault(evidence, first) : null)
    if (fault !== null) throw new AppError(fault.reason)
    for (const block of vouchedFor(fresh)) vouched.add(block)
    for (const block of fresh) {
      const fault = await verifier.add(block)
      if (fault !== null) throw new AppError(fault.reason)
      vouched.delete(block)
    }
    fresh = []
  }

  function walked(isEnded: boolean): WalkedEpoch[] {
    const headers = blocks.map(({ header }) => header)
    const last = headers.at(-1)
    if (last === undefined) return []
    return [{ epoch: last.epoch, headers, last: last.seq, whole: isBegun && isEnded }]
  }

  for await (const bytes of client.blocks(channel, { after: begin.seq - 1, limit: PAGE })) {
    const block = await readBlock(bytes)
    fresh.push(block)
    isBegun ||= block.header.seq === 0
    const isNext = blocks.length > 0 && blocks[0]?.header.epoch !== block.header.epoch
    if (!isNext) {
      blocks.push(block)
      continue
    }
    await verify()
    yield* walked(true)
    isBegun = true
    blocks = [block]
  }
  await verify()
  const newest = blocks.at(-1)
  yield* walked(newest !== undefined && end !== undefined && equal(newest.id, end))
}

/** Whether this device has wrapped the epoch for the grant when it opened it. */
async function wasWrapped(
  vault: BrowserVault,
  { channel, epoch }: Epoch,
  { grant }: Standing,
): Promise<boolean> {
  const name = toHex(grant.grant)
  return (await vault.epochKeys(channel, epoch))
    .some(({ wrappedFor = [] }) => wrappedFor.some((one) => toHex(one) === name))
}

async function batchFor(
  { vault, self }: OwedOptions,
  standing: Standing,
  opening: Epoch,
  { headers, whole }: WalkedEpoch,
  isClosed: boolean,
  now: number,
): Promise<Batch | null> {
  const { channel, epoch } = opening
  const known: KnownEpoch = { epoch, closed: isClosed && whole, blocks: headers }
  const [due] = owed(standing, [known], new Map(), now)
  if (due === undefined) return null
  const record = await vault.database.get('grants', toHex(standing.grant.grant))
  const raw = record && await ownRawEpochKey(self.owner, opening)
  const seen = (await loadHeads(vault.database))[toHex(self.owner.identity.id)]
  // Sealed to a key that the owner has no more: nobody can be given it.
  if (record === undefined || !raw || seen === undefined) return null
  const blind = crypto.getRandomValues(new Uint8Array(16))
  const head = await ownerHead(blind, seen.id)
  const place = { channel, epoch, head }
  const { grant } = standing.grant
  let item: WrapItem
  if (due.whole) {
    item = { grant, wrapped: await (await wrapEpoch(raw, place))(record.key) }
  } else {
    const chosen = new Set(due.blocks)
    const epochKey = await importEpochKey(raw)
    const blocks: [number, Bytes][] = []
    for (const { seq, salt } of headers) {
      if (!chosen.has(seq)) continue
      const key = await rawBlockKey(epochKey, channel, epoch, salt)
      blocks.push([seq, await (await wrapBlockKey(key, { ...place, seq }))(record.key)])
      key.fill(0)
    }
    item = { grant, blocks }
  }
  raw.fill(0)
  const list = encodeWrapList([item])
  const wraps = await sha256(list)
  const at = seconds()
  const content = { channel, epoch, seen: seen.id, blind, wraps, at }
  return [(await openWraps(content, self.owner.signer)).statement.bytes, list]
}

/**
 * From which block on keys of a channel are still owed; null when none are. Then `following` says
 * from where on to look again; null for nowhere.
 */
async function keepOwing(
  { database }: BrowserVault,
  name: string,
  channel: Bytes,
  from: number | null,
  following: number | null = null,
): Promise<void> {
  const step = database.transaction('grants', 'readwrite', STRICT)
  const record = await step.store.get(name)
  if (record !== undefined) {
    const { owing, following: followed = {} } = record
    await step.store.put({
      ...record,
      owing: withPlace(owing, channel, from),
      following: withPlace(followed, channel, following),
    }, name)
  }
  await step.done
}

function withPlace(
  places: Readonly<Record<string, number>>,
  channel: Bytes,
  place: number | null,
): Record<string, number> {
  const { [toHex(channel)]: _, ...rest } = places
  return place === null ? rest : { ...rest, [toHex(channel)]: place }
}

/** Marks what may be owed of a grant's channels, from the first block on: it is looked at next. */
export async function owingAll(
  record: GrantRecord,
  from: (channel: Bytes) => Promise<number>,
): Promise<GrantRecord> {
  const { terms } = await standingOf(record)
  const owing: Record<string, number> = { ...record.owing }
  for (const channel of terms.channels) {
    const name = toHex(channel)
    owing[name] = Math.min(owing[name] ?? Infinity, await from(channel))
  }
  return { ...record, owing }
}
