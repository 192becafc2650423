/**
 * Grants in the database: what a channel's reader is given, and where a grant stands. The others ask
 * here only for readers that are neither the channel's owner nor a device of it.
 *
 * @module
 */
import { and, asc, eq, inArray, isNull, lte, sql as query } from 'drizzle-orm'
import { type Bytes, equal, toBase64url } from '../../shared/bytes.ts'
import { parseGrant } from '../../shared/consent/grant.ts'
import { DETAIL_TYPE } from '../../shared/consent/request.ts'
import { parseStep } from '../../shared/consent/steps.ts'
import { type Database, fromColumn, integersOf, type Transaction } from '../database.ts'
import type { Caller, Resource } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import { grantChannels, grants, grantSteps } from '../schema.ts'
import { tellProvider } from '../webhooks/store.ts'

/** Grants whose end is written before others have their turn. */
const DUE_AT_ONCE = 50

const NO_GRANT: Bytes = new Uint8Array(16)

/** What a recipient is given of a channel, as it was at one moment. */
export interface Given {
  readonly grant: Bytes
  readonly step: number
  /** The first block given and its epoch; null while there is none. */
  readonly firstSeq: number | null
  readonly firstEpoch: number | null
  /** The channel's newest block at that moment: whoever is given more may be given too much. */
  readonly head: number
  /** Bodies are given of blocks with readings from `history` on and before `until`. */
  readonly history: number
  readonly until: number
  /** And of none whose readings begin in a pause: begins and ends in turn. */
  readonly pauses: readonly number[]
}

export type GrantState = 'waiting' | 'active' | 'paused' | 'ended'

/** What tells where a grant stands. */
export interface Standing {
  readonly fromAt: number
  readonly untilAt: number
  readonly pauses: readonly number[]
  readonly endedAt: number | null
}

/** As `stateOf` of shared/consent, from the row. */
export function stateOfRow(row: Standing, now: number): GrantState {
  if (row.endedAt !== null || now >= row.untilAt) return 'ended'
  if (row.pauses.length % 2 === 1) return 'paused'
  return now < row.fromAt ? 'waiting' : 'active'
}

/** A grant that names the reader, with what it says of one channel. */
export interface ReaderGrant extends Standing {
  readonly id: Bytes
  readonly owner: Bytes
  readonly recipient: Bytes
  readonly state: GrantState
  readonly given: Given
}

/**
 * The grants of a channel that are the caller's: the one that its token is bound to, or those to the
 * person who calls. One statement, so that state and head are of one moment.
 */
export async function readerGrants(
  { sql }: Database,
  caller: Caller,
  channel: Bytes,
  now: number,
): Promise<readonly ReaderGrant[]> {
  const mine = caller.kind === 'provider'
    ? sql`g.id = ${caller.grant ?? NO_GRANT} and g.recipient = ${caller.id}`
    : sql`g.recipient = ${caller.id}`
  const rows = await sql`
    select g.id, g.owner, g.recipient, g.step, g.from_at, g.until_at, g.history_at,
      g.pauses::text as pauses, g.ended_at, k.first_seq, k.first_epoch, c.head_seq
    from grants g
    join grant_channels k on k.channel = ${channel} and k.grant_id = g.id and k.given
    join channels c on c.id = ${channel}
    where ${mine} order by g.history_at, g.until_at desc, g.id`
  return rows.map((row) => {
    const id = fromColumn(row['id'])
    const standing = {
      fromAt: Number(row['from_at']),
      untilAt: Number(row['until_at']),
      pauses: integersOf(row['pauses']),
      endedAt: row['ended_at'] === null ? null : Number(row['ended_at']),
    }
    return {
      id,
      owner: fromColumn(row['owner']),
      recipient: fromColumn(row['recipient']),
      ...standing,
      state: stateOfRow(standing, now),
      given: {
        grant: id,
        step: Number(row['step']),
        firstSeq: row['first_seq'] === null ? null : Number(row['first_seq']),
        firstEpoch: row['first_epoch'] === null ? null : Number(row['first_epoch']),
        head: Number(row['head_seq']),
        history: Number(row['history_at']),
        until: standing.untilAt,
        pauses: standing.pauses,
      },
    }
  })
}

/** Only these can be somebody's recipient. */
export function canReceive({ kind, grant }: Caller): boolean {
  return kind === 'owner' || (kind === 'provider' && grant !== undefined)
}

/** As the policies ask for it. */
export function resourceOf(
  grant: { readonly id: Bytes; readonly owner: Bytes; readonly recipient: Bytes },
): Resource {
  const { id, owner, recipient } = grant
  return { owner, devices: [], grants: [id], recipients: [recipient] }
}

