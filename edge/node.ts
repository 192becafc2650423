/**
 * Kilowit on Node: `npm start`, or `npm start -- --with-insights` with an example provider beside it.
 *
 * @module
 */
import { createServer } from 'node:http'
import process from 'node:process'
import { getRequestListener } from '@hono/node-server'
import { giveBack } from './node-memory.ts'
import { type Listen, run } from './run.ts'
import { ListenError } from './start-error.ts'
import { boundUnread } from './unread.ts'
import { startInsights } from './with-insights.ts'

/** How long requests under way may take when the process is to stop. */
const PATIENCE = 10_000

/** How long nothing may move on a connection: an answer that nobody reads stays in memory. */
const IDLE = 90_000

/** Slow or idle connections are let go, so that they cannot use up the process. */
const SERVER_OPTIONS = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16 * 1024,
}

const listen: Listen = async (handler, host, port) => {
  const answer = getRequestListener((request, { incoming }) =>
    handler(request, incoming.socket.remoteAddress)
  )
  const server = createServer(
    SERVER_OPTIONS,
    (incoming, outgoing) => void answer(incoming, outgoing),
  )
  server.setTimeout(IDLE)
  const stopWatching = boundUnread(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new ListenError(error.code ?? error.message, host, port))
    })
    server.listen(port, host, resolve)
  })
  return {
    close: async () => {
      const idle = setInterval(() => server.closeIdleConnections(), 100)
      const impatient = setTimeout(() => server.closeAllConnections(), PATIENCE)
      await new Promise<void>((resolve) => server.close(() => resolve()))
      stopWatching()
      clearInterval(idle)
      clearTimeout(impatient)
    },
  }
}

if (process.argv.includes('--with-insights')) startInsights()
await run(listen)
await giveBack()
