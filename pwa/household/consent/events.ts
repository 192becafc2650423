/**
 * The owner's history from this browser's side: events are signed one after another, kept until the
 * platform has them, and sent in order. Where the history has gone on meanwhile (another tab, a copy
 * of this profile), what waits is signed anew behind what is there, if it still says something.
 *
 * @module
 */
import { type Bytes, equal, toHex } from '../../../shared/bytes.ts'
import { ApiProblem, type Client } from '../../../shared/api/client.ts'
import { type Event, type History, openEvent, parseEvent } from '../../../shared/consent/history.ts'
import { openStep, parseStep, type Step, stepRefusal, WHO } from '../../../shared/consent/steps.ts'
import { statementId } from '../../../shared/identity/statement.ts'
import {
  type EventRow,
  type GrantRecord,
  type HeadsRecord,
  type OwnerRecord,
  STRICT,
  type VaultDatabase,
} from '../../vault/database.ts'
import { devicesIn, unpairing } from '../../vault/devices.ts'
import type { Owner } from '../../vault/identities.ts'
import { standingOf } from './book.ts'

export interface Head {
  readonly seq: number
  readonly id: Bytes
}

/** `Omit` of each member of a union by itself. */
type Each<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** What an event says, without its place. */
export type Draft = Each<Event, 'v' | 'owner' | 'seq' | 'prev' | 'seen' | 'at'>

/** One thing done: an event with what it speaks of, and what the vault keeps of it. */
export interface Deed {
  readonly draft: Draft
  readonly companions: readonly Bytes[]
  readonly grant?: { readonly name: string; readonly record: GrantRecord }
  /** The request that it answers: it enters the history together with the answer, or not at all. */
  readonly request?: string
}

type StepDraft = Each<Step, 'v' | 'grant' | 'step' | 'prev' | 'at'>

const LOCK = 'kilowit-consent'
const MOST_AT_ONCE = 50
const MOST_TRIES = 5

const seconds = () => Math.floor(Date.now() / 1000)

/** One at a time of all tabs. */
export async function alone<T>(act: () => Promise<T>): Promise<T> {
  return await navigator.locks.request(LOCK, act)
}

export async function loadHeads(database: VaultDatabase): Promise<HeadsRecord['heads']> {
  const kept = await database.get('self', 'heads') as HeadsRecord | undefined // ours
  return kept?.heads ?? {}
}

export async function keepHeads(
  database: VaultDatabase,
  heads: HeadsRecord['heads'],
): Promise<void> {
  await database.put('self', { heads }, 'heads')
}

/** The newest event of the owner that this browser knows of, sent or not. */
export async function newestOwnEvent(
  database: VaultDatabase,
  owner: Bytes,
): Promise<Head | null> {
  const last = (await database.getAll('events')).at(-1)
  if (last === undefined) return (await loadHeads(database))[toHex(owner)] ?? null
  const { content, statement } = parseEvent(last.event)
  return { seq: content.seq, id: await statementId(statement) }
}

/**
 * Signs deeds, and keeps them in one step; inside {@link alone}.
 *
 * @param changed the owner with other keys: that change is through with them
 */
export async function keepDeeds(
  database: VaultDatabase,
  owner: Owner,
  deeds: readonly Deed[],
  changed?: OwnerRecord,
): Promise<void> {
  const rows = await signed(owner, deeds, await newestOwnEvent(database, owner.identity.id))
  const unpaired = deeds.flatMap(({ draft }) => draft.what === 'unpaired' ? toHex(draft.about) : [])
  const step = database.transaction(['events', 'grants', 'self'], 'readwrite', STRICT)
  if (changed !== undefined) {
    await step.objectStore('self').put(changed, 'owner')
    await step.objectStore('self').delete('rotation')
  }
  for (const row of rows) await step.objectStore('events').add(row)
  // Devices elsewhere may have to hear of it, whatever becomes of this tab.
  await step.objectStore('self').put(crypto.randomUUID(), 'untold')
  for (const { grant } of deeds) {
    if (grant !== undefined) await step.objectStore('grants').put(grant.record, grant.name)
  }
  if (unpaired.length > 0) {
    const self = step.objectStore('self')
    await self.put(unpairing(await devicesIn(self), unpaired), 'devices')
  }
  await step.done
}

async function signed(
  owner: Owner,
  deeds: readonly Deed[],
  after: Head | null,
): Promise<EventRow[]> {
  let head = after
  const rows: EventRow[] = []
  for (const { draft, companions, request } of deeds) {
    const seq = (head?.seq ?? -1) + 1
    const place = {
      owner: owner.identity.id,
      seq,
      prev: head?.id ?? null,
      seen: null,
      at: seconds(),
    }
    // Of an event that is signed anew, all but its place stays.
    const { statement } = await openEvent({ ...draft, ...place }, owner.signer)
    const row = { event: statement.bytes, companions }
    rows.push(request === undefined ? row : { ...row, request })
    head = { seq, id: await statementId(statement) }
  }
  return rows
}

/** A step of the owner after the newest one of a grant. @throws {RangeError} when it may not follow */
export async function stepDeed(
  owner: Owner,
  name: string,
  record: GrantRecord,
  what: StepDraft,
  copy?: Extract<Draft, { what: 'stepped' }>['copy'],
): Promise<Deed> {
  const standing = await standingOf(record)
  const { grant } = standing.grant
  const place = { grant, step: standing.step + 1, prev: standing.head, at: seconds() }
  const step = await openStep({ ...what, ...place }, owner.signer)
  const refusal = stepRefusal(standing, step.content)
  if (refusal !== null) throw new RangeError(refusal)
  const { bytes } = step.statement
  return {
    draft: {
      what: 'stepped',
      about: grant,
      entry: await statementId(step.statement),
      ...copy === undefined ? {} : { copy },
    },
    companions: [bytes],
    grant: { name, record: { ...record, steps: [...record.steps, bytes] } },
  }
}

