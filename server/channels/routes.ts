/**
 * Routes of channels, chapters and epochs.
 *
 * @module
 */
import { Hono } from 'hono'
import * as v from 'valibot'
import { toBase64url } from '../../shared/bytes.ts'
import {
  CBOR,
  type ChannelAnswer,
  ChannelSchema,
  ChannelsSchema,
  ChapterOpenedSchema,
  EpochsSchema,
  HeadSchema,
  OpenedSchema,
} from '../../shared/api/schemas.ts'
import { readBody } from '../body.ts'
import type { AppEnv, Authenticate, Deps } from '../context.ts'
import { CHANNEL, describe, IF_NONE_MATCH, NOT_GIVEN, pageLimit, query } from '../describe.ts'
import { etagOf, matches } from '../etag.ts'
import type { Identities } from '../identity/store.ts'
import type { Limits } from '../limits.ts'
import { parseCursor, parseId } from '../parse.ts'
import { openChannel, openChapter } from './rules.ts'
import {
  type ChannelWithChapters,
  findHeadBlock,
  isReadable,
  listChannels,
  listEpochs,
  readableChannel,
  stillGiven,
} from './store.ts'

const ChannelsQuery = v.object({ after: v.optional(v.string()), limit: pageLimit(100, 50) })
const EpochsQuery = v.object({
  after: v.optional(v.pipe(v.string(), v.regex(/^(-1|\d{1,10})$/), v.transform(Number)), '-1'),
  limit: pageLimit(1000, 100),
})

