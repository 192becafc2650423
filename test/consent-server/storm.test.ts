/**
 * Everybody at once at one channel, again and again: owner, device, provider and reader, in tabs and
 * processes of their own. Whatever comes of it, nothing fails inside, and what is there in the end
 * holds by its signatures and says the same to both sides.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { parseEvent, readHistory } from '../../shared/consent/history.ts'
import { parseGrant } from '../../shared/consent/grant.ts'
import { checkSteps, parseStep, stateAt } from '../../shared/consent/steps.ts'
import { readings } from '../rig/household.ts'
import { withMember } from '../server/member.ts'
import { all, clientFor, NOW, openedChannel, type Platform, register } from '../server/platform.ts'
import { boundTo, createRecipient, giver, stepOf, termsOf, wrapsFor } from './giving.ts'

let platform: Platform

withMember((at) => ({ platform } = at))

const ROUNDS = 3

test('a storm on one channel leaves one line, both sides with the same end, and no fault', async () => {
  platform.clock.now = NOW
  const member = await register(platform)
  const owner = giver(member)
  const channels = [await openedChannel(member), await openedChannel(member)]
  const [first, second] = channels
  if (first === undefined || second === undefined) throw new Error('unreachable')
  for (const one of channels) {
    await member.device.postBlocks(one.id, [
      (await one.seal(readings(1, { from: NOW - 900 }))).bytes,
    ])
  }
  const { device: { signer: device }, owner: { signer: own } } = member.household
  const failures: string[] = []
  const note = (asked: Promise<unknown>) =>
    asked.catch((error: unknown) => {
      const status = (error as { status?: number }).status ?? 0
      if (status === 0 || status === 500) failures.push(String(error))
    })
  for (let round = 0; round < ROUNDS; round++) {
    await owner.refresh()
    const provider = await createRecipient(platform)
    const grant = await owner.give(provider, termsOf(channels))
    const seen = owner.head.id ?? first.id
    const reader = await boundTo(platform, provider, grant, platform.another())
    const tab = () => giver(member, owner.head, clientFor(platform, own, platform.another()))
    const step = async (what: 'paused' | 'revoked') => {
      const mine = tab()
      await mine.send(await mine.step({ ...grant }, { what }))
    }
    const batches = await Promise.all(
      channels.map((one) => wrapsFor(one, 0, seen, [grant], device)),
    )
    const history = await Promise.all(channels.map((one) => wrapsFor(one, 0, seen, [grant], own)))
    const ending = await stepOf({ ...grant }, { what: 'terminated' }, provider.signer)
    const block = await first.seal(readings(1, { from: NOW - 800 + 10 * round }))
    await Promise.all([
      note(step('paused')),
      note(step('revoked')),
      note(member.device.postWraps(batches)),
      note(member.owner.postWraps(history.toReversed())),
      note(provider.client.postStep(grant.id, ending.bytes)),
      note(member.device.postBlocks(first.id, [block.bytes])),
      ...channels.map((one) => note(all(reader.client.blocks(one.id)))),
      note(all(reader.client.keys(grant.id))),
      note(member.owner.grant(grant.id)),
      note((async () => {
        const mine = tab()
        const { opened } = await mine.event({
          what: 'erased',
          about: second.id,
          entry: null,
          epochs: [0, 0],
        })
        await mine.send([opened.statement.bytes])
      })()),
    ])
    // Whoever won: it has ended, and both sides are told the same.
    const [mine, theirs] = [
      await member.owner.grant(grant.id),
      await provider.client.grant(grant.id),
    ]
    expect(mine.state).toBe('ended')
    expect(theirs.last).toEqual(mine.last)
    const parties = { owner: member.household.owner.identity, recipient: provider.identity }
    const standing = await checkSteps(
      parseGrant(mine.statement),
      mine.steps.map(parseStep),
      parties,
    )
    // Locked by a revocation that stood on an old head, it has no step of it yet.
    const phase = standing.ended === null ? mine.state : stateAt(standing, NOW).phase
    expect(phase).toBe('ended')
  }
  expect(failures).toEqual([])
  const events = (await all(member.owner.history())).map(({ event }) => parseEvent(event))
  const parties = { owner: member.household.owner.identity, devices: [] }
  expect((await readHistory(events, parties)).events).toHaveLength(events.length)
})
