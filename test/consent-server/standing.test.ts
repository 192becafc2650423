/**
 * What ends by itself on the platform: a device's reading with its pairing, a caller's tokens and
 * open streams with the key that they were asked for with, and a grant with its time, of which its
 * provider is told.
 *
 * @module
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { database } from '../../server/database.ts'
import { endDue } from '../../server/consent/store.ts'
import { LIMITS } from '../../server/limits.ts'
import type { Client } from '../../shared/api/client.ts'
import { ApiProblem } from '../../shared/api/transport.ts'
import { changeIdentity } from '../../shared/identity/identity.ts'
import { generateSigningKey, signer } from '../../shared/identity/keys.ts'
import type { TestChannel } from '../rig/household.ts'
import { withMember } from '../server/member.ts'
import {
  clientFor,
  type Member,
  NOW,
  openedChannel,
  type Platform,
  register,
} from '../server/platform.ts'
import { createRecipient, type Giver, giver, termsOf } from './giving.ts'

let platform: Platform
let member: Member
let owner: Giver
let channel: TestChannel

withMember((at) => ({ platform, member } = at), { limits: { streamPoll: LIMITS.streamPoll } })

beforeEach(async () => {
  platform.clock.now = NOW
  member = await register(platform)
  owner = giver(member)
  channel = await openedChannel(member)
  await member.device.postBlocks(channel.id, [(await channel.seal()).bytes])
})

const db = () => database(platform.sql)

/** A stream of which the first block has come; settles with why there is no more. */
async function openStream(client: Client): Promise<{ ended: Promise<unknown> }> {
  const stream = client.stream(channel.id, {
    after: channel.blocks.length - 2,
    signal: AbortSignal.timeout(20_000),
  })
  const first = await stream.next()
  expect(first).toMatchObject({ value: { seq: channel.blocks.length - 1 } })
  const next = stream.next()
  return { ended: refusalOf(next).then(async (refusal) => refusal ?? (await next).value) }
}

/** Why it was refused; null when it was not. */
async function refusalOf(asked: Promise<unknown>): Promise<string | null> {
  try {
    await asked
    return null
  } catch (error) {
    if (error instanceof ApiProblem) return error.code ?? error.oauth
    throw error
  }
}

test('an open stream of a device ends when it is let go', async () => {
  const { ended } = await openStream(member.device)
  const { device } = member.household
  const event = await owner.event({ what: 'unpaired', about: device.identity.id })
  await owner.send([event.opened.statement.bytes])
  expect(await ended).toBe('channel-unknown')
})

describe('a browser that was taken back', () => {
  test('has its token and its open streams no more, from the change of keys on', async () => {
    const { owner: person } = member.household
    const signing = await generateSigningKey()
    const { algorithm, publicKey } = signing
    const { keys, nextIndex: index, id } = person.identity
    const added = [...keys, { index, algorithm, publicKey, purpose: 'sign' as const }]
    const both = await changeIdentity(person.identity, added, NOW, person.signer)
    await member.owner.registerIdentity(both.changes)
    const theirs = clientFor(platform, signer(id, index, signing))
    const { ended } = await openStream(theirs)
    const own = await openStream(member.owner)

    const after = await changeIdentity(both, keys, NOW, person.signer)
    await member.owner.registerIdentity(after.changes)
    expect(await ended).toBe('invalid_grant')
    expect(await refusalOf(theirs.channel(channel.id))).toBe('invalid_grant')
    // Whoever took it back reads on.
    await member.device.postBlocks(channel.id, [(await channel.seal()).bytes])
    expect(await own.ended).toMatchObject({ seq: 1, block: channel.blocks[1]?.bytes })
  })
})

test('the end of a grant by its time is told to its provider, once', async () => {
  const provider = await createRecipient(platform)
  await owner.give(provider, termsOf([channel], { until: NOW + 60 }))
  const later = await owner.give(provider, termsOf([channel], { until: NOW + 90 }))
  const { id } = provider.identity
  await platform.sql`
    insert into providers (id, seq, registration, registration_id)
    values (${id}, 0, ${id}, ${id})`
  const told = async () =>
    (await platform.sql`select body from webhook_jobs where provider = ${id}`)
      .map(({ body }) => JSON.parse(body).type)
  expect(await endDue(db(), NOW + 59)).toBe(0)
  // Two processes at once, and somebody who looks at the grant beside them.
  platform.clock.now = NOW + 60
  await Promise.all([
    endDue(db(), NOW + 60),
    endDue(db(), NOW + 60),
    member.owner.grant(later.id),
  ])
  expect(await told()).toEqual(['grant.ended'])
  expect(await endDue(db(), NOW + 60)).toBe(0)
  expect(await endDue(db(), NOW + 100)).toBe(1)
  expect(await told()).toEqual(['grant.ended', 'grant.ended'])
})
