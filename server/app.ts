/**
 * The platform as one Hono app. It runs wherever there are fetch, WebCrypto and a connection to
 * Postgres; what differs from place to place comes in as {@link Deps}.
 *
 * @module
 */
import { Hono, type MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { blockRoutes } from './blocks/routes.ts'
import { channelRoutes } from './channels/routes.ts'
import { effects } from './consent/granting.ts'
import { pairingStepRoutes } from './consent/pairing-routes.ts'
import { consentRoutes } from './consent/routes.ts'
import type { AppContext, AppEnv, Deps } from './context.ts'
import { historyRoutes } from './history/routes.ts'
import { historiesOf } from './history/rules.ts'
import { tellRates } from './rate-headers.ts'
import { identityRoutes } from './identity/routes.ts'
import { identityStore } from './identity/store.ts'
import { type Buckets, buckets, LIMITS, type Limits, room } from './limits.ts'
import { type Metrics, metrics } from './metrics.ts'
import { oauthChecks } from './tokens/client-authentication.ts'
import { METADATA_PATH } from './tokens/metadata.ts'
import { oauthGrantTypes, oauthRoutes } from './tokens/oauth-routes.ts'
import { requestRoutes } from './tokens/request-routes.ts'
import { isSessionOpen } from './tokens/sessions.ts'
import { pairingRoutes } from './pairing/routes.ts'
import { operationRoutes } from './operations/routes.ts'
import { providerRoutes } from './providers/routes.ts'
import { asProblem, ProblemError, renderProblem } from './problems.ts'
import { accessTokens } from './tokens/access-token.ts'
import { authenticator } from './tokens/caller.ts'
import { proofChecker } from './tokens/dpop.ts'
import { onceOnly } from './tokens/once.ts'
import { tokenRoutes } from './tokens/routes.ts'
import { traceOf } from './trace.ts'
import { webhookRoutes } from './webhooks/routes.ts'

export type App = Hono<AppEnv>

/** Make it once: what it remembers between requests is plain data and keys, never a connection. */
export function createApp(given: Deps): App {
  const deps: Deps = { ...given, publicUrl: given.publicUrl.replace(/(?<!\/)\/+$/, '') }
  const limits = { ...LIMITS, ...deps.limits }
  const counted = metrics()
  const networks = buckets(limits.network)
  const identities = identityStore(deps)
  const tokens = accessTokens(deps)
  const useOnce = onceOnly(deps)
  const checkProof = proofChecker(deps)
  const authenticate = authenticator(
    deps,
    tokens,
    checkProof,
    useOnce,
    isSessionOpen,
    (database, id, key) => identities.holds(database, id, key),
  )

  const app = new Hono<AppEnv>()
  app.use(requests(deps, counted))
  app.use('/v1/*', networkRate(deps, networks))
  app.use('/v1/*', roomForBodies(limits))
  app.use('/v1/*', deadline(limits.answer))
  app.route('/', operationRoutes(deps, counted, () => app))
  app.route('/', identityRoutes(deps, limits, identities, authenticate, networks))
  app.route('/', pairingRoutes(deps, limits, authenticate))
  const histories = historiesOf(deps, limits, identities, effects(deps, limits, identities))
  const checks = oauthChecks(deps, identities, checkProof, useOnce)
  const grantTypes = oauthGrantTypes(deps, tokens, checks)
  app.route('/', tokenRoutes(deps, limits, identities, tokens, checkProof, useOnce, grantTypes))
  app.route('/', oauthRoutes(deps, limits, tokens, checks))
  app.route('/', requestRoutes(deps, limits, histories, authenticate))
  app.route('/', historyRoutes(limits, histories, authenticate))
  app.route('/', consentRoutes(deps, limits, identities, authenticate, networks))
  app.route('/', pairingStepRoutes(deps, limits, identities, authenticate))
  app.route('/', channelRoutes(deps, limits, identities, authenticate))
  app.route('/', providerRoutes(deps, limits, identities, authenticate))
  app.route('/', webhookRoutes(deps, limits, authenticate))
  app.route('/', blockRoutes(deps, limits, identities, authenticate, networks, counted))

  const taken = takenMethods(app)
  app.notFound((c) => {
    const methods = taken(c.req.path)
    const problem = methods.length === 0
      ? new ProblemError('not-found')
      : new ProblemError('method-not-allowed', {}, { Allow: methods.join(', ') })
    return renderProblem(c, problem, deps.publicUrl)
  })
  app.onError((error, c) => renderProblem(c, asProblem(error, c), deps.publicUrl))
  return app
}

/** Whether a path is the API's; whoever serves the PWA at the same origin serves the others. */
export function isApiPath(path: string): boolean {
  return path === METADATA_PATH ||
    /^\/(v\d+|problems)(\/|$)|^\/(healthz|readyz|metrics|version|openapi\.json)$/.test(path)
}

/** Around every request: its id, its database, one line in the log, and the numbers. */
function requests(deps: Deps, counted: Metrics): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const started = deps.now()
    const requestId = crypto.randomUUID()
    c.set('requestId', requestId)
    c.set('database', deps.database(c.env))
    await next()
    // Not by c.header(), which here would make the response again, with its body as a stream.
    const { headers } = c.res
    headers.set('X-Request-Id', requestId)
    headers.set('X-Content-Type-Options', 'nosniff')
    tellRates(headers, c.get('rates'), deps.now())
    if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
    const seconds = Math.max(0, deps.now() - started)
    const route = routeOf(c)
    const problem = c.get('problem')
    counted.request(route, methodOf(c), c.res.status, seconds)
    if (problem !== undefined) counted.problem(problem)
    const fault = c.get('fault')
    deps.log({
      level: fault === undefined ? 'info' : 'error',
      message: 'request',
      requestId,
      ...traceOf(c.req.header('traceparent')),
      method: methodOf(c),
      route,
      status: c.res.status,
      ms: Math.round(seconds * 1e6) / 1e3,
      bytes: Number(c.req.header('Content-Length') ?? 0) || 0,
      problem,
      ...fault && { error: fault.name, stack: placesOf(fault) },
    })
  }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** A method that callers make up would be a label of its own. */
