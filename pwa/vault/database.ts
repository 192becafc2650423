/**
 * The database of a browser's vault: what lies where in IndexedDB (W3C Indexed Database API 3.0).
 * Keys are CryptoKeys that cannot be exported; readings lie here only sealed or encrypted.
 *
 * @module
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { PairingSecrets } from '../../shared/identity/pairing-code.ts'
import type { Bytes } from '../../shared/bytes.ts'
import type { Algorithm } from '../../shared/identity/profile.ts'
import type { NativeSealAlgorithm } from '../../shared/identity/keys.ts'
import type { DataClass } from '../../shared/meter/reading.ts'
import type { LineSettings } from '../../shared/meter/line.ts'
import type { WordOrder } from '../../shared/meter/modbus-map.ts'
import type { Protocol } from '../../shared/meter/telegram.ts'
import type { ChannelRecord, EpochRecord, OutboxEntry } from '../../shared/seal/vault.ts'
import type { BlockRef } from '../../shared/seal/channel.ts'
import type { Checkpoint } from '../../shared/seal/verify.ts'

/** Bytes under the vault's own AES-GCM key. */
export interface Locked {
  readonly iv: Bytes
  readonly data: Bytes
}

export interface OwnerRecord {
  readonly changes: readonly Bytes[]
  readonly sign: { readonly index: number; readonly algorithm: Algorithm; readonly key: CryptoKey }
  readonly seal: {
    readonly index: number
    readonly algorithm: NativeSealAlgorithm
    readonly publicKey: Bytes
    readonly key: CryptoKey
  }
  /** The sealing keys before this one, the newest first: they open what was sealed to them. */
  readonly earlier?: readonly OwnerRecord['seal'][]
  /** Public half of what seeds of further sealing keys are sealed to. */
  readonly seedKey?: { readonly algorithm: NativeSealAlgorithm; readonly publicKey: Bytes }
  /** PKCS #8 of the keys that go into the recovery file; null once that is kept elsewhere. */
  readonly secrets: {
    readonly recover: {
      readonly index: number
      readonly algorithm: Algorithm
      readonly pkcs8: Locked
    }
    readonly seal: Locked
  } | null
}

/** A new sealing key on its way: until the platform has it and the owner's history says so. */
export interface RotationRecord {
  /** Indexes of the sign keys that are taken back with it. */
  readonly gone: readonly number[]
  readonly seal: Omit<OwnerRecord['seal'], 'index'>
  readonly seed: Locked
}

export interface DeviceRecord {
  readonly changes: readonly Bytes[]
  readonly sign: OwnerRecord['sign']
}

/** A line that this browser listened to, to come back to it by itself. */
export interface ReaderRecord {
  readonly kind: 'serial' | 'simulated'
  readonly protocol: Protocol
  /** The main meter that was heard on it; null before the first telegram. */
  readonly meter: string | null
  /** Hex of its system title, where it says one. */
  readonly system?: string
  readonly usb: { readonly vendorId: number; readonly productId: number } | null
  readonly settings: LineSettings
  /** Its meter says nothing until it is asked, which the owner has allowed. */
  readonly asked?: boolean
  /** How this Modbus meter puts its values together, where the owner was asked. */
  readonly order?: WordOrder
  /** This meter calls, and is answered as the owner has allowed. */
  readonly calls?: true
  /** False once the owner stopped reading. */
  readonly wanted: boolean
}

export interface MeterRecord {
  readonly id: string
  readonly tag: Bytes
  readonly simulated: boolean
  readonly parent: string | null
  /** The owner takes this meter's telegrams without a line check. */
  readonly waived: boolean
  /** The zone of a clock that does not say it, as the owner told. */
  readonly clockZone?: string
  /** Meters that were in its place before, the oldest first; seconds. */
  readonly earlier?: readonly {
    readonly id: string
    readonly tag: Bytes
    readonly system?: string
    readonly until: number
  }[]
  readonly channels: readonly {
    readonly id: Bytes
    readonly classes: DataClass
    readonly resolution: string
    readonly zone: string
    readonly opening: Bytes
    /** Where it stood when it was restored: this device has no chapter in it yet. */
    readonly restored: {
      readonly head: BlockRef
      readonly epoch: number
      readonly chapters: number
    } | null
  }[]
}

