/**
 * Routes of grants: seeing them, a recipient's steps, wrapped keys, and the access log.
 *
 * @module
 */
import { eq } from 'drizzle-orm'
import { Hono } from 'hono'
import * as v from 'valibot'
import { type Bytes, toBase64url } from '../../shared/bytes.ts'
import { decode } from '../../shared/cbor.ts'
import {
  AccessesSchema,
  CBOR,
  CBOR_SEQUENCE,
  GrantSchema,
  GrantsSchema,
  KeysSchema,
  SteppedSchema,
  WrapsTakenSchema,
} from '../../shared/api/schemas.ts'
import { readBody } from '../body.ts'
import type { AppContext, AppEnv, Authenticate, Deps } from '../context.ts'
import { describe, GRANT, NOT_GIVEN, pageLimit, query } from '../describe.ts'
import type { Identities } from '../identity/store.ts'
import type { Buckets, Limits } from '../limits.ts'
import { parseId } from '../parse.ts'
import { type Action, may } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import { grants } from '../schema.ts'
import { grantAnswer, listAccesses, listGrants } from './read.ts'
import { addStep, returnGrant } from './rules.ts'
import { refusalOf, resourceOf, stateOfRow, writeExpiries } from './store.ts'
import { addWraps, cursorOf, type KeyRow, listKeys } from './wraps.ts'

const GrantsQuery = v.object({ after: v.optional(v.string()), limit: pageLimit(100, 50) })
const KeysQuery = v.object({
  after: v.optional(v.string()),
  channel: v.optional(v.string()),
  limit: pageLimit(1000, 100),
})
const AccessQuery = v.object({ after: v.optional(v.string()), limit: pageLimit(1000, 100) })

const KEY_PAGE_BYTES = 1024 * 1024
/** A post of wrapped keys costs its network one request more for so many bytes. */
const POST_UNIT = 8 * 1024

