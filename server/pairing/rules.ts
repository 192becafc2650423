/**
 * What may happen in a pairing room. The messages prove themselves to those who know the code
 * (shared/identity/pairing-exchange.ts) and are only carried here; what is held is how long a room
 * is there, who may be in it, and how often somebody may try.
 *
 * @module
 */
import { eq } from 'drizzle-orm'
import { type Bytes, equal, toBase64url } from '../../shared/bytes.ts'
import { CODE_ATTEMPTS, CODE_SECONDS } from '../../shared/identity/pairing-code.ts'
import { type Deps, wholeSeconds } from '../context.ts'
import type { Database, Transaction } from '../database.ts'
import { guess } from '../guesses.ts'
import { type Caller, may } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import { pairingMessages, pairingRooms } from '../schema.ts'
import {
  authorsOf,
  deleteRoom,
  findRoom,
  type MessageRow,
  messagesAfter,
  type RoomRow,
} from './store.ts'

/** The owner has at least so long to fetch the last message. */
const LAST_SECONDS = 120

/**
 * Opens a room with the device's first message. A device has one room: the one before is gone.
 *
 * @throws {ProblemError}
 */
export async function openRoom(
  deps: Deps,
  database: Database,
  caller: Caller,
  id: Bytes,
  message: Bytes,
): Promise<{ expires: number; created: boolean }> {
  if (!may(caller, 'pairing-room:open', { owner: caller.id, devices: [caller.id] })) {
    throw new ProblemError('not-allowed')
  }
  const now = wholeSeconds(deps)
  return await database.db.transaction(async (tx) => {
    const before = await ownRoom(tx, caller)
    if (before !== null) {
      if (await isOf(tx, before, id, message, now)) {
        return { expires: before.expires, created: false }
      }
      await deleteRoom(tx, before.id)
    }
    const expires = now + CODE_SECONDS
    const inserted = await tx.insert(pairingRooms).values({ id, device: caller.id, expires })
      .onConflictDoNothing().returning({ id: pairingRooms.id })
    if (inserted.length === 0) {
      // The same came at the same time.
      const first = await ownRoom(tx, caller)
      const isSame = first !== null && await isOf(tx, first, id, message, now)
      if (!isSame) throw new ProblemError('room-taken')
      return { expires: first.expires, created: false }
    }
    await tx.insert(pairingMessages).values({ room: id, n: 0, author: caller.id, message })
    return { expires, created: true }
  })
}

async function ownRoom(tx: Transaction, { id }: Caller): Promise<RoomRow | null> {
  const [row] = await tx.select().from(pairingRooms).where(eq(pairingRooms.device, id))
    .for('update')
  return row ?? null
}

/** Whether it is this very room, begun with this message. */
async function isOf(
  tx: Transaction,
  room: RoomRow,
  id: Bytes,
  message: Bytes,
  now: number,
): Promise<boolean> {
  if (!equal(room.id, id) || room.expires <= now) return false
  const [first] = await messagesAfter(tx, id, -1)
  return first !== undefined && equal(first.message, message)
}

/**
 * The room for who may be in it: its device, and owners who know its name, which is a guess. Once
 * the device has said the last word, only those who answered it are.
 *
 * @throws {ProblemError}
 */
export async function enterRoom(
  deps: Deps,
  database: Database,
  caller: Caller,
  id: Bytes | null,
  network: string,
): Promise<RoomRow> {
  const isAllowed = (devices: readonly Bytes[]) =>
    may(caller, 'pairing-room:enter', { owner: caller.id, devices })
  if (!isAllowed([caller.id])) throw new ProblemError('not-allowed')
  const now = wholeSeconds(deps)
  const find = async () => {
    const row = id === null ? null : await findRoom(database.db, id, now)
    return row !== null && isAllowed([row.device]) && await isOpenTo(database, row, caller)
      ? row
      : null
  }
  // Whose room it is guesses nothing, and asks again and again.
  const row = caller.kind === 'device'
    ? await find()
    : await guess(database, { kind: 'room', caller: toBase64url(caller.id), network }, now, find)
  if (row === null) throw new ProblemError('room-unknown')
  return row
}

async function isOpenTo({ db }: Database, row: RoomRow, caller: Caller): Promise<boolean> {
  if (!row.done || equal(row.device, caller.id)) return true
  return (await authorsOf(db, row.id)).some(({ author }) => equal(author, caller.id))
}

/**
 * Takes a message in its place: the same again is the same.
 *
 * @throws {ProblemError}
 */
export async function addMessage(
  deps: Deps,
  database: Database,
  caller: Caller,
  { id, device }: RoomRow,
  n: number,
  message: Bytes,
): Promise<boolean> {
  const now = wholeSeconds(deps)
  return await database.db.transaction(async (tx) => {
    const [room] = await tx.select().from(pairingRooms).where(eq(pairingRooms.id, id)).for('update')
    if (room === undefined || room.expires <= now) throw new ProblemError('room-unknown')
    const said = await authorsOf(tx, id)
    const next = said.length
    if (n < next) {
      const [there] = await messagesAfter(tx, id, n - 1)
      const isSame = there !== undefined && equal(there.author, caller.id) &&
        equal(there.message, message)
      if (isSame) return false
    }
    const isDevice = equal(caller.id, device)
    const answers = said.filter(({ author }) => !equal(author, device)).length
    if (room.done || (!isDevice && answers >= CODE_ATTEMPTS)) throw new ProblemError('room-closed')
    // A device that has said something waits for an answer before it says the last word.
    if (n !== next || (isDevice && answers === 0)) throw new ProblemError('room-moved', { next })
    await tx.insert(pairingMessages).values({ room: id, n, author: caller.id, message })
    if (isDevice) {
      const expires = Math.max(room.expires, now + LAST_SECONDS)
      await tx.update(pairingRooms).set({ done: true, expires }).where(eq(pairingRooms.id, id))
    }
    return true
  })
}

/** Messages of a room after one; null when the room is gone. */
export async function readRoom(
  deps: Deps,
  { db }: Database,
  { id }: RoomRow,
  after: number,
): Promise<MessageRow[] | null> {
  const messages = await messagesAfter(db, id, after)
  if (messages.length > 0) return messages
  return await findRoom(db, id, wholeSeconds(deps)) === null ? null : []
}

/** The device is done with it. @throws {ProblemError} */
export async function closeRoom(
  deps: Deps,
  { db }: Database,
  caller: Caller,
  id: Bytes | null,
): Promise<void> {
  const isAllowed = (devices: readonly Bytes[]) =>
    may(caller, 'pairing-room:open', { owner: caller.id, devices })
  if (!isAllowed([caller.id])) throw new ProblemError('not-allowed')
  const row = id === null ? null : await findRoom(db, id, wholeSeconds(deps))
  if (row === null || !isAllowed([row.device])) throw new ProblemError('room-unknown')
  await db.transaction(async (tx) => {
    // As by whoever says something in it: a message that came later would be left behind.
    await tx.select({ id: pairingRooms.id }).from(pairingRooms).where(eq(pairingRooms.id, row.id))
      .for('update')
    await deleteRoom(tx, row.id)
  })
}
