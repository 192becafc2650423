/**
 * How a grant ends: at once, on streams that are open, with the last block that could be read; and
 * what the owner may let go beside it, a channel's past or a device.
 *
 * @module
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { LIMITS } from '../../server/limits.ts'
import type { App } from '../../server/app.ts'
import type { Bytes } from '../../shared/bytes.ts'
import { openEvent } from '../../shared/consent/history.ts'
import type { RevokeReason } from '../../shared/consent/steps.ts'
import { readBlock } from '../../shared/seal/block.ts'
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
  bodiesOf,
  type Bound,
  boundTo,
  createRecipient,
  type Giver,
  giver,
  type PostedEntry,
  problemOf,
  type Recipient,
  stepOf,
  termsOf,
  type TestGrant,
  wrapsFor,
} from './giving.ts'

let platform: Platform
let member: Member
let owner: Giver
let provider: Recipient
let channel: TestChannel
let grant: TestGrant
let reader: Bound

// As often as it is looked in earnest.
withMember((at) => ({ platform, member } = at), { limits: { streamPoll: LIMITS.streamPoll } })

beforeEach(async () => {
  platform.clock.now = NOW
  member = await register(platform)
  owner = giver(member)
  provider = await createRecipient(platform)
  channel = await openedChannel(member)
  await seal(2)
  grant = await owner.give(provider, termsOf([channel]))
  reader = await boundTo(platform, provider, grant)
})

async function seal(count: number, of: TestChannel = channel): Promise<void> {
  for (let i = 0; i < count; i++) {
    const sealed = readings(1, { from: NOW - 600 + 10 * of.blocks.length })
    await member.device.postBlocks(of.id, [(await of.seal(sealed)).bytes])
  }
}

/** The device turns to the next epoch, for some grants, having seen an event of the owner. */
async function turn(seen: Bytes | null, grants: readonly TestGrant[]): Promise<void> {
  const { opened } = await channel.openEpoch({ reason: 'turned' })
  await member.device.postBlocks(channel.id, [opened.statement.bytes])
  await wrap(seen, grants)
}

async function wrap(seen: Bytes | null, grants: readonly TestGrant[]): Promise<void> {
  const epoch = channel.epochs.length - 1
  const { signer } = member.household.device
  await member.device.postWraps([await wrapsFor(channel, epoch, seen ?? grant.id, grants, signer)])
}

async function last(): Promise<unknown> {
  return (await member.owner.grant(grant.id)).last[0]
}

/** All that comes on a stream until the platform ends it. */
async function wholeStream(app: App): Promise<{ opened: Promise<void>; ended: Promise<string> }> {
  const { ask } = await boundTo(platform, provider, grant, app)
  const response = await ask(`/v1/channels/${channel.name}/stream?after=0`)
  expect(response.status).toBe(200)
  const stream = response.body?.getReader()
  if (stream === undefined) throw new Error('There is no stream')
  let text = ''
  let begun = () => {}
  const opened = new Promise<void>((resolve) => begun = resolve)
  const read = async () => {
    for (;;) {
      const { done, value } = await stream.read()
      if (done) return text
      text += new TextDecoder().decode(value)
      if (text.includes('id: 1\n')) begun()
    }
  }
  return { opened, ended: read() }
}

