/**
 * The gateway's data directory: each file is whole or not there, on the disk when a write returns,
 * and for this user alone.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import process from 'node:process'
import type { Bytes } from '../shared/bytes.ts'
import { type CborValue, decode, encode } from '../shared/cbor.ts'

/** What stops the gateway; the message says what to do. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
}

export async function makeFolder(folder: string): Promise<void> {
  await fs.mkdir(folder, { recursive: true, mode: 0o700 })
}

/** Undefined where there is none. */
export async function readFile(file: string): Promise<Bytes | undefined> {
  try {
    return new Uint8Array(await fs.readFile(file))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

export async function writeFile(file: string, bytes: Bytes): Promise<void> {
  const fresh = `${file}.new`
  const handle = await fs.open(fresh, 'w', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await fs.rename(fresh, file)
  await syncFolder(path.dirname(file))
}

/** Kept by {@link keep}: what it was given then. */
export async function kept<T>(file: string): Promise<T | undefined> {
  const bytes = await readFile(file)
  return bytes === undefined ? undefined : decode(bytes) as T // nobody else writes it
}

export async function keep(file: string, value: CborValue): Promise<void> {
  await writeFile(file, encode(value))
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Two processes must not seal with one state. What a killed one left behind is no hindrance.
 *
 * @throws {GatewayError}
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await makeFolder(folder)
  const file = path.join(folder, 'lock')
  for (let tries = 0; tries < 2; tries++) {
    try {
      await fs.writeFile(file, `${process.pid}`, { flag: 'wx', mode: 0o600 })
      return () => fs.rm(file, { force: true })
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
      const pid = Number((await fs.readFile(file, 'utf8').catch(() => '')) || 0)
      if (pid !== process.pid && isRunning(pid)) {
        throw new GatewayError(
          `Another gateway (process ${pid}) works in ${folder}: stop it, or name another --data`,
        )
      }
      await fs.rm(file, { force: true })
    }
  }
  throw new GatewayError(`${folder} is used by another gateway: stop it, or name another --data`)
}

function isRunning(pid: number): boolean {
  if (pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
