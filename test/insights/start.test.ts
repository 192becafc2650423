/**
 * Insights starts beside a platform that is starting too, and says that it waits for it.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { expect, test } from 'vitest'
import { freePort, startNode } from '../rig/process.ts'

test('a platform whose database does not answer yet is waited for', async () => {
  const port = await freePort()
  const platform = createServer((_, response) => {
    response.writeHead(503, { 'Content-Type': 'application/problem+json' })
    response.end('{"title":"Not now"}')
  }).listen(port, '127.0.0.1')
  const folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-insights-'))
  const insights = startNode('insights/main.ts', [], {
    env: {
      KILOWIT_URL: `http://127.0.0.1:${port}`,
      INSIGHTS_PORT: String(await freePort()),
      INSIGHTS_URL: '',
      INSIGHTS_DIR: folder,
    },
  })
  try {
    expect(await insights.line('Waiting for the platform')).toContain(String(port))
  } finally {
    await insights.close()
    platform.closeAllConnections()
    platform.close()
    await fs.rm(folder, { recursive: true, force: true })
  }
}, 60_000)
