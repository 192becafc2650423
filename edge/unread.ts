/**
 * A bound for what the process holds because somebody does not read it. An answer that its caller
 * takes slowly, or never, waits in memory; of one caller the limits by network bound that, of many
 * together only this. Who has been waited for the longest is let go first.
 *
 * @module
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Bytes that may wait in all connections together. */
const MOST = 128 * 1024 * 1024
const LOOK = 250

/** @returns what ends the watch */
export function boundUnread(server: Server, most = MOST): () => void {
  /** Since when something waits without a pause; of connections for which nothing does, 0. */
  const waiting = new Map<Socket, number>()
  server.on('connection', (socket) => {
    waiting.set(socket, 0)
    socket.once('close', () => waiting.delete(socket))
  })
  const watch = setInterval(() => {
    let bytes = 0
    for (const [socket, since] of waiting) {
      const own = socket.writableLength
      bytes += own
      if (own === 0 || since === 0) waiting.set(socket, own === 0 ? 0 : performance.now())
    }
    if (bytes <= most) return
    const longest = [...waiting].filter(([, since]) => since > 0).sort(([, a], [, b]) => a - b)
    for (const [socket] of longest) {
      bytes -= socket.writableLength
      socket.destroy()
      if (bytes <= most) return
    }
  }, LOOK)
  watch.unref()
  return () => clearInterval(watch)
}
