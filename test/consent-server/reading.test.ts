/**
 * Reading by recipients: what a grant gives of a channel and what it does not, from its first block
 * to its last, and how far it could be read once it has ended.
 *
 * @module
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { readPage } from '../../server/blocks/read.ts'
import { database } from '../../server/database.ts'
import { toBase64url, toHex } from '../../shared/bytes.ts'
import { splitArray, splitSequence } from '../../shared/cbor.ts'
import { readings, type TestChannel } from '../rig/household.ts'
import { withMember } from '../server/member.ts'
import {
  all,
  type Member,
  NOW,
  openedChannel,
  type Platform,
  register,
} from '../server/platform.ts'
import {
  asRecipient,
  bodiesOf,
  type Bound,
  boundTo,
  createRecipient,
  type Giver,
  giver,
  problemOf,
  type Recipient,
  termsOf,
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

/** When the first reading of each channel is observed. */
const FIRST = NOW - NOW % 60 - 600

/** One block a minute, each of one reading. */
async function seal(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const block = await channel.seal(readings(1, { from: FIRST + 60 * channel.blocks.length }))
    await member.device.postBlocks(channel.id, [block.bytes])
  }
}

/** Which blocks come, and which of them with a body. */
async function given(reader: Bound): Promise<{ seqs: number[]; whole: number[] }> {
  const blocks = await all(reader.client.blocks(channel.id))
  const ids = channel.blocks.map(({ statement }) => toBase64url(statement.bytes))
  const seqs = blocks.map((block) => ids.indexOf(toBase64url(splitArray(block)[0] ?? block)))
  const bodies = bodiesOf(blocks)
  return { seqs, whole: seqs.filter((_, i) => bodies[i] !== null) }
}

