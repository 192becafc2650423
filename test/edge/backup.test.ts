/**
 * Backup and restore: taken while blocks come in, brought back elsewhere, and refused whole when
 * anything is wrong.
 *
 * @module
 */
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ALL_TABLES, backUp, PASSING, TABLES } from '../../edge/backup/backup.ts'
import { BackupError, type Contents, readBackup, writeBackup } from '../../edge/backup/file.ts'
import { restore } from '../../edge/backup/restore.ts'
import { connect } from '../../edge/database.ts'
import { migrateIn } from '../../edge/migrate.ts'
import { newestMigration } from '../../edge/newest-migration.ts'
import journal from '../../migrations/meta/_journal.json' with { type: 'json' }
import type { App } from '../../server/app.ts'
import { type Bytes, concat, toHex } from '../../shared/bytes.ts'
import { isSignedBy } from '../../shared/identity/identity.ts'
import { openBlock, readBlock } from '../../shared/seal/block.ts'
import { advance, type Head, judge } from '../../shared/seal/judge.ts'
import { readings, type TestChannel } from '../rig/household.ts'
import { type TestDatabase, testDatabase } from '../rig/postgres.ts'
import {
  all,
  clientFor,
  type Member,
  openedChannel,
  type Platform,
  post,
  register,
  startPlatform,
} from '../server/platform.ts'

const WHOSE = { version: '0.0.0-test', operator: 'aaaa bbbb cccc dddd eeee', made: 1 }

let database: TestDatabase
let platform: Platform
let member: Member
let channel: TestChannel
beforeAll(async () => {
  database = await testDatabase()
  platform = await startPlatform({}, database)
  member = await register(platform)
  channel = await openedChannel(member)
  for (let i = 0; i < 5; i++) await post(platform.app, channel, (await channel.seal()).bytes)
})
afterAll(() => platform.close())

async function backup(during: (bytes: number) => Promise<void> = () => Promise.resolve()) {
  const parts: Uint8Array[] = []
  const sink = async (bytes: Uint8Array) => {
    parts.push(new Uint8Array(bytes))
    await during(bytes.length)
  }
  const contents = await backUp({ url: database.url }, sink, WHOSE)
  return { contents, file: concat(...parts.map((part) => new Uint8Array(part))) }
}

async function* inPieces(file: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) {
    yield await Promise.resolve(file.subarray(at, at + size))
  }
}

/** Every table there is, with its rows; nothing for a database that is as it was made. */
async function rowsIn({ url }: TestDatabase): Promise<Record<string, number>> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    const tables = await sql<{ name: string }[]>`
      select schemaname || '.' || tablename as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')`
    const counted: Record<string, number> = {}
    for (const { name } of tables) {
      const [row] = await sql<{ n: string }[]>`select count(*)::text as n from ${sql(name)}`
      counted[name] = Number(row?.n)
    }
    return counted
  } finally {
    await sql.end()
  }
}

async function restored(file: Bytes): Promise<{ place: TestDatabase; other: Platform; app: App }> {
  const place = await testDatabase()
  await restore({ url: place.url }, inPieces(file))
  const other = await startPlatform({}, place)
  return { place, other, app: other.another({ operator: platform.operator }) }
}

/** What an owner sees there, each block opened and in its place; the ids in order. */
async function verified(app: App, of: TestChannel): Promise<string[]> {
  const owner = clientFor(platform, member.household.owner.signer, app)
  const { identity } = member.household.device
  const [epoch] = of.epochs
  if (epoch === undefined) throw new Error('The channel has no epoch')
  let head: Head = {
    seq: -1,
    id: of.blocks[0]?.header.prev ?? new Uint8Array(),
    chapter: 0,
    device: identity.id,
    epoch: -1,
    openedEpoch: 0,
    keyIndex: 0,
  }
  const ids: string[] = []
  for (const bytes of await all(owner.blocks(of.id))) {
    const block = await readBlock(bytes)
    expect(judge(head, block)).toBe('follows')
    expect(await isSignedBy(block.statement, identity)).toBe(true)
    expect((await openBlock(block, epoch.key)).length).toBeGreaterThan(0)
    head = advance(head, block)
    ids.push(toHex(block.id))
  }
  const told = await owner.head(of.id)
  expect([told.seq, toHex(told.id)]).toEqual([head.seq, toHex(head.id)])
  return ids
}

