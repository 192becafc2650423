/**
 * One origin for the PWA and its API: a path that is a file of the PWA is answered with that, a
 * browser's visit to any other with the PWA itself; everything else goes to the API, which also says
 * what is not there.
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
    const own = await assets.get(path, request)
    const file = own ?? (isVisit(path, request) ? await assets.get('/', request) : null)
    if (file === null) return null
    const response = new Response(request.method === 'HEAD' ? null : file.body, file)
    for (const [name, value] of security) response.headers.set(name, value)
    if (own === null) response.headers.append('vary', 'accept')
    response.headers.set(
      'cache-control',
      HASHED.test(path) ? `public, max-age=${A_YEAR}, immutable` : 'no-cache',
    )
    return response
  }
}

/**
 * A browser on its way to a page, whose rooms the PWA knows itself. A page's path has no dot in its
 * last part, so a missing script is not answered by a page; nor is a probe that asks for an address
 * which nobody serves, for it does not ask for HTML.
 */
function isVisit(path: string, request: Request): boolean {
  return !path.slice(path.lastIndexOf('/')).includes('.') &&
    /\btext\/html\b/i.test(request.headers.get('accept') ?? '')
}
