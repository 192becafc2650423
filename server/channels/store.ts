/**
 * Channels, chapters and epochs in the database.
 *
 * @module
 */
import { and, asc, eq, exists, gt, inArray, or } from 'drizzle-orm'
import type { Bytes } from '../../shared/bytes.ts'
import type postgres from 'postgres'
import { type Database, fromColumn } from '../database.ts'
import {
  canReceive,
  channelsOfGrant,
  type Given,
  type ReaderGrant,
  readerGrants,
  refusalOf,
  resourceOf,
  withFirst,
  writeExpiries,
} from '../consent/store.ts'
import { type Caller, may, type Resource } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import { blocks, channels, chapters, epochs } from '../schema.ts'

export type ChannelRow = typeof channels.$inferSelect

export interface ChannelWithChapters {
  readonly channel: ChannelRow
  /** Oldest first. */
  readonly chapters: readonly {
    readonly device: Bytes
    readonly statement: Bytes
    /** The device is not the owner's any more. */
    readonly unpaired: boolean
  }[]
}

/** By hand, as most requests come here first; the two are asked at once. */
export async function findChannel(
  { sql }: Database,
  id: Bytes,
): Promise<ChannelWithChapters | null> {
  // Chapters also when there is none: how long it takes must not tell which of the two it is.
  const [[row], rows] = await Promise.all([
    sql`select * from channels where id = ${id}`,
    sql`select device, statement, unpaired from chapters where channel = ${id} order by chapter`,
  ])
  if (row === undefined) return null
  const found = rows.map((row) => ({
    device: fromColumn(row['device']),
    statement: fromColumn(row['statement']),
    unpaired: row['unpaired'] === true,
  }))
  return { channel: channelOf(row), chapters: found }
}

function channelOf(row: postgres.Row): ChannelRow {
  return {
    id: fromColumn(row['id']),
    owner: fromColumn(row['owner']),
    opening: fromColumn(row['opening']),
    openingId: fromColumn(row['opening_id']),
    classes: row['classes'],
    resolution: row['resolution'],
    zone: row['zone'],
    simulated: row['simulated'],
    chapter: Number(row['chapter']),
    device: row['device'] === null ? null : fromColumn(row['device']),
    headSeq: Number(row['head_seq']),
    headId: fromColumn(row['head_id']),
    epoch: Number(row['epoch']),
    openedEpoch: Number(row['opened_epoch']),
    newestEpoch: Number(row['newest_epoch']),
    keyIndex: Number(row['key_index']),
    erased: Number(row['erased']),
    updatedAt: Number(row['updated_at']),
  }
}

/** Channels of an owner, with a chapter of a device, or of a token's grant, after `after` by id. */
export async function listChannels(
  { db }: Database,
  { id: caller, grant }: Caller,
  after: Bytes | null,
  limit: number,
): Promise<ChannelWithChapters[]> {
  const own = db.select({ id: chapters.channel }).from(chapters)
    .where(and(eq(chapters.channel, channels.id), eq(chapters.device, caller)))
  const rows = await db.select().from(channels).where(and(
    grant === undefined
      ? or(eq(channels.owner, caller), exists(own))
      : inArray(channels.id, channelsOfGrant(db, grant)),
    after === null ? undefined : gt(channels.id, after),
  )).orderBy(asc(channels.id)).limit(limit)
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const all = await db.select().from(chapters).where(inArray(chapters.channel, ids))
    .orderBy(asc(chapters.channel), asc(chapters.chapter))
  const byChannel = new Map<string, typeof all>()
  for (const chapter of all) {
    const key = chapter.channel.join()
    byChannel.set(key, [...byChannel.get(key) ?? [], chapter])
  }
  return rows.map((channel) => ({ channel, chapters: byChannel.get(channel.id.join()) ?? [] }))
}

