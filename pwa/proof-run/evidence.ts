/**
 * What a channel is verified against: its signed opening, chapters and epochs from the platform,
 * and the identities and pairings behind them. The owner's own identity is the one kept here; what
 * the platform says of it must extend that.
 *
 * @module
 */
import { type Bytes, equal, toHex } from '../../shared/bytes.ts'
import type { Client } from '../../shared/api/client.ts'
import { type Identity, readIdentity } from '../../shared/identity/identity.ts'
import { parsePairing } from '../../shared/identity/pairing.ts'
import { StatementError } from '../../shared/identity/statement.ts'
import { type Epoch, parseChannel, parseChapter, parseEpoch } from '../../shared/seal/channel.ts'
import {
  EpochKeyError,
  importEpochKey,
  unsealEpochKey,
  unwrapEpochKey,
} from '../../shared/seal/epoch-key.ts'
import type { EpochRecord } from '../../shared/seal/vault.ts'
import type { ChannelEvidence } from '../../shared/seal/verify.ts'
import type { Owner, Self } from '../vault/identities.ts'
import type { BrowserVault } from '../vault/vault.ts'

/** Evidence with the bytes it came in, and where the platform says that the channel stands. */
export interface Gathered {
  readonly evidence: ChannelEvidence
  readonly pairings: readonly Bytes[]
  readonly head: number
  /** Id of the block there, or of the channel's opening: told, not checked. */
  readonly headId: Bytes
}

/**
 * @param of epochs to gather, when only some are needed: for reading a stretch
 * @throws {StatementError} what came is no statement, or of another channel
 */
export async function gatherEvidence(
  client: Client,
  self: Self,
  channel: Bytes,
  of?: { readonly from: number; readonly to: number },
): Promise<Gathered> {
  const [info, epochs, pairings, owner] = await Promise.all([
    client.channel(channel),
    gatherEpochs(client, channel, of),
    client.pairings(),
    ownerIdentity(client, self.owner.identity),
  ])
  const opening = parseChannel(info.opening)
  // All of it holds by itself, and may yet be another channel's than was asked for.
  const isAsked = equal(opening.content.channel, channel) &&
    equal(opening.content.owner, self.owner.identity.id)
  if (!isAsked) throw new StatementError('The opening is of another channel')
  const chapters = info.chapters.map(parseChapter)
  const devices = new Map<string, Bytes>()
  for (const { content } of chapters) devices.set(toHex(content.device), content.device)
  const identities = await Promise.all([...devices.values()].map(async (device) => {
    const ours = equal(device, self.device.identity.id)
    return ours ? self.device.identity : await readIdentity((await client.identity(device)).changes)
  }))
  return {
    evidence: {
      identities: [owner, ...identities],
      pairings: pairings.map(parsePairing),
      opening,
      chapters,
      epochs: epochs.map(parseEpoch),
      ...(of === undefined ? {} : { firstEpoch: of.from }),
    },
    pairings,
    head: info.head.seq,
    headId: info.head.id,
  }
}

/** At the most, in one answer. */
const EPOCHS = 1000

async function gatherEpochs(
  client: Client,
  channel: Bytes,
  of: { readonly from: number; readonly to: number } | undefined,
): Promise<Bytes[]> {
  const epochs: Bytes[] = []
  const most = of === undefined ? Infinity : of.to - of.from + 1
  const after = of === undefined || of.from === 0 ? undefined : of.from - 1
  for await (const epoch of client.epochs(channel, after, Math.min(most, EPOCHS))) {
    epochs.push(epoch)
    if (epochs.length === most) break
  }
  return epochs
}

/** How many of a channel's chapters this device wrote. */
export function ownChapters(chapters: ChannelEvidence['chapters'], { device }: Self): number {
  return chapters.filter(({ content }) => equal(content.device, device.identity.id)).length
}

/** The owner with the changes that the owner's other devices have made since. */
export async function ownerIdentity(client: Client, known: Identity): Promise<Identity> {
  const { changes } = await client.identity(known.id)
  const extended = changes.length > known.changes.length &&
    known.changes.every((change, i) => equal(change, changes[i] ?? new Uint8Array(0)))
  return extended ? await readIdentity(changes) : known
}

/** The keys of a channel's epochs, as this browser made them, or else as {@link ownEpochKey}. */
export function epochKeysOf(
  vault: Pick<BrowserVault, 'epochKeys' | 'wrapping'>,
  owner: Owner,
  { opening, epochs, firstEpoch = 0 }: ChannelEvidence,
): (epoch: Epoch) => Promise<CryptoKey | null> {
  // All at once: to look for each by itself would take as long as to open its blocks.
  const made = vault.epochKeys(opening.content.channel, firstEpoch, firstEpoch + epochs.length - 1)
    .then((records) => {
      const byEpoch = new Map<number, EpochRecord[]>()
      for (const one of records) {
        byEpoch.set(one.epoch, [...byEpoch.get(one.epoch) ?? [], one])
      }
      return byEpoch
    })
  made.catch(() => undefined) // told by whoever asks for a key
  return async (epoch) => {
    for (const { commitment, wrapped } of (await made).get(epoch.epoch) ?? []) {
      if (equal(commitment, epoch.commitment)) return await unwrapEpochKey(wrapped, vault.wrapping)
    }
    return await ownEpochKey(owner, epoch)
  }
}

/** An epoch's key, from what the device sealed to the owner; null when it is not for this owner. */
export async function ownEpochKey(owner: Owner, epoch: Epoch): Promise<CryptoKey | null> {
  const raw = await ownRawEpochKey(owner, epoch)
  if (raw === null) return null
  const key = await importEpochKey(raw)
  raw.fill(0)
  return key
}

export async function ownRawEpochKey(
  { sealing, earlier = [] }: Owner,
  epoch: Epoch,
): Promise<Bytes | null> {
  for (const key of [sealing, ...earlier]) {
    if (key.index !== epoch.ownerKey) continue
    try {
      return await unsealEpochKey(epoch, key.algorithm, key)
    } catch (error) {
      if (!(error instanceof EpochKeyError)) throw error
    }
  }
  return null
}