/** The owner's key for the customer interface of a meter, by the hex of its system title. */
export interface MeterKeyRecord {
  readonly ctr: CryptoKey
  readonly gcm: CryptoKey
  /** None in a key that was kept before this cipher was read. */
  readonly cbc?: CryptoKey
  readonly authentication: Locked | null
  /** Whose telegram it opened. */
  readonly meter: string
  /** The highest invocation counter that was heard under it; absent before any, and in older records. */
  readonly counter?: number
}

/** A grant of the owner, with its key: to wrap with, and to seal anew to a recipient's next key. */
export interface GrantRecord {
  readonly statement: Bytes
  /** All of its chain, the recipient's too, in order. */
  readonly steps: readonly Bytes[]
  /** The recipient's identity: its changes. */
  readonly recipient: readonly Bytes[]
  /** The platform shows another identity in its place, which does not go on from that. */
  readonly otherRecipient?: true
  /** AES-KW, and cannot be exported. */
  readonly key: CryptoKey
  /** The same as it was made. */
  readonly raw: Locked
  /** Index of the owner's own sealing key when this key was made; absent in older records. */
  readonly madeFor?: number
  readonly receipt: string | null
  /**
   * By hex of the channel: the block from which on keys may be owed that no device has wrapped; the
   * owner hands them over.
   */
  readonly owing: Readonly<Record<string, number>>
  /**
   * The same of channels that a device elsewhere writes. It wraps for the grant once it has heard of
   * it; what it sealed before that, and while it was cut off, the owner hands over when it looks.
   */
  readonly following?: Readonly<Record<string, number>>
}

/** An event of the owner's history, with what it speaks of, that waits to be sent. */
export interface EventRow {
  readonly event: Bytes
  readonly companions: readonly Bytes[]
  /** The request that it answers: what follows the last colon of its address. */
  readonly request?: string
}

/** The newest events that were seen of each author, by hex of the author: a rollback shows. */
export interface HeadsRecord {
  readonly heads: Readonly<Record<string, { readonly seq: number; readonly id: Bytes }>>
}

/** What is known here of the owner's devices; all names are ids in hex. */
export interface DevicesRecord {
  /** What those that were paired here called themselves. */
  readonly names: Readonly<Record<string, string>>
  /** The channels whose newest chapter is a device's, as they were seen last. */
  readonly writes: Readonly<Record<string, readonly string[]>>
  readonly unpaired: readonly string[]
  /** Unpaired by this browser, which has still to close their chapters. */
  readonly closing: readonly string[]
}

/** A pairing that the owner has confirmed, until all of it is with the platform or none of it. */
export interface PairingRecord {
  readonly secrets: PairingSecrets
  /** The messages, as they were said, and when by the device's clock. */
  readonly offer: Bytes
  readonly at: number
  readonly answer: Bytes
  /** The answer's place. */
  readonly next: number
  readonly openings: readonly PairedOpening[]
  /** As both have signed it; null until the device has. */
  readonly pairing: Bytes | null
}

/** A channel for what was asked, as it is signed for the device. */
export interface PairedOpening {
  readonly meter: string
  readonly tag: Bytes
  readonly simulated: boolean
  /** With where it stood when the device's chapter began. */
  readonly channel: MeterRecord['channels'][number]
  readonly isNew: boolean
  readonly chapter: Bytes
}

/** A statement that waits to be sent, before any block. */
export interface SetupStatement {
  readonly kind: 'identity' | 'pairing' | 'channel' | 'chapter'
  /** Of an identity, all its changes; otherwise one. */
  readonly statements: readonly Bytes[]
}

export interface KeptRow extends OutboxEntry {
  readonly channelId: string
  /** 1 while it waits; absent afterwards, so that the index holds only what waits. */
  readonly waits?: 1
  /** The channel again, of a block that waits: for counting them. */
  readonly waitingBlock?: string
  /** Place of a block in its channel; absent for epochs. */
  readonly seq?: number
  readonly acknowledgement: Bytes | null
  /** Seconds: when it was taken. */
  readonly takenAt: number | null
  /** The channel again, of a block that the platform acknowledged and lost: evidence. */
  readonly lost?: string
}

