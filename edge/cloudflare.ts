/**
 * Kilowit on Cloudflare Workers: Postgres through Hyperdrive (with its cache off), the built PWA as
 * static assets. A Worker may not use one request's connection in another, so each request has its
 * own client, which ends when the answer's last byte is out.
 *
 * @module
 */
import postgres from 'postgres'
import * as v from 'valibot'
import { createApp } from '../server/app.ts'
import type { Log } from '../server/context.ts'
import { type Database, database } from '../server/database.ts'
import { version } from '../package.json'
import { limitEntries, limitsFrom } from './limit-settings.ts'
import { networkOf } from './network.ts'
import { newestMigration } from './newest-migration.ts'
import { parseOperatorKey } from './operator-key.ts'
import { createSite } from './site.ts'
import { withSafeTransactions } from './transactions.ts'
import { endDue } from '../server/consent/store.ts'
import { sweep } from '../server/sweep.ts'
import { deliverDue, type PostHook } from '../server/webhooks/deliver.ts'

interface Context {
  waitUntil(work: Promise<unknown>): void
}

interface Fetcher {
  fetch(request: Request): Promise<Response>
}

const text = (name: string) => v.pipe(v.string(`${name} is missing`), v.minLength(1))

const EnvironmentSchema = v.object({
  HYPERDRIVE: v.object({ connectionString: v.string() }, 'The binding HYPERDRIVE is missing'),
  ASSETS: v.custom<Fetcher>(
    (x) => typeof x === 'object' && x !== null && 'fetch' in x,
    'The binding ASSETS is missing',
  ),
  OPERATOR_KEY: text('OPERATOR_KEY'),
  PUBLIC_URL: v.pipe(
    text('PUBLIC_URL'),
    v.regex(/^https?:\/\/[^/]+$/, 'PUBLIC_URL must be an origin such as https://kilowit.example'),
  ),
  ...limitEntries,
})

const logEntry: Log = (entry) => console.log(JSON.stringify(entry)) // oxlint-disable-line no-console -- Workers have no other log

type Environment = v.InferOutput<typeof EnvironmentSchema>
type Handle = (request: Request, db: Database) => Promise<Response>

/** Made at the first request of an isolate. Its settings cannot change while it lives. */
let made: Handle | undefined

async function make({ OPERATOR_KEY, PUBLIC_URL, ...limits }: Environment): Promise<Handle> {
  const databases = new WeakMap<object, Database>()
  const app = createApp({
    database: (bindings) => {
      const found = typeof bindings === 'object' && bindings !== null && databases.get(bindings)
      if (!found) throw new Error('A request came without its database')
      return found
    },
    operator: await parseOperatorKey(OPERATOR_KEY),
    publicUrl: PUBLIC_URL,
    now: () => Date.now() / 1000,
    log: logEntry,
    commit: 'single',
    // Cloudflare writes this header itself and lets no visitor write it.
    network: (request) => networkOf(request.headers.get('cf-connecting-ip') ?? undefined, null, 0),
    version,
    migration: newestMigration,
    limits: limitsFrom(limits),
  })
  return async (request, db) => {
    const bindings = {}
    databases.set(bindings, db)
    return await app.fetch(request, bindings)
  }
}

export default {
  async fetch(request: Request, env: unknown, ctx: Context): Promise<Response> {
    const parsed = v.safeParse(EnvironmentSchema, env)
    if (!parsed.success) {
      const faults = parsed.issues.map((issue) => issue.message).join('\n')
      return new Response(`Kilowit is not set up yet:\n${faults}\n`, { status: 503 })
    }
    const { ASSETS, HYPERDRIVE, PUBLIC_URL } = parsed.output
    const site = createSite({ get: (path) => asset(ASSETS, request, path) }, PUBLIC_URL)
    const page = await site(request)
    if (page !== null) return page

    made ??= await make(parsed.output)
    const sql = connectTo(HYPERDRIVE.connectionString)
    try {
      return untilSent(
        await made(request, database(withSafeTransactions(sql))),
        ctx,
        () => sql.end({ timeout: 5 }),
      )
    } catch (error) {
      ctx.waitUntil(sql.end({ timeout: 5 }))
      throw error
    }
  },

  /** By the cron trigger of wrangler.toml: ends the grants whose time is over, sends the webhooks that
   * are due, deletes what is over. */
  async scheduled(_: unknown, env: unknown): Promise<void> {
    const { HYPERDRIVE } = v.parse(EnvironmentSchema, env)
    const sql = connectTo(HYPERDRIVE.connectionString)
    try {
      const delivery = { post: postHook, now: () => Date.now() / 1000, log: logEntry }
      while (await endDue(database(sql), delivery.now()) > 0);
      while (await deliverDue(database(sql), delivery) > 0);
      while (await sweep(database(sql), delivery.now()) > 0);
    } finally {
      await sql.end({ timeout: 5 })
    }
  },
}

function connectTo(address: string): postgres.Sql {
  return postgres(address, {
    max: 5,
    fetch_types: false,
    onnotice: () => undefined,
    connect_timeout: 10,
  })
}

/**
 * A Worker reaches no private network, and looks no name up itself; what is left to hold is https and
 * that no redirect is followed.
 */
const postHook: PostHook = async ({ url, headers, body }) => {
  const { protocol, username, password } = new URL(url)
  if (protocol !== 'https:' || username !== '' || password !== '') throw new Error('No hook')
  const signal = AbortSignal.timeout(15_000)
  const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
  await response.body?.cancel()
  return response.status
}

/** The same answer; `after` runs when its body was sent or given up. */
function untilSent(response: Response, ctx: Context, after: () => Promise<void>): Response {
  if (response.body === null) {
    ctx.waitUntil(after())
    return response
  }
  const { readable, writable } = new TransformStream()
  ctx.waitUntil(response.body.pipeTo(writable).catch(() => undefined).then(after))
  return new Response(readable, response)
}

async function asset(assets: Fetcher, request: Request, path: string): Promise<Response | null> {
  const url = new URL(path, request.url)
  const response = await assets.fetch(new Request(url, { headers: request.headers }))
  if (response.status !== 404) return response
  await response.body?.cancel()
  return null
}