/** In order. */
export async function stepsOf(db: Database['db'], grant: Bytes): Promise<{ statement: Bytes }[]> {
  return await db.select({ statement: grantSteps.statement }).from(grantSteps)
    .where(eq(grantSteps.grant, grant)).orderBy(asc(grantSteps.step))
}

/** What a grant gives now, as clients of OAuth see it. */
export type GrantDetail = Readonly<Record<string, unknown>> & { readonly type: typeof DETAIL_TYPE }

/** By the terms that it was narrowed to last. */
export function detailOf(
  { id, statement }: Pick<typeof grants.$inferSelect, 'id' | 'statement'>,
  steps: readonly { readonly statement: Bytes }[],
): GrantDetail {
  let { terms } = parseGrant(statement).content
  for (const { statement } of steps) {
    const { content } = parseStep(statement)
    if (content.what === 'narrowed') ({ terms } = content)
  }
  return {
    type: DETAIL_TYPE,
    grant_id: toBase64url(id),
    channels: terms.channels.map((channel) => toBase64url(channel)),
    purposes: terms.purposes,
    from: terms.from,
    until: terms.until,
    history: terms.history,
  }
}

/** For a query: the channels that a grant is about. */
export function channelsOfGrant(db: Database['db'], grant: Bytes) {
  return db.select({ id: grantChannels.channel }).from(grantChannels)
    .where(and(eq(grantChannels.grant, grant), eq(grantChannels.given, true)))
}

/** The first block given, once there is one: looked for once, and kept. */
export async function withFirst(
  { sql }: Database,
  channel: Bytes,
  given: Given,
): Promise<Given> {
  if (given.firstSeq !== null) return given
  // By time and not in order: while there is none yet, this finds so at once.
  const [found] = await sql`
    with late as materialized (
      select seq from blocks where channel = ${channel} and to_at >= ${given.history}
    )
    select b.seq, b.epoch from blocks b
    where b.channel = ${channel} and b.seq = (select min(seq) from late)`
  if (found === undefined) return given
  const [firstSeq, firstEpoch] = [Number(found['seq']), Number(found['epoch'])]
  await sql`
    update grant_channels k set first_seq = ${firstSeq}, first_epoch = ${firstEpoch}
    from grants g where k.channel = ${channel} and k.grant_id = ${given.grant}
      and g.id = ${given.grant} and g.history_at = ${given.history}`
  return { ...given, firstSeq, firstEpoch }
}

/** The newest block of a channel that a grant could have been read to. */
export type Last = {
  /** -1 where it could be read to none. */
  readonly seq: number
  /** Observed time of its newest reading. */
  readonly at: number | null
  /** Whether the device may have sealed on under keys that the recipient holds. */
  readonly provisional: boolean
  /** Blocks that came later and are withheld, although sealed under such keys. */
  readonly withheld: number
}

/** Null while it is neither paused nor ended. */
export async function lastOf(
  { sql }: Database,
  channel: Bytes,
  grant: Bytes,
): Promise<Last | null> {
  const [row] = await sql`
    select k.cut_seq, k.cut_at, k.cut_head, k.turned_epoch, c.head_seq,
      case when k.turned_epoch is not null then (
        select seq from blocks b
        where b.channel = k.channel and b.seq > k.cut_head and b.epoch >= k.turned_epoch
        order by b.seq limit 1) end as turned_seq
    from grant_channels k join channels c on c.id = k.channel
    where k.channel = ${channel} and k.grant_id = ${grant}`
  if (row === undefined || row['cut_seq'] === null) return null
  const end = row['turned_seq'] === null ? Number(row['head_seq']) : Number(row['turned_seq']) - 1
  return {
    seq: Number(row['cut_seq']),
    at: row['cut_at'] === null ? null : Number(row['cut_at']),
    provisional: row['turned_epoch'] === null,
    withheld: Math.max(0, end - Number(row['cut_head'])),
  }
}

/** What the recipient of a grant that gives no reading now is told. */
export async function refusalOf(
  database: Database,
  channel: Bytes | null,
  { id, state }: { readonly id: Bytes; readonly state: GrantState },
): Promise<ProblemError> {
  if (state === 'waiting') return new ProblemError('grant-not-begun')
  const last = channel === null ? {} : { last: await lastOf(database, channel, id) }
  if (state === 'paused') return new ProblemError('grant-paused', last)
  const [row] = await database.sql`select end_reason from grants where id = ${id}`
  return new ProblemError('grant-ended', { reason: row?.['end_reason'] ?? 'expired', ...last })
}

