/**
 * A long channel to verify: two devices in three chapters, a key rotation, four epochs, a block
 * sealed again, gaps, a clock that was set back, an erased body, acknowledgements.
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'
import { changeIdentity, type Identity } from '../../shared/identity/identity.ts'
import { generateSigningKey, signer } from '../../shared/identity/keys.ts'
import type { Signer } from '../../shared/identity/statement.ts'
import { acknowledge } from '../../shared/seal/acknowledgement.ts'
import { type Block, joinBlock, readBlock } from '../../shared/seal/block.ts'
import { type BundleContents, makeBundle } from '../../shared/seal/bundle.ts'
import { startOf } from '../../shared/seal/channel.ts'
import type { ChannelEvidence } from '../../shared/seal/verify.ts'
import {
  createHousehold,
  createPerson,
  type Forgery,
  type Household,
  type Person,
  readings,
  type TestChannel,
} from '../rig/household.ts'

/** 2026-03-10T12:00:00Z. */
export const NOON = 1_773_144_000

export interface LongChannel {
  readonly household: Household
  readonly channel: TestChannel
  readonly operator: Person
  readonly stranger: Person
  /** The first device, with its second key. */
  readonly rotated: Signer
  readonly evidence: ChannelEvidence
  readonly blocks: readonly Block[]
  /** The key of an epoch by its number, as the verifier asks for it. */
  readonly epochKey: (epoch: { epoch: number }) => Promise<CryptoKey | null>
  /** A block as the device would make it, at any place of the chain, with what `wrong` says. */
  forge(seq: number, wrong?: Forgery, count?: number): Promise<Block>
  contents(keys?: boolean): Promise<BundleContents>
  bundle(changes?: Partial<BundleContents>, keys?: boolean): Promise<Bytes>
}

export async function longChannel(
  of: { simulated?: boolean; meter?: string } = {},
): Promise<LongChannel> {
  const household = await createHousehold({ now: NOON })
  const { owner, device } = household
  const operator = await createPerson('operator', NOON)
  const stranger = await createPerson('device', NOON)
  const channel = await household.openChannel({ simulated: of.simulated ?? true })
  const second = await household.addDevice()

  const newKey = await generateSigningKey()
  const listed = [...device.identity.keys, {
    index: device.identity.nextIndex,
    algorithm: newKey.algorithm,
    publicKey: newKey.publicKey,
    purpose: 'sign' as const,
  }]
  const rotated = await changeIdentity(device.identity, listed, NOON, device.signer)
  const rotatedSigner = signer(rotated.id, device.identity.nextIndex, newKey)

  const start = await startOf(channel.opening)
  const blocks: Block[] = []
  const places: Forgery[] = []

  async function forge(seq: number, wrong: Forgery = {}, count = 3): Promise<Block> {
    const prev = blocks[seq - 1]?.id ?? start[1]
    const at = NOON + 60 * seq + (seq > 5 ? 3600 : 0)
    const some = readings(count, {
      from: at,
      step: 20,
      ...(of.meter === undefined ? {} : { meter: of.meter }),
    })
    return await channel.forge(some, { sealed: at + 60, ...places[seq], seq, prev, ...wrong })
  }
  async function append(place: Forgery): Promise<void> {
    places.push(place)
    blocks.push(await forge(blocks.length))
  }
  const here = () => ({
    after: [blocks.length - 1, blocks.at(-1)?.id ?? start[1]] as [number, Bytes],
  })

  await channel.openChapter()
  await channel.openEpoch()
  const first = { chapter: 0, epoch: 0, by: device.signer }
  await append(first)
  await append(first)
  await append({ ...first, by: rotatedSigner })
  await channel.openEpoch()
  await append({ ...first, by: rotatedSigner, epoch: 1, resealed: true })
  await append({ ...first, by: rotatedSigner, epoch: 1, sealed: NOON - 5 })
  await channel.openChapter({ ...here(), reason: 'device-replaced' }, second.device)
  await channel.openEpoch()
  const later = { chapter: 1, epoch: 2, by: second.device.signer }
  await append(later)
  await append(later)
  await channel.openChapter({ ...here(), reason: 'restored' }, second.device)
  await channel.openEpoch()
  await append({ ...later, chapter: 2, epoch: 3 })
  await append({ ...later, chapter: 2, epoch: 3 })
  const erased = blocks[6]
  if (erased !== undefined) blocks[6] = await readBlock(joinBlock(erased.statement.bytes, null))

  const identities: Identity[] = [
    owner.identity,
    rotated,
    second.device.identity,
    operator.identity,
  ]
  const pairings = [household.pairing, second.pairing]
  async function contents(keys = true): Promise<BundleContents> {
    return {
      identities: identities.map(({ changes }) => changes),
      pairings: pairings.map(({ bytes }) => bytes),
      opening: channel.opening.statement.bytes,
      chapters: channel.chapters.map(({ statement }) => statement.bytes),
      epochs: channel.epochs.map(({ opened }) => opened.statement.bytes),
      blocks: blocks.map(({ bytes }) => bytes),
      acknowledgements: await Promise.all(
        blocks.map(async ({ id, header: { seq } }) =>
          seq === 8 ? null : await acknowledge(
            { block: id, channel: channel.id, seq, accepted: NOON, log: NOON },
            operator.signer,
          )
        ),
      ),
      keys: keys ? channel.epochs.map(({ raw }, epoch) => [epoch, raw] as const) : null,
    }
  }

  return {
    household,
    channel,
    operator,
    stranger,
    rotated: rotatedSigner,
    blocks,
    evidence: {
      identities,
      pairings,
      opening: channel.opening,
      chapters: channel.chapters,
      epochs: channel.epochs.map(({ opened }) => opened),
    },
    epochKey: ({ epoch }) => Promise.resolve(channel.epochs[epoch]?.key ?? null),
    forge,
    contents,
    bundle: async (changes = {}, keys = true) =>
      await makeBundle({ ...await contents(keys), ...changes }, owner.signer, NOON),
  }
}
