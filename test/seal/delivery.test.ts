import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Bytes } from '../../shared/bytes.ts'
import { acknowledge, parseAcknowledgement } from '../../shared/seal/acknowledgement.ts'
import { type Block, readBlock } from '../../shared/seal/block.ts'
import { parseEpoch } from '../../shared/seal/channel.ts'
import {
  deliver,
  type Delivery,
  type DeliveryOptions,
  type PostAnswer,
} from '../../shared/seal/delivery.ts'
import type { Sealer } from '../../shared/seal/sealer.ts'
import { createPerson, readings, type TestChannel } from '../rig/household.ts'
import { createPeople, NOON, type People, sealerOf } from './model.ts'
import { type ModelPlatform, modelPlatform } from './model-platform.ts'
import { copyStore, emptyStore, modelVault, type Store } from './model-vault.ts'

let people: People
beforeAll(async () => {
  people = await createPeople()
})

let channel: TestChannel
let platform: ModelPlatform
let disk: { store: Store }
let sealer: Sealer
let now: number

beforeEach(async () => {
  now = NOON
  channel = await people.household.openChannel()
  await channel.openChapter()
  platform = await modelPlatform(people.household, people.operator, channel)
  disk = { store: await emptyStore(channel) }
  sealer = open(disk)
})

function open(of: { store: Store }): Sealer {
  return sealerOf(people, modelVault(of, people.wrapping), () => now)
}

const seal = async (by = sealer): Promise<Block> => await by.seal(channel.id, readings(1))

async function send(
  changes: Partial<DeliveryOptions> = {},
  of: { store: Store } = disk,
): Promise<Delivery> {
  return await deliver(channel.id, {
    vault: modelVault(of, people.wrapping),
    sealer: of === disk ? sealer : open(of),
    device: people.household.device.identity,
    operator: people.operator.identity,
    post: platform.post,
    ...changes,
  })
}

const waiting = () => disk.store.entries.filter(({ state }) => state === 'waiting').length

/** A platform that answers as `change` says. */
function answering(
  change: (answer: PostAnswer) => PostAnswer | Promise<PostAnswer>,
): Partial<DeliveryOptions> {
  return { post: async (to, items) => await change(await platform.post(to, items)) }
}

