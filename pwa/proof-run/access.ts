/**
 * What reading a channel needs and gives: whose it is, what was gathered and read before, how far
 * to go, and the runs of blocks that come of it.
 *
 * @module
 */
import type { Client } from '../../shared/api/client.ts'
import type { Bytes } from '../../shared/bytes.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import type { Block } from '../../shared/seal/block.ts'
import type { StretchOptions } from '../../shared/seal/stretch.ts'
import type { ChannelEvidence } from '../../shared/seal/verify.ts'
import type { EnergyView, ProofProgress } from '../state.ts'
import type { Self } from '../vault/identities.ts'
import type { BrowserVault } from '../vault/vault.ts'

/** Whose channels are read, and what was gathered for it before. */
export interface Access {
  readonly vault: BrowserVault
  readonly self: Self
  readonly client: Client
  /** By hex of the channel. */
  readonly gathered: Map<string, Promise<ChannelEvidence>>
  /** The bars that were read last, by hex of the channel. */
  readonly remembered: Map<string, Remembered>
}

export interface RangeOptions {
  /** Days read, of the days asked for. */
  readonly progress?: ((progress: ProofProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** Only blocks after this place. */
  readonly after?: number | undefined
  /** With the block before each stretch, where a bar across its beginning begins. */
  readonly across?: true | undefined
  /**
   * For each run in turn, makes of its readings what is wanted, as they are opened, and gives those
   * that are to be kept. What it makes may be shown once the run is there, and not before.
   */
  readonly kept?: (() => NonNullable<StretchOptions['kept']>) | undefined
  /** Sees the readings of each block, in the order of the channel. */
  readonly opened?: ((block: Block, readings: readonly Reading[]) => void) | undefined
  /** Sees each block that could not be opened. */
  readonly unopened?: ((block: Block) => void) | undefined
}

/** One after another, without a block missing between them. */
export interface Run {
  /** Those that are kept. */
  readonly readings: readonly Reading[]
  /** Places of the first and the last block. */
  readonly first: number
  readonly last: number
  /** Those blocks themselves. */
  readonly ends: readonly [Block, Block]
  /** How many readings are the last block's. */
  readonly readingsOfLast: number
  /** Blocks of it that could not be opened: their bodies are gone, or their key is not known. */
  readonly unopened: number
}

export type Stretch = Pick<EnergyView, 'from' | 'to' | 'zone' | 'resolution'>
export type Energy = Pick<EnergyView, 'bars' | 'unit'> & { readonly unopened: number }

/** The bars of one unbroken run of blocks, and where to go on from. */
export interface Remembered extends Energy {
  readonly stretch: Stretch
  readonly run: Pick<Run, 'last' | 'readingsOfLast'>
  /** Id of the last block: at its place may be another one, which the bars are not of. */
  readonly lastId: Bytes
  readonly newest: Reading
}
