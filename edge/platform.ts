/**
 * The app as it runs on Node and Deno: one pool of connections, `node:crypto`, the built PWA from
 * disk, and posts that share a transaction.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import type postgres from 'postgres'
import { createApp } from '../server/app.ts'
import type { Log, Operator } from '../server/context.ts'
import { database } from '../server/database.ts'
import { endDue } from '../server/consent/store.ts'
import { sweep } from '../server/sweep.ts'
import { deliverDue } from '../server/webhooks/deliver.ts'
import { readAssets } from './disk-assets.ts'
import { whileRunning } from './due.ts'
import { networkOf } from './network.ts'
import { newestMigration } from './newest-migration.ts'
import { sha256Sync, verifyNatively } from './node-crypto.ts'
import { postHook } from './post-hook.ts'
import { PWA_DIST } from './pwa-build.ts'
import type { Settings } from './settings.ts'
import { createSite } from './site.ts'
import { endWith } from './streams.ts'

/** Milliseconds. */
const SWEEP_EVERY = 60_000

/** Answers a request that came from the address `remote`. */
export type Handler = (request: Request, remote: string | undefined) => Promise<Response>

/** @param stopping aborted when the process is to end: streams end with it */
export async function createPlatform(
  settings: Settings,
  operator: Operator,
  sql: postgres.Sql,
  log: Log,
  stopping: AbortSignal,
): Promise<Handler> {
  const { publicUrl, trustProxy, limits } = settings
  const pool = database(sql)
  const now = () => Date.now() / 1000
  const delivery = { post: postHook(publicUrl), now, log }
  void whileRunning(() => endDue(pool, now()), stopping, log)
  void whileRunning(() => deliverDue(pool, delivery), stopping, log)
  void whileRunning(() => sweep(pool, now()), stopping, log, SWEEP_EVERY)
  const app = createApp({
    database: () => pool,
    operator,
    publicUrl,
    now,
    digest: sha256Sync,
    verifier: verifyNatively,
    log,
    commit: 'group',
    network: (request, env) =>
      networkOf(remoteIn(env), request.headers.get('x-forwarded-for'), trustProxy),
    version: await version(),
    migration: newestMigration,
    limits,
  })
  const site = createSite(await readAssets(PWA_DIST), publicUrl)
  return async (request, remote) =>
    await site(request) ?? endWith(await app.fetch(request, { remote }), stopping)
}

function remoteIn(env: unknown): string | undefined {
  const remote: unknown = typeof env === 'object' && env !== null
    ? Reflect.get(env, 'remote')
    : null
  return typeof remote === 'string' ? remote : undefined
}

async function version(): Promise<string> {
  const text = await fs.readFile(new URL('../package.json', import.meta.url), 'utf8')
  const { version }: { version: string } = JSON.parse(text) // our own file
  return version
}
