/**
 * Channels, chapters and epochs: the signed statements that open them. An owner opens a channel
 * (for good) and its chapters (a device and a meter each); the device opens the epochs, each with a
 * commitment to its key and the key sealed to the owner (HPKE, RFC 9180).
 *
 * @module
 */
import * as v from 'valibot'
import type { Bytes } from '../bytes.ts'
import {
  bytes,
  encapsulated,
  type Opened,
  opener,
  parser,
  uint,
  uint32,
} from '../identity/content.ts'
import { type Digest, sha256, statementId } from '../identity/statement.ts'

/** A block by its place: `seq` is -1 and `id` the opening's before the first block. */
const BlockRefSchema = v.strictTuple([
  v.pipe(v.number(), v.safeInteger(), v.minValue(-1)),
  bytes(32),
])

export const DATA_CLASSES = ['energy', 'power', 'grid', 'all'] as const
export const RESOLUTION = /^(live|PT([1-9]|[1-5][0-9])M|PT1H|P1D)$/

const ChannelSchema = v.strictObject({
  v: v.literal(1),
  /** Random. */
  channel: bytes(16),
  owner: bytes(32),
  classes: v.picklist(DATA_CLASSES),
  /** `live` or an ISO 8601 duration: PT1M to PT59M, PT1H, P1D. */
  resolution: v.pipe(v.string(), v.regex(RESOLUTION)),
  /** IANA time zone: where its days begin. */
  zone: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_+\-/]{1,64}$/)),
  /** True for a simulated meter: the mark cannot be taken off. */
  simulated: v.boolean(),
  at: uint,
})

export const CHAPTER_REASONS = ['first', 'restored', 'device-replaced', 'meter-changed'] as const

const ChapterSchema = v.strictObject({
  v: v.literal(1),
  channel: bytes(16),
  chapter: uint32,
  owner: bytes(32),
  device: bytes(32),
  /** Random tag of the meter: the same in every channel of one meter, and tells nothing else. */
  meter: bytes(16),
  custody: v.picklist(['software', 'browser', 'hardware']),
  /** The last block known, which this chapter continues. */
  after: BlockRefSchema,
  /** The newest block the owner knows of that is not there any more. */
  lost: v.nullable(BlockRefSchema),
  reason: v.picklist(CHAPTER_REASONS),
  at: uint,
})

/** `turned` says no more on purpose: why an epoch was turned is nobody else's business. */
export const EPOCH_REASONS = ['first', 'midnight', 'resealed', 'turned'] as const

const EpochSchema = v.strictObject({
  v: v.literal(1),
  channel: bytes(16),
  chapter: uint32,
  epoch: uint32,
  commitment: bytes(32),
  owner: bytes(32),
  /** Index of the owner's sealing key. */
  ownerKey: uint32,
  /** HPKE: encapsulated key and sealed epoch key. */
  enc: encapsulated('X25519', 'P-256'),
  sealed: bytes(48),
  reason: v.picklist(EPOCH_REASONS),
  at: uint,
})

export type Channel = v.InferOutput<typeof ChannelSchema>
export type Chapter = v.InferOutput<typeof ChapterSchema>
export type Epoch = v.InferOutput<typeof EpochSchema>
export type BlockRef = readonly [seq: number, id: Bytes]

export type { Opened } from '../identity/content.ts'

export const openChannel = opener('kilowit/channel', ChannelSchema)
export const openChapter = opener('kilowit/chapter', ChapterSchema)
export const openEpoch = opener('kilowit/epoch', EpochSchema)

/** Parse without checking the signature. @throws {StatementError | CborError} */
export const parseChannel = parser('kilowit/channel', ChannelSchema)
export const parseChapter = parser('kilowit/chapter', ChapterSchema)
export const parseEpoch = parser('kilowit/epoch', EpochSchema)

/** Where a channel stands before its first block. */
export async function startOf(
  opening: Opened<Channel>,
  digest: Digest = sha256,
): Promise<BlockRef> {
  return [-1, await statementId(opening.statement, digest)]
}
