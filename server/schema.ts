/**
 * The database as drizzle knows it: the one schema. Every table that grows with readings has the
 * channel first in its primary key and refers to no other table, so that it can be partitioned and
 * distributed by that column.
 *
 * @module
 */
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  customType,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'

const bytea = customType<{ data: Uint8Array<ArrayBuffer>; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  // A Buffer may be a window on a shared pool, and its slice() is a view: take plain bytes.
  fromDriver: (value) => new Uint8Array(value),
})

const seconds = (name: string) => bigint(name, { mode: 'number' })
const uint32 = (name: string) => bigint(name, { mode: 'number' })

export const identities = pgTable('identities', {
  id: bytea('id').primaryKey(),
  kind: text('kind').notNull(),
  /** Number and id of the newest change. */
  seq: integer('seq').notNull(),
  head: bytea('head').notNull(),
})

export const identityChanges = pgTable('identity_changes', {
  identity: bytea('identity').notNull(),
  seq: integer('seq').notNull(),
  statement: bytea('statement').notNull(),
}, (table) => [primaryKey({ columns: [table.identity, table.seq] })])

export const pairings = pgTable('pairings', {
  owner: bytea('owner').notNull(),
  device: bytea('device').notNull(),
  statement: bytea('statement').notNull(),
  at: seconds('at').notNull(),
  /** When the owner ended it; null while it holds. */
  ended: seconds('ended'),
}, (table) => [
  primaryKey({ columns: [table.owner, table.device] }),
  index('pairings_device').on(table.device),
])

/** What owners tell their devices of whom to wrap for, one step after another. */
export const pairingSteps = pgTable('pairing_steps', {
  owner: bytea('owner').notNull(),
  device: bytea('device').notNull(),
  step: integer('step').notNull(),
  id: bytea('id').notNull(),
  statement: bytea('statement').notNull(),
  at: seconds('at').notNull(),
}, (table) => [primaryKey({ columns: [table.owner, table.device, table.step] })])
/** Where a device waits to be paired by its code, for ten minutes. */
export const pairingRooms = pgTable('pairing_rooms', {
  /** Comes from the code, which it does not tell. */
  id: bytea('id').primaryKey(),
  device: bytea('device').notNull().unique(),
  expires: seconds('expires').notNull(),
  /** Whether the device has said its last. */
  done: boolean('done').notNull().default(false),
}, (table) => [index('pairing_rooms_expires').on(table.expires)])

export const pairingMessages = pgTable('pairing_messages', {
  room: bytea('room').notNull(),
  n: integer('n').notNull(),
  author: bytea('author').notNull(),
  message: bytea('message').notNull(),
}, (table) => [primaryKey({ columns: [table.room, table.n] })])

/** A channel with where it stands: the row that every post locks. */
export const channels = pgTable('channels', {
  id: bytea('id').primaryKey(),
  owner: bytea('owner').notNull(),
  opening: bytea('opening').notNull(),
  openingId: bytea('opening_id').notNull(),
  classes: text('classes').notNull(),
  resolution: text('resolution').notNull(),
  zone: text('zone').notNull(),
  simulated: boolean('simulated').notNull(),
  /** The open chapter and its device; -1 and null before the first. */
  chapter: uint32('chapter').notNull().default(-1),
  device: bytea('device'),
  headSeq: bigint('head_seq', { mode: 'number' }).notNull().default(-1),
  headId: bytea('head_id').notNull(),
  /** Epoch of the open chapter's newest block; -1 before its first. */
  epoch: uint32('epoch').notNull().default(-1),
  /** Newest epoch that the open chapter's device has opened; -1 before its first. */
  openedEpoch: uint32('opened_epoch').notNull().default(-1),
  /** Newest epoch of all chapters; -1 before the first. */
  newestEpoch: uint32('newest_epoch').notNull().default(-1),
  /** Key index of the open chapter's newest block; 0 before its first. */
  keyIndex: uint32('key_index').notNull().default(0),
  /** How often bodies of it were erased: what was answered before is not the same any more. */
  erased: integer('erased').notNull().default(0),
  updatedAt: seconds('updated_at').notNull(),
}, (table) => [index('channels_owner').on(table.owner, table.id)])

