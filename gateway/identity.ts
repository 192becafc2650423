/**
 * Who this gateway is: a device of one signing key, and a sealing key for what only it may read.
 * They lie in a file of its data directory; a gateway has no place for keys that cannot be copied,
 * so its readings say `software`.
 *
 * @module
 */
import * as path from 'node:path'
import type { Bytes } from '../shared/bytes.ts'
import { createIdentity, type Identity, readIdentity } from '../shared/identity/identity.ts'
import {
  generateSealingKey,
  generateSigningKey,
  importPrivateKey,
  type NativeSealAlgorithm,
  signer,
} from '../shared/identity/keys.ts'
import type { Algorithm } from '../shared/identity/profile.ts'
import { NOBODY, type Signer } from '../shared/identity/statement.ts'
import { keep, kept } from './files.ts'

export interface Self {
  readonly identity: Identity
  readonly signer: Signer
  readonly sealing: {
    readonly algorithm: NativeSealAlgorithm
    readonly publicKey: Bytes
    readonly privateKey: CryptoKey
  }
  /** AES-KW key of its vault. */
  readonly wrapping: CryptoKey
}

interface Kept {
  readonly changes: readonly Bytes[]
  readonly sign: { readonly algorithm: Algorithm; readonly pkcs8: Bytes }
  readonly seal: {
    readonly algorithm: NativeSealAlgorithm
    readonly publicKey: Bytes
    readonly pkcs8: Bytes
  }
  readonly wrapping: Bytes
}

const SIGN = 0
const SEAL = 1

export function identityFile(folder: string): string {
  return path.join(folder, 'identity')
}

/** Made on the first use. */
export async function ensureSelf(
  folder: string,
  now: number,
  random: (length: number) => Bytes,
): Promise<Self> {
  const known = await kept<Kept>(identityFile(folder))
  if (known !== undefined) return await selfOf(known)
  const [signing, sealing] = [await generateSigningKey(true), await generateSealingKey(true)]
  const keys = [
    { ...publicOf(signing), index: SIGN, purpose: 'sign' },
    { ...publicOf(sealing), index: SEAL, purpose: 'seal' },
  ] as const
  const first = { kind: 'device', at: now, keys } as const
  const identity = await createIdentity(first, SIGN, signer(NOBODY, SIGN, signing))
  const made = {
    changes: [...identity.changes],
    sign: { algorithm: signing.algorithm, pkcs8: await pkcs8Of(signing.privateKey) },
    seal: { ...publicOf(sealing), pkcs8: await pkcs8Of(sealing.privateKey) },
    wrapping: random(32),
  }
  await keep(identityFile(folder), made)
  return await selfOf(made)
}

/** Undefined before the first use. */
export async function loadSelf(folder: string): Promise<Self | undefined> {
  const known = await kept<Kept>(identityFile(folder))
  return known === undefined ? undefined : await selfOf(known)
}

async function selfOf({ changes, sign, seal, wrapping }: Kept): Promise<Self> {
  const identity = await readIdentity(changes)
  const privateKey = await importPrivateKey(sign.algorithm, sign.pkcs8)
  const { algorithm, publicKey } = seal
  return {
    identity,
    signer: signer(identity.id, SIGN, { algorithm: sign.algorithm, privateKey }),
    sealing: { algorithm, publicKey, privateKey: await importPrivateKey(algorithm, seal.pkcs8) },
    wrapping: await crypto.subtle.importKey('raw', wrapping, 'AES-KW', false, [
      'wrapKey',
      'unwrapKey',
    ]),
  }
}

function publicOf<A>(key: { readonly algorithm: A; readonly publicKey: Bytes }) {
  return { algorithm: key.algorithm, publicKey: key.publicKey }
}

async function pkcs8Of(key: CryptoKey): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.exportKey('pkcs8', key))
}
