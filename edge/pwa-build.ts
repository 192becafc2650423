/**
 * The PWA is built at the start when it was never built or its sources are newer.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
/** Where the built PWA is. */
export const PWA_DIST = path.join(ROOT, 'pwa/dist')
const CONFIG = path.join(ROOT, 'pwa/vite.config.ts')
const SOURCES = ['pwa', 'shared', 'package-lock.json']

/** Builds if need be; `log` is told before it takes its seconds. */
export async function ensurePwa(log: (line: string) => void): Promise<void> {
  const built = await modified(path.join(PWA_DIST, 'index.html'))
  const times = await Promise.all(SOURCES.map((source) => newest(path.join(ROOT, source))))
  if (built > Math.max(...times)) return
  log('Building the app')
  // Only here, so that a process with a built PWA never loads the builder.
  const { build } = await import('vite')
  await build({ configFile: CONFIG, logLevel: 'warn' })
}

/** When anything under a path was last changed, in milliseconds; 0 if there is nothing. */
async function newest(at: string): Promise<number> {
  if (at === PWA_DIST || path.basename(at) === 'node_modules') return 0
  const entries = await fs.readdir(at, { withFileTypes: true }).catch(() => [])
  const below = await Promise.all(entries.map((entry) => newest(path.join(at, entry.name))))
  return Math.max(await modified(at), ...below)
}

async function modified(file: string): Promise<number> {
  const found = await fs.stat(file).catch(() => undefined)
  return found?.mtimeMs ?? 0
}
