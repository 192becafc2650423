/** Before the owner signs what a chapter goes on after, the platform's head is checked. */
import { beforeEach, describe, expect, test } from 'vitest'
import { isUnverifiable, verifiedHead } from '../../pwa/proof-run/verified-head.ts'
import { ApiProblem, type Client, createClient, type HeadInfo } from '../../shared/api/client.ts'
import type { Bytes } from '../../shared/bytes.ts'
import type { Identity } from '../../shared/identity/identity.ts'
import {
  createHousehold,
  createPerson,
  type Household,
  type TestChannel,
} from '../rig/household.ts'

const NOW = 1_773_144_000

let household: Household
let channel: TestChannel
let others: Identity[]
/** What the platform says of the head instead of the truth. */
let lie: Partial<HeadInfo>

beforeEach(async () => {
  household = await createHousehold({ now: NOW })
  channel = await household.openChannel()
  await channel.openChapter()
  others = []
  lie = {}
})

function platform(): Client {
  const [seq, id] = channel.head()
  const told = { seq, id, ...lie }
  const { owner, device } = household
  const identities = [owner.identity, device.identity, ...others]
  const client = createClient({
    url: 'https://kilowit.test',
    fetch: () => Promise.reject(new TypeError('Not asked for')),
    now: () => NOW,
  })
  return {
    ...client,
    channel: () =>
      Promise.resolve({
        channel: channel.id,
        opening: channel.opening.statement.bytes,
        chapters: channel.chapters.map(({ statement }) => statement.bytes),
        head: { seq: told.seq, id: told.id },
        epoch: channel.epochs.length - 1,
        updated: NOW,
      }),
    head: () =>
      Promise.resolve({
        chapter: channel.chapters.length - 1,
        epoch: channel.epochs.length - 1,
        accepted: NOW,
        statement: channel.blocks.at(-1)?.statement.bytes ?? null,
        ...told,
      }),
    epochs: async function* () {
      for (const { opened } of channel.epochs) yield opened.statement.bytes
    },
    pairings: () => Promise.resolve([household.pairing.bytes]),
    identity: (id: Bytes) => {
      const found = identities.find((one) => one.id.join() === id.join())
      if (found === undefined) throw new ApiProblem(404, null, null, 'Not known')
      return Promise.resolve({ id, kind: found.kind, changes: [...found.changes] })
    },
  }
}

async function look() {
  const { owner, device } = household
  const sealing = { index: 2, ...owner.sealing }
  const self = { owner: { identity: owner.identity, signer: owner.signer, sealing }, device }
  return await verifiedHead(platform(), self, channel.id)
}

test('an empty channel stands at its opening, and at nothing else', async () => {
  expect(await look()).toMatchObject({ head: channel.head(), epoch: -1 })
  lie = { id: new Uint8Array(32) }
  expect(await look()).toBeNull()
  lie = { seq: 4 }
  expect(await look()).toBeNull()
})

describe('a channel with blocks', () => {
  beforeEach(async () => {
    await channel.openEpoch()
    await channel.seal()
    await channel.seal()
  })

  test('stands at the block that its device signed', async () => {
    expect(await look()).toMatchObject({ head: channel.head(), epoch: 0 })
  })

  test('does not stand where only the platform says so', async () => {
    const [first, second] = channel.blocks
    if (first === undefined || second === undefined) throw new TypeError('No blocks')
    const told = ({ id, header, statement }: typeof first) => ({
      id,
      seq: header.seq,
      statement: statement.bytes,
    })
    const stranger = await createPerson('device', NOW)
    const inOurName = { ...stranger.signer, identity: household.device.identity.id }
    const lies: Partial<HeadInfo>[] = [
      { id: new Uint8Array(32) },
      { id: first.id },
      { seq: 7 },
      { statement: null },
      { statement: null, seq: -1, id: channel.opening.statement.signed.slice(0, 32) },
      { statement: new Uint8Array([1, 2, 3]) },
      told(await channel.forge(undefined, { seq: 9, by: stranger.signer })),
      told(await channel.forge(undefined, { seq: 9, by: inOurName })),
      told(await channel.forge(undefined, { seq: 9, chapter: 1 })),
      told(await channel.forge(undefined, { seq: 9, channel: new Uint8Array(16) })),
    ]
    for (const one of lies) {
      lie = one
      expect(await look()).toBeNull()
    }
  })

  test('does not stand before the block that its next chapter goes on after', async () => {
    const [first] = channel.blocks
    if (first === undefined) throw new TypeError('No block')
    await channel.openChapter()
    expect(await look()).not.toBeNull()
    lie = { seq: 0, id: first.id, statement: first.statement.bytes }
    expect(await look()).toBeNull()
  })

  test('does not stand in a chapter of a device that the owner has not paired', async () => {
    const stranger = await createPerson('device', NOW)
    others = [stranger.identity]
    await channel.openChapter({}, stranger)
    await channel.openEpoch()
    await channel.seal()
    expect(await look()).toBeNull()
  })

  test('is nobody else’s to look at', async () => {
    const { owner } = await createHousehold({ now: NOW })
    household = { ...household, owner }
    expect(await look()).toBeNull()
  })
})

test('an answer that is not the platform’s own breaks no seal', async () => {
  const wrong = createClient({
    url: 'https://kilowit.test',
    fetch: () => Promise.resolve(new Response('<h1>Not here</h1>', { status: 404 })),
    now: () => NOW,
    signer: household.owner.signer,
    retries: 0,
  })
  const error: unknown = await wrong.channel(channel.id).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(ApiProblem)
  expect(isUnverifiable(error)).toBe(false)
})
