/**
 * The vault of a browser: the contract of shared/seal/vault.ts on IndexedDB. Nothing is awaited
 * inside a transaction but the database itself, so each is one atomic step, durable when it returns.
 *
 * @module
 */
import { type Bytes, toHex } from '../../shared/bytes.ts'
import {
  type ChannelRecord,
  type Commit,
  type EpochRecord,
  type KeptEntry,
  type Vault,
  VaultConflict,
} from '../../shared/seal/vault.ts'
import { type KeptRow, type Locked, STRICT, type VaultDatabase } from './database.ts'

export interface LocalCopy {
  readonly bytes: Bytes
  readonly acknowledgement: Bytes | null
}

export interface BrowserVault extends Vault {
  readonly database: VaultDatabase
  /** AES-GCM key that cannot be exported, for what only this browser may read. */
  readonly locking: CryptoKey
  lock(plain: Bytes): Promise<Locked>
  unlock(locked: Locked): Promise<Bytes>
  /** What was kept beside the channel's newest commit, or saved since. */
  beside(channel: Bytes): Promise<Bytes | undefined>
  saveBeside(channel: Bytes, plain: Bytes): Promise<void>
  /** Every key kept for an epoch, or for it and those up to the last. */
  epochKeys(channel: Bytes, epoch: number, last?: number): Promise<EpochRecord[]>
  /** How many blocks of a channel wait, or of all of them. */
  countWaiting(channel?: Bytes): Promise<number>
  /** How many blocks of a channel the platform acknowledged and lost. */
  countLost(channel: Bytes): Promise<number>
  /** The local copy of a block that was sent. */
  copyOf(channel: Bytes, seq: number): Promise<LocalCopy | undefined>
  /** Acknowledgements by seq, of the blocks whose copies are still here. */
  acknowledgements(channel: Bytes): Promise<Map<number, Bytes>>
  /** Drops copies of a channel that were sent before; seconds. */
  prune(channel: Bytes, takenBefore: number): Promise<void>
}

/** Rows read in one transaction. */
const AT_ONCE = 500

/** Seconds by this browser's clock. */
const now = () => Math.floor(Date.now() / 1000)

