/**
 * One origin for the PWA and its API: a path that is a file of the PWA, or a page of it, is answered
 * with that; everything else goes to the API, which also says what is not there.
 *
 * @module
 */
import { isApiPath } from '../server/app.ts'
import { securityHeaders } from './security-headers.ts'

/** The built PWA, wherever it is kept. */
export interface Assets {
  /** The file at a path such as `/assets/index-B3a9.js`; `/` is the page. Null if there is none. */
  get(path: string, request: Request): Promise<Response | null>
}

/** Files whose names carry a hash of their content. */
const HASHED = /^\/assets\/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/
const A_YEAR = 31_536_000

export function createSite(
  assets: Assets,
  publicUrl: string,
): (request: Request) => Promise<Response | null> {
  const security = Object.entries(securityHeaders(publicUrl))

  /** The answer, if the request is for the PWA. */
  return async (request) => {
    const path = new URL(request.url).pathname
    if (isApiPath(path) || !['GET', 'HEAD'].includes(request.method)) return null
    const file = await assets.get(path, request) ??
      (isPage(path) ? await assets.get('/', request) : null)
    if (file === null) return null
    const response = new Response(request.method === 'HEAD' ? null : file.body, file)
    for (const [name, value] of security) response.headers.set(name, value)
    response.headers.set(
      'cache-control',
      HASHED.test(path) ? `public, max-age=${A_YEAR}, immutable` : 'no-cache',
    )
    return response
  }
}

/** The PWA's own pages have no dot in their last part; a missing script is not answered by a page. */
function isPage(path: string): boolean {
  return !path.slice(path.lastIndexOf('/')).includes('.')
}
