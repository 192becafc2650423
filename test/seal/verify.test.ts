import { beforeAll, describe, expect, it } from 'vitest'
import type { Bytes } from '../../shared/bytes.ts'
import { pair } from '../../shared/identity/pairing.ts'
import { type Block, sealBlock } from '../../shared/seal/block.ts'
import { makeBundle, verifyBundle } from '../../shared/seal/bundle.ts'
import { type BlockRef, openChannel, openChapter, openEpoch } from '../../shared/seal/channel.ts'
import {
  type ChannelEvidence,
  createChannelVerifier,
  type Fault,
  type VerifyOptions,
} from '../../shared/seal/verify.ts'
import { createHousehold, createPerson, readings } from '../rig/household.ts'
import { type LongChannel, longChannel, NOON } from './evidence.ts'

let long: LongChannel
beforeAll(async () => {
  long = await longChannel()
})

async function walk(
  blocks: readonly Block[],
  evidence: ChannelEvidence = long.evidence,
  options: VerifyOptions = { epochKey: long.epochKey },
): Promise<Fault | null> {
  const verifier = await createChannelVerifier(evidence, options)
  for (const block of blocks) await verifier.add(block)
  return verifier.fault()
}

/** The chain with another block at one place. */
function exchanged(seq: number, block: Block): Block[] {
  return long.blocks.map((one, at) => at === seq ? block : one)
}

