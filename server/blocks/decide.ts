/**
 * What becomes of a post, item by item, against where its channel stands: the platform's side of
 * `shared/seal/judge.ts`. Pure: it reads the locked state and says what to write.
 *
 * @module
 */
import { type Bytes, equal } from '../../shared/bytes.ts'
import type { Block } from '../../shared/seal/block.ts'
import {
  advance,
  type Head,
  judge,
  MAX_AHEAD_SECONDS,
  type Verdict,
} from '../../shared/seal/judge.ts'
import type { ProblemCode } from '../../shared/api/problems.ts'
import type { BlockItem, EpochItem, Post, Refusal } from './post.ts'

/** A channel's row while it is locked, and what of its past the posts ask about. */
export interface ChannelState {
  head: Head
  readonly owner: Bytes
  newestEpoch: number
  readonly paired: boolean
  /** Newest change of the device's and of the owner's identity; -1 for none. */
  readonly deviceSeq: number
  readonly ownerSeq: number
  /** Blocks known by their seq. */
  readonly blocks: Map<number, { readonly id: Bytes; readonly accepted: number }>
  /** Ids of epoch openings known by their number. */
  readonly epochs: Map<number, Bytes>
}

/** A block that is kept, now or from before. */
export interface Kept {
  readonly seq: number
  readonly id: Bytes
  readonly accepted: number
}

export interface Decision {
  readonly taken: number
  readonly kept: readonly Kept[]
  readonly newBlocks: readonly Block[]
  readonly newEpochs: readonly EpochItem[]
  readonly head: Head
  readonly newestEpoch: number
  readonly refusal: Refusal | null
  /** The block that forks off, when that is why the next item is refused. */
  readonly fork: Block | null
}

/** The post was checked against identities that have changed since: nothing of it was taken. */
export const STALE = 'stale'

/** Decides one post and moves `state` on by what it takes. */
export function decide(state: ChannelState, post: Post, now: number): Decision | typeof STALE {
  if (isStale(state, post)) return STALE
  const kept: Kept[] = []
  const newBlocks: Block[] = []
  const newEpochs: EpochItem[] = []
  let taken = 0
  let refusal: Refusal | null = null
  let fork: Block | null = null
  for (const item of post.items) {
    if (item.kind === 'epoch') {
      const verdict = takeEpoch(state, item)
      if (verdict === 'new') newEpochs.push(item)
      else if (verdict !== 'same') refusal = verdict
    } else {
      const verdict = takeBlock(state, item, now)
      if ('code' in verdict) {
        refusal = verdict
        fork = verdict.code === 'fork' ? item.block : null
      } else {
        kept.push(verdict)
        if (verdict.isNew) newBlocks.push(item.block)
      }
    }
    if (refusal !== null) break
    taken++
  }
  refusal ??= post.refusal
  const { head, newestEpoch } = state
  return { taken, kept, newBlocks, newEpochs, head, newestEpoch, refusal, fork }
}

/** Whether a state of the open chapter's device or of the owner was looked at that is past. */
function isStale(state: ChannelState, post: Post): boolean {
  return post.items.some((item) => {
    const by = item.kind === 'block' ? item.block.statement.identity : item.statement.identity
    if (equal(by, state.head.device) && item.signed.seq !== state.deviceSeq) return true
    return item.kind === 'epoch' && item.owner !== null && equal(item.epoch.owner, state.owner) &&
      item.owner.seq !== state.ownerSeq
  })
}

const REFUSED: Record<Exclude<Verdict, 'follows' | 'same'>, ProblemCode> = {
  'fork': 'fork',
  'gap': 'gap',
  'wrong-chapter': 'chapter-closed',
  'wrong-device': 'wrong-device',
  'wrong-epoch': 'wrong-epoch',
  'key-index-fell': 'key-index-fell',
}

function takeBlock(
  state: ChannelState,
  { block, signed }: BlockItem,
  now: number,
): (Kept & { isNew: boolean }) | Refusal {
  const { seq, sealed } = block.header
  const known = state.blocks.get(seq)
  const verdict = judge(state.head, block, known?.id)
  if (verdict === 'same') {
    return { seq, id: block.id, accepted: known?.accepted ?? now, isNew: false }
  }
  if (verdict !== 'follows') return { code: REFUSED[verdict] }
  if (!state.paired) return { code: 'device-not-paired' }
  if (!signed.current) return { code: 'signature-invalid' }
  if (sealed > now + MAX_AHEAD_SECONDS) {
    return { code: 'sealed-ahead', retryAfter: Math.min(sealed - now - MAX_AHEAD_SECONDS, 86_400) }
  }
  state.head = advance(state.head, block)
  state.blocks.set(seq, { id: block.id, accepted: now })
  return { seq, id: block.id, accepted: now, isNew: true }
}

function takeEpoch(state: ChannelState, item: EpochItem): 'new' | 'same' | Refusal {
  const { epoch, id, statement, signed, owner } = item
  const known = state.epochs.get(epoch.epoch)
  if (known !== undefined && equal(known, id)) return 'same'
  if (epoch.chapter !== state.head.chapter) return { code: 'chapter-closed' }
  if (!equal(statement.identity, state.head.device)) return { code: 'wrong-device' }
  if (epoch.epoch !== state.newestEpoch + 1) {
    return { code: 'epoch-taken' }
  }
  if (!state.paired) return { code: 'device-not-paired' }
  if (!signed.current) return { code: 'signature-invalid' }
  if (!equal(epoch.owner, state.owner) || owner?.sealed !== true) {
    return { code: 'epoch-key-unknown' }
  }
  state.newestEpoch = epoch.epoch
  state.head = { ...state.head, openedEpoch: epoch.epoch }
  state.epochs.set(epoch.epoch, id)
  return 'new'
}
