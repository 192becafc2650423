/**
 * The token endpoint (RFC 6749 section 3.2): an assertion of an identity for an access token bound
 * to a session key. Its errors are OAuth's (section 5.2), which clients' libraries expect.
 *
 * @module
 */
import { Hono } from 'hono'
import { toBase64url } from '../../shared/bytes.ts'
import { GRANT_JWT_BEARER, TokenErrorSchema, TokenSchema } from '../../shared/api/schemas.ts'
import { readBody } from '../body.ts'
import type { AppContext, AppEnv, Deps } from '../context.ts'
import { describe } from '../describe.ts'
import type { Identities } from '../identity/store.ts'
import type { Limits } from '../limits.ts'
import { type AccessTokens, TOKEN_SECONDS } from './access-token.ts'
import { checkAssertion } from './assertion.ts'
import { addressOf } from './caller.ts'
import { type CheckProof, PROOF_WINDOW } from './dpop.ts'
import { FORM, inOAuthWords, needed, OAuthError, parseForm } from './oauth-words.ts'
import type { UseOnce } from './once.ts'

/** Answers a request for a token of one grant type. @throws {OAuthError} */
export type TokenGrant = (c: AppContext, form: ReadonlyMap<string, string>) => Promise<Response>

export function tokenRoutes(
  deps: Deps,
  limits: Limits,
  identities: Identities,
  tokens: AccessTokens,
  checkProof: CheckProof,
  useOnce: UseOnce,
  others: ReadonlyMap<string, TokenGrant>,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()

  app.post(
    '/v1/token',
    describe({
      group: 'Tokens',
      summary: 'An access token, for an assertion of an identity or by an owner’s consent',
      description: 'An identity sends an assertion (RFC 7523). A provider sends a code with its ' +
        'code_verifier, an auth_req_id or a refresh_token, and authenticates itself by a ' +
        'client_assertion.',
      body: [FORM, 'The grant type and what it needs', {
        type: 'object',
        properties: {
          grant_type: { type: 'string', enum: [GRANT_JWT_BEARER, ...others.keys()] },
          assertion: { type: 'string' },
          code: { type: 'string' },
          code_verifier: { type: 'string' },
          redirect_uri: { type: 'string' },
          refresh_token: { type: 'string' },
          auth_req_id: { type: 'string' },
          client_assertion_type: { type: 'string' },
          client_assertion: { type: 'string' },
        },
        required: ['grant_type'],
      }],
      parameters: [{
        name: 'DPoP',
        in: 'header',
        required: true,
        description: 'A proof by the session key (RFC 9449 section 4)',
        schema: { type: 'string' },
      }],
      answers: {
        200: ['The token', TokenSchema],
        400: ['What was wrong, in OAuth’s words', TokenErrorSchema],
      },
    }),
    (c) =>
      inOAuthWords(c, async () => {
        const form = parseForm(await readBody(c, FORM, limits.statementBytes))
        const grantType = needed(form, 'grant_type')
        const grant = grantType === GRANT_JWT_BEARER ? ofAssertion : others.get(grantType)
        if (grant === undefined) {
          const known = [GRANT_JWT_BEARER, ...others.keys()].join(' or ')
          throw new OAuthError('unsupported_grant_type', `Use ${known}`)
        }
        return await grant(c, form)
      }),
  )

  async function ofAssertion(c: AppContext, form: ReadonlyMap<string, string>): Promise<Response> {
    const given = needed(form, 'assertion')
    const now = deps.now()
    const clock = { now: Math.floor(now) }
    const database = c.get('database')
    const proof = await checkProof(c.req.header('DPoP'), {
      method: 'POST',
      url: addressOf(c, deps.publicUrl),
      now,
    })
    if (!proof.ok) {
      throw new OAuthError('invalid_dpop_proof', proof.reason, proof.clockOff ? clock : {})
    }
    const assertion = await checkAssertion(
      given,
      [deps.publicUrl],
      now,
      (id) => identities.newest(database, id),
    )
    if (!assertion.ok) {
      throw new OAuthError('invalid_grant', assertion.reason, assertion.clockOff ? clock : {})
    }
    const caller = assertion.identity
    const issuer = `assertion:${toBase64url(caller.id)}`
    if (!await useOnce(database, issuer, assertion.jti, assertion.expires, now)) {
      throw new OAuthError('invalid_grant', 'The assertion was used before')
    }
    const expires = proof.iat + PROOF_WINDOW + 1
    if (!await useOnce(database, `dpop:${proof.jkt}`, proof.jti, expires, now)) {
      throw new OAuthError('invalid_dpop_proof', 'The proof was used before')
    }
    return c.json({
      access_token: await tokens.issue(caller, proof.jkt, now, { key: assertion.key }),
      token_type: 'DPoP',
      expires_in: TOKEN_SECONDS,
    })
  }

  return app
}
