/**
 * Adding to an owner's history. The order is by compare and swap: an owner's event names the one
 * before it, a device's its own one before and an owner's event that is there. What comes on an old
 * head is not added, whatever it says; but a revocation that is signed well locks its grant at once,
 * so that no race can lose it.
 *
 * @module
 */
import { type Bytes, equal, toBase64url } from '../../shared/bytes.ts'
import { joinArray, splitArray, splitSequence } from '../../shared/cbor.ts'
import { parseEvent } from '../../shared/consent/history.ts'
import { isSignedBy } from '../../shared/identity/identity.ts'
import { sha256, statementId } from '../../shared/identity/statement.ts'
import { type Deps, wholeSeconds } from '../context.ts'
import type { Database, Transaction } from '../database.ts'
import type { Identities } from '../identity/store.ts'
import type { Limits } from '../limits.ts'
import { parsing } from '../parse.ts'
import { type Caller, may } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import {
  type Added,
  type Effect,
  type Entry,
  type EventRow,
  findEvent,
  type Histories,
  type HistoryRow,
  insertEvents,
  lockHistory,
  newestOf,
  type OwnerHead,
  ownersOf,
  type Prepare,
  type Prepared,
} from './store.ts'

const MAX_COMPANIONS = 4

export function historiesOf(
  deps: Deps,
  limits: Limits,
  identities: Identities,
  effectOf: Prepare,
): Histories {
  async function prepare(database: Database, bytes: Bytes, caller: Caller): Promise<Prepared> {
    const entries = await parsing('statement-malformed', async () => {
      const items = splitSequence(bytes, limits.historyItems)
      return await Promise.all(items.map((item) => readEntry(item, deps)))
    })
    const [first] = entries
    if (first === undefined) {
      throw new ProblemError('statement-malformed', { reason: 'There are no events' })
    }
    const { owner } = first.content
    for (const { content, statement } of entries) {
      if (!equal(content.owner, owner) || !equal(statement.identity, caller.id)) {
        throw new ProblemError('not-allowed')
      }
    }
    await checkCaller(database, caller, owner)
    const author = await identities.newest(database, caller.id)
    if (author === null) throw new ProblemError('identity-unknown')
    const prepared: Prepared['entries'][number][] = []
    for (const entry of entries) {
      if (!await isSignedBy(entry.statement, author)) throw new ProblemError('signature-invalid')
      prepared.push([entry, await effectOf(database, entry, author)])
    }
    return { owner, entries: prepared }
  }

  async function add(tx: Transaction, prepared: Prepared, network: string): Promise<Added> {
    const { owner } = prepared
    const row = await lockHistory(tx, owner)
    const now = wholeSeconds(deps)
    const placed = await placesOf(tx, prepared, row, now)
    const refusal = placed === null ? movedTo(row) : await savedUnlessRefused(tx, async (inner) => {
      for (const { effect, event } of placed.events) {
        await effect.apply(inner, { owner, ownerSeq: event.ownerSeq, now, network })
      }
      await insertEvents(inner, placed.events.map(({ event }) => event), owner, placed.head)
    })
    if (placed !== null && refusal === null) {
      return { head: placed.head, added: placed.events.length, refused: null }
    }
    let locked = 0
    for (const [, effect] of prepared.entries) {
      if (await effect.lock?.(tx, now) === true) locked++
    }
    const { code, members, headers } = refusal ?? movedTo(row)
    return {
      head: { seq: row.seq, id: row.id },
      added: 0,
      refused: new ProblemError(code, { ...members, locked }, headers),
    }
  }

  async function checkCaller(database: Database, caller: Caller, owner: Bytes): Promise<void> {
    const paired = caller.kind === 'device' ? await ownersOf(database, caller.id) : []
    const devices = paired.some((one) => equal(one, owner)) ? [caller.id] : []
    if (!may(caller, 'history:add', { owner, devices })) throw new ProblemError('not-allowed')
  }

  return { prepare, add }
}

async function readEntry(item: Bytes, { digest = sha256 }: Pick<Deps, 'digest'>): Promise<Entry> {
  const [event, ...companions] = splitArray(item, 1 + MAX_COMPANIONS)
  const opened = parseEvent(event ?? new Uint8Array(0))
  return { ...opened, id: await statementId(opened.statement, digest), companions }
}

interface Placed {
  readonly events: readonly { readonly event: EventRow; readonly effect: Effect }[]
  readonly head: OwnerHead
}

/** Where entries that are not there yet would stand; null if one does not stand on what is there. */
async function placesOf(
  tx: Transaction,
  { owner, entries }: Prepared,
  row: HistoryRow,
  now: number,
): Promise<Placed | null> {
  const events: { event: EventRow; effect: Effect }[] = []
  let head: OwnerHead = row
  let before: EventRow | null = null
  for (const [entry, effect] of entries) {
    if (await findEvent({ db: tx }, owner, entry.id) !== null) continue
    const author = entry.statement.identity
    before ??= await newestOf(tx, owner, author)
    const ownerSeq = await placeOf(tx, entry, before, head, owner)
    if (ownerSeq === null) return null
    if (equal(author, owner)) head = { seq: ownerSeq, id: entry.id }
    const event: EventRow = rowOf(entry, owner, row.n + events.length, ownerSeq, now)
    events.push({ event, effect })
    before = event
  }
  return { events, head }
}

/** The owner's newest event once this entry is there: its seq. */
async function placeOf(
  tx: Transaction,
  { content, statement }: Entry,
  before: EventRow | null,
  head: OwnerHead,
  owner: Bytes,
): Promise<number | null> {
  const follows = content.seq === (before === null ? 0 : before.seq + 1) &&
    same(content.prev, before?.id ?? null)
  if (!follows) return null
  if (equal(statement.identity, owner)) return head.seq + 1
  // A device may have been away: what it saw must be there, and nothing older than it saw before.
  if (content.seen === null) return before === null || before.ownerSeq === -1 ? -1 : null
  const seen = await findEvent({ db: tx }, owner, content.seen)
  if (seen === null || !equal(seen.author, owner)) return null
  return before !== null && seen.ownerSeq < before.ownerSeq ? null : seen.ownerSeq
}

/** What is refused on the way leaves nothing behind, and the transaction as it was. */
async function savedUnlessRefused(
  tx: Transaction,
  work: (inner: Transaction) => Promise<void>,
): Promise<ProblemError | null> {
  try {
    await tx.transaction(work)
    return null
  } catch (error) {
    if (error instanceof ProblemError) return error
    throw error
  }
}

function movedTo({ seq, id }: OwnerHead): ProblemError {
  return new ProblemError('history-moved', { seq, id: id && toBase64url(id) })
}

function rowOf(entry: Entry, owner: Bytes, n: number, ownerSeq: number, at: number): EventRow {
  const { content, statement, id, companions } = entry
  return {
    owner,
    n,
    author: statement.identity,
    seq: content.seq,
    id,
    ownerSeq,
    what: content.what,
    statement: statement.bytes,
    companions: joinArray(companions),
    at,
  }
}

function same(a: Bytes | null, b: Bytes | null): boolean {
  return a === null || b === null ? a === b : equal(a, b)
}
