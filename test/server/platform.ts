/**
 * The platform in this process on a real Postgres, with a clock that the test sets and a log that
 * it can look into; and a household that has registered there.
 *
 * @module
 */
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import type postgres from 'postgres'
import { connect } from '../../edge/database.ts'
import { newestMigration } from '../../edge/newest-migration.ts'
import { type App, createApp } from '../../server/app.ts'
import type { Deps, LogEntry, Operator } from '../../server/context.ts'
import { database } from '../../server/database.ts'
import type { Limits } from '../../server/limits.ts'
import { type Client, createClient } from '../../shared/api/client.ts'
import { type Bytes, concat } from '../../shared/bytes.ts'
import type { Algorithm } from '../../shared/identity/profile.ts'
import {
  createHousehold,
  createPerson,
  type Household,
  type TestChannel,
} from '../rig/household.ts'
import { ROOT } from '../rig/process.ts'
import { type TestDatabase, testDatabase } from '../rig/postgres.ts'

export const PUBLIC_URL = 'https://kilowit.test'
export const NOW = 1_763_000_000

export interface Platform {
  app: App
  sql: postgres.Sql
  operator: Operator
  log: LogEntry[]
  /** Seconds since 1970, for the platform. */
  clock: { now: number }
  /** The network that requests seem to come from. */
  from: { network: string }
  /** A further app on the same database, as another process would be. */
  another(more?: Partial<Deps>): App
  close(): Promise<void>
}

export interface PlatformOptions {
  limits?: Partial<Limits>
  commit?: 'group' | 'single'
}

export async function startPlatform(
  options: PlatformOptions = {},
  own?: TestDatabase,
): Promise<Platform> {
  const place = own ?? await testDatabase()
  const sql = connect({ url: place.url })
  await migrate(drizzle(sql), { migrationsFolder: `${ROOT}/migrations` })
  const person = await createPerson('operator', NOW)
  const operator = {
    identity: person.identity,
    signer: person.signer,
    privateKey: person.signing.privateKey,
  }
  const log: LogEntry[] = []
  const clock = { now: NOW }
  const from = { network: '192.0.2.1' }
  const db = database(sql)
  const another = (more: Partial<Deps> = {}) =>
    createApp({
      database: () => db,
      operator,
      publicUrl: PUBLIC_URL,
      now: () => clock.now,
      log: (entry) => void log.push(entry),
      commit: options.commit ?? 'group',
      network: () => from.network,
      version: '0.0.0-test',
      migration: newestMigration,
      // Tests send more at once than people do; what is under test sets its own.
      limits: {
        network: { perSecond: 1e6, burst: 1e6 },
        device: { perSecond: 1e6, burst: 1e6 },
        identitiesPerDay: 1e6,
        channelsPerDay: 1e6,
        streamPoll: 10,
        ...options.limits,
      },
      ...more,
    })
  return {
    app: another(),
    sql,
    operator,
    log,
    clock,
    from,
    another,
    async close() {
      await sql.end({ timeout: 5 })
      await place.close()
    },
  }
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** A client that reaches the app without a socket. */
export function clientFor(
  platform: Platform,
  signer?: Household['owner']['signer'],
  app: App = platform.app,
  fetch: Fetch = async (url, init) =>
    await app.request(url, { ...init, headers: withLength(init) }),
): Client {
  return createClient({
    url: PUBLIC_URL,
    fetch,
    now: () => platform.clock.now,
    retries: 0,
    ...signer === undefined ? {} : { signer },
  })
}

/** A socket would tell the length; app.request does not. */
export function withLength(init: RequestInit): Headers {
  const headers = new Headers(init.headers)
  const { body } = init
  if (body instanceof Uint8Array) headers.set('Content-Length', String(body.length))
  if (typeof body === 'string') headers.set('Content-Length', String(body.length))
  return headers
}

export interface Member {
  household: Household
  owner: Client
  device: Client
}

export async function register(platform: Platform, algorithm?: Algorithm): Promise<Member> {
  const household = await createHousehold({
    now: NOW,
    ...algorithm === undefined ? {} : { algorithm },
  })
  const owner = clientFor(platform, household.owner.signer)
  const device = clientFor(platform, household.device.signer)
  await owner.registerIdentity(household.owner.identity.changes)
  await device.registerIdentity(household.device.identity.changes)
  await device.addPairing(household.pairing.bytes)
  return { household, owner, device }
}

/** A channel with its first chapter and epoch open at the platform. */
export async function openedChannel(member: Member): Promise<TestChannel> {
  const channel = await member.household.openChannel()
  await member.owner.openChannel(channel.opening.statement.bytes)
  const chapter = await channel.openChapter()
  await member.owner.openChapter(chapter.statement.bytes)
  const { opened } = await channel.openEpoch()
  await member.device.postBlocks(channel.id, [opened.statement.bytes])
  return channel
}

/** Posts items and gives status and answer, whatever they are. */
export async function post(
  app: App,
  channel: TestChannel,
  ...items: Bytes[]
): Promise<{ status: number; headers: Headers; answer: Record<string, unknown> }> {
  const init = {
    method: 'POST',
    body: concat(...items),
    headers: { 'Content-Type': 'application/cbor-seq' },
  }
  const path = `/v1/channels/${channel.name}/blocks`
  const response = await app.request(path, { ...init, headers: withLength(init) })
  const answer = members(await response.json())
  return { status: response.status, headers: response.headers, answer }
}

export async function all<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** What an answer in JSON has, as it must be an object. */
export function members(answer: unknown): Record<string, unknown> {
  if (typeof answer !== 'object' || answer === null) throw new Error('The answer is no object')
  return { ...answer }
}
