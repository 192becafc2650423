/** A bundle holds by itself, and says who signed it; nothing of it can be another. */
import { beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, concat } from '../../shared/bytes.ts'
import { CborError, encode, splitArray } from '../../shared/cbor.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { acknowledge } from '../../shared/seal/acknowledgement.ts'
import { joinBlock } from '../../shared/seal/block.ts'
import { type BundleContents, makeBundle, verifyBundle } from '../../shared/seal/bundle.ts'
import { createHousehold } from '../rig/household.ts'
import { type LongChannel, longChannel, NOON } from './evidence.ts'

let long: LongChannel
beforeAll(async () => {
  long = await longChannel()
})

describe('a bundle', () => {
  it('holds, with keys and without', async () => {
    const seen: Reading[] = []
    const report = await verifyBundle(await long.bundle(), {
      opened: (_, opened) => seen.push(...opened),
    })
    expect(report).toMatchObject({
      fault: null,
      readable: true,
      chapters: [{ reason: 'first' }, { reason: 'device-replaced' }, { reason: 'restored' }],
      epochs: 4,
      acknowledged: 8,
      made: NOON,
      signedBy: long.household.owner.identity.id,
      operators: [long.operator.identity.id],
      counts: { blocks: 9, opened: 8 },
    })
    expect(seen).toHaveLength(24)
    const keyless = await verifyBundle(await long.bundle({}, false))
    expect(keyless).toMatchObject({ fault: null, readable: false, counts: { opened: 0 } })
  })

  const damages: [
    string,
    { seq: number | null; reason: string },
    (
      contents: BundleContents,
    ) => Promise<Partial<BundleContents>> | Partial<BundleContents>,
  ][] = [
    ['a block left out', { seq: 4, reason: 'block-missing' }, ({ blocks, acknowledgements }) => ({
      blocks: blocks.filter((_, i) => i !== 3),
      acknowledgements: acknowledgements.filter((_, i) => i !== 3),
    })],
    ['the blocks from a chapter’s start on left out', { seq: 4, reason: 'block-missing' }, (
      { blocks, acknowledgements },
    ) => ({ blocks: blocks.slice(0, 4), acknowledgements: acknowledgements.slice(0, 4) })],
    ['a body that is another’s', { seq: 1, reason: 'block-malformed' }, ({ blocks }) => ({
      blocks: blocks.map((bytes, i) => {
        const [statement] = splitArray(bytes)
        const body = long.blocks[0]?.body ?? null
        return i === 1 && statement !== undefined ? joinBlock(statement, body) : bytes
      }),
    })],
    ['an acknowledgement of another block', { seq: 0, reason: 'acknowledgement-does-not-hold' }, (
      { acknowledgements: [first, second, ...rest] },
    ) => ({ acknowledgements: [second ?? null, first ?? null, ...rest] })],
    [
      'an acknowledgement with a byte changed',
      { seq: 5, reason: 'acknowledgement-does-not-hold' },
      (
        { acknowledgements },
      ) => ({
        acknowledgements: acknowledgements.map((bytes, i) => i === 5 ? flipped(bytes, 100) : bytes),
      }),
    ],
    ['an acknowledgement that is none', { seq: 5, reason: 'acknowledgement-does-not-hold' }, (
      { acknowledgements },
    ) => ({
      acknowledgements: acknowledgements.map((bytes, i) => i === 5 ? flipped(bytes, 0) : bytes),
    })],
    [
      'an acknowledgement by no operator',
      { seq: 0, reason: 'acknowledgement-does-not-hold' },
      async (
        { acknowledgements },
      ) => {
        const [block] = long.blocks
        if (block === undefined) throw new Error('No blocks')
        const content = { block: block.id, channel: long.channel.id, seq: 0, accepted: 0, log: 0 }
        const forged = await acknowledge(content, long.household.device.signer)
        return { acknowledgements: acknowledgements.with(0, forged) }
      },
    ],
    ['a key that is not the epoch’s', { seq: null, reason: 'key-not-committed' }, ({ keys }) => ({
      keys: (keys ?? []).map(([epoch], _, all) => [epoch, all[0]?.[1] ?? new Uint8Array(32)]),
    })],
    ['a pairing left out', { seq: null, reason: 'device-not-paired' }, ({ pairings }) => ({
      pairings: pairings.slice(1),
    })],
    ['an epoch left out', { seq: null, reason: 'epoch-out-of-order' }, ({ epochs }) => ({
      epochs: epochs.slice(1),
    })],
    ['the last chapter left out', { seq: 7, reason: 'block-of-unknown-chapter' }, (
      { chapters, epochs },
    ) => ({ chapters: chapters.slice(0, 2), epochs: epochs.slice(0, 3) })],
  ]

  it.for(damages)('names what is wrong in it: %s', async ([, fault, damage]) => {
    const report = await verifyBundle(await long.bundle(await damage(await long.contents())))
    expect(report.fault).toEqual(fault)
  })

  it('has to be signed by the owner of the channel', async () => {
    const { owner } = long.household
    for (
      const by of [long.stranger.signer, { ...long.stranger.signer, identity: owner.identity.id }]
    ) {
      const report = await verifyBundle(await makeBundle(await long.contents(), by, NOON))
      expect(report.fault).toEqual({ seq: null, reason: 'bundle-not-signed' })
    }
    const [statement = new Uint8Array()] = splitArray(await long.bundle())
    const [, other = new Uint8Array()] = splitArray(await long.bundle({}, false))
    const mixed = concat(new Uint8Array([0x82]), statement, other)
    expect((await verifyBundle(mixed)).fault).toEqual({ seq: null, reason: 'contents-altered' })
  })

  it('never silently holds with a byte flipped', async () => {
    const small = await smallBundle()
    expect((await verifyBundle(small)).fault).toBeNull()
    let told = 0
    for (let at = 0; at < small.length; at++) {
      const bad = flipped(small, at, 1 << (at % 8))
      const outcome = await verifyBundle(bad ?? small).then(({ fault }) => fault, () => 'refused')
      expect(outcome, `byte ${at}`).not.toBeNull()
      if (outcome !== 'refused') told++
    }
    expect(told).toBeGreaterThan(300)
  }, 60_000)

  it('is none when it was cut short, or goes on', async () => {
    const bundle = await long.bundle()
    for (const length of [0, 1, 100, bundle.length - 1]) {
      await expect(verifyBundle(bundle.slice(0, length))).rejects.toThrow(CborError)
    }
    await expect(verifyBundle(concat(bundle, new Uint8Array(1)))).rejects.toThrow('Bytes left over')
    await expect(verifyBundle(encode([1, 2]))).rejects.toThrow('Expected an array')
  })
})

/** One chapter, one epoch, one block of one reading, with its key. */
async function smallBundle(): Promise<Bytes> {
  const household = await createHousehold({ now: NOON })
  const channel = await household.openChannel()
  await channel.openChapter()
  const { raw, opened } = await channel.openEpoch()
  const { bytes } = await channel.seal()
  return await makeBundle(
    {
      identities: [household.owner.identity.changes, household.device.identity.changes],
      pairings: [household.pairing.bytes],
      opening: channel.opening.statement.bytes,
      chapters: channel.chapters.map(({ statement }) => statement.bytes),
      epochs: [opened.statement.bytes],
      blocks: [bytes],
      acknowledgements: [null],
      keys: [[0, raw]],
    },
    household.owner.signer,
    NOON,
  )
}

function flipped(bytes: Bytes | null | undefined, at: number, bit = 1): Bytes | null {
  if (bytes === null || bytes === undefined) return null
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ bit
  return copy
}
