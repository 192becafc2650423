/**
 * The owner's keys, when one of its browsers is taken back: its sign key is signed out, and with it
 * goes all that the browser had a copy of. The owner gets another sealing key, to which the epochs
 * turn, each grant another grant key, and the devices that the browser had paired are let go. It is
 * kept before it is begun and can be cut short anywhere: whoever comes next goes on with it.
 *
 * @module
 */
import { type Bytes, equal, toHex } from '../../../shared/bytes.ts'
import { ApiProblem, type Client } from '../../../shared/api/client.ts'
import { isSameChain, listedAt } from '../../../shared/identity/changes.ts'
import { parseEvent } from '../../../shared/consent/history.ts'
import { changeIdentity, type Identity, readIdentity } from '../../../shared/identity/identity.ts'
import { parsePairing } from '../../../shared/identity/pairing.ts'
import {
  openSeed,
  sealingKeyOf,
  sealSeed,
  SeedError,
} from '../../../shared/identity/recovered-sealing.ts'
import type { SealingKey } from '../../../shared/identity/keys.ts'
import { parseStatement, sha256, statementId } from '../../../shared/identity/statement.ts'
import { parseChapter } from '../../../shared/seal/channel.ts'
import { AppError } from '../../app-error.ts'
import type { OwnBrowser } from '../../consent/state.ts'
import { ownerIdentity } from '../../proof-run/evidence.ts'
import {
  type OwnerRecord,
  type RotationRecord,
  STRICT,
  type VaultDatabase,
} from '../../vault/database.ts'
import { loadSelf, type Owner, ownerOf, type Self } from '../../vault/identities.ts'
import type { BrowserVault } from '../../vault/vault.ts'
import { alone, type Deed, keepDeeds } from './events.ts'
import { keyDeeds } from './grant-keys.ts'

const MOST_TRIES = 5

const seconds = () => Math.floor(Date.now() / 1000)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

/** A sealing key for the owner, with what is kept of it until it is its own. */
export async function newRotation(
  vault: Pick<BrowserVault, 'lock'>,
  algorithm: SealingKey['algorithm'],
  gone: readonly number[],
): Promise<RotationRecord> {
  const seed = random(32)
  const { publicKey, privateKey: key } = await sealingKeyOf(seed, algorithm)
  const locked = await vault.lock(seed)
  seed.fill(0)
  return { gone, seal: { algorithm, publicKey, key }, seed: locked }
}

/** Keeps that these browsers are to be taken back; {@link finishRotation} does it. */
export async function beginRotation(
  vault: BrowserVault,
  self: Self,
  gone: readonly number[],
): Promise<void> {
  const fresh = await newRotation(vault, self.owner.sealing.algorithm, gone)
  const step = vault.database.transaction('self', 'readwrite', STRICT)
  const known = await step.store.get('rotation') as RotationRecord | undefined // ours
  // One that has begun takes the others along: nobody has its key yet, or it is asked for again.
  if (known === undefined) await step.store.put(fresh, 'rotation')
  else await step.store.put({ ...known, gone: [...new Set([...known.gone, ...gone])] }, 'rotation')
  await step.done
}

/**
 * Goes on with a change of keys that was begun; nothing where there is none.
 *
 * @returns whether the owner has other keys now
 * @throws {AppError} `keys-replaced` when another browser has taken this one back
 */
export async function finishRotation(vault: BrowserVault, client: Client): Promise<boolean> {
  const { database } = vault
  // What the platform does not know of us yet goes first, with delivery.
  if (await rotationOf(database) === undefined || await database.count('setup') > 0) return false
  // A restored owner's grants have to be here first.
  if (await database.get('self', 'restoring') !== undefined) return false
  return await alone(async () => {
    const rotation = await rotationOf(database)
    const self = await loadSelf(database)
    if (rotation === undefined || self === undefined) return false
    const identity = await changedIdentity(client, self, rotation)
    const record = await ownerWith(database, identity, rotation)
    const owner = await ownerOf(record)
    const paired = await pairedBy(client, database, rotation.gone)
    const deeds = [
      await sealingDeed(vault, owner, record, rotation),
      ...paired.map((about): Deed => ({
        draft: { what: 'unpaired', about, entry: null },
        companions: [],
      })),
      ...await keyDeeds(vault, owner),
    ]
    await keepDeeds(database, owner, deeds, record)
    return true
  })
}

async function rotationOf(database: VaultDatabase): Promise<RotationRecord | undefined> {
  return await database.get('self', 'rotation') as RotationRecord | undefined // ours
}

