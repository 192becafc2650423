/**
 * The owner's history: one chain of events for each author (the owner, and each device), in the
 * order the platform gave them. Each event of a device names the newest event of the owner that the
 * device had seen, so an event that was dropped, moved, replaced or held back shows. Whoever
 * remembers the newest events also sees when the end is left out.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, equal, toHex } from '../bytes.ts'
import {
  bytes,
  encapsulated,
  type Opened,
  opener,
  parser,
  uint,
  uint32,
} from '../identity/content.ts'
import { signKeysGone } from '../identity/changes.ts'
import { type Identity, wasSignedBy } from '../identity/identity.ts'
import { type Digest, sha256, statementId } from '../identity/statement.ts'
import type { Grant } from './grant.ts'
import { checkSteps, type Standing, type Step, StepsError, WHO } from './steps.ts'

const BASE = {
  v: v.literal(1),
  owner: bytes(32),
  /** Of its author's chain, from 0. */
  seq: uint32,
  /** Id of its author's event before; null in the first. */
  prev: v.nullable(bytes(32)),
  /** Id of the newest event of the owner that its author had seen; null in the owner's own. */
  seen: v.nullable(bytes(32)),
  at: uint,
}

const OwnCopySchema = v.strictObject({
  toKey: uint32,
  enc: encapsulated('X25519', 'P-256'),
  sealed: bytes(48),
})

const EventSchema = v.variant('what', [
  /** About a grant; its entry is the grant's statement. */
  v.strictObject({
    ...BASE,
    what: v.literal('granted'),
    about: bytes(16),
    entry: bytes(32),
    /** The grant key sealed to the owner too, as to a recipient, so that a restored owner has it. */
    copy: v.nullable(OwnCopySchema),
  }),
  /** About a grant; its entry is the owner's step. */
  v.strictObject({
    ...BASE,
    what: v.literal('stepped'),
    about: bytes(16),
    entry: bytes(32),
    /** Of a step that brings another grant key: the same of that. */
    copy: v.optional(OwnCopySchema),
  }),
  /** About the owner; its entry is the change of its identity that lists another sealing key. */
  v.strictObject({
    ...BASE,
    what: v.literal('sealing-changed'),
    about: bytes(32),
    entry: bytes(32),
    /** The key's index, and its seed for the recovery key: see recovered-sealing.ts. */
    index: uint32,
    enc: encapsulated('X25519', 'P-256'),
    sealed: bytes(48),
  }),
  /** About a device; its entry is the first statement of the pairing. */
  v.strictObject({ ...BASE, what: v.literal('paired'), about: bytes(32), entry: bytes(32) }),
  v.strictObject({ ...BASE, what: v.literal('unpaired'), about: bytes(32), entry: v.null() }),
  /** About a channel; its entry is the opening. */
  v.strictObject({
    ...BASE,
    what: v.literal('channel-opened'),
    about: bytes(16),
    entry: bytes(32),
  }),
  /** About a channel; its entry is the batch of wraps. By the device. */
  v.strictObject({ ...BASE, what: v.literal('turned'), about: bytes(16), entry: bytes(32) }),
  /** About a channel; from the first to the last of `epochs` the keys are gone. */
  v.strictObject({
    ...BASE,
    what: v.literal('erased'),
    about: bytes(16),
    entry: v.null(),
    epochs: v.pipe(v.strictTuple([uint32, uint32]), v.check(([first, last]) => first <= last)),
  }),
])

export type Event = v.InferOutput<typeof EventSchema>
export type EventWhat = Event['what']

/** Who writes which event. */
export const AUTHORS: Readonly<Record<EventWhat, 'owner' | 'device'>> = {
  'granted': 'owner',
  'stepped': 'owner',
  'sealing-changed': 'owner',
  'paired': 'owner',
  'unpaired': 'owner',
  'channel-opened': 'owner',
  'turned': 'device',
  'erased': 'owner',
}

export const openEvent = opener('kilowit/event', EventSchema)
/** Parses without checking the signature. @throws {StatementError | CborError} */
export const parseEvent = parser('kilowit/event', EventSchema)

export interface HistoryEvent {
  readonly id: Bytes
  /** The identity that signed it. */
  readonly author: Bytes
  readonly content: Event
  readonly statement: Opened<Event>['statement']
}

/** The newest event of an author. */
export interface Head {
  readonly seq: number
  readonly id: Bytes
}

/** The newest events that were seen once, by author in hex: kept, so that no rollback passes. */
export type Heads = ReadonlyMap<string, Head>

export interface History {
  /** In the platform's order. */
  readonly events: readonly HistoryEvent[]
  readonly heads: Heads
  readonly ownerHead: Head | null
}

