/**
 * Identities: a chain of signed key changes. The id is the hash of the first change; every change
 * lists the keys that hold from then on, names the change before it, and is signed by a key of the
 * state before it. A sign key may add and remove sign and seal keys; only a recovery key may change
 * recovery keys, and it may replace all others. An owner names a recovery key from the first day.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, equal, toHex } from '../bytes.ts'
import { decode, encode } from '../cbor.ts'
import { IDENTITY_KINDS, type IdentityKind } from './kinds.ts'
import { SEAL_SIZES, type SealAlgorithm } from './keys.ts'
import { type Algorithm, importVerifyKey, type RawVerifier, type VerifyKey } from './profile.ts'
import {
  type Digest,
  NOBODY,
  parseStatement,
  sha256,
  type Signer,
  signStatement,
  type Statement,
  StatementError,
  statementId,
} from './statement.ts'

export type Purpose = 'sign' | 'seal' | 'recover'

export interface IdentityKey {
  /** Never used twice in one identity. */
  readonly index: number
  readonly algorithm: Algorithm | SealAlgorithm
  readonly publicKey: Bytes
  readonly purpose: Purpose
}

/** An identity after its newest known change. */
export interface Identity {
  readonly id: Bytes
  readonly kind: IdentityKind
  /** Number of the newest change, from 0. */
  readonly seq: number
  /** Id of the newest change. */
  readonly head: Bytes
  /** The keys that hold now. */
  readonly keys: readonly IdentityKey[]
  /** The index of the next new key. */
  readonly nextIndex: number
  /** Every sign key there ever was, ready to verify with, by index. */
  readonly verifiers: ReadonlyMap<number, VerifyKey>
  /** The signed changes, oldest first. */
  readonly changes: readonly Bytes[]
}

/** A chain of changes that does not hold. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError'
}

const MAX_KEYS = 32
const MAX_CHANGES = 1000
/** Over all changes: to take a key costs a check of its curve. */
const MAX_KEYS_EVER = 1000
/** All changes together, in bytes. */
const MAX_CHAIN = 256 * 1024
/**
 * Of each limit, what only changes by a recovery key may use: whoever stole a sign key must not be
 * able to fill the chain up, or nobody could ever sign that key out.
 */
const FOR_RECOVERY = { changes: 100, keys: 100, bytes: 64 * 1024 }

const bytes32 = v.pipe(v.custom<Bytes>((x) => x instanceof Uint8Array), v.length(32))
const uint = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const ChangeSchema = v.strictObject({
  v: v.literal(1),
  kind: v.picklist(IDENTITY_KINDS),
  seq: v.pipe(uint, v.maxValue(MAX_CHANGES - 1)),
  prev: v.nullable(bytes32),
  at: uint,
  keys: v.pipe(
    v.array(
      v.strictTuple([
        v.pipe(uint, v.maxValue(0xffff_ffff)),
        v.picklist(['EdDSA', 'ES256', 'X25519', 'P-256', 'X-Wing']),
        v.pipe(
          v.custom<Bytes>((x) => x instanceof Uint8Array),
          v.minLength(32),
          v.maxLength(SEAL_SIZES['X-Wing'].publicKey),
        ),
        v.picklist(['sign', 'seal', 'recover']),
      ]),
    ),
    v.minLength(1),
    v.maxLength(MAX_KEYS),
  ),
})

type Change = v.InferOutput<typeof ChangeSchema>

/** What a first change needs: `sign` gives the signature of the key at `index`. */
export interface FirstChange {
  readonly kind: IdentityKind
  readonly keys: readonly IdentityKey[]
  /** Seconds since 1970, UTC. */
  readonly at: number
}

export async function createIdentity(
  first: FirstChange,
  index: number,
  key: Pick<Signer, 'algorithm' | 'sign'>,
): Promise<Identity> {
  const payload = changePayload({ ...first, seq: 0, prev: null })
  const statement = await signStatement('kilowit/identity', payload, {
    ...key,
    identity: NOBODY,
    index,
  })
  return await readIdentity([statement.bytes])
}

/** Appends a change signed by `by`, a sign or recovery key that holds now. */
export async function changeIdentity(
  identity: Identity,
  keys: readonly IdentityKey[],
  at: number,
  by: Signer,
): Promise<Identity> {
  const payload = changePayload({
    kind: identity.kind,
    keys,
    at,
    seq: identity.seq + 1,
    prev: identity.head,
  })
  const statement = await signStatement('kilowit/identity', payload, by)
  return await readIdentity([...identity.changes, statement.bytes])
}

