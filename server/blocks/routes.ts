/**
 * Routes of blocks: posting, which needs no token as every item is signed, and reading.
 *
 * @module
 */
import { Hono } from 'hono'
import * as v from 'valibot'
import { type Bytes, toBase64url } from '../../shared/bytes.ts'
import { CBOR_SEQUENCE, ForksSchema, TakenSchema } from '../../shared/api/schemas.ts'
import { acknowledge } from '../../shared/seal/acknowledgement.ts'
import { readBody } from '../body.ts'
import { channelWithForks, isStillRead, readableChannel, stillGiven } from '../channels/store.ts'
import { noteAccess } from '../consent/store.ts'
import {
  type AppContext,
  type AppEnv,
  type Authenticate,
  type Deps,
  mapKey,
  wholeSeconds,
} from '../context.ts'
import { CHANNEL, describe, IF_NONE_MATCH, NOT_GIVEN, pageLimit, query } from '../describe.ts'
import { etagOf, matches } from '../etag.ts'
import type { Identities } from '../identity/store.ts'
import { type Buckets, buckets, type Limits, places } from '../limits.ts'
import type { Metrics } from '../metrics.ts'
import { parseId } from '../parse.ts'
import { describeProblem, ProblemError } from '../problems.ts'
import { acceptPosts, type Outcome } from './accept.ts'
import { committer } from './commit.ts'
import { STALE } from './decide.ts'
import { type Post, readPost, type Refusal } from './post.ts'
import { watchHeads } from './heads.ts'
import { asSequence, readForks, readPage } from './read.ts'
import { blockStream } from './stream.ts'

/** From when on a block id is owed in the channel's chain, after it was accepted. */
const LOG_PROMISE_SECONDS = 60
const MAX_STALE = 3

const seq = v.pipe(v.string(), v.regex(/^(-1|\d{1,15})$/), v.transform(Number))
const seconds = v.pipe(v.string(), v.regex(/^-?\d{1,15}$/), v.transform(Number))

const BlocksQuery = v.object({
  after: v.optional(seq, '-1'),
  from: v.optional(seconds),
  to: v.optional(seconds),
  limit: pageLimit(1000, 100),
})
const StreamQuery = v.object({ after: v.optional(seq) })
const ForksQuery = v.object({ after: v.optional(v.string()), limit: pageLimit(100, 100) })

/** Of a page of forks, which it may exceed by one fork: as JSON it takes several times as much. */
const FORK_PAGE_BYTES = 1024 * 1024

/** A post costs its network one request more for so many bytes: some 13 signatures at the most. */
const POST_UNIT = 8 * 1024

/** And a page of blocks: to fetch it holds everybody up, and it waits in memory for its reader. */
const PAGE_UNIT = 16 * 1024