export const chapters = pgTable('chapters', {
  channel: bytea('channel').notNull(),
  chapter: uint32('chapter').notNull(),
  device: bytea('device').notNull(),
  statement: bytea('statement').notNull(),
  /** The device is not the owner's any more. */
  unpaired: boolean('unpaired').notNull().default(false),
}, (table) => [
  primaryKey({ columns: [table.channel, table.chapter] }),
  index('chapters_device').on(table.device, table.channel),
])

export const epochs = pgTable('epochs', {
  channel: bytea('channel').notNull(),
  epoch: uint32('epoch').notNull(),
  chapter: uint32('chapter').notNull(),
  /** Id of the statement. */
  id: bytea('id').notNull(),
  statement: bytea('statement').notNull(),
}, (table) => [primaryKey({ columns: [table.channel, table.epoch] })])

export const blocks = pgTable('blocks', {
  channel: bytea('channel').notNull(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  id: bytea('id').notNull(),
  /** The COSE_Sign1. */
  statement: bytea('statement').notNull(),
  /** Null when erased. */
  body: bytea('body'),
  chapter: uint32('chapter').notNull(),
  epoch: uint32('epoch').notNull(),
  /** Observed time of the earliest and the latest reading. */
  fromAt: seconds('from_at').notNull(),
  toAt: seconds('to_at').notNull(),
  sealed: seconds('sealed').notNull(),
  accepted: seconds('accepted').notNull(),
}, (table) => [
  primaryKey({ columns: [table.channel, table.seq] }),
  index('blocks_time').on(table.channel, table.toAt),
])

export const forks = pgTable('forks', {
  channel: bytea('channel').notNull(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  id: bytea('id').notNull(),
  /** `[COSE_Sign1, body]` as it came. */
  block: bytea('block').notNull(),
  seen: seconds('seen').notNull(),
}, (table) => [primaryKey({ columns: [table.channel, table.seq, table.id] })])

/** An owner's history with where it stands: the row that everything added to it locks. */
export const histories = pgTable('histories', {
  owner: bytea('owner').primaryKey(),
  /** How many events there are, of all authors. */
  n: bigint('n', { mode: 'number' }).notNull().default(0),
  /** The owner's own newest event; -1 and null before the first. */
  ownerSeq: bigint('owner_seq', { mode: 'number' }).notNull().default(-1),
  head: bytea('head'),
})

export const events = pgTable('events', {
  owner: bytea('owner').notNull(),
  /** In the order in which the platform took them, from 0. */
  n: bigint('n', { mode: 'number' }).notNull(),
  author: bytea('author').notNull(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  id: bytea('id').notNull(),
  /** The owner's own newest event when this one was made: its seq. */
  ownerSeq: bigint('owner_seq', { mode: 'number' }).notNull(),
  what: text('what').notNull(),
  statement: bytea('statement').notNull(),
  /** What came with it, as one CBOR array. */
  companions: bytea('companions').notNull(),
  at: seconds('at').notNull(),
}, (table) => [
  primaryKey({ columns: [table.owner, table.n] }),
  uniqueIndex('events_author').on(table.owner, table.author, table.seq),
  uniqueIndex('events_id').on(table.owner, table.id),
])

/** A grant with where it stands: the row that each of its steps locks. */
export const grants = pgTable('grants', {
  id: bytea('id').primaryKey(),
  owner: bytea('owner').notNull(),
  recipient: bytea('recipient').notNull(),
  statement: bytea('statement').notNull(),
  receipt: text('receipt'),
  /** Id of the statement. */
  statementId: bytea('statement_id').notNull(),
  /** Number of the newest step, 0 before the first; and the id that the next one names. */
  step: integer('step').notNull().default(0),
  stepId: bytea('step_id').notNull(),
  /** The terms that hold now. */
  fromAt: seconds('from_at').notNull(),
  untilAt: seconds('until_at').notNull(),
  historyAt: seconds('history_at').notNull(),
  /** Pauses one after another as begin and end; of one that lasts the end is missing. */
  pauses: bigint('pauses', { mode: 'number' }).array().notNull().default([]),
  /** Null while it has not ended; an expiry is written soon after. */
  endedAt: seconds('ended_at'),
  endReason: text('end_reason'),
  /** The owner's event that ended or paused it, by its seq; null where none did. */
  stopSeq: bigint('stop_seq', { mode: 'number' }),
  /** Ended by a revocation that is not in the history yet, as that had moved on. */
  locked: boolean('locked').notNull().default(false),
  at: seconds('at').notNull(),
}, (table) => [
  index('grants_owner').on(table.owner, table.id),
  index('grants_recipient').on(table.recipient, table.id),
  index('grants_until').on(table.untilAt).where(sql`ended_at is null`),
])

/** A grant's channels, those that it was narrowed by too. */
export const grantChannels = pgTable('grant_channels', {
  channel: bytea('channel').notNull(),
  grant: bytea('grant_id').notNull(),
  /** False once it was narrowed to others. */
  given: boolean('given').notNull().default(true),
  /** The first block given and its epoch; null while there is none. */
  firstSeq: bigint('first_seq', { mode: 'number' }),
  firstEpoch: uint32('first_epoch'),
  /** While it is paused or has ended, the newest block that could be given until then; or -1. */
  cutSeq: bigint('cut_seq', { mode: 'number' }),
  /** Observed time of that block's newest reading. */
  cutAt: seconds('cut_at'),
  /** The channel's newest block when it was paused or ended. */
  cutHead: bigint('cut_head', { mode: 'number' }),
  /** The epoch with which the device turned away from it; null while that is not known. */
  turnedEpoch: uint32('turned_epoch'),
  accessedAt: seconds('accessed_at'),
  accessedBlocks: bigint('accessed_blocks', { mode: 'number' }).notNull().default(0),
}, (table) => [
  primaryKey({ columns: [table.channel, table.grant] }),
  index('grant_channels_grant').on(table.grant, table.channel),
])

export const grantSteps = pgTable('grant_steps', {
  grant: bytea('grant_id').notNull(),
  step: integer('step').notNull(),
  id: bytea('id').notNull(),
  statement: bytea('statement').notNull(),
  at: seconds('at').notNull(),
}, (table) => [primaryKey({ columns: [table.grant, table.step] })])

/** Epoch keys, or keys of an epoch's blocks, under grant keys. */
export const wraps = pgTable('wraps', {
  channel: bytea('channel').notNull(),
  epoch: uint32('epoch').notNull(),
  grant: bytea('grant_id').notNull(),
  head: bytea('head').notNull(),
  /** One of the two: of the whole epoch; or of some blocks, as it stands in the batch's list. */
  wrapped: bytea('wrapped'),
  blocks: bytea('blocks'),
}, (table) => [
  primaryKey({ columns: [table.channel, table.epoch, table.grant] }),
  index('wraps_grant').on(table.grant, table.channel, table.epoch),
])

export const wrapBatches = pgTable('wrap_batches', {
  channel: bytea('channel').notNull(),
  epoch: uint32('epoch').notNull(),
  n: integer('n').notNull(),
  id: bytea('id').notNull(),
  statement: bytea('statement').notNull(),
  /** Null when erased. */
  list: bytea('list'),
  at: seconds('at').notNull(),
}, (table) => [primaryKey({ columns: [table.channel, table.epoch, table.n] })])

/** What recipients were given, by channel, grant and hour. */
export const accesses = pgTable('accesses', {
  channel: bytea('channel').notNull(),
  grant: bytea('grant_id').notNull(),
  hour: seconds('hour').notNull(),
  firstSeq: bigint('first_seq', { mode: 'number' }).notNull(),
  lastSeq: bigint('last_seq', { mode: 'number' }).notNull(),
  count: bigint('count', { mode: 'number' }).notNull(),
  firstAt: seconds('first_at').notNull(),
  lastAt: seconds('last_at').notNull(),
}, (table) => [primaryKey({ columns: [table.channel, table.grant, table.hour] })])

/** What may be used once: the hash of a DPoP proof's or an assertion's issuer and `jti`. */
export const proofs = pgTable('proofs', {
  hash: bytea('hash').primaryKey(),
  expires: seconds('expires').notNull(),
}, (table) => [index('proofs_expires').on(table.expires)])

/** Registrations by network and day; the network is hashed with the day's salt. */
export const registrations = pgTable('registrations', {
  day: date('day', { mode: 'string' }).notNull(),
  kind: text('kind').notNull(),
  network: bytea('network').notNull(),
  count: integer('count').notNull(),
}, (table) => [primaryKey({ columns: [table.day, table.kind, table.network] })])

export const salts = pgTable('salts', {
  day: date('day', { mode: 'string' }).primaryKey(),
  salt: bytea('salt').notNull(),
})

/** Providers by their identity, each with its newest registration and what the operator says of it. */
export const providers = pgTable('providers', {
  id: bytea('id').primaryKey(),
  seq: uint32('seq').notNull(),
  registration: bytea('registration').notNull(),
  /** Id of the registration. */
  registrationId: bytea('registration_id').notNull(),
  /** The newest word of the operator, which may be of an earlier registration. */
  approval: bytea('approval'),
  approvedAt: seconds('approved_at'),
})

/** Webhooks that a provider has not taken yet. */
export const webhookJobs = pgTable('webhook_jobs', {
  id: text('id').primaryKey(),
  provider: bytea('provider').notNull(),
  body: text('body').notNull(),
  /** When it is tried next; while one process tries it, when another one may. */
  due: seconds('due').notNull(),
  /** How often it was tried. */
  attempt: integer('attempt').notNull(),
}, (table) => [index('webhook_jobs_due').on(table.due)])

/** What signs a provider's webhooks; the one before signs beside it for a while. */
export const webhookSecrets = pgTable('webhook_secrets', {
  provider: bytea('provider').primaryKey(),
  secret: text('secret').notNull(),
  previous: text('previous'),
  previousUntil: seconds('previous_until'),
})

/** What providers asked of owners. */
export const accessRequests = pgTable('access_requests', {
  /** SHA-256 of the random part of its address, so that the table alone opens none. */
  hash: bytea('hash').primaryKey(),
  client: bytea('client').notNull(),
  /** What was pushed, as canonical JSON: its hash is what a grant names. */
  pushed: text('pushed').notNull(),
  /** Null without a browser: then it is asked of one owner, and the provider polls. */
  redirectUri: text('redirect_uri'),
  state: text('state'),
  /** PKCE, S256; with a browser. */
  challenge: text('challenge'),
  /** Thumbprint of the key that the provider will prove, once it has said so. */
  jkt: text('jkt'),
  /** Whom it is asked of, or who has typed its code: who may name it by its hash. */
  owner: bytea('owner'),
  /** When it was last polled, how many seconds there must be between two polls, and if it is over. */
  polled: seconds('polled'),
  interval: integer('interval'),
  redeemed: boolean('redeemed').notNull().default(false),
  expires: seconds('expires').notNull(),
  /**
   * Who came first: a browser without keys, which gets the answer (true), or an owner who opened it,
   * whose own browser does (false). Null while nobody has come.
   */
  elsewhere: boolean('elsewhere'),
  /** The owner's answer: who, and a grant or none. */
  answeredBy: bytea('answered_by'),
  grant: bytea('grant_id'),
}, (table) => [
  index('access_requests_expires').on(table.expires),
  index('access_requests_client').on(table.client, table.expires),
  index('access_requests_owner').on(table.owner, table.expires),
])

/** Codes to type on the device that can answer. */
export const requestCodes = pgTable('request_codes', {
  /** SHA-256 of the code. */
  hash: bytea('hash').primaryKey(),
  request: bytea('request').notNull(),
  expires: seconds('expires').notNull(),
  /** Who has typed it: from then on it is nobody else's. */
  owner: bytea('owner'),
}, (table) => [
  index('request_codes_request').on(table.request),
  index('request_codes_expires').on(table.expires),
])

/** Wrong guesses of codes, by who guesses. */
export const guesses = pgTable('guesses', {
  /** SHA-256 of who and what. */
  name: bytea('name').primaryKey(),
  since: seconds('since').notNull(),
  count: integer('count').notNull(),
}, (table) => [index('guesses_since').on(table.since)])

export const codes = pgTable('codes', {
  /** SHA-256 of the code. */
  hash: bytea('hash').primaryKey(),
  request: bytea('request').notNull(),
  expires: seconds('expires').notNull(),
  /** The session that it was exchanged for. */
  session: bytea('session'),
}, (table) => [index('codes_request').on(table.request)])

/** What came of a code: a refresh token, and access tokens that name the session. */
export const sessions = pgTable('sessions', {
  id: bytea('id').primaryKey(),
  client: bytea('client').notNull(),
  grant: bytea('grant_id').notNull(),
  /** SHA-256 of the refresh token. */
  refresh: bytea('refresh').notNull().unique(),
  /** Thumbprint of the key that all its tokens are bound to. */
  jkt: text('jkt').notNull(),
  at: seconds('at').notNull(),
  revoked: boolean('revoked').notNull().default(false),
}, (table) => [index('sessions_grant').on(table.grant)])
