/**
 * Errors in OAuth's own words (RFC 6749 section 5.2), which clients' libraries expect, and reading the
 * forms that they send.
 *
 * @module
 */
import { type Bytes, fromUtf8 } from '../../shared/bytes.ts'
import type { AppContext } from '../context.ts'

export const FORM = 'application/x-www-form-urlencoded'

/** What is answered to a client, in OAuth's words. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError'
  readonly error: string
  readonly members: Readonly<Record<string, number>>
  constructor(error: string, description: string, members: Record<string, number> = {}) {
    super(description)
    this.error = error
    this.members = members
  }
}

/** Runs a route; what it refuses in OAuth's words is answered so. */
export async function inOAuthWords(
  c: AppContext,
  route: () => Promise<Response>,
): Promise<Response> {
  try {
    return await route()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    const body = { error: error.error, error_description: error.message, ...error.members }
    return c.json(body, 400)
  }
}

/** The parameters of a form, each at most once (RFC 6749 section 3.1). @throws {OAuthError} */
export function parseForm(body: Bytes): ReadonlyMap<string, string> {
  let form: URLSearchParams
  try {
    form = new URLSearchParams(fromUtf8(body))
  } catch {
    throw new OAuthError('invalid_request', 'The form is not UTF-8')
  }
  const given = new Map<string, string>()
  for (const [name, value] of form) {
    if (given.has(name)) {
      // What a client made up is not said back to it.
      const known = /^[a-z_]{1,40}$/.test(name) ? name : 'of one name'
      throw new OAuthError('invalid_request', `The parameter ${known} is there more than once`)
    }
    given.set(name, value)
  }
  return given
}

/** @throws {OAuthError} when it is missing or empty */
export function needed(form: ReadonlyMap<string, string>, name: string): string {
  const value = form.get(name)
  if (value === undefined || value === '') {
    throw new OAuthError('invalid_request', `The parameter ${name} is missing`)
  }
  return value
}
