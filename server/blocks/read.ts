/**
 * Reading blocks back, a page at a time.
 *
 * @module
 */
import { and, asc, eq, gt, or, sql } from 'drizzle-orm'
import { type Bytes, concat } from '../../shared/bytes.ts'
import { joinBlock } from '../../shared/seal/block.ts'
import type { Given } from '../consent/store.ts'
import { type Database, fromColumn, integers } from '../database.ts'
import { fitting } from '../pages.ts'
import { forks } from '../schema.ts'

export interface PageQuery {
  readonly after: number
  /** Only blocks with readings observed at or after `from`, and before `to`. */
  readonly from: number | null
  readonly to: number | null
  readonly limit: number
}

export interface StoredBlock {
  readonly seq: number
  /** Whether it comes with its body. */
  readonly whole: boolean
  readonly bytes: Bytes
}

export interface Page {
  readonly blocks: readonly StoredBlock[]
  readonly more: boolean
}

/**
 * Sizes are looked at first, so that no more bodies are fetched than fit.
 *
 * @param given what a recipient is given: no block before the first or after the head that was
 *   looked at with it, and bodies only of its window; null for those who may read everything
 */
export async function readPage(
  { sql }: Database,
  channel: Bytes,
  query: PageQuery,
  maxBytes: number,
  given: Given | null = null,
): Promise<Page> {
  const { from, to, limit } = query
  if (given?.firstSeq === null) return { blocks: [], more: false }
  const after = Math.max(query.after, (given?.firstSeq ?? 0) - 1)
  const body = given === null ? sql`body` : bodyWithin(sql, given)
  const upTo = given === null ? sql`` : sql`and seq <= ${given.head}`
  const rows = await sql`
    with sized as (
      select seq, octet_length(statement) + coalesce(octet_length(${body}), 0) as size from blocks
      where channel = ${channel} and seq > ${after} ${upTo}
        and (${from}::bigint is null or to_at >= ${from}::bigint)
        and (${to}::bigint is null or from_at < ${to}::bigint)
      order by seq limit ${limit + 1}
    ), page as (
      select seq, row_number() over (order by seq) as place,
        sum(size) over (order by seq) - size as before, count(*) over () as found
      from sized
    )
    select b.seq, b.statement, ${body} as body, page.found from page
    join blocks b on b.channel = ${channel} and b.seq = page.seq
    where page.place <= ${limit} and page.before < ${maxBytes}
    order by b.seq`
  const blocks = rows.map((row) => ({
    seq: Number(row['seq']),
    whole: row['body'] !== null,
    bytes: joinBlock(
      fromColumn(row['statement']),
      row['body'] === null ? null : fromColumn(row['body']),
    ),
  }))
  return { blocks, more: Number(rows[0]?.['found'] ?? 0) > blocks.length }
}

/** The body where the recipient is given it, and else null: what was signed stays whole. */
function bodyWithin(sql: Database['sql'], { history, until, pauses }: Given) {
  const begins = pauses.filter((_, i) => i % 2 === 0)
  const ends = begins.map((_, i) => pauses[2 * i + 1] ?? Number.MAX_SAFE_INTEGER)
  return sql`case when to_at >= ${history} and from_at < ${until} and not exists (
    select from unnest(${integers(begins)}::bigint[], ${integers(ends)}::bigint[]) as p(b, e)
    where from_at >= p.b and from_at < p.e) then body end`
}

export function asSequence(page: Page): Bytes {
  return concat(...page.blocks.map((block) => block.bytes))
}

export type ForkRow = typeof forks.$inferSelect

/**
 * Forks in order, after the one named by its seq and id. Sizes are looked at first here too: a
 * hundred forks can be a hundred MiB.
 */
export async function readForks(
  { db }: Database,
  channel: Bytes,
  after: { seq: number; id: Bytes } | null,
  limit: number,
  maxBytes: number,
): Promise<{ forks: ForkRow[]; more: boolean }> {
  const later = after === null
    ? sql`true`
    : or(gt(forks.seq, after.seq), and(eq(forks.seq, after.seq), gt(forks.id, after.id)))
  const wanted = and(eq(forks.channel, channel), later)
  const order = [asc(forks.seq), asc(forks.id)]
  const sizes = await db.select({ size: sql<number>`octet_length(${forks.block})` }).from(forks)
    .where(wanted).orderBy(...order).limit(limit + 1)
  const count = fitting(sizes.map(({ size }) => size), limit, maxBytes)
  if (count === 0) return { forks: [], more: false }
  const found = await db.select().from(forks).where(wanted).orderBy(...order).limit(count)
  return { forks: found, more: sizes.length > count }
}
