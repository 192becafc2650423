/**
 * HTTP by hand, over sockets: what no client library would send, and connections that are held.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

export interface Line {
  readonly socket: Socket
  /** All that came so far, byte by byte as Latin-1. */
  received(): string
  /** Resolves when the other end has closed, or the line broke. */
  readonly closed: Promise<void>
  /** Resolves with what has come when this text is in it, or when the line is closed. */
  until(text: string): Promise<string>
}

/** Opens a line and sends this at once. */
export async function open(port: number, bytes: string | Uint8Array = ''): Promise<Line> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const pieces: string[] = []
  const watchers = new Set<() => void>()
  socket.on('data', (piece) => {
    pieces.push(piece.toString('latin1'))
    for (const watch of watchers) watch()
  })
  const closed = new Promise<void>((resolve) => {
    socket.on('error', () => undefined)
    socket.on('close', () => resolve())
  })
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve)
    socket.once('close', () => resolve())
  })
  if (bytes.length > 0) socket.write(bytes)
  const received = () => pieces.join('')
  return {
    socket,
    received,
    closed,
    until: (text) =>
      new Promise((resolve) => {
        const done = () => {
          watchers.delete(look)
          resolve(received())
        }
        const look = () => {
          if (received().includes(text)) done()
        }
        watchers.add(look)
        void closed.then(done)
        look()
      }),
  }
}

export async function openMany(
  port: number,
  count: number,
  bytes: (index: number) => string,
): Promise<Line[]> {
  return await Promise.all(Array.from({ length: count }, (_, i) => open(port, bytes(i))))
}

export function closeAll(lines: readonly Line[]): void {
  for (const { socket } of lines) socket.destroy()
}

/** Sends this, and gives the status line and all that came before the end or the patience is over. */
export async function exchange(
  port: number,
  bytes: string | Uint8Array,
  patience = 3000,
): Promise<{ statuses: number[]; text: string; closed: boolean }> {
  const line = await open(port, bytes)
  let closed = true
  await Promise.race([
    line.closed,
    new Promise<void>((resolve) => {
      setTimeout(() => {
        closed = false
        resolve()
      }, patience)
    }),
  ])
  line.socket.destroy()
  const text = line.received()
  const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map((match) => Number(match[1]))
  return { statuses, text, closed }
}

/** Resident memory of a process in MiB, now and at its highest. */
export function memoryOf(pid: number): { now: number; highest: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const mebibytes = (name: string) =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024)
  return { now: mebibytes('VmRSS'), highest: mebibytes('VmHWM') }
}

export function openFilesOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}
