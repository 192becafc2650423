/**
 * Wrapped keys: batches as the channel's device signs them when it turned an epoch, or as the owner
 * does who gives history; and what a recipient fetches of them, which is its own.
 *
 * @module
 */
import { and, asc, eq, gt, inArray, or, type SQL, sql } from 'drizzle-orm'
import { type Bytes, concat, equal, toBase64url } from '../../shared/bytes.ts'
import { encode, splitArray, splitSequence } from '../../shared/cbor.ts'
import {
  isListOf,
  ownerHead,
  parseWrapList,
  parseWraps,
  type WrapItem,
  type Wraps,
} from '../../shared/consent/wrap.ts'
import type { Opened } from '../../shared/identity/content.ts'
import { isSignedBy } from '../../shared/identity/identity.ts'
import { sha256, statementId } from '../../shared/identity/statement.ts'
import { type Deps, wholeSeconds } from '../context.ts'
import type { Database, Transaction } from '../database.ts'
import { findEvent } from '../history/store.ts'
import type { Identities } from '../identity/store.ts'
import { fitting } from '../pages.ts'
import { parsing } from '../parse.ts'
import { type Caller, may } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import {
  channels,
  chapters,
  epochs,
  grantChannels,
  pairings,
  wrapBatches,
  wraps,
} from '../schema.ts'
import { channelsOfGrant, writeExpiries } from './store.ts'

const MAX_BATCHES = 256

interface Batch extends Opened<Wraps> {
  readonly id: Bytes
  readonly list: Bytes
  readonly items: readonly WrapItem[]
}

/** Takes batches, all or none; `added` of them are new. @throws {ProblemError} */
export async function addWraps(
  deps: Deps,
  identities: Identities,
  database: Database,
  caller: Caller,
  bytes: Bytes,
): Promise<{ batches: number; added: number }> {
  const batches = await parsing('statement-malformed', async () => {
    return await Promise.all(splitSequence(bytes, MAX_BATCHES).map((item) => readBatch(item, deps)))
  })
  for (const { content: { channel } } of batches) {
    await writeExpiries(database, { channel }, deps.now())
  }
  const author = await identities.newest(database, caller.id)
  for (const { statement } of batches) {
    if (!equal(statement.identity, caller.id)) throw new ProblemError('not-allowed')
    if (author === null || !await isSignedBy(statement, author)) {
      throw new ProblemError('signature-invalid')
    }
  }
  return await database.db.transaction(async (tx) => {
    let added = 0
    for (const batch of batches) {
      if (await addBatch(tx, batch, caller, deps)) added++
    }
    return { batches: batches.length, added }
  })
}

async function readBatch(item: Bytes, { digest = sha256 }: Pick<Deps, 'digest'>): Promise<Batch> {
  const [first = NOTHING, list = NOTHING] = splitArray(item, 2)
  const batch = parseWraps(first)
  const items = parseWrapList(list)
  if (!await isListOf(batch.content, list, digest)) {
    throw refused('The list is not the one that the batch signs')
  }
  return { ...batch, id: await statementId(batch.statement, digest), list, items }
}

const NOTHING: Bytes = new Uint8Array(0)

async function addBatch(
  tx: Transaction,
  batch: Batch,
  caller: Caller,
  deps: Deps,
): Promise<boolean> {
  const { channel, epoch, seen, blind } = batch.content
  const [of] = await tx.select({ owner: channels.owner, device: pairings.device })
    .from(channels)
    .leftJoin(epochs, and(eq(epochs.channel, channel), eq(epochs.epoch, epoch)))
    .leftJoin(
      chapters,
      and(eq(chapters.channel, channel), eq(chapters.chapter, epochs.chapter)),
    )
    .leftJoin(
      pairings,
      and(
        eq(pairings.owner, channels.owner),
        // Of an epoch that is not there yet, the device that will open it.
        eq(pairings.device, sql`coalesce(${chapters.device}, ${channels.device})`),
        sql`${pairings.ended} is null`,
      ),
    )
    .where(eq(channels.id, channel))
  const devices = of?.device ? [of.device] : []
  if (of === undefined || !may(caller, 'wraps:add', { owner: of.owner, devices })) {
    throw new ProblemError('channel-unknown')
  }
  // Locked, so that batches of an epoch come one after another.
  const opened = await tx.select({ id: epochs.id }).from(epochs)
    .where(and(eq(epochs.channel, channel), eq(epochs.epoch, epoch))).for('update')
  if (opened.length === 0) throw new ProblemError('epoch-unknown')
  const known = await tx.select({ id: wrapBatches.id }).from(wrapBatches)
    .where(and(eq(wrapBatches.channel, channel), eq(wrapBatches.epoch, epoch)))
  if (known.some(({ id }) => equal(id, batch.id))) return false
  const event = await findEvent({ db: tx }, of.owner, seen)
  if (event === null || !equal(event.author, of.owner)) {
    throw refused('The event that it has seen is not in the owner’s history')
  }
  await checkGrants(tx, channel, batch.items)
  const head = await ownerHead(blind, seen, deps.digest)
  const now = wholeSeconds(deps)
  await insertWhole(tx, batch, head, now)
  await insertParts(tx, batch, head, now)
  await tx.insert(wrapBatches).values({
    channel,
    epoch,
    n: known.length,
    id: batch.id,
    statement: batch.statement.bytes,
    list: batch.list,
    at: now,
  })
  if (!equal(caller.id, of.owner)) await settle(tx, batch, event.ownerSeq)
  return true
}