describe('an open stream', () => {
  test.each(['this process', 'another process'])('of %s ends with the grant', async (where) => {
    // Two looks within the second.
    expect(LIMITS.streamPoll).toBeLessThanOrEqual(500)
    const app = where === 'this process' ? platform.app : platform.another({
      limits: { streamPoll: LIMITS.streamPoll },
    })
    const { opened, ended } = await wholeStream(app)
    await opened
    await owner.go(grant, { what: 'revoked' })
    await seal(1)
    const text = await ended
    expect(text).toContain('id: 1\n')
    expect(text).not.toContain('id: 2\n')
  })

  test('ends when the grant pauses, and when its time is over', async () => {
    const first = await wholeStream(platform.app)
    await first.opened
    await owner.go(grant, { what: 'paused' })
    expect(await first.ended).toContain('id: 1\n')
    await owner.go(grant, { what: 'resumed' })
    await owner.go(grant, { what: 'narrowed', terms: termsOf([channel], { until: NOW + 60 }) })
    const second = await wholeStream(platform.app)
    await second.opened
    platform.clock.now = NOW + 60
    expect(await second.ended).toContain('id: 1\n')
  })

  test('goes on while the grant does, and is told of new blocks', async () => {
    const { client } = reader
    const over = new AbortController()
    const stream = client.stream(channel.id, { after: 1, signal: over.signal })
    const next = stream.next()
    await seal(1)
    expect(await next).toMatchObject({ value: { seq: 2, block: channel.blocks[2]?.bytes } })
    over.abort()
  })
})

describe('review case 31: a revocation while the device is offline', () => {
  test('is answered 403 at once, and both are told the last block, provisionally', async () => {
    await wrap(owner.head.id, [grant])
    await owner.go(grant, { what: 'revoked' })
    const told = { seq: 1, at: NOW - 590, provisional: true, withheld: 0 }
    expect(await problemOf(all(reader.client.blocks(channel.id)))).toMatchObject({
      status: 403,
      code: 'grant-ended',
      reason: 'withdrawn',
      last: told,
    })
    expect(await problemOf(all(reader.client.keys(grant.id)))).toMatchObject({
      code: 'grant-ended',
    })
    expect(await last()).toMatchObject(told)
    expect((await reader.client.grant(grant.id)).last).toMatchObject([told])
  })

  test('is taken even where the grant has as many steps as a grant can have', async () => {
    await owner.go(grant, { what: 'paused' })
    // As if there had been a thousand.
    const { id } = grant
    await platform.sql`update grant_steps set step = 1000 where grant_id = ${id}`
    await platform.sql`update grants set step = 1000 where id = ${id}`
    grant.standing = { ...grant.standing, step: 1000 }
    const tab = owner.tab()
    const more = await tab.step({ ...grant }, { what: 'resumed' })
    expect(await problemOf(tab.send(more))).toMatchObject({ code: 'step-refused' })
    await owner.go(grant, { what: 'revoked' })
    const { state, step } = await member.owner.grant(id)
    expect({ state, step }).toEqual({ state: 'ended', step: 1001 })
  })

  test('counts what the device seals on as withheld, until it has turned away', async () => {
    await wrap(owner.head.id, [grant])
    const before = owner.head.id
    await owner.go(grant, { what: 'revoked' })
    // Offline, it seals on, turns at midnight as ever, and sends all that when it is back.
    await seal(2)
    await turn(before, [grant])
    await seal(3)
    expect(await last()).toMatchObject({ seq: 1, provisional: true, withheld: 5 })
    expect(await keysOf(grant)).toEqual([0])
    // Then it hears of it.
    await turn(owner.head.id, [])
    await seal(4)
    expect(await last()).toEqual({
      channel: channel.id,
      seq: 1,
      at: NOW - 590,
      provisional: false,
      withheld: 5,
    })
  })

  test('stays provisional while a batch says nothing of it, or comes from the owner', async () => {
    await wrap(owner.head.id, [grant])
    const before = owner.head.id
    const other = await owner.give(await createRecipient(platform), termsOf([channel]))
    await owner.go(grant, { what: 'revoked' })
    await turn(before, [other])
    expect(await last()).toMatchObject({ provisional: true })
    const { signer } = member.household.owner
    const epoch = channel.epochs.length - 1
    await member.owner.postWraps([
      await wrapsFor(channel, epoch, owner.head.id ?? grant.id, [other], signer),
    ])
    expect(await last()).toMatchObject({ provisional: true })
    // The epoch whose key the recipient holds does not settle it, whatever the batch has seen.
    await platform.sql`delete from wrap_batches where epoch = 0`
    const [, list] = await wrapsFor(channel, 0, before ?? grant.id, [], signer)
    expect(list).toHaveLength(1)
    const { signer: device } = member.household.device
    await member.device.postWraps([
      await wrapsFor(channel, 0, owner.head.id ?? grant.id, [other], device),
    ])
    expect(await last()).toMatchObject({ provisional: true })
    await turn(owner.head.id, [other])
    expect(await last()).toMatchObject({ provisional: false, withheld: 0 })
  })

  test('is settled after a pause that the device had turned away in', async () => {
    await wrap(owner.head.id, [grant])
    await owner.go(grant, { what: 'paused' })
    await turn(owner.head.id, [])
    await seal(1)
    await owner.go(grant, { what: 'revoked' })
    expect(await last()).toMatchObject({ seq: 1, provisional: false, withheld: 0 })
  })

  /** Epochs whose keys are kept for a grant. */
  async function keysOf({ id }: TestGrant): Promise<number[]> {
    const rows = await platform.sql`
      select epoch from wraps where grant_id = ${id} order by epoch`
    return rows.map((row) => Number(row['epoch']))
  }
})

