/**
 * How much a network may register in a day, counted in the database so that every process counts
 * alike. The network is kept only as a hash under a salt of that day, and both are deleted a day
 * later: what stays says nothing of who it was.
 *
 * @module
 */
import { lt, sql } from 'drizzle-orm'
import { type Bytes, concat, utf8 } from '../shared/bytes.ts'
import { sha256 } from '../shared/identity/statement.ts'
import type { Transaction } from './database.ts'
import { ProblemError } from './problems.ts'
import { registrations, salts } from './schema.ts'

const DAY = 86_400

/** Counts one more, in the transaction that registers it. @throws {ProblemError} */
export async function countRegistration(
  tx: Transaction,
  kind: 'identity' | 'channel' | 'chapter' | 'provider' | 'grant',
  network: string,
  limit: number,
  now: number,
): Promise<void> {
  const day = dayOf(now)
  const hashed = await networkName(tx, network, now)
  const [counted] = await tx.insert(registrations).values({ day, kind, network: hashed, count: 1 })
    .onConflictDoUpdate({
      target: [registrations.day, registrations.kind, registrations.network],
      set: { count: sql`${registrations.count} + 1` },
    }).returning({ count: registrations.count })
  if (counted?.count === 1) await forgetBefore(tx, dayOf(now - DAY))
  if ((counted?.count ?? 0) > limit) {
    const wait = DAY - Math.floor(now) % DAY
    throw new ProblemError('network-limit', { limit }, { 'Retry-After': String(wait) })
  }
}

/** A network under the salt of the day, by which nobody finds it once the day's salt is deleted. */
export async function networkName(
  db: Pick<Transaction, 'insert' | 'select'>,
  network: string,
  now: number,
): Promise<Bytes> {
  const day = dayOf(now)
  await db.insert(salts).values({ day, salt: crypto.getRandomValues(new Uint8Array(16)) })
    .onConflictDoNothing()
  const [row] = await db.select({ salt: salts.salt }).from(salts).where(sql`${salts.day} = ${day}`)
  return await sha256(concat(row?.salt ?? new Uint8Array(0), utf8(network)))
}

async function forgetBefore(tx: Transaction, day: string): Promise<void> {
  await tx.delete(salts).where(lt(salts.day, day))
  await tx.delete(registrations).where(lt(registrations.day, day))
}

function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}
