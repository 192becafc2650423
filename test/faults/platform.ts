/**
 * Kilowit on Node as the fault tests start it, again and again at the same address.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { freePort, type Running, startNode } from '../rig/process.ts'

export interface Place {
  readonly url: string
  readonly dataDir: string
  readonly env: Record<string, string>
  /** Starts the server; it need not be up yet. */
  start(): Running
  remove(): Promise<void>
}

/** @param databaseUrl absent: the embedded Postgres */
export async function makePlace(databaseUrl?: string): Promise<Place> {
  const dataDir = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-faults-'))
  await fs.chmod(dataDir, 0o711)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = {
    PORT: String(port),
    PUBLIC_URL: url,
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl ?? '',
    OPERATOR_KEY: '',
    LIMIT_NETWORK_PER_SECOND: '100000',
    LIMIT_DEVICE_PER_SECOND: '100000',
  }
  return {
    url,
    dataDir,
    env,
    start: () => startNode('edge/node.ts', [], { env }),
    remove: () => fs.rm(dataDir, { recursive: true, force: true }),
  }
}

/** Processes whose command line names `text`. */
export function processesNaming(text: string): number[] {
  return readdirSync('/proc').map(Number).filter((pid) => {
    if (!Number.isInteger(pid) || pid === process.pid) return false
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text)
    } catch {
      return false
    }
  })
}
