/**
 * The recovery file: the owner's recovery and sealing key, encrypted with a passphrase in the age
 * format (age-encryption.org/v1, scrypt). Whoever has file and passphrase is the owner: the file
 * restores the owner on another browser, which gets signing keys of its own.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, equal } from '../../shared/bytes.ts'
import { CborError, decode, encode } from '../../shared/cbor.ts'
import { ApiProblem, type Client } from '../../shared/api/client.ts'
import { changeIdentity, type Identity, readIdentity } from '../../shared/identity/identity.ts'
import {
  generateSigningKey,
  importPrivateKey,
  type SealingKey,
  signer,
} from '../../shared/identity/keys.ts'
import { seedKeyOf } from '../../shared/identity/recovered-sealing.ts'
import { openBlock, readBlock } from '../../shared/seal/block.ts'
import { AppError } from '../state.ts'
import { type MeterRecord, type OwnerRecord, STRICT } from '../vault/database.ts'
import { createDevice, keepSelf, publicOf, type Self } from '../vault/identities.ts'
import type { BrowserVault } from '../vault/vault.ts'
import type { ForPassphrase } from './passphrase-file.ts'
import { ownEpochKey } from '../proof-run/evidence.ts'
import { type VerifiedHead, verifiedHead } from '../proof-run/verified-head.ts'

const bytes = v.custom<Bytes>((x) => x instanceof Uint8Array)
const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const FileSchema = v.strictObject({
  v: v.literal(1),
  kind: v.literal('kilowit/recovery'),
  owner: v.array(bytes),
  recover: v.strictObject({ index, algorithm: v.picklist(['EdDSA', 'ES256']), pkcs8: bytes }),
  seal: v.strictObject({
    index,
    algorithm: v.picklist(['X25519', 'P-256']),
    publicKey: bytes,
    pkcs8: bytes,
  }),
})

type Contents = v.InferOutput<typeof FileSchema>

const seconds = () => Math.floor(Date.now() / 1000)

/** Seconds of work on purpose, so done elsewhere than on the page's thread. */
type Passphrased = (file: ForPassphrase) => Promise<Bytes>

export async function makeRecoveryFile(
  vault: BrowserVault,
  passphrase: string,
  lock: Passphrased,
): Promise<Bytes> {
  const owner = await ownerRecord(vault)
  if (owner === undefined) throw new AppError('no-meter')
  if (owner.secrets === null) throw new AppError('recovery-kept')
  const { recover, seal } = owner.secrets
  // The first: those after it come back from the owner's history.
  const first = owner.earlier?.at(-1) ?? owner.seal
  const contents: Contents = {
    v: 1,
    kind: 'kilowit/recovery',
    owner: [...owner.changes],
    recover: { ...recover, pkcs8: await vault.unlock(recover.pkcs8) },
    seal: {
      index: first.index,
      algorithm: first.algorithm,
      publicKey: first.publicKey,
      pkcs8: await vault.unlock(seal),
    },
  }
  return await lock({ bytes: encode(contents), passphrase })
}

/** The owner has the file: the keys in it leave this browser, but for sealing keys in use. */
export async function recoveryKept(vault: BrowserVault): Promise<number> {
  const at = Date.now()
  const step = vault.database.transaction('self', 'readwrite', STRICT)
  const owner = await step.store.get('owner') as OwnerRecord | undefined // ours
  if (owner !== undefined) await step.store.put({ ...owner, secrets: null }, 'owner')
  await step.store.put({ kind: 'kept', at }, 'recovery')
  await step.done
  return at
}

/** Far beyond what the changes of one identity fill. */
const MOST = 1024 * 1024

/** Up to here a file may demand work of who opens it, as a power of two: as much as ours do. */
const WORK_FACTOR = 18

/** How a file begins that is for a passphrase, with the work factor. */
const BEGINNING = /^age-encryption\.org\/v1\n-> scrypt [A-Za-z0-9+/]{22} ([1-9]\d?)\n/