test('what is given while a grant is revoked is never more than the last block told', async () => {
  for (let round = 0; round < 8; round++) {
    const again = await owner.give(provider, termsOf([channel]))
    const { client } = await boundTo(platform, provider, again, platform.another())
    const given: number[] = []
    const traffic = (async () => {
      for (;;) {
        try {
          const blocks = await all(client.blocks(channel.id))
          for (const bytes of blocks) given.push((await readBlock(bytes)).header.seq)
        } catch {
          return
        }
      }
    })()
    const sealing = seal(4)
    await new Promise((resolve) => setTimeout(resolve, 5 * round))
    await owner.go(again, { what: 'revoked' })
    await Promise.all([traffic, sealing])
    const told = (await member.owner.grant(again.id)).last[0]?.seq ?? -2
    expect(Math.max(-1, ...given)).toBeLessThanOrEqual(told)
  }
})

test('a recipient ends it itself, and answers that it has erased what it had', async () => {
  const stop = await stepOf(grant, { what: 'terminated' }, provider.signer)
  await reader.client.postStep(grant.id, stop.bytes)
  expect(await problemOf(all(reader.client.blocks(channel.id)))).toMatchObject({
    code: 'grant-ended',
    reason: 'terminated',
  })
  await owner.go(grant, { what: 'erasure-asked' })
  const { steps } = await reader.client.grant(grant.id)
  expect(steps).toHaveLength(2)
  const answer = await stepOf(grant, { what: 'erasure-answered', done: true }, provider.signer)
  await reader.client.postStep(grant.id, answer.bytes)
  expect((await member.owner.grant(grant.id)).steps).toHaveLength(3)
  const ended = await stepOf(grant, { what: 'terminated' }, provider.signer)
  expect(await problemOf(reader.client.postStep(grant.id, ended.bytes))).toMatchObject({
    code: 'step-refused',
  })
})

test('a step of the other side is refused, on either way', async () => {
  const { standing } = grant
  const stop = await stepOf(grant, { what: 'revoked' }, provider.signer)
  expect(await problemOf(reader.client.postStep(grant.id, stop.bytes))).toMatchObject({
    code: 'step-refused',
  })
  grant.standing = standing
  const tab = owner.tab()
  const own = await tab.step(grant, { what: 'terminated' })
  expect(await problemOf(tab.send(own))).toMatchObject({ code: 'event-refused' })
  grant.standing = standing
  const forged = await stepOf(grant, { what: 'terminated' }, member.household.owner.signer)
  expect(await problemOf(reader.client.postStep(grant.id, forged.bytes))).toMatchObject({
    code: 'signature-invalid',
  })
  expect((await member.owner.grant(grant.id)).state).toBe('active')
})

