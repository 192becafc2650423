/**
 * Routes of a pairing's steps: what a device is told of whom its owner gives its channels.
 *
 * @module
 */
import { Hono } from 'hono'
import * as v from 'valibot'
import { toBase64url } from '../../shared/bytes.ts'
import { CBOR, PairingSteppedSchema, PairingStepsSchema } from '../../shared/api/schemas.ts'
import { readBody } from '../body.ts'
import type { AppEnv, Authenticate, Deps } from '../context.ts'
import { describe, pageLimit, type Parameter, query } from '../describe.ts'
import type { Identities } from '../identity/store.ts'
import type { Limits } from '../limits.ts'
import { parseId } from '../parse.ts'
import { addPairingStep, listPairingSteps } from './pairing-steps.ts'

const StepsQuery = v.object({
  after: v.optional(v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number))),
  limit: pageLimit(100, 20),
})

const PAGE_BYTES = 1024 * 1024

const OTHER: Parameter = {
  name: 'other',
  in: 'path',
  required: true,
  description: 'The other side of the pairing: its identity’s id, 32 bytes in base64url',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
}

export function pairingStepRoutes(
  deps: Deps,
  limits: Limits,
  identities: Identities,
  authenticate: Authenticate,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()

  app.get(
    '/v1/pairings/:other/steps',
    describe({
      group: 'Identities',
      summary: 'The steps of a pairing',
      description: 'For whom the device wraps its epochs, sealed to the device. Without `after`, ' +
        'the newest step alone.',
      parameters: [OTHER],
      token: true,
      answers: { 200: ['In order', PairingStepsSchema] },
      problems: ['query-malformed', 'device-not-paired'],
    }),
    authenticate,
    query(StepsQuery),
    async (c) => {
      const { after = null, limit } = c.req.valid('query')
      const { steps, next } = await listPairingSteps(
        c.get('database'),
        c.get('caller'),
        parseId(c.req.param('other'), 32),
        after,
        limit,
        PAGE_BYTES,
      )
      return c.json({ data: steps.map(toBase64url), next: next === null ? null : String(next) })
    },
  )

  app.post(
    '/v1/pairings/:other/steps',
    describe({
      group: 'Identities',
      summary: 'Add the next step of a pairing',
      parameters: [OTHER],
      body: [CBOR, 'The step, signed by the owner'],
      token: true,
      answers: {
        200: ['Known before', PairingSteppedSchema],
        201: ['Added', PairingSteppedSchema],
      },
      problems: [
        'statement-malformed',
        'signature-invalid',
        'identity-unknown',
        'device-not-paired',
        'step-moved',
        'step-refused',
      ],
    }),
    authenticate,
    async (c) => {
      const bytes = await readBody(c, CBOR, limits.statementBytes)
      const { step, id, created } = await addPairingStep(
        deps,
        identities,
        c.get('database'),
        c.get('caller'),
        parseId(c.req.param('other'), 32),
        bytes,
      )
      return c.json({ step, id: toBase64url(id) }, created ? 201 : 200)
    },
  )

  return app
}
