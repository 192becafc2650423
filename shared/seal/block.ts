/**
 * The block: readings sealed together, `[COSE_Sign1, body]` in deterministic CBOR. The body is the
 * padded columns under A256GCM with a key of its own (see epoch-key.ts), an all-zero nonce and the
 * protected header as additional data. The signed payload is the SHA-256 of the body, so that a
 * body can be erased and the chain still verifies. The block id is the hash of the Sig_structure.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, concat, equal } from '../bytes.ts'
import { type CborValue, encode, splitArray } from '../cbor.ts'
import type { Reading } from '../meter/reading.ts'
import {
  byteString,
  type Digest,
  parseStatement,
  protectedHeader,
  sha256,
  type Signer,
  signProtected,
  type Statement,
  StatementError,
  statementId,
} from '../identity/statement.ts'
import { ColumnsError, readColumns, writeColumns } from './columns.ts'
import { MAX_READINGS } from './columns-shape.ts'
import { blockKey } from './epoch-key.ts'

/** A body that is not what its header says, or cannot be opened with this key. */
export class BlockError extends Error {
  override readonly name = 'BlockError'
}

export const MAX_BODY = 1024 * 1024
const NONCE = new Uint8Array(12)
/** What A256GCM adds to the plaintext. */
const TAG = 16

// Each one check: a year of blocks has a hundred thousand members.
const bytes = (length: number) =>
  v.custom<Bytes>((x) => x instanceof Uint8Array && x.length === length)
const integer = (least: number, most: number) =>
  v.custom<number>((x) =>
    typeof x === 'number' && Number.isSafeInteger(x) && x >= least && x <= most
  )
const uint = integer(0, Number.MAX_SAFE_INTEGER)
const uint32 = integer(0, 0xffff_ffff)
const seconds = integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)

const HeaderSchema = v.strictObject({
  v: v.literal(1),
  channel: bytes(16),
  chapter: uint32,
  epoch: uint32,
  /** Place in the channel, from 0. */
  seq: uint,
  /** Id of the block before; of the channel's opening for block 0. */
  prev: bytes(32),
  salt: bytes(16),
  /** When it was sealed, by the device's clock; seconds since 1970, UTC. */
  sealed: seconds,
  /** Observed time of the earliest and the latest reading. */
  from: seconds,
  to: seconds,
  count: integer(1, MAX_READINGS),
  /** True when the readings were sealed before, behind a head that turned out not to be one. */
  resealed: v.optional(v.literal(true)),
})

export type BlockHeader = v.InferOutput<typeof HeaderSchema>

export interface Block {
  readonly id: Bytes
  readonly header: BlockHeader
  readonly statement: Statement
  /** Null when erased. */
  readonly body: Bytes | null
  /** As it travels and is kept. */
  readonly bytes: Bytes
}

/** Where a block goes and what it is sealed under. */
export interface Place {
  readonly channel: Bytes
  readonly chapter: number
  readonly epoch: number
  readonly epochKey: CryptoKey
  readonly seq: number
  readonly prev: Bytes
  readonly resealed?: boolean
}

/**
 * Seals readings of one meter, in order.
 *
 * @throws {RangeError} when the readings do not fit a block
 * @param salt 16 fresh random bytes, never used before
 * @param now seconds since 1970, UTC
 */
export async function sealBlock(
  readings: readonly Reading[],
  place: Place,
  by: Signer,
  salt: Bytes,
  now: number,
): Promise<Block> {
  const plaintext = writeColumns(readings)
  if (plaintext.length + TAG > MAX_BODY) {
    throw new RangeError(`Cannot seal ${readings.length} readings: they exceed ${MAX_BODY} bytes`)
  }
  const times = readings.map((reading) => reading.at)
  const header: BlockHeader = {
    v: 1,
    channel: place.channel,
    chapter: place.chapter,
    epoch: place.epoch,
    seq: place.seq,
    prev: place.prev,
    salt,
    sealed: now,
    from: times.reduce((a, b) => Math.min(a, b)),
    to: times.reduce((a, b) => Math.max(a, b)),
    count: readings.length,
    ...(place.resealed === true ? { resealed: true } : {}),
  }
  const members = Object.entries(header) as [string, CborValue][]
  const protectedBytes = protectedHeader('kilowit/block', by, members)
  const key = await blockKey(place.epochKey, place.channel, place.epoch, salt)
  const algorithm = { name: 'AES-GCM', iv: NONCE, additionalData: protectedBytes }
  const body = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, plaintext))
  const statement = await signProtected(protectedBytes, await sha256(body), by)
  return {
    id: await statementId(statement),
    header,
    statement,
    body,
    bytes: joinBlock(statement.bytes, body),
  }
}

