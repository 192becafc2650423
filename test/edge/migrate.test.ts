/**
 * Migrations as their own command: several processes at once, a database that is older, and one
 * that is newer than the code.
 *
 * @module
 */
import postgres from 'postgres'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connect } from '../../edge/database.ts'
import { migrate, migrateIn, takeTurn } from '../../edge/migrate.ts'
import { newestMigration } from '../../edge/newest-migration.ts'
import journal from '../../migrations/meta/_journal.json' with { type: 'json' }
import { makePlace } from '../faults/platform.ts'
import { type TestDatabase, testDatabase } from '../rig/postgres.ts'
import { type Running, startNode } from '../rig/process.ts'

const NEWER = 'A newer version of Kilowit has brought the database further than this one knows: ' +
  'start that version, or restore a backup of this one into an empty database'

let database: TestDatabase
let sql: postgres.Sql
beforeEach(async () => {
  database = await testDatabase()
  sql = postgres(database.url, { max: 1, onnotice: () => undefined })
})
afterEach(async () => {
  await sql.end()
  await database.close()
})

async function steps(): Promise<number[]> {
  const rows = await sql<{ at: string }[]>`
    select created_at::text as at from drizzle.__drizzle_migrations order by id`
  return rows.map(({ at }) => Number(at))
}

const all = journal.entries.map(({ when }) => when)

test('of processes that migrate at once, one does it and the others find it done', async () => {
  const taken = await Promise.all([1, 2, 3, 4].map(() => migrate({ url: database.url })))
  expect(taken.toSorted((a, b) => a - b)).toEqual([0, 0, 0, all.length])
  expect(await steps()).toEqual(all)
})

test('an older database is brought on, with what is in it', async () => {
  const [first] = all
  const client = connect({ url: database.url }, { max: 1 })
  await client.begin(async (tx) => {
    await takeTurn(tx)
    await migrateIn(tx, first)
  })
  await client.end()
  expect(await steps()).toEqual([first])
  await sql`insert into salts (day, salt) values ('2026-06-14', '\x01')`
  expect(await migrate({ url: database.url })).toBe(all.length - 1)
  expect(await steps()).toEqual(all)
  expect(await sql`select from salts`).toHaveLength(1)
})

test('a migration that fails leaves the database as it was', async () => {
  // Something of another's is in the way of the last step but one.
  await sql`create table forks (other integer)`
  await expect(migrate({ url: database.url })).rejects.toThrow('relation "forks" already exists')
  const rows =
    await sql`select to_regclass('blocks') as a, to_regclass('drizzle.__drizzle_migrations') as b`
  expect(rows).toEqual([{ a: null, b: null }])
})

test('a newer database is left alone, by the command and by a server, in a sentence', async () => {
  await migrate({ url: database.url })
  await sql`insert into drizzle.__drizzle_migrations (hash, created_at)
    values ('of the future', ${newestMigration + 1})`
  await expect(migrate({ url: database.url })).rejects.toThrow(NEWER)
  const place = await makePlace(database.url)
  const processes: Running[] = []
  try {
    for (const file of ['edge/migrate.ts', 'edge/node.ts']) {
      const running = startNode(file, [], { env: place.env })
      processes.push(running)
      expect((await running.ended).code).toBe(1)
      const said = running.output().split('\n').filter((line) => !line.includes('Building the app'))
      expect([file, said]).toEqual([file, [NEWER]])
    }
  } finally {
    for (const running of processes) await running.close()
    await place.remove()
  }
})

test('the command says what it did', async () => {
  const place = await makePlace(database.url)
  try {
    for (const sentence of [`took ${all.length} steps and is`, 'is']) {
      const running = startNode('edge/migrate.ts', [], { env: place.env })
      expect((await running.ended).code).toBe(0)
      expect(running.output()).toBe(`The database ${sentence} at the version of this code`)
    }
  } finally {
    await place.remove()
  }
})
