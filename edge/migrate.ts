/**
 * Brings a database to the version of this code, step by step; `npm run migrate` does that alone.
 * Processes that start together take turns. A database that a newer Kilowit has been at is left
 * alone: what that one knows of it, this one does not.
 *
 * @module
 */
import { fileURLToPath } from 'node:url'
import process from 'node:process'
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator'
import type postgres from 'postgres'
import { type Address, connect, DatabaseError, startDatabase } from './database.ts'
import { newestMigration } from './newest-migration.ts'
import { readSettings } from './settings.ts'
import { sayAndFail } from './start-error.ts'

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url))
/** Any constant will do, if every version of Kilowit uses the same. */
const LOCK = '7883953384721013'

/**
 * All of it, or nothing. Answers how many steps there were to take.
 *
 * @throws {DatabaseError} when the database is newer than this code
 */
export async function migrate(address: Address): Promise<number> {
  const sql = connect(address, { max: 1 })
  try {
    return await sql.begin(async (tx) => {
      await takeTurn(tx)
      return await migrateIn(tx)
    })
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Waits until no other process is changing the tables, and keeps them off until the end. */
export async function takeTurn(tx: postgres.TransactionSql): Promise<void> {
  await tx`select pg_advisory_xact_lock(${LOCK}::bigint)`
}

/** Takes the steps that are missing, up to `last`, in a transaction that has its turn. */
export async function migrateIn(
  tx: postgres.TransactionSql,
  last: number = newestMigration,
): Promise<number> {
  const at = await versionOf(tx)
  if (at > newestMigration) {
    throw new DatabaseError(
      'A newer version of Kilowit has brought the database further than this one knows: ' +
        'start that version, or restore a backup of this one into an empty database',
    )
  }
  const missing = readMigrationFiles({ migrationsFolder: MIGRATIONS })
    .filter(({ folderMillis }) => folderMillis > at && folderMillis <= last)
  for (const step of missing) await take(tx, step)
  return missing.length
}

/** When the newest step was made that was taken; 0 before the first. */
export async function versionOf(tx: postgres.TransactionSql): Promise<number> {
  const [known] = await tx<{ name: string | null }[]>`
    select to_regclass('drizzle.__drizzle_migrations')::text as name`
  if (known?.name === null || known === undefined) return 0
  const [row] = await tx<{ at: string | null }[]>`
    select max(created_at)::text as at from drizzle.__drizzle_migrations`
  return Number(row?.at ?? 0)
}

/** As drizzle-kit's own migrator keeps its books. */
async function take(tx: postgres.TransactionSql, step: MigrationMeta): Promise<void> {
  await tx`create schema if not exists drizzle`
  await tx`create table if not exists drizzle.__drizzle_migrations
    (id serial primary key, hash text not null, created_at bigint)`
  for (const statement of step.sql) await tx.unsafe(statement)
  await tx`insert into drizzle.__drizzle_migrations (hash, created_at)
    values (${step.hash}, ${step.folderMillis})`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const settings = await readSettings(process.env)
    const say = (sentence: string) => void process.stdout.write(`${sentence}\n`)
    const database = await startDatabase(settings, () => undefined, say)
    try {
      const steps = await migrate(database.address)
      const done = steps === 0 ? 'is' : `took ${steps} ${steps === 1 ? 'step' : 'steps'} and is`
      say(`The database ${done} at the version of this code`)
    } finally {
      await database.stop()
    }
  } catch (error) {
    sayAndFail(error)
  }
}
