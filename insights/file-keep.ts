/**
 * What Insights keeps, as one file for each thing in a folder that only its own user may read. A
 * file is written beside its place, synced, and then takes it, so that none is ever half there.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import type { Keep } from '../shared/api/keep.ts'

/** Makes the folder when it is not there yet. */
export async function keepInFolder(folder: string): Promise<Keep> {
  await fs.mkdir(folder, { recursive: true, mode: 0o700 })
  // Names hold letters, digits, `.`, `-` and `_` only; `=` keeps them from being a hidden file.
  const place = (name: string) => path.join(folder, `=${name}`)

  return {
    async get(name) {
      try {
        return await fs.readFile(place(checked(name)), 'utf8')
      } catch (error) {
        if (isMissing(error)) return null
        throw error
      }
    },

    async set(name, value) {
      const file = place(checked(name))
      if (value === null) return await fs.rm(file, { force: true })
      const beside = `${file}.${crypto.randomUUID()}`
      const handle = await fs.open(beside, 'wx', 0o600)
      try {
        await handle.writeFile(value)
        await handle.sync()
      } finally {
        await handle.close()
      }
      await fs.rename(beside, file)
    },

    async names(beginning) {
      const files = await fs.readdir(folder)
      return files.filter((file) => file.startsWith(`=${beginning}`) && !isBeside(file))
        .map((file) => file.slice(1))
    },
  }
}

function checked(name: string): string {
  if (!/^[\w.-]{1,100}$/.test(name)) throw new RangeError('Cannot keep this under such a name')
  return name
}

/** What an interrupted write left. */
function isBeside(file: string): boolean {
  return /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(file)
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
