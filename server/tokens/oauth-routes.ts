/**
 * OAuth 2.1 for providers: pushed requests, answers of owners, tokens bound to a key.
 *
 * @module
 */
import { Hono } from 'hono'
import {
  AccessRequestSchema,
  CBOR_SEQUENCE,
  IntrospectionSchema,
  MetadataSchema,
  PushedSchema,
  RedirectSchema,
  TokenErrorSchema,
} from '../../shared/api/schemas.ts'
import { toBase64url } from '../../shared/bytes.ts'
import { readBody } from '../body.ts'
import type { AppContext, AppEnv, Authenticate, Deps } from '../context.ts'
import { describe } from '../describe.ts'
import type { Histories } from '../history/store.ts'
import type { Limits } from '../limits.ts'
import type { AccessTokens } from './access-token.ts'
import { FORM, inOAuthWords, parseForm } from './oauth-words.ts'
import type { TokenGrant } from './routes.ts'
import type { OAuthChecks, OAuthClient } from './client-authentication.ts'
import { metadata, METADATA_PATH } from './metadata.ts'
import {
  denyRequest,
  findRequest,
  grantRequest,
  pushRequest,
  redirectOf,
  requestFor,
} from './requests.ts'
import { exchangeCode, introspect, refreshTokens, revokeToken } from './sessions.ts'
import { REQUEST_SECONDS, REQUEST_URI } from './secrets.ts'

type Form = ReadonlyMap<string, string>

const REQUEST = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'What follows the last colon of the request_uri',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
} as const

const REFUSED = {
  400: ['What was wrong, in OAuth’s words', TokenErrorSchema],
} as const

const form = (what: string, ...names: string[]) =>
  [FORM, what, {
    type: 'object',
    properties: Object.fromEntries(
      ['client_assertion_type', 'client_assertion', ...names].map((name) => [
        name,
        { type: 'string' },
      ]),
    ),
    required: ['client_assertion_type', 'client_assertion', ...names],
  }] as const

/** What the token endpoint does besides assertions. */
export function oauthGrantTypes(
  deps: Deps,
  tokens: AccessTokens,
  checks: OAuthChecks,
): ReadonlyMap<string, TokenGrant> {
  const bound = (work: typeof exchangeCode): TokenGrant => async (c, given) => {
    const client = await checks.client(c, given)
    const jkt = await checks.proof(c)
    return c.json(await work(deps, tokens, c.get('database'), client, given, jkt))
  }
  return new Map([
    ['authorization_code', bound(exchangeCode)],
    ['refresh_token', bound(refreshTokens)],
  ])
}

