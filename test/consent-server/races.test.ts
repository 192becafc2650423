/**
 * An owner's history in two tabs and two processes: one line, one winner, and no revocation that
 * loses.
 *
 * @module
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { toBase64url } from '../../shared/bytes.ts'
import { openEvent, parseEvent, readHistory } from '../../shared/consent/history.ts'
import { statementId } from '../../shared/identity/statement.ts'
import type { TestChannel } from '../rig/household.ts'
import { withMember } from '../server/member.ts'
import {
  all,
  clientFor,
  type Member,
  NOW,
  openedChannel,
  type Platform,
  register,
} from '../server/platform.ts'
import {
  asRecipient,
  boundTo,
  createRecipient,
  type Giver,
  giver,
  problemOf,
  type Recipient,
  stepOf,
  termsOf,
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
  await member.device.postBlocks(channel.id, [(await channel.seal()).bytes])
})

/** The history as the platform gives it, verified as anybody would. */
async function verified() {
  const entries = await all(member.owner.history())
  expect(entries.map(({ n }) => n)).toEqual(entries.map((_, i) => i))
  const { owner, device } = member.household
  const parties = { owner: owner.identity, devices: [device.identity] }
  return await readHistory(entries.map(({ event }) => parseEvent(event)), parties)
}

/** A tab on a server process of its own. */
function elsewhere(): Giver {
  const { signer } = member.household.owner
  return giver(member, owner.head, clientFor(platform, signer, platform.another()))
}

async function code(sent: Promise<unknown>): Promise<string> {
  const taken = await sent.then(() => true, () => false)
  return taken ? 'taken' : String((await problemOf(sent))['code'])
}

describe('review case 33: two revocations and a grant at once, from tabs of two processes', () => {
  test.each([1, 2, 3])(
    'make one line with one winner, and both revocations hold (%i)',
    async () => {
      const first = await owner.give(provider, termsOf([channel]))
      const second = await owner.give(await createRecipient(platform), termsOf([channel]))
      const tabs = [owner.tab(), elsewhere(), elsewhere()]
      const entries = [
        await tabs[0]?.step(first, { what: 'revoked' }),
        await tabs[1]?.step(second, { what: 'revoked' }),
        (await tabs[2]?.grant(provider, termsOf([channel])))?.[1],
      ]
      const sent = tabs.map((tab, i) => {
        const entry = entries[i]
        return entry === undefined ? Promise.reject(new Error('No entry')) : code(tab.send(entry))
      })
      const told = await Promise.all(sent)
      expect(told.toSorted()).toEqual(['history-moved', 'history-moved', 'taken'])
      // Whoever won: nothing is read by either grant from now on.
      for (const grant of [first, second]) {
        expect((await member.owner.grant(grant.id)).state).toBe('ended')
      }
      expect((await verified()).events).toHaveLength(3)

      // Each that lost looks again, signs anew and is taken.
      await owner.refresh()
      for (const [i, grant] of [first, second].entries()) {
        if (told[i] === 'taken') continue
        grant.standing = { step: 0, head: await statementId(grant.opened.statement) }
        await owner.go(grant, { what: 'revoked' })
      }
      if (told[2] !== 'taken') await owner.give(provider, termsOf([channel]))
      const { events } = await verified()
      expect(events.map(({ content }) => content.what).toSorted())
        .toEqual(['granted', 'granted', 'granted', 'stepped', 'stepped'])
      for (const grant of [first, second]) {
        const { state, ended, steps } = await member.owner.grant(grant.id)
        expect([state, ended?.reason, steps.length]).toEqual(['ended', 'withdrawn', 1])
      }
    },
  )
})

