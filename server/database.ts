/**
 * The database as the server sees it: postgres.js for hand-written SQL on the hot path, drizzle on
 * top of it for the rest. Who runs the server makes the connection.
 *
 * @module
 */
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Sql } from 'postgres'
import type { Bytes } from '../shared/bytes.ts'
import * as schema from './schema.ts'

export interface Database {
  readonly sql: Sql
  readonly db: PostgresJsDatabase<typeof schema>
}

/** A transaction as drizzle gives it. */
export type Transaction = Parameters<Parameters<Database['db']['transaction']>[0]>[0]

export function database(sql: Sql): Database {
  return { sql, db: drizzle(sql, { schema }) }
}

/** A bytea column as plain bytes: drivers give a Buffer, whose slice() is a view. */
export function fromColumn(value: Uint8Array): Bytes {
  return new Uint8Array(value)
}

/** A Postgres array of integers as its text, which needs no type lookup by the driver. */
export function integers(values: readonly number[]): string {
  return `{${values.join(',')}}`
}

/** And back, of a column that was asked for as text. */
export function integersOf(text: string): number[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',').map(Number)
}

/** Connection lost or refused, server starting or ending, too many clients, a lock not got. */
const UNAVAILABLE =
  /^(08...|57P0[1-5]|57014|53...|55P03|40001|40P01|25P0[2-4]|58...|CONNECT_TIMEOUT|CONNECTION_.*|ECONN.*|EPIPE|ENOENT|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN|EACCES)$/

/** Whether the same request may succeed later, as it is the database that failed. */
export function isUnavailable(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code: unknown = Reflect.get(at, 'code')
    if (typeof code === 'string' && UNAVAILABLE.test(code)) return true
  }
  return false
}
