/**
 * Routes of identities and pairings.
 *
 * @module
 */
import { Hono } from 'hono'
import { toBase64url } from '../../shared/bytes.ts'
import {
  CBOR,
  IdentitySchema,
  OperatorSchema,
  PairedSchema,
  PairingsSchema,
  RegisteredSchema,
} from '../../shared/api/schemas.ts'
import { fingerprint } from '../../shared/identity/identity.ts'
import { readBody } from '../body.ts'
import type { AppEnv, Authenticate, Deps } from '../context.ts'
import { describe, IF_NONE_MATCH } from '../describe.ts'
import type { Buckets, Limits } from '../limits.ts'
import { parseId } from '../parse.ts'
import { ProblemError } from '../problems.ts'
import { addPairing, pairingsOf, registerIdentity } from './rules.ts'
import type { Identities } from './store.ts'

export function identityRoutes(
  deps: Deps,
  limits: Limits,
  store: Identities,
  authenticate: Authenticate,
  networks: Buckets,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()

  app.get(
    '/v1/operator',
    describe({
      group: 'Identities',
      summary: 'The operator’s identity',
      answers: {
        200: [
          'Its id, the fingerprint to compare, the chain of key changes, and the address',
          OperatorSchema,
        ],
      },
    }),
    (c) =>
      c.json({
        id: toBase64url(deps.operator.identity.id),
        fingerprint: fingerprint(deps.operator.identity.id),
        identity: deps.operator.identity.changes.map(toBase64url),
        url: deps.publicUrl,
      }),
  )

  app.post(
    '/v1/identities',
    describe({
      group: 'Identities',
      summary: 'Register an identity, or further changes of one',
      body: [CBOR, 'A CBOR array of all changes, from the first on'],
      answers: {
        200: ['Known before, and longer now if changes were new', RegisteredSchema],
        201: ['Registered', RegisteredSchema],
      },
      problems: ['identity-invalid', 'identity-forked', 'network-limit'],
    }),
    async (c) => {
      const bytes = await readBody(c, CBOR, limits.identityBytes)
      const network = c.get('network')
      // Every change is a signature to check, and every key a curve.
      const wait = networks.take(network, bytes.length / 2048, deps.now())
      if (wait > 0) throw new ProblemError('too-many-requests', {}, { 'Retry-After': String(wait) })
      const { id, seq, created } = await registerIdentity(
        deps,
        limits,
        c.get('database'),
        bytes,
        network,
      )
      return c.json({ id: toBase64url(id), seq }, created ? 201 : 200)
    },
  )

  app.get(
    '/v1/identities/:id',
    describe({
      group: 'Identities',
      summary: 'An identity’s chain of key changes',
      answers: { 200: ['The chain', IdentitySchema], 304: ['Not changed'] },
      headers: ['ETag'],
      parameters: [{
        name: 'id',
        in: 'path',
        required: true,
        description: 'The identity’s id: 32 bytes in base64url',
        schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
      }, IF_NONE_MATCH],
      problems: ['identity-unknown'],
    }),
    async (c) => {
      const id = parseId(c.req.param('id'), 32)
      const identity = id && await store.newest(c.get('database'), id)
      if (identity === null) throw new ProblemError('identity-unknown')
      const etag = `"${toBase64url(identity.head)}"`
      c.header('ETag', etag)
      c.header('Cache-Control', 'no-cache')
      if (c.req.header('If-None-Match') === etag) return c.body(null, 304)
      return c.json({
        id: toBase64url(identity.id),
        kind: identity.kind,
        changes: identity.changes.map(toBase64url),
      })
    },
  )

  app.post(
    '/v1/pairings',
    describe({
      group: 'Identities',
      summary: 'Pair a device with its owner',
      body: [CBOR, 'The pairing, signed by both'],
      token: true,
      answers: { 200: ['Paired before', PairedSchema], 201: ['Paired', PairedSchema] },
      problems: [
        'statement-malformed',
        'signature-invalid',
        'identity-unknown',
        'not-allowed',
        'pairing-taken',
        'pairing-ended',
      ],
    }),
    authenticate,
    async (c) => {
      const bytes = await readBody(c, CBOR, limits.statementBytes)
      const paired = await addPairing(deps, store, c.get('database'), bytes, c.get('caller'))
      const answer = { owner: toBase64url(paired.owner), device: toBase64url(paired.device) }
      return c.json(answer, paired.created ? 201 : 200)
    },
  )

  app.get(
    '/v1/pairings',
    describe({
      group: 'Identities',
      summary: 'The caller’s pairings',
      token: true,
      answers: {
        200: [
          'An owner’s devices, those that were unpaired too, or a device’s owners',
          PairingsSchema,
        ],
      },
    }),
    authenticate,
    async (c) => {
      const data = await pairingsOf(c.get('database'), c.get('caller'))
      return c.json({ data: data.map(toBase64url) })
    },
  )

  return app
}
