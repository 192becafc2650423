/**
 * The token endpoint (RFC 6749 section 3.2): an assertion of an identity for an access token bound
 * to a session key. Its errors are OAuth's (section 5.2), which clients' libraries expect.
 *
 * @module
 */
import { Hono } from 'hono'
import { fromUtf8, toBase64url } from '../../shared/bytes.ts'
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
import type { UseOnce } from './once.ts'

const FORM = 'application/x-www-form-urlencoded'

export function tokenRoutes(
  deps: Deps,
  limits: Limits,
  identities: Identities,
  tokens: AccessTokens,
  checkProof: CheckProof,
  useOnce: UseOnce,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()

  app.post(
    '/v1/token',
    describe({
      group: 'Tokens',
      summary: 'An access token for an assertion of an identity',
      body: [FORM, 'The assertion (RFC 7523), signed by the identity', {
        type: 'object',
        properties: {
          grant_type: { type: 'string', const: GRANT_JWT_BEARER },
          assertion: { type: 'string' },
        },
        required: ['grant_type', 'assertion'],
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
    async (c) => {
      const form = parseForm(await readBody(c, FORM, limits.statementBytes))
      if (typeof form === 'string') return failed(c, 'invalid_request', form)
      if (form.grantType !== GRANT_JWT_BEARER) {
        return failed(c, 'unsupported_grant_type', `Use ${GRANT_JWT_BEARER}`)
      }
      if (form.assertion === undefined) {
        return failed(c, 'invalid_request', 'The parameter assertion is missing')
      }
      const now = deps.now()
      const clock = { now: Math.floor(now) }
      const database = c.get('database')
      const proof = await checkProof(c.req.header('DPoP'), {
        method: 'POST',
        url: addressOf(c, deps.publicUrl),
        now,
      })
      if (!proof.ok) {
        return failed(c, 'invalid_dpop_proof', proof.reason, proof.clockOff ? clock : {})
      }
      const assertion = await checkAssertion(
        form.assertion,
        deps.publicUrl,
        now,
        (id) => identities.newest(database, id),
      )
      if (!assertion.ok) {
        return failed(c, 'invalid_grant', assertion.reason, assertion.clockOff ? clock : {})
      }
      const caller = assertion.identity
      const issuer = `assertion:${toBase64url(caller.id)}`
      if (!await useOnce(database, issuer, assertion.jti, assertion.expires, now)) {
        return failed(c, 'invalid_grant', 'The assertion was used before')
      }
      const expires = proof.iat + PROOF_WINDOW + 1
      if (!await useOnce(database, `dpop:${proof.jkt}`, proof.jti, expires, now)) {
        return failed(c, 'invalid_dpop_proof', 'The proof was used before')
      }
      return c.json({
        access_token: await tokens.issue(caller, proof.jkt, now),
        token_type: 'DPoP',
        expires_in: TOKEN_SECONDS,
      })
    },
  )

  return app
}

/** The form, or what is wrong with it. */
function parseForm(
  body: Uint8Array<ArrayBuffer>,
): { grantType: string; assertion: string | undefined } | string {
  let form: URLSearchParams
  try {
    form = new URLSearchParams(fromUtf8(body))
  } catch {
    return 'The form is not UTF-8'
  }
  for (const name of ['grant_type', 'assertion']) {
    if (form.getAll(name).length > 1) return `The parameter ${name} is there more than once`
  }
  const grantType = form.get('grant_type')
  if (grantType === null) return 'The parameter grant_type is missing'
  return { grantType, assertion: form.get('assertion') ?? undefined }
}

function failed(
  c: AppContext,
  error: string,
  description: string,
  members: Record<string, number> = {},
): Response {
  return c.json({ error, error_description: description, ...members }, 400)
}
