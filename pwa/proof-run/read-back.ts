/**
 * Reading back: the blocks of a channel as the platform has them, verified one after another from
 * where this browser stood, and opened with the owner's own key. What was verified before need not
 * be fetched again: its copies here go through the same verifier.
 *
 * @module
 */
import { type Bytes, toHex } from '../../shared/bytes.ts'
import type { Client } from '../../shared/api/client.ts'
import { createSlots, type Slots } from '../../shared/meter/boundary.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { startOfLocalDay } from '../../shared/meter/zone.ts'
import { type Block, openBlock, readBlock } from '../../shared/seal/block.ts'
import { unwrapEpochKey } from '../../shared/seal/epoch-key.ts'
import {
  type ChannelVerifier,
  type Checkpoint,
  createChannelVerifier,
  type Fault,
} from '../../shared/seal/verify.ts'
import type { CheckpointRecord, MeterRecord } from '../vault/database.ts'
import type { Self } from '../vault/identities.ts'
import type { BrowserVault } from '../vault/vault.ts'
import { type Gathered, gatherEvidence, ownChapters, ownEpochKey } from './evidence.ts'

export type MeterChannel = MeterRecord['channels'][number]

export interface ReadBackState {
  /** Blocks verified since the channel's beginning. */
  readonly blocks: number
  readonly fault: Fault | null
}

export interface ReadBack {
  /** Verifies what is new; the readings of the day go to `opened`. */
  run(channel: MeterChannel): Promise<ReadBackState>
  /** Readings of today from the copies here, for when the platform cannot be reached. */
  copies(channel: MeterChannel): Promise<Reading[]>
  /** Readings of the newest block verified, if its copy is here. */
  newest(channel: MeterChannel): Promise<Reading[]>
  /** Readings of the blocks that wait to be sent. */
  waiting(channel: MeterChannel): Promise<Reading[]>
}

export interface ReadBackOptions {
  readonly vault: BrowserVault
  readonly self: Self
  readonly client: Client
  readonly opened: (channel: MeterChannel, readings: readonly Reading[]) => void
  /** Verifies much at a time somewhere else, and leaves the checkpoint in the vault. */
  readonly far?: ((channel: MeterChannel) => Promise<ReadBackState>) | undefined
  /** Waited for before each block: until nothing more urgent is under way. */
  readonly giveWay?: () => Promise<void>
}

interface Walk {
  gathered: Gathered
  verifier: ChannelVerifier
  /** Checkpoints before the last two blocks: a day begins with the block before its first. */
  before: Checkpoint | null
  beforeThat: Checkpoint | null
  readonly days: Slots
  midnight: number
  dayStart: Checkpoint | null
}

const PAGE = 200
/** So many blocks at once are too much for the page's thread: a restored browser's first look. */
const MANY = 400

