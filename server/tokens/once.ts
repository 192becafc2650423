/**
 * What may be used once, in any process: kept in the database until it expires anyway.
 *
 * @module
 */
import { utf8 } from '../../shared/bytes.ts'
import { sha256 } from '../../shared/identity/statement.ts'
import type { Deps } from '../context.ts'
import type { Database } from '../database.ts'

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
export function onceOnly({ digest = sha256 }: Pick<Deps, 'digest'>): UseOnce {
  let swept = 0
  return async ({ sql }, issuer, jti, expires, now) => {
    const hash = await digest(utf8(JSON.stringify([issuer, jti])))
    // By hand, as every request with a token comes here.
    const first = await sql`
      insert into proofs (hash, expires) values (${hash}, ${Math.ceil(expires)})
      on conflict do nothing returning expires`
    if (now - swept > SWEEP_SECONDS) {
      swept = now
      await sql`
        delete from proofs where hash in (
          select hash from proofs where expires < ${Math.floor(now)} limit ${SWEEP_ROWS}
          for update skip locked
        )`
    }
    return first.length > 0
  }
}
