/**
 * What has a connection when it is lost rejects, and harms nothing else. The driver by itself would
 * write a rollback to what is gone, which throws where nobody can catch it, and would take the
 * server's refusal of a new connection for an answer to the query that was lost, and ask for ever.
 *
 * @module
 */
import process from 'node:process'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { connect } from '../../edge/database.ts'
import { startTestServer, testDatabase } from '../rig/postgres.ts'

const ROUNDS = 5
const LOST = /^(57P01|CONNECTION_CLOSED)$/

test('a transaction whose connection is lost in the middle of it rejects, and no more', async () => {
  const database = await testDatabase()
  const sql = connect({ url: database.url }, { max: 1 })
  const outside: unknown[] = []
  const listen = (error: unknown) => void outside.push(error)
  process.on('uncaughtException', listen)
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const lost = sql.begin(async (tx) => {
        await tx`select pg_terminate_backend(pg_backend_pid())`
      })
      expect(await outcome(lost)).toMatch(LOST)
      // What is sent before the loss is known may be lost with it, and is told the same.
      expect(await outcome(sql`select 3`)).toMatch(/^(answered|57P01|CONNECTION_CLOSED)$/)
    }
    expect(outside).toEqual([])
  } finally {
    process.off('uncaughtException', listen)
    await sql.end({ timeout: 1 })
    await database.close()
  }
})

test('after a connection was lost in mid-query, one that is refused is told, and the next used', async () => {
  const own = await startTestServer()
  const database = await own.database()
  const name = new URL(database.url).pathname.slice(1)
  const admin = postgres({ ...own.address.admin, max: 1, onnotice: () => undefined })
  const sql = connect({ url: database.url }, { max: 1 })
  try {
    await sql`select 1`
    const lost = outcome(sql`select pg_sleep(60)`)
    const sleeping = () => admin`select from pg_stat_activity where wait_event = 'PgSleep'`
    while ((await sleeping()).length === 0);
    await admin.unsafe(`alter database ${name} connection limit 0`)
    await admin`select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = ${name}`
    expect(await lost).toMatch(LOST)
    // 53300: too many connections.
    for (let asked = 0; asked < 3; asked++) expect(await outcome(sql`select 3`)).toBe('53300')
    await admin.unsafe(`alter database ${name} connection limit -1`)
    expect(await sql`select 3 as three`).toEqual([{ three: 3 }])
  } finally {
    await sql.end({ timeout: 1 })
    await admin.end({ timeout: 1 })
    await own.close()
  }
})

async function outcome(of: PromiseLike<unknown>): Promise<string> {
  return await of.then(() => 'answered', (error: unknown) => {
    return error instanceof Error ? String(Reflect.get(error, 'code')) : 'no error'
  })
}
