/**
 * Grants and the access log as they are shown.
 *
 * @module
 */
import { and, asc, eq, gt, inArray, or, sql } from 'drizzle-orm'
import { type Bytes, toBase64url } from '../../shared/bytes.ts'
import type { AccessAnswer, GrantAnswer, GrantSummary } from '../../shared/api/schemas.ts'
import type { Database } from '../database.ts'
import { type Caller, may } from '../policy.ts'
import { accesses, grantChannels, grants } from '../schema.ts'
import { detailOf, lastOf, resourceOf, stateOfRow, stepsOf } from './store.ts'

type GrantRow = typeof grants.$inferSelect
type ChannelOfGrant = typeof grantChannels.$inferSelect

/** Those of an owner, and those to the caller, by id: the order tells nothing of when. */
export async function listGrants(
  { db }: Database,
  caller: Caller,
  after: Bytes | null,
  limit: number,
  now: number,
): Promise<{ data: GrantSummary[]; next: Bytes | null }> {
  const rows = await db.select().from(grants).where(
    and(
      or(eq(grants.owner, caller.id), eq(grants.recipient, caller.id)),
      caller.grant === undefined ? undefined : eq(grants.id, caller.grant),
      after === null ? undefined : gt(grants.id, after),
    ),
  ).orderBy(asc(grants.id)).limit(limit + 1)
  const page = rows.slice(0, limit).filter((row) => may(caller, 'grant:read', resourceOf(row)))
  const of = await channelsOf(db, page.map((row) => row.id))
  return {
    data: page.map((row) => summaryOf(row, of.get(row.id.join()) ?? [], caller, now)),
    next: rows.length > limit ? rows[limit - 1]?.id ?? null : null,
  }
}

async function channelsOf(
  db: Database['db'],
  ids: readonly Bytes[],
): Promise<Map<string, ChannelOfGrant[]>> {
  const byGrant = new Map<string, ChannelOfGrant[]>()
  if (ids.length === 0) return byGrant
  const rows = await db.select().from(grantChannels).where(inArray(grantChannels.grant, [...ids]))
    .orderBy(asc(grantChannels.grant), asc(grantChannels.channel))
  for (const row of rows) {
    const key = row.grant.join()
    byGrant.set(key, [...byGrant.get(key) ?? [], row])
  }
  return byGrant
}

function summaryOf(
  row: GrantRow,
  channels: readonly ChannelOfGrant[],
  caller: Caller,
  now: number,
): GrantSummary {
  const state = stateOfRow(row, now)
  const ended = { reason: row.endReason ?? 'expired', at: row.endedAt ?? row.untilAt }
  const times = channels.flatMap(({ accessedAt }) => accessedAt ?? [])
  const blocks = channels.reduce((sum, { accessedBlocks }) => sum + accessedBlocks, 0)
  const accessed = times.length === 0 ? null : { at: Math.max(...times), blocks }
  return {
    grant: toBase64url(row.id),
    owner: toBase64url(row.owner),
    recipient: toBase64url(row.recipient),
    state,
    ended: state === 'ended' ? ended : null,
    channels: channels.filter(({ given }) => given).map(({ channel }) => toBase64url(channel)),
    from: row.fromAt,
    until: row.untilAt,
    history: row.historyAt,
    step: row.step,
    ...may(caller, 'grant:access', resourceOf(row)) && { accessed },
  }
}

export async function grantAnswer(
  database: Database,
  row: GrantRow,
  caller: Caller,
  now: number,
): Promise<GrantAnswer> {
  const { db } = database
  const channels = (await channelsOf(db, [row.id])).get(row.id.join()) ?? []
  const steps = await stepsOf(db, row.id)
  const last: GrantAnswer['last'] = []
  for (const { channel } of channels) {
    const found = await lastOf(database, channel, row.id)
    if (found !== null) last.push({ channel: toBase64url(channel), ...found })
  }
  return {
    ...summaryOf(row, channels, caller, now),
    statement: toBase64url(row.statement),
    steps: steps.map(({ statement }) => toBase64url(statement)),
    receipt: row.receipt,
    last,
    authorization_details: [detailOf(row, steps)],
  }
}

/** A page of what a recipient was given, by hour and channel. */
export async function listAccesses(
  { db }: Database,
  grant: Bytes,
  after: { readonly hour: number; readonly channel: Bytes } | null,
  limit: number,
): Promise<{ data: AccessAnswer[]; next: string | null }> {
  const ofGrant = db.select({ channel: grantChannels.channel }).from(grantChannels)
    .where(eq(grantChannels.grant, grant))
  const later = after === null ? sql`true` : or(
    gt(accesses.hour, after.hour),
    and(eq(accesses.hour, after.hour), gt(accesses.channel, after.channel)),
  )
  const rows = await db.select().from(accesses)
    .where(and(inArray(accesses.channel, ofGrant), eq(accesses.grant, grant), later))
    .orderBy(asc(accesses.hour), asc(accesses.channel)).limit(limit + 1)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    data: page.map((row) => ({
      channel: toBase64url(row.channel),
      hour: row.hour,
      first: row.firstAt,
      last: row.lastAt,
      from: row.firstSeq,
      to: row.lastSeq,
      blocks: row.count,
    })),
    next: rows.length > limit && last ? `${last.hour}.${toBase64url(last.channel)}` : null,
  }
}
