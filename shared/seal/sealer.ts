/**
 * The sealing end of channels: readings in, signed and chained blocks out, into the vault. Nothing
 * is sent before the step that made it is durable. Whatever happens to the vault (two tabs, a copy,
 * yesterday's state), no key meets a nonce twice: each block has a fresh random salt, and each
 * epoch a fresh random key.
 *
 * @module
 */
import { type Bytes, equal } from '../bytes.ts'
import { startOfNextLocalDay } from '../meter/zone.ts'
import type { Reading } from '../meter/reading.ts'
import type { NativeSealAlgorithm } from '../identity/keys.ts'
import type { Signer } from '../identity/statement.ts'
import { type Block, openBlock, readBlock, sealBlock } from './block.ts'
import { type BlockRef, type Epoch, openEpoch } from './channel.ts'
import {
  commitment,
  importEpochKey,
  sealEpochKey,
  unwrapEpochKey,
  wrapEpochKey,
} from './epoch-key.ts'
import {
  type ChannelRecord,
  type EpochRecord,
  type KeptEntry,
  type OutboxEntry,
  type Vault,
  VaultConflict,
} from './vault.ts'

export interface SealerOptions {
  readonly vault: Vault
  readonly device: Signer
  /** The owner's newest sealing key that is known, to which every epoch key is sealed at once. */
  readonly ownerKey: OwnerKey
  /** Seconds since 1970, UTC. */
  readonly now: () => number
  /** Fresh random bytes. */
  readonly random: (length: number) => Bytes
  /** Nobody but the owner where there are none. */
  readonly recipients?: Recipients
}

/** A sealing key of the owner's identity. A newer one has a higher index. */
export interface OwnerKey {
  readonly index: number
  readonly algorithm: NativeSealAlgorithm
  readonly publicKey: Bytes
}

/** Who else is given the keys of a channel's epochs, under the owner's grants. */
export interface Recipients {
  /**
   * Names of those who are given an epoch that is opened now, sorted.
   *
   * @param observed the times of the readings that come into it first, where they are there
   */
  of(channel: Bytes, observed?: Observed): Promise<readonly Bytes[]>
  /**
   * The batch that gives it to them, to be sent after the epoch's opening; null where none has to be
   * told of it.
   */
  wrap(epoch: RawEpoch, names: readonly Bytes[]): Promise<Bytes | null>
}

/** Observed times of the first and the last of some readings; seconds since 1970, UTC. */
export interface Observed {
  readonly from: number
  readonly to: number
}

export interface RawEpoch {
  readonly channel: Bytes
  readonly epoch: number
  readonly raw: Bytes
}

export interface Sealer {
  /**
   * Seals readings of one meter into the next block of a channel. When it returns, the block is in
   * the outbox for good.
   *
   * @param beside what the caller keeps in the same step
   * @throws {SealerError} when the vault does not know the channel
   */
  seal(channel: Bytes, readings: readonly Reading[], beside?: Bytes): Promise<Block>
  /**
   * Goes on after a head that the platform has and this vault did not know: opens a new epoch and
   * seals again what waits, marked as such. So it does with blocks above that head that had been
   * acknowledged: the platform has lost them. What was sealed in an earlier chapter stays there, for
   * it is of another meter, with an epoch of its own: where the new chapter begins, its opening must
   * then be signed anew. These epochs hold what is of several times, so nobody is given them whole.
   *
   * @param epoch newest epoch that the platform knows
   * @returns how many blocks were sealed again
   * @throws {SealerError} when no device can have opened that epoch
   */
  reseal(channel: Bytes, head: BlockRef, epoch: number): Promise<number>
  /**
   * Opens a new epoch where others are to be given its key than those who were given the newest, or
   * where that is sealed to an older key of the owner; so does sealing by itself. Before the first
   * epoch there is nothing to turn.
   *
   * @returns whether it turned
   * @throws {SealerError} when the vault does not know the channel
   */
  turn(channel: Bytes): Promise<boolean>
  /**
   * From now on epochs are sealed to this key of the owner. What a key that the owner has taken back
   * was sealed to is never sealed to again, whoever asks: the vault remembers it.
   *
   * @throws {SealerError} when a newer one is known
   */
  sealTo(key: OwnerKey): void
}

/** The vault cannot do what was asked of it. */
export class SealerError extends Error {
  override readonly name = 'SealerError'
}

interface OpenEpoch {
  readonly number: number
  readonly commitment: Bytes
  readonly key: CryptoKey
}

/** An epoch that was opened, and what is kept and sent of it. */
interface Turned {
  readonly open: OpenEpoch
  readonly record: EpochRecord
  readonly entries: readonly OutboxEntry[]
  readonly wrappedFor: readonly Bytes[]
  readonly sealedTo: number
  readonly ends: number
}

const MAX_TRIES = 4
const EVERY_ENTRY = 1_000_000
/** Further ahead of ours no other device can have got: past the last number no epoch can follow. */
const MOST_EPOCHS_AHEAD = 10_000

