/**
 * A provider's identity and the private halves of its keys, as one text to keep as carefully as a
 * database: whoever has it can ask, read and answer in the provider's name. Deterministic CBOR in
 * base64url, in the manner of an operator's key.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, fromBase64url, toBase64url } from '../bytes.ts'
import { CborError, decode, encode } from '../cbor.ts'
import { keysEver } from '../identity/changes.ts'
import {
  changeIdentity,
  createIdentity,
  IdentityError,
  type IdentityKey,
  readIdentity,
} from '../identity/identity.ts'
import {
  generateSealingKey,
  generateSigningKey,
  importPrivateKey,
  type SealAlgorithm,
  signer as signerOf,
  type SigningKey,
} from '../identity/keys.ts'
import { suiteOf } from '../identity/hpke.ts'
import type { OpeningKey } from '../consent/grant.ts'
import { NOBODY, StatementError } from '../identity/statement.ts'
import type { RecipientKeys } from './granted.ts'

export interface ProviderKeys extends RecipientKeys {
  /** What access tokens are bound to (DPoP): no key of the identity. */
  readonly session: SigningKey
}

/** A text that holds no provider's keys; it is never quoted. */
export class ProviderKeysError extends Error {
  override readonly name = 'ProviderKeysError'
}

const isBytes = v.custom<Bytes>((x) => x instanceof Uint8Array && x.length <= 4096)
const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const KeysSchema = v.strictObject({
  v: v.literal(1),
  changes: v.pipe(v.array(v.custom<Bytes>((x) => x instanceof Uint8Array)), v.minLength(1)),
  /** Index in the identity, and the private key: PKCS #8, of X-Wing its 32 bytes. */
  sign: v.strictTuple([index, isBytes]),
  seal: v.array(v.strictTuple([index, isBytes])),
  session: v.strictTuple([v.picklist(['EdDSA', 'ES256']), isBytes, isBytes]),
})

/**
 * A new provider: the text that {@link readProviderKeys} reads.
 *
 * @param sealed `X-Wing` when grants are to be sealed so that no quantum computer opens them later
 */
export async function newProviderKeys(at: number, sealed: 'native' | 'X-Wing'): Promise<string> {
  const [signing, sealing, session] = await Promise.all([
    generateSigningKey(true),
    sealed === 'X-Wing' ? newXWing() : newSealing(),
    generateSigningKey(true),
  ])
  const { algorithm, publicKey } = signing
  const keys: IdentityKey[] = [
    { index: 0, algorithm, publicKey, purpose: 'sign' },
    { index: 1, algorithm: sealing.algorithm, publicKey: sealing.publicKey, purpose: 'seal' },
  ]
  const first = { kind: 'provider', at, keys } as const
  const identity = await createIdentity(first, 0, signerOf(NOBODY, 0, signing))
  const kept = {
    v: 1,
    changes: [...identity.changes],
    sign: [0, await exported(signing.privateKey)],
    seal: [[1, sealing.secret]],
    session: [session.algorithm, session.publicKey, await exported(session.privateKey)],
  }
  return toBase64url(encode(kept))
}

/**
 * The same provider with another sealing key, signed by the sign key that it has: the text to keep
 * from now on. Once the platform has the change (`register` sends it), the households' apps seal
 * their grants to the new key by themselves; until then, and for what was sealed before, the older
 * keys stay in the text. Whoever only has the text of before reads nothing that is granted after it.
 *
 * @throws {ProviderKeysError}
 */
export async function rollProviderKeys(
  text: string,
  at: number,
  sealed: 'native' | 'X-Wing',
): Promise<string> {
  const { identity, signer } = await readProviderKeys(text)
  const kept = v.parse(KeysSchema, decode(fromBase64url(text.trim())))
  const { algorithm, publicKey, secret } = await (sealed === 'X-Wing' ? newXWing() : newSealing())
  const index = identity.nextIndex
  const left = identity.keys.filter(({ purpose }) => purpose !== 'seal')
  const keys = [...left, { index, algorithm, publicKey, purpose: 'seal' as const }]
  const { changes } = await changeIdentity(identity, keys, Math.floor(at), signer)
  return toBase64url(
    encode({ ...kept, changes: [...changes], seal: [...kept.seal, [index, secret]] }),
  )
}

interface NewSealing {
  readonly algorithm: SealAlgorithm
  readonly publicKey: Bytes
  readonly secret: Bytes
}

async function newSealing(): Promise<NewSealing> {
  const { algorithm, publicKey, privateKey } = await generateSealingKey(true)
  return { algorithm, publicKey, secret: await exported(privateKey) }
}

async function newXWing(): Promise<NewSealing> {
  const suite = await suiteOf('X-Wing')
  const { publicKey, privateKey } = await suite.GenerateKeyPair(true)
  return {
    algorithm: 'X-Wing',
    publicKey: new Uint8Array(await suite.SerializePublicKey(publicKey)),
    secret: new Uint8Array(await suite.SerializePrivateKey(privateKey)),
  }
}

/** @throws {ProviderKeysError} */
export async function readProviderKeys(text: string): Promise<ProviderKeys> {
  try {
    return await keysIn(v.parse(KeysSchema, decode(fromBase64url(text.trim()))))
  } catch (error) {
    const known = error instanceof v.ValiError || error instanceof CborError ||
      error instanceof StatementError || error instanceof IdentityError ||
      error instanceof SyntaxError || error instanceof ProviderKeysError ||
      (error instanceof Error && error.name === 'DataError')
    if (!known) throw error
    throw new ProviderKeysError('This text holds no provider’s keys: restore it from a backup')
  }
}

async function keysIn(
  { changes, sign: [index, pkcs8], seal, session }: v.InferOutput<typeof KeysSchema>,
): Promise<ProviderKeys> {
  const identity = await readIdentity(changes)
  const key = identity.keys.find((key) => key.index === index && key.purpose === 'sign')
  if (identity.kind !== 'provider' || key === undefined || !isSigning(key.algorithm)) {
    throw new ProviderKeysError('There is no sign key of a provider')
  }
  const { algorithm } = key
  const privateKey = await importPrivateKey(algorithm, pkcs8)
  // Those before it too: they open what was sealed to them.
  const ever = keysEver(identity)
  const sealing = await Promise.all(seal.map(async ([index, secret]) => {
    const key = ever.get(index)
    if (key?.purpose !== 'seal') throw new ProviderKeysError('There is no such seal key')
    return [index, await openingKey(key, secret)] as const
  }))
  const [sessionAlgorithm, sessionKey, sessionPkcs8] = session
  return {
    identity,
    signer: signerOf(identity.id, index, { algorithm, privateKey }),
    sealing: new Map(sealing),
    session: {
      algorithm: sessionAlgorithm,
      publicKey: sessionKey,
      privateKey: await importPrivateKey(sessionAlgorithm, sessionPkcs8),
    },
  }
}

async function openingKey(
  { algorithm, publicKey }: IdentityKey,
  secret: Bytes,
): Promise<OpeningKey> {
  if (isSigning(algorithm)) throw new ProviderKeysError('A sign key opens nothing')
  if (algorithm === 'X-Wing') return { algorithm, publicKey, privateKey: secret }
  return { algorithm, publicKey, privateKey: await importPrivateKey(algorithm, secret) }
}

function isSigning(algorithm: IdentityKey['algorithm']): algorithm is 'EdDSA' | 'ES256' {
  return algorithm === 'EdDSA' || algorithm === 'ES256'
}

async function exported(key: CryptoKey): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.exportKey('pkcs8', key))
}