describe('the verifier', () => {
  it('walks chapters, epochs, resealed blocks, gaps and a new key of the device', async () => {
    const verifier = await createChannelVerifier(long.evidence, { epochKey: long.epochKey })
    for (const block of long.blocks) expect(await verifier.add(block)).toBeNull()
    const { counts, head, chapter, epoch } = verifier.checkpoint()
    expect(counts).toMatchObject({
      blocks: 9,
      readings: 27,
      opened: 8,
      erased: 1,
      resealed: 1,
      clockSteps: 1,
      from: NOON,
      to: NOON + 3600 + 8 * 60 + 40,
      gaps: [{ from: NOON + 5 * 60 + 40, to: NOON + 3600 + 6 * 60 }],
    })
    expect([head[0], chapter, epoch]).toEqual([8, 2, 3])
  })

  it('comes to the same when it goes on from any block', async () => {
    const whole = await createChannelVerifier(long.evidence, { epochKey: long.epochKey })
    for (const block of long.blocks) await whole.add(block)
    for (let at = 0; at <= long.blocks.length; at++) {
      const first = await createChannelVerifier(long.evidence, { epochKey: long.epochKey })
      for (const block of long.blocks.slice(0, at)) await first.add(block)
      const resume = structuredClone(first.checkpoint())
      const opened: number[] = []
      const rest = await createChannelVerifier(long.evidence, {
        epochKey: long.epochKey,
        opened: (block) => opened.push(block.header.seq),
        ...(at === 0 ? {} : { resume }),
      })
      for (const block of long.blocks.slice(at)) expect(await rest.add(block)).toBeNull()
      expect(rest.checkpoint()).toEqual(whole.checkpoint())
      expect(opened).toEqual([0, 1, 2, 3, 4, 5, 7, 8].filter((seq) => seq >= at))
    }
  })

  it('checks nothing more after a fault, and stays where it was', async () => {
    const verifier = await createChannelVerifier(long.evidence)
    const [zero, , two] = long.blocks
    if (zero === undefined || two === undefined) throw new Error('No blocks')
    await verifier.add(zero)
    const before = verifier.checkpoint()
    const fault = await verifier.add(two)
    expect(fault).toEqual({ seq: 2, reason: 'block-missing' })
    for (const block of long.blocks) expect(await verifier.add(block)).toBe(fault)
    expect(verifier.checkpoint()).toEqual(before)
  })

  const forgeries: [string, Fault, (long: LongChannel) => Promise<Block[]>][] = [
    [
      'a block left out',
      { seq: 4, reason: 'block-missing' },
      async ({ blocks }) => await Promise.resolve(blocks.filter((_, seq) => seq !== 3)),
    ],
    [
      'a block twice',
      { seq: 2, reason: 'block-does-not-follow' },
      async ({ blocks }) => await Promise.resolve([...blocks.slice(0, 3), ...blocks.slice(2)]),
    ],
    [
      'two blocks exchanged',
      { seq: 2, reason: 'block-missing' },
      async ({ blocks }) =>
        await Promise.resolve([blocks[0], blocks[2], blocks[1]].filter((one) => one !== undefined)),
    ],
    [
      'another block in its place',
      { seq: 2, reason: 'block-does-not-follow' },
      async (long) => exchanged(1, await long.forge(1)),
    ],
    [
      'a block that follows nothing',
      { seq: 3, reason: 'block-does-not-follow' },
      async (long) => exchanged(3, await long.forge(3, { prev: new Uint8Array(32) })),
    ],
    [
      'a block of another channel',
      { seq: 1, reason: 'block-of-other-channel' },
      async (long) => exchanged(1, await long.forge(1, { channel: new Uint8Array(16) })),
    ],
    [
      'a block by another device',
      { seq: 1, reason: 'block-of-other-device' },
      async (long) => exchanged(1, await long.forge(1, { by: long.stranger.signer })),
    ],
    [
      'a block in another’s name',
      { seq: 1, reason: 'signature-does-not-hold' },
      async (long) =>
        exchanged(
          1,
          await long.forge(1, {
            by: { ...long.stranger.signer, identity: long.household.device.identity.id },
          }),
        ),
    ],
    [
      'a block of a key never had',
      { seq: 4, reason: 'signature-does-not-hold' },
      async (long) =>
        exchanged(4, await long.forge(4, { by: { ...long.household.device.signer, index: 9 } })),
    ],
    [
      'an older key',
      { seq: 4, reason: 'key-index-fell' },
      async (long) => exchanged(4, await long.forge(4, { by: long.household.device.signer })),
    ],
    [
      'an epoch before',
      { seq: 4, reason: 'block-of-unknown-epoch' },
      async (long) => exchanged(4, await long.forge(4, { epoch: 0 })),
    ],
    [
      'an epoch of a later chapter',
      { seq: 4, reason: 'block-of-unknown-epoch' },
      async (long) => exchanged(4, await long.forge(4, { epoch: 2 })),
    ],
    [
      'an epoch of an older chapter',
      { seq: 5, reason: 'block-of-unknown-epoch' },
      async (long) => exchanged(5, await long.forge(5, { epoch: 1 })),
    ],
    [
      'a chapter before',
      { seq: 5, reason: 'block-of-closed-chapter' },
      async (long) => exchanged(5, await long.forge(5, { chapter: 0 })),
    ],
    [
      'a chapter never opened',
      { seq: 8, reason: 'block-of-unknown-chapter' },
      async (long) => exchanged(8, await long.forge(8, { chapter: 3 })),
    ],
    [
      'a chapter begun too early',
      { seq: 6, reason: 'chapter-does-not-continue' },
      async (long) => exchanged(6, await long.forge(6, { chapter: 2 })),
    ],
    ['a body under another key', { seq: 1, reason: 'key-does-not-open' }, async (long) => {
      const [{ key } = { key: null }] = (await longChannel()).channel.epochs
      if (key === null) throw new Error('No epoch')
      return exchanged(1, await sealedUnder(long, key))
    }],
    ['another meter', { seq: 1, reason: 'meter-changed' }, async (long) => {
      const [zero] = long.blocks
      const other = readings(1, { from: NOON + 60, meter: 'other' })
      const block = await long.channel.forge(other, {
        seq: 1,
        prev: zero?.id ?? new Uint8Array(32),
        chapter: 0,
        epoch: 0,
        by: long.household.device.signer,
      })
      return exchanged(1, block)
    }],
  ]

  it.for(forgeries)('names the first bad block and why: %s', async ([, fault, forge]) => {
    expect(await walk(await forge(long))).toEqual(fault)
  })

  it('tells another meter also when it goes on from the block before', async () => {
    const [zero] = long.blocks
    if (zero === undefined) throw new Error('No blocks')
    const first = await createChannelVerifier(long.evidence, { epochKey: long.epochKey })
    await first.add(zero)
    const other = await long.channel.forge(readings(1, { meter: 'other' }), {
      seq: 1,
      prev: zero.id,
      chapter: 0,
      epoch: 0,
      by: long.household.device.signer,
    })
    const options = { epochKey: long.epochKey, resume: first.checkpoint() }
    expect(await walk([other], long.evidence, options)).toEqual({ seq: 1, reason: 'meter-changed' })
  })

  it('opens nothing and finds the same faults without keys', async () => {
    expect(await walk(long.blocks, long.evidence, {})).toBeNull()
    expect(await walk(exchanged(1, await long.forge(1)), long.evidence, {})).toEqual({
      seq: 2,
      reason: 'block-does-not-follow',
    })
  })
})

/** A block at place 1 whose body is under a key that is not its epoch's. */
async function sealedUnder(long: LongChannel, epochKey: CryptoKey): Promise<Block> {
  const [zero] = long.blocks
  return await sealBlock(
    readings(1, { from: NOON + 60 }),
    {
      channel: long.channel.id,
      chapter: 0,
      epoch: 0,
      epochKey,
      seq: 1,
      prev: zero?.id ?? new Uint8Array(32),
    },
    long.household.device.signer,
    crypto.getRandomValues(new Uint8Array(16)),
    NOON,
  )
}