describe('a provider', () => {
  test('reads what its grant gives, and nothing before or without it', async () => {
    await seal(3)
    expect(await problemOf(provider.client.channel(channel.id))).toMatchObject({
      code: 'channel-unknown',
    })
    const grant = await owner.give(provider, termsOf([channel]))
    const reader = await boundTo(platform, provider, grant)
    expect(await all(reader.client.blocks(channel.id)))
      .toEqual(channel.blocks.map(({ bytes }) => bytes))
    expect((await all(reader.client.channels())).map((one) => one.channel)).toEqual([channel.id])
    expect((await reader.client.head(channel.id)).seq).toBe(2)
    expect(await all(reader.client.epochs(channel.id))).toHaveLength(1)
  })

  test('gets no body outside its window, and no block before the first', async () => {
    await seal(6)
    const terms = termsOf([channel], { history: FIRST + 120, until: FIRST + 240 })
    const grant = await owner.give(provider, terms)
    platform.clock.now = FIRST + 200
    const reader = await boundTo(platform, provider, grant)
    expect(await given(reader)).toEqual({ seqs: [2, 3, 4, 5], whole: [2, 3] })
    // Asking for what is before or after by seq or time changes nothing.
    for (const query of ['after=-1&limit=2', 'from=0', `from=${FIRST + 240}`, 'after=0']) {
      const response = await reader.ask(`/v1/channels/${channel.name}/blocks?${query}`)
      const blocks = splitSequence(new Uint8Array(await response.arrayBuffer()), 100)
      const bodies = bodiesOf(blocks).filter((body) => body !== null).map(toBase64url)
      const allowed = [2, 3].map((seq) => toBase64url(bodyOf(seq)))
      expect(bodies.filter((body) => !allowed.includes(body))).toEqual([])
    }
  })

  test('with two grants of one channel is given by each token what its grant gives', async () => {
    await seal(4)
    await owner.give(provider, termsOf([channel]))
    const narrow = await owner.give(provider, termsOf([channel], { history: FIRST + 120 }))
    const ended = await owner.give(provider, termsOf([channel]))
    await owner.go(ended, { what: 'revoked' })
    platform.clock.now = NOW + 10
    const reader = await boundTo(platform, provider, narrow)
    expect(await given(reader)).toEqual({ seqs: [2, 3], whole: [2, 3] })
    const { client } = await boundTo(platform, provider, ended)
    expect(await problemOf(client.head(channel.id))).toMatchObject({ code: 'grant-ended' })
  })

  test('is given no block that came after its grant was looked at', async () => {
    await seal(4)
    const all = { after: -1, from: null, to: null, limit: 100 }
    const looked = {
      grant: channel.id,
      step: 0,
      firstSeq: 0,
      firstEpoch: 0,
      head: 1,
      history: 0,
      until: NOW + 60,
      pauses: [],
    }
    const page = await readPage(database(platform.sql), channel.id, all, 1e6, looked)
    expect(page.blocks.map(({ seq }) => seq)).toEqual([0, 1])
  })

  test('is given the openings of epochs from its first block on', async () => {
    await seal(2)
    const next = async () => {
      const { opened } = await channel.openEpoch({ reason: 'turned' })
      await member.device.postBlocks(channel.id, [opened.statement.bytes])
    }
    await next()
    await seal(2)
    await next()
    const grant = await owner.give(provider, termsOf([channel], { history: FIRST + 120 }))
    const reader = await boundTo(platform, provider, grant)
    const openings = channel.epochs.map(({ opened }) => opened.statement.bytes)
    expect(await all(reader.client.epochs(channel.id))).toEqual(openings.slice(1))
    expect(await all(reader.client.epochs(channel.id, -1, 1))).toEqual(openings.slice(1))
    expect(await all(reader.client.epochs(channel.id, 1))).toEqual(openings.slice(2))
  })

  test('sees no forks, and no epoch while there is no block for it', async () => {
    await seal(1)
    const fork = await channel.forge(undefined, { seq: 0, prev: channel.head()[1] })
    await member.device.postBlocks(channel.id, [fork.bytes]).catch(() => null)
    const grant = await owner.give(provider, termsOf([channel], { history: NOW - 60 }))
    await platform.sql`update blocks set to_at = from_at - 600 where channel = ${channel.id}`
    const reader = await boundTo(platform, provider, grant)
    expect(await problemOf(all(reader.client.forks(channel.id)))).toMatchObject({
      code: 'channel-unknown',
    })
    expect(await all(reader.client.epochs(channel.id))).toEqual([])
    expect(await given(reader)).toEqual({ seqs: [], whole: [] })
  })

  test.each(
    [
      ['has not begun', { from: NOW + 60 }, 'grant-not-begun'],
      ['has expired', { until: NOW }, 'grant-ended'],
    ] as const,
  )('is told that its grant %s', async (_, times, code) => {
    await seal(2)
    const reader = await boundTo(
      platform,
      provider,
      await owner.give(provider, termsOf([channel], times)),
    )
    const { client } = reader
    for (
      const asked of [
        () => client.channel(channel.id),
        () => client.head(channel.id),
        () => all(client.epochs(channel.id)),
        () => all(client.blocks(channel.id)),
        () => client.stream(channel.id, { after: -1, signal: new AbortController().signal }).next(),
      ]
    ) expect(await problemOf(asked())).toMatchObject({ status: 403, code })
    expect(await all(client.channels())).toEqual([])
  })

  test('reads to the second before the end and from the second of the beginning', async () => {
    await seal(2)
    const grant = await owner.give(
      provider,
      termsOf([channel], { from: NOW + 10, until: NOW + 20 }),
    )
    const { client } = await boundTo(platform, provider, grant)
    const told: (readonly [number, unknown])[] = []
    for (const at of [9, 9.999, 10, 19.999, 20, 21]) {
      platform.clock.now = NOW + at
      const code = await client.head(channel.id).then(() => 'read', (error) => error.code)
      told.push([at, code])
    }
    expect(told).toEqual([
      [9, 'grant-not-begun'],
      [9.999, 'grant-not-begun'],
      [10, 'read'],
      [19.999, 'read'],
      [20, 'grant-ended'],
      [21, 'grant-ended'],
    ])
    const ended = await problemOf(client.head(channel.id))
    expect(ended).toMatchObject({ reason: 'expired', last: { seq: 1, withheld: 0 } })
    expect(await owner.member.owner.grant(grant.id)).toMatchObject({
      state: 'ended',
      ended: { reason: 'expired', at: NOW + 20 },
    })
  })

  test('of an expired grant is told the last block of before, not of when it is looked up', async () => {
    await seal(2)
    const grant = await owner.give(provider, termsOf([channel], { until: NOW + 20 }))
    platform.clock.now = NOW + 20
    await seal(2)
    platform.clock.now = NOW + 500
    const { last } = await member.owner.grant(grant.id)
    expect(last).toMatchObject([{ seq: 1, provisional: true, withheld: 2 }])
  })

  test('with a token of another grant, of none, or another provider is told nothing', async () => {
    await seal(1)
    const elsewhere = await openedChannel(member)
    const grant = await owner.give(provider, termsOf([channel]))
    const other = await owner.give(provider, termsOf([elsewhere]))
    const stranger = await createRecipient(platform)
    for (
      const [who, of] of [[provider, other], [stranger, grant], [stranger, other]] as const
    ) {
      const { client } = await boundTo(platform, who, of)
      expect(await problemOf(client.channel(channel.id))).toMatchObject({ code: 'channel-unknown' })
      expect(await problemOf(all(client.keys(grant.id)))).toMatchObject({ code: 'grant-unknown' })
    }
    expect(await problemOf(provider.client.channel(channel.id))).toMatchObject({
      code: 'channel-unknown',
    })
  })
})