export function createSealer(options: SealerOptions): Sealer {
  const { vault, device, now, random, recipients } = options
  let { ownerKey } = options
  const epochs = new Map<string, OpenEpoch>()
  const queues = new Map<string, Promise<unknown>>()

  /** One step of a channel at a time; a step on top of a stale record is tried again. */
  function inTurn<T>(channel: Bytes, step: (record: ChannelRecord) => Promise<T>): Promise<T> {
    const name = channel.join()
    const run = async () => {
      for (let attempt = 1;; attempt++) {
        const record = await vault.channel(channel)
        if (record === undefined) throw new SealerError('Channel is not in this vault')
        try {
          return await step(record)
        } catch (error) {
          if (!(error instanceof VaultConflict) || attempt === MAX_TRIES) throw error
        }
      }
    }
    const turn = (queues.get(name) ?? Promise.resolve()).then(run, run)
    queues.set(name, turn.catch(() => undefined))
    return turn
  }

  async function turnEpoch(
    record: ChannelRecord,
    number: number,
    reason: Epoch['reason'],
    names: readonly Bytes[],
    chapter = record.chapter,
  ): Promise<Turned> {
    const { channel, zone, owner } = record
    const { index, algorithm, publicKey } = ownerKey
    if (index < (record.sealedTo ?? index)) throw tooOld(index)
    const raw = random(32)
    const key = await importEpochKey(raw)
    const committed = await commitment(key, channel, number)
    const name = { channel, chapter, epoch: number }
    const { enc, sealed } = await sealEpochKey(
      raw,
      name,
      committed,
      algorithm,
      publicKey,
    )
    const at = now()
    const opening = await openEpoch({
      ...name,
      commitment: committed,
      owner,
      ownerKey: index,
      enc,
      sealed,
      reason,
      at,
    }, device)
    const wrapped = await wrapEpochKey(raw, vault.wrapping)
    const wraps = await recipients?.wrap({ channel, epoch: number, raw }, names) ?? null
    raw.fill(0)
    return {
      open: { number, commitment: committed, key },
      record: { channel, epoch: number, commitment: committed, wrapped, ...whoOf(names) },
      entries: [
        { channel, kind: 'epoch', number, bytes: opening.statement.bytes },
        ...(wraps === null ? [] : [{ channel, kind: 'wraps', number, bytes: wraps } as const]),
      ],
      wrappedFor: names,
      sealedTo: index,
      ends: startOfNextLocalDay(zone, at),
    }
  }

  async function currentEpoch(record: ChannelRecord): Promise<OpenEpoch | null> {
    if (record.commitment === null || now() >= record.epochEnds) return null
    // A clock that was set back a day or more must not stretch an epoch over several days.
    if (record.epochEnds - now() > 26 * 3600) return null
    const held = epochs.get(record.channel.join())
    if (held !== undefined && equal(held.commitment, record.commitment)) return held
    for (const kept of await vault.epochKeys(record.channel, record.epoch)) {
      if (!equal(kept.commitment, record.commitment)) continue
      const key = await unwrapEpochKey(kept.wrapped, vault.wrapping)
      return { number: record.epoch, commitment: kept.commitment, key }
    }
    return null // the key is gone: a new epoch is always right
  }

  async function seal(
    record: ChannelRecord,
    readings: readonly Reading[],
    beside: Bytes | undefined,
  ): Promise<Block> {
    const current = await currentEpoch(record)
    const names = await recipients?.of(record.channel, observedOf(readings)) ?? []
    const isDue = current !== null && !holds(record, names, ownerKey)
    const turned = current === null || isDue
      ? await turnEpoch(record, record.epoch + 1, reasonOf(record, isDue), names)
      : null
    const epoch = turned?.open ?? current ?? undefined
    if (epoch === undefined) throw new SealerError('No epoch')
    const place = {
      channel: record.channel,
      chapter: record.chapter,
      epoch: epoch.number,
      epochKey: epoch.key,
      seq: record.head[0] + 1,
      prev: record.head[1],
    }
    const block = await sealBlock(readings, place, device, random(16), now())
    await vault.commit({
      record: {
        ...(turned === null ? record : inEpoch(record, turned)),
        head: [place.seq, block.id],
        version: record.version + 1,
      },
      ...(turned === null ? {} : { epochs: [turned.record] }),
      entries: [...(turned?.entries ?? []), blockEntry(block)],
      ...(beside === undefined ? {} : { beside }),
    })
    epochs.set(record.channel.join(), epoch)
    return block
  }

  async function reseal(
    record: ChannelRecord,
    head: BlockRef,
    knownEpoch: number,
  ): Promise<number> {
    const ahead = knownEpoch - record.epoch
    if (!Number.isSafeInteger(knownEpoch) || knownEpoch < -1 || ahead > MOST_EPOCHS_AHEAD) {
      throw new SealerError(`Epoch ${knownEpoch} cannot be the newest of the channel`)
    }
    const lost = await vault.sentAfter(record.channel, head[0])
    const waiting = [...lost, ...await vault.waiting(record.channel, EVERY_ENTRY)]
    const entries: OutboxEntry[] = []
    const opened: EpochRecord[] = []
    let chapter = -1
    let count = 0
    async function turnTo(next: number): Promise<Turned> {
      chapter = next
      const turned = await turnEpoch(
        record,
        knownEpoch + 1 + opened.length,
        'resealed',
        [],
        chapter,
      )
      opened.push(turned.record)
      entries.push(...turned.entries)
      return turned
    }
    let epoch: Turned | null = null
    let [seq, prev] = head
    for (const entry of waiting) {
      if (entry.kind !== 'block') continue
      const { header } = await readBlock(entry.bytes)
      if (epoch === null || header.chapter !== chapter) epoch = await turnTo(header.chapter)
      const place = {
        channel: record.channel,
        chapter,
        epoch: epoch.open.number,
        epochKey: epoch.open.key,
        seq: seq + 1,
        prev,
        resealed: true,
      }
      const readings = await openWaiting(entry)
      const block = await sealBlock(readings, place, device, random(16), now())
      seq = place.seq
      prev = block.id
      entries.push(blockEntry(block))
      count++
    }
    if (epoch === null || chapter !== record.chapter) epoch = await turnTo(record.chapter)
    await vault.commit({
      record: { ...inEpoch(record, epoch), head: [seq, prev], version: record.version + 1 },
      epochs: opened,
      entries,
      withdraw: waiting.map((entry) => entry.order),
    })
    epochs.set(record.channel.join(), epoch.open)
    return count
  }

  async function turn(record: ChannelRecord): Promise<boolean> {
    const names = await recipients?.of(record.channel) ?? []
    if (record.epoch === -1 || holds(record, names, ownerKey)) return false
    const turned = await turnEpoch(record, record.epoch + 1, 'turned', names)
    await vault.commit({
      record: { ...inEpoch(record, turned), version: record.version + 1 },
      epochs: [turned.record],
      entries: turned.entries,
    })
    epochs.set(record.channel.join(), turned.open)
    return true
  }

  async function openWaiting(entry: KeptEntry): Promise<Reading[]> {
    const block = await readBlock(entry.bytes)
    let failure: unknown = new SealerError('Key of a waiting block is not in the vault')
    for (const kept of await vault.epochKeys(entry.channel, block.header.epoch)) {
      try {
        return await openBlock(block, await unwrapEpochKey(kept.wrapped, vault.wrapping))
      } catch (error) {
        failure = error // another key of the same number
      }
    }
    throw failure
  }

  return {
    seal: (channel, readings, beside) =>
      inTurn(channel, (record) => seal(record, readings, beside)),
    reseal: (channel, head, epoch) => inTurn(channel, (record) => reseal(record, head, epoch)),
    turn: (channel) => inTurn(channel, turn),
    sealTo(key) {
      if (key.index < ownerKey.index) throw tooOld(key.index)
      ownerKey = key
    },
  }
}

