/**
 * The proof: every channel from its opening to its newest block as the platform has it, verified
 * again and opened, and compared with the acknowledgements that this browser holds.
 *
 * @module
 */
import { type Bytes, equal, toBase64url } from '../../shared/bytes.ts'
import { ApiProblem, type Client } from '../../shared/api/client.ts'
import { fingerprint } from '../../shared/identity/identity.ts'
import { readBlock } from '../../shared/seal/block.ts'
import { parseAcknowledgement } from '../../shared/seal/acknowledgement.ts'
import { createChannelVerifier, unwrittenFault } from '../../shared/seal/verify.ts'
import type { ChannelProof, Proof, ProofProgress } from '../state.ts'
import { loadOperator } from '../household/delivery.ts'
import type { MeterRecord } from '../vault/database.ts'
import type { Self } from '../vault/identities.ts'
import { loadMeters } from '../vault/meters.ts'
import type { BrowserVault } from '../vault/vault.ts'
import { epochKeysOf, type Gathered, gatherEvidence, ownChapters } from './evidence.ts'
import type { MeterChannel } from './read-back.ts'

export interface VerifyAllOptions {
  readonly vault: BrowserVault
  readonly self: Self
  readonly client: Client
  readonly progress: (progress: ProofProgress) => void
  readonly signal?: AbortSignal | undefined
}

interface Job {
  readonly meter: MeterRecord
  readonly channel: MeterChannel
  readonly gathered: Gathered | null
}

const PAGE = 1000
const TELL_EVERY = 20

export async function verifyAll(options: VerifyAllOptions): Promise<Proof> {
  const { vault, self, client } = options
  const jobs: Job[] = []
  for (const meter of await loadMeters(vault.database)) {
    for (const channel of meter.channels) {
      jobs.push({ meter, channel, gathered: await gather(client, self, channel) })
    }
  }
  const of = jobs.reduce((sum, { gathered }) => sum + (gathered?.head ?? -1) + 1, 0)
  let checked = 0
  options.progress({ checked, of })
  const channels: ChannelProof[] = []
  for (const job of jobs) {
    channels.push(
      await verifyChannel(options, job, () => {
        options.signal?.throwIfAborted()
        if (++checked % TELL_EVERY === 0) options.progress({ checked, of })
      }),
    )
  }
  const operator = await loadOperator(vault.database)
  return {
    at: Date.now(),
    owner: hexOf(self.owner.identity.id),
    device: hexOf(self.device.identity.id),
    operator: operator === null ? '' : hexOf(operator.id),
    custody: 'browser',
    channels,
  }
}

/** The fingerprint that the verifier prints, without its grouping, which is the rooms' own. */
function hexOf(id: Bytes): string {
  return fingerprint(id).replaceAll(' ', '')
}

/** Null for a channel that the platform has not been told of yet. */
async function gather(client: Client, self: Self, channel: MeterChannel): Promise<Gathered | null> {
  try {
    return await gatherEvidence(client, self, channel.id)
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'channel-unknown') return null
    throw error
  }
}

async function verifyChannel(
  { vault, self, client }: VerifyAllOptions,
  { meter, channel, gathered }: Job,
  tick: () => void,
): Promise<ChannelProof> {
  const acknowledgements = await vault.acknowledgements(channel.id)
  const base = {
    channel: toBase64url(channel.id),
    meter: meter.id,
    simulated: meter.simulated,
    classes: channel.classes,
    resolution: channel.resolution,
    acknowledged: acknowledgements.size,
    waiting: await vault.countWaiting(channel.id),
    lost: await vault.countLost(channel.id),
  }
  if (gathered === null) {
    const lost = acknowledgements.size === 0 ? null : { seq: null, reason: 'channel-unknown' }
    const nothing = { chapters: 0, ownChapters: 0, blocks: 0, readings: 0, resealed: 0 }
    return { ...base, ...nothing, firstAt: null, lastAt: null, gaps: [], fault: lost }
  }
  const verifier = await createChannelVerifier(gathered.evidence, {
    epochKey: epochKeysOf(vault, self.owner, gathered.evidence),
  })
  let fault: ChannelProof['fault'] = verifier.fault()
  if (fault === null) {
    for await (const bytes of client.blocks(channel.id, { limit: PAGE })) {
      const block = await readBlock(bytes)
      fault = await verifier.add(block)
      const acknowledgement = acknowledgements.get(block.header.seq)
      if (fault === null && acknowledgement !== undefined) {
        // The operator has signed that another block stands here.
        const same = equal(parseAcknowledgement(acknowledgement).content.block, block.id)
        if (!same) {
          fault = { seq: block.header.seq, reason: 'acknowledgement-does-not-hold' }
        }
      }
      if (fault !== null) break
      tick()
    }
  }
  const end = verifier.checkpoint()
  const { head, counts } = end
  // There may be more of them than a call takes arguments.
  let acknowledged = -1
  for (const seq of acknowledgements.keys()) acknowledged = Math.max(acknowledged, seq)
  if (acknowledged > head[0]) fault ??= { seq: head[0] + 1, reason: 'block-missing' }
  fault ??= unwrittenFault(gathered.evidence.chapters, end)
  return {
    ...base,
    chapters: gathered.evidence.chapters.length,
    ownChapters: ownChapters(gathered.evidence.chapters, self),
    beginnings: gathered.evidence.chapters.slice(1).map(({ content: { reason, at } }) => ({
      reason,
      at,
    })),
    blocks: counts.blocks,
    readings: counts.readings,
    resealed: counts.resealed,
    firstAt: counts.from,
    lastAt: counts.to,
    gaps: counts.gaps,
    fault,
  }
}
