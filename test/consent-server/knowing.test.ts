/**
 * What each side can know: a recipient its own grant and its own keys, the owner who was given what,
 * and nobody a thing by counting.
 *
 * @module
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { connect } from '../../edge/database.ts'
import { database, fromColumn } from '../../server/database.ts'
import { type Bytes, equal, toBase64url, toHex, utf8 } from '../../shared/bytes.ts'
import { parseEpoch } from '../../shared/seal/channel.ts'
import { checkSteps, parseStep, stateOf } from '../../shared/consent/steps.ts'
import { parseGrant } from '../../shared/consent/grant.ts'
import {
  encodeWrapList,
  importGrantKey,
  openWraps,
  unwrapBlockKey,
  unwrapEpoch,
  wrapBlockKey,
} from '../../shared/consent/wrap.ts'
import { sha256 } from '../../shared/identity/statement.ts'
import { readings, type TestChannel } from '../rig/household.ts'
import { testDatabase } from '../rig/postgres.ts'
import { withMember } from '../server/member.ts'
import {
  all,
  clientFor,
  type Member,
  NOW,
  openedChannel,
  type Platform,
  post,
  register,
  startPlatform,
} from '../server/platform.ts'
import {
  boundTo,
  createRecipient,
  type Giver,
  giver,
  problemOf,
  random,
  type Recipient,
  termsOf,
  type TestGrant,
  wrapsFor,
} from './giving.ts'

let platform: Platform
let member: Member
let owner: Giver
let provider: Recipient
let channel: TestChannel

withMember((at) => ({ platform, member } = at))

beforeEach(async () => {
  platform.clock.now = NOW
  member = await register(platform)
  owner = giver(member)
  provider = await createRecipient(platform)
  channel = await openedChannel(member)
})

async function seal(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const sealed = readings(1, { from: NOW - 600 + 10 * channel.blocks.length })
    await member.device.postBlocks(channel.id, [(await channel.seal(sealed)).bytes])
  }
}

const seen = (): Bytes => owner.head.id ?? new Uint8Array(32)

describe('review case 37: a recipient', () => {
  test('is told the same whatever else the owner gives, pauses, revokes and wraps', async () => {
    await seal(2)
    const grant = await owner.give(provider, termsOf([channel]))
    const { signer } = member.household.device
    await member.device.postWraps([await wrapsFor(channel, 0, seen(), [grant], signer)])
    const { client, ask } = await boundTo(platform, provider, grant)
    const everything = async () => {
      const path = `/v1/grants/${toBase64url(grant.id)}`
      const own = ['/v1/grants', path, `${path}/keys`, '/v1/channels', '/v1/history']
      const channels = ['', '/head', '/epochs', '/blocks'].map((what) =>
        `/v1/channels/${channel.name}${what}`
      )
      return await Promise.all(
        [...own, ...channels].map(async (path) => [path, await (await ask(path)).text()]),
      )
    }
    const before = await everything()
    expect(await all(client.history())).toEqual([])

    for (let i = 0; i < 3; i++) {
      const other = await owner.give(await createRecipient(platform), termsOf([channel]))
      await owner.go(other, { what: 'paused' })
      await owner.go(other, { what: 'resumed' })
      await member.device.postWraps([await wrapsFor(channel, 0, seen(), [other], signer)])
      if (i > 0) await owner.go(other, { what: 'revoked' })
    }
    expect(await everything()).toEqual(before)
  })

  test('counts its own steps alone, and can verify them to the end', async () => {
    const grant = await owner.give(provider, termsOf([channel]))
    const other = await owner.give(await createRecipient(platform), termsOf([channel]))
    await owner.go(other, { what: 'paused' })
    await owner.go(grant, { what: 'paused' })
    await owner.go(other, { what: 'resumed' })
    await owner.go(grant, { what: 'resumed' })
    const { client } = await boundTo(platform, provider, grant)
    const told = await client.grant(grant.id)
    const parties = { owner: member.household.owner.identity, recipient: provider.identity }
    const steps = told.steps.map(parseStep)
    const standing = await checkSteps(parseGrant(told.statement), steps, parties)
    expect([standing.step, told.step]).toEqual([2, 2])
    const { phase } = await stateOf(parseGrant(told.statement), steps, parties, NOW)
    expect(told.state).toBe(phase)
    expect(told).not.toHaveProperty('accessed')
    expect(await problemOf(all(client.access(grant.id)))).toMatchObject({ code: 'grant-unknown' })
  })
})

describe('wrapped keys', () => {
  let grant: TestGrant
  beforeEach(async () => {
    await seal(1)
    grant = await owner.give(provider, termsOf([channel]))
  })

  test('come to their recipient alone, and open the epoch they are of', async () => {
    const other = await createRecipient(platform)
    const theirs = await owner.give(other, termsOf([channel]))
    const { signer } = member.household.device
    const batch = await wrapsFor(channel, 0, seen(), [grant, theirs], signer)
    await member.device.postWraps([batch])
    const { client } = await boundTo(platform, provider, grant)
    const keys = await all(client.keys(grant.id))
    expect(keys).toHaveLength(1)
    const [key] = keys
    const [opening] = await all(client.epochs(channel.id))
    if (!key?.wrapped || opening === undefined) throw new Error('There is no key')
    const { content } = parseEpoch(opening)
    const opened = await unwrapEpoch(
      key.wrapped,
      await importGrantKey(grant.raw),
      content,
      key.head,
    )
    expect(opened.algorithm.name).toBe('HKDF')
    // Not the other's, and not the head of the owner's history itself.
    const again = await all((await boundTo(platform, other, theirs)).client.keys(theirs.id))
    expect(again[0]?.wrapped).not.toEqual(key.wrapped)
    expect(equal(key.head, seen())).toBe(false)
  })

  test('of single blocks come as such, until the whole epoch is given', async () => {
    const blind = random(16)
    const head = await sha256(new Uint8Array([...blind, ...seen()]))
    const raw = random(32)
    const wrap = await wrapBlockKey(raw, { channel: channel.id, epoch: 0, seq: 0, head })
    const grantKey = await importGrantKey(grant.raw)
    const list = encodeWrapList([{ grant: grant.id, blocks: [[0, await wrap(grantKey)]] }])
    const { signer } = member.household.owner
    const batch = await openWraps({
      channel: channel.id,
      epoch: 0,
      seen: seen(),
      blind,
      wraps: await sha256(list),
      at: NOW,
    }, signer)
    await member.owner.postWraps([[batch.statement.bytes, list]])
    const { client } = await boundTo(platform, provider, grant)
    const [part] = await all(client.keys(grant.id))
    const [seq, wrapped] = part?.blocks?.[0] ?? [-1, random(72)]
    expect([part?.wrapped, seq]).toEqual([null, 0])
    const place = { channel: channel.id, epoch: 0, seq, head }
    expect((await unwrapBlockKey(wrapped, grantKey, place)).algorithm.name).toBe('AES-GCM')
    await member.owner.postWraps([await wrapsFor(channel, 0, seen(), [grant], signer)])
    await member.owner.postWraps([[batch.statement.bytes, list]])
    expect(await all(client.keys(grant.id))).toMatchObject([{ blocks: null }])
  })

  test('come in pages, of all channels or of one after an epoch', async () => {
    const second = await openedChannel(member)
    const both = await owner.give(provider, termsOf([channel, second]))
    const { signer } = member.household.device
    for (let epoch = 0; epoch < 3; epoch++) {
      if (epoch > 0) {
        const { opened } = await channel.openEpoch({ reason: 'turned' })
        await member.device.postBlocks(channel.id, [opened.statement.bytes])
      }
      await member.device.postWraps([await wrapsFor(channel, epoch, seen(), [both], signer)])
    }
    await member.device.postWraps([await wrapsFor(second, 0, seen(), [both], signer)])
    const { client, ask } = await boundTo(platform, provider, both)
    expect(await all(client.keys(both.id))).toHaveLength(4)
    const of = async (after?: number) => {
      const asked = after === undefined ? { channel: channel.id } : { channel: channel.id, after }
      return (await all(client.keys(both.id, asked))).map(({ epoch }) => epoch)
    }
    expect([await of(), await of(0), await of(2)]).toEqual([[0, 1, 2], [1, 2], []])
    const pages: number[] = []
    for (let next: string | null = ''; next !== null;) {
      const after: string = next === '' ? '' : `&after=${next}`
      const answer = await (await ask(`/v1/grants/${toBase64url(both.id)}/keys?limit=1${after}`))
        .json() as { data: unknown[]; next: string | null }
      pages.push(answer.data.length)
      next = answer.next
    }
    expect(pages).toEqual([1, 1, 1, 1])
  })

  test('are taken from the device of the epoch and the owner, for grants of the channel', async () => {
    const { device, owner: person } = member.household
    const further = await member.household.addDevice()
    await member.owner.registerIdentity(further.device.identity.changes)
    await member.owner.addPairing(further.pairing.bytes)
    const stranger = await register(platform)
    const second = await openedChannel(member)
    const elsewhere = await owner.give(provider, termsOf([second]))
    const foreignMember = giver(stranger)
    const foreignChannel = await openedChannel(stranger)
    const foreign = await foreignMember.give(provider, termsOf([foreignChannel]))
    const batch = (by = device.signer, epoch = 0, grants = [grant], of = seen()) =>
      wrapsFor(channel, epoch, of, grants, by)
    const [statement] = await batch()
    const [, otherList] = await batch(device.signer, 0, [])
    const post = (client: Member['owner'], ...batches: Awaited<ReturnType<typeof batch>>[]) =>
      problemOf(client.postWraps(batches)).then(({ code }) => code, () => 'taken')
    expect({
      stranger: await post(stranger.owner, await batch(stranger.household.owner.signer)),
      further: await post(
        clientFor(platform, further.device.signer),
        await batch(further.device.signer),
      ),
      provider: await post(provider.client, await batch(provider.signer)),
      other: await post(member.owner, await batch()),
      elsewhere: await post(member.device, await batch(device.signer, 0, [elsewhere])),
      foreign: await post(member.device, await batch(device.signer, 0, [grant, foreign])),
      list: await post(member.device, [statement, otherList]),
      unseen: await post(member.device, await batch(device.signer, 0, [grant], random(32))),
      half: await post(member.device, await batch(), [statement, otherList]),
    }).toEqual({
      stranger: 'channel-unknown',
      further: 'channel-unknown',
      provider: 'channel-unknown',
      other: 'not-allowed',
      elsewhere: 'wraps-refused',
      foreign: 'wraps-refused',
      list: 'wraps-refused',
      unseen: 'wraps-refused',
      half: 'wraps-refused',
    })
    const { client } = await boundTo(platform, provider, grant)
    expect(await all(client.keys(grant.id))).toEqual([])
    await channel.openEpoch({ reason: 'turned' })
    expect(await post(member.device, await batch(device.signer, 1))).toBe('epoch-unknown')
    expect(await post(member.owner, await batch(person.signer))).toBe('taken')
    expect(await post(member.device, await batch())).toBe('taken')
    expect(await all(client.keys(grant.id))).toHaveLength(1)
  })

  test('of a finer channel are in no answer to who was given days alone (38)', async () => {
    const days = await openedChannel(member)
    const day = await days.seal(readings(1, { from: NOW - 600 }))
    await member.device.postBlocks(days.id, [day.bytes])
    const coarse = await owner.give(provider, termsOf([days]))
    const { signer } = member.household.device
    for (const [of, to] of [[channel, grant], [days, coarse]] as const) {
      await member.device.postWraps([await wrapsFor(of, 0, seen(), [to], signer)])
    }
    const { ask } = await boundTo(platform, provider, coarse)
    const keys = `/v1/grants/${toBase64url(coarse.id)}/keys`
    const paths = [
      '/v1/grants',
      `/v1/grants/${toBase64url(coarse.id)}`,
      `/v1/grants/${toBase64url(grant.id)}/keys`,
      keys,
      `${keys}?channel=${channel.name}`,
      `${keys}?after=${channel.name}.0`,
      '/v1/channels',
      ...[channel, days].flatMap(({ name }) =>
        ['', '/head', '/epochs', '/blocks', '/forks'].map((what) => `/v1/channels/${name}${what}`)
      ),
      `/v1/channels/${channel.name}/stream?after=-1`,
    ]
    const answers: string[] = []
    for (const path of paths) {
      answers.push(toHex(new Uint8Array(await (await ask(path)).arrayBuffer())))
    }
    const isTold = (secret: Bytes) =>
      [secret, utf8(toBase64url(secret))].some((form) => answers.join(' ').includes(toHex(form)))
    const told = async (of: TestChannel) => {
      const [row] = await platform.sql`select wrapped from wraps where channel = ${of.id}`
      const [block] = of.blocks
      const [epoch] = of.epochs
      if (block === undefined || epoch === undefined) throw new Error('There is no block')
      return {
        wrapped: isTold(fromColumn(row?.['wrapped'])),
        opening: isTold(epoch.opened.statement.bytes),
        block: isTold(block.bytes),
        raw: isTold(epoch.raw),
      }
    }
    expect(await told(days)).toEqual({ wrapped: true, opening: true, block: true, raw: false })
    expect(await told(channel))
      .toEqual({ wrapped: false, opening: false, block: false, raw: false })
  })

  test('are those of one epoch for a thousand grants in one post', async () => {
    const [row] = await platform.sql`select * from grants where id = ${grant.id}`
    const ids = Array.from({ length: 1000 }, () => random(16))
    const { sql } = platform
    await sql`insert into grants ${sql(ids.map((id) => ({ ...row, id })) as never)}`
    const given = ids.map((id) => ({ channel: channel.id, grant_id: id }))
    await sql`insert into grant_channels ${sql(given)}`
    const grants = ids.map((id): TestGrant => ({ ...grant, id }))
    const { signer } = member.household.device
    await member.device.postWraps([await wrapsFor(channel, 0, seen(), grants, signer)])
    const [kept] = await platform.sql`
      select count(*)::int as n from wraps where channel = ${channel.id}`
    expect(kept?.['n']).toBe(1000)
  })
})

describe('the access log', () => {
  test('has what was given by hour, and only what had a body', async () => {
    await seal(5)
    const grant = await owner.give(provider, termsOf([channel], { history: NOW - 580 }))
    const { client, ask } = await boundTo(platform, provider, grant)
    expect(await all(member.owner.access(grant.id))).toEqual([])
    const blocks = (query: string) => ask(`/v1/channels/${channel.name}/blocks?${query}`)
    const first = await blocks('after=-1&limit=1')
    await first.text()
    platform.clock.now = NOW + 10
    const rest = await blocks('after=2')
    const etag = rest.headers.get('ETag') ?? ''
    // What the caller has already is not given again.
    await ask(`/v1/channels/${channel.name}/blocks?after=2`, { headers: { 'If-None-Match': etag } })
    platform.clock.now = NOW + 3600
    await all(client.blocks(channel.id, { after: 3 }))
    const hour = NOW - NOW % 3600
    expect(await all(member.owner.access(grant.id))).toEqual([
      { channel: channel.id, hour, first: NOW, last: NOW + 10, from: 2, to: 4, blocks: 3 },
      {
        channel: channel.id,
        hour: hour + 3600,
        first: NOW + 3600,
        last: NOW + 3600,
        from: 4,
        to: 4,
        blocks: 1,
      },
    ])
    expect(await all(member.owner.grants())).toMatchObject([
      { accessed: { at: NOW + 3600, blocks: 4 } },
    ])
    await ask(`/v1/channels/${channel.name}/head`)
    await ask(`/v1/channels/${channel.name}/epochs`)
    expect(await all(member.owner.access(grant.id))).toHaveLength(2)
  })

  test('has what came on a stream, and nothing of what the owner reads itself', async () => {
    await seal(2)
    const grant = await owner.give(provider, termsOf([channel]))
    const { client } = await boundTo(platform, provider, grant)
    await all(member.owner.blocks(channel.id))
    const over = new AbortController()
    const stream = client.stream(channel.id, { after: -1, signal: over.signal })
    await stream.next()
    over.abort()
    expect(await all(member.owner.access(grant.id))).toMatchObject([{ from: 0, to: 1, blocks: 2 }])
  })
})

test('nothing is asked of grants where blocks are posted, or read by owner and device', async () => {
  const place = await testDatabase()
  const own = await startPlatform({}, place)
  const asked: string[] = []
  const counted = connect({ url: place.url }, {
    fetch_types: false,
    max: 2,
    debug: (_: number, query: string) => void asked.push(query),
  })
  try {
    const home = await register(own)
    const line = await openedChannel(home)
    await giver(home).give(await createRecipient(own), termsOf([line]))
    const app = own.another({ database: () => database(counted) })
    const { owner, device } = home.household
    expect((await post(app, line, (await line.seal()).bytes)).status).toBe(200)
    expect(asked.length).toBeGreaterThan(2)
    for (const signer of [owner.signer, device.signer]) {
      const client = clientFor(own, signer, app)
      expect(await all(client.blocks(line.id))).toHaveLength(1)
      await client.head(line.id)
    }
    expect(asked.filter((query) => /grant|wraps|accesses|histor/.test(query))).toEqual([])
  } finally {
    await counted.end({ timeout: 5 })
    await own.close()
  }
})
