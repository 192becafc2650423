/**
 * Kilowit as a real process on each of the three runtimes, on a database of its own.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { migrate } from '../../edge/migrate.ts'
import { newOperatorKey } from '../../edge/operator-key.ts'
import { testDatabase } from '../rig/postgres.ts'
import {
  denoBinary,
  freePort,
  ROOT,
  type Running,
  startBin,
  startDeno,
  startNode,
} from '../rig/process.ts'

export const RUNTIMES = ['Node', 'Deno', 'workerd'] as const
export type Runtime = (typeof RUNTIMES)[number]

export interface Platform {
  readonly url: string
  /** The runtime with its version, as the binary tells it. */
  readonly version: string
  readonly process: Running
  close(): Promise<void>
}

/** All tests come from one network, which does more than a household's; a device's limit is near. */
const LIMITS = {
  LIMIT_IDENTITIES_PER_DAY: '10000',
  LIMIT_CHANNELS_PER_DAY: '10000',
  LIMIT_NETWORK_PER_SECOND: '1000',
  LIMIT_DEVICE_PER_SECOND: '5',
}

export async function startPlatform(runtime: Runtime): Promise<Platform> {
  const database = await testDatabase()
  const folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-conformance-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const key = await newOperatorKey(Math.floor(Date.now() / 1000))
  const settings = { PUBLIC_URL: url, OPERATOR_KEY: key, ...LIMITS }
  const env = { ...settings, PORT: String(port), DATA_DIR: folder, DATABASE_URL: database.url }
  if (runtime === 'workerd') await migrate({ url: database.url })
  const process = {
    Node: () => startNode('edge/node.ts', [], { env }),
    Deno: () => startDeno('edge/deno.ts', [], { env }),
    workerd: () => startWorker(port, folder, settings, database.url),
  }[runtime]()
  try {
    await process.answers(`${url}/readyz`, 60_000)
  } catch (error) {
    await process.close()
    throw error
  }
  return {
    url,
    version: versionOf(runtime),
    process,
    close: async () => {
      await process.close()
      await database.close()
      await fs.rm(folder, { recursive: true, force: true })
    },
  }
}

/** What `wrangler deploy` would send, in the server that Cloudflare runs. */
function startWorker(
  port: number,
  folder: string,
  settings: Record<string, string>,
  databaseUrl: string,
): Running {
  const variables = Object.entries(settings).flatMap(([name, value]) => [
    '--var',
    `${name}:${value}`,
  ])
  return startBin('wrangler', [
    'dev',
    '--local',
    '--ip=127.0.0.1',
    `--port=${port}`,
    '--inspector-port=0',
    `--persist-to=${folder}`,
    '--show-interactive-dev-session=false',
    ...variables,
  ], {
    env: {
      CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_HYPERDRIVE: databaseUrl,
      WRANGLER_SEND_METRICS: 'false',
      CI: '1',
    },
  })
}

function versionOf(runtime: Runtime): string {
  const newer = path.join(ROOT, 'node_modules/.bin/node')
  const binary = {
    Node: () => existsSync(newer) ? newer : process.execPath,
    Deno: denoBinary,
    workerd: (): string => createRequire(import.meta.url)('workerd').default, // it has no types
  }[runtime]()
  const [line = ''] = execFileSync(binary, ['--version'], { encoding: 'utf8' }).split('\n')
  return `${runtime} ${line.replace(/^(deno|workerd) /, '')}`
}
