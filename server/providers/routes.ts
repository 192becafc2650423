/**
 * Routes of providers: who they are, their keys, and the operator's word on them.
 *
 * @module
 */
import { asc, gt } from 'drizzle-orm'
import { Hono } from 'hono'
import * as v from 'valibot'
import {
  ApprovedSchema,
  CBOR,
  JwksSchema,
  type ProviderAnswer,
  ProviderSchema,
  ProvidersSchema,
  RegisteredSchema,
} from '../../shared/api/schemas.ts'
import { toBase64url } from '../../shared/bytes.ts'
import { readBody } from '../body.ts'
import type { AppEnv, Authenticate, Deps } from '../context.ts'
import { describe, query } from '../describe.ts'
import type { Identities } from '../identity/store.ts'
import type { Limits } from '../limits.ts'
import { parseCursor, parseId } from '../parse.ts'
import { may } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import { providers } from '../schema.ts'
import { jwksOf } from './jwks.ts'
import { approveProvider, registerProvider } from './rules.ts'
import { findProvider, type Provider, providerOf } from './store.ts'

const PROVIDER = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The id of the provider’s identity: 32 bytes in base64url',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
} as const

const ProvidersQuery = v.object({ after: v.optional(v.string()) })
const PAGE = 50

export function providerRoutes(
  deps: Deps,
  limits: Limits,
  identities: Identities,
  authenticate: Authenticate,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()

  app.post(
    '/v1/providers',
    describe({
      group: 'Providers',
      summary: 'Register a provider, or change what it says of itself',
      body: [CBOR, 'The registration, signed by the provider'],
      token: true,
      answers: {
        200: ['Registered before', RegisteredSchema],
        201: ['Registered; unverified until the operator approves it', RegisteredSchema],
      },
      problems: [
        'statement-malformed',
        'signature-invalid',
        'not-allowed',
        'identity-unknown',
        'registration-taken',
        'network-limit',
      ],
    }),
    authenticate,
    async (c) => {
      const bytes = await readBody(c, CBOR, limits.statementBytes)
      const { id, seq, created } = await registerProvider(
        deps,
        limits,
        identities,
        c.get('database'),
        bytes,
        c.get('caller'),
        c.get('network'),
      )
      return c.json({ id: toBase64url(id), seq }, created ? 201 : 200)
    },
  )

  app.get(
    '/v1/providers',
    describe({
      group: 'Providers',
      summary: 'All providers, for the operator',
      token: true,
      answers: { 200: ['Providers by their id', ProvidersSchema] },
      problems: ['not-allowed', 'query-malformed'],
    }),
    authenticate,
    query(ProvidersQuery),
    async (c) => {
      const owner = deps.operator.identity.id
      if (!may(c.get('caller'), 'provider:list', { owner, devices: [] })) {
        throw new ProblemError('not-allowed')
      }
      const { after } = c.req.valid('query')
      const cursor = parseCursor(after, 32)
      const { db } = c.get('database')
      const rows = await db.select().from(providers)
        .where(cursor === null ? undefined : gt(providers.id, cursor))
        .orderBy(asc(providers.id)).limit(PAGE + 1)
      const page = await Promise.all(rows.slice(0, PAGE).map((row) => providerOf(deps, row)))
      const last = page.at(-1)
      return c.json({
        data: page.map(answerOf),
        next: rows.length > PAGE && last ? toBase64url(last.id) : null,
      })
    },
  )

  app.get(
    '/v1/providers/:id',
    describe({
      group: 'Providers',
      summary: 'What a provider says of itself, and whether the operator vouches for it',
      parameters: [PROVIDER],
      answers: { 200: ['The newest registration and approval', ProviderSchema] },
      problems: ['provider-unknown'],
    }),
    async (c) => {
      const id = parseId(c.req.param('id'), 32)
      return c.json(answerOf(await findProvider(deps, c.get('database'), id)))
    },
  )

  app.get(
    '/v1/providers/:id/jwks',
    describe({
      group: 'Providers',
      summary: 'A provider’s keys as a JSON Web Key Set',
      parameters: [PROVIDER],
      answers: { 200: ['Those that its identity has now', JwksSchema] },
      problems: ['provider-unknown'],
    }),
    async (c) => {
      const { id } = await findProvider(deps, c.get('database'), parseId(c.req.param('id'), 32))
      const identity = await identities.newest(c.get('database'), id)
      if (identity === null) throw new ProblemError('provider-unknown')
      return c.json(jwksOf(identity))
    },
  )

  app.get(
    '/v1/providers/:id/logo',
    describe({
      group: 'Providers',
      summary: 'A provider’s logo',
      parameters: [PROVIDER],
      answers: { 200: ['A PNG', 'image/png'] },
      problems: ['provider-unknown'],
    }),
    async (c) => {
      const id = parseId(c.req.param('id'), 32)
      const { registration } = await findProvider(deps, c.get('database'), id)
      const { logo } = registration.content
      if (logo === null) throw new ProblemError('provider-unknown')
      c.header('Content-Type', 'image/png')
      c.header('Cache-Control', 'max-age=3600')
      return c.body(logo)
    },
  )

  app.post(
    '/v1/approvals',
    describe({
      group: 'Providers',
      summary: 'The operator’s word on a provider',
      body: [CBOR, 'The approval, signed by the operator'],
      answers: { 200: ['Whether the provider is verified now', ApprovedSchema] },
      problems: [
        'statement-malformed',
        'signature-invalid',
        'provider-unknown',
        'registration-taken',
        'approval-outdated',
      ],
    }),
    async (c) => {
      const bytes = await readBody(c, CBOR, limits.statementBytes)
      const { id, verified } = await approveProvider(deps, c.get('database'), bytes)
      return c.json({ id: toBase64url(id), verified })
    },
  )

  return app
}

function answerOf({ id, registration, approval, verified }: Provider): ProviderAnswer {
  return {
    id: toBase64url(id),
    registration: toBase64url(registration.statement.bytes),
    approval: approval && toBase64url(approval.statement.bytes),
    verified,
  }
}
