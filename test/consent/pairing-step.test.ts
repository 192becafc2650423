/**
 * The steps of a pairing: for whom a device wraps, as its owner tells it and nobody else can.
 *
 * @module
 */
import { assert, asyncProperty, nat } from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { Bytes } from '../../shared/bytes.ts'
import {
  checkPairingStep,
  type DeviceRecipient,
  encodeRecipients,
  makePairingStep,
  openPairingStep,
  openRecipients,
  type PairingHead,
  PairingStepError,
  parsePairingStep,
} from '../../shared/consent/pairing-step.ts'
import { changeIdentity } from '../../shared/identity/identity.ts'
import { generateSealingKey, generateSigningKey, signer } from '../../shared/identity/keys.ts'
import { signProtected, StatementError, statementId } from '../../shared/identity/statement.ts'
import { createHousehold, createPerson, type Device, type Household } from '../rig/household.ts'

const NOW = 1_780_000_000
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

let household: Household
let device: Device
let begun: PairingHead
let seen: Bytes

beforeAll(async () => {
  household = await createHousehold({ now: NOW })
  device = household.device
  begun = { step: 0, id: await statementId(household.pairing.statements[0]) }
  seen = random(32)
})

function recipient(): DeviceRecipient {
  const channels = [random(16), random(16)]
  return { grant: random(16), key: random(32), channels, history: NOW, until: NOW + 86_400 }
}

async function told(recipients: readonly DeviceRecipient[], after = begun) {
  const { owner } = household
  return await makePairingStep(owner.signer, device.identity, after, recipients, seen, NOW)
}

test('the device learns for whom to wrap, step by step', async () => {
  const recipients = [recipient(), recipient(), recipient()]
  const first = await told(recipients)
  const { owner } = household
  const head = await checkPairingStep(begun, first, owner.identity, device.identity.id)
  const opened = await openRecipients(first.content, device.sealing)
  expect(encodeRecipients(opened)).toEqual(encodeRecipients(recipients))
  expect(opened).toHaveLength(3)

  const second = await told(recipients.slice(1), head)
  await checkPairingStep(head, second, owner.identity, device.identity.id)
  expect(await openRecipients(second.content, device.sealing)).toHaveLength(2)
})

test('the same recipients in any order are the same list, and other keys are another', async () => {
  const [a, b] = [recipient(), recipient()]
  const { list } = (await told([a, b])).content
  expect((await told([b, a])).content.list).toEqual(list)
  expect((await told([a, { ...b, key: random(32) }])).content.list).not.toEqual(list)
})

test('a step that is left out, comes again or stands elsewhere does not follow', async () => {
  const first = await told([recipient()])
  const head = { step: 1, id: await statementId(first.statement) }
  const second = await told([], head)
  const check = (at: PairingHead, step: typeof first) =>
    checkPairingStep(at, step, household.owner.identity, device.identity.id)
  await expect(check(begun, second)).rejects.toThrow('does not follow')
  await expect(check(head, first)).rejects.toThrow('does not follow')
  await expect(check({ step: 1, id: random(32) }, second)).rejects.toThrow('does not follow')
})

test('nobody but the owner, with a key that it still has, says it', async () => {
  const { owner } = household
  const { content } = await told([recipient()])
  const stranger = await createPerson('node', NOW)
  const check = (identity = owner.identity) => async (by: typeof stranger.signer) =>
    await checkPairingStep(
      begun,
      await openPairingStep(content, by),
      identity,
      device.identity.id,
    )
  await expect(check()(stranger.signer)).rejects.toThrow('not signed by the owner')
  await expect(check()(device.signer)).rejects.toThrow('not signed by the owner')

  const newer = await generateSigningKey()
  const { nextIndex: index } = owner.identity
  const key = { index, algorithm: newer.algorithm, publicKey: newer.publicKey, purpose: 'sign' }
  const keys = [...owner.identity.keys.filter(({ index }) => index !== 0), key] as const
  const changed = await changeIdentity(
    owner.identity,
    keys as typeof owner.identity.keys, // the purpose is one of them
    NOW,
    owner.signer,
  )
  await expect(check(changed)(owner.signer)).rejects.toThrow('not signed by the owner')
  await check(changed)(signer(owner.identity.id, index, newer))
})

test('a step of another device or owner is none of this pairing', async () => {
  const other = await createHousehold({ now: NOW })
  const { owner } = household
  const toOther = await makePairingStep(
    owner.signer,
    other.device.identity,
    begun,
    [],
    seen,
    NOW,
  )
  const ofOther = await makePairingStep(
    other.owner.signer,
    device.identity,
    begun,
    [],
    seen,
    NOW,
  )
  for (const step of [toOther, ofOther]) {
    await expect(checkPairingStep(begun, step, owner.identity, device.identity.id))
      .rejects.toThrow('another pairing')
  }
})

test('only the device opens it, and only where it was sealed to', async () => {
  const { content } = await told([recipient()])
  const other = await generateSealingKey()
  await expect(openRecipients(content, other)).rejects.toThrow(PairingStepError)
  for (
    const moved of [
      { step: 2 },
      { prev: random(32) },
      { seen: random(32) },
      { owner: random(32) },
      { device: random(32) },
      { list: random(32) },
    ]
  ) {
    await expect(openRecipients({ ...content, ...moved }, device.sealing))
      .rejects.toThrow('do not open')
  }
})

test('a device without a sealing key, and more recipients than it can have, are told', async () => {
  const without = await createPerson('device', NOW)
  const { signer: by } = household.owner
  await expect(makePairingStep(by, without.identity, begun, [], seen, NOW))
    .rejects.toThrow('no sealing key')
  const many = Array.from({ length: 501 }, recipient)
  await expect(told(many)).rejects.toThrow('500 grants at most')
})

test('five hundred recipients fit into a step', async () => {
  const step = await told(Array.from({ length: 500 }, recipient))
  const parsed = parsePairingStep(step.statement.bytes)
  expect(await openRecipients(parsed.content, device.sealing)).toHaveLength(500)
})

test('no flipped bit is taken', async () => {
  const { statement } = await told([recipient()])
  const flipped = nat(statement.bytes.length * 8 - 1)
  await assert(asyncProperty(flipped, async (bit) => {
    const bytes = statement.bytes.slice()
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const taken = async () => {
      const step = parsePairingStep(bytes)
      await checkPairingStep(begun, step, household.owner.identity, device.identity.id)
    }
    await expect(taken()).rejects.toThrow(Error)
  }))
})

test('what is no list of recipients is refused, though the owner signed it', async () => {
  const { content, statement } = await told([recipient()])
  const short = await signProtected(
    statement.protected,
    statement.payload.slice(0, -1),
    household.owner.signer,
  )
  expect(() => parsePairingStep(short.bytes)).toThrow(Error)
  const huge = { ...content, sealed: new Uint8Array(60 * 1024 + 1) }
  await expect(openPairingStep(huge, household.owner.signer)).rejects.toThrow(StatementError)
})