describe('what comes before all blocks', () => {
  const without = (change: Partial<ChannelEvidence>) => ({ ...long.evidence, ...change })

  async function reasonOf(change: Partial<ChannelEvidence>): Promise<string | undefined> {
    const fault = await walk(long.blocks, without(change))
    expect(fault?.seq).toBeNull()
    return fault?.reason
  }

  it('has to be signed by who it names, in order, and paired', async () => {
    const { evidence, household, stranger, channel } = long
    const { chapters, epochs, identities, opening } = evidence
    const by = stranger.signer
    expect(await reasonOf({ opening: await openChannel(opening.content, by) })).toBe(
      'opening-not-signed',
    )
    expect(await reasonOf({ identities: identities.slice(1) })).toBe('opening-not-signed')
    expect(await reasonOf({ chapters: chapters.toReversed() })).toBe('chapter-out-of-order')
    const [chapter, ...otherChapters] = chapters
    const [epoch, ...otherEpochs] = epochs
    if (chapter === undefined || epoch === undefined) throw new Error('No evidence')
    expect(
      await reasonOf({
        chapters: [
          await openChapter(chapter.content, household.device.signer),
          ...otherChapters,
        ],
      }),
    ).toBe('chapter-not-signed')
    expect(
      await reasonOf({
        chapters: [
          await openChapter(
            { ...chapter.content, channel: new Uint8Array(16) },
            household.owner.signer,
          ),
          ...otherChapters,
        ],
      }),
    ).toBe('chapter-out-of-order')
    expect(await reasonOf({ pairings: (evidence.pairings ?? []).slice(1) })).toBe(
      'device-not-paired',
    )
    const forged = await pair(
      { ...stranger.signer, identity: household.owner.identity.id },
      household.device.signer,
      NOON,
    )
    expect(await reasonOf({ pairings: [forged, ...(evidence.pairings ?? []).slice(1)] })).toBe(
      'device-not-paired',
    )
    expect(await reasonOf({ epochs: epochs.toReversed() })).toBe('epoch-out-of-order')
    expect(await reasonOf({ epochs: otherEpochs })).toBe('epoch-out-of-order')
    expect(await reasonOf({ epochs: [await openEpoch(epoch.content, by), ...otherEpochs] })).toBe(
      'epoch-not-signed',
    )
    expect(channel.epochs).toHaveLength(4)
  })

  it('has to be of an owner: no other kind opens a channel', async () => {
    const node = await createPerson('node', NOON)
    const content = { ...long.evidence.opening.content, owner: node.identity.id }
    const opening = await openChannel(content, node.signer)
    expect(await walk([], without({ opening, identities: [node.identity] }))).toEqual({
      seq: null,
      reason: 'opening-not-signed',
    })
  })
})

describe('chapters that nobody has written yet', () => {
  async function channelWith(after: (head: BlockRef) => BlockRef) {
    const household = await createHousehold({ now: 1_763_000_000 })
    const channel = await household.openChannel()
    await channel.openChapter()
    await channel.openEpoch()
    await channel.seal()
    await channel.seal()
    await channel.openChapter({ after: [...after(channel.head())] })
    const { owner, device, pairing } = household
    return {
      household,
      channel,
      bundle: await makeBundle(
        {
          identities: [owner.identity.changes, device.identity.changes],
          pairings: [pairing.bytes],
          opening: channel.opening.statement.bytes,
          chapters: channel.chapters.map(({ statement }) => statement.bytes),
          epochs: channel.epochs.map(({ opened }) => opened.statement.bytes),
          blocks: channel.blocks.map(({ bytes }) => bytes),
          acknowledgements: channel.blocks.map(() => null),
          keys: null,
        },
        owner.signer,
        1_763_000_000,
      ),
    }
  }

  it('hold when they go on after the last block, and only then', async () => {
    const good = await channelWith((head) => head)
    expect((await verifyBundle(good.bundle)).fault).toBe(null)
    const other = await channelWith(([seq]) => [seq, new Uint8Array(32)])
    expect((await verifyBundle(other.bundle)).fault).toEqual({
      seq: null,
      reason: 'chapter-does-not-continue',
    })
    const further = await channelWith(([seq, id]) => [seq + 1, id])
    expect((await verifyBundle(further.bundle)).fault).toEqual({ seq: 2, reason: 'block-missing' })
  })

  it('cost no more for the pairings beside them', async () => {
    const { household, channel } = await channelWith((head) => head)
    const { owner, device, pairing } = household
    for (let i = 0; i < 20; i++) await channel.openChapter()
    let checks = 0
    const counted = new Map([...device.identity.verifiers].map(([index, key]) => [index, {
      ...key,
      verify: (signature: Bytes, message: Bytes) => {
        checks++
        return key.verify(signature, message)
      },
    }]))
    const wrong = { ...device.signer, sign: () => Promise.resolve(new Uint8Array(64).fill(1)) }
    const broken = await Promise.all(
      Array.from({ length: 20 }, (_, i) => pair(owner.signer, wrong, i)),
    )
    const verifier = await createChannelVerifier({
      identities: [owner.identity, { ...device.identity, verifiers: counted }],
      pairings: [...broken, pairing],
      opening: channel.opening,
      chapters: channel.chapters,
      epochs: channel.epochs.map(({ opened }) => opened),
    })
    expect(verifier.fault()).toBe(null)
    expect(checks).toBe(20 + 1 + 1) // each pairing once, and the epoch
  })
})
