/**
 * Wraps: the keys of epochs, or of single blocks, under a grant key. AES-KW (RFC 3394) of 64 bytes:
 * the key, then the SHA-256 of what it is the key of, so that a wrap moved to another place does not
 * open there. AES-KW keeps its input whole, and needs no randomness; one epoch's key is prepared
 * once and wrapped for a thousand grants.
 *
 * A batch of wraps is signed by the channel's device when it turned an epoch, or by the owner who
 * gives history. It names the newest event of the owner that its author had seen; what a recipient
 * sees of that is `head`, a blinded hash, from which it cannot learn what else the owner does.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, compare, concat, equal } from '../bytes.ts'
import { decode, encode } from '../cbor.ts'
import { AT_FIRST, bytes, opener, parser, uint, uint32 } from '../identity/content.ts'
import { type Digest, sha256, StatementError } from '../identity/statement.ts'
import type { Epoch } from '../seal/channel.ts'
import { checkEpochKey, EpochKeyError } from '../seal/epoch-key.ts'

/** A wrap that does not open, or is not of what it is said to be. */
export class WrapError extends Error {
  override readonly name = 'WrapError'
}

export interface EpochPlace {
  readonly channel: Bytes
  readonly epoch: number
  /** Of {@link ownerHead}. */
  readonly head: Bytes
}

export interface BlockPlace extends EpochPlace {
  readonly seq: number
}

/** Gives the 72 bytes for one grant. */
export type Wrap = (grantKey: CryptoKey) => Promise<Bytes>

/** The raw grant key as a key that wraps and unwraps and can never be read. */
export async function importGrantKey(raw: Bytes): Promise<CryptoKey> {
  return await crypto.subtle.importKey('raw', raw, 'AES-KW', false, ['wrapKey', 'unwrapKey'])
}

/** What an epoch's key is wrapped with: prepared once, then called for each grant. */
export async function wrapEpoch(rawEpochKey: Bytes, place: EpochPlace): Promise<Wrap> {
  return await wrapKey(rawEpochKey, epochContext(place))
}

/** The same for one block of an epoch, of whose key it tells nothing. */
export async function wrapBlockKey(raw: Bytes, place: BlockPlace): Promise<Wrap> {
  return await wrapKey(raw, blockContext(place))
}

/**
 * @param epoch the epoch's opening, whose commitment the key is checked against
 * @throws {WrapError}
 */
export async function unwrapEpoch(
  wrapped: Bytes,
  grantKey: CryptoKey,
  epoch: Epoch,
  head: Bytes,
): Promise<CryptoKey> {
  const place = { channel: epoch.channel, epoch: epoch.epoch, head }
  const raw = await unwrapKey(wrapped, grantKey, epochContext(place), `epoch ${epoch.epoch}`)
  try {
    return await checkEpochKey(raw, epoch)
  } catch (error) {
    if (error instanceof EpochKeyError) throw new WrapError(error.message)
    throw error
  } finally {
    raw.fill(0)
  }
}

/** @throws {WrapError} */
export async function unwrapBlockKey(
  wrapped: Bytes,
  grantKey: CryptoKey,
  place: BlockPlace,
): Promise<CryptoKey> {
  const raw = await unwrapKey(wrapped, grantKey, blockContext(place), `block ${place.seq}`)
  try {
    return await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt'])
  } finally {
    raw.fill(0)
  }
}

function epochContext({ channel, epoch, head }: EpochPlace): Bytes {
  return encode(['kilowit/1/wrap', channel, epoch, head])
}

function blockContext({ channel, epoch, seq, head }: BlockPlace): Bytes {
  return encode(['kilowit/1/wrap-block', channel, epoch, seq, head])
}

/** WebCrypto wraps keys only: an HMAC key may have 64 bytes, and what it is called is all the same. */
const AS_HMAC = { name: 'HMAC', hash: 'SHA-256' }

async function wrapKey(raw: Bytes, context: Bytes): Promise<Wrap> {
  const both = concat(raw, await sha256(context))
  const key = await crypto.subtle.importKey('raw', both, AS_HMAC, true, ['sign'])
  both.fill(0)
  return async (grantKey) =>
    new Uint8Array(await crypto.subtle.wrapKey('raw', key, grantKey, 'AES-KW'))
}