describe('delivery', () => {
  it('sends in order and keeps each acknowledgement with its block', async () => {
    for (let i = 0; i < 5; i++) await seal()
    let done = 0
    expect(await send({ progress: (blocks) => (done += blocks) })).toEqual({ kind: 'delivered' })
    expect(done).toBe(5)
    expect(platform.blocks.map(({ header }) => header.seq)).toEqual([0, 1, 2, 3, 4])
    for (const entry of disk.store.entries) {
      expect(entry.state).toBe('taken')
      if (entry.kind === 'epoch') continue
      const { content } = parseAcknowledgement(entry.acknowledgement ?? new Uint8Array())
      expect(content.block).toEqual((await readBlock(entry.bytes)).id)
    }
  })

  it('sends many in posts of 200 at most', async () => {
    const sizes: number[] = []
    for (let i = 0; i < 250; i++) await seal()
    await send({
      post: (to, items) => {
        sizes.push(items.length)
        return platform.post(to, items)
      },
    })
    expect(sizes).toEqual([200, 51])
    expect(platform.blocks).toHaveLength(250)
  })

  it('waits no longer than timers count to, however long the platform says', async () => {
    await seal()
    const refusal = { code: 'sealed-ahead', retryAfter: 999_999_999 }
    const end = await send({
      post: () => Promise.resolve({ taken: 0, acknowledgements: [], refusal }),
    })
    expect(end).toEqual({ kind: 'wait', seconds: 3600, code: 'sealed-ahead' })
    expect(waiting()).toBe(2)
  })

  it('sends again after a lost answer, and nothing is there twice', async () => {
    await seal()
    platform.trouble = 'answer-lost'
    await expect(send()).rejects.toThrow('terminated')
    expect(waiting()).toBe(2)
    expect(await send()).toEqual({ kind: 'delivered' })
    expect(platform.blocks).toHaveLength(1)
  })

  it('seals again what the platform acknowledged and lost, and keeps the evidence', async () => {
    for (let i = 0; i < 5; i++) {
      await sealer.seal(channel.id, readings(1, { from: NOON + i }))
      if (i === 1) await send()
    }
    await send()
    platform.restore(0.5)
    expect(platform.blocks).toHaveLength(2)
    await sealer.seal(channel.id, readings(1, { from: NOON + 5 }))
    expect(await send()).toEqual({ kind: 'delivered' })
    const { fault, readings: read } = await platform.verify()
    expect(fault).toBeNull()
    expect(read.map(({ at }) => at - NOON)).toEqual([0, 1, 2, 3, 4, 5])
    const evidence = disk.store.entries.filter(({ state, acknowledgement }) =>
      state === 'withdrawn' && acknowledgement !== null
    )
    expect(evidence.map(({ number }) => number)).toEqual([2, 3, 4])
  })

  it('waits when the platform asks to', async () => {
    await seal()
    now += 3600
    await seal()
    expect(await send()).toEqual({ kind: 'wait', seconds: 3000, code: 'sealed-ahead' })
    expect(waiting()).toBe(1)
    platform.now += 3000
    expect(await send()).toEqual({ kind: 'delivered' })
  })

  it('goes on in a new epoch after a block that a copy of the profile sent', async () => {
    await seal()
    const copy = { store: copyStore(disk.store) }
    await seal(open(copy))
    expect(await send({}, copy)).toEqual({ kind: 'delivered' })
    await seal()
    const told: (readonly [number, number])[] = []
    expect(await send({ resealed: (blocks, [seq]) => told.push([blocks, seq]) })).toEqual({
      kind: 'delivered',
    })
    expect(told).toEqual([[1, 1]])
    expect(platform.blocks.map(({ header }) => [header.epoch, header.resealed ?? false])).toEqual([
      [0, false],
      [0, false],
      [1, true],
    ])
  })

  it('goes on in a chapter that begins after another device’s block', async () => {
    // The epoch's number was taken by a copy of this profile that never sent a block.
    const { device } = await people.household.addDevice()
    await channel.openEpoch()
    const last = await channel.seal()
    disk.store.records = disk.store.records.map((record) => ({
      ...record,
      chapter: 1,
      head: [last.header.seq, last.id] as const,
    }))
    await seal()
    let posts = 0
    const answer = await send({
      device: device.identity,
      post: () => {
        posts++
        const refusal = { code: 'epoch-taken', head: last.statement.bytes, epoch: 4 }
        return Promise.resolve({
          taken: 0,
          acknowledgements: [],
          refusal: posts === 1 ? refusal : { code: 'done' },
        })
      },
    })
    expect(answer).toEqual({ kind: 'stopped', code: 'done' })
    expect(disk.store.records[0]).toMatchObject({ epoch: 5, head: [1, expect.anything()] })
  })
})

