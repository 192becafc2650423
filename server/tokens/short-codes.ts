/**
 * Codes that stand on the screen of a browser without an owner's keys, to be typed on the device
 * that has them: forty bits for ten minutes, with few guesses. Whoever types one has the request from
 * then on among what waits for them.
 *
 * @module
 */
import { and, desc, eq, gt, isNull, notInArray, or } from 'drizzle-orm'
import { type Bytes, toBase64url } from '../../shared/bytes.ts'
import { fromCrockford, toCrockford } from '../../shared/crockford.ts'
import { sha256 } from '../../shared/identity/statement.ts'
import { type Deps, wholeSeconds } from '../context.ts'
import type { Database } from '../database.ts'
import { guess } from '../guesses.ts'
import { type Caller, may } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import { accessRequests, requestCodes } from '../schema.ts'
import { comeWith, findRequest, type RequestRow } from './requests.ts'
import { CODES_OF_REQUEST, SHORT_CODE_SECONDS } from './secrets.ts'

const CODE_BYTES = 5

/** A code for a request that is open, by the random part of its address. @throws {ProblemError} */
export async function newRequestCode(
  deps: Deps,
  database: Database,
  secret: string,
): Promise<{ code: string; expires: number }> {
  const row = await findRequest(deps, database, secret)
  if (!await comeWith(database, row, true)) throw new ProblemError('request-unknown')
  const now = wholeSeconds(deps)
  const expires = Math.min(now + SHORT_CODE_SECONDS, row.expires)
  const { digest = sha256 } = deps
  return await database.db.transaction(async (tx) => {
    const [locked] = await tx.select({ answeredBy: accessRequests.answeredBy }).from(accessRequests)
      .where(eq(accessRequests.hash, row.hash)).for('update')
    if (locked?.answeredBy !== null) throw new ProblemError('request-answered')
    // Of many the newest: a browser that was loaded again has a code again.
    const of = eq(requestCodes.request, row.hash)
    const kept = await tx.select({ hash: requestCodes.hash }).from(requestCodes).where(of)
      .orderBy(desc(requestCodes.expires)).limit(CODES_OF_REQUEST - 1)
    await tx.delete(requestCodes)
      .where(and(of, notInArray(requestCodes.hash, kept.map(({ hash }) => hash))))
    for (;;) {
      const code = crypto.getRandomValues(new Uint8Array(CODE_BYTES))
      const added = await tx.insert(requestCodes)
        .values({ hash: await digest(code), request: row.hash, expires })
        .onConflictDoNothing().returning({ hash: requestCodes.hash })
      if (added.length > 0) return { code: toCrockford(code), expires }
    }
  })
}

/** The request of a code as it was typed, which is now among what waits. @throws {ProblemError} */
export async function requestByCode(
  deps: Deps,
  database: Database,
  typed: string,
  caller: Caller,
  network: string,
): Promise<RequestRow> {
  if (!may(caller, 'request:answer', { owner: caller.id, devices: [] })) {
    throw new ProblemError('not-allowed')
  }
  const code = fromCrockford(typed, CODE_BYTES)
  if (code === null) throw new ProblemError('code-unknown') // a slip of the finger is no guess
  const by = { kind: 'request', caller: toBase64url(caller.id), network } as const
  const now = deps.now()
  const found = await guess(database, by, now, () => take(deps, database, code, caller))
  if (found === null) throw new ProblemError('code-unknown')
  return found
}

/** The same person may type it again. */
async function take(
  deps: Deps,
  { db }: Database,
  code: Bytes,
  caller: Caller,
): Promise<RequestRow | null> {
  const now = wholeSeconds(deps)
  const { digest = sha256 } = deps
  const hash = await digest(code)
  const mine = and(
    eq(requestCodes.hash, hash),
    gt(requestCodes.expires, now),
    or(isNull(requestCodes.owner), eq(requestCodes.owner, caller.id)),
  )
  const [known] = await db.select({ request: requestCodes.request }).from(requestCodes)
    .where(mine)
  if (known === undefined) return null
  return await db.transaction(async (tx) => {
    const open = and(
      eq(accessRequests.hash, known.request),
      gt(accessRequests.expires, now),
      isNull(accessRequests.answeredBy),
    )
    // Locked first, as by whoever makes a further code.
    const [row] = await tx.select().from(accessRequests).where(open).for('update')
    const taken = await tx.update(requestCodes).set({ owner: caller.id }).where(mine)
      .returning({ hash: requestCodes.hash })
    if (row === undefined || taken.length === 0) return null
    await tx.update(accessRequests).set({ owner: caller.id }).where(open)
    return row
  })
}