export type HistoryFault =
  | 'not-of-this-owner'
  | 'author-not-known'
  | 'author-may-not'
  | 'signature-does-not-hold'
  | 'key-taken-back'
  | 'change-not-known'
  | 'fork'
  | 'event-missing'
  | 'does-not-follow'
  | 'seen-not-known'
  | 'seen-went-back'
  | 'shorter-than-remembered'
  | 'other-than-remembered'

const FAULTS: Record<HistoryFault, string> = {
  'not-of-this-owner': 'is of another owner',
  'author-not-known': 'is by nobody who may write here',
  'author-may-not': 'is not its author’s to write',
  'signature-does-not-hold': 'has a signature that does not hold',
  'key-taken-back': 'is signed by a key that the owner had taken back before',
  'change-not-known': 'names a change of keys that the owner’s identity does not have',
  'fork': 'is a second event in the same place',
  'event-missing': 'does not come next: events before it were left out',
  'does-not-follow': 'does not follow the one before it',
  'seen-not-known': 'names an event of the owner that is not before it',
  'seen-went-back': 'names an older event of the owner than its author had seen before',
  'shorter-than-remembered': 'is the last one, but this history was longer once',
  'other-than-remembered': 'is another one than was here before',
}

/** A history that does not hold: somebody left out, moved, replaced or held back an event. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError'
  readonly fault: HistoryFault
  /** Place of the event in the history, from 0; -1 when there is none. */
  readonly place: number
  constructor(fault: HistoryFault, place: number) {
    super(`Event ${place} of the history ${FAULTS[fault]}`)
    this.fault = fault
    this.place = place
  }
}

export interface HistoryParties {
  readonly owner: Identity
  /** Every device that was ever paired. */
  readonly devices: readonly Identity[]
}

export interface ReadHistoryOptions {
  /** Goes on after a history that was read before; `events` are then those after it. */
  readonly after?: History
  /** Heads that were seen once. */
  readonly remembered?: Heads
  readonly digest?: Digest
}

/**
 * Verifies a history with all its signatures, from the first event on.
 *
 * @throws {HistoryError} that names the event
 */
export async function readHistory(
  events: readonly Opened<Event>[],
  parties: HistoryParties,
  options: ReadHistoryOptions = {},
): Promise<History> {
  const { after, remembered, digest = sha256 } = options
  const heads = new Map(after?.heads)
  const read = [...after?.events ?? []]
  const ownerName = toHex(parties.owner.id)
  /** Of the owner's events. */
  const places = new Map<string, number>()
  /** The owner's newest event that each device named. */
  const seenBy = new Map<string, number>()
  /** Sign keys of the owner that the history has said to be gone. */
  const gone = new Set<number>()
  for (const event of read) {
    note(event)
    for (const index of await goneBy(event.content) ?? []) gone.add(index)
  }

  async function goneBy(content: Event): Promise<ReadonlySet<number> | null> {
    if (content.what !== 'sealing-changed') return new Set()
    return await signKeysGone(parties.owner, content.entry, digest)
  }

  function note({ id, author, content }: HistoryEvent): void {
    const name = toHex(author)
    if (name === ownerName) places.set(toHex(id), content.seq)
    else if (content.seen !== null) seenBy.set(name, places.get(toHex(content.seen)) ?? 0)
  }

  for (const { content, statement } of events) {
    const place = read.length
    const fail = (fault: HistoryFault) => new HistoryError(fault, place)
    const author = statement.identity
    const name = toHex(author)
    if (!equal(content.owner, parties.owner.id)) throw fail('not-of-this-owner')
    const isOwner = name === ownerName
    const identity = isOwner
      ? parties.owner
      : parties.devices.find((device) => equal(device.id, author))
    if (identity === undefined) throw fail('author-not-known')
    if (!(await wasSignedBy(statement, identity))) throw fail('signature-does-not-hold')
    if (AUTHORS[content.what] !== (isOwner ? 'owner' : 'device')) throw fail('author-may-not')
    const named = await goneBy(content)
    if (named === null) throw fail('change-not-known')
    for (const index of named) gone.add(index)
    if (isOwner && gone.has(statement.index)) throw fail('key-taken-back')
    const id = await statementId(statement, digest)

    const head = heads.get(name)
    const next = (head?.seq ?? -1) + 1
    if (content.seq < next) throw fail('fork')
    if (content.seq > next) throw fail('event-missing')
    const follows = head === undefined
      ? content.prev === null
      : content.prev !== null && equal(content.prev, head.id)
    if (!follows) throw fail('does-not-follow')

    if (isOwner) {
      if (content.seen !== null) throw fail('seen-not-known')
    } else {
      const before = seenBy.get(name) ?? -1
      const seen = content.seen === null ? -1 : places.get(toHex(content.seen))
      if (seen === undefined) throw fail('seen-not-known')
      if (seen < before) throw fail('seen-went-back')
    }

    const old = remembered?.get(name)
    if (old?.seq === content.seq && !equal(old.id, id)) throw fail('other-than-remembered')
    heads.set(name, { seq: content.seq, id })
    const event = { id, author, content, statement }
    read.push(event)
    note(event)
  }

  for (const [name, old] of remembered ?? []) {
    const head = heads.get(name)
    if (head === undefined || head.seq < old.seq) {
      throw new HistoryError('shorter-than-remembered', read.length - 1)
    }
    // Of what was read in an earlier part, the loop above has not seen the remembered event.
    const same = read.find((event) => toHex(event.author) === name && event.content.seq === old.seq)
    if (same === undefined || !equal(same.id, old.id)) {
      throw new HistoryError('other-than-remembered', same === undefined ? -1 : read.indexOf(same))
    }
  }
  return { events: read, heads, ownerHead: heads.get(ownerName) ?? null }
}