/** Keeps what a recipient was given, before it is given. */
export async function noteAccess(
  { sql }: Database,
  channel: Bytes,
  grant: Bytes,
  seqs: readonly number[],
  now: number,
): Promise<void> {
  const [first, last] = [seqs[0], seqs.at(-1)]
  if (first === undefined || last === undefined) return
  const at = Math.floor(now)
  const hour = at - at % 3600
  await sql`
    with noted as (
      insert into accesses (channel, grant_id, hour, first_seq, last_seq, count, first_at, last_at)
      values (${channel}, ${grant}, ${hour}, ${first}, ${last}, ${seqs.length}, ${at}, ${at})
      on conflict (channel, grant_id, hour) do update set
        first_seq = least(accesses.first_seq, excluded.first_seq),
        last_seq = greatest(accesses.last_seq, excluded.last_seq),
        count = accesses.count + excluded.count,
        last_at = greatest(accesses.last_at, excluded.last_at))
    update grant_channels set accessed_at = ${at}, accessed_blocks = accessed_blocks + ${seqs.length}
    where channel = ${channel} and grant_id = ${grant}`
}

/**
 * Writes the end of grants whose time is over, with what could be read until then, and tells the
 * recipient. They are refused by the clock alone; this only says so.
 */
export async function writeExpiries(
  { db }: Pick<Database, 'db'>,
  which: { readonly grant: Bytes } | { readonly channel: Bytes },
  now: number,
): Promise<void> {
  const due = and(isNull(grants.endedAt), lte(grants.untilAt, Math.floor(now)))
  const named = 'grant' in which ? eq(grants.id, which.grant) : inArray(
    grants.id,
    db.select({ id: grantChannels.grant }).from(grantChannels)
      .where(eq(grantChannels.channel, which.channel)),
  )
  for (const { id } of await db.select({ id: grants.id }).from(grants).where(and(named, due))) {
    await db.transaction(async (tx) => {
      const [grant] = await tx.select({ until: grants.untilAt, recipient: grants.recipient })
        .from(grants)
        .where(and(eq(grants.id, id), due)).for('update')
      if (grant === undefined) return
      await tx.update(grants).set({ endedAt: grant.until, endReason: 'expired' })
        .where(eq(grants.id, id))
      await cutAll(tx, id, grant.until, true)
      await tellProvider(tx, grant.recipient, 'grant.ended', id, now)
    })
  }
}

/** Writes the end of some grants whose time is over, and gives how many. */
export async function endDue(database: Database, now: number): Promise<number> {
  const rows = await database.db.select({ id: grants.id }).from(grants)
    .where(and(isNull(grants.endedAt), lte(grants.untilAt, Math.floor(now)))).limit(DUE_AT_ONCE)
  for (const { id } of rows) await writeExpiries(database, { grant: id }, now)
  return rows.length
}

/**
 * Writes down how far each channel can be read by a grant that pauses or ends `at`; one that was
 * paused before stays as it was. Of a time that is past, blocks tell what there was then. Who calls
 * has locked the grant's row; `only` are the channels that it is about, else all of them.
 */
export async function cutAll(
  tx: Transaction,
  grant: Bytes,
  at: number,
  past: boolean,
  only: readonly Bytes[] | null = null,
): Promise<void> {
  // No block may come in between, or it could be given and not be counted.
  const heads = await tx.execute(
    !past
      ? query`
        select c.id, c.head_seq as head from channels c where c.id in (
          select channel from grant_channels where grant_id = ${grant})
        order by c.id for update of c`
      : query`
        select k.channel as id, coalesce((
          select seq from blocks b where b.channel = k.channel and b.accepted < ${at}
          order by b.seq desc limit 1), -1) as head
        from grant_channels k where k.grant_id = ${grant}`,
  )
  for (const { id: raw, head } of heads) {
    const id = fromColumn(raw as Uint8Array) // the id column of either
    if (only !== null && !only.some((one) => equal(one, id))) continue
    await tx.execute(query`
      update grant_channels k set cut_head = ${head}, cut_seq = coalesce(b.seq, -1), cut_at = b.to_at
      from grants g left join lateral (
        select b.seq, b.to_at from blocks b
        where b.channel = ${id} and b.seq <= ${head} and b.to_at >= g.history_at
          and b.from_at < g.until_at and g.from_at <= ${at}
          and not exists (
            select from generate_series(1, cardinality(g.pauses), 2) i
            where b.from_at >= g.pauses[i]
              and (i = cardinality(g.pauses) or b.from_at < g.pauses[i + 1]))
        order by b.seq desc limit 1
      ) b on true
      where g.id = ${grant} and k.channel = ${id} and k.grant_id = ${grant} and k.cut_head is null`)
  }
}
