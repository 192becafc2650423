/**
 * What may be used once, in any process: kept in the database until it expires anyway.
 *
 * @module
 */
import { sql } from 'drizzle-orm'
import { utf8 } from '../../shared/bytes.ts'
import { sha256 } from '../../shared/identity/statement.ts'
import type { Database } from '../database.ts'
import { proofs } from '../schema.ts'

const SWEEP_SECONDS = 60
const SWEEP_ROWS = 5000

export type UseOnce = (
  database: Database,
  issuer: string,
  jti: string,
  expires: number,
  now: number,
) => Promise<boolean>

/** Answers whether this is the first use. */
export function onceOnly(): UseOnce {
  let swept = 0
  return async (database, issuer, jti, expires, now) => {
    const hash = await sha256(utf8(JSON.stringify([issuer, jti])))
    const first = await database.db.insert(proofs).values({ hash, expires: Math.ceil(expires) })
      .onConflictDoNothing().returning({ expires: proofs.expires })
    if (now - swept > SWEEP_SECONDS) {
      swept = now
      await database.db.execute(sql`
        delete from proofs where hash in (
          select hash from proofs where expires < ${Math.floor(now)} limit ${SWEEP_ROWS}
          for update skip locked
        )`)
    }
    return first.length > 0
  }
}
