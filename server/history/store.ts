/**
 * Owners' histories in the database: events in the order in which the platform took them. Every
 * addition locks the history's row, which is how two tabs that add at once become one line.
 *
 * @module
 */
import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Bytes } from '../../shared/bytes.ts'
import type { Event } from '../../shared/consent/history.ts'
import type { Identity } from '../../shared/identity/identity.ts'
import type { Opened } from '../../shared/identity/content.ts'
import type { Database, Transaction } from '../database.ts'
import { fitting } from '../pages.ts'
import type { Caller } from '../policy.ts'
import type { ProblemError } from '../problems.ts'
import { events, histories, pairings } from '../schema.ts'

/** An event as it comes, with what it speaks of beside it. */
export interface Entry extends Opened<Event> {
  readonly id: Bytes
  /** Encoded CBOR items. */
  readonly companions: readonly Bytes[]
}

/** Where an entry is taken. */
export interface Place {
  readonly owner: Bytes
  /** The owner's own newest event then: its seq. */
  readonly ownerSeq: number
  readonly now: number
  readonly network: string
}

/** What an entry does beside standing in the history. */
export interface Effect {
  /** In the transaction that adds it. @throws {ProblemError} */
  apply(tx: Transaction, place: Place): Promise<void>
  /** Of a revocation: what it does at once when the history has moved on. Answers whether it did. */
  lock?(tx: Transaction, now: number): Promise<boolean>
}

/** Looks at what an entry brings before anything is locked. @throws {ProblemError} */
export type Prepare = (database: Database, entry: Entry, author: Identity) => Promise<Effect>

/** Entries that were read and whose signatures hold. */
export interface Prepared {
  readonly owner: Bytes
  readonly entries: readonly (readonly [Entry, Effect])[]
}

/** The owner's own newest event; seq -1 and id null before the first. */
export interface OwnerHead {
  readonly seq: number
  readonly id: Bytes | null
}

export interface Added {
  readonly head: OwnerHead
  /** How many of the entries are new. */
  readonly added: number
  /** Why nothing was added: to be thrown after the commit, as revocations have locked grants. */
  readonly refused: ProblemError | null
}

/** What other capabilities add to histories by. */
export interface Histories {
  /** @param bytes arrays of an event and its companions, one after another. @throws {ProblemError} */
  prepare(database: Database, bytes: Bytes, caller: Caller): Promise<Prepared>
  /** All or none. The caller's transaction must commit also when it refuses, for the locks. */
  add(tx: Transaction, prepared: Prepared, network: string): Promise<Added>
}

export interface HistoryRow extends OwnerHead {
  readonly n: number
}

/** Locks an owner's history, which begins with that if there is none. */
export async function lockHistory(tx: Transaction, owner: Bytes): Promise<HistoryRow> {
  await tx.insert(histories).values({ owner }).onConflictDoNothing()
  const [row] = await tx.select().from(histories).where(eq(histories.owner, owner)).for('update')
  if (row === undefined) throw new Error('A history that was inserted is not there')
  return { n: row.n, seq: row.ownerSeq, id: row.head }
}

export type EventRow = typeof events.$inferSelect

export async function findEvent(
  { db }: { readonly db: Transaction | Database['db'] },
  owner: Bytes,
  id: Bytes,
): Promise<EventRow | null> {
  const [row] = await db.select().from(events)
    .where(and(eq(events.owner, owner), eq(events.id, id)))
  return row ?? null
}

/** An author's newest event. */
export async function newestOf(
  tx: Transaction,
  owner: Bytes,
  author: Bytes,
): Promise<EventRow | null> {
  const [row] = await tx.select().from(events)
    .where(and(eq(events.owner, owner), eq(events.author, author)))
    .orderBy(sql`${events.seq} desc`).limit(1)
  return row ?? null
}

export async function insertEvents(
  tx: Transaction,
  rows: readonly EventRow[],
  owner: Bytes,
  head: OwnerHead,
): Promise<void> {
  if (rows.length === 0) return
  await tx.insert(events).values([...rows])
  await tx.update(histories).set({
    n: sql`${histories.n} + ${rows.length}`,
    ownerSeq: head.seq,
    head: head.id,
  }).where(eq(histories.owner, owner))
}

/** A page of a history, of at most so many bytes but for the first event. */
export async function listEvents(
  { db }: Database,
  owner: Bytes,
  after: number,
  limit: number,
  maxBytes: number,
): Promise<{ events: EventRow[]; more: boolean }> {
  const wanted = and(eq(events.owner, owner), gt(events.n, after))
  const sizes = await db.select({
    size: sql<number>`octet_length(${events.statement}) + octet_length(${events.companions})`,
  }).from(events).where(wanted).orderBy(asc(events.n)).limit(limit + 1)
  const count = fitting(sizes.map(({ size }) => size), limit, maxBytes)
  if (count === 0) return { events: [], more: false }
  const found = await db.select().from(events).where(wanted).orderBy(asc(events.n)).limit(count)
  return { events: found, more: sizes.length > count }
}

export async function ownerHead({ db }: Database, owner: Bytes): Promise<OwnerHead> {
  const [row] = await db.select({ seq: histories.ownerSeq, id: histories.head }).from(histories)
    .where(eq(histories.owner, owner))
  return row ?? { seq: -1, id: null }
}

/** The owners that a device is paired with now. */
export async function ownersOf({ db }: Database, device: Bytes): Promise<Bytes[]> {
  const rows = await db.select({ owner: pairings.owner }).from(pairings)
    .where(and(eq(pairings.device, device), isNull(pairings.ended)))
    .orderBy(asc(pairings.at)).limit(100)
  return rows.map((row) => row.owner)
}
