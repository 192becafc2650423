/**
 * Asking the platform of a test, to look at the answers: all of one, or each that a client gets.
 *
 * @module
 */
import type { App } from '../../server/app.ts'
import type { Client } from '../../shared/api/client.ts'
import { clientFor, type Member, type Platform, withLength } from './platform.ts'

export interface Answered {
  readonly status: number
  readonly headers: Headers
  /** Parsed where it is JSON. */
  readonly answer: unknown
}

export async function send(app: App, path: string, init: RequestInit = {}): Promise<Answered> {
  const response = await app.request(path, { ...init, headers: withLength(init) })
  const text = await response.text()
  const type = response.headers.get('Content-Type') ?? ''
  const answer: unknown = /json/.test(type) ? JSON.parse(text) : text
  return { status: response.status, headers: response.headers, answer }
}

/** A client of a member's owner that shows each answer too; `more` headers are sent with each. */
export function watched(
  platform: Platform,
  of: Member,
  more: Record<string, string> = {},
): { client: Client; seen: Response[] } {
  const seen: Response[] = []
  const fetch = async (url: string, init: RequestInit) => {
    const headers = new Headers(init.headers)
    if (!url.endsWith('/v1/token')) {
      for (const [name, value] of Object.entries(more)) headers.set(name, value)
    }
    const response = await platform.app.request(url, { ...init, headers })
    seen.push(response.clone())
    return response
  }
  const client = clientFor(platform, of.household.owner.signer, platform.app, fetch)
  return { client, seen }
}
