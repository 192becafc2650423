/**
 * Channels, chapters and epochs in the database.
 *
 * @module
 */
import { and, asc, eq, exists, gt, inArray, or } from 'drizzle-orm'
import type { Bytes } from '../../shared/bytes.ts'
import type postgres from 'postgres'
import { type Database, fromColumn } from '../database.ts'
import { type Caller, may } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import { blocks, channels, chapters, epochs } from '../schema.ts'

export type ChannelRow = typeof channels.$inferSelect

export interface ChannelWithChapters {
  readonly channel: ChannelRow
  /** Oldest first. */
  readonly chapters: readonly { readonly device: Bytes; readonly statement: Bytes }[]
}

/** By hand, as most requests come here first; the two are asked at once. */
export async function findChannel(
  { sql }: Database,
  id: Bytes,
): Promise<ChannelWithChapters | null> {
  // Chapters also when there is none: how long it takes must not tell which of the two it is.
  const [[row], rows] = await Promise.all([
    sql`select * from channels where id = ${id}`,
    sql`select device, statement from chapters where channel = ${id} order by chapter`,
  ])
  if (row === undefined) return null
  const found = rows.map((row) => ({
    device: fromColumn(row['device']),
    statement: fromColumn(row['statement']),
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
    updatedAt: Number(row['updated_at']),
  }
}

/** Channels of an owner, or with a chapter of a device, after `after` by id. */
export async function listChannels(
  { db }: Database,
  caller: Bytes,
  after: Bytes | null,
  limit: number,
): Promise<ChannelWithChapters[]> {
  const own = db.select({ id: chapters.channel }).from(chapters)
    .where(and(eq(chapters.channel, channels.id), eq(chapters.device, caller)))
  const rows = await db.select().from(channels).where(and(
    or(eq(channels.owner, caller), exists(own)),
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

/** A channel that the caller may read. To others it looks as if there were none. */
export async function readableChannel(
  database: Database,
  id: Bytes | null,
  caller: Caller,
): Promise<ChannelWithChapters> {
  const found = id && await findChannel(database, id)
  if (found === null || !isReadable(found, caller)) {
    throw new ProblemError('channel-unknown')
  }
  return found
}

export function isReadable({ channel, chapters }: ChannelWithChapters, caller: Caller): boolean {
  const devices = chapters.map((chapter) => chapter.device)
  return may(caller, 'channel:read', { owner: channel.owner, devices })
}