/** Keys are taken for grants of this channel alone, whoever signs. */
async function checkGrants(
  tx: Transaction,
  channel: Bytes,
  items: readonly WrapItem[],
): Promise<void> {
  if (items.length === 0) return
  const found = await tx.select({ id: grantChannels.grant }).from(grantChannels)
    .where(
      and(
        eq(grantChannels.channel, channel),
        inArray(grantChannels.grant, items.map(({ grant }) => grant)),
      ),
    )
  if (found.length !== items.length) throw refused('A grant is not known, or not of this channel')
}

/** What may still come to a grant: an end or a pause that the device had not heard of keeps it out. */
function open(now: number): SQL {
  return sql`g.ended_at is null and g.until_at > ${now} and cardinality(g.pauses) % 2 = 0 and k.given`
}

/** All in one statement: there may be a thousand. */
async function insertWhole(
  tx: Transaction,
  { content: { channel, epoch }, items }: Batch,
  head: Bytes,
  now: number,
): Promise<void> {
  const whole = items.flatMap((item) => 'wrapped' in item ? [item] : [])
  if (whole.length === 0) return
  const packed = concat(...whole.flatMap(({ grant, wrapped }) => [grant, wrapped]))
  await tx.execute(sql`
    insert into wraps (channel, epoch, grant_id, head, wrapped)
    select ${channel}::bytea, ${epoch}::bigint, g.id, ${head}::bytea, t.wrapped
    from (select substring(p from i * 88 + 1 for 16) as id, substring(p from i * 88 + 17 for 72) as wrapped
      from (select ${packed}::bytea as p offset 0) packed, generate_series(0, ${
    whole.length - 1
  }::int) i) t
    join grant_channels k on k.channel = ${channel}::bytea and k.grant_id = t.id
    join grants g on g.id = t.id
    where ${open(now)}
    on conflict (channel, epoch, grant_id) do update set
      head = excluded.head, wrapped = excluded.wrapped, blocks = null`)
}

async function insertParts(
  tx: Transaction,
  { content: { channel, epoch }, items }: Batch,
  head: Bytes,
  now: number,
): Promise<void> {
  for (const item of items) {
    if ('wrapped' in item) continue
    const part = encode(item.blocks.map(([seq, wrapped]) => [seq, wrapped]))
    // Who has the key of the whole epoch needs none of a block.
    await tx.execute(sql`
      insert into wraps (channel, epoch, grant_id, head, blocks)
      select ${channel}::bytea, ${epoch}::bigint, g.id, ${head}::bytea, ${part}::bytea
      from grants g
      join grant_channels k on k.channel = ${channel}::bytea and k.grant_id = g.id
      where g.id = ${item.grant}::bytea and ${open(now)}
      on conflict (channel, epoch, grant_id) do update set
        head = excluded.head, blocks = excluded.blocks where wraps.wrapped is null`)
  }
}

/**
 * With this epoch the device has turned away from grants that have ended or pause: it had seen the
 * event, the grant is not in its list, and the recipient holds no key of this epoch or a later one.
 */
async function settle(
  tx: Transaction,
  { content: { channel, epoch }, items }: Batch,
  seenSeq: number,
): Promise<void> {
  const packed = concat(...items.map(({ grant }) => grant))
  await tx.execute(sql`
    update grant_channels k set turned_epoch = ${epoch}::bigint from grants g
    where k.channel = ${channel}::bytea and k.cut_head is not null and k.turned_epoch is null
      and g.id = k.grant_id and not g.locked and (g.stop_seq is null or g.stop_seq <= ${seenSeq}::bigint)
      and not exists (
        select from generate_series(0, ${items.length - 1}::int) i
        where substring(${packed}::bytea from i * 16 + 1 for 16) = k.grant_id)
      and not exists (
        select from wraps w where w.channel = k.channel and w.epoch >= ${epoch}::bigint
          and w.grant_id = k.grant_id)`)
}

export interface KeyRow {
  readonly channel: Bytes
  readonly epoch: number
  readonly head: Bytes
  readonly wrapped: Bytes | null
  readonly blocks: Bytes | null
}

/** A page of the keys of one grant, by channel and epoch. */
export async function listKeys(
  { db }: Database,
  grant: Bytes,
  which: { readonly channel: Bytes | null; readonly after: readonly [Bytes, number] | null },
  limit: number,
  maxBytes: number,
): Promise<{ keys: KeyRow[]; more: boolean }> {
  const { channel, after } = which
  // Of a channel that the grant gives no more, what was not fetched before stays here.
  const wanted = and(
    eq(wraps.grant, grant),
    inArray(wraps.channel, channelsOfGrant(db, grant)),
    channel === null ? undefined : eq(wraps.channel, channel),
    after === null ? undefined : or(
      gt(wraps.channel, after[0]),
      and(eq(wraps.channel, after[0]), gt(wraps.epoch, after[1])),
    ),
  )
  const order = [asc(wraps.channel), asc(wraps.epoch)]
  const sizes = await db.select({
    size: sql<number>`144 + coalesce(octet_length(${wraps.blocks}), 0)`,
  })
    .from(wraps).where(wanted).orderBy(...order).limit(limit + 1)
  const count = fitting(sizes.map(({ size }) => size), limit, maxBytes)
  if (count === 0) return { keys: [], more: false }
  const keys = await db.select().from(wraps).where(wanted).orderBy(...order).limit(count)
  return { keys, more: sizes.length > count }
}

export function cursorOf({ channel, epoch }: KeyRow): string {
  return `${toBase64url(channel)}.${epoch}`
}

function refused(reason: string): ProblemError {
  return new ProblemError('wraps-refused', { reason })
}
