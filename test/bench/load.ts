/**
 * The load generator, the same for every server: connections that are kept, each sending ready
 * bytes one request after the other and reading the answer no further than it must.
 *
 * @module
 */
import { connect, type Socket } from 'node:net'

/** What one connection sends; null when it has nothing left. */
export type Requests = () => Uint8Array | null

export interface Load {
  readonly answers: number
  readonly seconds: number
  /** Milliseconds from the first byte sent to the last byte of the answer. */
  readonly p50: number
  readonly p99: number
}

/** Bytes of a request; `head` lines are added to those that HTTP asks for. */
export function request(line: string, head: readonly string[], body?: Uint8Array): Uint8Array {
  const lines = [`${line} HTTP/1.1`, 'Host: localhost', ...head]
  if (body !== undefined) lines.push(`Content-Length: ${body.length}`)
  const text = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  return body === undefined ? text : Buffer.concat([text, body])
}

/**
 * Sends on one connection for every source, until the time is up or the sources are empty.
 *
 * @param expected what the body of every good answer contains
 */
export async function load(
  port: number,
  sources: readonly Requests[],
  milliseconds: number,
  expected: string,
): Promise<Load> {
  const sockets = await Promise.all(sources.map(() => open(port)))
  const latencies: number[] = []
  const from = performance.now()
  const until = from + milliseconds
  await Promise.all(sockets.map((socket, i) => {
    const source = sources[i] ?? (() => null)
    return converse(socket, () => performance.now() < until ? source() : null, expected, latencies)
  }))
  const seconds = (performance.now() - from) / 1000
  for (const socket of sockets) socket.destroy()
  latencies.sort((a, b) => a - b)
  const at = (part: number) => latencies[Math.floor(latencies.length * part)] ?? NaN
  return { answers: latencies.length, seconds, p50: at(0.5), p99: at(0.99) }
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return socket
}

function converse(
  socket: Socket,
  next: Requests,
  expected: string,
  latencies: number[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0
    let pending = ''
    const send = () => {
      const bytes = next()
      if (bytes === null) return resolve()
      sent = performance.now()
      socket.write(bytes)
    }
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1')
      const answer = complete(pending)
      if (answer === null) return
      if (!answer.good || !pending.includes(expected)) {
        return reject(new Error(`The server answered: ${pending.slice(0, 2000)}`))
      }
      latencies.push(performance.now() - sent)
      pending = ''
      send()
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('The server closed the connection')))
    send()
  })
}

/** Whether an answer is there to its last byte, and is a good one. */
function complete(text: string): { good: boolean } | null {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return null
  const good = text.startsWith('HTTP/1.1 20')
  if (text.startsWith('HTTP/1.1 204')) return { good }
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end + 2))?.[1]
  if (length !== undefined) return text.length >= end + 4 + Number(length) ? { good } : null
  return text.endsWith('\r\n0\r\n\r\n') ? { good } : null
}
