/**
 * What a sealing device keeps, and the contract of the place that keeps it. The platforms bring the
 * place (IndexedDB in a browser, a file on a gateway); the rules are here.
 *
 * @module
 */
import type { Bytes } from '../bytes.ts'
import type { BlockRef } from './channel.ts'

/** The sealing end of a channel. */
export interface ChannelRecord {
  readonly channel: Bytes
  /** The channel's opening, as signed. */
  readonly opening: Bytes
  /** IANA zone: epochs turn at its midnight. */
  readonly zone: string
  readonly owner: Bytes
  /** The chapter this device writes. */
  readonly chapter: number
  readonly head: BlockRef
  /** Newest epoch opened, -1 before the first; its key is in {@link EpochRecord}. */
  readonly epoch: number
  readonly commitment: Bytes | null
  /** Local midnight at which the epoch ends; seconds since 1970, UTC. */
  readonly epochEnds: number
  /** Names of those for whom the key of the newest epoch was wrapped, sorted; absent for none. */
  readonly wrappedFor?: readonly Bytes[]
  /** Index of the owner's key to which the newest epoch was sealed; absent in older records. */
  readonly sealedTo?: number
  /** Counts commits: a commit on top of any other version is refused. */
  readonly version: number
}

/** An epoch key under the vault's wrapping key. */
export interface EpochRecord {
  readonly channel: Bytes
  readonly epoch: number
  readonly commitment: Bytes
  readonly wrapped: Bytes
  /** Names of those for whom it was wrapped when it was opened; absent for none. */
  readonly wrappedFor?: readonly Bytes[]
}

/** What waits to be sent, in the order it was made; blocks stay after that as the local copy. */
export interface OutboxEntry {
  readonly channel: Bytes
  readonly kind: 'epoch' | 'wraps' | 'block'
  /** Epoch number or block seq. */
  readonly number: number
  readonly bytes: Bytes
}

export interface KeptEntry extends OutboxEntry {
  /** Place in the vault's order. */
  readonly order: number
}

export interface Commit {
  readonly record: ChannelRecord
  /** Keys of the epochs that are opened. */
  readonly epochs?: readonly EpochRecord[]
  /** Appended to the outbox. */
  readonly entries: readonly OutboxEntry[]
  /**
   * Entries (by order) that were sealed again: those waiting go; of those that were acknowledged,
   * and so were lost by the platform, the acknowledgement is kept as evidence.
   */
  readonly withdraw?: readonly number[]
  /** Opaque to the sealer: what its user keeps in the same step, as the state of boundaries. */
  readonly beside?: Bytes
}

export interface Vault {
  /** AES-KW key that cannot be exported. */
  readonly wrapping: CryptoKey
  channel(channel: Bytes): Promise<ChannelRecord | undefined>
  /** Every key kept for an epoch: more than one when its number had to be used again. */
  epochKeys(channel: Bytes, epoch: number): Promise<EpochRecord[]>
  /** Oldest entries of a channel that wait to be sent. */
  waiting(channel: Bytes, most: number): Promise<KeptEntry[]>
  /** Blocks that were sent and acknowledged, above a seq, as far as copies are still here. */
  sentAfter(channel: Bytes, seq: number): Promise<KeptEntry[]>
  /**
   * One atomic transaction, durable when it returns: all of it or nothing.
   *
   * @throws {VaultConflict} when the stored version is not `record.version - 1`
   */
  commit(commit: Commit): Promise<void>
  /** Marks entries as taken by the platform, with the acknowledgements of the blocks. Durable. */
  taken(
    channel: Bytes,
    entries: readonly { readonly order: number; readonly acknowledgement: Bytes | null }[],
  ): Promise<void>
}

/** Somebody else sealed with this vault meanwhile: read it again and go on from there. */
export class VaultConflict extends Error {
  override readonly name = 'VaultConflict'
}