/**
 * Opens a file that may be any: what is too large, or would take more than our own does, is not
 * read at all.
 *
 * @throws {AppError}
 */
export async function readRecoveryFile(
  from: Blob,
  passphrase: string,
  open: Passphrased,
): Promise<Contents> {
  if (from.size > MOST) throw new AppError('file-malformed')
  const file = new Uint8Array(await from.arrayBuffer())
  const factor = BEGINNING.exec(String.fromCharCode(...file.subarray(0, 100)))?.[1]
  if (factor === undefined || Number(factor) > WORK_FACTOR) throw new AppError('file-malformed')
  const plain = await open({ bytes: file, passphrase })
  try {
    return v.parse(FileSchema, decode(plain))
  } catch (error) {
    if (error instanceof CborError || error instanceof v.ValiError) {
      throw new AppError('file-malformed', error)
    }
    throw error
  }
}

/** A restoring that is not through: what opens the seeds of the owner's sealing keys until it is. */
interface Restoring {
  readonly seedKey: SealingKey
}

/**
 * Makes this browser the owner's: a sign and a sealing key of its own, signed in by the recovery key
 * in place of those before them, and a device of its own, paired. What is sealed from then on the
 * browsers before it cannot open.
 */
export async function restoreOwner(
  vault: BrowserVault,
  client: Client,
  contents: Contents,
): Promise<void> {
  const known = await newestOf(client, await readIdentity(contents.owner))
  const { recover, seal } = contents
  const signing = await generateSigningKey()
  const { newRotation } = await import('./consent/own-keys.ts')
  const rotation = await newRotation(vault, seal.algorithm, [])
  const next = known.nextIndex
  const { algorithm, publicKey } = signing
  const sealing = { ...rotation.seal, index: next + 1 }
  const keys = [
    ...known.keys.filter(({ purpose }) => purpose === 'recover'),
    { index: next, algorithm, publicKey, purpose: 'sign' as const },
    {
      index: sealing.index,
      algorithm: sealing.algorithm,
      publicKey: sealing.publicKey,
      purpose: 'seal' as const,
    },
  ]
  const recovery = {
    algorithm: recover.algorithm,
    privateKey: await importPrivateKey(recover.algorithm, recover.pkcs8),
  }
  const by = signer(known.id, recover.index, recovery)
  const changed = await changeIdentity(known, keys, seconds(), by)
  const seedKey = await seedKeyOf(recover.pkcs8, seal.algorithm)
  const owner: OwnerRecord = {
    changes: changed.changes,
    sign: { index: next, algorithm, key: signing.privateKey },
    seal: sealing,
    earlier: [{
      index: seal.index,
      algorithm: seal.algorithm,
      publicKey: seal.publicKey,
      key: await importPrivateKey(seal.algorithm, seal.pkcs8),
    }],
    seedKey: publicOf(seedKey),
    secrets: null,
  }
  await vault.database.put('self', { seedKey } satisfies Restoring, 'restoring')
  await keepSelf(vault, owner, await createDevice(), rotation)
  // The file that restored this browser is the one that is kept.
  await vault.database.put('self', { kind: 'kept', at: Date.now() }, 'recovery')
}

/** The owner as the platform knows it, when that goes on from what the file says. */
async function newestOf(client: Client, filed: Identity): Promise<Identity> {
  try {
    const { changes } = await client.identity(filed.id)
    const extended = changes.length >= filed.changes.length &&
      filed.changes.every((change, i) => equal(change, changes[i] ?? new Uint8Array(0)))
    if (!extended) throw new AppError('identity-forked')
    return await readIdentity(changes)
  } catch (error) {
    // The owner may have kept the file before ever reaching the platform.
    if (error instanceof ApiProblem && error.status === 404) return filed
    throw error
  }
}

