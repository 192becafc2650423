/**
 * Requests of providers as owners see them: what waits, one of them, its code, and the answer.
 *
 * @module
 */
import { Hono } from 'hono'
import * as v from 'valibot'
import {
  AccessRequestSchema,
  CBOR,
  CBOR_SEQUENCE,
  RedirectSchema,
  RequestAddressSchema,
  RequestCodeSchema,
  WaitingSchema,
} from '../../shared/api/schemas.ts'
import { toBase64url } from '../../shared/bytes.ts'
import { decode } from '../../shared/cbor.ts'
import { readBody } from '../body.ts'
import type { AppContext, AppEnv, Authenticate, Deps } from '../context.ts'
import { describe } from '../describe.ts'
import type { Histories } from '../history/store.ts'
import type { Limits } from '../limits.ts'
import { parsing } from '../parse.ts'
import { ProblemError } from '../problems.ts'
import {
  comeWith,
  denyRequest,
  findRequest,
  grantRequest,
  listWaiting,
  redirectOf,
  requestFor,
  type RequestRow,
} from './requests.ts'
import { REQUEST_URI } from './secrets.ts'
import { newRequestCode, requestByCode } from './short-codes.ts'

const REQUEST = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'What follows the last colon of the request_uri, or the id in the list',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
} as const

export function requestRoutes(
  deps: Deps,
  limits: Limits,
  histories: Histories,
  authenticate: Authenticate,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()

  /** For the browser that was sent here with the address; any other stays where it is. */
  async function redirectAfter(c: AppContext, name: string): Promise<string | null> {
    const database = c.get('database')
    try {
      return await redirectOf(deps, database, await findRequest(deps, database, name))
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'request-unknown') return null
      throw error
    }
  }

  app.get(
    '/v1/requests',
    describe({
      group: 'Consent',
      summary: 'What waits for the owner’s answer',
      description:
        'What is asked of this owner without a browser, and what its code was typed for.',
      token: true,
      answers: {
        200: [
          'What is over first comes first, before it what approved providers ask; at most a hundred',
          WaitingSchema,
        ],
      },
    }),
    authenticate,
    async (c) => {
      const rows = await listWaiting(deps, c.get('database'), c.get('caller'))
      return c.json({ data: rows.map((row) => ({ id: toBase64url(row.hash), ...shown(row) })) })
    },
  )

  app.post(
    '/v1/requests/:id/code',
    describe({
      group: 'Consent',
      summary: 'A code to type on the device that can answer',
      description:
        'Needs no token: who knows the address of the request is whom the provider has ' +
        'sent there. It holds for ten minutes; of one request only the newest few do.',
      parameters: [REQUEST],
      answers: { 200: ['The code, in groups of four', RequestCodeSchema] },
      problems: ['request-unknown', 'request-answered'],
    }),
    async (c) => c.json(await newRequestCode(deps, c.get('database'), c.req.param('id'))),
  )

  app.post(
    '/v1/request-codes',
    describe({
      group: 'Consent',
      summary: 'The request of a code that another screen shows',
      description: 'From then on it is among what waits for the owner. Five wrong codes in ten ' +
        'minutes are the most.',
      body: [CBOR, 'The code as text, as it was typed'],
      token: true,
      answers: { 200: ['What to open', RequestAddressSchema] },
      problems: ['not-allowed', 'code-unknown', 'too-many-guesses'],
    }),
    authenticate,
    async (c) => {
      const body = await readBody(c, CBOR, limits.statementBytes)
      const typed = v.safeParse(v.string(), await parsing('body-malformed', () => decode(body)))
      if (!typed.success) throw new ProblemError('body-malformed')
      const [database, caller, network] = [c.get('database'), c.get('caller'), c.get('network')]
      const row = await requestByCode(deps, database, typed.output, caller, network)
      const request_uri = REQUEST_URI + toBase64url(row.hash)
      return c.json({ client_id: toBase64url(row.client), request_uri })
    },
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
      const database = c.get('database')
      const row = await requestFor(deps, database, c.req.param('id'), c.get('caller'))
      const elsewhere = await comeWith(database, row, false)
      return c.json({ ...shown(row), elsewhere })
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
      answers: {
        200: ['Where to send the browser; null for who named it by its hash', RedirectSchema],
      },
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
      return c.json({ redirect: await redirectAfter(c, id) })
    },
  )

  app.post(
    '/v1/requests/:id/denial',
    describe({
      group: 'Consent',
      summary: 'Say no to what a provider asks',
      parameters: [REQUEST],
      token: true,
      answers: {
        200: ['Where to send the browser; null for who named it by its hash', RedirectSchema],
      },
      problems: ['request-unknown', 'request-answered', 'not-allowed'],
    }),
    authenticate,
    async (c) => {
      const database = c.get('database')
      const [id, caller] = [c.req.param('id'), c.get('caller')]
      await denyRequest(database, await requestFor(deps, database, id, caller), caller)
      return c.json({ redirect: await redirectAfter(c, id) })
    },
  )

  app.post(
    '/v1/requests/:id/redirect',
    describe({
      group: 'Consent',
      summary: 'Whether a request is answered, for the browser that it was opened in',
      description: 'Needs no token, as the owner may answer on another device: who knows the ' +
        'address of the request is whom the provider has sent there. It has to ask before an owner ' +
        'opens the request, who is told of it: else the answer goes with the owner’s own browser. ' +
        'The code in the answer is of use to the provider alone.',
      parameters: [REQUEST],
      answers: { 200: ['Where to go, or null while there is no answer', RedirectSchema] },
      problems: ['request-unknown'],
    }),
    async (c) => {
      const database = c.get('database')
      const row = await findRequest(deps, database, c.req.param('id'))
      // Where its owner had opened it first, the answer is not for anybody else's browser.
      const isFirst = await comeWith(database, row, true)
      if (!isFirst && row.answeredBy !== null) throw new ProblemError('request-unknown')
      return c.json({ redirect: isFirst ? await redirectOf(deps, database, row) : null })
    },
  )

  return app
}

function shown(row: RequestRow) {
  return {
    client: toBase64url(row.client),
    pushed: row.pushed,
    expires: row.expires,
    answer: row.answeredBy === null ? null : row.grant === null ? 'denied' : 'granted',
    elsewhere: row.elsewhere === true,
  }
}
