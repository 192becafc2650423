/**
 * The SQL of ingest, by hand and one statement per table for a whole group of posts. What is bytes
 * travels as one packed bytea, cut apart by the database: the driver writes a bytea as text, and
 * doing that once is faster than once for every value.
 *
 * @module
 */
import type { TransactionSql } from 'postgres'
import { type Bytes, concat, equal, toHex } from '../../shared/bytes.ts'
import type { Block } from '../../shared/seal/block.ts'
import { mapKey } from '../context.ts'
import { fromColumn, integers } from '../database.ts'
import type { ChannelState } from './decide.ts'
import type { EpochItem, Post } from './post.ts'

/** States by {@link mapKey} of the channel. */
export type States = Map<string, ChannelState>

const NOBODY = new Uint8Array(0)

/** Locks the posts' channels, in an order all processes share, and loads what deciding needs. */
export async function lockChannels(tx: TransactionSql, posts: readonly Post[]): Promise<States> {
  const ids = new Map(posts.map((post) => [mapKey(post.channel), post.channel]))
  const list = `{${[...ids.values()].map((id) => `"\\\\x${toHex(id)}"`).join(',')}}`
  const rows = await tx`
    select c.id, c.owner, c.chapter, c.device, c.head_seq, c.head_id, c.epoch, c.opened_epoch,
      c.newest_epoch, c.key_index,
      exists (select from pairings p where p.owner = c.owner and p.device = c.device and p.ended is null) as paired,
      (select i.seq from identities i where i.id = c.device) as device_seq,
      (select i.seq from identities i where i.id = c.owner) as owner_seq
    from channels c where c.id = any(${list}::bytea[]) order by c.id for update of c`
  const states: States = new Map()
  for (const row of rows) {
    states.set(mapKey(fromColumn(row['id'])), {
      owner: fromColumn(row['owner']),
      newestEpoch: Number(row['newest_epoch']),
      paired: row['paired'] === true,
      deviceSeq: row['device_seq'] ?? -1,
      ownerSeq: row['owner_seq'] ?? -1,
      blocks: new Map(),
      epochs: new Map(),
      head: {
        seq: Number(row['head_seq']),
        id: fromColumn(row['head_id']),
        chapter: Number(row['chapter']),
        device: row['device'] === null ? NOBODY : fromColumn(row['device']),
        epoch: Number(row['epoch']),
        openedEpoch: Number(row['opened_epoch']),
        keyIndex: Number(row['key_index']),
      },
    })
  }
  for (const [key, id] of ids) {
    const state = states.get(key)
    if (state !== undefined) await loadPast(tx, id, state, posts)
  }
  return states
}

/** Of the blocks and epochs that are known, those that the posts bring again. */
async function loadPast(
  tx: TransactionSql,
  channel: Bytes,
  state: ChannelState,
  posts: readonly Post[],
): Promise<void> {
  const seqs = new Set<number>()
  const epochs = new Set<number>()
  for (const post of posts) {
    if (!equal(post.channel, channel)) continue
    for (const item of post.items) {
      if (item.kind === 'epoch') {
        if (item.epoch.epoch <= state.newestEpoch) epochs.add(item.epoch.epoch)
      } else if (item.block.header.seq <= state.head.seq) seqs.add(item.block.header.seq)
    }
  }
  if (seqs.size > 0) {
    const rows = await tx`
      select seq, id, accepted from blocks
      where channel = ${channel} and seq = any(${integers([...seqs])}::bigint[])`
    for (const row of rows) {
      const known = { id: fromColumn(row['id']), accepted: Number(row['accepted']) }
      state.blocks.set(Number(row['seq']), known)
    }
  }
  if (epochs.size > 0) {
    const rows = await tx`
      select epoch, id from epochs
      where channel = ${channel} and epoch = any(${integers([...epochs])}::bigint[])`
    for (const row of rows) state.epochs.set(Number(row['epoch']), fromColumn(row['id']))
  }
}

