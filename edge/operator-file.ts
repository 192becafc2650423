/**
 * The operator's key as a file in `DATA_DIR`: made once, readable by its owner alone, on disk before
 * it is first used, and never written over.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import process from 'node:process'
import { makeDataDir } from './data-dir.ts'
import { newOperatorKey, OperatorKeyError } from './operator-key.ts'

export const OPERATOR_FILE = 'operator.key'

/** The text of the key in `dataDir`, which is made at the first start. */
export async function operatorKeyIn(dataDir: string, now: number): Promise<string> {
  const file = path.join(dataDir, OPERATOR_FILE)
  const known = await read(file)
  if (known !== undefined) return known
  await makeDataDir(dataDir)
  const draft = path.join(dataDir, `.operator.key.${process.pid}`)
  const handle = await fs.open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(`${await newOperatorKey(now)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    // A link never replaces: of two processes that start together, one makes the key for both.
    await fs.link(draft, file)
    await syncFolder(dataDir)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await fs.unlink(draft)
  }
  return await fs.readFile(file, 'utf8')
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT') return undefined
    throw new OperatorKeyError(`cannot be read (${code})`)
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
