/**
 * Kilowit as it is started by `npm start`, as a process of its own with its embedded Postgres, in a
 * new folder: fsync on, every answer after the commit. Only the limits are wider. Or with a
 * Postgres beside it, so that the CPU time of the two can be told apart.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import postgres from 'postgres'
import { startEmbeddedPostgres } from '../../edge/embedded-postgres.ts'
import { freePort, startNode } from '../rig/process.ts'

export interface Server {
  readonly port: number
  readonly url: string
  readonly pid: number
  close(): Promise<void>
}

export async function startKilowit(env: Record<string, string> = {}): Promise<Server> {
  const dataDir = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-bench-'))
  await fs.chmod(dataDir, 0o711)
  const port = await freePort()
  const url = `http://localhost:${port}`
  const server = startNode('edge/node.ts', [], {
    env: {
      PORT: String(port),
      DATA_DIR: dataDir,
      PUBLIC_URL: url,
      LIMIT_NETWORK_PER_SECOND: '1000000',
      LIMIT_DEVICE_PER_SECOND: '1000000',
      LIMIT_IDENTITIES_PER_DAY: '1000000',
      LIMIT_CHANNELS_PER_DAY: '1000000',
      ...env,
    },
  })
  const close = async () => {
    await server.close()
    await fs.rm(dataDir, { recursive: true, force: true })
  }
  try {
    await server.answers(`http://127.0.0.1:${port}/readyz`)
  } catch (error) {
    await close()
    throw error
  }
  return { port, url, pid: server.pid, close }
}

/** A server with a Postgres that is not its child. */
export interface Site extends Server {
  readonly sql: postgres.Sql
  readonly databaseUrl: string
}

export async function startSite(): Promise<Site> {
  const folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-site-'))
  await fs.chmod(folder, 0o711)
  const listen = { port: await freePort() }
  const database = await startEmbeddedPostgres(folder, () => undefined, { listen })
  const databaseUrl = database.url ?? ''
  const server = await startKilowit({ DATABASE_URL: databaseUrl })
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined })
  return {
    ...server,
    sql,
    databaseUrl,
    close: async () => {
      await sql.end()
      await server.close()
      await database.stop('immediate')
      await fs.rm(folder, { recursive: true, force: true })
    },
  }
}