describe('delivery stops', () => {
  const stopped = (code: string) => ({ kind: 'stopped', code })

  it.for<[string, (bytes: Bytes) => Promise<Bytes[]> | Bytes[]]>([
    ['by nobody we know', async () => {
      const stranger = await createPerson('operator', NOON)
      const [block] = platform.blocks
      if (block === undefined) throw new Error('No block')
      const content = { block: block.id, channel: channel.id, seq: 0, accepted: 0, log: 0 }
      return [await acknowledge(content, stranger.signer)]
    }],
    ['of another block', async () => [
      await acknowledge(
        { block: new Uint8Array(32), channel: channel.id, seq: 0, accepted: 0, log: 0 },
        people.operator.signer,
      ),
    ]],
    ['of another channel', async () => [
      await acknowledge(
        {
          block: platform.blocks[0]?.id ?? new Uint8Array(32),
          channel: new Uint8Array(16),
          seq: 0,
          accepted: 0,
          log: 0,
        },
        people.operator.signer,
      ),
    ]],
    ['of another place', async () => [
      await acknowledge(
        {
          block: platform.blocks[0]?.id ?? new Uint8Array(32),
          channel: channel.id,
          seq: 1,
          accepted: 0,
          log: 0,
        },
        people.operator.signer,
      ),
    ]],
    [
      'with a byte changed',
      (bytes) => [bytes.map((byte, at) => at === bytes.length - 1 ? byte ^ 1 : byte)],
    ],
    ['that is none', () => [new Uint8Array([1, 2, 3])]],
    ['that is another statement', () => [channel.opening.statement.bytes]],
    ['that is missing', () => []],
  ])('at an acknowledgement %s', async ([, forge]) => {
    await seal()
    const answer = answering(async ({ taken, acknowledgements, refusal }) => ({
      taken,
      acknowledgements: await forge(acknowledgements[0] ?? new Uint8Array()),
      refusal,
    }))
    expect(await send(answer)).toEqual(stopped('acknowledgement-invalid'))
    expect(waiting(), 'nothing counts as taken').toBe(2)
    expect(await send(), 'an honest platform may come back').toEqual({ kind: 'delivered' })
  })

  it('at a head that this device did not sign', async () => {
    const { household } = people
    const stranger = await createPerson('device', NOON)
    await seal()
    await channel.openEpoch()
    const theirs = await channel.forge(readings(1), { seq: 7, by: stranger.signer })
    const inOurName = await channel.forge(readings(1), {
      seq: 7,
      by: { ...stranger.signer, identity: household.device.identity.id },
    })
    const closed = await channel.forge(readings(1), { seq: 7, chapter: 3 })
    const elsewhere = await channel.forge(readings(1), { seq: 7, channel: new Uint8Array(16) })
    for (
      const head of [
        theirs.statement.bytes,
        inOurName.statement.bytes,
        closed.statement.bytes,
        elsewhere.statement.bytes,
        new Uint8Array([1]),
        channel.opening.statement.bytes,
      ]
    ) {
      const refusing = {
        post: () =>
          Promise.resolve({
            taken: 0,
            acknowledgements: [],
            refusal: { code: 'fork', head, epoch: 0 },
          }),
      }
      // A later chapter is another device's: that is told as such.
      const why = head === closed.statement.bytes ? 'chapter-closed' : 'head-not-ours'
      expect(await send(refusing)).toEqual(stopped(why))
    }
    expect(waiting(), 'nothing was sealed again').toBe(2)
  })

  it('when the platform does not say where it stands, or for another reason', async () => {
    await seal()
    const refusing = (refusal: PostAnswer['refusal']) => ({
      post: () => Promise.resolve({ taken: 0, acknowledgements: [], refusal }),
    })
    expect(await send(refusing({ code: 'fork' }))).toEqual(stopped('fork'))
    expect(await send(refusing({ code: 'gap', head: null }))).toEqual(stopped('gap'))
    expect(await send(refusing({ code: 'gap', epoch: 0 }))).toEqual(stopped('head-not-ours'))
    expect(await send(refusing({ code: 'chapter-closed', head: null, epoch: 0 }))).toEqual(
      stopped('chapter-closed'),
    )
    expect(await send(refusing(null))).toEqual(stopped('nothing-taken'))
    expect(waiting()).toBe(2)
  })

  it('and waits when a head is claimed again after all was sealed behind it', async () => {
    await seal()
    let posts = 0
    const refusing = {
      post: () => {
        posts++
        return Promise.resolve({
          taken: 0,
          acknowledgements: [],
          refusal: { code: 'wrong-epoch', head: null, epoch: posts },
        })
      },
    }
    expect(await send(refusing)).toEqual({ kind: 'wait', seconds: 60, code: 'wrong-epoch' })
    expect(posts, 'sealed again once').toBe(2)
    expect(waiting()).toBe(2)
  })

  it('and waits when an older head is claimed after all was sealed behind one', async () => {
    await seal()
    await channel.openEpoch()
    const heads = [await channel.forge(readings(1), { seq: 7 }), await channel.seal()]
    let posts = 0
    const refusing = {
      post: () => {
        const head = heads[posts++]?.statement.bytes ?? null
        const refusal = { code: 'fork', head, epoch: posts }
        return Promise.resolve({ taken: 0, acknowledgements: [], refusal })
      },
    }
    expect(await send(refusing)).toMatchObject({ kind: 'wait', code: 'fork' })
    expect(posts, 'sealed again once').toBe(2)
  })

  it('after five heads that are none in the end', async () => {
    await seal()
    await channel.openEpoch()
    let posts = 0
    const refusing = {
      post: async () => {
        const head = await channel.forge(readings(1), { seq: 10 * ++posts })
        const refusal = { code: 'fork', head: head.statement.bytes, epoch: posts }
        return { taken: 0, acknowledgements: [], refusal }
      },
    }
    expect(await send(refusing)).toEqual(stopped('fork'))
    expect(posts).toBe(6)
    expect(waiting()).toBe(2)
  })
})

