/**
 * The gateway's data directory: each file is whole or not there, on the disk when a write returns,
 * and for this user alone.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import * as path from 'node:path'
import type { Bytes } from '../shared/bytes.ts'
import { CborError, type CborValue, decode, encode } from '../shared/cbor.ts'

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

/** @throws {GatewayError} where there is no room for it */
export async function writeFile(file: string, bytes: Bytes): Promise<void> {
  try {
    await replaceFile(file, bytes)
  } catch (error) {
    if (!['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES'].includes(codeOf(error))) throw error
    throw new GatewayError(
      `${file} cannot be written (${codeOf(error)}): make room on that disk, or let this user ` +
        'write there, and start again; what was sealed before is kept',
    )
  }
}

async function replaceFile(file: string, bytes: Bytes): Promise<void> {
  const fresh = `${file}.new`
  // What was left there, or put there, is not written into: it has its own mode, and may lead elsewhere.
  await fs.rm(fresh, { force: true })
  const handle = await fs.open(fresh, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await fs.rename(fresh, file)
  await syncFolder(path.dirname(file))
}

/** Kept by {@link keep}: what it was given then. @throws {GatewayError} */
export async function kept<T>(file: string): Promise<T | undefined> {
  const bytes = await readFile(file)
  try {
    return bytes === undefined ? undefined : decode(bytes) as T // nobody else writes it
  } catch (error) {
    if (!(error instanceof CborError)) throw error
    throw new GatewayError(
      `${file} is damaged: put it back from a copy; or name another --data and pair anew, and let ` +
        'this gateway go in the app (Settings, Devices)',
    )
  }
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
 * Two processes must not seal with one state. Who works in the folder listens at a socket in it,
 * which the kernel ends with the process, however that ends; a number of a process says nothing
 * after the machine or its container was started again. The newest of the numbered names is the one
 * that counts, and only the next number follows it: what was seen dead too long ago takes nothing
 * from anybody, as somebody has that number by then.
 *
 * @throws {GatewayError}
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await makeFolder(folder)
  const own = path.join(folder, `lock.new-${crypto.randomUUID().slice(0, 8)}`)
  const server = await listenAt(own)
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const newest = await newestLock(folder)
    if (await isAnswered(lockFile(folder, newest))) break
    if (!await linked(own, lockFile(folder, newest + 1))) continue
    await fs.rm(own, { force: true })
    await fs.rm(lockFile(folder, newest), { force: true })
    return close
  }
  await close()
  throw new GatewayError(
    `Another gateway works in ${folder}: stop it, or name another --data`,
  )
}

const MOST_TRIES = 5

function lockFile(folder: string, number: number): string {
  return path.join(folder, number === 0 ? 'lock' : `lock.${number}`)
}

/** -1 for none. */
async function newestLock(folder: string): Promise<number> {
  const numbers = (await fs.readdir(folder)).flatMap((name) => {
    const match = /^lock(?:\.(\d{1,9}))?$/.exec(name)
    return match === null ? [] : Number(match[1] ?? 0)
  })
  return Math.max(-1, ...numbers)
}

/** @throws {GatewayError} */
async function listenAt(file: string): Promise<Server> {
  const server = createServer((socket) => void socket.destroy())
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(file, () => resolve())
    })
  } catch (error) {
    throw new GatewayError(
      `${file} cannot be made (${codeOf(error)}): name a --data folder of this machine that this ` +
        'user may write to, with a shorter path',
    )
  }
  server.unref()
  return server
}

/** Whether a process listens there. */
async function isAnswered(file: string): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const socket = connect(file, () => {
      socket.destroy()
      resolve(true)
    })
    // Only a socket that nobody listens at any more, or no socket at all, is free.
    const free = ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK']
    socket.once('error', (error) => resolve(!free.includes(codeOf(error))))
  })
}

/** Whether that name was free. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await fs.link(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
