/**
 * The secret that signs a provider's webhooks: made by the provider, and changed by sending another.
 *
 * @module
 */
import { Hono } from 'hono'
import * as v from 'valibot'
import { CBOR, WebhookSecretSchema } from '../../shared/api/schemas.ts'
import { decode } from '../../shared/cbor.ts'
import { readBody } from '../body.ts'
import { type AppEnv, type Authenticate, type Deps, wholeSeconds } from '../context.ts'
import { describe } from '../describe.ts'
import type { Limits } from '../limits.ts'
import { parsing } from '../parse.ts'
import { may } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import { takeSecret } from './store.ts'

/** Both secrets sign for so long after a change. */
const OVERLAP_SECONDS = 86_400

/** As Standard Webhooks writes it: 32 bytes in base64. */
const SecretSchema = v.pipe(v.string(), v.regex(/^whsec_[A-Za-z0-9+/]{43}=$/))

export function webhookRoutes(
  deps: Deps,
  limits: Limits,
  authenticate: Authenticate,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()

  app.post(
    '/v1/webhook-secrets',
    describe({
      group: 'Providers',
      summary: 'Set the secret that signs the webhooks of the provider that asks',
      description: 'The secret before signs beside it for a day, so that nothing is missed while ' +
        'it is changed. Webhooks follow Standard Webhooks 1.0 and go to the registered hook.',
      body: [CBOR, 'The secret as text: `whsec_` and 32 random bytes in base64'],
      token: true,
      answers: {
        200: ['Set before', WebhookSecretSchema],
        201: ['Set', WebhookSecretSchema],
      },
      problems: ['not-allowed'],
    }),
    authenticate,
    async (c) => {
      const body = await readBody(c, CBOR, limits.statementBytes)
      const caller = c.get('caller')
      if (!may(caller, 'webhook:secret', { owner: caller.id, devices: [] })) {
        throw new ProblemError('not-allowed')
      }
      const parsed = v.safeParse(SecretSchema, await parsing('body-malformed', () => decode(body)))
      if (!parsed.success) throw new ProblemError('body-malformed')
      const until = wholeSeconds(deps) + OVERLAP_SECONDS
      const database = c.get('database')
      const { previousUntil, changed } = await takeSecret(database, caller.id, parsed.output, until)
      return c.json({ previous_until: previousUntil }, changed ? 201 : 200)
    },
  )

  return app
}