test('a backup taken while blocks come in is of one moment, and a device goes on from it', async () => {
  const busy = await openedChannel(member)
  const send = async () => {
    const { bytes } = await busy.seal(readings(3))
    expect((await post(platform.app, busy, bytes)).status).toBe(200)
  }
  await send()
  let written = 0
  // The snapshot is taken before the first byte is written: from then on, blocks keep coming.
  const { contents, file } = await backup(async () => {
    if (written++ < 20) await send()
  })
  expect(busy.blocks.length).toBeGreaterThan(15)
  const { other, app } = await restored(file)
  try {
    expect(await verified(app, channel)).toEqual(channel.blocks.map(({ id }) => toHex(id)))
    const found = await verified(app, busy)
    expect(found).toEqual(busy.blocks.slice(0, found.length).map(({ id }) => toHex(id)))
    expect(found.length).toBeLessThan(busy.blocks.length)
    const rows = contents.tables.find(({ name }) => name === 'blocks')?.rows
    expect(rows).toBe(channel.blocks.length + found.length)

    const owner = clientFor(platform, member.household.owner.signer, app)
    expect(await owner.pairings()).toEqual([member.household.pairing.bytes])
    const rest = busy.blocks.slice(found.length).map(({ bytes }) => bytes)
    const answer = await post(app, busy, ...rest, (await busy.seal()).bytes)
    expect(answer).toMatchObject({ status: 200, answer: { taken: rest.length + 1 } })
    expect(await verified(app, busy)).toEqual(busy.blocks.map(({ id }) => toHex(id)))
  } finally {
    await other.close()
  }
})

test('a reader slower than the database, and rows of any size, do not stop it', async () => {
  const place = await testDatabase()
  const other = await startPlatform({}, place)
  try {
    for (let size = 50_000; size < 200_000; size += 10_000) {
      await other.sql`delete from forks`
      await other.sql`insert into forks (channel, seq, id, block, seen)
        select decode('00', 'hex'), i, decode('00', 'hex'), decode(repeat('00', ${size}), 'hex'), 0
        from generate_series(1, 3) i`
      let length = 0
      await backUp({ url: place.url }, async (bytes) => {
        length += bytes.length
        await new Promise((resolve) => setTimeout(resolve, 1))
      }, WHOSE)
      expect(length).toBeGreaterThan(3 * size)
    }
  } finally {
    await other.close()
  }
})