describe('wraps', () => {
  it('are sent by themselves, behind the opening of their epoch and before what follows', async () => {
    const given: Bytes[] = []
    const giving = sealerOf(people, modelVault(disk, people.wrapping), () => now, {
      recipients: {
        of: async () => [...given],
        wrap: async ({ epoch }) => new Uint8Array([epoch]),
      },
    })
    await seal(giving)
    given.push(new Uint8Array([1]))
    await seal(giving)
    const posts: string[] = []
    const parts = () => disk.store.entries.filter(({ state }) => state === 'waiting')
    const end = await send({
      sealer: giving,
      post: async (to, items) => {
        posts.push(...parts().slice(0, items.length).map(({ kind, number }) => `${kind} ${number}`))
        return await platform.post(to, items)
      },
      postWraps: async (batches) => {
        posts.push(...batches.map(([epoch]) => `batch ${epoch}`))
        return { taken: batches.length, acknowledgements: [], refusal: null }
      },
    })
    expect(end).toEqual({ kind: 'delivered' })
    expect(posts).toEqual(['epoch 0', 'batch 0', 'block 0', 'epoch 1', 'batch 1', 'block 1'])
    expect(waiting()).toBe(0)
  })
})

describe('an epoch sealed to a key that the owner has taken back', () => {
  /** A platform of an owner whose sealing key has another index now. */
  const since = (index: number) => ({
    post: async (to: Bytes, items: readonly Bytes[]): Promise<PostAnswer> => {
      const old = items.findIndex((item) =>
        item[0] === 0x84 && parseEpoch(item).content.ownerKey !== index
      )
      if (old === -1) return await platform.post(to, items)
      const answer = await platform.post(to, items.slice(0, old))
      const head = platform.blocks.at(-1)?.statement.bytes ?? null
      const epoch = platform.epochs.length - 1
      return { ...answer, refusal: { code: 'epoch-key-unknown', head, epoch } }
    },
  })
  const key = (index: number) => ({ index, ...people.household.owner.sealing })

  it('is sealed again to the newest one, with all that waits in it', async () => {
    await seal()
    await seal()
    const asked = { ...since(5), ownerKey: () => Promise.resolve(key(5)) }
    expect(await send(asked)).toEqual({ kind: 'delivered' })
    expect(platform.epochs.map(({ content }) => content.ownerKey)).toEqual([5])
    expect(platform.blocks.map(({ header }) => [header.seq, header.resealed])).toEqual([
      [0, true],
      [1, true],
    ])
    // What is sealed from then on needs nobody to be asked.
    platform.now = now += 86_400
    await seal()
    expect(await send(since(5))).toEqual({ kind: 'delivered' })
    expect(platform.epochs.at(-1)?.content.ownerKey).toBe(5)
  })

  it('stops delivery where no newer key is known, and waits', async () => {
    await seal()
    const stopped = { kind: 'stopped', code: 'epoch-key-unknown' }
    expect(await send(since(5))).toEqual(stopped)
    expect(await send({ ...since(5), ownerKey: () => Promise.resolve(null) })).toEqual(stopped)
    expect(waiting()).toBe(2)
  })
})