function methodOf(c: AppContext): string {
  return METHODS.includes(c.req.method) ? c.req.method : 'other'
}

function routeOf(c: AppContext): string {
  return matchedRoutes(c).filter((route) => !route.path.endsWith('*')).at(-1)?.path ?? 'none'
}

/** Where in the code an error arose. Its message stays out: it may quote what was sent. */
function placesOf(error: Error): string {
  const lines = (error.stack ?? '').split('\n').map((line) => line.trim())
  return lines.filter((line) => line.startsWith('at ')).slice(0, 12).join(' | ')
}

function networkRate(deps: Deps, networks: Buckets): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const name = deps.network(c.req.raw, c.env)
    c.set('network', name)
    c.set('rates', [{ policy: 'network', buckets: networks, name }])
    const wait = networks.take(name, 1, deps.now())
    if (wait > 0) throw new ProblemError('too-many-requests', {}, { 'Retry-After': String(wait) })
    await next()
  }
}

function roomForBodies(limits: Limits): MiddlewareHandler<AppEnv> {
  const bodies = room(limits.bodiesOfNetwork, limits.bodies)
  return async (c, next) => {
    let taken = 0
    const name = c.get('network')
    c.set('roomForBody', (bytes) => {
      const there = bodies.take(name, bytes)
      if (there) taken += bytes
      return there
    })
    try {
      await next()
    } finally {
      if (taken > 0) bodies.give(name, taken)
    }
  }
}

/** A database that takes requests and answers none must not keep them all for ever. */
function deadline(milliseconds: number): MiddlewareHandler<AppEnv> {
  return async (_, next) => {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new ProblemError('database-unavailable', {}, { 'Retry-After': '10' }))
      }, milliseconds)
      next().then(resolve, reject).finally(() => clearTimeout(timer))
    })
  }
}

/** The methods that a path takes, for the answer to a method that it does not take. */
function takenMethods(app: App): (path: string) => string[] {
  const routes = app.routes.filter((route) => !route.path.endsWith('*')).map((route) => ({
    method: route.method,
    pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replace(/:[^/]+/g, '[^/]+')}$`),
  }))
  return (path) => {
    const found = routes.filter((route) => route.pattern.test(path)).map((route) => route.method)
    return [...new Set(found)]
  }
}
