/**
 * The database's files in `DATA_DIR`: the cluster itself in `postgres/`, made once and whole, the
 * directory of its socket, who may connect, and the note of a running server.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import * as os from 'node:os'
import { Buffer } from 'node:buffer'
import * as path from 'node:path'
import { EmbeddedPostgresError, errorCode } from './error.ts'
import { run, type ServerUser } from './system.ts'

/** The kernel's limit for a socket's path is 108 bytes with its ending zero, 104 on macOS. */
const LONGEST_SOCKET_PATH = 100
const TEMPORARY = 'kilowit-socket-'

/** Makes the cluster if there is none, and refuses one of another version or of something else. */
export async function ensureCluster(
  cluster: string,
  binaries: string,
  version: string,
  user: ServerUser,
  log: (line: string) => void,
): Promise<void> {
  const found = await fs.readdir(cluster).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return []
    throw new EmbeddedPostgresError(
      `"${cluster}" cannot be read (${
        errorCode(error)
      }): start Kilowit as the user who owns it, or choose another DATA_DIR`,
    )
  })
  if (found.length === 0) return await makeCluster(cluster, binaries, user, log)

  const kept = await fs.readFile(path.join(cluster, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (kept === undefined) {
    throw new EmbeddedPostgresError(
      `"${cluster}" is not empty and holds no Postgres database: choose another DATA_DIR, or move what is there`,
    )
  }
  if (kept.trim() !== version) {
    throw new EmbeddedPostgresError(
      `"${cluster}" was made by Postgres ${kept.trim()}, and this is Postgres ${version}: dump it with that version and restore it here, or set DATABASE_URL`,
    )
  }
}

/** Made beside its place and renamed into it, so that a crash never leaves half a cluster there. */
async function makeCluster(
  cluster: string,
  binaries: string,
  user: ServerUser,
  log: (line: string) => void,
): Promise<void> {
  log('Making a new database')
  const fresh = await fs.mkdtemp(`${cluster}.new-`)
  try {
    await giveTo(user, fresh)
    const made = await run(user, path.join(binaries, 'initdb'), [
      `--pgdata=${fresh}`,
      '--username=postgres',
      '--encoding=UTF8',
      '--locale=C',
      '--auth=reject',
      '--data-checksums',
    ])
    if (made.code !== 0) {
      throw new EmbeddedPostgresError(
        `The database in "${cluster}" could not be made. It said: ${made.output.trim()}`,
      )
    }
    await fs.rename(fresh, cluster)
  } catch (error) {
    await fs.rm(fresh, { recursive: true, force: true })
    // Another process made it at the same time.
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) throw error
  }
}

/** The directory of the socket: in `home`, or a temporary one if the path would be too long. */
export async function makeSocketDir(home: string, user: ServerUser): Promise<string> {
  const inHome = path.join(home, 'socket')
  const tooLong = Buffer.byteLength(path.join(inHome, '.s.PGSQL.65535')) > LONGEST_SOCKET_PATH
  // Postgres and its client split lists of directories and hosts at these characters.
  const dir = tooLong || /[,:"]/.test(inHome)
    ? await fs.mkdtemp(path.join(os.tmpdir(), TEMPORARY))
    : inHome
  await fs.mkdir(dir, { recursive: true, mode: 0o700 })
  await fs.chmod(dir, 0o700)
  await giveTo(user, dir)
  return dir
}

/** Takes a temporary directory away; the one in `DATA_DIR` stays. */
export async function removeSocketDir(dir: string): Promise<void> {
  if (path.basename(dir).startsWith(TEMPORARY)) await fs.rm(dir, { recursive: true, force: true })
}

/**
 * Who may connect: over the socket the server's user, root and ourselves, as the kernel names them;
 * over TCP only the application's role, with its password.
 */
export async function writeAccessFiles(
  cluster: string,
  user: ServerUser,
  role: string,
): Promise<void> {
  const names = [...new Set([user.name, os.userInfo().username, 'root'])]
  const ident = names.flatMap((name) =>
    ['postgres', role].map((as) => `kilowit "${name.replaceAll('"', '""')}" ${as}\n`)
  )
  const access = [
    'local all all peer map=kilowit\n',
    `host all ${role} 127.0.0.1/32 scram-sha-256\n`,
  ]
  for (const [name, lines] of [['ident', ident], ['hba', access]] as const) {
    const file = path.join(cluster, `kilowit_${name}.conf`)
    await fs.writeFile(file, lines.join(''), { mode: 0o600 })
    await giveTo(user, file)
  }
}

export interface RunningServer {
  pid: number
  socketDir: string
  port: number
}

/** The note that a running server keeps, or one that died left behind. */
export async function readPostmasterPid(cluster: string): Promise<RunningServer | undefined> {
  const file = path.join(cluster, 'postmaster.pid')
  const lines = (await fs.readFile(file, 'utf8').catch(() => '')).split('\n')
  const [pid, , , port, socketDir] = lines
  if (!pid || !port || !socketDir) return undefined
  return { pid: Number(pid), port: Number(port), socketDir }
}

/**
 * Takes away the note of a server that is gone and whose process id another program has now, as
 * happens in containers, where ids start afresh. Only where `/proc` proves it: such a note
 * otherwise guards the cluster.
 */
export async function forgetStalePid(cluster: string): Promise<void> {
  const running = await readPostmasterPid(cluster)
  if (running === undefined) return
  const program = await fs.readFile(`/proc/${running.pid}/cmdline`, 'utf8').catch(() => undefined)
  if (program === undefined || program === '' || program.includes('postgres')) return
  await fs.rm(path.join(cluster, 'postmaster.pid'), { force: true })
}

async function giveTo(user: ServerUser, file: string): Promise<void> {
  if (user.ids) await fs.chown(file, user.ids.uid, user.ids.gid)
}
