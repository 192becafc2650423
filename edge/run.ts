/**
 * A server process from start to stop, the same on Node and Deno: settings, app, database,
 * operator, listening; then one signal ends it in good order and a second one at once.
 *
 * @module
 */
import process from 'node:process'
import { BOUNDED, connect, type Database, startDatabase } from './database.ts'
import { createLog, type Log } from './log.ts'
import { migrate } from './migrate.ts'
import { operatorKeyIn } from './operator-file.ts'
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
    await ensurePwa(log.say)
    database = await startDatabase(
      settings,
      (line) => log.entry({ from: 'postgres', message: line }),
    )
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
  await migrate(database.address)
  const sql = connect(database.address, { max: 10, connection: BOUNDED })
  const stopping = new AbortController()
  const handler = await createPlatform(settings, operatorKey, sql, log.entry, stopping.signal)
  const listener = await listen(handler, host, port).catch(async (error: unknown) => {
    await sql.end({ timeout: 1 })
    throw error
  })
  log.say(`Kilowit is running at ${publicUrl}`)
  log.say('Open it in Chrome or Edge beside your meter, or look around with a simulated one.')
  log.say(
    `Ctrl-C stops it. What it keeps is in ${settings.databaseUrl ? 'your database' : dataDir}.`,
  )

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