async function unwrapKey(
  wrapped: Bytes,
  grantKey: CryptoKey,
  context: Bytes,
  what: string,
): Promise<Bytes> {
  let both: Bytes
  try {
    const key = await crypto.subtle
      .unwrapKey('raw', wrapped, grantKey, 'AES-KW', AS_HMAC, true, ['sign'])
    both = new Uint8Array(await crypto.subtle.exportKey('raw', key))
  } catch {
    throw new WrapError(`Key of ${what} cannot be opened with this grant key`)
  }
  if (both.length !== 64 || !equal(both.subarray(32), await sha256(context))) {
    throw new WrapError(`Wrapped key is not of ${what} under this owner's head`)
  }
  return both.slice(0, 32)
}

/** The owner's newest event that a batch acted on, as its recipients see it. */
export async function ownerHead(
  blind: Bytes,
  seen: Bytes,
  digest: Digest = sha256,
): Promise<Bytes> {
  return await digest(concat(blind, seen))
}

const WrapsSchema = v.strictObject({
  v: v.literal(1),
  channel: bytes(16),
  epoch: uint32,
  /** Id of the owner's newest event that its author had seen. */
  seen: bytes(32),
  /** Random; see {@link ownerHead}. */
  blind: bytes(16),
  /** SHA-256 of the encoded list. */
  wraps: bytes(32),
  at: uint,
})

export type Wraps = v.InferOutput<typeof WrapsSchema>

export const openWraps = opener('kilowit/wraps', WrapsSchema)
/** Parses without checking the signature. @throws {StatementError | CborError} */
export const parseWraps = parser('kilowit/wraps', WrapsSchema)

/** One grant's part of a batch: the epoch's key, or those of some of its blocks. */
export type WrapItem =
  | { readonly grant: Bytes; readonly wrapped: Bytes }
  | { readonly grant: Bytes; readonly blocks: readonly (readonly [seq: number, wrapped: Bytes])[] }

const MAX_WRAP_ITEMS = 4096
const MAX_WRAP_BLOCKS = 10_000
const MAX_WRAP_LIST = 1024 * 1024

const ItemSchema = v.strictTuple([
  bytes(16),
  v.union([
    bytes(72),
    v.pipe(
      v.array(v.strictTuple([uint, bytes(72)])),
      v.minLength(1),
      v.check((blocks) => blocks.every(([seq], i) => i === 0 || (blocks[i - 1]?.[0] ?? 0) < seq)),
    ),
  ]),
])

const ListSchema = v.pipe(
  v.array(ItemSchema),
  v.maxLength(MAX_WRAP_ITEMS),
  v.check((items) => items.every(([grant], i) => i === 0 || grantBefore(items[i - 1]?.[0], grant))),
  v.check((items) =>
    items.reduce((sum, [, keys]) => sum + (Array.isArray(keys) ? keys.length : 0), 0) <=
      MAX_WRAP_BLOCKS
  ),
)

function grantBefore(a: Bytes | undefined, b: Bytes): boolean {
  return a !== undefined && compare(a, b) < 0
}

/** Sorted by grant, and blocks by their place. */
export function encodeWrapList(items: readonly WrapItem[]): Bytes {
  const sorted = [...items].sort((a, b) => compare(a.grant, b.grant))
  return encode(
    sorted.map((item) =>
      'wrapped' in item
        ? [item.grant, item.wrapped]
        : [item.grant, [...item.blocks].sort(([a], [b]) => a - b)]
    ),
  )
}

/** @throws {StatementError | CborError} */
export function parseWrapList(list: Bytes): WrapItem[] {
  if (list.length > MAX_WRAP_LIST) throw new StatementError('List of wraps is larger than 1 MiB')
  const parsed = v.safeParse(ListSchema, decode(list), AT_FIRST)
  if (!parsed.success) throw new StatementError('List of wraps has not the shape of one')
  return parsed.output.map(([grant, keys]) =>
    keys instanceof Uint8Array ? { grant, wrapped: keys } : { grant, blocks: keys }
  )
}

/** Whether `list` is the one that the batch signs. */
export async function isListOf(
  batch: Wraps,
  list: Bytes,
  digest: Digest = sha256,
): Promise<boolean> {
  return equal(batch.wraps, await digest(list))
}