export function createReadBack(options: ReadBackOptions): ReadBack {
  const { vault, self, client, opened, far, giveWay } = options
  const walks = new Map<string, Walk>()
  const queues = new Map<string, Promise<unknown>>()

  async function verifierAt(
    channel: MeterChannel,
    gathered: Gathered,
    resume: Checkpoint | null,
  ): Promise<ChannelVerifier> {
    return await createChannelVerifier(gathered.evidence, {
      ...(resume === null ? {} : { resume }),
      epochKey: (epoch) => ownEpochKey(self.owner, epoch),
      opened: (_block, readings) => opened(channel, readings),
    })
  }

  /** The epochs before the one that it resumes in were verified with their blocks. */
  async function gatherFrom(channel: MeterChannel, resume: Checkpoint | null): Promise<Gathered> {
    const of = resume === null ? undefined : { from: Math.max(0, resume.epoch), to: Infinity }
    return await gatherEvidence(client, self, channel.id, of)
  }

  async function begin(channel: MeterChannel): Promise<Walk | ReadBackState> {
    const days = createSlots('P1D', channel.zone)
    const midnight = days.startOf(Math.floor(Date.now() / 1000))
    const startOf = (kept: CheckpointRecord | undefined) =>
      kept?.midnight === midnight ? kept.dayStart : null
    let kept = await vault.database.get('checkpoints', toHex(channel.id))
    let resume = startOf(kept) ?? kept?.newest ?? null
    let gathered = await gatherFrom(channel, resume)
    if (far !== undefined && gathered.head - (kept?.newest.head[0] ?? -1) > MANY) {
      const state = await far(channel)
      if (state.fault !== null) return state
      kept = await vault.database.get('checkpoints', toHex(channel.id))
      resume = startOf(kept) ?? kept?.newest ?? null
      gathered = await gatherFrom(channel, resume)
    }
    const dayStart = startOf(kept)
    const verifier = await verifierAt(channel, gathered, resume)
    const walk = { gathered, verifier, before: null, beforeThat: null, days, midnight, dayStart }
    if (kept !== undefined) await walkCopies(channel, walk, kept.newest.head[0])
    return walk
  }

  /** Blocks that were verified before, from the copies here as far as they go. */
  async function walkCopies(channel: MeterChannel, walk: Walk, last: number): Promise<void> {
    for (let seq = walk.verifier.checkpoint().head[0] + 1; seq <= last; seq++) {
      const copy = await vault.copyOf(channel.id, seq)
      if (copy === undefined) return
      await add(channel, walk, await readBlock(copy.bytes))
    }
  }

  async function add(channel: MeterChannel, walk: Walk, block: Block): Promise<void> {
    await giveWay?.()
    const { epochs, firstEpoch = 0, chapters } = walk.gathered.evidence
    const { epoch, chapter } = block.header
    if (epoch >= firstEpoch + epochs.length || chapter >= chapters.length) {
      const resume = walk.verifier.checkpoint()
      walk.gathered = await gatherFrom(channel, resume)
      walk.verifier = await verifierAt(channel, walk.gathered, resume)
    }
    const midnight = walk.days.startOf(Math.floor(Date.now() / 1000))
    if (walk.midnight !== midnight) {
      walk.midnight = midnight
      walk.dayStart = null
    }
    walk.beforeThat = walk.before
    walk.before = walk.verifier.checkpoint()
    await walk.verifier.add(block)
    if (walk.dayStart === null && block.header.to >= midnight) {
      walk.dayStart = walk.beforeThat ?? walk.before
    }
  }

  async function run(channel: MeterChannel): Promise<ReadBackState> {
    const name = toHex(channel.id)
    await giveWay?.()
    const walk = walks.get(name) ?? await begin(channel)
    if ('fault' in walk) return walk
    walks.set(name, walk)
    const after = walk.verifier.checkpoint().head[0]
    for await (const bytes of client.blocks(channel.id, { after, limit: PAGE })) {
      await add(channel, walk, await readBlock(bytes))
      if (walk.verifier.fault() !== null) break
    }
    const fault = walk.verifier.fault()
    const newest = walk.verifier.checkpoint()
    if (fault === null) {
      const { midnight, dayStart, gathered } = walk
      const { chapters } = gathered.evidence
      const own = ownChapters(chapters, self) === chapters.length
      const record: CheckpointRecord = { newest, midnight, dayStart, at: Date.now(), own }
      await vault.database.put('checkpoints', record, name)
    } else {
      walks.delete(name) // the next time it is looked at afresh
    }
    return { blocks: newest.counts.blocks, fault }
  }

  return {
    run(channel) {
      const name = toHex(channel.id)
      const turn = (queues.get(name) ?? Promise.resolve()).then(() => run(channel))
      queues.set(name, turn.catch(() => undefined))
      return turn
    },

    async copies(channel) {
      const kept = await vault.database.get('checkpoints', toHex(channel.id))
      const midnight = startOfLocalDay(channel.zone, Math.floor(Date.now() / 1000))
      const start = kept?.midnight === midnight ? kept.dayStart : null
      if (kept === undefined || start === null) return []
      const readings: Reading[] = []
      for (let seq = start.head[0] + 1; seq <= kept.newest.head[0]; seq++) {
        const copy = await vault.copyOf(channel.id, seq)
        if (copy !== undefined) readings.push(...await openOwn(vault, copy.bytes))
      }
      return readings
    },

    async newest(channel) {
      const kept = await vault.database.get('checkpoints', toHex(channel.id))
      const copy = kept && await vault.copyOf(channel.id, kept.newest.head[0])
      return copy === undefined ? [] : await openOwn(vault, copy.bytes)
    },

    async waiting(channel) {
      const readings: Reading[] = []
      for (const entry of await vault.waiting(channel.id, Number.MAX_SAFE_INTEGER)) {
        if (entry.kind === 'block') readings.push(...await openOwn(vault, entry.bytes))
      }
      return readings
    },
  }
}

/** Opens a block that this browser sealed, with a key of its vault. */
export async function openOwn(vault: BrowserVault, bytes: Bytes): Promise<Reading[]> {
  const block = await readBlock(bytes)
  for (const { wrapped } of await vault.epochKeys(block.header.channel, block.header.epoch)) {
    const key = await unwrapEpochKey(wrapped, vault.wrapping)
    const readings = await openBlock(block, key).catch(() => null)
    if (readings !== null) return readings
  }
  return []
}
