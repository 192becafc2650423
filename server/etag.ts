/**
 * Entity tags (RFC 9110 section 8.8.3): a hash of what an answer depends on.
 *
 * @module
 */
import { type Bytes, concat, toBase64url, utf8 } from '../shared/bytes.ts'
import { sha256 } from '../shared/identity/statement.ts'
import type { AppContext, Deps } from './context.ts'

export async function etagOf(
  { digest = sha256 }: Pick<Deps, 'digest'>,
  state: Bytes,
  request: string,
): Promise<string> {
  return `"${toBase64url((await digest(concat(state, utf8(request)))).subarray(0, 16))}"`
}

/** Whether the caller has it already (section 13.1.2). */
export function matches(c: AppContext, etag: string): boolean {
  const known = c.req.header('If-None-Match')
  return known !== undefined &&
    known.split(',').some((one) => one.trim().replace(/^W\//, '') === etag || one.trim() === '*')
}