/**
 * Verifies a chain of changes from the first on.
 *
 * @param options.verifier a platform's faster verification
 * @throws {IdentityError | StatementError}
 */
export async function readIdentity(
  changes: readonly Bytes[],
  options: { digest?: Digest; verifier?: RawVerifier } = {},
): Promise<Identity> {
  const digest = options.digest ?? sha256
  if (changes.length > MAX_CHANGES) throw new IdentityError(`More than ${MAX_CHANGES} changes`)
  let id: Bytes | null = null
  let head: Bytes | null = null
  let kind: IdentityKind | null = null
  let keys: readonly IdentityKey[] = []
  const every = new Map<number, IdentityKey>()
  /** Of sign and recovery keys, for the chain itself. */
  const verifiers = new Map<number, VerifyKey>()
  let size = 0

  for (const [seq, bytes] of changes.entries()) {
    const statement = parseStatement(bytes, 'kilowit/identity')
    const change = parseChange(statement.payload)
    checkLink(change, seq, head, kind)
    if (!equal(statement.identity, id ?? NOBODY)) {
      throw new IdentityError(`Change ${seq} is signed in another identity's name`)
    }
    const next = await takeKeys(change, every, verifiers, options.verifier)
    const before = seq === 0 ? next : keys
    const by = before.find((key) => key.index === statement.index && key.purpose !== 'seal')
    if (by === undefined) throw new IdentityError(`Change ${seq} is signed by a key that may not`)
    if (seq === 0 && by.purpose !== 'sign') {
      throw new IdentityError('The first change must be signed by a sign key')
    }
    if (seq > 0 && by.purpose !== 'recover' && !sameRecovery(keys, next)) {
      throw new IdentityError(`Change ${seq} alters a recovery key without being signed by one`)
    }
    size += bytes.length
    if (size > MAX_CHAIN) throw new IdentityError(`Changes are larger than ${MAX_CHAIN} bytes`)
    const recoverable = before.some((key) => key.purpose === 'recover')
    if (recoverable && by.purpose !== 'recover' && reachesReserve(seq + 1, every.size, size)) {
      throw new IdentityError(`Change ${seq} takes the room that is kept for recovery`)
    }
    const verifier = verifiers.get(by.index)
    if (
      verifier === undefined || verifier.algorithm !== statement.algorithm ||
      !(await verifier.verify(statement.signature, statement.signed))
    ) {
      throw new IdentityError(`Signature of change ${seq} does not hold`)
    }
    keys = next
    kind = change.kind
    head = await statementId(statement, digest)
    id ??= head
  }
  if (id === null || head === null || kind === null) throw new IdentityError('No changes')
  return {
    id,
    kind,
    seq: changes.length - 1,
    head,
    keys,
    nextIndex: every.size,
    // A recovery key signs changes of the chain and nothing else.
    verifiers: new Map([...verifiers].filter(([index]) => every.get(index)?.purpose === 'sign')),
    changes: [...changes],
  }
}

/** Whether `statement` is signed by `identity` with a key that holds now. */
export async function isSignedBy(statement: Statement, identity: Identity): Promise<boolean> {
  const holds = identity.keys.some((key) => key.index === statement.index && key.purpose === 'sign')
  return holds && await wasSignedBy(statement, identity)
}

/** Whether `statement` is signed by `identity` with a sign key that holds now or once held. */
export async function wasSignedBy(statement: Statement, identity: Identity): Promise<boolean> {
  const verifier = identity.verifiers.get(statement.index)
  return equal(statement.identity, identity.id) && verifier !== undefined &&
    verifier.algorithm === statement.algorithm &&
    await verifier.verify(statement.signature, statement.signed)
}

export function sealKeyOf(identity: Identity): IdentityKey | undefined {
  return identity.keys.filter((key) => key.purpose === 'seal').at(-1)
}

/** Short text of an id for people to compare: the first ten bytes in hex, in groups. */
export function fingerprint(id: Bytes): string {
  return toHex(id.subarray(0, 10)).replace(/(.{4})(?=.)/g, '$1 ')
}

function changePayload(change: FirstChange & { seq: number; prev: Bytes | null }): Bytes {
  return encode({
    v: 1,
    kind: change.kind,
    seq: change.seq,
    prev: change.prev,
    at: change.at,
    keys: change.keys.map((key) => [key.index, key.algorithm, key.publicKey, key.purpose]),
  })
}

