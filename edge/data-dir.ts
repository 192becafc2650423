/**
 * `DATA_DIR`: made with the folders above it at the first start, and checked before anything is
 * written to it.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import process from 'node:process'

/** The folder that DATA_DIR names cannot be used; the message says what to do. */
export class DataDirError extends Error {
  override readonly name = 'DataDirError'
}

/** @throws {DataDirError} */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await make(path.resolve(dataDir))
    await fs.access(dataDir, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new DataDirError(
      `DATA_DIR=${dataDir} cannot be used, as ${why(code)} (${code}): ` +
        'name a folder that this user may write to, or that can be made',
    )
  }
}

/**
 * One folder after the other: where the system says of a parent that it is there and of a child
 * that it is not, as in `/proc`, Node's own recursive way never ends.
 */
async function make(folder: string): Promise<void> {
  const found = await fs.stat(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (found?.isDirectory()) return
  if (found !== undefined) throw Object.assign(new Error('A file'), { code: 'ENOTDIR' })
  const parent = path.dirname(folder)
  if (parent !== folder) await make(parent)
  try {
    // Postgres runs as another user than root, and must be able to pass.
    await fs.mkdir(folder, { mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
  } catch (error) {
    // Another process made it at the same time.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

function why(code: string): string {
  return {
    ENOTDIR: 'it is a file, or lies below one',
    EACCES: 'this user may not write there',
    EPERM: 'this user may not write there',
    EROFS: 'that disk can only be read',
    ENOSPC: 'that disk is full',
    ENOENT: 'no folder can be made there',
    ENAMETOOLONG: 'its name is too long',
    ELOOP: 'its links lead round in a circle',
  }[code] ?? 'the system refuses it'
}