/** Whether the newest epoch's key is given to just these, and to the owner under this key. */
function holds(
  { wrappedFor = [], sealedTo, commitment }: ChannelRecord,
  names: readonly Bytes[],
  { index }: OwnerKey,
): boolean {
  // Where no epoch is open, none can be sealed to another key.
  return (commitment === null || sealedTo === index) && wrappedFor.length === names.length &&
    wrappedFor.every((name, i) => equal(name, names[i] ?? new Uint8Array(0)))
}

function tooOld(index: number): SealerError {
  return new SealerError(`The owner has a newer sealing key than ${index}: fetch its identity`)
}

function observedOf(readings: readonly Reading[]): Observed {
  const times = readings.map(({ at }) => at)
  return { from: Math.min(...times), to: Math.max(...times) }
}

/** Why a new epoch begins, where one is due before the next block. */
function reasonOf(record: ChannelRecord, isDue: boolean): Epoch['reason'] {
  if (isDue) return 'turned'
  return record.commitment === null ? 'first' : 'midnight'
}

function inEpoch(
  record: ChannelRecord,
  { open, ends, wrappedFor, sealedTo }: Turned,
): ChannelRecord {
  const { wrappedFor: _, ...rest } = record
  return {
    ...rest,
    epoch: open.number,
    commitment: open.commitment,
    epochEnds: ends,
    sealedTo,
    ...whoOf(wrappedFor),
  }
}

function whoOf(wrappedFor: readonly Bytes[]): Pick<ChannelRecord, 'wrappedFor'> {
  return wrappedFor.length === 0 ? {} : { wrappedFor }
}

function blockEntry(block: Block): OutboxEntry {
  return {
    channel: block.header.channel,
    kind: 'block',
    number: block.header.seq,
    bytes: block.bytes,
  }
}
