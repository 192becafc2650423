/**
 * The PWA is built at the start when it was never built or its sources are newer.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
/** Where the built PWA is. */
export const PWA_DIST = path.join(ROOT, 'pwa/dist')
const CONFIG = path.join(ROOT, 'pwa/vite.config.ts')
const VITE = path.join(ROOT, 'node_modules/vite/bin/vite.js')
const SOURCES = ['pwa', 'shared', 'package-lock.json']

/** The PWA cannot be built; the message says what to do. */
export class PwaBuildError extends Error {
  override readonly name = 'PwaBuildError'
}

/** Builds if need be; `log` is told before it takes its seconds. */
export async function ensurePwa(log: (line: string) => void): Promise<void> {
  const built = await modified(path.join(PWA_DIST, 'index.html'))
  const times = await Promise.all(SOURCES.map((source) => newest(path.join(ROOT, source))))
  if (built > Math.max(...times)) return
  log('Building the app')
  await build()
}

/** In a process of its own: the builder would stay in the memory of ours for as long as it runs. */
async function build(): Promise<void> {
  const run = process.versions['deno'] === undefined ? [] : ['run', '--allow-all', '--no-prompt']
  const child = spawn(
    process.execPath,
    [...run, VITE, 'build', '--config', CONFIG, '--logLevel', 'warn'],
    // Standard output is the log's.
    {
      cwd: ROOT,
      stdio: ['ignore', process.stderr.fd, process.stderr.fd],
      // Under any other mode, as tests set it, the page would not start its service worker.
      env: { ...process.env, NODE_ENV: 'production' },
    },
  )
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null))
    child.on('close', resolve)
  })
  if (code !== 0) {
    throw new PwaBuildError(
      'The app could not be built: run "npm ci", then "npm run build" to see why',
    )
  }
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
