/**
 * Bringing a backup back, into a database that has nothing in it yet: in one transaction, so that a
 * file that turns out to be spoilt leaves nothing behind. The tables are made as they were when the
 * backup was taken, filled, and then brought to the version of this code.
 *
 * @module
 */
import type postgres from 'postgres'
import { type Address, connect } from '../database.ts'
import { migrateIn, takeTurn, versionOf } from '../migrate.ts'
import { newestMigration } from '../newest-migration.ts'
import { ALL_TABLES, type Progress, type Table } from './backup.ts'
import { BackupError, type BackupReader, type Contents, damaged, readBackup } from './file.ts'

/** @throws {BackupError} when the file does not hold, or the database has something in it */
export async function restore(
  address: Address,
  source: AsyncIterable<Uint8Array>,
  progress: Progress = () => undefined,
): Promise<Contents> {
  const file = await readBackup(source)
  const { contents } = file
  if (contents.migration > newestMigration) {
    throw new BackupError(
      `The backup is of a newer Kilowit (${contents.version}): restore it with that version`,
    )
  }
  const sql = connect(address, { max: 1 })
  try {
    return await sql.begin(async (tx) => {
      await takeTurn(tx)
      await makeEmpty(tx, contents.migration)
      await migrateIn(tx, contents.migration)
      if (await versionOf(tx) !== contents.migration) throw damaged()
      await fill(tx, file, progress)
      await file.end()
      await migrateIn(tx)
      return contents
    })
  } catch (error) {
    throw isOfTheRows(error) ? damaged() : error
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Empty tables of another version than the backup's are made anew; full ones are not touched. */
async function makeEmpty(tx: postgres.TransactionSql, migration: number): Promise<void> {
  const at = await versionOf(tx)
  const found = await tx<{ name: string }[]>`
    select tablename::text as name from pg_tables
    where schemaname = 'public' and tablename in ${tx([...ALL_TABLES])}`
  for (const { name } of found) {
    await tx`lock table ${tx(name)} in access exclusive mode`
    const [row] = await tx`select 1 from ${tx(name)} limit 1`
    if (row !== undefined) {
      throw new BackupError(
        `The database is not empty, as there is something in "${name}": restore into a new one, ` +
          'by another DATA_DIR or DATABASE_URL',
      )
    }
  }
  if (at === migration || at > newestMigration) return
  for (const { name } of found) await tx`drop table ${tx(name)}`
  await tx`drop table if exists drizzle.__drizzle_migrations`
}

async function fill(
  tx: postgres.TransactionSql,
  file: BackupReader,
  progress: Progress,
): Promise<void> {
  for (const table of file.contents.tables) {
    if (!await isTable(tx, table)) throw damaged()
    await copyIn(tx, table, file.rows(), progress)
    const [row] = await tx<{ rows: string }[]>`
      select count(*)::text as rows from ${tx(table.name)}`
    if (Number(row?.rows) !== table.rows) throw damaged()
  }
}

async function copyIn(
  tx: postgres.TransactionSql,
  { name, columns }: Table,
  rows: AsyncIterable<Uint8Array>,
  progress: Progress,
): Promise<void> {
  const into = await tx`
    copy ${tx(name)} (${tx([...columns])}) from stdin with (format binary)`.writable()
  // Whoever writes hears of it.
  into.on('error', () => undefined)
  try {
    for await (const part of rows) {
      await new Promise<void>((resolve, reject) => {
        into.write(part, (error) => error ? reject(error) : resolve())
      })
      progress(name, part.length)
    }
  } catch (error) {
    into.destroy(error instanceof Error ? error : new Error(String(error)))
    throw error
  }
  // Not awaited: the driver never calls back when the rows do not hold, but the next query fails.
  into.end()
  await new Promise((resolve) => setImmediate(resolve))
}

/** Only what the migrations have made is written to, whatever the file names. */
async function isTable(
  tx: postgres.TransactionSql,
  { name, columns }: Table,
): Promise<boolean> {
  const found = await tx<{ name: string }[]>`
    select column_name::text as name from information_schema.columns
    where table_schema = 'public' and table_name = ${name}`
  const known = new Set(found.map((column) => column.name))
  return columns.every((column) => known.has(column)) && new Set(columns).size === columns.length
}

/** Data exceptions, constraints that do not hold, and what follows from them in a transaction. */
function isOfTheRows(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  return typeof code === 'string' && /^(22...|23...|25P02|54...|57014)$/.test(code)
}