/** What an author writes next. */
export function nextEvent(
  history: Pick<History, 'heads' | 'ownerHead'>,
  owner: Bytes,
  author: Bytes,
): { owner: Bytes; seq: number; prev: Bytes | null; seen: Bytes | null } {
  const head = history.heads.get(toHex(author))
  return {
    owner,
    seq: (head?.seq ?? -1) + 1,
    prev: head?.id ?? null,
    seen: equal(owner, author) ? null : history.ownerHead?.id ?? null,
  }
}

/** What lies beside a history. */
export interface Companions {
  readonly grants: readonly Opened<Grant>[]
  /** Of all grants, each grant's in order; the recipients' too. */
  readonly steps: readonly Opened<Step>[]
  /** The recipients of those grants. */
  readonly recipients: readonly Identity[]
}

/** What a history and its companions come to. */
export interface Household {
  /** By id in hex, in the order they were given. */
  readonly grants: ReadonlyMap<string, Standing>
  /** Ids in hex of the devices that are paired. */
  readonly devices: ReadonlySet<string>
  /** Ids in hex of the channels that were opened. */
  readonly channels: ReadonlySet<string>
  /** By channel in hex: the epochs whose keys were erased. */
  readonly erased: ReadonlyMap<string, readonly (readonly [first: number, last: number])[]>
}

/**
 * Rebuilds what holds now from the history alone: every grant that it names must be there, and each
 * of the owner's steps must be in the chain of its grant, in the history's order.
 *
 * @throws {StepsError}
 */
export async function rebuild(
  history: History,
  owner: Identity,
  companions: Companions,
  digest: Digest = sha256,
): Promise<Household> {
  const grants = new Map<string, Standing>()
  const devices = new Set<string>()
  const channels = new Set<string>()
  const erased = new Map<string, (readonly [number, number])[]>()
  const ownSteps = new Map<string, string[]>()
  const entries = new Map<string, string>()
  for (const { content } of history.events) {
    const about = toHex(content.about)
    if (content.what === 'granted') entries.set(about, toHex(content.entry))
    else if (content.what === 'stepped') {
      ownSteps.set(about, [...ownSteps.get(about) ?? [], toHex(content.entry)])
    } else if (content.what === 'paired') devices.add(about)
    else if (content.what === 'unpaired') devices.delete(about)
    else if (content.what === 'channel-opened') channels.add(about)
    else if (content.what === 'erased') {
      erased.set(about, [...erased.get(about) ?? [], content.epochs])
    }
  }

  const statements = new Map(companions.grants.map((one) => [toHex(one.content.grant), one]))
  const stepsOf = new Map<string, Opened<Step>[]>()
  for (const step of companions.steps) {
    const name = toHex(step.content.grant)
    const list = stepsOf.get(name)
    if (list === undefined) stepsOf.set(name, [step])
    else list.push(step)
  }
  for (const [name, entry] of entries) {
    const grant = statements.get(name)
    if (grant === undefined || toHex(await statementId(grant.statement, digest)) !== entry) {
      throw new StepsError(0, 'The grant that the history names is not there')
    }
    const recipient = companions.recipients.find(({ id }) => equal(id, grant.content.to))
    if (recipient === undefined) throw new StepsError(0, 'Its recipient is not known')
    const steps = stepsOf.get(name) ?? []
    grants.set(name, await checkSteps(grant, steps, { owner, recipient }, digest))
    await checkOwnSteps(steps, ownSteps.get(name) ?? [], digest)
  }
  return { grants, devices, channels, erased }
}

/** @param named ids in hex of the steps that the history names */
async function checkOwnSteps(
  steps: readonly Opened<Step>[],
  named: readonly string[],
  digest: Digest,
): Promise<void> {
  let at = 0
  for (const { content, statement } of steps) {
    if (WHO[content.what] !== 'owner') continue
    if (toHex(await statementId(statement, digest)) !== named[at]) {
      throw new StepsError(content.step, 'The history does not name it in this place')
    }
    at++
  }
  if (at < named.length) {
    throw new StepsError(steps.length + 1, 'The history names it, and it is not there')
  }
}