export interface SendOptions {
  readonly database: VaultDatabase
  readonly owner: Owner
  readonly client: Client
  /** Reads the history from the platform into the vault, without what waits. */
  readonly fetch: () => Promise<Pick<History, 'events'>>
}

/**
 * Sends what waits, oldest first; inside {@link alone}.
 *
 * @throws {ApiProblem} when the platform takes one not at all: it is given up then
 */
export async function sendEvents(options: SendOptions): Promise<void> {
  const { database, owner, client, fetch } = options
  for (let tries = 0;;) {
    // After a refusal one by one, to know which it is about.
    const most = tries === 0 ? MOST_AT_ONCE : 1
    const store = database.transaction('events').store
    const [allKeys, all] = await Promise.all([
      store.getAllKeys(undefined, most),
      store.getAll(undefined, most),
    ])
    // An answer goes by itself, to the request that it answers.
    const answer = all.findIndex(({ request }) => request !== undefined)
    const rows = all.slice(0, answer === -1 ? most : Math.max(1, answer))
    const keys = allKeys.slice(0, rows.length)
    const last = rows.at(-1)
    if (last === undefined) return
    try {
      if (last.request === undefined) {
        await client.postHistory(rows.map(({ event, companions }) => [event, ...companions]))
      } else await client.grantRequest(last.request, [last.event, ...last.companions])
    } catch (error) {
      if (!isRefusal(error) || tries++ === MOST_TRIES) throw error
      // What there is now decides what is still to be said; what is refused even so is given up.
      const isGivenUp = tries > 1 && error.code !== 'history-moved'
      await rebase(database, owner, fetch, isGivenUp ? keys[0] : undefined)
      if (isGivenUp) throw error
      continue
    }
    const { content, statement } = parseEvent(last.event)
    const id = await statementId(statement)
    const heads = await loadHeads(database)
    const step = database.transaction(['events', 'self'], 'readwrite', STRICT)
    for (const key of keys) await step.objectStore('events').delete(key)
    const own = { [toHex(owner.identity.id)]: { seq: content.seq, id } }
    await step.objectStore('self').put({ heads: { ...heads, ...own } }, 'heads')
    await step.done
  }
}

/** Not for want of time or of a token, but of what it says. */
function isRefusal(error: unknown): error is ApiProblem {
  return error instanceof ApiProblem && error.code !== null && error.status < 500 &&
    error.status !== 401 && error.status !== 429
}

/**
 * Signs what waits behind the platform's history, and drops what says nothing any more.
 *
 * @param without an event that the platform will not take
 */
async function rebase(
  database: VaultDatabase,
  owner: Owner,
  fetch: SendOptions['fetch'],
  without: number | undefined,
): Promise<void> {
  const store = database.transaction('events').store
  const [keys, rows] = await Promise.all([store.getAllKeys(), store.getAll()])
  const before = new Map<string, GrantRecord>()
  for (const name of await database.getAllKeys('grants')) {
    const record = await database.get('grants', name)
    if (record !== undefined) before.set(name, record)
  }
  const { events } = await fetch()
  const unpaired = new Set(
    events.flatMap(({ content }) => content.what === 'unpaired' ? toHex(content.about) : []),
  )
  const deeds: Deed[] = []
  const now = new Map<string, GrantRecord>()
  let isTooLate = false
  for (const [i, { event, companions: [entry, ...rest], request }] of rows.entries()) {
    const { content } = parseEvent(event)
    if (content.what !== 'granted' && content.what !== 'stepped') {
      if (content.what === 'unpaired' && unpaired.has(toHex(content.about))) continue
      const companions = entry === undefined ? [] : [entry, ...rest]
      if (keys[i] !== without) deeds.push({ draft: content, companions })
      continue
    }
    if (entry === undefined) continue
    const name = toHex(content.about)
    const known = now.get(name) ?? await database.get('grants', name)
    if (content.what === 'granted') {
      if (keys[i] === without && request !== undefined) isTooLate = true
      if (known !== undefined || keys[i] === without) continue
      const made = before.get(name)
      if (made === undefined) continue
      const record = { ...made, steps: [] }
      now.set(name, record)
      deeds.push({
        draft: content,
        companions: [entry, ...rest],
        grant: { name, record },
        ...(request === undefined ? {} : { request }),
      })
    } else if (known !== undefined && keys[i] !== without) {
      if (known.steps.some((step) => equal(step, entry))) continue
      const { copy } = content
      const step = parseStep(entry).content
      const deed = await stepDeed(owner, name, known, step, copy).catch(() => null)
      if (deed?.grant === undefined) continue
      now.set(name, deed.grant.record)
      deeds.push(deed)
    }
  }
  const head = (await loadHeads(database))[toHex(owner.identity.id)] ?? null
  const fresh = await signed(owner, deeds, head)
  const step = database.transaction(['events', 'grants', 'self'], 'readwrite', STRICT)
  if (isTooLate) await step.objectStore('self').put(seconds(), 'too-late')
  await step.objectStore('events').clear()
  for (const row of fresh) await step.objectStore('events').add(row)
  for (const [name, record] of now) await step.objectStore('grants').put(record, name)
  await step.done
}

/** Whether a step is one that the owner takes. */
export function isOwners(step: Step): boolean {
  return WHO[step.what] === 'owner'
}
