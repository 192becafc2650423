/**
 * Request bodies: of the right type, not compressed, and never larger than allowed. A body that
 * tells its length is read at once, which is what every runtime is fast at; one that does not is
 * read in pieces and left as soon as it is too large.
 *
 * @module
 */
import { type Bytes, concat } from '../shared/bytes.ts'
import type { AppContext } from './context.ts'
import { ProblemError } from './problems.ts'

export async function readBody(c: AppContext, type: string, limit: number): Promise<Bytes> {
  if (c.req.header('Content-Encoding') !== undefined) {
    throw new ProblemError('encoding-not-accepted')
  }
  const sent = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase()
  if (sent !== type) throw new ProblemError('content-type-not-accepted', { expected: type })
  const length = c.req.header('Content-Length')
  if (length === undefined || c.req.header('Transfer-Encoding') !== undefined) {
    return await readPieces(c.req.raw.body, limit)
  }
  if (!/^\d{1,15}$/.test(length) || Number(length) > limit) throw tooLarge(limit)
  const bytes = new Uint8Array(await c.req.arrayBuffer())
  if (bytes.length > limit) throw tooLarge(limit)
  return bytes
}

async function readPieces(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
): Promise<Bytes> {
  if (body === null) return new Uint8Array(0)
  const reader = body.getReader()
  const pieces: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return concat(...pieces)
    length += value.length
    if (length > limit) {
      await reader.cancel()
      throw tooLarge(limit)
    }
    pieces.push(value)
  }
}

function tooLarge(limit: number): ProblemError {
  return new ProblemError('body-too-large', { limit })
}
