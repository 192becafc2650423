/** @module A client of Postgres that serves for long: it is made anew, and no query is lost by it. */

import postgres from 'postgres'
import { expect, test } from 'vitest'
import { renewedClient } from '../../edge/renewed-client.ts'
import { testDatabase } from '../rig/postgres.ts'

test('a client that has served many queries is made anew, and what it has under way ends well', async () => {
  const database = await testDatabase()
  let made = 0
  const sql = renewedClient((onclose) => {
    made++
    return postgres(database.url, { max: 3, onclose, onnotice: () => undefined })
  })
  sql.options.parsers[25] = (text: string) => `taught ${text}`
  try {
    const slow = sql`select pg_sleep(1), 7 as seven`
    const slowest = sql.begin(async (tx) => {
      await tx`select pg_sleep(1)`
      return await tx`select 8 as eight`
    })
    await sql`select 1`
    // Made, and never sent.
    for (let i = 0; i < 20_000; i++) void sql`select 2`
    expect(made).toBe(2)
    expect(await sql`select 'word' as text`).toEqual([{ text: 'taught word' }])
    expect((await slow)[0]).toMatchObject({ seven: 7 })
    expect(await slowest).toEqual([{ eight: 8 }])
  } finally {
    await sql.end({ timeout: 1 })
    await database.close()
  }
})

test('what takes long goes on over the client that was left', async () => {
  const database = await testDatabase()
  const sql = renewedClient((onclose) => {
    return postgres(database.url, { max: 2, onclose, onnotice: () => undefined })
  })
  try {
    const slow = sql`select pg_sleep(8), 7 as seven`.execute()
    for (let i = 0; i < 20_000; i++) void sql`select 2`
    expect((await slow)[0]).toMatchObject({ seven: 7 })
  } finally {
    await sql.end({ timeout: 1 })
    await database.close()
  }
})
