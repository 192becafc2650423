/**
 * The superuser's one connection. It holds the advisory lock that makes us the owner of a
 * `DATA_DIR`, and prepares the application's role and database.
 *
 * @module
 */
import postgres from 'postgres'
import { errorCode } from './error.ts'

/** What `postgres(options)` takes to connect. */
export interface DatabaseOptions {
  host: string
  port: number
  user: string
  database: string
  password?: string
}

export interface Owner {
  sql: postgres.Sql
  end(): Promise<void>
}

/** Any constant will do, if every version of Kilowit uses the same. */
const OWNER_LOCK = '7883953384721012'

/**
 * Becomes the owner of the server that listens there. `taken` if another process is, or if we are
 * not allowed to ask; `unreachable` if no server listens or it is starting or ending.
 */
export async function becomeOwner(
  options: DatabaseOptions,
  onLost: () => void,
): Promise<Owner | 'taken' | 'unreachable'> {
  let held = false
  const sql = postgres({
    ...options,
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 10,
    fetch_types: false,
    onnotice: () => undefined,
    onclose: () => {
      if (held) onLost()
      held = false
    },
  })
  const end = async () => {
    held = false
    await sql.end({ timeout: 5 })
  }
  try {
    const [row] = await sql`select pg_try_advisory_lock(${OWNER_LOCK}::bigint) as locked`
    if (row?.locked !== true) {
      await end()
      return 'taken'
    }
    held = true
    return { sql, end }
  } catch (error) {
    await end()
    // Insufficient privilege, invalid authorization, or a socket of somebody else.
    return ['42501', '28000', 'EACCES', 'EPERM'].includes(errorCode(error))
      ? 'taken'
      : 'unreachable'
  }
}

/** Whether a server is there that lets us in. */
export async function answers(options: DatabaseOptions): Promise<boolean> {
  const sql = postgres({ ...options, max: 1, connect_timeout: 5, onnotice: () => undefined })
  try {
    await sql`select 1`
    return true
  } catch {
    return false
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** The application's role and database, and its password for TCP. */
export async function ensureDatabase(
  { sql }: Owner,
  name: string,
  password: string | undefined,
): Promise<void> {
  const roles = await sql`select from pg_roles where rolname = ${name}`
  if (roles.length === 0) await sql`create role ${sql(name)} login`
  if (password === undefined) await sql`alter role ${sql(name)} password null`
  else {
    // Role statements take no parameters; format() does the quoting.
    const [row] = await sql<{ statement: string }[]>`
      select format('alter role %I password %L', ${name}::text, ${password}::text) as statement`
    if (row) await sql.unsafe(row.statement)
  }
  const databases = await sql`select from pg_database where datname = ${name}`
  if (databases.length === 0) await sql`create database ${sql(name)} owner ${sql(name)}`
}
