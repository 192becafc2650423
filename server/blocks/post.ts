/**
 * A post of blocks as it comes: a CBOR sequence of epoch openings and blocks, each parsed and its
 * signature checked before anything is locked. Reading ends at the first item that does not hold;
 * what stands before it is still taken.
 *
 * @module
 */
import { type Bytes, equal } from '../../shared/bytes.ts'
import { CborError, scanItem } from '../../shared/cbor.ts'
import { type Identity, wasSignedBy } from '../../shared/identity/identity.ts'
import {
  sha256,
  type Statement,
  StatementError,
  statementId,
} from '../../shared/identity/statement.ts'
import { type Block, BlockError, readBlock } from '../../shared/seal/block.ts'
import { type Epoch, parseEpoch } from '../../shared/seal/channel.ts'
import type { ProblemCode } from '../../shared/api/problems.ts'
import { type Deps, mapKey } from '../context.ts'
import type { Database } from '../database.ts'
import type { Identities } from '../identity/store.ts'
import type { Members } from '../problems.ts'

/** Why an item is not taken. */
export interface Refusal {
  readonly code: ProblemCode
  readonly members?: Members
  /** Seconds after which the same item may be taken. */
  readonly retryAfter?: number
}

/** What is known of the signature: true of the signer's state `seq`, and to be compared with it. */
interface Signed {
  readonly seq: number
  /** Whether the key holds now, or once held. */
  readonly current: boolean
}

export interface BlockItem {
  readonly kind: 'block'
  readonly block: Block
  readonly signed: Signed
}

export interface EpochItem {
  readonly kind: 'epoch'
  readonly epoch: Epoch
  readonly id: Bytes
  readonly statement: Statement
  readonly signed: Signed
  /** The owner's state that was looked at, and whether it lists the seal key; null if unknown. */
  readonly owner: { readonly seq: number; readonly sealed: boolean } | null
}

export interface Post {
  readonly channel: Bytes
  readonly items: readonly (BlockItem | EpochItem)[]
  /** Why the item after `items` does not hold, if there is one. */
  readonly refusal: Refusal | null
  readonly size: number
}

type Parsed =
  | { readonly kind: 'block'; readonly block: Block; readonly statement: Statement }
  | {
    readonly kind: 'epoch'
    readonly epoch: Epoch
    readonly id: Bytes
    readonly statement: Statement
  }

/** @param fresh look identities up in the database, as what memory has turned out to be old */
export async function readPost(
  deps: Pick<Deps, 'digest'>,
  identities: Identities,
  database: Database,
  channel: Bytes,
  bytes: Bytes,
  maxItems: number,
  fresh: boolean,
): Promise<Post> {
  const parsed: Parsed[] = []
  let refusal: Refusal | null = null
  for (let offset = 0; offset < bytes.length && refusal === null;) {
    if (parsed.length === maxItems) {
      refusal = { code: 'block-malformed', members: { reason: `More than ${maxItems} items` } }
      break
    }
    try {
      const end = scanItem(bytes, offset)
      const item = await parseItem(bytes.subarray(offset, end), deps)
      const its = item.kind === 'block' ? item.block.header.channel : item.epoch.channel
      if (equal(its, channel)) parsed.push(item)
      else refusal = { code: 'wrong-channel' }
      offset = end
    } catch (error) {
      refusal = malformed(error)
    }
  }

  const find = finder(identities, database, fresh)
  // An identity that is not known ends the post before others are looked up: they cost queries.
  const signers = new Set<string>()
  for (const [i, { statement }] of parsed.entries()) {
    const key = mapKey(statement.identity)
    if (signers.has(key)) continue
    signers.add(key)
    if (await find(statement.identity, () => true) !== null) continue
    refusal = { code: 'device-not-paired' }
    parsed.length = i
  }
  const signed = await Promise.all(parsed.map((item) => checkSignature(item.statement, find)))
  const items: (BlockItem | EpochItem)[] = []
  for (const [i, item] of parsed.entries()) {
    const by = signed[i]
    if (by === undefined || 'code' in by) {
      refusal = by ?? { code: 'signature-invalid' }
      break
    }
    if (item.kind === 'block') items.push({ kind: 'block', block: item.block, signed: by })
    else {
      const owner = await sealKeyState(item.epoch, find)
      items.push({ ...item, signed: by, owner })
      // Sealed to nobody who is known, it is refused, and what follows is never looked at.
      if (owner === null) break
    }
  }
  return { channel, items, refusal, size: bytes.length }
}

const ARRAY_OF_TWO = 0x82
const ARRAY_OF_FOUR = 0x84

async function parseItem(item: Bytes, { digest }: Pick<Deps, 'digest'>): Promise<Parsed> {
  if (item[0] === ARRAY_OF_FOUR) {
    const { content, statement } = parseEpoch(item)
    const id = await statementId(statement, digest ?? sha256)
    return { kind: 'epoch', epoch: content, id, statement }
  }
  if (item[0] !== ARRAY_OF_TWO) throw new StatementError('Expected an epoch opening or a block')
  const block = await readBlock(item, digest ?? sha256)
  if (block.body === null) throw new BlockError('Body is missing')
  return { kind: 'block', block, statement: block.statement }
}

function malformed(error: unknown): Refusal {
  if (error instanceof BlockError) {
    return { code: 'body-mismatch', members: { reason: error.message } }
  }
  if (error instanceof CborError || error instanceof StatementError) {
    return { code: 'block-malformed', members: { reason: error.message } }
  }
  throw error
}

type Find = (id: Bytes, holds: (identity: Identity) => boolean) => Promise<Identity | null>

/** Identities from memory; from the database where memory lacks what is looked for. */
function finder(identities: Identities, database: Database, fresh: boolean): Find {
  const newest = new Map<string, Promise<Identity | null>>()
  return async (id, holds) => {
    if (!fresh) {
      const known = await identities.atLeast(database, id, 0)
      if (known !== null && holds(known)) return known
    }
    const key = mapKey(id)
    const found = newest.get(key) ?? identities.newest(database, id)
    newest.set(key, found)
    return await found
  }
}

async function checkSignature(statement: Statement, find: Find): Promise<Signed | Refusal> {
  const holds = (identity: Identity) =>
    identity.keys.some((key) => key.index === statement.index && key.purpose === 'sign')
  const identity = await find(statement.identity, holds)
  if (identity === null) return { code: 'device-not-paired' }
  if (!await wasSignedBy(statement, identity)) return { code: 'signature-invalid' }
  return { seq: identity.seq, current: holds(identity) }
}

async function sealKeyState(epoch: Epoch, find: Find): Promise<EpochItem['owner']> {
  const holds = (identity: Identity) =>
    identity.keys.some((key) => key.index === epoch.ownerKey && key.purpose === 'seal')
  const owner = await find(epoch.owner, holds)
  return owner && { seq: owner.seq, sealed: holds(owner) }
}
