/**
 * The statements that Kilowit makes for a GET of a channel and for a POST of one block, text for
 * text, on tables of the same form: by a program that knows no rules.
 *
 * @module
 */
import type postgres from 'postgres'

/** A block as it is written. */
export interface Row {
  readonly channel: Buffer
  readonly seq: number
  readonly id: Buffer
  readonly statement: Buffer
  readonly body: Buffer
}

export interface BareStatements {
  /** Marks a proof as used. */
  use(hash: Buffer): Promise<void>
  /** A channel and its chapters. */
  channel(id: Buffer): Promise<void>
  /** Locks the channel, writes the block and moves the head, in one transaction. */
  take(row: Row): Promise<void>
}

/** As {@link BareStatements} writes to. */
export async function createBareTables(sql: postgres.Sql): Promise<void> {
  await sql`create table bare_proofs (like proofs including all)`
  await sql`create table bare_blocks (like blocks including all)`
  await sql`create table bare_channels (like channels including all)`
  await sql`insert into bare_channels select * from channels`
}

export function bareStatements(sql: postgres.Sql, commit: 'alone' | 'grouped'): BareStatements {
  const take = (rows: readonly Row[]) =>
    sql.begin(async (tx) => {
      const now = Math.floor(Date.now() / 1000)
      await lock(tx, rows)
      await Promise.all([insert(tx, rows, now), update(tx, rows, now)])
    })
  return {
    async use(hash) {
      await sql`
      insert into bare_proofs (hash, expires) values (${hash}, ${Math.ceil(Date.now() / 1000)})
      on conflict do nothing returning expires`
    },
    async channel(id) {
      await Promise.all([
        sql`select * from channels where id = ${id}`,
        sql`select device, statement from chapters where channel = ${id} order by chapter`,
      ])
    },
    take: commit === 'grouped' ? together(take) : async (row) => {
      await take([row])
    },
  }
}

function lock(tx: postgres.TransactionSql, rows: readonly Row[]): Promise<unknown> {
  const list = `{${rows.map(({ channel }) => `"\\\\x${channel.toString('hex')}"`).join(',')}}`
  return tx`
    select c.id, c.owner, c.chapter, c.device, c.head_seq, c.head_id, c.epoch, c.opened_epoch,
      c.newest_epoch, c.key_index,
      exists (select from pairings p where p.owner = c.owner and p.device = c.device) as paired,
      (select i.seq from identities i where i.id = c.device) as device_seq,
      (select i.seq from identities i where i.id = c.owner) as owner_seq
    from bare_channels c where c.id = any(${list}::bytea[]) order by c.id for update of c`
}

function insert(
  tx: postgres.TransactionSql,
  rows: readonly Row[],
  now: number,
): Promise<unknown> {
  const offsets: number[] = []
  let offset = 0
  for (const { statement, body } of rows) {
    offsets.push(offset)
    offset += 48 + statement.length + body.length
  }
  const packed = Buffer.concat(
    rows.flatMap(({ channel, id, statement, body }) => [channel, id, statement, body]),
  )
  const column = (of: (row: Row) => number) => `{${rows.map(of).join(',')}}`
  const zeros = column(() => 0)
  const times = column(() => now)
  return tx`
    insert into bare_blocks
      (channel, seq, id, statement, body, chapter, epoch, from_at, to_at, sealed, accepted)
    select substring(packed from at + 1 for 16), seq, substring(packed from at + 17 for 32),
      substring(packed from at + 49 for statement), substring(packed from at + 49 + statement for body),
      chapter, epoch, from_at, to_at, sealed, ${now}::bigint
    from (select ${packed}::bytea as packed offset 0) p, unnest(
      ${`{${offsets.join(',')}}`}::int[], ${column(({ statement }) => statement.length)}::int[],
      ${column(({ body }) => body.length)}::int[], ${column(({ seq }) => seq)}::bigint[],
      ${zeros}::bigint[], ${zeros}::bigint[], ${times}::bigint[], ${times}::bigint[],
      ${times}::bigint[]
    ) as t(at, statement, body, seq, chapter, epoch, from_at, to_at, sealed)`
}

function update(
  tx: postgres.TransactionSql,
  rows: readonly Row[],
  now: number,
): Promise<unknown> {
  const column = (of: (row: Row, i: number) => number) => `{${rows.map(of).join(',')}}`
  const zeros = column(() => 0)
  const packed = Buffer.concat(rows.flatMap(({ channel, id }) => [channel, id]))
  return tx`
    update bare_channels c set head_seq = t.seq,
      head_id = substring(${packed}::bytea from t.at + 17 for 32), epoch = t.epoch,
      opened_epoch = t.opened, newest_epoch = t.newest, key_index = t.key, updated_at = ${now}::bigint
    from unnest(
      ${column((_, i) => i * 48)}::int[], ${column(({ seq }) => seq)}::bigint[],
      ${zeros}::bigint[], ${zeros}::bigint[], ${zeros}::bigint[], ${zeros}::bigint[]
    ) as t(at, seq, epoch, opened, newest, key)
    where c.id = substring(${packed}::bytea from t.at + 1 for 16)`
}

/** While one transaction runs, what comes gathers for the next. */
function together(take: (rows: readonly Row[]) => Promise<unknown>) {
  let waiting: Row[] = []
  let last: Promise<unknown> = Promise.resolve()
  let next: Promise<unknown> | null = null
  return async (row: Row): Promise<void> => {
    waiting.push(row)
    next ??= last = last.then(() => {
      const rows = waiting
      waiting = []
      next = null
      return take(rows)
    })
    await next
  }
}
