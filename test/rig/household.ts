/**
 * A household for tests: an owner, a device, their pairing and channels, made by the project's own
 * code alone. Channels keep the state of their chain; `forge` makes what a broken or malicious
 * device would send, and leaves that state as it was.
 *
 * @module
 */
import { type Bytes, toBase64url } from '../../shared/bytes.ts'
import { createIdentity, type Identity, type IdentityKey } from '../../shared/identity/identity.ts'
import type { IdentityKind } from '../../shared/identity/kinds.ts'
import {
  generateSealingKey,
  generateSigningKey,
  type SealingKey,
  signer,
  type SigningKey,
} from '../../shared/identity/keys.ts'
import { pair, type Pairing } from '../../shared/identity/pairing.ts'
import type { Algorithm } from '../../shared/identity/profile.ts'
import { NOBODY, type Signer } from '../../shared/identity/statement.ts'
import type { DataClass, Reading } from '../../shared/meter/reading.ts'
import { type Block, type Place, sealBlock } from '../../shared/seal/block.ts'
import {
  type BlockRef,
  type Channel,
  type Chapter,
  type Epoch,
  openChannel,
  openChapter,
  type Opened,
  openEpoch,
  startOf,
} from '../../shared/seal/channel.ts'
import { commitment, importEpochKey, sealEpochKey } from '../../shared/seal/epoch-key.ts'

/** An identity with the key that signs for it. */
export interface Person {
  readonly identity: Identity
  readonly signer: Signer
  readonly signing: SigningKey
}

export interface Owner extends Person {
  readonly sealing: SealingKey
  readonly recovery: Signer
}

export interface Device extends Person {
  readonly sealing: SealingKey
}

export interface Household {
  /** Seconds since 1970: the time on all that it signs, unless told otherwise. */
  readonly now: number
  readonly owner: Owner
  readonly device: Device
  readonly pairing: Pairing
  /** A further device, not paired unless `pairing` is sent too. */
  addDevice(): Promise<{ device: Device; pairing: Pairing }>
  openChannel(
    of?: Partial<Pick<Channel, 'classes' | 'resolution' | 'zone' | 'simulated'>>,
  ): Promise<TestChannel>
}

export interface TestEpoch {
  readonly opened: Opened<Epoch>
  readonly raw: Bytes
  readonly key: CryptoKey
}

/** Parts of a block that `forge` may set wrong. */
export interface Forgery extends Partial<Omit<Place, 'epochKey'>> {
  readonly by?: Signer
  /** When it claims to be sealed. */
  readonly sealed?: number
}

export interface TestChannel {
  readonly id: Bytes
  /** The id as it stands in a path. */
  readonly name: string
  readonly opening: Opened<Channel>
  readonly chapters: readonly Opened<Chapter>[]
  readonly epochs: readonly TestEpoch[]
  readonly blocks: readonly Block[]
  /** The newest block, or the start. */
  head(): BlockRef
  openChapter(content?: Partial<Chapter>, device?: Person): Promise<Opened<Chapter>>
  openEpoch(content?: Partial<Epoch>, by?: Signer): Promise<TestEpoch>
  /** Seals the next block and takes it as the new head. */
  seal(readings?: readonly Reading[], sealed?: number): Promise<Block>
  /** Seals a block that follows the head but for what `wrong` says; the head stays. */
  forge(readings?: readonly Reading[], wrong?: Forgery): Promise<Block>
}

/** Makes owner, device and pairing; `algorithm` is that of all signing keys. */
export async function createHousehold(
  { now, algorithm = 'EdDSA' }: { now: number; algorithm?: Algorithm },
): Promise<Household> {
  const owner = await createOwner(now, algorithm)
  const device = await createDevice(now, algorithm)
  return {
    now,
    owner,
    device,
    pairing: await pair(owner.signer, device.signer, now),
    addDevice: async () => {
      const other = await createDevice(now, algorithm)
      return { device: other, pairing: await pair(owner.signer, other.signer, now) }
    },
    openChannel: async (of = {}) => await createChannel(owner, device, now, of),
  }
}

/** A sign key, and at index 1 a sealing key. */
export async function createDevice(
  now: number,
  algorithm: Algorithm = 'EdDSA',
): Promise<Device> {
  const [signing, sealing] = await Promise.all([signingKey(algorithm), generateSealingKey()])
  const keys = [listed(0, signing, 'sign'), listed(1, sealing, 'seal')]
  const by = signer(NOBODY, 0, signing)
  const identity = await createIdentity({ kind: 'device', at: now, keys }, 0, by)
  return { identity, signing, sealing, signer: signer(identity.id, 0, signing) }
}

/** An identity of one sign key. */
export async function createPerson(
  kind: Exclude<IdentityKind, 'owner'>,
  now: number,
  algorithm: Algorithm = 'EdDSA',
): Promise<Person> {
  const signing = await signingKey(algorithm)
  const keys = [listed(0, signing, 'sign')]
  const identity = await createIdentity({ kind, at: now, keys }, 0, signer(NOBODY, 0, signing))
  return { identity, signing, signer: signer(identity.id, 0, signing) }
}