export function channelRoutes(
  deps: Deps,
  limits: Limits,
  identities: Identities,
  authenticate: Authenticate,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()

  app.post(
    '/v1/channels',
    describe({
      group: 'Channels',
      summary: 'Open a channel',
      body: [CBOR, 'The channel’s opening, signed by its owner'],
      token: true,
      answers: { 200: ['Opened before', OpenedSchema], 201: ['Opened', OpenedSchema] },
      problems: [
        'statement-malformed',
        'signature-invalid',
        'not-allowed',
        'channel-taken',
        'network-limit',
      ],
    }),
    authenticate,
    async (c) => {
      const bytes = await readBody(c, CBOR, limits.statementBytes)
      const { channel, created } = await openChannel(
        deps,
        limits,
        identities,
        c.get('database'),
        bytes,
        c.get('caller'),
        c.get('network'),
      )
      return c.json({ channel: toBase64url(channel) }, created ? 201 : 200)
    },
  )

  app.get(
    '/v1/channels',
    describe({
      group: 'Channels',
      summary: 'The caller’s channels',
      token: true,
      answers: {
        200: [
          'An owner’s channels, those with a chapter of a device, or those of a token’s grant',
          ChannelsSchema,
        ],
      },
      problems: ['query-malformed'],
    }),
    authenticate,
    query(ChannelsQuery),
    async (c) => {
      const { after, limit } = c.req.valid('query')
      const cursor = parseCursor(after, 16)
      const caller = c.get('caller')
      const database = c.get('database')
      const found = await listChannels(database, caller, cursor, limit + 1)
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const now = deps.now()
      const given = caller.grant === undefined
        ? page.map((one) => isReadable(one, caller))
        : await Promise.all(page.map((one) => stillGiven(database, one, caller, now)))
      return c.json({
        data: page.filter((_, i) => given[i]).map(answerOf),
        next: found.length > limit && last ? toBase64url(last.channel.id) : null,
      })
    },
  )

  app.get(
    '/v1/channels/:channel',
    describe({
      group: 'Channels',
      summary: 'A channel',
      token: true,
      answers: { 200: ['The channel and where it stands', ChannelSchema], 304: ['Not changed'] },
      headers: ['ETag'],
      parameters: [CHANNEL, IF_NONE_MATCH],
      problems: ['channel-unknown', ...NOT_GIVEN],
    }),
    authenticate,
    async (c) => {
      const id = parseId(c.req.param('channel'), 16)
      const found = await readableChannel(c.get('database'), id, c.get('caller'), deps.now())
      const { headId, newestEpoch } = found.channel
      const etag = await etagOf(deps, headId, `${newestEpoch} ${found.chapters.length}`)
      c.header('ETag', etag)
      c.header('Cache-Control', 'private, no-cache')
      if (matches(c, etag)) return c.body(null, 304)
      return c.json(answerOf(found))
    },
  )

  app.post(
    '/v1/chapters',
    describe({
      group: 'Channels',
      summary: 'Open the next chapter of a channel',
      body: [CBOR, 'The chapter’s opening, signed by the owner'],
      token: true,
      answers: {
        200: ['Opened before', ChapterOpenedSchema],
        201: ['Opened', ChapterOpenedSchema],
      },
      problems: [
        'statement-malformed',
        'signature-invalid',
        'not-allowed',
        'channel-unknown',
        'chapter-taken',
        'head-moved',
        'device-not-paired',
        'network-limit',
      ],
    }),
    authenticate,
    async (c) => {
      const bytes = await readBody(c, CBOR, limits.statementBytes)
      const database = c.get('database')
      const opened = await openChapter(
        deps,
        limits,
        identities,
        database,
        bytes,
        c.get('caller'),
        c.get('network'),
      )
      const { channel, chapter, created } = opened
      return c.json({ channel: toBase64url(channel), chapter }, created ? 201 : 200)
    },
  )

  app.get(
    '/v1/channels/:channel/epochs',
    describe({
      group: 'Channels',
      summary: 'The openings of a channel’s epochs',
      parameters: [CHANNEL],
      token: true,
      answers: { 200: ['Openings in order', EpochsSchema] },
      problems: ['channel-unknown', 'query-malformed', ...NOT_GIVEN],
    }),
    authenticate,
    query(EpochsQuery),
    async (c) => {
      const { after, limit } = c.req.valid('query')
      const id = parseId(c.req.param('channel'), 16)
      const database = c.get('database')
      const { channel, given } = await readableChannel(
        database,
        id,
        c.get('caller'),
        deps.now(),
      )
      // A recipient is given those of the blocks that it is given.
      const first = given === null ? 0 : given.firstEpoch ?? Infinity
      const from = Math.max(after, first - 1)
      const found = from === Infinity ? [] : await listEpochs(database, channel.id, from, limit + 1)
      const page = found.slice(0, limit)
      return c.json({
        data: page.map((row) => toBase64url(row.statement)),
        next: found.length > limit ? String(page.at(-1)?.epoch) : null,
      })
    },
  )

  app.get(
    '/v1/channels/:channel/head',
    describe({
      group: 'Channels',
      summary: 'The newest block of a channel, without its body',
      parameters: [CHANNEL],
      token: true,
      answers: { 200: ['Where the channel stands', HeadSchema] },
      problems: ['channel-unknown', ...NOT_GIVEN],
    }),
    authenticate,
    async (c) => {
      const id = parseId(c.req.param('channel'), 16)
      const database = c.get('database')
      const { channel } = await readableChannel(database, id, c.get('caller'), deps.now())
      const head = await findHeadBlock(database, channel.id, channel.headSeq)
      return c.json({
        seq: channel.headSeq,
        id: toBase64url(channel.headId),
        statement: head && toBase64url(head.statement),
        chapter: channel.chapter,
        epoch: channel.newestEpoch,
        accepted: head && head.accepted,
      })
    },
  )

  return app
}

function answerOf({ channel, chapters }: ChannelWithChapters): ChannelAnswer {
  return {
    channel: toBase64url(channel.id),
    opening: toBase64url(channel.opening),
    chapters: chapters.map((chapter) => toBase64url(chapter.statement)),
    head: { seq: channel.headSeq, id: toBase64url(channel.headId) },
    epoch: channel.newestEpoch,
    updated: channel.updatedAt,
  }
}