export function blockRoutes(
  deps: Deps,
  limits: Limits,
  identities: Identities,
  authenticate: Authenticate,
  networkBuckets: Buckets,
  metrics: Metrics,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  const deviceBuckets = buckets(limits.device)
  const heads = watchHeads(deps.commit === 'group', limits.streamPoll)
  const streams = places(limits.streams)
  const networkStreams = places(limits.networkStreams)
  const submit = committer(deps.commit, async (database, posts) => {
    const started = deps.now()
    const verdicts = await acceptPosts(database, posts, wholeSeconds(deps), limits.forksPerChannel)
    metrics.committed(posts.length, deps.now() - started)
    return verdicts
  })

  /** Takes a post; again if identities turn out to have changed between check and lock. */
  async function take(c: AppContext, channel: Bytes, bytes: Bytes): Promise<Outcome> {
    const database = c.get('database')
    for (let attempt = 0; attempt < MAX_STALE; attempt++) {
      const post = await readPost(
        deps,
        identities,
        database,
        channel,
        bytes,
        limits.postItems,
        attempt > 0,
      )
      limitDevice(c, post, attempt)
      if (post.items.length === 0) return emptyOutcome(channel, post.refusal)
      const verdict = await submit(database, post)
      if (verdict !== STALE) return verdict
    }
    throw new ProblemError('database-unavailable', {}, { 'Retry-After': '1' })
  }

  function limitDevice(c: AppContext, post: Post, attempt: number): void {
    const [first] = post.items
    if (first === undefined || attempt > 0) return
    // Only a signature that holds counts: nobody can use up another's measure.
    const statement = first.kind === 'block' ? first.block.statement : first.statement
    const cost = 1 + post.size / (1024 * 1024)
    const name = mapKey(statement.identity)
    c.set('rates', [...c.get('rates'), { policy: 'device', buckets: deviceBuckets, name }])
    const wait = deviceBuckets.take(name, cost, deps.now())
    if (wait > 0) throw tooMany(wait)
  }

  app.post(
    '/v1/channels/:channel/blocks',
    describe({
      group: 'Blocks',
      summary: 'Post epoch openings and blocks, in order',
      body: [CBOR_SEQUENCE, 'A CBOR sequence (RFC 8742) of epoch openings and blocks'],
      parameters: [CHANNEL],
      answers: { 200: ['How far it was taken, and the acknowledgements', TakenSchema] },
      problems: [
        'channel-unknown',
        'gap',
        'fork',
        'epoch-taken',
        'chapter-closed',
        'wrong-device',
        'device-not-paired',
        'wrong-channel',
        'wrong-epoch',
        'epoch-key-unknown',
        'key-index-fell',
        'signature-invalid',
        'block-malformed',
        'body-mismatch',
        'sealed-ahead',
      ],
    }),
    async (c) => {
      const channel = parseId(c.req.param('channel'), 16)
      if (channel === null) throw new ProblemError('channel-unknown')
      const bytes = await readBody(c, CBOR_SEQUENCE, limits.postBytes)
      const network = c.get('network')
      const wait = networkBuckets.take(network, bytes.length / POST_UNIT, deps.now())
      if (wait > 0) throw tooMany(wait)
      const outcome = await take(c, channel, bytes)
      heads.moved(channel, outcome.head.seq)
      metrics.accepted(outcome.blocks, outcome.readings, outcome.forks)
      const refusal = outcome.refusal && problemOf(outcome.refusal)
      if (refusal !== null && outcome.taken === 0) throw refusal
      return await answerTaken(c, channel, outcome, refusal)
    },
  )

  async function answerTaken(
    c: AppContext,
    channel: Bytes,
    { taken, kept, head }: Outcome,
    refusal: ProblemError | null,
  ): Promise<Response> {
    const acknowledgements = await Promise.all(kept.map(({ id, seq, accepted }) =>
      acknowledge({
        block: id,
        channel,
        seq,
        accepted,
        log: accepted + LOG_PROMISE_SECONDS,
      }, deps.operator.signer)
    ))
    if (refusal !== null) c.set('problem', refusal.code)
    return c.json({
      taken,
      acknowledgements: acknowledgements.map(toBase64url),
      head: { seq: head.seq, id: toBase64url(head.id) },
      ...refusal && { refusal: describeProblem(refusal, deps.publicUrl, c.get('requestId')) },
    })
  }

  app.get(
    '/v1/channels/:channel/blocks',
    describe({
      group: 'Blocks',
      summary: 'Blocks of a channel, in order',
      token: true,
      answers: {
        200: [
          'A CBOR sequence of blocks as they were accepted; Link names the next page, ' +
          'Kilowit-Head the newest block',
          CBOR_SEQUENCE,
        ],
        304: ['Not changed'],
      },
      headers: ['ETag', 'Link', 'Kilowit-Head'],
      parameters: [CHANNEL, IF_NONE_MATCH],
      problems: ['channel-unknown', 'query-malformed', ...NOT_GIVEN],
    }),
    authenticate,
    query(BlocksQuery),
    async (c) => {
      const { after, from = null, to = null, limit } = c.req.valid('query')
      const id = parseId(c.req.param('channel'), 16)
      const database = c.get('database')
      const { channel, given } = await readableChannel(database, id, c.get('caller'), deps.now())
      const view = given && { ...given, grant: toBase64url(given.grant) }
      const request = JSON.stringify([after, from, to, limit, channel.erased, view])
      const etag = await etagOf(deps, channel.headId, request)
      c.header('ETag', etag)
      c.header('Cache-Control', 'private, no-cache')
      c.header('Kilowit-Head', String(given?.head ?? channel.headSeq))
      if (matches(c, etag)) return c.body(null, 304)
      const asked = { after, from, to, limit }
      const page = await readPage(database, channel.id, asked, limits.pageBytes, given)
      const bytes = asSequence(page)
      const network = c.get('network')
      const wait = networkBuckets.take(network, bytes.length / PAGE_UNIT, deps.now())
      if (wait > 0) throw tooMany(wait)
      if (given !== null) {
        const seqs = page.blocks.filter(({ whole }) => whole).map(({ seq }) => seq)
        await noteAccess(database, channel.id, given.grant, seqs, deps.now())
      }
      const last = page.blocks.at(-1)
      if (page.more && last !== undefined) {
        const next = new URLSearchParams({ after: String(last.seq), limit: String(limit) })
        if (from !== null) next.set('from', String(from))
        if (to !== null) next.set('to', String(to))
        const path = `/v1/channels/${toBase64url(channel.id)}/blocks`
        c.header('Link', `<${deps.publicUrl}${path}?${next}>; rel="next"`)
      }
      c.header('Content-Type', CBOR_SEQUENCE)
      return c.body(bytes)
    },
  )

  app.get(
    '/v1/channels/:channel/stream',
    describe({
      group: 'Blocks',
      summary: 'New blocks as they come',
      token: true,
      answers: {
        200: ['Events `block`: id is the seq, data the block in base64url', 'text/event-stream'],
      },
      parameters: [CHANNEL, {
        name: 'Last-Event-ID',
        in: 'header',
        description: 'Resume after this seq',
        schema: { type: 'string' },
      }],
      problems: ['channel-unknown', 'query-malformed', ...NOT_GIVEN],
    }),
    authenticate,
    query(StreamQuery),
    async (c) => {
      const id = parseId(c.req.param('channel'), 16)
      const database = c.get('database')
      const caller = c.get('caller')
      const found = await readableChannel(database, id, caller, deps.now())
      const { channel } = found
      const resume = v.safeParse(seq, c.req.header('Last-Event-ID'))
      const asked = c.req.valid('query').after
      const after = resume.success ? resume.output : asked ?? found.given?.head ?? channel.headSeq
      c.header('Content-Type', 'text/event-stream')
      c.header('Cache-Control', 'no-store')
      c.header('X-Accel-Buffering', 'no')
      const expires = c.get('expires')
      const { now } = deps
      const place = streams.take(mapKey(caller.id), expires, now())
      const shared = networkStreams.take(c.get('network'), expires, now())
      const over = () => {
        place?.()
        shared?.()
      }
      if (place === null || shared === null) {
        over()
        throw tooMany(1)
      }
      let { given } = found
      const reader = given && {
        given: async () => given = await stillGiven(database, found, caller, now()),
        note: async (seqs: readonly number[]) => {
          if (given !== null) await noteAccess(database, channel.id, given.grant, seqs, now())
        },
      }
      // A device's reading ends with its pairing; an owner's, and a recipient's, not by a channel.
      const stands = async () =>
        await c.get('stands')() &&
        (caller.kind !== 'device' || await isStillRead(database, channel.id, caller))
      const options = {
        database,
        heads,
        stands,
        channel: channel.id,
        after,
        expires,
        now,
        limits,
        reader,
        over,
      }
      return c.body(blockStream(options))
    },
  )

  app.get(
    '/v1/channels/:channel/forks',
    describe({
      group: 'Blocks',
      summary: 'Blocks that were refused because another stood at their place',
      parameters: [CHANNEL],
      token: true,
      answers: { 200: ['Forks in order', ForksSchema] },
      problems: ['channel-unknown', 'query-malformed'],
    }),
    authenticate,
    query(ForksQuery),
    async (c) => {
      const { after, limit } = c.req.valid('query')
      const cursor = after === undefined ? null : parseForkCursor(after)
      const id = parseId(c.req.param('channel'), 16)
      const database = c.get('database')
      const channel = await channelWithForks(database, id, c.get('caller'))
      const page = await readForks(database, channel.id, cursor, limit, FORK_PAGE_BYTES)
      const last = page.forks.at(-1)
      return c.json({
        data: page.forks.map((fork) => ({
          seq: fork.seq,
          id: toBase64url(fork.id),
          block: toBase64url(fork.block),
          seen: fork.seen,
        })),
        next: page.more && last ? `${last.seq}.${toBase64url(last.id)}` : null,
      })
    },
  )

  return app
}

function parseForkCursor(text: string): { seq: number; id: Bytes } {
  const [number, name] = text.split('.')
  const at = v.safeParse(seq, number)
  const id = parseId(name, 32)
  if (!at.success || id === null) {
    throw new ProblemError('query-malformed', { parameters: ['after'] })
  }
  return { seq: at.output, id }
}

/** A post of which not even the first item could be read: there is nothing to lock. */
function emptyOutcome(channel: Bytes, refusal: Refusal | null): Outcome {
  const because = refusal ?? { code: 'block-malformed', members: { reason: 'There are no items' } }
  const head = { seq: -1, id: channel }
  return { taken: 0, kept: [], head, refusal: because, blocks: 0, readings: 0, forks: 0 }
}

function problemOf({ code, members, retryAfter }: Refusal): ProblemError {
  const headers = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }
  const wait = retryAfter === undefined ? {} : { retryAfter }
  return new ProblemError(code, { ...members, ...wait }, headers)
}

function tooMany(wait: number): ProblemError {
  return new ProblemError('too-many-requests', {}, { 'Retry-After': String(wait) })
}
