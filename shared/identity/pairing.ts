/**
 * Pairing joins a device to an owner: one payload, signed by both.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, equal } from '../bytes.ts'
import { decode, encode, splitArray } from '../cbor.ts'
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

export async function pair(owner: Signer, device: Signer, at: number): Promise<Pairing> {
  const payload = encode({ v: 1, owner: owner.identity, device: device.identity, at })
  const byOwner = await signStatement('kilowit/pairing', payload, owner)
  const byDevice = await signStatement('kilowit/pairing', payload, device)
  return parsePairing(joined(byOwner, byDevice))
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

function joined(byOwner: Statement, byDevice: Statement): Bytes {
  const bytes = new Uint8Array(1 + byOwner.bytes.length + byDevice.bytes.length)
  bytes[0] = 0x82 // a CBOR array of two
  bytes.set(byOwner.bytes, 1)
  bytes.set(byDevice.bytes, 1 + byOwner.bytes.length)
  return bytes
}
