/**
 * Real Postgres for the tests: a database of its own for every test file, on one shared server; or
 * a server of its own for tests that restart it.
 *
 * With `DATABASE=15` in the environment, all of it runs on Debian's Postgres 15 instead of the
 * embedded one.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import postgres from 'postgres'
import { inject } from 'vitest'
import { type DatabaseOptions, startEmbeddedPostgres } from '../../edge/embedded-postgres.ts'
import { freePort } from './process.ts'

export interface ServerAddress {
  admin: DatabaseOptions
  url: string
}

export interface TestServer {
  address: ServerAddress
  /** An empty database that belongs to the application's role. */
  database(): Promise<TestDatabase>
  /** Stops the server and starts it at the same address; `immediate` is a crash. */
  restart(mode?: 'fast' | 'immediate'): Promise<void>
  /** What the server has logged. */
  output(): string
  close(): Promise<void>
}

export interface TestDatabase {
  /** With its password, over TCP on 127.0.0.1. */
  url: string
  /** Ends all sessions and drops the database. */
  close(): Promise<void>
}

/** An empty database on the server that all test files share. */
export function testDatabase(): Promise<TestDatabase> {
  return createDatabase(inject('postgres'))
}

/** A server of one's own, with fsync on, on a free port. */
export async function startTestServer(): Promise<TestServer> {
  const folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-postgres-'))
  await fs.chmod(folder, 0o711)
  const binaries = debianBinaries()
  const said: string[] = []
  const log = (line: string) => said.push(line)
  const listen = { port: await freePort(), password: 'of the tests' }
  const start = () =>
    startEmbeddedPostgres(folder, log, {
      listen,
      settings: { max_connections: '200' },
      ...(binaries === undefined ? {} : { binaries }),
    })

  let running = await start()
  const address = { admin: running.admin, url: running.url ?? '' }
  return {
    address,
    database: () => createDatabase(address),
    output: () => said.join('\n'),
    async restart(mode = 'fast') {
      await running.stop(mode)
      running = await start()
    },
    async close() {
      await running.stop('immediate')
      await fs.rm(folder, { recursive: true, force: true })
    },
  }
}

let databases = 0

async function createDatabase({ admin, url }: ServerAddress): Promise<TestDatabase> {
  const name = `test_${process.pid}_${databases++}_${Date.now().toString(36)}`
  const once = async (statement: string) => {
    const sql = postgres({ ...admin, max: 1, onnotice: () => undefined })
    try {
      await sql.unsafe(statement)
    } finally {
      await sql.end()
    }
  }
  await once(`create database ${name} owner ${decodeURIComponent(new URL(url).username)}`)
  const own = new URL(url)
  own.pathname = `/${name}`
  return { url: own.href, close: () => once(`drop database if exists ${name} with (force)`) }
}

function debianBinaries(): string | undefined {
  const wanted = process.env['DATABASE']
  if (wanted === undefined || wanted === '') return undefined
  const folder = `/usr/lib/postgresql/${wanted}/bin`
  if (!existsSync(folder)) {
    throw new Error(
      `DATABASE=${wanted} needs Debian’s Postgres ${wanted}: apt-get install postgresql-${wanted}`,
    )
  }
  return folder
}