test('review case 39: moving out ends all grants in one post, and each says why', async () => {
  const second = await openedChannel(member)
  const others = [await createRecipient(platform), await createRecipient(platform)]
  const grants = [grant]
  for (const to of others) grants.push(await owner.give(to, termsOf([channel, second])))
  const reason: RevokeReason = 'moved-out'
  const entries: PostedEntry[] = []
  for (const one of grants) entries.push(await owner.step(one, { what: 'revoked', reason }))
  await owner.send(...entries)
  const states = (await all(member.owner.grants())).map((
    { state, ended },
  ) => [state, ended?.reason])
  expect(states).toEqual(grants.map(() => ['ended', 'moved-out']))
  expect(await problemOf(reader.client.channel(channel.id))).toMatchObject({
    code: 'grant-ended',
    reason: 'moved-out',
  })
})

describe('review case 42: erasure', () => {
  test('takes readings and keys of the epochs, and leaves the chain whole', async () => {
    await wrap(owner.head.id, [grant])
    await turn(owner.head.id, [grant])
    await seal(2)
    const path = `/v1/channels/${channel.name}/blocks`
    const before = await reader.ask(path)
    const event = await owner.event({ what: 'erased', about: channel.id, epochs: [0, 0] })
    await owner.send([event.opened.statement.bytes])
    const etag = before.headers.get('ETag') ?? ''
    expect((await reader.ask(path, { headers: { 'If-None-Match': etag } })).status).toBe(200)
    const blocks = await all(member.owner.blocks(channel.id))
    expect(bodiesOf(blocks).map((body) => body !== null)).toEqual([false, false, true, true])
    const ids = await Promise.all(blocks.map(async (bytes) => (await readBlock(bytes)).id))
    expect(ids).toEqual(channel.blocks.map(({ id }) => id))
    expect((await all(reader.client.keys(grant.id))).map(({ epoch }) => epoch)).toEqual([1])
    const kept = await platform.sql`
      select epoch, list is null as erased from wrap_batches where channel = ${channel.id}
      order by epoch`
    expect(kept.map((row) => row['erased'])).toEqual([true, false])
  })

  test('is not for what is another owner’s', async () => {
    const stranger = giver(await register(platform))
    const event = await stranger.event({ what: 'erased', about: channel.id, epochs: [0, 9] })
    expect(await problemOf(stranger.send([event.opened.statement.bytes]))).toMatchObject({
      code: 'channel-unknown',
    })
    expect(bodiesOf(await all(member.owner.blocks(channel.id)))).not.toContain(null)
  })
})

test('a device that was let go writes, reads and wraps nothing any more', async () => {
  const { device, owner: person } = member.household
  const event = await owner.event({ what: 'unpaired', about: device.identity.id })
  await owner.send([event.opened.statement.bytes])
  const block = await channel.seal()
  const { refusal } = await member.device.postBlocks(channel.id, [block.bytes])
    .catch(async (error) => ({ refusal: await problemOf(Promise.reject(error)) }))
  expect(refusal).toMatchObject({ code: 'device-not-paired' })
  expect(await problemOf(all(member.device.blocks(channel.id)))).toMatchObject({
    code: 'channel-unknown',
  })
  expect(await all(member.device.channels())).toEqual([])
  expect(await all(member.device.history())).toEqual([])
  expect(await member.device.pairings()).toEqual([])
  expect(await problemOf(wrap(owner.head.id, []))).toMatchObject({ code: 'channel-unknown' })
  const turned = await openEvent({
    owner: person.identity.id,
    seq: 0,
    prev: null,
    seen: owner.head.id,
    at: NOW,
    what: 'turned',
    about: channel.id,
    entry: event.id,
  }, device.signer)
  expect(await problemOf(member.device.postHistory([[turned.statement.bytes]]))).toMatchObject({
    code: 'not-allowed',
  })
  // The pairing does not come back by being sent again.
  expect(await problemOf(member.device.addPairing(member.household.pairing.bytes)))
    .toMatchObject({ code: 'pairing-ended' })
})
