/**
 * Identities in the database, and the verified ones in memory. Memory is only ever a copy: whoever
 * decides on it compares its `seq` with the database's.
 *
 * @module
 */
import { asc, eq } from 'drizzle-orm'
import type { Bytes } from '../../shared/bytes.ts'
import { type Identity, readIdentity } from '../../shared/identity/identity.ts'
import { type Deps, mapKey } from '../context.ts'
import type { Database } from '../database.ts'
import { identities, identityChanges } from '../schema.ts'

export interface Identities {
  /** The newest state. */
  newest(database: Database, id: Bytes): Promise<Identity | null>
  /** A state that may be old, for as long as it is at least at `seq`. */
  atLeast(database: Database, id: Bytes, seq: number): Promise<Identity | null>
  /** Whether an identity has this sign key now. */
  holds(database: Database, id: Bytes, key: number): Promise<boolean>
}

const MAX_CACHED = 10_000

export function identityStore(deps: Pick<Deps, 'digest' | 'verifier'>): Identities {
  const cache = new Map<string, Identity>()

  async function load(database: Database, id: Bytes): Promise<Identity | null> {
    const rows = await database.db.select({ statement: identityChanges.statement })
      .from(identityChanges).where(eq(identityChanges.identity, id))
      .orderBy(asc(identityChanges.seq))
    if (rows.length === 0) return null
    const identity = await readIdentity(rows.map((row) => row.statement), deps)
    const key = mapKey(id)
    cache.delete(key)
    cache.set(key, identity)
    if (cache.size > MAX_CACHED) {
      const [oldest] = cache.keys()
      if (oldest !== undefined) cache.delete(oldest)
    }
    return identity
  }

  async function atLeast(database: Database, id: Bytes, seq: number): Promise<Identity | null> {
    const cached = cache.get(mapKey(id))
    return cached !== undefined && cached.seq >= seq ? cached : await load(database, id)
  }

  async function newest(database: Database, id: Bytes): Promise<Identity | null> {
    const [row] = await database.db.select({ seq: identities.seq }).from(identities)
      .where(eq(identities.id, id))
    return row === undefined ? null : await atLeast(database, id, row.seq)
  }

  return {
    atLeast,
    newest,
    async holds(database, id, key) {
      const keys = (await newest(database, id))?.keys ?? []
      return keys.some(({ index, purpose }) => index === key && purpose === 'sign')
    },
  }
}
