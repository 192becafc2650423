/**
 * The way to the database: the Postgres that comes with us, or the one that DATABASE_URL names. At
 * the start we wait a while for one that is itself still starting, and say what is wrong with it.
 *
 * @module
 */
import postgres from 'postgres'
import {
  type DatabaseOptions,
  findEmbeddedPostgres,
  startEmbeddedPostgres,
} from './embedded-postgres.ts'
import { renewedClient } from './renewed-client.ts'
import type { Settings } from './settings.ts'
import { withSafeTransactions } from './transactions.ts'

/** The database cannot be used; the message says what to do. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
}

/** What a client needs to connect. */
export type Address = { readonly url: string } | { readonly options: DatabaseOptions }

export interface Database {
  readonly address: Address
  /** Ends the Postgres that is ours; one of the operator's own is left alone. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
}

/**
 * For serving: a statement, a lock held by somebody else, or a forgotten transaction must not hold
 * up the queue behind it. What runs into these is answered with 503 and tried again.
 */
export const BOUNDED = {
  statement_timeout: 30_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 30_000,
}

const LEAST_VERSION = 150_000
const PATIENCE = 30_000
/** After how long we say what we wait for. */
const SILENCE = 2_000
/** Refused, reset, not in DNS yet, or Postgres itself says that it is starting or ending. */
const NOT_YET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  '57P03',
  '57P01',
])

/** The database that the settings ask for, answering. */
export async function startDatabase(
  { databaseUrl, dataDir }: Settings,
  log: (line: string) => void,
  say: (sentence: string) => void,
): Promise<Database> {
  if (databaseUrl === undefined) {
    const embedded = await startEmbeddedPostgres(dataDir, log)
    return { address: { options: embedded.options }, stop: (mode) => embedded.stop(mode) }
  }
  const address = { url: databaseUrl }
  const waiting = setTimeout(() => {
    const { host } = new URL(databaseUrl)
    say(`Waiting for the database at ${host}, which DATABASE_URL names, up to ${PATIENCE / 1000} s`)
  }, SILENCE)
  await untilItAnswers(address).finally(() => clearTimeout(waiting))
  return { address, stop: () => Promise.resolve() }
}

/** The same for a command, which may come while the platform runs: then its Postgres is used. */
export async function joinDatabase(
  settings: Settings,
  log: (line: string) => void,
  say: (sentence: string) => void,
): Promise<Database> {
  const options = settings.databaseUrl === undefined
    ? await findEmbeddedPostgres(settings.dataDir)
    : undefined
  if (options === undefined) return await startDatabase(settings, log, say)
  return { address: { options }, stop: () => Promise.resolve() }
}

/** A pool of connections, made as they are needed. */
export function connect(address: Address, more: postgres.Options<never> = {}): postgres.Sql {
  const options = {
    onnotice: () => undefined,
    connect_timeout: 10,
    // By default the driver waits up to 20 s before it tries a lost database again.
    backoff: (retries: number) => Math.min(0.05 * 2 ** retries, 0.5),
    ...more,
  }
  return renewedClient((onclose) => {
    const all = { ...options, onclose }
    return withSafeTransactions(
      'url' in address ? postgres(address.url, all) : postgres({ ...address.options, ...all }),
    )
  })
}

async function untilItAnswers(address: { readonly url: string }): Promise<void> {
  const giveUp = Date.now() + PATIENCE
  for (;;) {
    const sql = connect(address, { max: 1, fetch_types: false })
    try {
      const [row] = await sql<{ version: string }[]>`
        select current_setting('server_version_num') as version`
      if (Number(row?.version) >= LEAST_VERSION) return
      throw new DatabaseError(
        'The database is older than Postgres 15: give DATABASE_URL a newer one',
      )
    } catch (error) {
      if (error instanceof DatabaseError) throw error
      if (!NOT_YET.has(codeOf(error)) || Date.now() > giveUp) {
        throw new DatabaseError(whyNot(error, address))
      }
    } finally {
      await sql.end({ timeout: 1 })
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

function whyNot(error: unknown, { url }: { readonly url: string }): string {
  const { pathname, username } = new URL(url)
  const code = codeOf(error)
  if (code === '3D000') {
    const name = decoded(pathname.slice(1))
    return `The database "${name}" in DATABASE_URL does not exist: create it (createdb ${name}), or name another`
  }
  // 28000: no such user where passwords are not asked for, or a rule in pg_hba.conf.
  if (code === '28P01' || code === '28000') {
    const user = username === '' ? 'the user' : `the user "${decoded(username)}"`
    return code === '28P01'
      ? `Postgres does not take the password in DATABASE_URL for ${user}: write the right one, percent-encoded`
      : `Postgres does not let ${user} of DATABASE_URL in from here: make that user, or allow it in pg_hba.conf`
  }
  // The message of the driver names host and port, never the password.
  const why = error instanceof Error && error.message !== '' ? error.message : code
  return `The database in DATABASE_URL cannot be used: ${why}. Check that it runs, and the address`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