export function consentRoutes(
  deps: Deps,
  limits: Limits,
  identities: Identities,
  authenticate: Authenticate,
  networks: Buckets,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()

  /** A grant that the caller may do that with. To others it looks as if there were none. */
  async function grantOf(c: AppContext, action: Action) {
    const id = parseId(c.req.param('grant'), 16)
    const caller = c.get('caller')
    const { db } = c.get('database')
    const [row] = id === null ? [] : await db.select().from(grants).where(eq(grants.id, id))
    if (row === undefined || !may(caller, action, resourceOf(row))) {
      throw new ProblemError('grant-unknown')
    }
    if (row.endedAt !== null || deps.now() < row.untilAt) return row
    await writeExpiries(c.get('database'), { grant: row.id }, deps.now())
    const [written] = await db.select().from(grants).where(eq(grants.id, row.id))
    return written ?? row
  }

  app.get(
    '/v1/grants',
    describe({
      group: 'Grants',
      summary: 'The caller’s grants',
      token: true,
      answers: { 200: ['Those an owner gave, and those to the caller', GrantsSchema] },
      problems: ['query-malformed'],
    }),
    authenticate,
    query(GrantsQuery),
    async (c) => {
      const { after, limit } = c.req.valid('query')
      const cursor = after === undefined ? null : wellFormed(parseId(after, 16), 'after')
      const { data, next } = await listGrants(
        c.get('database'),
        c.get('caller'),
        cursor,
        limit,
        deps.now(),
      )
      return c.json({ data, next: next && toBase64url(next) })
    },
  )

  app.get(
    '/v1/grants/:grant',
    describe({
      group: 'Grants',
      summary: 'A grant with its steps, and how far it can be read',
      parameters: [GRANT],
      token: true,
      answers: { 200: ['The grant', GrantSchema] },
      problems: ['grant-unknown'],
    }),
    authenticate,
    async (c) => {
      const row = await grantOf(c, 'grant:read')
      return c.json(await grantAnswer(c.get('database'), row, c.get('caller'), deps.now()))
    },
  )

  app.delete(
    '/v1/grants/:grant',
    describe({
      group: 'Grants',
      summary: 'Give a grant back, by a token that is bound to it',
      description:
        'As OAuth’s grant management has it. It gives nothing from then on; the signed ' +
        'way is the step `terminated`, which the owner can verify.',
      parameters: [GRANT],
      token: true,
      answers: { 204: ['It has ended'] },
      problems: ['grant-unknown'],
    }),
    authenticate,
    async (c) => {
      await returnGrant(deps, c.get('database'), await grantOf(c, 'grant:return'))
      return c.body(null, 204)
    },
  )

  app.post(
    '/v1/grants/:grant/steps',
    describe({
      group: 'Grants',
      summary: 'Add a step of the recipient',
      description: 'The owner’s own steps come with its history.',
      parameters: [GRANT],
      body: [CBOR, 'The step, signed by the recipient'],
      token: true,
      answers: { 200: ['Known before', SteppedSchema], 201: ['Added', SteppedSchema] },
      problems: [
        'statement-malformed',
        'signature-invalid',
        'grant-unknown',
        'step-moved',
        'step-refused',
      ],
    }),
    authenticate,
    async (c) => {
      const bytes = await readBody(c, CBOR, limits.statementBytes)
      const id = parseId(c.req.param('grant'), 16)
      const caller = c.get('caller')
      const database = c.get('database')
      const { step, id: stepId, created } = await addStep(
        deps,
        identities,
        database,
        caller,
        id,
        bytes,
      )
      const answer = { grant: toBase64url(id ?? new Uint8Array()), step, id: toBase64url(stepId) }
      return c.json(answer, created ? 201 : 200)
    },
  )

  app.get(
    '/v1/grants/:grant/keys',
    describe({
      group: 'Grants',
      summary: 'The keys wrapped under a grant’s key',
      parameters: [GRANT],
      token: true,
      answers: { 200: ['By channel and epoch', KeysSchema] },
      problems: ['grant-unknown', 'query-malformed', ...NOT_GIVEN],
    }),
    authenticate,
    query(KeysQuery),
    async (c) => {
      const { after, channel: name, limit } = c.req.valid('query')
      const channel = name === undefined ? null : wellFormed(parseId(name, 16), 'channel')
      const cursor = after === undefined ? null : wellFormed(parseKeyCursor(after), 'after')
      const row = await grantOf(c, 'grant:keys')
      const database = c.get('database')
      const state = stateOfRow(row, deps.now())
      if (state !== 'active') throw await refusalOf(database, null, { id: row.id, state })
      const { keys, more } = await listKeys(
        database,
        row.id,
        { channel, after: cursor },
        limit,
        KEY_PAGE_BYTES,
      )
      const last = keys.at(-1)
      return c.json({ data: keys.map(keyAnswer), next: more && last ? cursorOf(last) : null })
    },
  )

  app.get(
    '/v1/grants/:grant/access',
    describe({
      group: 'Grants',
      summary: 'What the recipient was given, by hour',
      parameters: [GRANT],
      token: true,
      answers: { 200: ['By hour and channel', AccessesSchema] },
      problems: ['grant-unknown', 'query-malformed'],
    }),
    authenticate,
    query(AccessQuery),
    async (c) => {
      const { after, limit } = c.req.valid('query')
      const cursor = after === undefined ? null : wellFormed(parseAccessCursor(after), 'after')
      const row = await grantOf(c, 'grant:access')
      return c.json(await listAccesses(c.get('database'), row.id, cursor, limit))
    },
  )

  app.post(
    '/v1/wraps',
    describe({
      group: 'Grants',
      summary: 'Post batches of wrapped keys, all or none',
      body: [
        CBOR_SEQUENCE,
        'A CBOR sequence of arrays: a batch, signed by the channel’s device or its owner, and its ' +
        'list',
      ],
      token: true,
      answers: {
        200: ['All of them were there before', WrapsTakenSchema],
        201: ['Taken', WrapsTakenSchema],
      },
      problems: [
        'statement-malformed',
        'signature-invalid',
        'not-allowed',
        'channel-unknown',
        'epoch-unknown',
        'wraps-refused',
      ],
    }),
    authenticate,
    async (c) => {
      const bytes = await readBody(c, CBOR_SEQUENCE, limits.wrapsBytes)
      const wait = networks.take(c.get('network'), bytes.length / POST_UNIT, deps.now())
      if (wait > 0) throw new ProblemError('too-many-requests', {}, { 'Retry-After': String(wait) })
      const { batches, added } = await addWraps(
        deps,
        identities,
        c.get('database'),
        c.get('caller'),
        bytes,
      )
      return c.json({ batches }, added > 0 ? 201 : 200)
    },
  )

  return app
}

function keyAnswer({ channel, epoch, head, wrapped, blocks }: KeyRow) {
  return {
    channel: toBase64url(channel),
    epoch,
    head: toBase64url(head),
    wrapped: wrapped && toBase64url(wrapped),
    blocks: blocks && v.parse(BlocksSchema, decode(blocks)).map(([seq, key]) => {
      return [seq, toBase64url(key)] as const
    }),
  }
}

/** As the platform wrote it down. */
const BlocksSchema = v.array(v.tuple([v.number(), v.instance(Uint8Array)]))

function parseKeyCursor(text: string): readonly [Bytes, number] | null {
  const [name, epoch = '', ...rest] = text.split('.')
  const channel = parseId(name, 16)
  if (channel === null || !/^\d{1,10}$/.test(epoch) || rest.length > 0) return null
  return [channel, Number(epoch)]
}

function parseAccessCursor(text: string): { hour: number; channel: Bytes } | null {
  const [hour = '', name, ...rest] = text.split('.')
  const channel = parseId(name, 16)
  if (channel === null || !/^\d{1,12}$/.test(hour) || rest.length > 0) return null
  return { hour: Number(hour), channel }
}

function wellFormed<T>(value: T | null, parameter: string): T {
  if (value === null) throw new ProblemError('query-malformed', { parameters: [parameter] })
  return value
}