/** The sealing keys that the owner had since the file was made: they come from its history. */
export async function restoreSealing({ database }: BrowserVault, client: Client): Promise<void> {
  const restoring = await database.get('self', 'restoring') as Restoring | undefined // ours
  const known = await database.get('self', 'owner') as OwnerRecord | undefined // ours
  if (restoring === undefined || known === undefined) return
  const { recoveredSealing } = await import('./consent/own-keys.ts')
  const { id } = await readIdentity(known.changes)
  const found = await recoveredSealing(client, id, restoring.seedKey)
  const step = database.transaction('self', 'readwrite', STRICT)
  const owner = await step.store.get('owner') as OwnerRecord | undefined // ours
  if (owner !== undefined) {
    const has = [owner.seal, ...owner.earlier ?? []]
    const fresh = found.filter((one) => !has.some((key) => equal(key.publicKey, one.publicKey)))
    await step.store.put({ ...owner, earlier: [...fresh, ...owner.earlier ?? []] }, 'owner')
  }
  await step.done
}

/**
 * The meters of a restored owner, by what the newest block of their channels says.
 *
 * @throws {AppError} when a channel does not stand where the platform says
 */
export async function restoreMeters(
  vault: BrowserVault,
  client: Client,
  self: Self,
): Promise<void> {
  const records = new Map<
    string,
    { newest: Newest | null; simulated: boolean; channels: MeterRecord['channels'][number][] }
  >()
  for await (const info of client.channels()) {
    if (info.chapters.length === 0) continue
    const verified = await verifiedHead(client, self, info.channel)
    if (verified === null) throw new AppError('head-not-ours')
    const { head, epoch, evidence } = verified
    const { opening: { content: opening, statement }, chapters } = evidence
    const [first] = chapters
    if (first === undefined) continue
    // Meters may have followed one another in the record since, not in all its channels yet.
    const name = first.content.meter.join()
    const { classes, resolution, zone, simulated } = opening
    const meter = records.get(name) ?? { newest: null, simulated, channels: [] }
    meter.channels.push({
      id: opening.channel,
      classes,
      resolution,
      zone,
      opening: statement.bytes,
      restored: { head, epoch, chapters: chapters.length },
    })
    const newest = await newestOfChannel(client, self, verified)
    if (newest !== null && newest.sealed >= (meter.newest?.sealed ?? 0)) meter.newest = newest
    records.set(name, meter)
  }
  const step = vault.database.transaction(['meters', 'self'], 'readwrite', STRICT)
  for (const { newest, simulated, channels } of records.values()) {
    if (newest === null) continue // nothing was ever read from it
    const { id, tag } = newest
    channels.sort((a, b) => placeOf(a) - placeOf(b))
    const meter = { id, tag, simulated, parent: null, waived: false, channels }
    await step.objectStore('meters').put(meter)
  }
  await step.objectStore('self').delete('restoring')
  await step.done
}

/** As they are opened for a new meter: the platform lists them in no order of ours. */
function placeOf({ resolution }: { readonly resolution: string }): number {
  return ['live', 'PT15M', 'P1D'].indexOf(resolution)
}

/** Which meter the newest block of a channel is of. */
interface Newest {
  readonly id: string
  readonly tag: Bytes
  readonly sealed: number
}

async function newestOfChannel(
  client: Client,
  self: Self,
  { head: [seq, id], evidence }: VerifiedHead,
): Promise<Newest | null> {
  const { channel } = evidence.opening.content
  if (seq < 0) return null
  for await (const block of client.blocks(channel, { after: seq - 1, limit: 1 })) {
    const read = await readBlock(block)
    const epoch = evidence.epochs[read.header.epoch]?.content
    if (!equal(read.id, id)) throw new AppError('head-not-ours')
    if (read.body === null || epoch === undefined) return null
    const key = await ownEpochKey(self.owner, epoch)
    if (key === null) return null
    const { sealed, chapter } = read.header
    const tag = evidence.chapters[chapter]?.content.meter
    const [reading] = await openBlock(read, key)
    return tag === undefined || reading === undefined ? null : { id: reading.meter, tag, sealed }
  }
  return null
}

async function ownerRecord(vault: BrowserVault): Promise<OwnerRecord | undefined> {
  return await vault.database.get('self', 'owner') as OwnerRecord | undefined // ours
}
