/**
 * What becomes of a posted block or epoch opening: each rule of acceptance, by its own name.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { fromBase64url, toBase64url } from '../../shared/bytes.ts'
import { encode, splitArray } from '../../shared/cbor.ts'
import { changeIdentity, type IdentityKey, isSignedBy } from '../../shared/identity/identity.ts'
import { generateSigningKey, signer } from '../../shared/identity/keys.ts'
import { byteString, parseStatement } from '../../shared/identity/statement.ts'
import { parseAcknowledgement } from '../../shared/seal/acknowledgement.ts'
import { joinBlock } from '../../shared/seal/block.ts'
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
} from './platform.ts'

const P256_N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

let platform: Platform
let member: Member

withMember((at) => ({ platform, member } = at))

test('a block that follows is kept and acknowledged by the operator', async () => {
  const channel = await openedChannel(member)
  const block = await channel.seal()
  const { status, answer } = await post(platform.app, channel, block.bytes)
  expect(status).toBe(200)
  expect(answer).toMatchObject({ taken: 1, head: { seq: 0, id: toBase64url(block.id) } })
  const first = String(answer['acknowledgements'])
  const { content, statement } = parseAcknowledgement(fromBase64url(first))
  expect(await isSignedBy(statement, platform.operator.identity)).toBe(true)
  expect(content).toMatchObject({ block: block.id, channel: channel.id, seq: 0, accepted: NOW })
  const kept = await all(member.owner.blocks(channel.id))
  expect(kept).toEqual([block.bytes])
})

test('the same block again gets the same answer, also later and behind the head', async () => {
  const channel = await openedChannel(member)
  const [first, second] = [await channel.seal(), await channel.seal()]
  const before = await post(platform.app, channel, first.bytes, second.bytes)
  platform.clock.now += 50
  const after = await post(platform.app, channel, first.bytes, second.bytes)
  platform.clock.now -= 50
  expect(after).toMatchObject({ status: 200, answer: before.answer })
  const twice = await post(platform.app, channel, first.bytes, first.bytes)
  expect(twice.answer['taken']).toBe(2)
})

test('s turned into n - s is the same block', async () => {
  const p256 = await register(platform, 'ES256')
  const channel = await openedChannel(p256)
  const block = await channel.seal()
  await post(platform.app, channel, block.bytes)
  const [protectedItem, , payloadItem, signatureItem] = splitArray(block.statement.bytes)
  if (!protectedItem || !payloadItem || !signatureItem) throw new Error('Not a statement')
  const signature = byteString(signatureItem).slice()
  const hex = [...signature.subarray(32)].map((b) => b.toString(16).padStart(2, '0')).join('')
  const flipped = (P256_N - BigInt(`0x${hex}`)).toString(16).padStart(64, '0')
  for (let i = 0; i < 32; i++) signature[32 + i] = parseInt(flipped.slice(2 * i, 2 * i + 2), 16)
  const parts = [byteString(protectedItem), {}, byteString(payloadItem), signature]
  const turned = joinBlock(encode(parts), block.body)
  expect(turned).not.toEqual(block.bytes)
  expect(await post(platform.app, channel, turned)).toMatchObject({
    status: 200,
    answer: { taken: 1, head: { seq: 0, id: toBase64url(block.id) } },
  })
  const next = await channel.seal()
  expect(await post(platform.app, channel, next.bytes)).toMatchObject({ status: 200 })
})

test('a gap names the seq that is expected and the head', async () => {
  const channel = await openedChannel(member)
  const block = await channel.seal()
  await post(platform.app, channel, block.bytes)
  const ahead = await channel.forge(undefined, { seq: 3 })
  const head = toBase64url(block.statement.bytes)
  const gap = { code: 'gap', expected: 1, head }
  expect(await post(platform.app, channel, ahead.bytes)).toMatchObject({ status: 409, answer: gap })
})

test('a fork is refused with the head, kept once as evidence, and bounded', async () => {
  const channel = await openedChannel(member)
  const fork = await channel.forge()
  const block = await channel.seal()
  await post(platform.app, channel, block.bytes)
  for (let time = 0; time < 2; time++) {
    expect(await post(platform.app, channel, fork.bytes)).toMatchObject({
      status: 409,
      answer: { code: 'fork', expected: 1, head: toBase64url(block.statement.bytes) },
    })
  }
  const forks = await all(member.owner.forks(channel.id))
  expect(forks).toEqual([{ seq: 0, id: fork.id, block: fork.bytes, seen: NOW }])

  const behind = await channel.forge(undefined, { prev: fork.id })
  expect((await post(platform.app, channel, behind.bytes)).answer).toMatchObject({ code: 'fork' })
  for (let i = 0; i < 3; i++) {
    const another = await channel.forge(undefined, { seq: 0, prev: block.header.prev })
    await post(platform.another({ limits: { forksPerChannel: 3 } }), channel, another.bytes)
  }
  expect(await all(member.owner.forks(channel.id))).toHaveLength(3)
})

test('a device that was replaced cannot use up the room for forks', async () => {
  const channel = await openedChannel(member)
  await post(platform.app, channel, (await channel.seal()).bytes)
  const old = member.household.device.signer
  const { device, pairing } = await member.household.addDevice()
  await clientFor(platform).registerIdentity(device.identity.changes)
  await member.owner.addPairing(pairing.bytes)
  await member.owner.openChapter((await channel.openChapter({}, device)).statement.bytes)
  const { opened } = await channel.openEpoch()
  await post(platform.app, channel, opened.statement.bytes, (await channel.seal()).bytes)
  const app = platform.another({ limits: { forksPerChannel: 4 } })
  for (let i = 0; i < 4; i++) {
    const fork = await channel.forge(undefined, { seq: 0, chapter: 0, epoch: 0, by: old })
    expect((await post(app, channel, fork.bytes)).answer).toMatchObject({ code: 'fork' })
  }
  expect(await all(member.owner.forks(channel.id))).toHaveLength(2)
  const newest = await channel.forge(undefined, { seq: 1 })
  expect((await post(app, channel, newest.bytes)).answer).toMatchObject({ code: 'fork' })
  const kept = await all(member.owner.forks(channel.id))
  expect(kept.map(({ id }) => id)).toContainEqual(newest.id)
})

test('what a stranger signs is no evidence of a fork', async () => {
  const channel = await openedChannel(member)
  await post(platform.app, channel, (await channel.seal()).bytes)
  const stranger = await register(platform)
  const forged = await channel.forge(undefined, { seq: 0, by: stranger.household.device.signer })
  expect((await post(platform.app, channel, forged.bytes)).answer).toMatchObject({
    code: 'channel-unknown',
  })
  expect(await all(member.owner.forks(channel.id))).toEqual([])
})

test('a chapter that is not open, and another device than its own, are refused', async () => {
  const channel = await openedChannel(member)
  const ahead = await channel.forge(undefined, { chapter: 1 })
  expect(await post(platform.app, channel, ahead.bytes)).toMatchObject({
    status: 403,
    answer: { code: 'chapter-closed' },
  })
  const { device, pairing } = await member.household.addDevice()
  const unknown = await channel.forge(undefined, { by: device.signer })
  expect((await post(platform.app, channel, unknown.bytes)).answer).toMatchObject({
    code: 'device-not-paired',
  })
  await clientFor(platform).registerIdentity(device.identity.changes)
  expect(await post(platform.app, channel, unknown.bytes)).toMatchObject({
    status: 404,
    answer: { code: 'channel-unknown' },
  })
  await member.owner.addPairing(pairing.bytes)
  const next = await channel.openChapter({}, device)
  await member.owner.openChapter(next.statement.bytes)
  const former = await channel.forge(undefined, { by: member.household.device.signer })
  expect(await post(platform.app, channel, former.bytes)).toMatchObject({
    status: 403,
    answer: { code: 'wrong-device' },
  })
})

test('after a new chapter the old device is refused, and the new one needs its own epoch', async () => {
  const channel = await openedChannel(member)
  await post(platform.app, channel, (await channel.seal()).bytes)
  const late = await channel.forge()
  const { device, pairing } = await member.household.addDevice()
  const client = clientFor(platform, device.signer)
  await client.registerIdentity(device.identity.changes)
  const chapter = await channel.openChapter({}, device)
  await expect(member.owner.openChapter(chapter.statement.bytes)).rejects.toMatchObject({
    code: 'device-not-paired',
  })
  await client.addPairing(pairing.bytes)
  await member.owner.openChapter(chapter.statement.bytes)
  await member.owner.openChapter(chapter.statement.bytes)

  expect((await post(platform.app, channel, late.bytes)).answer).toMatchObject({
    code: 'chapter-closed',
  })
  const inOldEpoch = await channel.forge()
  expect((await post(platform.app, channel, inOldEpoch.bytes)).answer).toMatchObject({
    code: 'wrong-epoch',
  })
  const { opened } = await channel.openEpoch()
  const stillOld = await channel.forge(undefined, { epoch: 0 })
  const mixed = await post(platform.app, channel, opened.statement.bytes, stillOld.bytes)
  expect(mixed.answer).toMatchObject({ taken: 1, refusal: { code: 'wrong-epoch' } })
  const block = await channel.seal()
  const taken = await post(platform.app, channel, opened.statement.bytes, block.bytes)
  expect(taken).toMatchObject({ status: 200, answer: { taken: 2, head: { seq: 1 } } })
})

test('a chapter must continue from the head, be the next, and stay as it is', async () => {
  const channel = await openedChannel(member)
  const block = await channel.seal()
  const late = await channel.openChapter({ chapter: 1, after: [-1, block.header.prev] })
  await post(platform.app, channel, block.bytes)
  await expect(member.owner.openChapter(late.statement.bytes)).rejects.toMatchObject({
    code: 'head-moved',
    problem: { seq: 0, id: toBase64url(block.id), statement: toBase64url(block.statement.bytes) },
  })
  for (const chapter of [0, 2]) {
    const wrong = await channel.openChapter({ chapter })
    await expect(member.owner.openChapter(wrong.statement.bytes)).rejects.toMatchObject({
      code: 'chapter-taken',
      problem: { chapter: 0 },
    })
  }
})

test('an epoch that is not open is refused, also one that is past', async () => {
  const channel = await openedChannel(member)
  const first = await channel.seal()
  const { opened } = await channel.openEpoch()
  const early = await channel.forge()
  await post(platform.app, channel, first.bytes)
  expect(await post(platform.app, channel, early.bytes)).toMatchObject({
    status: 422,
    answer: { code: 'wrong-epoch' },
  })
  const second = await channel.seal()
  await post(platform.app, channel, opened.statement.bytes, second.bytes)
  const past = await channel.forge(undefined, { epoch: 0 })
  expect((await post(platform.app, channel, past.bytes)).answer).toMatchObject({
    code: 'wrong-epoch',
  })
})

test('an epoch is opened once, as the next, by the device, for a seal key of the owner', async () => {
  const channel = await openedChannel(member)
  const first = channel.epochs[0]?.opened.statement.bytes ?? new Uint8Array()
  expect(await post(platform.app, channel, first)).toMatchObject({
    status: 200,
    answer: { taken: 1, acknowledgements: [] },
  })
  const other = await channel.openEpoch({ epoch: 0 })
  expect(await post(platform.app, channel, other.opened.statement.bytes)).toMatchObject({
    status: 409,
    answer: { code: 'epoch-taken', epoch: 0 },
  })
  const far = await channel.openEpoch({ epoch: 5 })
  expect((await post(platform.app, channel, far.opened.statement.bytes)).answer).toMatchObject({
    code: 'epoch-taken',
  })
  for (const wrong of [{ ownerKey: 0 }, { owner: member.household.device.identity.id }]) {
    const epoch = await channel.openEpoch({ epoch: 1, ...wrong })
    expect((await post(platform.app, channel, epoch.opened.statement.bytes)).answer).toMatchObject({
      code: 'epoch-key-unknown',
      head: null,
      epoch: 0,
    })
  }
  const byOwner = await channel.openEpoch({ epoch: 1 }, member.household.owner.signer)
  expect((await post(platform.app, channel, byOwner.opened.statement.bytes)).answer).toMatchObject({
    code: 'channel-unknown',
  })
})

test('a block sealed more than ten minutes ahead waits, for as long as is said', async () => {
  const channel = await openedChannel(member)
  const soon = await channel.forge(undefined, { sealed: NOW + 600 })
  const later = await channel.forge(undefined, { sealed: NOW + 630 })
  const refused = await post(platform.app, channel, later.bytes)
  expect(refused).toMatchObject({ status: 425, answer: { code: 'sealed-ahead', retryAfter: 30 } })
  expect(refused.headers.get('Retry-After')).toBe('30')
  expect(await post(platform.app, channel, soon.bytes)).toMatchObject({ status: 200 })
  const back = await openedChannel(member)
  const old = await back.forge(undefined, { sealed: 0 })
  expect(await post(platform.app, back, old.bytes)).toMatchObject({ status: 200 })
})

test('after a change of keys the old one seals nothing new, and an index never falls', async () => {
  const own = await register(platform)
  const channel = await openedChannel(own)
  const { device } = own.household
  const before = await channel.seal()
  await post(platform.app, channel, before.bytes)
  const key = await generateSigningKey()
  const index = device.identity.nextIndex
  const added: IdentityKey = { index, ...key, purpose: 'sign' }
  const both = [...device.identity.keys, { ...added }]
  const changed = await changeIdentity(device.identity, both, NOW, device.signer)
  const client = clientFor(platform)
  await client.registerIdentity(changed.changes)
  const newer = signer(device.identity.id, index, key)
  const byNew = await channel.forge(undefined, { by: newer })
  expect(await post(platform.app, channel, byNew.bytes)).toMatchObject({ status: 200 })
  const byOld = await channel.forge(undefined, { seq: 2, prev: byNew.id })
  expect(await post(platform.app, channel, byOld.bytes)).toMatchObject({
    status: 422,
    answer: { code: 'key-index-fell' },
  })
  expect(await post(platform.app, channel, before.bytes)).toMatchObject({ status: 200 })

  // The key is taken away by another process: ours must not go by what it remembers.
  const fresh = await openedChannel({ ...own, device: own.device })
  const last = await fresh.forge()
  const removed = await changeIdentity(changed, [added], NOW, newer)
  const other = clientFor(platform, undefined, platform.another())
  await other.registerIdentity(removed.changes)
  expect(await post(platform.app, fresh, last.bytes)).toMatchObject({
    status: 422,
    answer: { code: 'signature-invalid' },
  })
})

test('every changed byte of a block is refused', async () => {
  const channel = await openedChannel(member)
  const block = await channel.seal()
  const codes = new Map<string, number>()
  const bytes = block.bytes.length
  for (let i = 0; i < bytes; i++) {
    // The body is one hash: some of its bytes stand for all.
    if (i > block.statement.bytes.length + 8 && i % 61 !== 0) continue
    const changed = block.bytes.slice()
    changed[i] = (changed[i] ?? 0) ^ 1
    const { status, answer } = await post(platform.app, channel, changed)
    expect(status, `byte ${i}`).toBeGreaterThanOrEqual(400)
    expect(status, `byte ${i}`).toBeLessThan(500)
    const code = String(answer['code'])
    codes.set(code, (codes.get(code) ?? 0) + 1)
  }
  expect([...codes.keys()].sort()).toEqual([
    'block-malformed',
    'body-mismatch',
    'device-not-paired',
    'signature-invalid',
    'wrong-channel',
  ])
  expect(await post(platform.app, channel, block.bytes)).toMatchObject({ status: 200 })
})

test('a batch is taken up to its first refusal, which names its reason', async () => {
  const channel = await openedChannel(member)
  const [a, b] = [await channel.seal(), await channel.seal()]
  const gap = await channel.forge(undefined, { seq: 9 })
  const after = await channel.seal()
  const partly = await post(platform.app, channel, a.bytes, b.bytes, gap.bytes, after.bytes)
  expect(partly).toMatchObject({
    status: 200,
    answer: {
      taken: 2,
      head: { seq: 1 },
      refusal: { code: 'gap', status: 409, expected: 2, head: toBase64url(b.statement.bytes) },
    },
  })
  expect(partly.answer['acknowledgements']).toHaveLength(2)
  const erased = joinBlock(after.statement.bytes, null)
  const broken = new Uint8Array([0x82, 0xff])
  for (const [bad, code] of [[erased, 'body-mismatch'], [broken, 'block-malformed']] as const) {
    expect((await post(platform.app, channel, b.bytes, bad)).answer).toMatchObject({
      taken: 1,
      refusal: { code },
    })
  }
  const elsewhere = await openedChannel(member)
  expect((await post(platform.app, elsewhere, after.bytes)).answer).toMatchObject({
    code: 'wrong-channel',
  })
})

test('what was accepted is stored as it came: header fields, statement, body', async () => {
  const channel = await openedChannel(member)
  const block = await channel.seal()
  await post(platform.app, channel, block.bytes)
  const [row] = await platform.sql`select * from blocks where channel = ${channel.id}`
  expect(parseStatement(new Uint8Array(row?.['statement'])).signed).toEqual(block.statement.signed)
  expect(new Uint8Array(row?.['body'])).toEqual(block.body)
  expect(new Uint8Array(row?.['id'])).toEqual(block.id)
  const { from, to, sealed } = block.header
  expect([row?.['from_at'], row?.['to_at'], row?.['sealed']].map(Number)).toEqual([
    from,
    to,
    sealed,
  ])
})
