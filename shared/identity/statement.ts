/**
 * Signed statements: COSE_Sign1 (RFC 9052 section 4.2) in deterministic CBOR, untagged, with an
 * empty unprotected header. A statement's id is the SHA-256 of its Sig_structure, never of its
 * signature: an ES256 signature can be changed into another valid one by anybody, the id cannot.
 *
 * The protected header holds alg (1), kid (4: identity id of 32 bytes, then the key index as a
 * 32-bit big-endian integer) and typ (16, RFC 9596), which keeps a signature over one kind of
 * statement from being taken for another.
 *
 * @module
 */
import { type Bytes, concat, equal } from '../bytes.ts'
import { CborError, type CborValue, decodeWithMaps, encode, splitArray } from '../cbor.ts'
import type { Algorithm } from './profile.ts'

/** Kinds of statement, as they stand in the header's `typ`. */
export type StatementType =
  | 'kilowit/identity'
  | 'kilowit/pairing'
  | 'kilowit/pairing-step'
  | 'kilowit/channel'
  | 'kilowit/chapter'
  | 'kilowit/epoch'
  | 'kilowit/block'
  | 'kilowit/acknowledgement'
  | 'kilowit/bundle'
  | 'kilowit/provider'
  | 'kilowit/approval'
  | 'kilowit/grant'
  | 'kilowit/step'
  | 'kilowit/wraps'
  | 'kilowit/event'

export type Digest = (bytes: Bytes) => Bytes | Promise<Bytes>

/** SHA-256 by WebCrypto: the default everywhere; a server on Node passes a synchronous one. */
export const sha256: Digest = async (bytes) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))

/** What signs: one key of one identity. `sign` gives the 64 bytes of COSE's form. */
export interface Signer {
  readonly identity: Bytes
  readonly index: number
  readonly algorithm: Algorithm
  readonly sign: (message: Bytes) => Promise<Bytes>
}

export interface Statement {
  readonly type: StatementType
  readonly algorithm: Algorithm
  /** Id of the identity that signed; 32 zero bytes in an identity's first change. */
  readonly identity: Bytes
  readonly index: number
  /** Encoded protected header. */
  readonly protected: Bytes
  /** Decoded protected header. */
  readonly header: ReadonlyMap<unknown, unknown>
  readonly payload: Bytes
  readonly signature: Bytes
  /** Encoded Sig_structure: what the signature covers. */
  readonly signed: Bytes
  /** The whole COSE_Sign1 as it came. */
  readonly bytes: Bytes
}

/** Bytes that are no statement of ours. */
export class StatementError extends Error {
  override readonly name = 'StatementError'
}

export const NOBODY: Bytes = new Uint8Array(32)

const COSE_ALGORITHM: Record<Algorithm, number> = { EdDSA: -8, ES256: -7 }
const LABEL_ALG = 1
const LABEL_KID = 4
const LABEL_TYP = 16
const MAX_STATEMENT = 64 * 1024

export async function signStatement(
  type: StatementType,
  payload: Bytes,
  by: Signer,
): Promise<Statement> {
  return await signProtected(protectedHeader(type, by), payload, by)
}

/** Encodes a protected header; `more` are further members with text labels. */
export function protectedHeader(
  type: StatementType,
  by: Pick<Signer, 'algorithm' | 'identity' | 'index'>,
  more: readonly (readonly [string, CborValue])[] = [],
): Bytes {
  return encode(
    new Map<number | string, CborValue>([
      [LABEL_ALG, COSE_ALGORITHM[by.algorithm]],
      [LABEL_KID, keyId(by.identity, by.index)],
      [LABEL_TYP, type],
      ...more,
    ]),
  )
}

/** Signs `payload` under an encoded protected header of {@link protectedHeader}. */
export async function signProtected(
  header: Bytes,
  payload: Bytes,
  by: Signer,
): Promise<Statement> {
  return parseStatement(await signBytes(header, payload, by))
}