describe('another person', () => {
  test('reads what is given, and is refused as a provider is', async () => {
    await seal(2)
    const ben = asRecipient(await register(platform))
    const carl = await register(platform)
    const grant = await owner.give(ben, termsOf([channel]))
    expect(await all(ben.client.blocks(channel.id))).toHaveLength(2)
    expect(await problemOf(all(carl.owner.blocks(channel.id)))).toMatchObject({
      code: 'channel-unknown',
    })
    expect(await all(ben.client.grants())).toMatchObject([{ grant: grant.id, state: 'active' }])
    await owner.go(grant, { what: 'revoked' })
    expect(await problemOf(all(ben.client.blocks(channel.id)))).toMatchObject({
      code: 'grant-ended',
      reason: 'withdrawn',
    })
  })

  test('with two grants reads by the one that reaches back further', async () => {
    await seal(3)
    const ben = asRecipient(await register(platform))
    const wide = await owner.give(ben, termsOf([channel]))
    await owner.give(ben, termsOf([channel], { history: FIRST + 120 }))
    platform.clock.now = FIRST + 130
    expect(await all(ben.client.blocks(channel.id))).toHaveLength(3)
    await owner.go(wide, { what: 'revoked' })
    expect(await all(ben.client.blocks(channel.id))).toHaveLength(1)
  })
})

describe('a pause', () => {
  test('refuses, keeps what was observed in it back for ever, and ends', async () => {
    await seal(2)
    const grant = await owner.give(provider, termsOf([channel]))
    const reader = await boundTo(platform, provider, grant)
    platform.clock.now = FIRST + 120
    await owner.go(grant, { what: 'paused' })
    await seal(2)
    expect(await problemOf(all(reader.client.blocks(channel.id)))).toMatchObject({
      status: 403,
      code: 'grant-paused',
      last: { seq: 1 },
    })
    expect(await problemOf(all(reader.client.keys(grant.id)))).toMatchObject({
      code: 'grant-paused',
    })
    expect(await member.owner.grant(grant.id)).toMatchObject({
      state: 'paused',
      last: [{ seq: 1, provisional: true, withheld: 2 }],
    })
    platform.clock.now = FIRST + 240
    await owner.go(grant, { what: 'resumed' })
    await seal(1)
    expect(await given(reader)).toEqual({ seqs: [0, 1, 2, 3, 4], whole: [0, 1, 4] })
    expect((await member.owner.grant(grant.id)).last).toEqual([])
  })
})

describe('a narrowed grant', () => {
  test('gives what it was narrowed to, from then on', async () => {
    await seal(4)
    const second = await openedChannel(member)
    const terms = termsOf([channel, second])
    const grant = await owner.give(provider, terms)
    const reader = await boundTo(platform, provider, grant)
    expect(await given(reader)).toEqual({ seqs: [0, 1, 2, 3], whole: [0, 1, 2, 3] })
    const narrow = termsOf([channel], { history: FIRST + 120 })
    await owner.go(grant, { what: 'narrowed', terms: narrow })
    platform.clock.now = FIRST + 120
    expect(await given(reader)).toEqual({ seqs: [2, 3], whole: [2, 3] })
    expect(await problemOf(reader.client.channel(second.id))).toMatchObject({
      code: 'channel-unknown',
    })
    expect(await all(reader.client.channels())).toHaveLength(1)
  })

  test('gives no keys any more of a channel that it gives no more', async () => {
    const second = await openedChannel(member)
    const grant = await owner.give(provider, termsOf([channel, second]))
    const { signer } = member.household.device
    const seen = owner.head.id ?? channel.id
    await member.device.postWraps([
      await wrapsFor(channel, 0, seen, [grant], signer),
      await wrapsFor(second, 0, seen, [grant], signer),
    ])
    const { client } = await boundTo(platform, provider, grant)
    expect(await all(client.keys(grant.id))).toHaveLength(2)
    await owner.go(grant, { what: 'narrowed', terms: termsOf([channel]) })
    const left = await all(client.keys(grant.id))
    expect(left.map((key) => toHex(key.channel))).toEqual([toHex(channel.id)])
  })

  test('is never wider than before', async () => {
    const grant = await owner.give(provider, termsOf([channel], { history: NOW - 60 }))
    const tab = owner.tab()
    const step = await tab.step(grant, { what: 'narrowed', terms: termsOf([channel]) })
    expect(await problemOf(tab.send(step))).toMatchObject({ status: 422, code: 'step-refused' })
  })
})

function bodyOf(seq: number) {
  const block = channel.blocks[seq]
  if (!block?.body) throw new Error(`There is no block ${seq}`)
  return splitArray(block.bytes)[1] ?? block.body
}
