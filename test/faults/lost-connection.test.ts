/**
 * A transaction whose connection is lost rejects, and harms nothing else: the driver by itself
 * would write to what is gone, which throws where nobody can catch it.
 *
 * @module
 */
import process from 'node:process'
import { expect, test } from 'vitest'
import { connect } from '../../edge/database.ts'
import { testDatabase } from '../rig/postgres.ts'

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

async function outcome(of: PromiseLike<unknown>): Promise<string> {
  return await of.then(() => 'answered', (error: unknown) => {
    return error instanceof Error ? String(Reflect.get(error, 'code')) : 'no error'
  })
}
