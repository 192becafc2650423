/**
 * What an owner tells a device of its grants, kept and handed on by the platform: in order, to that
 * device alone, until the pairing ends.
 *
 * @module
 */
import { expect, test } from 'vitest'
import type { Bytes } from '../../shared/bytes.ts'
import {
  checkPairingStep,
  makePairingStep,
  openRecipients,
  type PairingHead,
  parsePairingStep,
} from '../../shared/consent/pairing-step.ts'
import { statementId } from '../../shared/identity/statement.ts'
import { withMember } from '../server/member.ts'
import {
  all,
  type Member,
  NOW,
  openedChannel,
  type Platform,
  register,
} from '../server/platform.ts'
import { createRecipient, type Giver, giver, termsOf, type TestGrant } from './giving.ts'

let platform: Platform
let member: Member
let giving: Giver
let grant: TestGrant
let channel: Bytes

withMember(async (at) => {
  ;({ platform, member } = at)
  giving = giver(member)
  const opened = await openedChannel(member)
  channel = opened.id
  grant = await giving.give(await createRecipient(platform), termsOf([opened]))
})

async function begun(of: Member): Promise<PairingHead> {
  return { step: 0, id: await statementId(of.household.pairing.statements[0]) }
}

/** A step after another, with the grant or with none. */
async function stepAfter(head: PairingHead, isGiven = true, seen = giving.head.id) {
  if (seen === null) throw new Error('The owner has no history')
  const { owner, device } = member.household
  const { raw: key, id } = grant
  const recipient = { grant: id, key, channels: [channel], history: 0, until: NOW + 86_400 }
  const recipients = isGiven ? [recipient] : []
  return await makePairingStep(owner.signer, device.identity, head, recipients, seen, NOW)
}

test('the device fetches them in order and opens for whom to wrap; the newest alone if it likes', async () => {
  const { owner, device } = member.household
  let head = await begun(member)
  for (const isGiven of [true, false, true]) {
    const step = await stepAfter(head, isGiven)
    await member.owner.postPairingStep(device.identity.id, step.statement.bytes)
    head = { step: step.content.step, id: await statementId(step.statement) }
  }
  let known = await begun(member)
  const counts: number[] = []
  for (const bytes of await all(member.device.pairingSteps(owner.identity.id, 0))) {
    const step = parsePairingStep(bytes)
    known = await checkPairingStep(known, step, owner.identity, device.identity.id)
    counts.push((await openRecipients(step.content, device.sealing)).length)
  }
  expect([known, counts]).toEqual([head, [1, 0, 1]])
  const later = await all(member.device.pairingSteps(owner.identity.id, 2))
  expect(later.map((bytes) => parsePairingStep(bytes).content.step)).toEqual([3])
  const newest = await all(member.owner.pairingSteps(device.identity.id))
  expect(newest.map((bytes) => parsePairingStep(bytes).content.step)).toEqual([3])
})

test('of two at once one is told where the pairing stands', async () => {
  const { device } = member.household
  const [newest] = await all(member.owner.pairingSteps(device.identity.id))
  if (newest === undefined) throw new Error('There is no step')
  const { content, statement } = parsePairingStep(newest)
  const head = { step: content.step, id: await statementId(statement) }
  const both = await Promise.all([stepAfter(head, true), stepAfter(head, false)])
  const posts = await Promise.allSettled(
    both.map((step) => member.owner.postPairingStep(device.identity.id, step.statement.bytes)),
  )
  expect(posts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const lost = posts.find((post) => post.status === 'rejected')
  expect(lost?.reason).toMatchObject({ code: 'step-moved', status: 409 })
})

test('a step that names an event which is not the owner’s is refused', async () => {
  const { device } = member.household
  const [newest] = await all(member.owner.pairingSteps(device.identity.id))
  const head = newest === undefined ? await begun(member) : {
    step: parsePairingStep(newest).content.step,
    id: await statementId(parsePairingStep(newest).statement),
  }
  const step = await stepAfter(head, true, new Uint8Array(32))
  await expect(member.owner.postPairingStep(device.identity.id, step.statement.bytes)).rejects
    .toMatchObject({ code: 'step-refused' })
})

test('nobody else posts or reads them', async () => {
  const { owner, device } = member.household
  const other = await register(platform)
  const step = await stepAfter(await begun(member))
  const refused = { code: 'device-not-paired', status: 403 }
  const post = (by: Member['owner']) => by.postPairingStep(device.identity.id, step.statement.bytes)
  await expect(post(other.owner)).rejects.toMatchObject(refused)
  await expect(post(member.device)).rejects.toMatchObject(refused)
  await expect(all(other.owner.pairingSteps(device.identity.id))).rejects.toMatchObject(refused)
  await expect(all(other.device.pairingSteps(owner.identity.id))).rejects.toMatchObject(refused)
})

test('when the pairing has ended there are none any more, and none are taken', async () => {
  const leaving = await register(platform)
  const { owner, device } = leaving.household
  const their = giver(leaving)
  await their.give(await createRecipient(platform), termsOf([await openedChannel(leaving)]))
  const seen = their.head.id ?? new Uint8Array(32)
  const head = await begun(leaving)
  const make = async (after: PairingHead) =>
    await makePairingStep(owner.signer, device.identity, after, [], seen, NOW)
  const first = await make(head)
  await leaving.owner.postPairingStep(device.identity.id, first.statement.bytes)
  const { opened } = await their.event({
    what: 'unpaired',
    about: device.identity.id,
    entry: null,
  })
  await their.send([opened.statement.bytes])
  const refused = { code: 'device-not-paired', status: 403 }
  await expect(all(leaving.device.pairingSteps(owner.identity.id, 0))).rejects
    .toMatchObject(refused)
  const second = await make({ step: 1, id: await statementId(first.statement) })
  await expect(leaving.owner.postPairingStep(device.identity.id, second.statement.bytes)).rejects
    .toMatchObject(refused)
})