describe('a revocation on an old head', () => {
  test('locks its grant at once, and nothing else', async () => {
    const grant = await owner.give(provider, termsOf([channel]))
    const other = await owner.give(await createRecipient(platform), termsOf([channel]))
    const reader = await boundTo(platform, provider, grant)
    const late = giver(member, { seq: 0, id: (await verified()).events[0]?.id ?? null })
    const paused = giver(member, late.head)
    const step = await late.step(grant, { what: 'revoked' })
    const { id } = owner.head
    expect(await problemOf(late.send(step))).toMatchObject({
      status: 409,
      code: 'history-moved',
      seq: 1,
      id: id && toBase64url(id),
      locked: 1,
    })
    expect(await problemOf(all(reader.client.blocks(channel.id)))).toMatchObject({
      code: 'grant-ended',
      reason: 'withdrawn',
      last: { seq: 0, provisional: true },
    })
    expect((await member.owner.grant(other.id)).state).toBe('active')
    // What is no revocation does nothing on an old head.
    const pause = await paused.step(other, { what: 'paused' })
    expect(await problemOf(paused.send(pause))).toMatchObject({ code: 'history-moved', locked: 0 })
    expect((await member.owner.grant(other.id)).state).toBe('active')
  })

  test('ends the grant from when it was locked, once it comes on the right head', async () => {
    const grant = await owner.give(provider, termsOf([channel]))
    const late = giver(member, { seq: -1, id: null })
    const locking = await late.step(grant, { what: 'revoked' })
    expect(await code(late.send(locking))).toBe('history-moved')
    await member.device.postBlocks(channel.id, [(await channel.seal()).bytes])
    platform.clock.now += 100
    grant.standing = { step: 0, head: await statementId(grant.opened.statement) }
    await owner.go(grant, { what: 'revoked' })
    expect(await member.owner.grant(grant.id)).toMatchObject({
      ended: { reason: 'withdrawn', at: NOW },
      last: [{ seq: 0, withheld: 1 }],
    })
  })

  test('of somebody else, or with a signature that does not hold, locks nothing', async () => {
    const grant = await owner.give(provider, termsOf([channel]))
    const stranger = giver(await register(platform))
    const foreign = await stranger.step(grant, { what: 'revoked' })
    expect(await problemOf(stranger.send(foreign))).toMatchObject({ code: 'grant-unknown' })
    const { signer } = member.household.owner
    const bad = { ...signer, sign: async () => crypto.getRandomValues(new Uint8Array(64)) }
    const late = giver(member, { seq: -1, id: null })
    const forged = await late.step(grant, { what: 'revoked' }, bad)
    expect(await problemOf(late.send(forged))).toMatchObject({ code: 'signature-invalid' })
    expect((await member.owner.grant(grant.id)).state).toBe('active')
  })

  test('of the grant, where its recipient went a step meanwhile, locks it too', async () => {
    const ben = asRecipient(await register(platform))
    const grant = await owner.give(ben, termsOf([channel]))
    await owner.go(grant, { what: 'erasure-asked' })
    const behind = { ...grant.standing }
    const answered = { what: 'erasure-answered', done: true } as const
    await ben.client.postStep(grant.id, (await stepOf(grant, answered, ben.signer)).bytes)
    grant.standing = behind
    const tab = owner.tab()
    const step = await tab.step(grant, { what: 'revoked' })
    expect(await problemOf(tab.send(step))).toMatchObject({
      status: 409,
      code: 'step-moved',
      step: 2,
      locked: 1,
    })
    expect((await member.owner.grant(grant.id)).state).toBe('ended')
    expect((await verified()).events).toHaveLength(2)
  })
})

test('of two steps of one grant at once, by owner and recipient, one is told to look again', async () => {
  const ben = asRecipient(await register(platform))
  for (let round = 0; round < 5; round++) {
    const grant = await owner.give(ben, termsOf([channel]))
    const { standing } = grant
    const tab = owner.tab()
    const pause = await tab.step(grant, { what: 'paused' })
    grant.standing = standing
    const stop = await stepOf(grant, { what: 'terminated' }, ben.signer)
    const told = await Promise.all([
      code(tab.send(pause)),
      code(ben.client.postStep(grant.id, stop.bytes)),
    ])
    expect(told.toSorted()).toEqual(['step-moved', 'taken'])
    await owner.refresh()
  }
})