/** A number of readings, always the same for the same arguments. */
export function readings(
  count: number,
  { from = 1_763_000_000, step = 10, classes = 'all', meter = 'SIM0000000000001' }: {
    from?: number
    step?: number
    classes?: DataClass
    meter?: string
  } = {},
): Reading[] {
  return Array.from({ length: count }, (_, i): Reading => {
    const at = from + i * step
    // A counter that rises unevenly, as a household's does.
    const wattHours = 12_345_678n + BigInt(Math.floor((at - 1_700_000_000) / 7))
    const counters = [
      { obis: '1-0:1.8.0*255', value: String(wattHours), exponent: 0, unit: 'Wh' },
      { obis: '1-0:2.8.0*255', value: String(wattHours / 3n), exponent: 0, unit: 'Wh' },
    ]
    const power = { obis: '1-0:1.7.0*255', value: String(200 + (at % 977)), exponent: 0, unit: 'W' }
    return {
      meter,
      at,
      clock: 'meter',
      seen: at + 1,
      registers: classes === 'energy' ? counters : [...counters, power],
      texts: [],
      assurance: { line: 'crc', origin: 'plain', custody: 'software' },
      warnings: ['simulated'],
    }
  })
}

async function createOwner(now: number, algorithm: Algorithm): Promise<Owner> {
  const signing = await signingKey(algorithm)
  const recovering = await signingKey(algorithm, true)
  const sealing = await generateSealingKey(true)
  const keys = [
    listed(0, signing, 'sign'),
    listed(1, recovering, 'recover'),
    listed(2, sealing, 'seal'),
  ]
  const first = { kind: 'owner', at: now, keys } as const
  const identity = await createIdentity(first, 0, signer(NOBODY, 0, signing))
  return {
    identity,
    signing,
    sealing,
    signer: signer(identity.id, 0, signing),
    recovery: signer(identity.id, 1, recovering),
  }
}

/** A channel of an owner that a device writes. */
export async function createChannel(
  owner: Pick<Owner, 'identity' | 'signer' | 'sealing'>,
  device: Person,
  now: number,
  of: Partial<Channel>,
): Promise<TestChannel> {
  const id = random(16)
  const meter = random(16)
  const opening = await openChannel({
    channel: id,
    owner: owner.identity.id,
    classes: 'all',
    resolution: 'live',
    zone: 'Europe/Vienna',
    simulated: true,
    at: now,
    ...of,
  }, owner.signer)
  const start = await startOf(opening)
  const chapters: Opened<Chapter>[] = []
  const epochs: TestEpoch[] = []
  const blocks: Block[] = []
  let sealer = device

  function head(): BlockRef {
    const newest = blocks.at(-1)
    return newest === undefined ? start : [newest.header.seq, newest.id]
  }

  async function forge(sealed: readonly Reading[] = nextReadings(), wrong: Forgery = {}) {
    const { by = sealer.signer, sealed: at = now, ...place } = wrong
    const epoch = epochs[place.epoch ?? epochs.length - 1] ?? epochs.at(-1)
    if (epoch === undefined) throw new Error('Cannot seal: the channel has no epoch yet')
    const [seq, prev] = head()
    return await sealBlock(
      sealed,
      {
        channel: id,
        chapter: chapters.length - 1,
        epoch: epoch.opened.content.epoch,
        epochKey: epoch.key,
        seq: seq + 1,
        prev,
        ...place,
      },
      by,
      random(16),
      at,
    )
  }

  /** One minute further for each block. */
  function nextReadings(): Reading[] {
    return readings(1, { from: now - (now % 60) + 60 * blocks.length })
  }

  return {
    id,
    name: toBase64url(id),
    opening,
    chapters,
    epochs,
    blocks,
    head,
    forge,
    openChapter: async (content = {}, by = sealer) => {
      const chapter = await openChapter({
        channel: id,
        chapter: chapters.length,
        owner: owner.identity.id,
        device: by.identity.id,
        meter,
        custody: 'software',
        after: [...head()],
        lost: null,
        reason: chapters.length === 0 ? 'first' : 'device-replaced',
        at: now,
        ...content,
      }, owner.signer)
      chapters.push(chapter)
      sealer = by
      return chapter
    },
    openEpoch: async (content = {}, by = sealer.signer) => {
      const raw = random(32)
      const key = await importEpochKey(raw)
      const name = {
        channel: id,
        chapter: content.chapter ?? chapters.length - 1,
        epoch: content.epoch ?? epochs.length,
      }
      const committed = await commitment(key, id, name.epoch)
      const { algorithm, publicKey } = owner.sealing
      const opened = await openEpoch({
        ...name,
        commitment: committed,
        owner: owner.identity.id,
        ownerKey: 2, // the index of every owner's sealing key here
        ...await sealEpochKey(raw, name, committed, algorithm, publicKey),
        reason: name.epoch === 0 ? 'first' : 'midnight',
        at: now,
        ...content,
      }, by)
      const epoch = { opened, raw, key }
      epochs.push(epoch)
      return epoch
    },
    seal: async (sealed, at) => {
      const block = await forge(sealed, at === undefined ? {} : { sealed: at })
      blocks.push(block)
      return block
    },
  }
}

async function signingKey(algorithm: Algorithm, extractable = false): Promise<SigningKey> {
  if (algorithm === 'EdDSA') return await generateSigningKey(extractable)
  const pair = await crypto.subtle.generateKey(
    { name: 'ECDSA', namedCurve: 'P-256' },
    extractable,
    ['sign', 'verify'],
  )
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  return { algorithm, publicKey, privateKey: pair.privateKey }
}

function listed(
  index: number,
  { algorithm, publicKey }: SigningKey | SealingKey,
  purpose: IdentityKey['purpose'],
): IdentityKey {
  return { index, algorithm, publicKey, purpose }
}

function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length))
}
