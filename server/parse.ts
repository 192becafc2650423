/**
 * Reading what comes in a request with the parsers of `shared`, whose errors become problems.
 *
 * @module
 */
import { type Bytes, fromBase64url } from '../shared/bytes.ts'
import { CborError } from '../shared/cbor.ts'
import { IdentityError } from '../shared/identity/identity.ts'
import { StatementError } from '../shared/identity/statement.ts'
import type { ProblemCode } from '../shared/api/problems.ts'
import { ProblemError } from './problems.ts'

/** Runs a parser; what it refuses becomes the problem `code`, with the parser's own reason. */
export async function parsing<T>(code: ProblemCode, parse: () => T | Promise<T>): Promise<T> {
  try {
    return await parse()
  } catch (error) {
    if (
      error instanceof CborError || error instanceof StatementError ||
      error instanceof IdentityError
    ) {
      throw new ProblemError(code, { reason: error.message })
    }
    throw error
  }
}

/** An id in a path or cursor; null if it cannot be one. */
export function parseId(text: string | undefined, length: number): Bytes | null {
  if (text === undefined || text.length > 64) return null
  try {
    const bytes = fromBase64url(text)
    return bytes.length === length ? bytes : null
  } catch {
    return null
  }
}

/** The id in `after`, behind which a page begins; null at the first page. */
export function parseCursor(after: string | undefined, length: number): Bytes | null {
  const id = parseId(after, length)
  if (after !== undefined && id === null) {
    throw new ProblemError('query-malformed', { parameters: ['after'] })
  }
  return id
}
