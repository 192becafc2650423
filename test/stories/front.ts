/**
 * What stands before the platform for a story of two versions: it serves one build of the app after
 * another, as the platform itself would, and passes everything else on.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { createServer, request as ask } from 'node:http'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { build } from 'vite'
import { readAssets } from '../../edge/disk-assets.ts'
import { createSite } from '../../edge/site.ts'
import { ROOT } from '../rig/process.ts'

export interface Front {
  readonly origin: string
  /** From now on the platform is this one. */
  passTo(origin: string): void
  /** From now on this folder is the app. */
  deploy(folder: string): Promise<void>
  close(): Promise<void>
}

export async function startFront(port: number): Promise<Front> {
  const origin = `http://localhost:${port}`
  let site: ReturnType<typeof createSite> | null = null
  let behind = ''
  const server = createServer((request, response) => {
    void (async () => {
      const headers = new Headers(
        Object.entries(request.headers)
          .flatMap(([name, value]) => typeof value === 'string' ? [[name, value]] : []),
      )
      const asked = new Request(origin + request.url, { method: request.method ?? 'GET', headers })
      const answer = await site?.(asked)
      if (answer) {
        response.writeHead(answer.status, Object.fromEntries(answer.headers))
        response.end(new Uint8Array(await answer.arrayBuffer()))
        return
      }
      const { method, headers: given } = request
      const passed = ask(behind + request.url, { method, headers: given }, (from) => {
        response.writeHead(from.statusCode ?? 502, from.headers)
        from.pipe(response)
      })
      passed.on('error', () => response.destroy())
      request.pipe(passed)
    })()
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    origin,
    passTo: (origin) => behind = origin,
    deploy: async (folder) => void (site = createSite(await readAssets(folder), origin)),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** The app as of another version, in a folder of its own. */
export async function buildVersion(version: string): Promise<string> {
  const outDir = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-version-'))
  const mode = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  try {
    await build({
      configFile: path.join(ROOT, 'pwa/vite.config.ts'),
      logLevel: 'warn',
      define: { 'import.meta.env.VITE_VERSION': JSON.stringify(version) },
      build: { outDir },
    })
  } finally {
    process.env['NODE_ENV'] = mode
  }
  return outDir
}
