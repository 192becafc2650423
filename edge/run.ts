/**
 * A server process from start to stop, the same on Node and Deno: settings, port, app,
 * database, operator, listening; then one signal ends it in good order and a second one at once.
 *
 * @module
 */
import * as path from 'node:path'
import process from 'node:process'
import { fingerprint } from '../shared/identity/identity.ts'
import { BOUNDED, connect, type Database, startDatabase } from './database.ts'
import { makeDataDir } from './data-dir.ts'
import { createLog, type Log } from './log.ts'
import { migrate } from './migrate.ts'
import { signNatively } from './node-crypto.ts'
import { OPERATOR_FILE, operatorKeyIn } from './operator-file.ts'
import { parseOperatorKey } from './operator-key.ts'
import { createPlatform, type Handler } from './platform.ts'
import { ensurePwa } from './pwa-build.ts'
import { readSettings, type Settings } from './settings.ts'
import { sayAndFail } from './start-error.ts'

export interface Listener {
  /** Takes no more connections, and resolves when the last request has its answer. */
  close(): Promise<void>
}

/** @throws {ListenError} */
export type Listen = (handler: Handler, host: string, port: number) => Promise<Listener>

/** Resolves when the process has started, or has said why it cannot. */
export async function run(listen: Listen): Promise<void> {
  const signals = watchSignals()
  const log = createLog()
  let database: Database | undefined
  try {
    const settings = await readSettings(process.env)
    // Before anything is made: what cannot be served at all need not be started.
    await (await listen(notYet, settings.host, settings.port)).close()
    if (!settings.databaseUrl || !settings.operatorKey) await makeDataDir(settings.dataDir)
    await ensurePwa(log.say)
    database = await startDatabase(settings, log.postgres, log.say)
    await serve(settings, database, listen, signals, log)
  } catch (error) {
    await database?.stop()
    sayAndFail(error)
    signals.forget()
  }
}

async function serve(
  settings: Settings,
  database: Database,
  listen: Listen,
  signals: Signals,
  log: Log,
): Promise<void> {
  const { publicUrl, dataDir, host, port } = settings
  const operatorKey = settings.operatorKey ??
    await operatorKeyIn(dataDir, Math.floor(Date.now() / 1000))
  const operator = await parseOperatorKey(operatorKey, signNatively)
  await migrate(database.address)
  const sql = connect(database.address, { max: 10, connection: BOUNDED, fetch_types: false })
  const stopping = new AbortController()
  const handler = await createPlatform(settings, operator, sql, log.entry, stopping.signal)
  const listener = await listen(handler, host, port).catch(async (error: unknown) => {
    await sql.end({ timeout: 1 })
    throw error
  })
  log.headline('Kilowit is running at', publicUrl)
  log.say('Open it in Chrome or Edge beside your meter, or look around with a simulated one.')
  log.say(`This platform signs as ${fingerprint(operator.identity.id)}.`)
  log.say(whatIsKept(settings))
  log.say('Ctrl-C stops it.')

  signals.onFirst(async () => {
    log.say('Stopping: finishing what is under way')
    stopping.abort()
    await listener.close()
    await sql.end({ timeout: 5 })
    await database.stop()
    log.say('Stopped')
    process.exit(0)
  })
  signals.onSecond(async () => {
    await Promise.race([database.stop('immediate'), new Promise((done) => setTimeout(done, 2000))])
    process.exit(1)
  })
}

function notYet(): Promise<Response> {
  return Promise.resolve(new Response(null, { status: 503, headers: { 'retry-after': '2' } }))
}

/** Where things are, and that the key is worth as much care as the database. */
function whatIsKept({ databaseUrl, operatorKey, dataDir }: Settings): string {
  const key = operatorKey === undefined
    ? `its key is ${path.join(dataDir, OPERATOR_FILE)}`
    : 'its key is the one in OPERATOR_KEY'
  const place = databaseUrl === undefined ? dataDir : 'your database'
  return `What it keeps is in ${place}, and ${key}: back up both.`
}

interface Signals {
  onFirst(stop: () => Promise<void>): void
  onSecond(force: () => Promise<void>): void
  forget(): void
}

/** Signals that come while the process is still starting wait until it has started. */
function watchSignals(): Signals {
  let since: number | undefined
  let first: (() => Promise<void>) | undefined
  let second: (() => Promise<void>) | undefined
  function heed(): void {
    // Of one Ctrl-C we hear more than once: npm and tsx pass on what the terminal told us too.
    if (since !== undefined && Date.now() - since < 1000) return
    if (since === undefined) void first?.()
    else if (second) void second()
    else process.exit(1)
    since ??= Date.now()
  }
  process.on('SIGINT', heed)
  process.on('SIGTERM', heed)
  return {
    onFirst: (stop) => {
      first = stop
      if (since !== undefined) void stop()
    },
    onSecond: (force) => void (second = force),
    forget: () => {
      process.off('SIGINT', heed)
      process.off('SIGTERM', heed)
    },
  }
}
