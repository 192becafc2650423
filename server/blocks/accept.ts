/**
 * Taking posts in one transaction: lock their channels, decide each in turn, write everything at
 * once. Nothing is answered before the commit.
 *
 * @module
 */
import type { TransactionSql } from 'postgres'
import { type Bytes, equal, toBase64url } from '../../shared/bytes.ts'
import type { Block } from '../../shared/seal/block.ts'
import { mapKey } from '../context.ts'
import type { Database } from '../database.ts'
import { type ChannelState, decide, type Decision, type Kept, STALE } from './decide.ts'
import type { EpochItem, Post, Refusal } from './post.ts'
import {
  hadAnyChapter,
  hadChapter,
  headStatement,
  insertBlocks,
  insertEpochs,
  insertFork,
  lockChannels,
  updateChannels,
} from './store.ts'

export interface Outcome {
  readonly taken: number
  readonly kept: readonly Kept[]
  readonly head: { readonly seq: number; readonly id: Bytes }
  readonly refusal: Refusal | null
  /** For the metrics: blocks and readings that are new, forks seen for the first time. */
  readonly blocks: number
  readonly readings: number
  readonly forks: number
}

export type Verdict = Outcome | typeof STALE

/** Outcomes in the order of the posts, after the commit. */
export async function acceptPosts(
  database: Database,
  posts: readonly Post[],
  now: number,
  maxForks: number,
): Promise<Verdict[]> {
  return await database.sql.begin(async (tx) => {
    const states = await lockChannels(tx, posts)
    const verdicts: Verdict[] = []
    const blocks: Block[] = []
    const epochs: EpochItem[] = []
    const moved = new Map<string, readonly [Bytes, ChannelState]>()
    for (const post of posts) {
      const state = states.get(mapKey(post.channel))
      if (state === undefined) {
        // The same questions as to a channel that is somebody else's, and the same answer.
        await isKnownThere(tx, post, 0)
        verdicts.push(unknownChannel(post))
        continue
      }
      const decision = decide(state, post, now)
      if (decision === STALE) {
        verdicts.push(STALE)
        continue
      }
      blocks.push(...decision.newBlocks)
      epochs.push(...decision.newEpochs)
      if (decision.newBlocks.length + decision.newEpochs.length > 0) {
        moved.set(mapKey(post.channel), [post.channel, state])
      }
      const room = signsNow(state, post, decision.taken) ? maxForks : Math.floor(maxForks / 2)
      verdicts.push(await outcomeOf(tx, post, decision, blocks, now, room))
    }
    // Sent together, answered in order: one round trip instead of three.
    await Promise.all([
      insertBlocks(tx, blocks, now),
      insertEpochs(tx, epochs),
      updateChannels(tx, [...moved.values()], now),
    ])
    return verdicts
  })
}

/** After these a device goes on behind the head, in the next epoch. */
const TELL_THE_HEAD: ReadonlySet<string> = new Set([
  'gap',
  'fork',
  'epoch-taken',
  'wrong-epoch',
  'epoch-key-unknown',
])

/** What only who has or had a part in the channel is told. */
const NOT_ITS_OWN: ReadonlySet<string> = new Set(['wrong-device', 'chapter-closed', 'fork'])

async function isKnownThere(tx: TransactionSql, post: Post, at: number): Promise<boolean> {
  const item = post.items[at]
  if (item === undefined) return true
  const { identity } = item.kind === 'block' ? item.block.statement : item.statement
  return await hadAnyChapter(tx, post.channel, identity)
}

/**
 * Whether an item is by the open chapter's device with a key that holds. Half of the room for forks
 * is kept for these: nobody may fill it all with a key that was signed out or a device that was
 * replaced, and so hide what comes after.
 */
function signsNow(state: ChannelState, post: Post, at: number): boolean {
  const item = post.items[at]
  return item?.kind === 'block' && item.signed.current &&
    equal(item.block.statement.identity, state.head.device)
}

async function outcomeOf(
  tx: TransactionSql,
  post: Post,
  decision: Decision,
  pending: readonly Block[],
  now: number,
  maxForks: number,
): Promise<Outcome> {
  const { head, newBlocks, fork } = decision
  let { refusal } = decision
  let forks = 0
  if (refusal !== null && NOT_ITS_OWN.has(refusal.code)) {
    // To who never had a part in it, a channel is as unknown as one that is not there.
    if (!await isKnownThere(tx, post, decision.taken)) refusal = { code: 'channel-unknown' }
    else if (fork !== null) {
      const { identity } = fork.statement
      if (!await hadChapter(tx, post.channel, fork.header.chapter, identity)) {
        refusal = { code: 'wrong-device' }
      } else if (await insertFork(tx, fork, now, maxForks)) forks = 1
    }
  }
  if (refusal !== null && TELL_THE_HEAD.has(refusal.code)) {
    // The head may be a block of this very transaction.
    const own = pending.find((block) =>
      block.header.seq === head.seq && mapKey(block.header.channel) === mapKey(post.channel)
    )
    const statement = own?.statement.bytes ?? await headStatement(tx, post.channel, head.seq)
    const expected = head.seq + 1
    const { newestEpoch: epoch } = decision
    refusal = {
      ...refusal,
      members: { expected, head: statement && toBase64url(statement), epoch },
    }
  }
  return {
    taken: decision.taken,
    kept: decision.kept,
    head: { seq: head.seq, id: head.id },
    refusal,
    blocks: newBlocks.length,
    readings: newBlocks.reduce((sum, block) => sum + block.header.count, 0),
    forks,
  }
}

function unknownChannel(post: Post): Outcome {
  const head = { seq: -1, id: post.channel }
  const refusal: Refusal = { code: 'channel-unknown' }
  return { taken: 0, kept: [], head, refusal, blocks: 0, readings: 0, forks: 0 }
}
