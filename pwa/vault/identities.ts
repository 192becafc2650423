/**
 * Who this browser is: the owner and the device, two identities from the first day, paired with
 * each other. Signing keys are made here and cannot be exported. The recovery key and the owner's
 * sealing key must reach the recovery file, so their PKCS #8 lies here locked until that is kept.
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'
import {
  createIdentity,
  type Identity,
  readIdentity,
  sealKeyOf,
} from '../../shared/identity/identity.ts'
import type { OwnerKey } from '../../shared/seal/sealer.ts'
import {
  generateSealingKey,
  generateSigningKey,
  importPrivateKey,
  type NativeSealAlgorithm,
  type SealingKey,
  signer,
} from '../../shared/identity/keys.ts'
import { seedKeyOf } from '../../shared/identity/recovered-sealing.ts'
import { pair } from '../../shared/identity/pairing.ts'
import { NOBODY, type Signer } from '../../shared/identity/statement.ts'
import {
  type DeviceRecord,
  type OwnerRecord,
  type RotationRecord,
  STORES,
  STRICT,
  type VaultDatabase,
} from './database.ts'
import type { BrowserVault } from './vault.ts'

export interface Person {
  readonly identity: Identity
  readonly signer: Signer
}

export interface OwnSealing {
  readonly index: number
  readonly algorithm: NativeSealAlgorithm
  readonly publicKey: Bytes
  readonly privateKey: CryptoKey
}

export interface Owner extends Person {
  /** The newest one whose private half is here. */
  readonly sealing: OwnSealing
  /** Those before it. */
  readonly earlier?: readonly OwnSealing[]
}

export interface Self {
  readonly owner: Owner
  readonly device: Person
}

const seconds = () => Math.floor(Date.now() / 1000)

/** The identities of this browser; undefined before the first use. */
export async function loadSelf(database: VaultDatabase): Promise<Self | undefined> {
  const step = database.transaction('self')
  const [owner, device] = await Promise.all([step.store.get('owner'), step.store.get('device')])
  if (owner === undefined || device === undefined) return undefined
  // Only this module writes these two.
  return await selfOf(owner as OwnerRecord, device as DeviceRecord)
}

const LOOK_EVERY = 250

/**
 * Settles when the platform has been told who this browser is; it lets nobody in before. Not for
 * ever: what is asked of it then says why it cannot be.
 */
export async function untilIntroduced(database: VaultDatabase, patience = 15_000): Promise<void> {
  const end = Date.now() + patience
  while ((await database.getAll('setup')).some(({ kind }) => kind === 'identity')) {
    if (Date.now() >= end) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY))
  }
}

/** Whether the vault still has the owner with just these keys. */
export async function isNewest(database: VaultDatabase, { owner }: Self): Promise<boolean> {
  const kept = await database.get('self', 'owner') as OwnerRecord | undefined // ours
  return kept !== undefined && kept.changes.length === owner.identity.changes.length &&
    kept.seal.index === owner.sealing.index &&
    (kept.earlier?.length ?? 0) === (owner.earlier?.length ?? 0)
}

/** The owner's newest sealing key, be it that its private half is not here. */
export function ownerKeyOf({ identity, sealing }: Owner): OwnerKey {
  const newest = sealKeyOf(identity)
  // Of an owner it is one of the two that WebCrypto has: its identity was read.
  return newest === undefined ? sealing : newest as OwnerKey
}

/** The identities of this browser, made and paired on the first use. */
export async function ensureSelf(vault: BrowserVault): Promise<Self> {
  const known = await loadSelf(vault.database)
  if (known !== undefined) return known
  const owner = await createOwner(vault)
  const made = await createDevice()
  await keepSelf(vault, owner, made)
  const self = await loadSelf(vault.database)
  if (self === undefined) throw new TypeError('The identities were not kept')
  return self
}

/**
 * Keeps identities and what the platform has to be told of them, in one step.
 *
 * @param restored of a restored owner, for which what the vault knew before gives way
 */