/** Opens the vault of a database, with its keys made on the first opening. */
export async function openVault(database: VaultDatabase): Promise<BrowserVault> {
  const { wrapping, locking } = await keysOf(database)

  async function lock(plain: Bytes): Promise<Locked> {
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, locking, plain)
    return { iv, data: new Uint8Array(data) }
  }

  async function unlock({ iv, data }: Locked): Promise<Bytes> {
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, locking, data))
  }

  async function waiting(channel: Bytes, most: number): Promise<KeptEntry[]> {
    const index = database.transaction('entries').store.index('waiting')
    const found: KeptEntry[] = []
    const only = IDBKeyRange.only([toHex(channel), 1])
    for (let at = await index.openCursor(only); at !== null; at = await at.continue()) {
      if (found.length === most) break
      const { channel, kind, number, bytes } = at.value
      found.push({ channel, kind, number, bytes, order: at.primaryKey })
    }
    return found
  }

  async function sentAfter(channel: Bytes, seq: number): Promise<KeptEntry[]> {
    const index = database.transaction('entries').store.index('by-seq')
    const found: KeptEntry[] = []
    const range = channelRange(channel, seq + 1)
    for (let at = await index.openCursor(range); at !== null; at = await at.continue()) {
      const { channel, kind, number, bytes, waits } = at.value
      if (waits === undefined) found.push({ channel, kind, number, bytes, order: at.primaryKey })
    }
    return found
  }

  async function commit(commit: Commit): Promise<void> {
    const { record, epochs = [], entries, withdraw = [], beside } = commit
    const channelId = toHex(record.channel)
    const locked = beside === undefined ? undefined : await lock(beside)
    const step = database.transaction(
      ['channels', 'epochs', 'entries', 'beside'],
      'readwrite',
      STRICT,
    )
    // A failure aborts the step; it is told by `done`, and must not be told twice.
    step.done.catch(() => undefined)
    try {
      const stored = await step.objectStore('channels').get(channelId)
      if (stored?.version !== record.version - 1) throw new VaultConflict('Record has moved on')
      await step.objectStore('channels').put(record, channelId)
      for (const epoch of epochs) await step.objectStore('epochs').add({ ...epoch, channelId })
      for (const order of withdraw) {
        const row = await step.objectStore('entries').get(order)
        if (row === undefined || row.acknowledgement === null) {
          await step.objectStore('entries').delete(order)
        } else {
          const { seq: _, ...evidence } = row // without its place: it is on no chain any more
          await step.objectStore('entries').put({ ...evidence, lost: channelId }, order)
        }
      }
      for (const entry of entries) {
        const row: KeptRow = {
          ...entry,
          channelId,
          waits: 1,
          ...(entry.kind === 'block' ? { seq: entry.number, waitingBlock: channelId } : {}),
          acknowledgement: null,
          takenAt: null,
        }
        await step.objectStore('entries').add(row)
      }
      if (locked !== undefined) await step.objectStore('beside').put(locked, channelId)
    } catch (error) {
      abort(step)
      throw error
    }
    await step.done
  }

  async function taken(
    _channel: Bytes,
    entries: readonly { readonly order: number; readonly acknowledgement: Bytes | null }[],
  ): Promise<void> {
    const step = database.transaction('entries', 'readwrite', STRICT)
    for (const { order, acknowledgement } of entries) {
      const row = await step.store.get(order)
      if (row === undefined) continue // sealed again by another tab meanwhile
      const { waits: _, waitingBlock: __, ...rest } = row
      await step.store.put({ ...rest, acknowledgement, takenAt: now() }, order)
    }
    await step.done
  }

  return {
    database,
    wrapping,
    locking,
    lock,
    unlock,
    waiting,
    sentAfter,
    commit,
    taken,

    async channel(channel): Promise<ChannelRecord | undefined> {
      return await database.get('channels', toHex(channel))
    },

    async epochKeys(channel, epoch, last = epoch): Promise<EpochRecord[]> {
      const name = toHex(channel)
      if (last < epoch) return []
      const range = IDBKeyRange.bound([name, epoch], [name, last])
      return await database.getAllFromIndex('epochs', 'by-epoch', range)
    },

    async beside(channel) {
      const locked = await database.get('beside', toHex(channel))
      return locked === undefined ? undefined : await unlock(locked)
    },

    async saveBeside(channel, plain) {
      await database.put('beside', await lock(plain), toHex(channel))
    },

    async countWaiting(channel) {
      const only = channel === undefined ? null : toHex(channel)
      return await database.countFromIndex('entries', 'waiting-blocks', only)
    },

    async countLost(channel) {
      return await database.countFromIndex('entries', 'lost', toHex(channel))
    },

    async copyOf(channel, seq) {
      const rows = await database.getAllFromIndex('entries', 'by-seq', [toHex(channel), seq])
      const row = rows.find(({ waits }) => waits === undefined)
      return row && { bytes: row.bytes, acknowledgement: row.acknowledgement }
    },

    async acknowledgements(channel) {
      const found = new Map<number, Bytes>()
      // Some at a time: sealing must not wait until all of a long channel is read.
      for (let from = 0;;) {
        const range = channelRange(channel, from)
        const rows = await database.getAllFromIndex('entries', 'by-seq', range, AT_ONCE)
        for (const { seq, acknowledgement } of rows) {
          if (seq !== undefined && acknowledgement !== null) found.set(seq, acknowledgement)
        }
        const last = rows.at(-1)?.seq
        if (rows.length < AT_ONCE || last === undefined) return found
        from = last + 1
      }
    },

    async prune(channel, takenBefore) {
      const step = database.transaction('entries', 'readwrite')
      const index = step.store.index('by-seq')
      const range = channelRange(channel)
      for (let at = await index.openCursor(range); at !== null; at = await at.continue()) {
        const { takenAt } = at.value
        // Copies lie in the order in which they were made.
        if (takenAt === null || takenAt >= takenBefore) break
        await at.delete()
      }
      await step.done
    },
  }
}

function channelRange(channel: Bytes, from = 0): IDBKeyRange {
  return IDBKeyRange.bound([toHex(channel), from], [toHex(channel), Number.MAX_SAFE_INTEGER])
}

function abort(step: { abort(): void }): void {
  try {
    step.abort()
  } catch {
    // The database has aborted it already.
  }
}

/** The vault's own keys; of two tabs that open it for the first time, one's keys are everybody's. */
async function keysOf(
  database: VaultDatabase,
): Promise<{ wrapping: CryptoKey; locking: CryptoKey }> {
  const wrapping = await crypto.subtle.generateKey({ name: 'AES-KW', length: 256 }, false, [
    'wrapKey',
    'unwrapKey',
  ])
  const locking = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ])
  const step = database.transaction('self', 'readwrite', STRICT)
  const keys = { wrapping, locking }
  for (const name of ['wrapping', 'locking'] as const) {
    const kept = await step.store.get(name)
    if (kept instanceof CryptoKey) keys[name] = kept
    else await step.store.put(keys[name], name)
  }
  await step.done
  return keys
}
