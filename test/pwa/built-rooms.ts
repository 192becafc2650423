/**
 * The real build of the app with the fixture in the household's place, served as the platform
 * serves it: one origin, the same policy, `index.html` for every room.
 *
 * @module
 */
import { createServer, type ServerResponse } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { build } from 'vite'
import { aSunnyAfternoon } from './browser.ts'

const root = join(import.meta.dirname, '../..')
const outDir = join(root, 'test/output/rooms')
const rooms = new Set([
  '/',
  '/history',
  '/sharing',
  '/proof',
  '/settings',
  '/health',
  '/no-such-room',
])

export const policy =
  "default-src 'self'; script-src 'self'; style-src 'self'; require-trusted-types-for 'script'"

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
}

export async function buildRooms(): Promise<void> {
  // The runner says 'test', and Vite would then build what is never served.
  const mode = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  await build({
    configFile: join(root, 'pwa/vite.config.ts'),
    logLevel: 'warn',
    build: { outDir },
    plugins: [{
      name: 'fixture-household',
      enforce: 'pre',
      resolveId: (source) =>
        source === './household.ts' ? join(import.meta.dirname, 'fixture-household.ts') : null,
    }],
  })
  if (mode === undefined) delete process.env['NODE_ENV']
  else process.env['NODE_ENV'] = mode
}

export interface Served {
  readonly url: string
  close(): Promise<void>
}

async function answer(name: string, response: ServerResponse): Promise<void> {
  try {
    const body = await readFile(join(outDir, name))
    response.setHeader('content-type', types[extname(name)] ?? 'application/octet-stream')
    response.setHeader('content-security-policy', policy)
    response.end(body)
  } catch {
    response.statusCode = 404
    response.end()
  }
}

export async function serveRooms(): Promise<Served> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    // What Health asks the platform for, by the clock that the tests give the page.
    if (pathname === '/version') {
      response.setHeader('date', aSunnyAfternoon.toUTCString())
      response.end('{"version":"0.1.0"}')
      return
    }
    const name = rooms.has(pathname) ? '/index.html' : pathname
    void answer(name, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('No port')
  return {
    url: `http://localhost:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
