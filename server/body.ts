/**
 * Request bodies: of the right type, not compressed, and never larger than allowed. A small body
 * that tells its length is read at once, which is what every runtime is fast at. All others are read
 * in pieces, for which there is only so much room: bodies that never end must not fill the memory.
 *
 * @module
 */
import { type Bytes, concat } from '../shared/bytes.ts'
import type { AppContext } from './context.ts'
import { ProblemError } from './problems.ts'

/** Up to here a body is read at once. */
const AT_ONCE = 64 * 1024

export async function readBody(c: AppContext, type: string, limit: number): Promise<Bytes> {
  if (c.req.header('Content-Encoding') !== undefined) {
    throw new ProblemError('encoding-not-accepted')
  }
  const sent = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase()
  if (sent !== type) throw new ProblemError('content-type-not-accepted', { expected: type })
  const length = c.req.header('Content-Length')
  if (length === undefined || c.req.header('Transfer-Encoding') !== undefined) {
    return await readPieces(c.req.raw.body, limit, c.get('roomForBody'))
  }
  if (!/^\d{1,15}$/.test(length) || Number(length) > limit) throw tooLarge(limit)
  if (Number(length) > AT_ONCE) {
    return await readPieces(c.req.raw.body, limit, c.get('roomForBody'))
  }
  const bytes = new Uint8Array(await arriving(c.req.arrayBuffer()))
  if (bytes.length > limit) throw tooLarge(limit)
  return bytes
}

async function readPieces(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
  take: (bytes: number) => boolean,
): Promise<Bytes> {
  if (body === null) return new Uint8Array(0)
  const reader = body.getReader()
  const pieces: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await arriving(reader.read())
    if (done) return concat(...pieces)
    length += value.length
    if (length > limit) {
      await reader.cancel()
      throw tooLarge(limit)
    }
    if (!take(value.length)) {
      await reader.cancel()
      throw new ProblemError('too-many-requests', {}, { 'Retry-After': '2' })
    }
    pieces.push(value)
  }
}

/** What breaks off or is framed wrong is the sender's fault; nothing of ours can fail here. */
async function arriving<T>(read: Promise<T>): Promise<T> {
  return await read.catch(() => {
    throw new ProblemError('body-malformed')
  })
}

function tooLarge(limit: number): ProblemError {
  return new ProblemError('body-too-large', { limit })
}
