/**
 * OAuth 2.1 for providers: pushed requests, and tokens bound to a key.
 *
 * @module
 */
import { Hono } from 'hono'
import {
  BackchannelSchema,
  GRANT_CIBA,
  IntrospectionSchema,
  MetadataSchema,
  PushedSchema,
  TokenErrorSchema,
} from '../../shared/api/schemas.ts'
import { readBody } from '../body.ts'
import type { AppContext, AppEnv, Deps } from '../context.ts'
import { describe } from '../describe.ts'
import type { Limits } from '../limits.ts'
import type { AccessTokens } from './access-token.ts'
import { FORM, inOAuthWords, parseForm } from './oauth-words.ts'
import type { TokenGrant } from './routes.ts'
import type { OAuthChecks, OAuthClient } from './client-authentication.ts'
import { metadata, METADATA_PATH } from './metadata.ts'
import { askWithoutBrowser, pollRequest } from './backchannel.ts'
import { pushRequest } from './pushing.ts'
import { exchangeCode, introspect, refreshTokens, revokeToken } from './sessions.ts'
import { REQUEST_SECONDS, REQUEST_URI } from './secrets.ts'

type Form = ReadonlyMap<string, string>

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
    [GRANT_CIBA, bound(pollRequest)],
  ])
}

export function oauthRoutes(
  deps: Deps,
  limits: Limits,
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
      problems: ['requests-open'],
    }),
    ofClient(async (c, client, given) => {
      const proved = c.req.header('DPoP') === undefined ? null : await checks.proof(c)
      const secret = await pushRequest(deps, limits, c.get('database'), client, given, proved)
      return c.json({ request_uri: REQUEST_URI + secret, expires_in: REQUEST_SECONDS }, 201)
    }),
  )

  app.post(
    '/v1/ciba',
    describe({
      group: 'Consent',
      summary: 'Ask an owner without a browser, and poll (OpenID CIBA Core 1.0)',
      description: 'The owner finds it in the app. The answer is fetched at /v1/token, no more ' +
        'often than the interval says. Whether there is such an owner is not told.',
      body: form(
        'login_hint, the owner’s id; authorization_details (RFC 9396); binding_message and ' +
          'requested_expiry, at most three days',
        'login_hint',
        'authorization_details',
      ),
      answers: { 200: ['What to poll with', BackchannelSchema], ...REFUSED },
      problems: ['requests-open'],
    }),
    ofClient(async (c, client, given) => {
      const proved = c.req.header('DPoP') === undefined ? null : await checks.proof(c)
      return c.json(await askWithoutBrowser(deps, limits, c.get('database'), client, given, proved))
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

  return app
}