export async function keepSelf(
  vault: BrowserVault,
  owner: OwnerRecord,
  device: DeviceRecord,
  restored?: RotationRecord,
): Promise<void> {
  const self = await selfOf(owner, device)
  const pairing = await pair(self.owner.signer, self.device.signer, seconds())
  const step = vault.database.transaction(STORES, 'readwrite', STRICT)
  const kept = step.objectStore('self')
  if (restored === undefined && await kept.get('owner') !== undefined) {
    await step.done
    return // another tab was first
  }
  if (restored !== undefined) {
    for (const name of STORES) if (name !== 'self') await step.objectStore(name).clear()
    const names = ['reader', 'replaced', 'proof', 'heads', 'devices', 'people', 'given'] as const
    for (const name of names) await kept.delete(name)
    await kept.put(restored, 'rotation')
  }
  await kept.put(owner, 'owner')
  await kept.put(device, 'device')
  const setup = step.objectStore('setup')
  await setup.add({ kind: 'identity', statements: owner.changes })
  await setup.add({ kind: 'identity', statements: device.changes })
  await setup.add({ kind: 'pairing', statements: [pairing.bytes] })
  await step.done
}

export async function createDevice(): Promise<DeviceRecord> {
  const signing = await generateSigningKey()
  const { algorithm, publicKey, privateKey } = signing
  const keys = [{ index: 0, algorithm, publicKey, purpose: 'sign' }] as const
  const first = { kind: 'device', at: seconds(), keys } as const
  const identity = await createIdentity(first, 0, signer(NOBODY, 0, signing))
  return { changes: identity.changes, sign: { index: 0, algorithm, key: privateKey } }
}

async function createOwner(vault: BrowserVault): Promise<OwnerRecord> {
  const [signing, recovery, sealing] = await Promise.all([
    generateSigningKey(),
    generateSigningKey(true),
    generateSealingKey(true),
  ])
  const keys = [
    { index: 0, algorithm: signing.algorithm, publicKey: signing.publicKey, purpose: 'sign' },
    { index: 1, algorithm: recovery.algorithm, publicKey: recovery.publicKey, purpose: 'recover' },
    { index: 2, algorithm: sealing.algorithm, publicKey: sealing.publicKey, purpose: 'seal' },
  ] as const
  const first = { kind: 'owner', at: seconds(), keys } as const
  const identity = await createIdentity(first, 0, signer(NOBODY, 0, signing))
  const recoveryPkcs8 = await pkcs8Of(recovery.privateKey)
  const sealingPkcs8 = await pkcs8Of(sealing.privateKey)
  return {
    changes: identity.changes,
    sign: { index: 0, algorithm: signing.algorithm, key: signing.privateKey },
    seal: {
      index: 2,
      algorithm: sealing.algorithm,
      publicKey: sealing.publicKey,
      key: await importPrivateKey(sealing.algorithm, sealingPkcs8),
    },
    seedKey: publicOf(await seedKeyOf(recoveryPkcs8, sealing.algorithm)),
    secrets: {
      recover: {
        index: 1,
        algorithm: recovery.algorithm,
        pkcs8: await vault.lock(recoveryPkcs8),
      },
      seal: await vault.lock(sealingPkcs8),
    },
  }
}

async function pkcs8Of(key: CryptoKey): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.exportKey('pkcs8', key))
}

export function publicOf(
  { algorithm, publicKey }: SealingKey,
): NonNullable<OwnerRecord['seedKey']> {
  return { algorithm, publicKey }
}

async function selfOf(owner: OwnerRecord, device: DeviceRecord): Promise<Self> {
  return { owner: await ownerOf(owner), device: await personOf(device) }
}

export async function ownerOf({ changes, sign, seal, earlier = [] }: OwnerRecord): Promise<Owner> {
  const identity = await readIdentity(changes)
  return {
    identity,
    signer: signerOf(identity, sign),
    sealing: sealingOf(seal),
    earlier: earlier.map(sealingOf),
  }
}

function sealingOf({ index, algorithm, publicKey, key }: OwnerRecord['seal']): OwnSealing {
  return { index, algorithm, publicKey, privateKey: key }
}

async function personOf({ changes, sign }: DeviceRecord): Promise<Person> {
  const identity = await readIdentity(changes)
  return { identity, signer: signerOf(identity, sign) }
}

function signerOf(identity: Identity, { index, algorithm, key }: OwnerRecord['sign']): Signer {
  return signer(identity.id, index, { algorithm, privateKey: key })
}
