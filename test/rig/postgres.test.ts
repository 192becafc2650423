/**
 * The databases that the tests run on.
 *
 * @module
 */
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { startTestServer, testDatabase } from './postgres.ts'

async function ask(url: string, statement: string): Promise<postgres.Row[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    return [...await sql.unsafe(statement)]
  } finally {
    await sql.end()
  }
}

test('each database is empty, its own, and gone after close', async () => {
  const [one, two] = await Promise.all([testDatabase(), testDatabase()])
  await ask(one.url, 'create table mine (n int)')
  expect(await ask(two.url, `select to_regclass('mine')::text as mine`)).toEqual([{ mine: null }])
  await Promise.all([one.close(), two.close()])
  await expect(ask(one.url, 'select 1')).rejects.toMatchObject({ code: '3D000' })
})

test('the server syncs, and is the version that was asked for', async () => {
  const database = await testDatabase()
  const [row] = await ask(
    database.url,
    `select current_setting('fsync') as fsync, current_setting('server_version') as version`,
  )
  expect(row).toMatchObject({ fsync: 'on' })
  expect(String(row?.['version']).split('.')[0]).toBe(process.env['DATABASE'] || '18')
  await database.close()
})

test('a crash and restart keeps the address and what was committed', async () => {
  const server = await startTestServer()
  try {
    const { url } = await server.database()
    await ask(url, 'create table kept as select 7 as n')
    await server.restart('immediate')
    expect(await ask(url, 'select n from kept')).toEqual([{ n: 7 }])
    expect(server.output()).toContain('was not properly shut down; automatic recovery in progress')
  } finally {
    await server.close()
  }
})