/** Writes all blocks in one statement. */
export async function insertBlocks(
  tx: TransactionSql,
  blocks: readonly Block[],
  accepted: number,
): Promise<void> {
  if (blocks.length === 0) return
  const pieces: Bytes[] = []
  const [offsets, statements, bodies]: [number[], number[], number[]] = [[], [], []]
  let offset = 0
  for (const { header, id, statement, body } of blocks) {
    const bodyBytes = body ?? NOBODY
    pieces.push(header.channel, id, statement.bytes, bodyBytes)
    offsets.push(offset)
    statements.push(statement.bytes.length)
    bodies.push(bodyBytes.length)
    offset += 48 + statement.bytes.length + bodyBytes.length
  }
  const column = (of: (block: Block) => number) => integers(blocks.map(of))
  await tx`
    insert into blocks
      (channel, seq, id, statement, body, chapter, epoch, from_at, to_at, sealed, accepted)
    select substring(packed from at + 1 for 16), seq, substring(packed from at + 17 for 32),
      substring(packed from at + 49 for statement), substring(packed from at + 49 + statement for body),
      chapter, epoch, from_at, to_at, sealed, ${accepted}::bigint
    from (select ${concat(...pieces)}::bytea as packed offset 0) p, unnest(
      ${integers(offsets)}::int[], ${integers(statements)}::int[], ${integers(bodies)}::int[],
      ${column((block) => block.header.seq)}::bigint[],
      ${column((block) => block.header.chapter)}::bigint[],
      ${column((block) => block.header.epoch)}::bigint[],
      ${column((block) => block.header.from)}::bigint[],
      ${column((block) => block.header.to)}::bigint[],
      ${column((block) => block.header.sealed)}::bigint[]
    ) as t(at, statement, body, seq, chapter, epoch, from_at, to_at, sealed)`
}

export async function insertEpochs(
  tx: TransactionSql,
  epochs: readonly EpochItem[],
): Promise<void> {
  for (const { epoch, id, statement } of epochs) {
    await tx`
      insert into epochs (channel, epoch, chapter, id, statement)
      values (${epoch.channel}, ${epoch.epoch}, ${epoch.chapter}, ${id}, ${statement.bytes})`
  }
}

/** Writes where the channels stand now. */
export async function updateChannels(
  tx: TransactionSql,
  channels: readonly (readonly [Bytes, ChannelState])[],
  now: number,
): Promise<void> {
  if (channels.length === 0) return
  const column = (of: (state: ChannelState) => number) =>
    integers(channels.map(([, state]) => of(state)))
  const packed = concat(...channels.flatMap(([id, state]) => [id, state.head.id]))
  await tx`
    update channels c set head_seq = t.seq,
      head_id = substring(${packed}::bytea from t.at + 17 for 32), epoch = t.epoch,
      opened_epoch = t.opened, newest_epoch = t.newest, key_index = t.key, updated_at = ${now}::bigint
    from unnest(
      ${integers(channels.map((_, i) => i * 48))}::int[],
      ${column((state) => state.head.seq)}::bigint[],
      ${column((state) => state.head.epoch)}::bigint[],
      ${column((state) => state.head.openedEpoch)}::bigint[],
      ${column((state) => state.newestEpoch)}::bigint[],
      ${column((state) => state.head.keyIndex)}::bigint[]
    ) as t(at, seq, epoch, opened, newest, key)
    where c.id = substring(${packed}::bytea from t.at + 1 for 16)`
}

/** Whether a device had that chapter: what it signed is evidence, what others sign is noise. */
export async function hadChapter(
  tx: TransactionSql,
  channel: Bytes,
  chapter: number,
  device: Bytes,
): Promise<boolean> {
  const rows = await tx`
    select 1 from chapters
    where channel = ${channel} and chapter = ${chapter} and device = ${device}`
  return rows.length > 0
}

/** Whether a device has or had a part in a channel. */
export async function hadAnyChapter(
  tx: TransactionSql,
  channel: Bytes,
  device: Bytes,
): Promise<boolean> {
  const rows = await tx`
    select 1 from chapters where channel = ${channel} and device = ${device} limit 1`
  return rows.length > 0
}

/** Keeps a fork as evidence. Answers whether it is new. */
export async function insertFork(
  tx: TransactionSql,
  block: Block,
  seen: number,
  most: number,
): Promise<boolean> {
  const { channel, seq } = block.header
  const rows = await tx`
    insert into forks (channel, seq, id, block, seen)
    select ${channel}::bytea, ${seq}::bigint, ${block.id}::bytea, ${block.bytes}::bytea, ${seen}::bigint
    where (select count(*) from forks where channel = ${channel}::bytea) < ${most}::bigint
    on conflict do nothing returning seq`
  return rows.length > 0
}

export async function headStatement(
  tx: TransactionSql,
  channel: Bytes,
  seq: number,
): Promise<Bytes | null> {
  const rows = await tx`select statement from blocks where channel = ${channel} and seq = ${seq}`
  const [row] = rows
  return row === undefined ? null : fromColumn(row['statement'])
}
