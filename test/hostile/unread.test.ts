/**
 * Answers that nobody reads: beyond the bound the lines that have waited longest are let go, and no
 * others.
 *
 * @module
 */
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { boundUnread } from '../../edge/unread.ts'
import { freePort } from '../rig/process.ts'
import { closeAll, type Line, open } from './raw.ts'

const MEBIBYTE = 1024 * 1024
/** Beyond what the system itself holds of one connection. */
const ANSWER = new Uint8Array(32 * MEBIBYTE)

test('of lines that read nothing the first are let go, until the rest is within the bound', async () => {
  const server = createServer((_, answer) => answer.end(ANSWER))
  const end = boundUnread(server, 80 * MEBIBYTE)
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const lines: Line[] = []
  const closed: number[] = []
  server.on('connection', (socket) => {
    const own = lines.length
    socket.once('close', () => closed.push(own))
  })
  try {
    for (let i = 0; i < 4; i++) {
      const line = await open(port)
      line.socket.pause()
      line.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      lines.push(line)
      await new Promise((resolve) => setTimeout(resolve, 600))
    }
    await expect.poll(() => closed, { timeout: 10_000 }).toEqual([0, 1])
  } finally {
    end()
    closeAll(lines)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})