/** Like {@link signProtected}, for whoever signs many and only sends them. */
export async function signBytes(header: Bytes, payload: Bytes, by: Signer): Promise<Bytes> {
  return encode([header, {}, payload, await by.sign(sigStructure(header, payload))])
}

/**
 * Parses without checking the signature.
 *
 * @throws {StatementError | CborError}
 */
export function parseStatement(bytes: Bytes, type?: StatementType): Statement {
  if (bytes.length > MAX_STATEMENT) throw new StatementError('Statement is larger than 64 KiB')
  const parts = splitArray(bytes)
  const [protectedItem, unprotected, payloadItem, signatureItem] = parts
  if (
    parts.length !== 4 || !protectedItem || !unprotected || !payloadItem || !signatureItem ||
    unprotected.length !== 1 || unprotected[0] !== 0xa0
  ) {
    throw new StatementError('Expected [protected, {}, payload, signature]')
  }
  const encodedHeader = byteString(protectedItem)
  const payload = byteString(payloadItem)
  const signature = byteString(signatureItem)
  const header = decodeWithMaps(encodedHeader)
  if (!(header instanceof Map)) throw new StatementError('Protected header is not a map')
  const algorithm = algorithmOf(header.get(LABEL_ALG))
  const kid: unknown = header.get(LABEL_KID)
  const typ: unknown = header.get(LABEL_TYP)
  if (!(kid instanceof Uint8Array) || kid.length !== 36) {
    throw new StatementError('Key id is not 36 bytes')
  }
  if (!isStatementType(typ)) throw new StatementError('Statement type is not known')
  if (type !== undefined && typ !== type) {
    throw new StatementError(`Expected a statement of type ${type}: this one is ${typ}`)
  }
  if (typ !== 'kilowit/block' && header.size !== 3) {
    throw new StatementError('Protected header has members that are not known')
  }
  if (signature.length !== 64) throw new StatementError('Signature is not 64 bytes')
  return {
    type: typ,
    algorithm,
    identity: kid.slice(0, 32),
    index: new DataView(kid.buffer, kid.byteOffset + 32, 4).getUint32(0),
    protected: encodedHeader,
    header,
    payload,
    signature,
    signed: sigStructure(encodedHeader, payload),
    bytes,
  }
}

export async function statementId(statement: Statement, digest: Digest = sha256): Promise<Bytes> {
  return await digest(statement.signed)
}

export function keyId(identity: Bytes, index: number): Bytes {
  const suffix = new Uint8Array(4)
  new DataView(suffix.buffer).setUint32(0, index)
  return concat(identity, suffix)
}

/** RFC 9052 section 4.4, with empty external data. */
function sigStructure(header: Bytes, payload: Bytes): Bytes {
  return encode(['Signature1', header, new Uint8Array(0), payload])
}

/** The content of an encoded byte string, as a view. */
export function byteString(item: Bytes): Bytes {
  const initial = item[0] ?? 0
  if (initial >> 5 !== 2) throw new CborError('Expected a byte string', 0)
  const low = initial & 31
  return item.subarray(low < 24 ? 1 : 1 + (1 << (low - 24)))
}

function algorithmOf(value: unknown): Algorithm {
  if (value === COSE_ALGORITHM.EdDSA) return 'EdDSA'
  if (value === COSE_ALGORITHM.ES256) return 'ES256'
  throw new StatementError('Algorithm is not EdDSA or ES256')
}

const STATEMENT_TYPES: ReadonlySet<unknown> = new Set<StatementType>([
  'kilowit/identity',
  'kilowit/pairing',
  'kilowit/pairing-step',
  'kilowit/channel',
  'kilowit/chapter',
  'kilowit/epoch',
  'kilowit/block',
  'kilowit/acknowledgement',
  'kilowit/bundle',
  'kilowit/provider',
  'kilowit/approval',
  'kilowit/grant',
  'kilowit/step',
  'kilowit/wraps',
  'kilowit/event',
])

function isStatementType(value: unknown): value is StatementType {
  return STATEMENT_TYPES.has(value)
}

export function signedBy(statement: Statement, identity: Bytes): boolean {
  return equal(statement.identity, identity)
}
