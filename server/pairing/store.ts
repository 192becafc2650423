/**
 * Pairing rooms in the database: where a device and its owner leave messages for each other, until
 * they are paired or the time is over.
 *
 * @module
 */
import { and, asc, eq, gt, inArray, lte, max } from 'drizzle-orm'
import { type Bytes, toHex } from '../../shared/bytes.ts'
import type { Database, Transaction } from '../database.ts'
import { pairingMessages, pairingRooms } from '../schema.ts'
import { type Watch, watch } from '../watch.ts'

export type RoomRow = typeof pairingRooms.$inferSelect
export type MessageRow = typeof pairingMessages.$inferSelect

const SWEEP_ROWS = 100

type Db = Pick<Transaction, 'select'>

/** A room that is open still. */
export async function findRoom(db: Db, id: Bytes, now: number): Promise<RoomRow | null> {
  const [row] = await db.select().from(pairingRooms)
    .where(and(eq(pairingRooms.id, id), gt(pairingRooms.expires, now)))
  return row ?? null
}

export async function messagesAfter(db: Db, room: Bytes, after: number): Promise<MessageRow[]> {
  return await db.select().from(pairingMessages)
    .where(and(eq(pairingMessages.room, room), gt(pairingMessages.n, after)))
    .orderBy(asc(pairingMessages.n))
}

/** Who said what, without what was said. */
export async function authorsOf(db: Db, room: Bytes): Promise<{ n: number; author: Bytes }[]> {
  return await db.select({ n: pairingMessages.n, author: pairingMessages.author })
    .from(pairingMessages).where(eq(pairingMessages.room, room)).orderBy(asc(pairingMessages.n))
}

export async function deleteRoom(tx: Transaction, room: Bytes): Promise<void> {
  await tx.delete(pairingMessages).where(eq(pairingMessages.room, room))
  await tx.delete(pairingRooms).where(eq(pairingRooms.id, room))
}

/** Deletes rooms whose time is over, and gives how many that were. */
export async function sweepRooms({ db }: Database, now: number): Promise<number> {
  return await db.transaction(async (tx) => {
    const rows = await tx.select({ id: pairingRooms.id }).from(pairingRooms)
      .where(lte(pairingRooms.expires, now)).limit(SWEEP_ROWS).for('update', { skipLocked: true })
    if (rows.length === 0) return 0
    const ids = rows.map(({ id }) => id)
    await tx.delete(pairingMessages).where(inArray(pairingMessages.room, ids))
    await tx.delete(pairingRooms).where(inArray(pairingRooms.id, ids))
    return ids.length
  })
}

/** What is waited for in rooms: the next message, or that there is no room any more. */
export function watchRooms(shared: boolean, pause: number): Watch {
  return watch(shared, pause, async ({ db }, asked) => {
    const rows = await db.select({ id: pairingRooms.id, seq: max(pairingMessages.n) })
      .from(pairingRooms).innerJoin(pairingMessages, eq(pairingMessages.room, pairingRooms.id))
      .where(inArray(pairingRooms.id, asked)).groupBy(pairingRooms.id)
    const newest = new Map(rows.map(({ id, seq }) => [toHex(id), seq]))
    return asked.map((id) => ({ id, seq: newest.get(toHex(id)) ?? Infinity }))
  })
}