export function oauthRoutes(
  deps: Deps,
  limits: Limits,
  histories: Histories,
  authenticate: Authenticate,
  tokens: AccessTokens,
  checks: OAuthChecks,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()

  /** A route of clients: who it is, and its form. */
  const ofClient = (
    work: (c: AppContext, client: OAuthClient, given: Form) => Promise<Response>,
  ) =>
  (c: AppContext) =>
    inOAuthWords(c, async () => {
      const given = parseForm(await readBody(c, FORM, limits.statementBytes))
      return await work(c, await checks.client(c, given), given)
    })

  app.get(
    METADATA_PATH,
    describe({
      group: 'Consent',
      summary: 'What this platform’s OAuth offers, for libraries (RFC 8414)',
      answers: { 200: ['Addresses and ways', MetadataSchema] },
    }),
    (c) => {
      c.header('Cache-Control', 'max-age=3600')
      return c.json(metadata(deps.publicUrl))
    },
  )

  app.post(
    '/v1/par',
    describe({
      group: 'Consent',
      summary: 'Push a request for an owner’s consent (RFC 9126)',
      body: form(
        'An authorization request with PKCE (S256) and authorization_details (RFC 9396)',
        'response_type',
        'redirect_uri',
        'code_challenge',
        'code_challenge_method',
        'authorization_details',
      ),
      answers: { 201: ['Where to send the owner with', PushedSchema], ...REFUSED },
    }),
    ofClient(async (c, client, given) => {
      const proved = c.req.header('DPoP') === undefined ? null : await checks.proof(c)
      const secret = await pushRequest(deps, c.get('database'), client, given, proved)
      return c.json({ request_uri: REQUEST_URI + secret, expires_in: REQUEST_SECONDS }, 201)
    }),
  )

  app.post(
    '/v1/revoke',
    describe({
      group: 'Consent',
      summary: 'End a session of tokens by one of them (RFC 7009)',
      body: form('The token', 'token'),
      answers: { 200: ['It does not hold any more, if it ever did'], ...REFUSED },
    }),
    ofClient(async (c, client, given) => {
      await revokeToken(deps, tokens, c.get('database'), client, given)
      return c.body(null, 200)
    }),
  )

  app.post(
    '/v1/introspect',
    describe({
      group: 'Consent',
      summary: 'What one of the client’s own tokens is good for (RFC 7662)',
      body: form('The token', 'token'),
      answers: { 200: ['What it is good for', IntrospectionSchema], ...REFUSED },
    }),
    ofClient(async (c, client, given) =>
      c.json(await introspect(deps, tokens, c.get('database'), client, given))
    ),
  )

  app.get(
    '/v1/requests/:id',
    describe({
      group: 'Consent',
      summary: 'What a provider asks',
      parameters: [REQUEST],
      token: true,
      answers: { 200: ['As it was pushed', AccessRequestSchema] },
      problems: ['request-unknown', 'not-allowed'],
    }),
    authenticate,
    async (c) => {
      const row = await requestFor(deps, c.get('database'), c.req.param('id'), c.get('caller'))
      return c.json({
        client: toBase64url(row.client),
        pushed: row.pushed,
        expires: row.expires,
        answer: row.answeredBy === null ? null : row.grant === null ? 'denied' : 'granted',
      })
    },
  )

  app.post(
    '/v1/requests/:id/grant',
    describe({
      group: 'Consent',
      summary: 'Allow what a provider asks, or less',
      body: [CBOR_SEQUENCE, 'An event of the owner’s history with the grant and its receipt'],
      parameters: [REQUEST],
      token: true,
      answers: { 200: ['Where to send the browser', RedirectSchema] },
      problems: [
        'request-unknown',
        'request-answered',
        'not-allowed',
        'grant-not-asked',
        'statement-malformed',
        'signature-invalid',
        'history-moved',
        'event-refused',
        'identity-unknown',
        'channel-unknown',
        'grant-taken',
        'grant-key-unknown',
        'network-limit',
      ],
    }),
    authenticate,
    async (c) => {
      const database = c.get('database')
      const [id, caller] = [c.req.param('id'), c.get('caller')]
      const bytes = await readBody(c, CBOR_SEQUENCE, limits.historyBytes)
      const row = await requestFor(deps, database, id, caller)
      await grantRequest(deps, histories, database, row, bytes, caller, c.get('network'))
      return c.json({
        redirect: await redirectOf(deps, database, await findRequest(deps, database, id)),
      })
    },
  )

  app.post(
    '/v1/requests/:id/denial',
    describe({
      group: 'Consent',
      summary: 'Say no to what a provider asks',
      parameters: [REQUEST],
      token: true,
      answers: { 200: ['Where to send the browser', RedirectSchema] },
      problems: ['request-unknown', 'request-answered', 'not-allowed'],
    }),
    authenticate,
    async (c) => {
      const database = c.get('database')
      const [id, caller] = [c.req.param('id'), c.get('caller')]
      await denyRequest(database, await requestFor(deps, database, id, caller), caller)
      return c.json({
        redirect: await redirectOf(deps, database, await findRequest(deps, database, id)),
      })
    },
  )

  app.post(
    '/v1/requests/:id/redirect',
    describe({
      group: 'Consent',
      summary: 'Whether a request is answered, for the browser that it was opened in',
      description: 'Needs no token, as the owner may answer on another device: who knows the ' +
        'address of the request is whom the provider has sent there. The code in the answer is of ' +
        'use to the provider alone.',
      parameters: [REQUEST],
      answers: { 200: ['Where to go, or null while there is no answer', RedirectSchema] },
      problems: ['request-unknown'],
    }),
    async (c) => {
      const database = c.get('database')
      const row = await findRequest(deps, database, c.req.param('id'))
      return c.json({ redirect: await redirectOf(deps, database, row) })
    },
  )

  return app
}
