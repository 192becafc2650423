/**
 * The keys that the owner hands over itself: history, and what was sealed while a grant did not hold
 * and it gives all the same. Of an epoch that is given as a whole its key, of another the keys of its
 * blocks; what the blocks are about is read from the platform's copies. It can be cut short anywhere,
 * and goes on from there.
 *
 * @module
 */
import { type Bytes, fromHex, toHex } from '../../../shared/bytes.ts'
import type { Client } from '../../../shared/api/client.ts'
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
import { sha256 } from '../../../shared/identity/statement.ts'
import { type Block, readBlock } from '../../../shared/seal/block.ts'
import { type Epoch, parseEpoch } from '../../../shared/seal/channel.ts'
import { importEpochKey, rawBlockKey } from '../../../shared/seal/epoch-key.ts'
import { ownRawEpochKey } from '../../proof-run/evidence.ts'
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
}

type Batch = readonly [batch: Bytes, list: Bytes]

const PAGE = 200
const MOST_BATCHES = 20

const seconds = () => Math.floor(Date.now() / 1000)

/** Hands over what is owed of all grants. Nothing of the owner's history may wait to be sent. */
export async function handOverKeys(options: OwedOptions): Promise<void> {
  const { vault: { database } } = options
  for (const [name, { record, standing }] of await loadBook(database)) {
    for (const channel of Object.keys(record.owing)) {
      await handOver(options, name, standing, fromHex(channel))
    }
  }
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
  const openings = new Map<number, Epoch>()
  for await (const bytes of client.epochs(channel)) {
    const { content } = parseEpoch(bytes)
    openings.set(content.epoch, content)
  }
  const newest = Math.max(-1, ...openings.keys())
  const first = await firstOwed(vault, client, name, standing, channel)
  if (first === null) return await keepOwing(vault, name, channel, null)
  let batches: Batch[] = []
  let from = first
  let done = 0
  for await (const walked of epochsFrom(client, channel, first)) {
    const opening = openings.get(walked.epoch)
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
  await keepOwing(vault, name, channel, null)
}

/** The first block of the epoch in which the owing begins: whether all of it is given depends on all. */
async function firstOwed(
  vault: BrowserVault,
  client: Client,
  name: string,
  { terms }: Standing,
  channel: Bytes,
): Promise<number | null> {
  const record = await vault.database.get('grants', name)
  const after = (record?.owing[toHex(channel)] ?? 0) - 1
  const range = { after, from: terms.history, limit: 1 }
  const [found] = await headersOf(client, channel, range, 1)
  if (found === undefined) return null
  // Backwards, in growing steps, to where its epoch begins.
  let first = found.seq
  for (let width = 8; first > 0; width *= 2) {
    const from = Math.max(0, first - width)
    const before = await headersOf(
      client,
      channel,
      { after: from - 1, limit: Math.min(PAGE, first - from) },
      first - from,
    )
    const same = before.filter(({ epoch }) => epoch === found.epoch)
    first = same[0]?.seq ?? first
    if (same.length < before.length || before.length === 0) break
  }
  return first
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

/** Epoch by epoch, so that no more than one is held at a time. */
async function* epochsFrom(
  client: Client,
  channel: Bytes,
  first: number,
): AsyncGenerator<WalkedEpoch> {
  let headers: Header[] = []
  const walked = (): WalkedEpoch[] => {
    const last = headers.at(-1)
    return last === undefined ? [] : [{ epoch: last.epoch, headers, last: last.seq }]
  }
  for await (const bytes of client.blocks(channel, { after: first - 1, limit: PAGE })) {
    const { header } = await readBlock(bytes)
    if (headers.length > 0 && headers[0]?.epoch !== header.epoch) {
      yield* walked()
      headers = []
    }
    headers.push(header)
  }
  yield* walked()
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
  { headers }: WalkedEpoch,
  closed: boolean,
  now: number,
): Promise<Batch | null> {
  const { channel, epoch } = opening
  const known: KnownEpoch = { epoch, closed, blocks: headers }
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

/** From which block on keys of a channel are still owed; null when none are. */
async function keepOwing(
  { database }: BrowserVault,
  name: string,
  channel: Bytes,
  from: number | null,
): Promise<void> {
  const step = database.transaction('grants', 'readwrite', STRICT)
  const record = await step.store.get(name)
  if (record !== undefined) {
    const { [toHex(channel)]: _, ...rest } = record.owing
    const owing = from === null ? rest : { ...rest, [toHex(channel)]: from }
    await step.store.put({ ...record, owing }, name)
  }
  await step.done
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
