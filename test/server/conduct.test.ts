/**
 * How the API conducts itself, whatever is asked: limits told before they bite, request ids and
 * traces, and work that many who wait share.
 *
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { Client } from '../../shared/api/client.ts'
import { parseRates } from '../../shared/api/rate-limit.ts'
import type { Limits } from '../../server/limits.ts'
import { watchHeads } from '../../server/blocks/heads.ts'
import { database } from '../../server/database.ts'
import { createHousehold } from '../rig/household.ts'
import { withMember } from './member.ts'
import { clientFor, type Member, NOW, openedChannel, type Platform, post } from './platform.ts'

let platform: Platform
let member: Member
withMember((at) => ({ platform, member } = at))

/** Every address of the API with every method that it takes, with parameters that name nothing. */
function everyRoute(): { method: string; path: string }[] {
  const routes = platform.app.routes.filter(({ path }) => !path.endsWith('*'))
  const filled = routes.map(({ method, path }) => ({
    method,
    path: path.replace(':channel', 'A'.repeat(22)).replace(':id', 'A'.repeat(43))
      .replace(':code', 'gap'),
  }))
  return [...new Map(filled.map((route) => [`${route.method} ${route.path}`, route])).values()]
}

describe('limits', () => {
  const plenty = { network: { perSecond: 1e6, burst: 1e6 } }
  const slow = { network: { perSecond: 10, burst: 50 }, device: { perSecond: 2, burst: 8 } }

  test('every answer of /v1 tells what the network may still send', async () => {
    const app = platform.another({ limits: slow })
    const versioned = everyRoute().filter(({ path }) => path.startsWith('/v1/'))
    expect(versioned.length).toBeGreaterThan(10)
    for (const [i, { method, path }] of versioned.entries()) {
      const { headers } = await app.request(path, { method })
      const full = Math.ceil((i + 1) / slow.network.perSecond)
      expect([path, headers.get('RateLimit-Policy'), headers.get('RateLimit')]).toEqual([
        path,
        '"network";q=50;w=5',
        `"network";r=${49 - i};t=${full}`,
      ])
    }
    for (const { method, path } of everyRoute().filter(({ path }) => !path.startsWith('/v1/'))) {
      expect((await app.request(path, { method })).headers.has('RateLimit')).toBe(false)
    }
  })

  test('a post of blocks tells what its device may still send, and the client can say so', async () => {
    const app = platform.another({ limits: slow })
    const channel = await openedChannel(member)
    const first = await post(app, channel, (await channel.seal()).bytes)
    expect(first.headers.get('RateLimit-Policy')).toBe('"network";q=50;w=5, "device";q=8;w=4')
    expect(first.headers.get('RateLimit')).toBe('"network";r=48;t=1, "device";r=6;t=1')
    const device = clientFor(platform, member.household.device.signer, app)
    expect(device.rates()).toEqual([])
    await device.postBlocks(channel.id, [(await channel.seal()).bytes])
    expect(device.rates()).toEqual([
      { policy: 'network', remaining: 47, full: 1 },
      { policy: 'device', remaining: 5, full: 2 },
    ])
  })

  test('the answer that refuses has nothing left, and says when to come again', async () => {
    const app = platform.another({ limits: { network: { perSecond: 1, burst: 2 } } })
    const answers = []
    for (let i = 0; i < 3; i++) answers.push(await app.request('/v1/operator'))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429])
    expect(answers.map(({ headers }) => headers.get('RateLimit'))).toEqual([
      '"network";r=1;t=1',
      '"network";r=0;t=2',
      '"network";r=0;t=2',
    ])
    expect(answers[2]?.headers.get('Retry-After')).toBe('1')
  })

  test('wherever a limit bites, Retry-After says for how long', async () => {
    const channel = await openedChannel(member)
    const block = await channel.seal()
    type App = Platform['app']
    const bites: [string, Partial<Limits>, (app: App, owner: Client) => unknown][] = [
      ['network', { network: { perSecond: 0.1, burst: 1 } }, async (app) => {
        for (let i = 0; i < 2; i++) await app.request('/v1/operator')
      }],
      ['device', { device: { perSecond: 0.1, burst: 1 } }, async (app) => {
        for (let i = 0; i < 2; i++) await post(app, channel, block.bytes)
      }],
      ['identities', { identitiesPerDay: 0 }, async (_, owner) => {
        const stranger = await createHousehold({ now: NOW })
        await owner.registerIdentity(stranger.owner.identity.changes)
      }],
      [
        'streams',
        { streams: 0 },
        (_, owner) =>
          owner.stream(channel.id, { after: -1, signal: new AbortController().signal }).next(),
      ],
    ]
    for (const [what, limits, act] of bites) {
      const app = platform.another({ limits: { ...plenty, ...limits } })
      const refused: Response[] = []
      const request = app.request.bind(app)
      app.request = async (...asked) => {
        const response = await request(...asked)
        if (response.status === 429) refused.push(response)
        return response
      }
      const owner = clientFor(platform, member.household.owner.signer, app)
      await Promise.allSettled([act(app, owner)])
      const [answer] = refused
      expect([what, answer?.status]).toEqual([what, 429])
      expect(Number(answer?.headers.get('Retry-After'))).toBeGreaterThan(0)
    }
  })

  test('parseRates() takes what the platform says and leaves out what it cannot read', () => {
    expect(parseRates('"network";r=9;t=1, "device";r=0;t=20')).toEqual([
      { policy: 'network', remaining: 9, full: 1 },
      { policy: 'device', remaining: 0, full: 20 },
    ])
    for (
      const odd of ['', 'limit=5', '"network"', '"network";r=x;t=1', `"${'a'.repeat(40)}";r=1;t=1`]
    ) {
      expect(parseRates(odd)).toEqual([])
    }
  })
})

