/**
 * Pairing joins a device to an owner: one payload, signed by both.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, equal } from '../bytes.ts'
import { decode, encode, joinArray, splitArray } from '../cbor.ts'
import { type Identity, wasSignedBy } from './identity.ts'
import {
  parseStatement,
  type Signer,
  signStatement,
  type Statement,
  StatementError,
} from './statement.ts'

export interface Pairing {
  readonly owner: Bytes
  readonly device: Bytes
  /** Seconds since 1970, UTC. */
  readonly at: number
  /** The owner's and the device's statement. */
  readonly statements: readonly [Statement, Statement]
  /** Both as one CBOR array. */
  readonly bytes: Bytes
}

const bytes32 = v.pipe(v.custom<Bytes>((x) => x instanceof Uint8Array), v.length(32))

const PairingSchema = v.strictObject({
  v: v.literal(1),
  owner: bytes32,
  device: bytes32,
  at: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
})

/** Whom a pairing joins, and since when. */
export type PairingNames = Pick<Pairing, 'owner' | 'device' | 'at'>

export async function pair(owner: Signer, device: Signer, at: number): Promise<Pairing> {
  const names = { owner: owner.identity, device: device.identity, at }
  const byOwner = await signPairing(names, owner)
  const byDevice = await signPairing(names, device)
  return joinPairing(byOwner.bytes, byDevice.bytes)
}

/** One side's half of a pairing. */
export async function signPairing(names: PairingNames, by: Signer): Promise<Statement> {
  const { owner, device, at } = names
  return await signStatement('kilowit/pairing', encode({ v: 1, owner, device, at }), by)
}

/**
 * Both halves as one, without checking the signatures.
 *
 * @throws {StatementError | CborError}
 */
export function joinPairing(byOwner: Bytes, byDevice: Bytes): Pairing {
  return parsePairing(joinArray([byOwner, byDevice]))
}

/**
 * One side's half, without checking its signature.
 *
 * @throws {StatementError | CborError}
 */
export function parsePairingHalf(
  bytes: Bytes,
): { readonly names: PairingNames; readonly statement: Statement } {
  const statement = parseStatement(bytes, 'kilowit/pairing')
  const parsed = v.safeParse(PairingSchema, decode(statement.payload))
  if (!parsed.success) throw new StatementError('Pairing has not the shape of one')
  const { owner, device, at } = parsed.output
  return { names: { owner, device, at }, statement }
}

/**
 * Parses without checking the signatures; see {@link pairingHolds}.
 *
 * @throws {StatementError | CborError}
 */
export function parsePairing(bytes: Bytes): Pairing {
  const [first, second, ...rest] = splitArray(bytes)
  if (first === undefined || second === undefined || rest.length > 0) {
    throw new StatementError('A pairing is two statements')
  }
  const byOwner = parseStatement(first, 'kilowit/pairing')
  const byDevice = parseStatement(second, 'kilowit/pairing')
  const parsed = v.safeParse(PairingSchema, decode(byOwner.payload))
  if (
    !parsed.success || !equal(byOwner.payload, byDevice.payload) ||
    !equal(byOwner.identity, parsed.output.owner) ||
    !equal(byDevice.identity, parsed.output.device)
  ) {
    throw new StatementError('Pairing is not one payload signed by its owner and its device')
  }
  const { owner, device, at } = parsed.output
  return { owner, device, at, statements: [byOwner, byDevice], bytes }
}

export async function pairingHolds(
  pairing: Pairing,
  owner: Identity,
  device: Identity,
): Promise<boolean> {
  return owner.kind === 'owner' && device.kind === 'device' &&
    await wasSignedBy(pairing.statements[0], owner) &&
    await wasSignedBy(pairing.statements[1], device)
}
