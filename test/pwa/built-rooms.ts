/**
 * The real build of the app with the fixture in the household's place, served as the platform
 * serves it: one origin, the same policy, `index.html` for every room.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { build } from 'vite'
import { securityHeaders } from '../../edge/security-headers.ts'
import { aSunnyAfternoon } from './browser.ts'

const root = join(import.meta.dirname, '../..')
// Test files run at the same time, and each builds what it serves.
const outDir = mkdtempSync(join(tmpdir(), 'kilowit-rooms-'))
process.on('exit', () => rmSync(outDir, { recursive: true, force: true }))
const rooms = new Set([
  '/',
  '/history',
  '/sharing',
  '/proof',
  '/settings',
  '/health',
  '/authorize',
  '/pair',
  '/share',
  '/no-such-room',
])

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

async function answer(
  name: string,
  response: ServerResponse,
  { headers, change }: Required<Pick<ServeOptions, 'headers' | 'change'>>,
): Promise<void> {
  try {
    const file = await readFile(join(outDir, name))
    const body = name.endsWith('.html') ? change(file.toString()) : file
    response.setHeader('content-type', types[extname(name)] ?? 'application/octet-stream')
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    response.end(body)
  } catch {
    response.statusCode = 404
    response.end()
  }
}

export interface ServeOptions {
  /** @default those of the platform */
  readonly headers?: Record<string, string>
  /** What somebody makes of the page on its way. */
  readonly change?: (html: string) => string
  /** Told of what is posted here: reports of violations. */
  readonly posted?: (path: string, body: string) => void
}

export async function serveRooms(
  {
    headers = securityHeaders('http://localhost'),
    change = (html) => html,
    posted = () => undefined,
  }: ServeOptions = {},
): Promise<Served> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (request.method === 'POST') {
      let body = ''
      request.on('data', (chunk) => body += String(chunk))
      request.on('end', () => {
        posted(pathname, body)
        response.end()
      })
      return
    }
    // What Health asks the platform for, by the clock that the tests give the page.
    if (pathname === '/version') {
      response.setHeader('date', aSunnyAfternoon.toUTCString())
      response.end('{"version":"0.1.0"}')
      return
    }
    const name = rooms.has(pathname) || /^\/(sharing|shared)\/[\w-]+$/.test(pathname)
      ? '/index.html'
      : pathname.replace(/^\/reference$/, '$&.html')
    void answer(name, response, { headers, change })
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
