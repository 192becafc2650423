/**
 * What requests may look like and what answers carry: bodies, types, headers, pages, streams.
 *
 * @module
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { PROBLEMS } from '../../shared/api/problems.ts'
import { type Bytes, concat, toBase64url } from '../../shared/bytes.ts'
import { readings, type TestChannel } from '../rig/household.ts'
import { send, watched } from './ask.ts'
import { withMember } from './member.ts'
import {
  all,
  clientFor,
  type Member,
  members,
  NOW,
  openedChannel,
  type Platform,
  post,
  PUBLIC_URL,
  register,
  withLength,
} from './platform.ts'

let platform: Platform
let member: Member

withMember((at) => ({ platform, member } = at))

describe('a request body', () => {
  const cbor = { 'Content-Type': 'application/cbor' }

  test('of another type is refused, and the right one named', async () => {
    const types = ['application/json', 'text/plain', 'application/cbor-seq', '']
    for (const type of types) {
      const headers = type === '' ? {} : { 'Content-Type': type }
      const refused = await send(platform.app, '/v1/identities', {
        method: 'POST',
        headers,
        body: new Uint8Array([0x80]),
      })
      expect(refused).toMatchObject({
        status: 415,
        answer: { code: 'content-type-not-accepted', expected: 'application/cbor' },
      })
    }
  })

  test('that is compressed is refused', async () => {
    for (const encoding of ['gzip', 'br', 'identity']) {
      const refused = await send(platform.app, '/v1/identities', {
        method: 'POST',
        headers: { ...cbor, 'Content-Encoding': encoding },
        body: new Uint8Array([0x80]),
      })
      expect(refused).toMatchObject({ status: 415, answer: { code: 'encoding-not-accepted' } })
    }
  })

  test('that is too large is refused, whether it tells its length or not', async () => {
    const limit = 256 * 1024
    const large = new Uint8Array(limit + 1)
    const told = await send(platform.app, '/v1/identities', {
      method: 'POST',
      headers: cbor,
      body: large,
    })
    expect(told).toMatchObject({ status: 413, answer: { code: 'body-too-large', limit } })

    let pulled = 0
    const endless = new ReadableStream<Bytes>({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(16 * 1024))
      },
    })
    const request = new Request(`${PUBLIC_URL}/v1/identities`, {
      method: 'POST',
      headers: cbor,
      body: endless,
      duplex: 'half',
    } as RequestInit) // `duplex` is not in DOM's types yet
    const untold = await platform.app.request(request)
    expect(untold.status).toBe(413)
    expect(pulled).toBeLessThan(limit / (16 * 1024) + 8)
  })

  test('that breaks off is the fault of who sends it, and no fault of ours', async () => {
    const before = platform.log.length
    const broken = new ReadableStream<Bytes>({
      start(controller) {
        controller.enqueue(new Uint8Array([0x82]))
        controller.error(new TypeError('terminated'))
      },
    })
    const request = new Request(`${PUBLIC_URL}/v1/identities`, {
      method: 'POST',
      headers: cbor,
      body: broken,
      duplex: 'half',
    } as RequestInit) // `duplex` is not in DOM's types yet
    const answer = await platform.app.request(request)
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'body-malformed' }])
    expect(platform.log.slice(before)).toMatchObject([{ level: 'info' }])
  })

  test('that is large waits until there is room for it', async () => {
    const app = platform.another({ limits: { bodiesOfNetwork: 200_000, bodies: 350_000 } })
    const open: ReadableStreamDefaultController<Bytes>[] = []
    const hanging = (network: string, bytes: number) => {
      platform.from.network = network
      const body = new ReadableStream<Bytes>({
        start(controller) {
          open.push(controller)
          controller.enqueue(new Uint8Array(bytes))
        },
      })
      const request = new Request(`${PUBLIC_URL}/v1/identities`, {
        method: 'POST',
        headers: { ...cbor, 'Content-Length': '200001' },
        body,
        duplex: 'half',
      } as RequestInit) // `duplex` is not in DOM's types yet
      return Promise.resolve(app.request(request))
    }
    const own = platform.from.network
    try {
      const first = hanging('198.51.100.1', 150_000)
      expect((await hanging('198.51.100.1', 100_000)).status).toBe(429)
      const second = hanging('198.51.100.2', 190_000)
      expect((await hanging('198.51.100.3', 100_000)).headers.get('Retry-After')).toBe('2')
      open[0]?.close()
      expect((await first).status).toBe(422)
      const third = hanging('198.51.100.3', 100_000)
      for (const i of [2, 4]) open[i]?.close()
      expect([(await second).status, (await third).status]).toEqual([422, 422])
    } finally {
      platform.from.network = own
    }
  })

  test('that is deep, huge or nonsense CBOR is a problem, and cheap', async () => {
    const channel = await openedChannel(member)
    const deep = new Uint8Array(100_000).fill(0x81)
    const lengths = new Uint8Array([0x9b, 0, 0, 0, 255, 255, 255, 255, 255])
    const indefinite = new Uint8Array([0x9f, 0xff])
    for (const body of [deep, lengths, indefinite, new Uint8Array(0), new Uint8Array([0xa0])]) {
      const item = await post(platform.app, channel, body)
      expect(item).toMatchObject({ status: 422, answer: { code: 'block-malformed' } })
      const identity = await send(platform.app, '/v1/identities', {
        method: 'POST',
        headers: cbor,
        body,
      })
      expect(identity).toMatchObject({ status: 422, answer: { code: 'identity-invalid' } })
    }
  })

  test('of more than 1000 items is taken up to there', async () => {
    const channel = await openedChannel(member)
    const blocks: Bytes[] = []
    for (let i = 0; i < 1001; i++) blocks.push((await channel.seal()).bytes)
    const { status, answer } = await post(platform.app, channel, ...blocks)
    expect(status).toBe(200)
    expect(answer).toMatchObject({ taken: 1000, refusal: { code: 'block-malformed' } })
    expect(answer['acknowledgements']).toHaveLength(1000)
    expect(await all(member.owner.blocks(channel.id, { limit: 1000 }))).toEqual(
      blocks.slice(0, 1000),
    )
  })
})

describe('an answer', () => {
  test('has an id, also as a problem, and no problem echoes what was sent', async () => {
    const secret = 'dontechothis'
    for (const path of ['/healthz', `/v1/${secret}`, `/v1/identities/${secret}`]) {
      const { headers, answer } = await send(platform.app, path)
      expect(headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{16,36}$/)
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      expect(JSON.stringify(answer)).not.toContain(secret)
    }
  })

  test('to an unknown path is 404, to a wrong method 405 with those there are', async () => {
    expect(await send(platform.app, '/v1/nothing')).toMatchObject({
      status: 404,
      answer: { code: 'not-found' },
    })
    const wrong = await send(platform.app, '/v1/identities', { method: 'DELETE' })
    expect(wrong).toMatchObject({ status: 405, answer: { code: 'method-not-allowed' } })
    expect(wrong.headers.get('Allow')).toBe('POST')
    expect(wrong.headers.get('Content-Type')).toBe('application/problem+json')
  })

  test('of a problem names an address that explains it', async () => {
    const { answer } = await send(platform.app, '/v1/nothing')
    const type = String(members(answer)['type'])
    expect(type).toBe(`${PUBLIC_URL}/problems/not-found`)
    const explained = await send(platform.app, new URL(type).pathname)
    expect(explained.answer).toContain(PROBLEMS['not-found'].detail)
    for (const code of ['x', 'toString', '__proto__']) {
      expect((await send(platform.app, `/problems/${code}`)).status).toBe(404)
    }
  })
})

describe('reading', () => {
  let channel: TestChannel
  let blocks: Bytes[]

  beforeAll(async () => {
    channel = await openedChannel(member)
    for (let i = 0; i < 7; i++) await channel.seal(readings(3, { from: NOW + 100 * i, step: 10 }))
    blocks = channel.blocks.map((block) => block.bytes)
    await member.device.postBlocks(channel.id, blocks)
  })

  test('goes on from page to page and ends', async () => {
    const { client, seen } = watched(platform, member)
    expect(await all(client.blocks(channel.id, { limit: 3 }))).toEqual(blocks)
    const pages = seen.filter((response) => response.headers.get('Kilowit-Head') !== null)
    expect(pages.map((page) => page.headers.get('Link') !== null)).toEqual([true, true, false])
    expect(pages[0]?.headers.get('Kilowit-Head')).toBe('6')
    expect(await all(client.blocks(channel.id, { limit: 7 }))).toEqual(blocks)
    expect(await all(client.blocks(channel.id, { after: 4 }))).toEqual(blocks.slice(5))
    expect(await all(client.blocks(channel.id, { after: 6 }))).toEqual([])
  })

  test('by time gives the blocks that overlap it', async () => {
    const range = { from: NOW + 115, to: NOW + 301, limit: 2 }
    expect(await all(member.owner.blocks(channel.id, range))).toEqual(blocks.slice(1, 4))
    expect(await all(member.owner.blocks(channel.id, { to: NOW }))).toEqual([])
    expect(await all(member.owner.blocks(channel.id, { from: NOW + 621 }))).toEqual([])
    expect(await all(member.owner.blocks(channel.id, { from: NOW + 620 }))).toEqual(blocks.slice(6))
  })

  test('ends a page also by its bytes', async () => {
    const size = channel.blocks[0]?.bytes.length ?? 0
    for (const [pageBytes, pages] of [[Math.round(1.5 * size), 4], [1, 7]] as const) {
      let asked = 0
      const app = platform.another({ limits: { pageBytes } })
      const { signer } = member.household.owner
      const small = clientFor(platform, signer, app, async (url, init) => {
        if (url.includes('/blocks')) asked++
        return await app.request(url, { ...init, headers: withLength(init) })
      })
      expect(await all(small.blocks(channel.id))).toEqual(blocks)
      expect(asked).toBe(pages)
    }
  })

  test('what is not changed is not sent again', async () => {
    const { client, seen } = watched(platform, member)
    await all(client.blocks(channel.id))
    const etag = seen.at(-1)?.headers.get('ETag') ?? ''
    expect(etag).toMatch(/^".{22}"$/)
    const again = watched(platform, member, { 'If-None-Match': etag })
    expect(await all(again.client.blocks(channel.id))).toEqual([])
    expect(again.seen.at(-1)?.status).toBe(304)
    expect(await all(again.client.blocks(channel.id, { after: 1 }))).toEqual(blocks.slice(2))
    await post(platform.app, channel, (await channel.seal()).bytes)
    blocks = channel.blocks.map((block) => block.bytes)
    expect(await all(again.client.blocks(channel.id))).toEqual(blocks)
  })

  test('an erased body is null, and the rest of the chain whole', async () => {
    const erased = await openedChannel(member)
    const block = await erased.seal()
    await post(platform.app, erased, block.bytes)
    await platform.sql`update blocks set body = null where channel = ${erased.id}`
    const [kept = new Uint8Array()] = await all(member.owner.blocks(erased.id))
    expect(kept).toEqual(
      concat(new Uint8Array([0x82]), block.statement.bytes, new Uint8Array([0xf6])),
    )
  })

  test('parameters that cannot be read are named, not echoed', async () => {
    for (const name of ['after', 'limit', 'from', 'to']) {
      for (const value of ['x', '1e3', '99999999999999999999']) {
        const { client } = watched(platform, member)
        const reading = client.blocks(channel.id, { [name]: value })
        await expect(all(reading)).rejects.toMatchObject({
          code: 'query-malformed',
          problem: { parameters: [name] },
        })
      }
    }
    await expect(all(member.owner.blocks(channel.id, { limit: 1001 }))).rejects.toMatchObject({
      code: 'query-malformed',
    })
  })

  test('an id to go on behind that is none is named, not taken for the beginning', async () => {
    const client = clientFor(platform, member.household.owner.signer, platform.app, (url, init) => {
      const there = new URL(url)
      if (there.pathname === '/v1/channels') there.searchParams.set('after', 'x')
      return Promise.resolve(platform.app.request(there.href, init))
    })
    await expect(all(client.channels())).rejects.toMatchObject({
      code: 'query-malformed',
      problem: { parameters: ['after'] },
    })
  })

  test('channels and epochs come in pages too', async () => {
    const own = await register(platform)
    const ids: string[] = []
    for (let i = 0; i < 53; i++) {
      const { opening, id } = await own.household.openChannel()
      await own.owner.openChannel(opening.statement.bytes)
      ids.push(toBase64url(id))
    }
    const listed = (await all(own.owner.channels())).map((one) => toBase64url(one.channel))
    expect(listed.toSorted()).toEqual(ids.toSorted())

    const many = await openedChannel(own)
    for (let i = 0; i < 110; i++) await many.openEpoch()
    const openings = many.epochs.map((epoch) => epoch.opened.statement.bytes)
    expect((await own.device.postBlocks(many.id, openings.slice(1))).taken).toBe(110)
    expect(await all(own.owner.epochs(many.id))).toEqual(openings)
    expect(await all(own.owner.epochs(many.id, 108))).toEqual(openings.slice(109))
  })

  test('a stream gives what is new, resumes after the last id, and ends with the token', async () => {
    const live = await openedChannel(member)
    await post(platform.app, live, (await live.seal()).bytes, (await live.seal()).bytes)
    const stop = new AbortController()
    const got: number[] = []
    for await (
      const { seq, block } of member.owner.stream(live.id, { after: 0, signal: stop.signal })
    ) {
      expect(block).toEqual(live.blocks[seq]?.bytes)
      got.push(seq)
      if (seq === 1) await post(platform.app, live, (await live.seal()).bytes)
      if (seq === 2) stop.abort()
    }
    expect(got).toEqual([1, 2])

    const { client, seen } = watched(platform, member, { 'Last-Event-ID': '1' })
    const again = new AbortController()
    for await (const { seq } of client.stream(live.id, { after: -1, signal: again.signal })) {
      expect(seq).toBe(2)
      again.abort()
    }
    const copy = seen.at(-1)
    expect(copy?.headers.get('Content-Type')).toBe('text/event-stream')
    platform.clock.now += 601
    try {
      expect(await copy?.text()).toMatch(/^: connected\n\nid: 2\nevent: block\ndata: [\w-]+\n\n/)
    } finally {
      platform.clock.now -= 601
    }
  })
})
