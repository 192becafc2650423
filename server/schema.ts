/**
 * The database as drizzle knows it: the one schema. Every table that grows with readings has the
 * channel first in its primary key and refers to no other table, so that it can be partitioned and
 * distributed by that column.
 *
 * @module
 */
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
}, (table) => [
  primaryKey({ columns: [table.owner, table.device] }),
  index('pairings_device').on(table.device),
])

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
  updatedAt: seconds('updated_at').notNull(),
}, (table) => [index('channels_owner').on(table.owner, table.id)])

export const chapters = pgTable('chapters', {
  channel: bytea('channel').notNull(),
  chapter: uint32('chapter').notNull(),
  device: bytea('device').notNull(),
  statement: bytea('statement').notNull(),
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