/** How far this browser has verified a channel, and from where its view of the day begins. */
export interface CheckpointRecord {
  readonly newest: Checkpoint
  readonly midnight: number
  readonly dayStart: Checkpoint | null
  /** Milliseconds: when it was last verified. */
  readonly at?: number
  /** Whether this device wrote every chapter up to there. */
  readonly own?: boolean
}

interface VaultSchema extends DBSchema {
  self: {
    key:
      | 'owner'
      | 'device'
      | 'wrapping'
      | 'locking'
      | 'operator'
      | 'reader'
      | 'recovery'
      | 'restoring'
      | 'rotation'
      | 'replaced'
      | 'proof'
      | 'heads'
      | 'devices'
      | 'pairing'
      | 'untold'
      | 'people'
      | 'too-late'
      | 'given'
    value: unknown
  }
  meters: { key: string; value: MeterRecord }
  channels: { key: string; value: ChannelRecord }
  epochs: {
    key: number
    value: EpochRecord & { readonly channelId: string }
    indexes: { 'by-epoch': [string, number] }
  }
  entries: {
    key: number
    value: KeptRow
    indexes: {
      'waiting': [string, number]
      'waiting-blocks': string
      'by-seq': [string, number]
      'lost': string
    }
  }
  setup: { key: number; value: SetupStatement }
  beside: { key: string; value: Locked }
  checkpoints: { key: string; value: CheckpointRecord }
  meterKeys: { key: string; value: MeterKeyRecord }
  /** The owner's tariffs, by meter id; under the vault's own key. */
  tariffs: { key: string; value: Locked }
  /** By hex of the grant. */
  grants: { key: string; value: GrantRecord }
  events: { key: number; value: EventRow }
}

export type VaultDatabase = IDBPDatabase<VaultSchema>

export const STORES = [
  'self',
  'meters',
  'channels',
  'epochs',
  'entries',
  'setup',
  'beside',
  'checkpoints',
  'meterKeys',
  'tariffs',
  'grants',
  'events',
] as const

/** Every write is on the disk when it is said to be done. */
export const STRICT = { durability: 'strict' } as const

export async function openDatabase(name = 'kilowit'): Promise<VaultDatabase> {
  const database = await openDB<VaultSchema>(name, 3, {
    upgrade(db, from) {
      if (from < 1) create(db)
      if (from < 2) {
        db.createObjectStore('meterKeys')
        db.createObjectStore('tariffs')
      }
      db.createObjectStore('grants')
      db.createObjectStore('events', { autoIncrement: true })
    },
    // A later version of the page in another tab must not wait for this one.
    blocking: () => database.close(),
  })
  return database
}

/**
 * The lines that were remembered, as they lie in `self`: written by this browser; in its first
 * version there was one line, always P1, without its meter.
 */
export function readerRecords(kept: unknown): readonly ReaderRecord[] {
  if (kept === undefined) return []
  if (Array.isArray(kept)) return kept as readonly ReaderRecord[]
  return [{ protocol: 'p1', meter: null, ...kept as Omit<ReaderRecord, 'protocol' | 'meter'> }]
}

function create(db: VaultDatabase): void {
  db.createObjectStore('self')
  db.createObjectStore('meters', { keyPath: 'id' })
  db.createObjectStore('channels')
  db.createObjectStore('epochs', { autoIncrement: true })
    .createIndex('by-epoch', ['channelId', 'epoch'])
  const entries = db.createObjectStore('entries', { autoIncrement: true })
  entries.createIndex('waiting', ['channelId', 'waits'])
  entries.createIndex('waiting-blocks', 'waitingBlock')
  entries.createIndex('by-seq', ['channelId', 'seq'])
  entries.createIndex('lost', 'lost')
  db.createObjectStore('setup', { autoIncrement: true })
  db.createObjectStore('beside')
  db.createObjectStore('checkpoints')
}