/** The content of a change, without checking what the chain asks of it. @throws {StatementError} */
export function parseChange(payload: Bytes): Change {
  const parsed = v.safeParse(ChangeSchema, decode(payload), { abortEarly: true })
  if (!parsed.success) throw new StatementError('Identity change has not the shape of one')
  return parsed.output
}

function reachesReserve(changes: number, keys: number, bytes: number): boolean {
  return changes > MAX_CHANGES - FOR_RECOVERY.changes || keys > MAX_KEYS_EVER - FOR_RECOVERY.keys ||
    bytes > MAX_CHAIN - FOR_RECOVERY.bytes
}

function checkLink(change: Change, seq: number, head: Bytes | null, kind: string | null): void {
  if (change.seq !== seq) throw new IdentityError(`Expected change ${seq}, got ${change.seq}`)
  const linked = head === null
    ? change.prev === null
    : change.prev !== null && equal(change.prev, head)
  if (!linked) throw new IdentityError(`Change ${seq} does not follow the one before it`)
  if (kind !== null && kind !== change.kind) throw new IdentityError('Kind of identity changed')
}

async function takeKeys(
  change: Change,
  every: Map<number, IdentityKey>,
  verifiers: Map<number, VerifyKey>,
  rawVerifier: RawVerifier | undefined,
): Promise<IdentityKey[]> {
  // Numbers are never left out: a key of the highest would be the last one ever.
  const next = every.size
  const added = change.keys.filter(([index]) => !every.has(index)).length
  const keys: IdentityKey[] = []
  for (const [index, algorithm, publicKey, purpose] of change.keys) {
    const known = every.get(index)
    const key = { index, algorithm, publicKey, purpose }
    if (keys.some((other) => other.index === index)) {
      throw new IdentityError(`Key ${index} is listed twice`)
    }
    if (known !== undefined) {
      if (!sameKey(known, key)) throw new IdentityError(`Key ${index} was another key before`)
    } else {
      if ([...every.values()].some((other) => equal(other.publicKey, publicKey))) {
        throw new IdentityError(`Key ${index} is another key's public key again`)
      }
      if (index >= next + added) throw new IdentityError(`Key ${index} leaves numbers out`)
      if (every.size === MAX_KEYS_EVER) throw new IdentityError(`More than ${MAX_KEYS_EVER} keys`)
      if ((algorithm === 'EdDSA' || algorithm === 'ES256') === (purpose === 'seal')) {
        throw new IdentityError(`Key ${index} cannot ${purpose} with ${algorithm}`)
      }
      if (algorithm === 'EdDSA' || algorithm === 'ES256') {
        const verifier = await importVerifyKey(algorithm, publicKey, rawVerifier)
        if (verifier === null) throw new IdentityError(`Key ${index} is not a valid public key`)
        verifiers.set(index, verifier)
      } else if (algorithm === 'X-Wing' && change.kind !== 'provider') {
        throw new IdentityError(`Key ${index} is a provider's: others seal with X25519 or P-256`)
      } else if (!(await isSealKey(algorithm, publicKey))) {
        throw new IdentityError(`Key ${index} is not a valid public key`)
      }
      every.set(index, key)
    }
    keys.push(key)
  }
  if (!keys.some((key) => key.purpose === 'sign')) throw new IdentityError('No sign key is left')
  if (change.kind === 'owner') {
    for (const purpose of ['seal', 'recover'] as const) {
      if (!keys.some((key) => key.purpose === purpose)) {
        throw new IdentityError(`An owner needs a ${purpose} key`)
      }
    }
  }
  return keys
}

/**
 * Every 32 bytes are an X25519 key (RFC 7748); a point on P-256 is one whatever it is for; what
 * X-Wing's ML-KEM half must be besides its length is checked when something is sealed to it.
 */
async function isSealKey(algorithm: SealAlgorithm, publicKey: Bytes): Promise<boolean> {
  if (algorithm !== 'P-256') return publicKey.length === SEAL_SIZES[algorithm].publicKey
  return await importVerifyKey('ES256', publicKey, () => false) !== null
}

function sameKey(a: IdentityKey, b: IdentityKey): boolean {
  return a.algorithm === b.algorithm && a.purpose === b.purpose && equal(a.publicKey, b.publicKey)
}

function sameRecovery(a: readonly IdentityKey[], b: readonly IdentityKey[]): boolean {
  const recovery = (keys: readonly IdentityKey[]) =>
    keys.filter((key) => key.purpose === 'recover')
      .map((key) => `${key.index}:${toHex(key.publicKey)}`).sort().join()
  return recovery(a) === recovery(b)
}
