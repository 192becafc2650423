/**
 * The steps of a pairing: its own chain, begun by the pairing and continued by the owner. It is all
 * that a device sees of the owner's history. Each step says for whom the device wraps its epochs from
 * then on, and with which keys, sealed to the device alone (HPKE base mode, RFC 9180); why that has
 * changed it does not say. So a device that stands where the owner is not can turn its keys without
 * waiting for the owner, and the platform can put nobody among its recipients.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, compare, concat, equal, utf8 } from '../bytes.ts'
import { CborError, decode, encode } from '../cbor.ts'
import {
  bytes,
  encapsulated,
  type Opened,
  opener,
  parser,
  uint,
  uint32,
} from '../identity/content.ts'
import { suiteOf } from '../identity/hpke.ts'
import { type Identity, isSignedBy, sealKeyOf, wasSignedBy } from '../identity/identity.ts'
import type { NativeSealAlgorithm } from '../identity/keys.ts'
import { type Digest, sha256, type Signer, statementId } from '../identity/statement.ts'

/** What a device must know of a grant to wrap for it. */
export interface DeviceRecipient {
  readonly grant: Bytes
  /** The raw grant key. */
  readonly key: Bytes
  /** Those of the device's channels that it gives. */
  readonly channels: readonly Bytes[]
  /** Observed times between which it gives readings. */
  readonly history: number
  readonly until: number
}

/** What fits into a statement. */
const MOST_RECIPIENTS = 500
const MOST_SEALED = 60 * 1024

const PairingStepSchema = v.strictObject({
  v: v.literal(1),
  owner: bytes(32),
  device: bytes(32),
  /** From 1. */
  step: v.pipe(uint32, v.minValue(1)),
  /** Id of the step before; before step 1, of the pairing's first statement. */
  prev: bytes(32),
  /** Id of the owner's newest event, which the device's wraps name as what they acted on. */
  seen: bytes(32),
  /** Index of the device's sealing key, and what is sealed to it: the list of recipients. */
  toKey: uint32,
  enc: encapsulated('X25519', 'P-256'),
  sealed: v.pipe(v.custom<Bytes>((x) => x instanceof Uint8Array), v.maxLength(MOST_SEALED)),
  /** SHA-256 of the list. It holds keys, so it tells nobody else what is in it. */
  list: bytes(32),
  at: uint,
})

export type PairingStep = v.InferOutput<typeof PairingStepSchema>

export const openPairingStep = opener('kilowit/pairing-step', PairingStepSchema)
/** Parses without checking the signature. @throws {StatementError | CborError} */
export const parsePairingStep = parser('kilowit/pairing-step', PairingStepSchema)

/** A step of a pairing that does not follow, is not the owner's, or does not open. */
export class PairingStepError extends Error {
  override readonly name = 'PairingStepError'
}

/** Where a pairing's chain stands: before step 1, 0 and the id of the pairing's first statement. */
export interface PairingHead {
  readonly step: number
  readonly id: Bytes
}

const RecipientsSchema = v.pipe(
  v.array(v.strictTuple([
    bytes(16),
    bytes(32),
    v.pipe(v.array(bytes(16)), v.minLength(1), v.maxLength(64)),
    uint,
    uint,
  ])),
  v.maxLength(MOST_RECIPIENTS),
)

/** The same recipients give the same bytes, in whatever order they come. */
export function encodeRecipients(recipients: readonly DeviceRecipient[]): Bytes {
  const sorted = [...recipients].sort((a, b) => compare(a.grant, b.grant))
  return encode(sorted.map(({ grant, key, channels, history, until }) => [
    grant,
    key,
    [...channels].sort(compare),
    history,
    until,
  ]))
}

/** Whether a device can be told of all of these in one step. */
export function fitsPairingStep(recipients: readonly DeviceRecipient[]): boolean {
  return recipients.length <= MOST_RECIPIENTS &&
    encodeRecipients(recipients).length <= MOST_SEALED - 16 // the tag of what seals them
}

/**
 * The owner tells a device for whom to wrap.
 *
 * @param after the pairing's newest step
 * @param seen id of the owner's newest event
 * @throws {RangeError} when the device has no sealing key, or there are too many recipients
 */
export async function makePairingStep(
  owner: Signer,
  device: Identity,
  after: PairingHead,
  recipients: readonly DeviceRecipient[],
  seen: Bytes,
  at: number,
  digest: Digest = sha256,
): Promise<Opened<PairingStep>> {
  const to = sealKeyOf(device)
  if (to === undefined) throw new RangeError('The device has no sealing key')
  if (!fitsPairingStep(recipients)) {
    throw new RangeError(`A device wraps for ${MOST_RECIPIENTS} grants at most`)
  }
  const list = encodeRecipients(recipients)
  const named = {
    owner: owner.identity,
    device: device.id,
    step: after.step + 1,
    prev: after.id,
    seen,
    toKey: to.index,
    list: await digest(list),
  }
  const suite = await suiteOf(to.algorithm as NativeSealAlgorithm) // a device has no other
  const publicKey = await suite.DeserializePublicKey(to.publicKey)
  const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, list, bindingOf(named))
  list.fill(0)
  const enc = new Uint8Array(encapsulatedSecret)
  const sealed = new Uint8Array(ciphertext)
  return await openPairingStep({ ...named, enc, sealed, at }, owner)
}

