/**
 * Whether a block may follow a channel's head: the one set of rules, for the platform that accepts
 * blocks and for everybody who verifies them later. Time is data here, never a reason to refuse,
 * save for one: a block sealed more than ten minutes ahead of the platform's clock waits.
 *
 * @module
 */
import { type Bytes, equal } from '../bytes.ts'
import type { Block } from './block.ts'

/** Where a channel stands: its newest block, chapter and epoch. */
export interface Head {
  /** -1 before the first block. */
  readonly seq: number
  /** Id of the newest block, or of the channel's opening. */
  readonly id: Bytes
  /** The chapter that is open. */
  readonly chapter: number
  /** The open chapter's device. */
  readonly device: Bytes
  /** Epoch of the open chapter's newest block; -1 before its first: no epoch outlives its chapter. */
  readonly epoch: number
  /** Newest epoch that the open chapter's device has opened; -1 before its first. */
  readonly openedEpoch: number
  /** Key index of the open chapter's newest block; 0 before its first. */
  readonly keyIndex: number
}

export type Verdict =
  | 'follows'
  | 'same'
  | 'fork'
  | 'gap'
  | 'wrong-chapter'
  | 'wrong-device'
  | 'wrong-epoch'
  | 'key-index-fell'

export const MAX_AHEAD_SECONDS = 600

/**
 * @param known id of the channel's block with the same `seq`, when that is not the head
 */
export function judge(head: Head, block: Block, known?: Bytes): Verdict {
  const { header, statement, id } = block
  if (header.seq <= head.seq) {
    const other = header.seq === head.seq ? head.id : known
    return other !== undefined && equal(other, id) ? 'same' : 'fork'
  }
  if (header.chapter !== head.chapter) return 'wrong-chapter'
  if (!equal(statement.identity, head.device)) return 'wrong-device'
  if (header.seq > head.seq + 1) return 'gap'
  if (!equal(header.prev, head.id)) return 'fork'
  if (statement.index < head.keyIndex) return 'key-index-fell'
  if (header.epoch < head.epoch || header.epoch > head.openedEpoch) return 'wrong-epoch'
  if (header.epoch !== head.epoch && header.epoch !== head.openedEpoch) return 'wrong-epoch'
  return 'follows'
}

/** The head after `block`, which follows it. */
export function advance(head: Head, block: Block): Head {
  return {
    ...head,
    seq: block.header.seq,
    id: block.id,
    epoch: block.header.epoch,
    keyIndex: block.statement.index,
  }
}
