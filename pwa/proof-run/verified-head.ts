/**
 * Where a channel stands, checked before the owner signs that a chapter goes on from there: the
 * platform's word for its head is not enough, as a chapter after no block could never be verified.
 *
 * @module
 */
import { type Bytes, equal } from '../../shared/bytes.ts'
import { CborError } from '../../shared/cbor.ts'
import type { Client, HeadInfo } from '../../shared/api/client.ts'
import { IdentityError, wasSignedBy } from '../../shared/identity/identity.ts'
import { StatementError } from '../../shared/identity/statement.ts'
import { BlockError, joinBlock, readBlock } from '../../shared/seal/block.ts'
import { type BlockRef, startOf } from '../../shared/seal/channel.ts'
import {
  type ChannelEvidence,
  createChannelVerifier,
  unwrittenFault,
} from '../../shared/seal/verify.ts'
import type { Self } from '../vault/identities.ts'
import { gatherEvidence } from './evidence.ts'

export interface VerifiedHead {
  readonly head: BlockRef
  /** Newest epoch opened; -1 before the first. */
  readonly epoch: number
  /** What it was checked against. */
  readonly evidence: ChannelEvidence
}

/** Blocks may come while we look. */
const MOST_LOOKS = 5

/** Null when what the platform says is not what a paired device of this owner has sealed. */
export async function verifiedHead(
  client: Client,
  self: Self,
  channel: Bytes,
): Promise<VerifiedHead | null> {
  try {
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const { evidence, head: seq, headId } = await gatherEvidence(client, self, channel)
      const told = await client.head(channel)
      if (told.seq !== seq || !equal(told.id, headId)) continue
      const head = await checked(evidence, told, self, channel)
      return head && { head, epoch: evidence.epochs.length - 1, evidence }
    }
    return null
  } catch (error) {
    if (isUnverifiable(error)) return null
    throw error
  }
}

async function checked(
  evidence: ChannelEvidence,
  told: HeadInfo,
  self: Self,
  channel: Bytes,
): Promise<BlockRef | null> {
  const { opening, chapters, epochs, identities } = evidence
  const { content } = opening
  if (!equal(content.channel, channel) || !equal(content.owner, self.owner.identity.id)) return null
  if ((await createChannelVerifier(evidence)).fault() !== null) return null
  if (told.statement === null) {
    const start = await startOf(opening)
    const empty = told.seq === -1 && equal(told.id, start[1])
    return empty && unwrittenFault(chapters, { head: start, chapter: -1 }) === null ? start : null
  }
  const { id, header, statement } = await readBlock(joinBlock(told.statement, null))
  const head: BlockRef = [header.seq, id]
  const chapter = chapters[header.chapter]?.content
  const device = identities.find((one) => chapter !== undefined && equal(one.id, chapter.device))
  const holds = equal(id, told.id) && header.seq === told.seq && equal(header.channel, channel) &&
    chapter !== undefined && header.seq > chapter.after[0] &&
    epochs[header.epoch]?.content.chapter === header.chapter &&
    unwrittenFault(chapters, { head, chapter: header.chapter }) === null &&
    device !== undefined && await wasSignedBy(statement, device)
  return holds ? head : null
}

/** Whether it says that signed bytes are not what they should be, rather than that none came. */
export function isUnverifiable(error: unknown): boolean {
  return error instanceof StatementError || error instanceof CborError ||
    error instanceof IdentityError || error instanceof BlockError
}