/**
 * Verifies the next step of a pairing.
 *
 * @param owner as it is now: a key that was signed out says nothing more
 * @throws {PairingStepError}
 */
export async function checkPairingStep(
  before: PairingHead,
  step: Opened<PairingStep>,
  owner: Identity,
  device: Bytes,
  digest: Digest = sha256,
): Promise<PairingHead> {
  const after = await headAfter(before, step, owner, device, digest)
  if (owner.kind !== 'owner' || !await isSignedBy(step.statement, owner)) {
    throw new PairingStepError('It is not signed by the owner')
  }
  return after
}

/**
 * Verifies all that came since, to the newest step: those between may be signed by a key that was
 * signed out meanwhile, for what comes after names them.
 *
 * @returns where the chain stands now, and the step itself; null when nothing came
 * @throws {PairingStepError}
 */
export async function newestPairingStep(
  before: PairingHead,
  steps: AsyncIterable<Bytes>,
  owner: Identity,
  device: Bytes,
  digest: Digest = sha256,
): Promise<{ readonly head: PairingHead; readonly step: Bytes } | null> {
  let newest: { head: PairingHead; step: Bytes; opened: Opened<PairingStep> } | null = null
  for await (const step of steps) {
    const opened = parsePairingStep(step)
    if (owner.kind !== 'owner' || !await wasSignedBy(opened.statement, owner)) {
      throw new PairingStepError('It was never signed by the owner')
    }
    const head = await headAfter(newest?.head ?? before, opened, owner, device, digest)
    newest = { head, step, opened }
  }
  if (newest === null) return null
  if (!await isSignedBy(newest.opened.statement, owner)) {
    throw new PairingStepError('It is signed by a key that the owner has taken back')
  }
  return { head: newest.head, step: newest.step }
}

async function headAfter(
  before: PairingHead,
  { content, statement }: Opened<PairingStep>,
  owner: Identity,
  device: Bytes,
  digest: Digest,
): Promise<PairingHead> {
  if (!equal(content.owner, owner.id) || !equal(content.device, device)) {
    throw new PairingStepError('It is of another pairing')
  }
  if (content.step !== before.step + 1 || !equal(content.prev, before.id)) {
    throw new PairingStepError('It does not follow the step before it')
  }
  return { step: content.step, id: await statementId(statement, digest) }
}

/**
 * The device opens for whom to wrap, by a step that holds.
 *
 * @param key the device's sealing key pair; its private half need not be extractable
 * @throws {PairingStepError}
 */
export async function openRecipients(
  step: PairingStep,
  key: {
    readonly algorithm: NativeSealAlgorithm
    readonly privateKey: CryptoKey
    readonly publicKey: Bytes
  },
  digest: Digest = sha256,
): Promise<DeviceRecipient[]> {
  const suite = await suiteOf(key.algorithm)
  let list: Bytes
  try {
    const publicKey = await suite.DeserializePublicKey(key.publicKey)
    const pair = { privateKey: key.privateKey, publicKey }
    list = new Uint8Array(await suite.Open(pair, step.enc, step.sealed, bindingOf(step)))
  } catch {
    throw new PairingStepError(
      `Its recipients do not open with this sealing key: they were sealed to key ${step.toKey}`,
    )
  }
  if (!equal(await digest(list), step.list)) {
    throw new PairingStepError('It names other recipients than were sealed')
  }
  return readRecipients(list)
}

function readRecipients(list: Bytes): DeviceRecipient[] {
  try {
    return v.parse(RecipientsSchema, decode(list))
      .map(([grant, key, channels, history, until]) => ({ grant, key, channels, history, until }))
  } catch (error) {
    if (error instanceof CborError || error instanceof v.ValiError) {
      throw new PairingStepError('Its recipients are no list of grants')
    }
    throw error
  }
}

const SEAL_INFO = utf8('kilowit/1/pairing-step')

function bindingOf(
  { owner, device, step, prev, seen, toKey, list }: Omit<
    PairingStep,
    'v' | 'enc' | 'sealed' | 'at'
  >,
): { info: Bytes; aad: Bytes } {
  const info = concat(SEAL_INFO, encode([owner, device, step, prev, toKey]))
  return { info, aad: concat(seen, list) }
}
