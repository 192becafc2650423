/**
 * Brings a database to the version of this code, step by step; `npm run migrate` does that alone.
 * Processes that start together take turns.
 *
 * @module
 */
import { fileURLToPath } from 'node:url'
import process from 'node:process'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import { type Address, connect, startDatabase } from './database.ts'
import { readSettings } from './settings.ts'
import { sayAndFail } from './start-error.ts'

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url))
/** Any constant will do, if every version of Kilowit uses the same. */
const LOCK = '7883953384721013'

export async function migrate(address: Address): Promise<void> {
  const sql = connect(address, { max: 1 })
  try {
    await sql`select pg_advisory_lock(${LOCK}::bigint)`
    await runMigrations(drizzle(sql), { migrationsFolder: MIGRATIONS })
  } finally {
    // The lock goes with the connection.
    await sql.end({ timeout: 5 })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const settings = await readSettings(process.env)
    const say = (sentence: string) => void process.stdout.write(`${sentence}\n`)
    const database = await startDatabase(settings, () => undefined, say)
    try {
      await migrate(database.address)
      say('The database is at the version of this code')
    } finally {
      await database.stop()
    }
  } catch (error) {
    sayAndFail(error)
  }
}
