/**
 * Where the browser goes after an answer. The platform says where; this page goes only to the
 * address that was asked for and that the registration lists, for whoever could bend it would get
 * the code.
 *
 * @module
 */
import { uriProblem } from '../../shared/consent/provider.ts'
import type { ConsentRequest } from './state.ts'

/** The address to go to, or null when it is not the one that was registered and asked for. */
export function wayBack(
  address: string,
  { redirect, party }: Pick<ConsentRequest, 'redirect' | 'party'>,
): string | null {
  if (redirect === null || !party.redirects.includes(redirect)) return null
  if (uriProblem(redirect, party.domain) !== null) return null
  const [to, asked] = [parsed(address), parsed(redirect)]
  if (to === null || asked === null || uriProblem(to.href, party.domain) !== null) return null
  if (to.origin !== asked.origin || to.pathname !== asked.pathname) return null
  // What the registered address has in its query stays; the answer is put after it.
  for (const [name, value] of asked.searchParams) {
    if (to.searchParams.get(name) !== value) return null
  }
  // RFC 9207: whose answer it is stands in it.
  if (to.searchParams.getAll('iss').length !== 1) return null
  if (to.searchParams.has('code') === to.searchParams.has('error')) return null
  return to.href
}

function parsed(address: string): URL | null {
  return URL.canParse(address) ? new URL(address) : null
}