/** The owner without those keys and with the new one, as the platform has it. */
async function changedIdentity(
  client: Client,
  { owner }: Self,
  { gone, seal }: RotationRecord,
): Promise<Identity> {
  for (let tries = 0;; tries++) {
    const { changes } = await client.identity(owner.identity.id)
    if (!isSameChain(owner.identity.changes, changes)) throw new AppError('identity-forked')
    const known = await readIdentity(changes)
    const left = known.keys.filter(({ index, purpose }) =>
      purpose === 'recover' || (purpose === 'sign' && !gone.includes(index))
    )
    if (!left.some(({ index }) => index === owner.signer.index)) {
      throw new AppError('keys-replaced')
    }
    const isThere = known.keys.some(({ publicKey }) => equal(publicKey, seal.publicKey))
    const isGone = !known.keys.some(({ index }) => gone.includes(index))
    if (isThere && isGone) return known
    const { algorithm, publicKey } = seal
    const added = known.keys.filter((key) => equal(key.publicKey, publicKey))
    const index = known.nextIndex
    const sealing = added[0] ?? { index, algorithm, publicKey, purpose: 'seal' as const }
    const changed = await changeIdentity(known, [...left, sealing], seconds(), owner.signer)
    try {
      await client.registerIdentity(changed.changes)
      return changed
    } catch (error) {
      // Another browser was first: behind its change, then.
      const isMoved = error instanceof ApiProblem && error.code === 'identity-forked'
      if (!isMoved || tries === MOST_TRIES) throw error
    }
  }
}

/** The new key is the owner’s here; those before it still open what was sealed to them. */
async function ownerWith(
  database: VaultDatabase,
  { changes, keys }: Identity,
  { seal }: RotationRecord,
): Promise<OwnerRecord> {
  const owner = await database.get('self', 'owner') as OwnerRecord // ours, and there is one
  const index = keys.find(({ publicKey }) => equal(publicKey, seal.publicKey))?.index
  if (index === undefined || index === owner.seal.index) return { ...owner, changes }
  const earlier = [owner.seal, ...owner.earlier ?? []]
  return { ...owner, changes, seal: { ...seal, index }, earlier }
}

/** The newest sealing key in the owner’s history, with its seed for the recovery key. */
async function sealingDeed(
  vault: BrowserVault,
  { identity, sealing }: Owner,
  record: OwnerRecord,
  { seed: locked }: RotationRecord,
): Promise<Deed> {
  if (record.seedKey === undefined) throw new AppError('keys-older')
  const seed = await vault.unlock(locked)
  const place = { owner: identity.id, index: sealing.index }
  const { enc, sealed } = await sealSeed(seed, place, record.seedKey)
  seed.fill(0)
  const entry = await newestChange(identity)
  const { index } = sealing
  return {
    draft: { what: 'sealing-changed', about: identity.id, entry, index, enc, sealed },
    companions: [],
  }
}

/** Id of the newest change: whoever is gone by then is gone for the history too. */
async function newestChange({ changes }: Identity): Promise<Bytes> {
  const newest = changes.at(-1)
  if (newest === undefined) throw new TypeError('An identity has changes')
  return await statementId(parseStatement(newest, 'kilowit/identity'))
}

/** Browsers that were paired in the name of these keys. A reader that is no browser is let be. */
async function pairedBy(
  client: Client,
  database: VaultDatabase,
  gone: readonly number[],
): Promise<Bytes[]> {
  if (gone.length === 0) return []
  const told = new Set(
    (await database.getAll('events')).map(({ event }) => parseEvent(event).content)
      .flatMap(({ what, about }) => what === 'unpaired' ? [toHex(about)] : []),
  )
  const readers = new Set<string>()
  for await (const { chapters } of client.channels()) {
    for (const bytes of chapters) {
      const { device, custody } = parseChapter(bytes).content
      if (custody !== 'browser') readers.add(toHex(device))
    }
  }
  return (await client.pairings()).map(parsePairing)
    .filter(({ device, statements: [{ index }] }) =>
      gone.includes(index) && !readers.has(toHex(device)) && !told.has(toHex(device))
    )
    .map(({ device }) => device)
}

/**
 * The sealing keys that the owner’s history has for the recovery key, with the one of the file.
 *
 * @returns the newest first
 */
export async function recoveredSealing(
  client: Client,
  owner: Bytes,
  seedKey: SealingKey,
): Promise<OwnerRecord['seal'][]> {
  const found: OwnerRecord['seal'][] = []
  for await (const { event } of client.history()) {
    const { content } = parseEvent(event)
    if (content.what !== 'sealing-changed') continue
    try {
      const seed = await openSeed(content, owner, seedKey)
      const { algorithm, publicKey, privateKey } = await sealingKeyOf(seed, seedKey.algorithm)
      seed.fill(0)
      found.unshift({ index: content.index, algorithm, publicKey, key: privateKey })
    } catch (error) {
      // Not for this key: what is sealed to it stays closed here.
      if (!(error instanceof SeedError)) throw error
    }
  }
  return found
}

/** As the platform knows them; where it cannot be asked, as they were known here. */
export async function ownBrowsers(
  database: VaultDatabase,
  { owner }: Self,
  client: Client,
): Promise<OwnBrowser[]> {
  const { keys, changes } = await ownerIdentity(client, owner.identity).catch(() => owner.identity)
  const gone = (await rotationOf(database))?.gone ?? []
  const found: OwnBrowser[] = []
  for (const { index, purpose, publicKey } of keys) {
    if (purpose !== 'sign') continue
    const own = index === owner.signer.index
    const key = toHex(await sha256(publicKey))
    found.push({ index, own, since: listedAt(changes, index), key, going: gone.includes(index) })
  }
  return found
}
