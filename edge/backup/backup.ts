/**
 * Taking a backup: all tables as they are at one moment, while the platform goes on working. Left
 * out is what is only for minutes or a day: proofs that were used, and how much each network has
 * registered, which nobody should be able to look up later.
 *
 * @module
 */
import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import * as schema from '../../server/schema.ts'
import { type Address, connect } from '../database.ts'
import { versionOf } from '../migrate.ts'
import { newestMigration } from '../newest-migration.ts'
import { BackupError, type Contents, type Sink, writeBackup } from './file.ts'

/** Tables of which nothing is kept. */
export const PASSING: ReadonlySet<string> = new Set(['proofs', 'registrations', 'salts'])

export interface Table {
  readonly name: string
  readonly columns: readonly string[]
}

const CONFIGS = Object.values(schema).filter((table) => is(table, PgTable))
  .map((table) => getTableConfig(table))

/** Names of all tables of this code. */
export const ALL_TABLES: readonly string[] = CONFIGS.map(({ name }) => name)

/** What a backup is of. */
export const TABLES: readonly Table[] = CONFIGS.filter(({ name }) => !PASSING.has(name))
  .map(({ name, columns }) => ({ name, columns: columns.map((column) => column.name) }))

/** Hears how many rows of how many are written, or read back. */
export type Progress = (table: string, bytes: number) => void

export interface Whose {
  readonly version: string
  readonly operator: string | null
  readonly made: number
}

/** @throws {BackupError} */
export async function backUp(
  address: Address,
  sink: Sink,
  whose: Whose,
  progress: Progress = () => undefined,
): Promise<Contents> {
  const sql = connect(address, { max: 1 })
  try {
    return await sql.begin('isolation level repeatable read read only', async (tx) => {
      if (await versionOf(tx) !== newestMigration) {
        throw new BackupError(
          'The database is not at the version of this code: take the backup with the version that ' +
            'it was made with, or run "npm run migrate" first',
        )
      }
      const tables = []
      for (const { name, columns } of TABLES) {
        const [row] = await tx<{ rows: string }[]>`select count(*)::text as rows from ${tx(name)}`
        tables.push({ name, columns: [...columns], rows: Number(row?.rows) })
      }
      const contents = { migration: newestMigration, ...whose, tables }
      const file = await writeBackup(sink, contents)
      for (const { name, columns } of tables) {
        const from = await tx`
          copy ${tx(name)} (${tx(columns)}) to stdout with (format binary)`.readable()
        for await (const chunk of from) {
          await file.rows(chunk)
          progress(name, chunk.length)
        }
        // The driver pauses its socket when the stream is full, and forgets to go on when it ends
        // full: this is how the stream itself would ask for more.
        from._read(0) // oxlint-disable-line no-underscore-dangle -- a stream's own name for it
        await file.endOfTable()
      }
      await file.end()
      return contents
    })
  } finally {
    await sql.end({ timeout: 5 })
  }
}
