/**
 * Routes of an owner's history.
 *
 * @module
 */
import { Hono } from 'hono'
import * as v from 'valibot'
import { toBase64url } from '../../shared/bytes.ts'
import { splitArray } from '../../shared/cbor.ts'
import { AddedSchema, CBOR_SEQUENCE, HistorySchema } from '../../shared/api/schemas.ts'
import { readBody } from '../body.ts'
import type { AppEnv, Authenticate } from '../context.ts'
import { describe, pageLimit, query } from '../describe.ts'
import type { Limits } from '../limits.ts'
import { may } from '../policy.ts'
import { type Histories, listEvents, type OwnerHead, ownerHead } from './store.ts'

const HistoryQuery = v.object({
  after: v.optional(v.pipe(v.string(), v.regex(/^(-1|\d{1,15})$/), v.transform(Number)), '-1'),
  limit: pageLimit(1000, 100),
})

const PAGE_BYTES = 1024 * 1024

export function historyRoutes(
  limits: Limits,
  histories: Histories,
  authenticate: Authenticate,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()

  app.post(
    '/v1/history',
    describe({
      group: 'History',
      summary: 'Add events to an owner’s history, all or none',
      description: 'Who is behind is told `history-moved` and nothing is added; but what ' +
        'revocations among the events end is locked at once, on whatever head they stand.',
      body: [
        CBOR_SEQUENCE,
        'A CBOR sequence of arrays: an event, then what it speaks of: a grant with its receipt, or ' +
        'a step',
      ],
      token: true,
      answers: {
        200: ['All of them were there before', AddedSchema],
        201: ['Added', AddedSchema],
      },
      problems: [
        'statement-malformed',
        'signature-invalid',
        'not-allowed',
        'history-moved',
        'event-refused',
        'identity-unknown',
        'channel-unknown',
        'device-not-paired',
        'grant-unknown',
        'grant-taken',
        'grant-key-unknown',
        'step-moved',
        'step-refused',
        'network-limit',
      ],
    }),
    authenticate,
    async (c) => {
      const bytes = await readBody(c, CBOR_SEQUENCE, limits.historyBytes)
      const database = c.get('database')
      const prepared = await histories.prepare(database, bytes, c.get('caller'))
      const { head, added, refused } = await database.db.transaction(
        (tx) => histories.add(tx, prepared, c.get('network')),
      )
      if (refused !== null) throw refused
      const events = prepared.entries.length
      return c.json({ head: answerOf(head), events }, added > 0 ? 201 : 200)
    },
  )

  app.get(
    '/v1/history',
    describe({
      group: 'History',
      summary: 'An owner’s history',
      token: true,
      answers: {
        200: ['Events in order; of whoever is no owner none', HistorySchema],
      },
      problems: ['query-malformed'],
    }),
    authenticate,
    query(HistoryQuery),
    async (c) => {
      const { after, limit } = c.req.valid('query')
      const caller = c.get('caller')
      const database = c.get('database')
      const owner = caller.id
      if (!may(caller, 'history:read', { owner, devices: [] })) {
        return c.json({ data: [], head: answerOf({ seq: -1, id: null }), next: null })
      }
      const page = await listEvents(database, owner, after, limit, PAGE_BYTES)
      const last = page.events.at(-1)
      return c.json({
        data: page.events.map(({ n, statement, companions }) => ({
          n,
          event: toBase64url(statement),
          companions: splitArray(companions).map(toBase64url),
        })),
        head: answerOf(await ownerHead(database, owner)),
        next: page.more && last ? String(last.n) : null,
      })
    },
  )

  return app
}

function answerOf({ seq, id }: OwnerHead) {
  return { seq, id: id && toBase64url(id) }
}
