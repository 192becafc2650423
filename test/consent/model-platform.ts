/**
 * The platform's half of consent in memory: it takes what is signed by whoever may, serves each
 * recipient by the rules, and forgets nothing. A recipient may also be given everything it keeps, as
 * by a platform that broke its word.
 *
 * @module
 */
import { type Bytes, equal, toHex } from '../../shared/bytes.ts'
import { type CborValue, decode, encode } from '../../shared/cbor.ts'
import type { Grant } from '../../shared/consent/grant.ts'
import { gives } from '../../shared/consent/rotation.ts'
import {
  checkStep,
  checkSteps,
  type GrantParties,
  type Standing,
  stateAt,
  type Step,
} from '../../shared/consent/steps.ts'
import {
  isListOf,
  ownerHead,
  parseWrapList,
  parseWraps,
  type WrapItem,
} from '../../shared/consent/wrap.ts'
import type { Opened } from '../../shared/identity/content.ts'
import { wasSignedBy } from '../../shared/identity/identity.ts'
import { type Block, joinBlock } from '../../shared/seal/block.ts'
import type { Epoch } from '../../shared/seal/channel.ts'
import type { Household, Person, TestChannel } from '../rig/household.ts'
import { type ModelPlatform, modelPlatform } from '../seal/model-platform.ts'

/** A key as a recipient gets it. */
export interface ServedWrap {
  readonly channel: Bytes
  readonly epoch: number
  readonly head: Bytes
  readonly item: WrapItem
}

export interface Served {
  readonly wraps: readonly ServedWrap[]
  readonly epochs: readonly Opened<Epoch>[]
  /** Bodies that are not given are null. */
  readonly blocks: readonly Block[]
}

interface KeptGrant {
  readonly grant: Opened<Grant>
  readonly steps: Opened<Step>[]
  readonly parties: GrantParties
  standing: Standing
  readonly wraps: ServedWrap[]
}

export interface ConsentPlatform {
  now: number
  readonly channels: ReadonlyMap<string, ModelPlatform>
  grant(grant: Opened<Grant>, parties: GrantParties): Promise<void>
  step(step: Opened<Step>): Promise<void>
  /** Batches of `[statement, list]`. */
  postWraps(batch: Bytes): Promise<void>
  /** What a recipient may read under a grant now; null when it may read nothing. */
  serve(grant: Bytes): Served | null
  /** All that there is and could ever help the recipient of a grant. */
  everything(grant: Bytes): Served
  /** Every byte that it keeps. */
  kept(): Uint8Array[]
}

export async function createConsentPlatform(
  household: Household,
  operator: Person,
  channels: readonly TestChannel[],
): Promise<ConsentPlatform> {
  const platforms = new Map<string, ModelPlatform>()
  for (const channel of channels) {
    platforms.set(toHex(channel.id), await modelPlatform(household, operator, channel))
  }
  const grants = new Map<string, KeptGrant>()
  const bytes: Uint8Array[] = []

  function kept(grant: Bytes): KeptGrant {
    const found = grants.get(toHex(grant))
    if (found === undefined) throw new Error('No such grant')
    return found
  }

  const platform: ConsentPlatform = {
    now: household.now,
    channels: platforms,
    grant: async (grant, parties) => {
      const standing = await checkSteps(grant, [], parties)
      bytes.push(grant.statement.bytes)
      grants.set(toHex(grant.content.grant), { grant, steps: [], parties, standing, wraps: [] })
    },
    step: async (step) => {
      const found = kept(step.content.grant)
      found.standing = await checkStep(found.standing, step, found.parties)
      found.steps.push(step)
      bytes.push(step.statement.bytes)
    },
    postWraps: async (batch) => {
      bytes.push(batch)
      const { statement, list } = readBatch(batch)
      const { content, statement: signed } = parseWraps(statement)
      const { owner, device } = household
      if (
        !(await wasSignedBy(signed, owner.identity)) &&
          !(await wasSignedBy(signed, device.identity)) || !(await isListOf(content, list))
      ) throw new Error('A batch of wraps does not hold')
      const head = await ownerHead(content.blind, content.seen)
      for (const item of parseWrapList(list)) {
        kept(item.grant).wraps.push({ channel: content.channel, epoch: content.epoch, head, item })
      }
    },
    serve: (grant) => {
      const { standing, wraps } = kept(grant)
      if (stateAt(standing, platform.now).phase !== 'active') return null
      const mine = (channel: Bytes) => standing.terms.channels.some((one) => equal(one, channel))
      return {
        wraps: wraps.filter((wrap) => mine(wrap.channel)),
        epochs: everyEpoch().filter(({ content }) => mine(content.channel)),
        blocks: everyBlock().filter(({ header }) => mine(header.channel))
          .map((block) => gives(standing, block.header) ? block : withoutBody(block)),
      }
    },
    everything: (grant) => ({
      wraps: kept(grant).wraps,
      epochs: everyEpoch(),
      blocks: everyBlock(),
    }),
    kept: () => [
      ...bytes,
      ...everyEpoch().map(({ statement }) => statement.bytes),
      ...everyBlock().map((block) => block.bytes),
    ],
  }
  const everyEpoch = () => [...platforms.values()].flatMap(({ epochs }) => epochs)
  const everyBlock = () => [...platforms.values()].flatMap(({ blocks }) => blocks)
  return platform
}

export function writeBatch(statement: Bytes, list: Bytes): Bytes {
  return encode([statement, list] satisfies CborValue)
}

function readBatch(batch: Bytes): { statement: Bytes; list: Bytes } {
  const parts = decode(batch)
  if (!Array.isArray(parts)) throw new TypeError('Expected [statement, list]')
  const [statement, list] = parts as Bytes[]
  if (statement === undefined || list === undefined) throw new TypeError('Expected two')
  return { statement, list }
}

function withoutBody(block: Block): Block {
  return { ...block, body: null, bytes: joinBlock(block.statement.bytes, null) }
}
