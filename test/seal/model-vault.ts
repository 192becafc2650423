/**
 * A vault in memory that behaves as a durable store does: a commit is all or nothing, what returned
 * is kept, and the process may die at any step. A store can be copied and put back, as a profile is.
 *
 * @module
 */
import { type Bytes, equal, toHex } from '../../shared/bytes.ts'
import { readBlock } from '../../shared/seal/block.ts'
import { startOf } from '../../shared/seal/channel.ts'
import {
  type ChannelRecord,
  type Commit,
  type EpochRecord,
  type KeptEntry,
  type Vault,
  VaultConflict,
} from '../../shared/seal/vault.ts'
import type { TestChannel } from '../rig/household.ts'

/** The process died here. */
export class Crash extends Error {
  override readonly name = 'Crash'
}

export interface StoredEntry extends KeptEntry {
  readonly state: 'waiting' | 'taken' | 'withdrawn'
  readonly acknowledgement: Bytes | null
}

/** What lies on the disk. */
export interface Store {
  records: ChannelRecord[]
  epochs: EpochRecord[]
  entries: StoredEntry[]
  beside: Bytes | null
}

/** On which nothing was sealed yet in these channels, each of which has one chapter. */
export async function emptyStore(
  ...channels: readonly Pick<TestChannel, 'opening'>[]
): Promise<Store> {
  const records: ChannelRecord[] = []
  for (const { opening } of channels) {
    const { statement, content } = opening
    records.push({
      channel: content.channel,
      opening: statement.bytes,
      zone: content.zone,
      owner: content.owner,
      chapter: 0,
      head: await startOf(opening),
      epoch: -1,
      commitment: null,
      epochEnds: 0,
      version: 0,
    })
  }
  return { records, epochs: [], entries: [], beside: null }
}

export function copyStore(store: Store): Store {
  return {
    records: [...store.records],
    epochs: [...store.epochs],
    entries: [...store.entries],
    beside: store.beside,
  }
}

/** Dies at the step that `at` counts down to; never when null. */
export interface Fuse {
  at: number | null
}

/** Everything that was ever encrypted, to see that no key met one salt with two plaintexts. */
export class Sealings {
  readonly #bodies = new Map<string, string>()
  readonly repeated: string[] = []

  async note(commit: Commit): Promise<void> {
    for (const entry of commit.entries) {
      if (entry.kind !== 'block') continue
      const { header, body } = await readBlock(entry.bytes)
      // The commitment is a function of the epoch key, so it stands for the key.
      const name = `${toHex(commit.record.commitment ?? new Uint8Array())} ${toHex(header.salt)}`
      const text = toHex(body ?? new Uint8Array())
      if ((this.#bodies.get(name) ?? text) !== text) this.repeated.push(name)
      this.#bodies.set(name, text)
    }
  }
}

export function modelVault(
  disk: { store: Store },
  wrapping: CryptoKey,
  fuse: Fuse = { at: null },
  sealings: Sealings = new Sealings(),
): Vault {
  /** A step of the process: others may run before it goes on, and it may never. */
  async function step(): Promise<void> {
    await Promise.resolve()
    if (fuse.at === null) return
    if (fuse.at === 0) throw new Crash('The process died')
    fuse.at--
  }

  const isOf = (channel: Bytes) => (one: { channel: Bytes }) => equal(one.channel, channel)

  return {
    wrapping,
    channel: async (channel) => {
      await step()
      return disk.store.records.find(isOf(channel))
    },
    epochKeys: async (channel, epoch) => {
      await step()
      return disk.store.epochs.filter((one) => isOf(channel)(one) && one.epoch === epoch)
    },
    waiting: async (channel, most) => {
      await step()
      return disk.store.entries.filter((one) => isOf(channel)(one) && one.state === 'waiting')
        .slice(0, most)
    },
    sentAfter: async (channel, seq) => {
      await step()
      return disk.store.entries.filter((one) =>
        isOf(channel)(one) && one.state === 'taken' && one.kind === 'block' && one.number > seq
      )
    },
    commit: async (commit) => {
      await sealings.note(commit)
      await step()
      take(disk.store, commit)
      await step()
    },
    taken: async (channel, entries) => {
      await step()
      disk.store.entries = disk.store.entries.map((one) => {
        const found = entries.find(({ order }) => order === one.order)
        return found === undefined || !isOf(channel)(one) || one.state === 'withdrawn'
          ? one
          : { ...one, state: 'taken', acknowledgement: found.acknowledgement }
      })
      await step()
    },
  }
}

function take(store: Store, commit: Commit): void {
  const { record } = commit
  const at = store.records.findIndex((one) => equal(one.channel, record.channel))
  if (store.records[at]?.version !== record.version - 1) throw new VaultConflict('Stale record')
  store.records[at] = record
  store.epochs.push(...commit.epochs ?? [])
  const withdrawn = new Set(commit.withdraw)
  store.entries = store.entries.map((one) =>
    withdrawn.has(one.order) ? { ...one, state: 'withdrawn' } : one
  )
  const next = store.entries.length
  store.entries.push(
    ...commit.entries.map((entry, i): StoredEntry => ({
      ...entry,
      order: next + i,
      state: 'waiting',
      acknowledgement: null,
    })),
  )
  if (commit.beside !== undefined) store.beside = commit.beside
}