/**
 * Parses a block and checks that its body is the one it signs; not the signature itself.
 *
 * @throws {StatementError | CborError | BlockError}
 */
export async function readBlock(blockBytes: Bytes, digest: Digest = sha256): Promise<Block> {
  const [first, second, ...rest] = splitArray(blockBytes)
  if (first === undefined || second === undefined || rest.length > 0) {
    throw new StatementError('Expected [COSE_Sign1, body]')
  }
  const statement = parseStatement(first, 'kilowit/block')
  const header = parseHeader(statement)
  if (statement.payload.length !== 32) throw new StatementError('Payload is not a SHA-256')
  const body = second.length === 1 && second[0] === CBOR_NULL ? null : byteString(second)
  if (body !== null && body.length > MAX_BODY) {
    throw new BlockError(`Body is larger than ${MAX_BODY} bytes`)
  }
  // At the same time, as WebCrypto goes through a pool of threads.
  const [id, bodyDigest] = await Promise.all([
    statementId(statement, digest),
    body === null ? statement.payload : digest(body),
  ])
  if (!equal(bodyDigest, statement.payload)) {
    throw new BlockError('Body is not the one that was signed')
  }
  return { id, header, statement, body, bytes: blockBytes }
}

/**
 * Decrypts a block and checks that the readings are what the header says.
 *
 * @throws {BlockError | ColumnsError | CborError}
 */
export async function openBlock(block: Block, epochKey: CryptoKey): Promise<Reading[]> {
  const { header } = block
  const key = await blockKey(epochKey, header.channel, header.epoch, header.salt)
  return await openBlockWithKey(block, key)
}

/** Opens one block with its own key, which opens no other. */
export async function openBlockWithKey(block: Block, key: CryptoKey): Promise<Reading[]> {
  const { header, body, statement } = block
  if (body === null) throw new BlockError('Body was erased')
  const algorithm = { name: 'AES-GCM', iv: NONCE, additionalData: statement.protected }
  let plaintext: Bytes
  try {
    plaintext = new Uint8Array(await crypto.subtle.decrypt(algorithm, key, body))
  } catch {
    throw new BlockError('Body cannot be opened with this key')
  }
  const readings = readColumns(plaintext)
  const times = readings.map((reading) => reading.at)
  if (
    readings.length !== header.count ||
    times.reduce((a, b) => Math.min(a, b)) !== header.from ||
    times.reduce((a, b) => Math.max(a, b)) !== header.to
  ) {
    throw new ColumnsError('Readings are not what the header says')
  }
  return readings
}

/** A block as it travels, from its parts as they are stored; `body` null when erased. */
export function joinBlock(statement: Bytes, body: Bytes | null): Bytes {
  const second = body === null ? new Uint8Array([CBOR_NULL]) : encode(body)
  return concat(new Uint8Array([0x82]), statement, second) // 0x82: a CBOR array of two
}

const CBOR_NULL = 0xf6

function parseHeader(statement: Statement): BlockHeader {
  const members = [...statement.header].filter(([label]) => typeof label === 'string')
  if (members.length !== statement.header.size - 3) {
    throw new StatementError('Block header has members that are not known')
  }
  const parsed = v.safeParse(HeaderSchema, Object.fromEntries(members))
  if (!parsed.success) throw new StatementError('Block header has not the shape of one')
  if (parsed.output.from > parsed.output.to) throw new StatementError('Block ends before it begins')
  return parsed.output
}