describe('what an event cannot do', () => {
  test('stand on nothing, or on another event than the one before it', async () => {
    await owner.give(provider, termsOf([channel]))
    const opening = { what: 'channel-opened', about: channel.id, entry: channel.id } as const
    const entry = crypto.getRandomValues(new Uint8Array(32))
    const wrong = [{ seq: 5 }, { prev: null }, { prev: entry }, { seq: 0, prev: null }]
    for (const place of wrong) {
      const tab = owner.tab()
      const { opened } = await tab.event({ ...opening, entry, ...place })
      expect(await code(tab.send([opened.statement.bytes]))).toBe('history-moved')
    }
    expect((await verified()).events).toHaveLength(1)
  })

  test('be in half: of two in one post of which one is refused, neither is added', async () => {
    const grant = await owner.give(provider, termsOf([channel]))
    const tab = owner.tab()
    const entries = [
      await tab.step(grant, { what: 'paused' }),
      await tab.step(grant, { what: 'paused' }),
    ]
    expect(await code(tab.send(...entries))).toBe('step-refused')
    expect((await verified()).events).toHaveLength(1)
    expect((await member.owner.grant(grant.id)).state).toBe('active')
  })

  test('be a device’s, unless it is the one that a device writes', async () => {
    const { device, owner: person } = member.household
    const grant = await owner.give(provider, termsOf([channel]))
    const seen = owner.head.id
    const content = { owner: person.identity.id, seq: 0, prev: null, seen, at: NOW }
    const about = grant.id
    const { bytes, id } = await stepOf(grant, { what: 'revoked' }, device.signer)
    const stepped = await openEvent(
      { ...content, what: 'stepped', about, entry: id },
      device.signer,
    )
    expect(await code(member.device.postHistory([[stepped.statement.bytes, bytes]])))
      .toBe('event-refused')
    const turned = await openEvent(
      { ...content, what: 'turned', about: channel.id, entry: id },
      device.signer,
    )
    await member.device.postHistory([[turned.statement.bytes]])
    expect((await verified()).events).toHaveLength(2)
    // It may have been away, but never sees less than before.
    await owner.go(await owner.give(provider, termsOf([channel])), { what: 'revoked' })
    const back = { ...content, seq: 1, prev: await statementId(turned.statement), seen: null }
    const again = await openEvent(
      { ...back, what: 'turned', about: channel.id, entry: id },
      device.signer,
    )
    expect(await code(member.device.postHistory([[again.statement.bytes]]))).toBe('history-moved')
  })

  test('give what is not the owner’s, or to nobody, or with a key that nobody has', async () => {
    const foreign = await openedChannel(await register(platform))
    const unknown = await createRecipient(platform)
    await platform.sql`delete from identities where id = ${unknown.identity.id}`
    const told: unknown[] = []
    for (
      const [to, terms, more] of [
        [provider, termsOf([foreign]), {}],
        [unknown, termsOf([channel]), {}],
        [provider, termsOf([channel]), { toKey: 0 }],
        [provider, termsOf([channel]), { toKey: 7 }],
        [provider, termsOf([channel]), { receipt: new Uint8Array(32) }],
        [asRecipient(member), termsOf([channel]), {}],
      ] as const
    ) {
      const tab = owner.tab()
      const [, entry] = await tab.grant(to, terms, more)
      told.push(await code(tab.send(entry)))
    }
    expect(told).toEqual([
      'event-refused',
      'identity-unknown',
      'grant-key-unknown',
      'grant-key-unknown',
      'event-refused',
      'event-refused',
    ])
    expect(await all(member.owner.grants())).toEqual([])
  })
})

test('every event says what stands beside it: another grant or step is refused', async () => {
  const tab = owner.tab()
  const [, [event]] = await tab.grant(provider, termsOf([channel]))
  const [other] = await owner.tab().grant(provider, termsOf([channel]))
  expect(await code(tab.send([event, other.opened.statement.bytes]))).toBe('event-refused')
  expect(await code(tab.send([event]))).toBe('event-refused')
})