describe('request ids and traces', () => {
  async function lineOf(headers: Record<string, string>) {
    const start = platform.log.length
    const response = await platform.app.request('/version', { headers })
    const line = platform.log[start]
    if (line === undefined) throw new Error('Nothing was logged')
    expect(line['requestId']).toBe(response.headers.get('X-Request-Id'))
    return line
  }
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const parentId = '00f067aa0ba902b7'

  test('a request id that comes in is not taken', async () => {
    const { requestId } = await lineOf({ 'X-Request-Id': 'mine' })
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test.each([
    `00-${traceId}-${parentId}-01`,
    `00-${traceId}-${parentId}-00`,
    `00-${traceId}-${parentId}-03`,
    `cc-${traceId}-${parentId}-01`,
    `cc-${traceId}-${parentId}-01-what-the-future-will-be-like`,
  ])('the trace of %s goes on', async (traceparent) => {
    const line = await lineOf({ traceparent, tracestate: 'rojo=00f067aa0ba902b7' })
    expect(line).toMatchObject({
      traceId,
      parentId,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    })
    expect(line['spanId']).not.toBe(parentId)
  })

  test.each([
    '',
    'x',
    `00-${traceId}-${parentId}`,
    `00-${traceId}-${parentId}-1`,
    `00-${traceId}-${parentId}-01-more`,
    `00-${traceId}-${parentId}-01.`,
    `ff-${traceId}-${parentId}-01`,
    `00-${traceId.toUpperCase()}-${parentId}-01`,
    `00-${'0'.repeat(32)}-${parentId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId}-${parentId}-01, 00-${traceId}-${parentId}-01`,
    `cc-${traceId}-${parentId}-01-${'a'.repeat(1000)}`,
  ])('%s is no traceparent, and a trace begins', async (traceparent) => {
    const line = await lineOf({ traceparent })
    expect(line['traceId']).toMatch(/^[0-9a-f]{32}$/)
    expect(line['traceId']).not.toBe(traceId)
    expect(line['parentId']).toBeUndefined()
  })
})

describe('work that is shared', () => {
  /** A database that counts what is asked of it. */
  function counting() {
    const own = database(platform.sql)
    const asked: string[] = []
    const watched = new Proxy(own.db, {
      get(target, name) {
        asked.push(String(name))
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    return { asked, counted: { sql: own.sql, db: watched } }
  }

  test('many who ask for readiness at once cost one look at the database', async () => {
    const { asked, counted } = counting()
    const app = platform.another({ database: () => counted })
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => await app.request('/readyz')),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(asked).toEqual(['execute'])
    let now = NOW
    const later = platform.another({ database: () => counted, now: () => now })
    for (const at of [0, 0.5, 1, 1.5, 2]) {
      now = NOW + at
      expect((await later.request('/readyz')).status).toBe(200)
    }
    expect(asked).toHaveLength(4)
  })

  test('a hundred streams of several channels share one look', async () => {
    const { asked, counted } = counting()
    const channels = await Promise.all([1, 2, 3].map(() => openedChannel(member)))
    const heads = watchHeads(true, 20)
    const stop = new AbortController()
    const waiting = channels.flatMap(({ id }) =>
      Array.from({ length: 34 }, () => heads.beyond(counted, id, -1, stop.signal))
    )
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => false))
    expect(asked.length).toBeLessThanOrEqual(2)
  })

  test('a stream hears at once of what its own process takes, and by looking of the rest', async () => {
    for (const poll of [60_000, 10]) {
      const app = platform.another({ limits: { streamPoll: poll } })
      const channel = await openedChannel(member)
      const stop = new AbortController()
      const owner = clientFor(platform, member.household.owner.signer, app)
      const stream = owner.stream(channel.id, { after: -1, signal: stop.signal })
      const first = await channel.seal()
      await post(platform.app, channel, first.bytes)
      expect((await stream.next()).value?.block).toEqual(first.bytes)
      const next = stream.next()
      // Until it waits: what it misses while it does not, it finds by looking.
      await new Promise((resolve) => setTimeout(resolve, 100))
      const second = await channel.seal()
      await post(poll === 10 ? platform.app : app, channel, second.bytes)
      expect((await next).value?.block).toEqual(second.bytes)
      stop.abort()
      await stream.return(undefined)
    }
  })

  test('when the database fails, those who wait are told', async () => {
    const heads = watchHeads(true, 10)
    const failing = {
      sql: platform.sql,
      db: new Proxy(database(platform.sql).db, {
        get() {
          throw new Error('No database')
        },
      }),
    }
    const { signal } = new AbortController()
    await expect(heads.beyond(failing, new Uint8Array(16), -1, signal)).rejects.toThrow(
      'No database',
    )
  })
})