test('every table is in a backup but those that are for a day', async () => {
  const { contents } = await backup()
  const named = contents.tables.map(({ name }) => name)
  expect([...named, ...PASSING].toSorted()).toEqual([...ALL_TABLES].toSorted())
  expect(
    Object.keys(await rowsIn(database)).filter((name) => name.startsWith('public.')).toSorted(),
  )
    .toEqual(ALL_TABLES.map((name) => `public.${name}`).toSorted())
  const columns = await platform.sql<{ name: string }[]>`
    select table_name || '.' || column_name as name from information_schema.columns
    where table_schema = 'public'`
  const kept = TABLES.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column}`))
  expect(kept.toSorted()).toEqual(
    columns.map(({ name }) => name).filter((name) => !PASSING.has(name.split('.')[0] ?? ''))
      .toSorted(),
  )
})

describe('nothing is half-done', () => {
  let place: TestDatabase
  let file: Bytes
  beforeAll(async () => {
    place = await testDatabase()
    file = (await backup()).file
  })
  afterAll(() => place.close())

  async function refused(bytes: Uint8Array): Promise<string> {
    const error: unknown = await restore({ url: place.url }, inPieces(bytes)).then(
      () => undefined,
      (error: unknown) => error,
    )
    if (!(error instanceof BackupError)) throw new Error('Not refused by name', { cause: error })
    expect(await rowsIn(place)).toEqual({})
    return error.message
  }

  test('of a file that is cut off anywhere', async () => {
    const lengths = [0, 5, 17, 20, 100, file.length - 33, file.length - 32, file.length - 1]
    const spread = Array.from({ length: 5 }, (_, i) => Math.floor(file.length * (i + 0.5) / 5))
    for (const length of [...lengths, ...spread]) {
      expect(await refused(file.subarray(0, length))).toMatch(/^The file ends too early: /)
    }
  })

  test('of a file in which anything was altered, or added', async () => {
    const head = 21 + 40
    const spread = Array.from({ length: 5 }, (_, i) => Math.floor(file.length * (i + 0.5) / 5))
    for (const at of [0, 17, 20, head, ...spread, file.length - 40, file.length - 1]) {
      const altered = new Uint8Array(file)
      altered[at] = (altered[at] ?? 0) ^ 1
      expect(await refused(altered)).toMatch(/^The file (is damaged|is no backup|ends too early)/)
    }
    expect(await refused(concat(file, new Uint8Array(1)))).toMatch(/^The file is damaged/)
  }, 120_000)

  test('of one that writes to other tables, or counts other rows, and hashes well', async () => {
    const contents = (change: (tables: Contents['tables']) => Contents['tables']) =>
      rewritten(file, (known) => ({ ...known, tables: change(known.tables) }))
    const [first, ...others] = (await contentsOf(file)).contents.tables
    if (first === undefined) throw new Error('No table')
    for (
      const changed of [
        await contents(() => [{ ...first, name: 'pg_authid' }, ...others]),
        await contents(() => [{ ...first, columns: [...first.columns, 'other'] }, ...others]),
        await contents(() => [{ ...first, columns: first.columns.toReversed() }, ...others]),
        await contents(() => [{ ...first, rows: first.rows + 1 }, ...others]),
        await contents(() => [...others, first]),
      ]
    ) expect(await refused(changed)).toMatch(/^The file is damaged/)
  })

  test('of one that a newer Kilowit made', async () => {
    const newer = await rewritten(file, (known) => ({ ...known, migration: newestMigration + 1 }))
    expect(await refused(newer)).toBe(
      'The backup is of a newer Kilowit (0.0.0-test): restore it with that version',
    )
  })

  test('and after all that, the file as it is restores there', async () => {
    await restore({ url: place.url }, inPieces(file, 7))
    expect((await rowsIn(place))['public.blocks']).toBe(
      (await rowsIn(database))['public.blocks'],
    )
  })

  test('where there is something already', async () => {
    const before = await rowsIn(place)
    await expect(restore({ url: place.url }, inPieces(file))).rejects.toThrow(
      /^The database is not empty, as there is something in "[a-z_]+": restore into a new one/,
    )
    expect(await rowsIn(place)).toEqual(before)
  })
})

test('a backup of an older version is restored at its own version, and then brought on', async () => {
  const when = journal.entries.find(({ tag }) => tag === '0008_elsewhere')?.when ?? 0
  const empty = await testDatabase()
  // What newer migrations made was not there then.
  const sql = connect({ url: empty.url }, { max: 1 })
  await sql.begin((tx) => migrateIn(tx, when))
  const then = await sql<{ name: string }[]>`
    select tablename::text as name from pg_tables where schemaname = 'public'`
  await sql.end()
  const names = new Set(then.map(({ name }) => name))
  const { file } = await backup()
  const older = await rewritten(
    file,
    (known) => ({ ...known, migration: when }),
    ({ name }) => names.has(name),
  )
  expect(names.size).toBeLessThan(ALL_TABLES.length)
  // Migrated already, as by a start before the restore: still empty.
  const started = await startPlatform({}, empty)
  await restore({ url: empty.url }, inPieces(older))
  const steps = await started.sql<{ at: string }[]>`
    select created_at::text as at from drizzle.__drizzle_migrations order by created_at`
  expect(steps.map(({ at }) => Number(at))).toEqual(journal.entries.map(({ when }) => when))
  const app = started.another({ operator: platform.operator })
  expect((await app.request('/readyz')).status).toBe(200)
  expect(await verified(app, channel)).toEqual(channel.blocks.map(({ id }) => toHex(id)))
  await started.close()
})

async function contentsOf(file: Uint8Array) {
  const reader = await readBackup(inPieces(file))
  const tables: Uint8Array[] = []
  for (const _ of reader.contents.tables) tables.push(Buffer.concat(await all(reader.rows())))
  await reader.end()
  return { contents: reader.contents, tables }
}

/** The same rows, of all tables or some, under other words, with a hash that holds. */
async function rewritten(
  file: Bytes,
  change: (contents: Contents) => Contents,
  keep: (table: Contents['tables'][number]) => boolean = () => true,
): Promise<Bytes> {
  const { contents, tables } = await contentsOf(file)
  const parts: Uint8Array<ArrayBuffer>[] = []
  const sink = async (bytes: Uint8Array) => {
    await Promise.resolve(parts.push(new Uint8Array(bytes)))
  }
  const kept = contents.tables.filter(keep)
  const writer = await writeBackup(sink, change({ ...contents, tables: kept }))
  for (const [i, table] of contents.tables.entries()) {
    if (!keep(table)) continue
    await writer.rows(tables[i] ?? new Uint8Array(0))
    await writer.endOfTable()
  }
  await writer.end()
  return concat(...parts)
}