export async function listEpochs(
  { db }: Database,
  channel: Bytes,
  after: number,
  limit: number,
): Promise<{ epoch: number; statement: Bytes }[]> {
  return await db.select({ epoch: epochs.epoch, statement: epochs.statement }).from(epochs)
    .where(and(eq(epochs.channel, channel), gt(epochs.epoch, after)))
    .orderBy(asc(epochs.epoch)).limit(limit)
}

/** Statement and accepted time of a channel's newest block; null before the first. */
export async function findHeadBlock(
  { db }: Pick<Database, 'db'>,
  channel: Bytes,
  seq: number,
): Promise<{ statement: Bytes; accepted: number } | null> {
  if (seq < 0) return null
  const [row] = await db.select({ statement: blocks.statement, accepted: blocks.accepted })
    .from(blocks).where(and(eq(blocks.channel, channel), eq(blocks.seq, seq)))
  return row ?? null
}

/** A channel that the caller may read. */
export interface ReadableChannel extends ChannelWithChapters {
  /** What a recipient is given of it; null for the owner and its devices, who may read all of it. */
  readonly given: Given | null
}

/**
 * A channel that the caller may read. To others it looks as if there were none, save to the
 * recipient of a grant that gives no reading now: it is told why.
 */
export async function readableChannel(
  database: Database,
  id: Bytes | null,
  caller: Caller,
  now: number,
): Promise<ReadableChannel> {
  if (id === null) throw new ProblemError('channel-unknown')
  const found = await findChannel(database, id)
  if (found !== null && isReadable(found, caller)) return { ...found, given: null }
  // Also where there is no channel: it must not tell.
  const grants = canReceive(caller) ? await readerGrants(database, caller, id, now) : []
  if (found === null) throw new ProblemError('channel-unknown')
  const given = givenBy(grants, found, caller)
  if (given !== null) return { ...found, given: await withFirst(database, id, given) }
  const [own] = grants
  if (own === undefined || !may(caller, 'grant:read', resourceOf(own))) {
    throw new ProblemError('channel-unknown')
  }
  if (own.state === 'ended') await writeExpiries(database, { grant: own.id }, now)
  throw await refusalOf(database, id, own)
}

/** What a recipient is given now; null when it is no longer. A stream asks again and again. */
export async function stillGiven(
  database: Database,
  channel: ChannelWithChapters,
  caller: Caller,
  now: number,
): Promise<Given | null> {
  const { id } = channel.channel
  const given = givenBy(await readerGrants(database, caller, id, now), channel, caller)
  return given && await withFirst(database, id, given)
}

/** By several grants a person reads as the one lets it that reaches back furthest. */
function givenBy(
  grants: readonly ReaderGrant[],
  found: ChannelWithChapters,
  caller: Caller,
): Given | null {
  const active = grants.filter(({ state }) => state === 'active')
  const allowed = may(caller, 'channel:read', {
    ...resourceOfChannel(found),
    grants: active.map((grant) => grant.id),
    recipients: active.map((grant) => grant.recipient),
  })
  return allowed ? active[0]?.given ?? null : null
}

/** Whether a channel that was read by no grant can be so still. */
export async function isStillRead(
  database: Database,
  id: Bytes,
  caller: Caller,
): Promise<boolean> {
  const found = await findChannel(database, id)
  return found !== null && isReadable(found, caller)
}

export function isReadable(found: ChannelWithChapters, caller: Caller): boolean {
  return may(caller, 'channel:read', resourceOfChannel(found))
}

/** A channel whose forks the caller may see: not for recipients. */
export async function channelWithForks(
  database: Database,
  id: Bytes | null,
  caller: Caller,
): Promise<ChannelRow> {
  const found = id && await findChannel(database, id)
  if (found === null || !may(caller, 'fork:read', resourceOfChannel(found))) {
    throw new ProblemError('channel-unknown')
  }
  return found.channel
}

function resourceOfChannel({ channel, chapters }: ChannelWithChapters): Resource {
  const paired = chapters.filter(({ unpaired }) => !unpaired)
  return { owner: channel.owner, devices: paired.map(({ device }) => device) }
}
