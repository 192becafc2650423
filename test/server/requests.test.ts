/**
 * What requests may look like, what answers carry, and what the platform says of itself: limits,
 * types, pages, streams, registration, log, metrics, OpenAPI.
 *
 * @module
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { buckets } from '../../server/limits.ts'
import { PROBLEMS } from '../../shared/api/problems.ts'
import { type Bytes, concat, toBase64url } from '../../shared/bytes.ts'
import { changeIdentity } from '../../shared/identity/identity.ts'
import { generateSigningKey, signer } from '../../shared/identity/keys.ts'
import { pair } from '../../shared/identity/pairing.ts'
import { createPerson, readings, type TestChannel } from '../rig/household.ts'
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

async function send(path: string, init: RequestInit = {}, app = platform.app) {
  const response = await app.request(path, { ...init, headers: withLength(init) })
  const text = await response.text()
  const type = response.headers.get('Content-Type') ?? ''
  const answer: unknown = /json/.test(type) ? JSON.parse(text) : text
  return { status: response.status, headers: response.headers, answer }
}

/** A client that shows each answer's headers too. */
function watched(of: Member = member, more: Record<string, string> = {}) {
  const seen: Response[] = []
  const fetch = async (url: string, init: RequestInit) => {
    const headers = new Headers(init.headers)
    if (!url.endsWith('/v1/token')) {
      for (const [name, value] of Object.entries(more)) headers.set(name, value)
    }
    const response = await platform.app.request(url, { ...init, headers })
    seen.push(response.clone())
    return response
  }
  const client = clientFor(platform, of.household.owner.signer, platform.app, fetch)
  return { client, seen }
}

