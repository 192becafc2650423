/**
 * Whether the platform can work: the operator's key signs, the database answers, and it is at the
 * version of this code. Whoever asks often, or many at once, costs no more than one look a second.
 *
 * @module
 */
import { sql } from 'drizzle-orm'
import { equal } from '../../shared/bytes.ts'
import type { Deps } from '../context.ts'
import type { Database } from '../database.ts'

export type Check = 'operator-key' | 'database' | 'migrations'

/** Seconds for which an answer is good. */
const GOOD = 1
/** Milliseconds after which a database that says nothing is none. */
const PATIENCE = 5_000

/** Gives what fails, or null. */
export function readiness(deps: Deps): (database: Database) => Promise<Check | null> {
  let known: { readonly failing: Check | null; readonly at: number } | undefined
  let looking: Promise<Check | null> | undefined

  async function look(database: Database): Promise<Check | null> {
    const failing = await operatorKeyHolds(deps)
      ? await atVersion(database, deps.migration)
      : 'operator-key'
    known = { failing, at: deps.now() }
    return failing
  }

  return (database) => {
    if (known !== undefined && Math.abs(deps.now() - known.at) < GOOD) {
      return Promise.resolve(known.failing)
    }
    // Only where one request may wait for another's connection.
    if (deps.commit === 'single') return look(database)
    looking ??= look(database).finally(() => looking = undefined)
    return looking
  }
}

async function operatorKeyHolds({ operator }: Deps): Promise<boolean> {
  const { identity, signer } = operator
  const listed = identity.keys.some((key) => key.index === signer.index && key.purpose === 'sign')
  const message = new Uint8Array(16)
  const verifier = identity.verifiers.get(signer.index)
  return listed && equal(signer.identity, identity.id) && verifier !== undefined &&
    await verifier.verify(await signer.sign(message), message)
}

async function atVersion(database: Database, wanted: number): Promise<Check | null> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<null>((resolve) => timer = setTimeout(() => resolve(null), PATIENCE))
  const version = await Promise.race([migrated(database), late])
  clearTimeout(timer)
  if (version === null) return 'database'
  return version === wanted ? null : 'migrations'
}

/** When the newest migration that was run was made; 0 for none, null without a database. */
async function migrated({ db }: Database): Promise<number | null> {
  try {
    const [row] = await db.execute<{ at: string | null }>(
      sql`select max(created_at) as at from drizzle.__drizzle_migrations`,
    )
    return Number(row?.at ?? 0)
  } catch (error) {
    const cause: unknown = error instanceof Error ? error.cause ?? error : error
    const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined
    // 42P01 and 3F000: no such table or schema, so no migration was ever run.
    return code === '42P01' || code === '3F000' ? 0 : null
  }
}
