/**
 * A platform in memory, built on the one rule that judges blocks. It answers as the real one does,
 * may lose its newest part as one restored from a backup, and may be unreachable.
 *
 * @module
 */
import { type Bytes, equal } from '../../shared/bytes.ts'
import { wasSignedBy } from '../../shared/identity/identity.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { acknowledge } from '../../shared/seal/acknowledgement.ts'
import { type Block, readBlock } from '../../shared/seal/block.ts'
import { type Epoch, type Opened, parseEpoch, startOf } from '../../shared/seal/channel.ts'
import type { PostAnswer, Refusal } from '../../shared/seal/delivery.ts'
import { checkEpochKey, unsealEpochKey } from '../../shared/seal/epoch-key.ts'
import { advance, type Head, judge, MAX_AHEAD_SECONDS } from '../../shared/seal/judge.ts'
import { createChannelVerifier, type Fault } from '../../shared/seal/verify.ts'
import type { Household, Person, TestChannel } from '../rig/household.ts'

/** How the next post goes wrong. */
export type Trouble = 'request-lost' | 'answer-lost' | null

export interface ModelPlatform {
  readonly blocks: readonly Block[]
  readonly epochs: readonly Opened<Epoch>[]
  /** Blocks that it had acknowledged and lost. */
  readonly lost: readonly Block[]
  /** Its own clock, seconds since 1970. */
  now: number
  trouble: Trouble
  readonly post: (channel: Bytes, items: readonly Bytes[]) => Promise<PostAnswer>
  /** Back to how it was after `part` of its commits (0 to 1). */
  restore(part: number): void
  /** Walks the whole channel with the owner's keys. */
  verify(): Promise<{ fault: Fault | null; opened: number; readings: readonly Reading[] }>
}

export async function modelPlatform(
  household: Household,
  operator: Person,
  channel: TestChannel,
  device: Person = household.device,
): Promise<ModelPlatform> {
  let blocks: Block[] = []
  let epochs: Opened<Epoch>[] = []
  const lost: Block[] = []
  const commits: (readonly [blocks: number, epochs: number])[] = [[0, 0]]
  const start = await startOf(channel.opening)

  function head(): Head {
    const none: Head = {
      seq: start[0],
      id: start[1],
      chapter: channel.chapters.length - 1,
      device: device.identity.id,
      epoch: -1,
      openedEpoch: epochs.length - 1,
      keyIndex: 0,
    }
    const newest = blocks.at(-1)
    return newest === undefined ? none : advance(none, newest)
  }

  function refusal(code: string): Refusal {
    return { code, head: blocks.at(-1)?.statement.bytes ?? null, epoch: epochs.length - 1 }
  }

  async function takeEpoch(bytes: Bytes): Promise<Refusal | null> {
    const epoch = parseEpoch(bytes)
    const known = epochs[epoch.content.epoch]
    if (known !== undefined && equal(known.statement.signed, epoch.statement.signed)) return null
    if (epoch.content.epoch !== epochs.length) return refusal('epoch-taken')
    if (!(await wasSignedBy(epoch.statement, device.identity))) return refusal('signature-invalid')
    epochs.push(epoch)
    return null
  }

  async function takeBlock(bytes: Bytes): Promise<Refusal | Bytes> {
    const block = await readBlock(bytes)
    const { seq, sealed } = block.header
    if (!(await wasSignedBy(block.statement, device.identity))) return refusal('signature-invalid')
    const verdict = judge(head(), block, blocks[seq]?.id)
    if (verdict !== 'follows' && verdict !== 'same') return refusal(verdict)
    if (verdict === 'follows') {
      const early = sealed - platform.now - MAX_AHEAD_SECONDS
      if (early > 0) return { code: 'sealed-ahead', retryAfter: early }
      blocks.push(block)
    }
    const content = { block: block.id, channel: channel.id, seq, accepted: 0, log: 0 }
    return await acknowledge(content, operator.signer)
  }

  const platform: ModelPlatform = {
    get blocks() {
      return blocks
    },
    get epochs() {
      return epochs
    },
    lost,
    now: household.now,
    trouble: null,
    post: async (_, items) => {
      const { trouble } = platform
      platform.trouble = null
      if (trouble === 'request-lost') throw new TypeError('fetch failed')
      let taken = 0
      const acknowledgements: Bytes[] = []
      let refused: Refusal | null = null
      for (const item of items) {
        const answer = item[0] === 0x84 ? await takeEpoch(item) : await takeBlock(item)
        if (answer !== null && 'code' in answer) {
          refused = answer
          break
        }
        if (answer !== null) acknowledgements.push(answer)
        taken++
      }
      commits.push([blocks.length, epochs.length])
      if (trouble === 'answer-lost') throw new TypeError('terminated')
      return { taken, acknowledgements, refusal: refused }
    },
    restore: (part) => {
      const [keptBlocks, keptEpochs] = commits[Math.floor(part * (commits.length - 1))] ?? [0, 0]
      lost.push(...blocks.slice(keptBlocks))
      blocks = blocks.slice(0, keptBlocks)
      epochs = epochs.slice(0, keptEpochs)
      commits.splice(Math.floor(part * (commits.length - 1)) + 1)
    },
    verify: async () => {
      const readings: Reading[] = []
      const { owner } = household
      const evidence = {
        identities: [owner.identity, device.identity],
        pairings: [household.pairing],
        opening: channel.opening,
        chapters: channel.chapters,
        epochs,
      }
      const verifier = await createChannelVerifier(evidence, {
        epochKey: async (epoch) => {
          const raw = await unsealEpochKey(epoch, owner.sealing.algorithm, owner.sealing)
          return await checkEpochKey(raw, epoch)
        },
        opened: (_, opened) => readings.push(...opened),
      })
      for (const block of blocks) await verifier.add(block)
      return { fault: verifier.fault(), opened: verifier.checkpoint().counts.opened, readings }
    },
  }
  return platform
}
