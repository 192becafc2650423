/**
 * How much of the platform one network, caller or device may have at a time: requests, bytes,
 * streams.
 *
 * @module
 */
import { describe, expect, test } from 'vitest'
import { buckets } from '../../server/limits.ts'
import { concat } from '../../shared/bytes.ts'
import { createPerson, readings } from '../rig/household.ts'
import { send } from './ask.ts'
import { withMember } from './member.ts'
import {
  all,
  clientFor,
  type Member,
  NOW,
  openedChannel,
  type Platform,
  post,
  register,
  withLength,
} from './platform.ts'

let platform: Platform
let member: Member

withMember((at) => ({ platform, member } = at))

describe('rates', () => {
  test('registering costs by its bytes, as each change is a signature to check', async () => {
    const app = platform.another({ limits: { network: { perSecond: 1, burst: 2 } } })
    const { changes } = (await createPerson('device', NOW)).identity
    const body = concat(new Uint8Array([0x80 + changes.length]), ...changes)
    const init = { method: 'POST', body, headers: { 'Content-Type': 'application/cbor' } }
    expect(await send(app, '/v1/identities', init)).toMatchObject({ status: 201 })
    expect(await send(app, '/v1/identities', init)).toMatchObject({ status: 429 })
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
    expect((await send(byNetwork, '/v1/operator')).status).toBe(200)
    expect((await send(byNetwork, '/v1/operator')).status).toBe(200)
    const refused = await send(byNetwork, '/v1/operator')
    expect(refused).toMatchObject({ status: 429, answer: { code: 'too-many-requests' } })
    expect(refused.headers.get('Retry-After')).toBe('2')
    expect((await send(byNetwork, '/healthz')).status).toBe(200)

    const channel = await openedChannel(member)
    const byDevice = platform.another({ limits: { device: slow } })
    const block = await channel.seal()
    expect((await post(byDevice, channel, block.bytes)).status).toBe(200)
    expect(await post(byDevice, channel, block.bytes)).toMatchObject({ status: 429 })
    const other = await openedChannel(await register(platform))
    expect((await post(byDevice, other, (await other.seal()).bytes)).status).toBe(200)
  })
})