describe('a request body', () => {
  const cbor = { 'Content-Type': 'application/cbor' }

  test('of another type is refused, and the right one named', async () => {
    const types = ['application/json', 'text/plain', 'application/cbor-seq', '']
    for (const type of types) {
      const headers = type === '' ? {} : { 'Content-Type': type }
      const refused = await send('/v1/identities', {
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
      const refused = await send('/v1/identities', {
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
    const told = await send('/v1/identities', { method: 'POST', headers: cbor, body: large })
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
      const identity = await send('/v1/identities', { method: 'POST', headers: cbor, body })
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
      const { headers, answer } = await send(path)
      expect(headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{16,36}$/)
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      expect(JSON.stringify(answer)).not.toContain(secret)
    }
  })

  test('to an unknown path is 404, to a wrong method 405 with those there are', async () => {
    expect(await send('/v1/nothing')).toMatchObject({ status: 404, answer: { code: 'not-found' } })
    const wrong = await send('/v1/identities', { method: 'DELETE' })
    expect(wrong).toMatchObject({ status: 405, answer: { code: 'method-not-allowed' } })
    expect(wrong.headers.get('Allow')).toBe('POST')
    expect(wrong.headers.get('Content-Type')).toBe('application/problem+json')
  })

  test('of a problem names an address that explains it', async () => {
    const { answer } = await send('/v1/nothing')
    const type = String(members(answer)['type'])
    expect(type).toBe(`${PUBLIC_URL}/problems/not-found`)
    const explained = await send(new URL(type).pathname)
    expect(explained.answer).toContain(PROBLEMS['not-found'].detail)
    for (const code of ['x', 'toString', '__proto__']) {
      expect((await send(`/problems/${code}`)).status).toBe(404)
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
    const { client, seen } = watched()
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
    const { client, seen } = watched()
    await all(client.blocks(channel.id))
    const etag = seen.at(-1)?.headers.get('ETag') ?? ''
    expect(etag).toMatch(/^".{22}"$/)
    const again = watched(member, { 'If-None-Match': etag })
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
        const { client } = watched()
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

    const { client, seen } = watched(member, { 'Last-Event-ID': '1' })
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

describe('registration', () => {
  test('is the same when repeated, goes on, and knows a fork', async () => {
    const { owner } = (await register(platform)).household
    const client = clientFor(platform)
    const { identity } = owner
    expect(await client.registerIdentity(identity.changes)).toEqual({ id: identity.id, seq: 0 })
    const longer = await changeIdentity(identity, identity.keys, NOW + 1, owner.signer)
    const other = await changeIdentity(identity, identity.keys, NOW + 2, owner.signer)
    expect((await client.registerIdentity(longer.changes)).seq).toBe(1)
    expect((await client.registerIdentity(identity.changes)).seq).toBe(1)
    await expect(client.registerIdentity(other.changes)).rejects.toMatchObject({
      code: 'identity-forked',
      status: 409,
    })
    const further = await changeIdentity(other, other.keys, NOW + 3, owner.signer)
    await expect(client.registerIdentity(further.changes)).rejects.toMatchObject({
      code: 'identity-forked',
    })
    expect(await client.identity(identity.id)).toMatchObject({
      kind: 'owner',
      changes: longer.changes,
    })
  })

  test('of a chain that does not hold is refused', async () => {
    const { owner } = (await register(platform)).household
    const client = clientFor(platform)
    const [change = new Uint8Array()] = owner.identity.changes
    const flipped = change.slice()
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1
    for (const changes of [[], [flipped], [change, change]]) {
      await expect(client.registerIdentity(changes)).rejects.toMatchObject({
        code: 'identity-invalid',
      })
    }
  })

  test('of identities and channels is limited by network and day, whichever process', async () => {
    platform.from.network = '198.51.100.7'
    const limits = { identitiesPerDay: 2, channelsPerDay: 1 }
    const apps = [platform.another({ limits }), platform.another({ limits })] as const
    const person = async () => (await createPerson('node', NOW)).identity.changes
    const known = await person()
    await clientFor(platform, undefined, apps[0]).registerIdentity(known)
    await clientFor(platform, undefined, apps[1]).registerIdentity(await person())
    const refused = clientFor(platform, undefined, apps[0]).registerIdentity(await person())
    await expect(refused).rejects.toMatchObject({ code: 'network-limit', status: 429 })
    await expect(refused).rejects.toHaveProperty('retryAfter', 86_400 - NOW % 86_400)
    await clientFor(platform, undefined, apps[0]).registerIdentity(known)

    const owner = clientFor(platform, member.household.owner.signer, apps[1])
    const [first, second] = [
      await member.household.openChannel(),
      await member.household.openChannel(),
    ]
    await owner.openChannel(first.opening.statement.bytes)
    await owner.openChannel(first.opening.statement.bytes)
    await expect(owner.openChannel(second.opening.statement.bytes)).rejects.toMatchObject({
      code: 'network-limit',
    })
    const kept = JSON.stringify(await platform.sql`select * from registrations`)
    expect(kept).not.toContain('198.51.100')

    platform.from.network = '198.51.100.8'
    await clientFor(platform, undefined, apps[0]).registerIdentity(await person())
    platform.from.network = '198.51.100.7'
    platform.clock.now += 86_400
    try {
      await clientFor(platform, undefined, apps[0]).registerIdentity(await person())
      platform.clock.now += 86_400
      await clientFor(platform, undefined, apps[0]).registerIdentity(await person())
      const days = await platform.sql`select day from salts`
      expect(days).toHaveLength(2)
    } finally {
      platform.clock.now -= 2 * 86_400
      platform.from.network = '192.0.2.1'
    }
  })

  test('of a channel or pairing under other content is refused', async () => {
    const channel = await openedChannel(member)
    const other = await register(platform)
    const taken = await other.household.openChannel({})
    expect(taken.id).not.toEqual(channel.id)
    await member.owner.openChannel(channel.opening.statement.bytes)
    await member.device.addPairing(member.household.pairing.bytes)
    const { owner, device } = member.household
    const again = await pair(owner.signer, device.signer, NOW + 1)
    await expect(member.owner.addPairing(again.bytes)).rejects.toMatchObject({
      code: 'pairing-taken',
    })
    expect(await member.device.pairings()).toEqual([member.household.pairing.bytes])
  })
})

describe('a key that was signed out', () => {
  test('pairs nobody any more, and what it paired before stays', async () => {
    const own = await register(platform)
    const { owner, pairing } = own.household
    const thief = await own.household.addDevice()
    const key = await generateSigningKey()
    const keys = [
      ...owner.identity.keys.filter((one) => one.purpose !== 'sign'),
      { index: 3, ...key, purpose: 'sign' as const },
    ]
    const changed = await changeIdentity(owner.identity, keys, NOW, owner.recovery)
    await own.owner.registerIdentity(changed.changes)
    const device = clientFor(platform, thief.device.signer)
    await device.registerIdentity(thief.device.identity.changes)
    await expect(device.addPairing(thief.pairing.bytes)).rejects.toMatchObject({
      code: 'signature-invalid',
    })
    await own.device.addPairing(pairing.bytes)
    const now = clientFor(platform, signer(changed.id, 3, key))
    expect(await now.pairings()).toEqual([pairing.bytes])
  })
})

describe('rates', () => {
  test('registering costs by its bytes, as each change is a signature to check', async () => {
    const app = platform.another({ limits: { network: { perSecond: 1, burst: 2 } } })
    const { changes } = (await createPerson('device', NOW)).identity
    const body = concat(new Uint8Array([0x80 + changes.length]), ...changes)
    const init = { method: 'POST', body, headers: { 'Content-Type': 'application/cbor' } }
    expect(await send('/v1/identities', init, app)).toMatchObject({ status: 201 })
    expect(await send('/v1/identities', init, app)).toMatchObject({ status: 429 })
  })

  test('reading blocks costs by the bytes of the page', async () => {
    const own = await register(platform)
    const live = await openedChannel(own)
    const text = [...crypto.getRandomValues(new Uint8Array(60_000))].join().repeat(2)
    const [reading] = readings(1)
    if (reading === undefined) throw new Error('There is no reading')
    const large = await live.seal([{ ...reading, texts: [{ obis: '0-0:96.13.0*255', text }] }])
    expect(await post(platform.app, live, large.bytes)).toMatchObject({ status: 200 })
    // A request for each 16 KiB of the page: enough for it once, and not twice.
    const burst = Math.ceil(1.5 * large.bytes.length / (16 * 1024))
    const app = platform.another({ limits: { network: { perSecond: 1, burst } } })
    const client = clientFor(platform, own.household.owner.signer, app)
    expect(await all(client.blocks(live.id))).toEqual([large.bytes])
    await expect(all(client.blocks(live.id))).rejects.toMatchObject({ code: 'too-many-requests' })
  })

  test.each([
    ['caller', { streams: 2 }],
    ['network', { networkStreams: 2 }],
  ])('a %s has so many streams at one time', async (_, limits) => {
    const own = await register(platform)
    const live = await openedChannel(own)
    await post(platform.app, live, (await live.seal()).bytes, (await live.seal()).bytes)
    const app = platform.another({ limits })
    const stops: AbortController[] = []
    const bodies: (ReadableStream<Uint8Array> | null)[] = []
    const fetch = async (url: string, init: RequestInit) => {
      const response = await app.request(url, { ...init, headers: withLength(init) })
      if (url.includes('/stream')) bodies.push(response.body)
      return response
    }
    const client = clientFor(platform, own.household.owner.signer, app, fetch)
    const open = async () => {
      const stop = new AbortController()
      stops.push(stop)
      const stream = client.stream(live.id, { after: -1, signal: stop.signal })
      return (await stream.next()).value?.seq
    }
    expect(await open()).toBe(0)
    expect(await open()).toBe(0)
    await expect(open()).rejects.toMatchObject({ code: 'too-many-requests' })
    stops[0]?.abort()
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(await open()).toBe(0)
    for (const stop of stops) stop.abort()
  })

  test('buckets() fill again with time', () => {
    const bucket = buckets({ perSecond: 2, burst: 4 })
    expect([1, 1, 1, 1].map((cost) => bucket.take('a', cost, 100))).toEqual([0, 0, 0, 0])
    expect(bucket.take('a', 1, 100)).toBe(1)
    expect(bucket.take('b', 1, 100)).toBe(0)
    expect(bucket.take('a', 4, 100)).toBe(2)
    expect(bucket.take('a', 4, 102)).toBe(0)
    // What costs more than there can ever be would else be refused for ever.
    expect(bucket.take('a', 9, 103)).toBe(1)
    expect(bucket.take('a', 9, 104)).toBe(0)
  })

  test('a network and a device that send too much are told to wait', async () => {
    const slow = { perSecond: 0.5, burst: 2 }
    const byNetwork = platform.another({ limits: { network: slow } })
    expect((await send('/v1/operator', {}, byNetwork)).status).toBe(200)
    expect((await send('/v1/operator', {}, byNetwork)).status).toBe(200)
    const refused = await send('/v1/operator', {}, byNetwork)
    expect(refused).toMatchObject({ status: 429, answer: { code: 'too-many-requests' } })
    expect(refused.headers.get('Retry-After')).toBe('2')
    expect((await send('/healthz', {}, byNetwork)).status).toBe(200)

    const channel = await openedChannel(member)
    const byDevice = platform.another({ limits: { device: slow } })
    const block = await channel.seal()
    expect((await post(byDevice, channel, block.bytes)).status).toBe(200)
    expect(await post(byDevice, channel, block.bytes)).toMatchObject({ status: 429 })
    const other = await openedChannel(await register(platform))
    expect((await post(byDevice, other, (await other.seal()).bytes)).status).toBe(200)
  })
})

describe('operation', () => {
  test('the log has one line per request, and no token, key, id, query or reading', async () => {
    const own = await register(platform)
    const channel = await openedChannel(own)
    const start = platform.log.length
    const { client, seen } = watched(own)
    const sealed = readings(2, { meter: 'METER-NEVER-LOGGED' })
    const block = await channel.seal(sealed)
    await post(platform.app, channel, block.bytes)
    await all(client.blocks(channel.id, { from: 7, to: 4_000_000_000 }))
    await send(`/v1/identities/${channel.name}?secret=querysecret`)
    const token = String(members(await seen[0]?.json())['access_token'])
    const lines = platform.log.slice(start).map((entry) => JSON.stringify(entry))
    expect(lines).toHaveLength(4)
    const hex = (digits: number) => expect.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`))
    expect(platform.log[start]).toEqual({
      traceId: hex(32),
      spanId: hex(16),
      level: 'info',
      message: 'request',
      requestId: expect.stringMatching(/^[0-9a-f-]{16,36}$/),
      method: 'POST',
      route: '/v1/channels/:channel/blocks',
      status: 200,
      ms: expect.any(Number),
      bytes: block.bytes.length,
      problem: undefined,
    })
    expect(platform.log.at(-1)).toMatchObject({ status: 404, problem: 'identity-unknown' })
    const everything = platform.log.map((entry) => JSON.stringify(entry)).join('\n')
    const forbidden = [
      ...token.split('.'),
      channel.name,
      toBase64url(own.household.owner.identity.id),
      toBase64url(own.household.device.identity.id),
      toBase64url(own.household.device.signing.publicKey),
      toBase64url(block.id),
      'METER-NEVER-LOGGED',
      'querysecret',
      '4000000000',
      '192.0.2.1',
    ]
    for (const text of forbidden) expect(everything).not.toContain(text)
  })

  test('an unexpected error is logged with its place, and answered without', async () => {
    const start = platform.log.length
    const broken = platform.another({
      network: () => {
        throw new TypeError('with the data 12345678')
      },
    })
    const { status, answer } = await send('/v1/operator', {}, broken)
    expect(status).toBe(500)
    expect(answer).toMatchObject({ code: 'internal' })
    expect(JSON.stringify(answer)).not.toMatch(/12345678|TypeError|at /)
    const line = platform.log.slice(start).at(-1)
    expect(line).toMatchObject({ level: 'error', error: 'TypeError', status: 500 })
    expect(line?.['stack']).toContain('requests.test.ts')
    expect(JSON.stringify(line)).not.toContain('12345678')
  })

  test('health, readiness and version answer; readiness knows old migrations', async () => {
    for (const path of ['/healthz', '/readyz']) {
      expect(await send(path)).toMatchObject({ status: 200, answer: { status: 'ok' } })
    }
    expect((await send('/version')).answer).toEqual({ name: 'kilowit', version: '0.0.0-test' })
    await platform.sql`update drizzle.__drizzle_migrations set created_at = created_at - 1`
    try {
      expect((await send('/readyz')).status, 'one look a second').toBe(200)
      expect(await send('/readyz', {}, platform.another())).toMatchObject({
        status: 503,
        answer: { code: 'not-ready', check: 'migrations' },
      })
    } finally {
      await platform.sql`update drizzle.__drizzle_migrations set created_at = created_at + 1`
    }
    const { signer } = await createPerson('operator', NOW)
    const wrong = platform.another({ operator: { ...platform.operator, signer } })
    expect((await send('/readyz', {}, wrong)).answer).toMatchObject({ check: 'operator-key' })
  })

  test('the metrics count, with labels of a closed set', async () => {
    const app = platform.another()
    const channel = await openedChannel(member)
    const block = await channel.seal(readings(5))
    const fork = await channel.forge()
    await post(app, channel, block.bytes)
    await post(app, channel, block.bytes)
    await post(app, channel, fork.bytes)
    const gap = await channel.forge(undefined, { seq: 5 })
    await post(app, channel, gap.bytes)
    await send('/v1/made-up/path', { method: 'PROPFIND' }, app)
    const text = String((await send('/metrics', {}, app)).answer)
    const route = '/v1/channels/:channel/blocks'
    for (
      const line of [
        `kilowit_requests_total{method="POST",route="${route}",status="200"} 3`,
        `kilowit_requests_total{method="POST",route="${route}",status="409"} 1`,
        'kilowit_requests_total{method="other",route="none",status="404"} 1',
        'kilowit_problems_total{code="gap"} 1',
        'kilowit_blocks_accepted_total 2',
        'kilowit_readings_accepted_total 6',
        'kilowit_forks_total 0',
        'kilowit_commit_posts_count 4',
      ]
    ) expect(text.split('\n')).toContain(line)
    expect(text).not.toContain(channel.name)
    expect(text).not.toContain('made-up')
  })

  test('the OpenAPI document tells the problems of posting, and who needs a token', async () => {
    const { status, answer } = await send('/openapi.json')
    expect(status).toBe(200)
    const paths = members(members(answer)['paths'])
    const posting = members(members(paths['/v1/channels/{channel}/blocks'])['post'])
    const statuses = ['200', '403', '404', '409', '413', '415', '422', '425', '429', '503']
    expect(Object.keys(members(posting['responses']))).toEqual(expect.arrayContaining(statuses))
    expect(posting['security']).toEqual([])
    expect(paths['/v1/channels']).toMatchObject({ get: { security: [{ dpop: [] }] } })
  })
})
