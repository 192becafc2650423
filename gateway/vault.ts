/**
 * The vault of a gateway: the contract of shared/seal/vault.ts in files. Of each channel there is one
 * file that says how it stands, and one for each entry of its outbox. A step first writes its
 * entries and then that file, whose replacement is the step: what a killed process began before is
 * not in it, and so is not there.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import { type Bytes, toHex } from '../shared/bytes.ts'
import {
  type ChannelRecord,
  type Commit,
  type EpochRecord,
  type KeptEntry,
  type OutboxEntry,
  type Vault,
  VaultConflict,
} from '../shared/seal/vault.ts'
import { keep, kept, makeFolder, readFile, writeFile } from './files.ts'

export interface GatewayVault extends Vault {
  /** Takes a channel up; one that is there already stays as it is. */
  begin(record: ChannelRecord): Promise<void>
  beside(channel: Bytes): Promise<Bytes | undefined>
  saveBeside(channel: Bytes, plain: Bytes): Promise<void>
}

/** An entry without its bytes, which lie in a file of that number. */
interface Place {
  readonly order: number
  readonly kind: OutboxEntry['kind']
  readonly number: number
}

/**
 * Entries that follow one another, each with the next number, as they are kept: a year without the
 * platform has half a million entries and some thousand runs.
 */
type Run = readonly [order: number, kind: OutboxEntry['kind'], number: number, count: number]

interface Standing {
  readonly record: ChannelRecord
  readonly epochs: readonly EpochRecord[]
  readonly next: number
  /** In order; `sent` are blocks that the platform has, the newest of them. */
  readonly waiting: readonly Place[]
  readonly sent: readonly Place[]
  /** What is kept beside the newest commit, or was saved since. */
  readonly beside: Bytes | null
}

/** A type of its own: an interface may be given further members, and so is no CBOR value. */
type Plain<T> = { readonly [K in keyof T]: T[K] }

/** A standing in its file. */
type Stored = Pick<Standing, 'next' | 'beside'> & {
  readonly record: Plain<ChannelRecord>
  readonly epochs: readonly Plain<EpochRecord>[]
  readonly waiting: readonly Run[]
  readonly sent: readonly Run[]
}

/** Enough to seal again what a platform forgot that was restored from last week's backup. */
const COPIES = 2000
/** Of what waits or is kept as a copy, the keys are among these. */
const EPOCHS = 1000

export function openVault(folder: string, wrapping: CryptoKey): GatewayVault {
  const standings = new Map<string, Standing>()
  const queues = new Map<string, Promise<unknown>>()

  const folderOf = (channel: Bytes) => path.join(folder, 'channels', toHex(channel))
  const entryFile = (channel: Bytes, order: number) => path.join(folderOf(channel), `${order}`)
  const standingFile = (channel: Bytes) => path.join(folderOf(channel), 'standing')

  async function load(channel: Bytes): Promise<Standing | undefined> {
    const known = standings.get(toHex(channel))
    if (known !== undefined) return known
    const stored = await kept<Stored>(standingFile(channel))
    if (stored === undefined) return undefined
    const standing = {
      ...stored,
      waiting: stored.waiting.flatMap(placesOf),
      sent: stored.sent.flatMap(placesOf),
    }
    standings.set(toHex(channel), standing)
    return standing
  }

  /** One change of a channel at a time. */
  function inTurn<T>(channel: Bytes, change: () => Promise<T>): Promise<T> {
    const name = toHex(channel)
    const done = (queues.get(name) ?? Promise.resolve()).then(change, change)
    queues.set(name, done.catch(() => undefined))
    return done
  }

  async function put(channel: Bytes, standing: Standing): Promise<void> {
    const stored: Stored = {
      ...standing,
      waiting: runsOf(standing.waiting),
      sent: runsOf(standing.sent),
    }
    await keep(standingFile(channel), stored)
    standings.set(toHex(channel), standing)
  }

  async function entriesOf(channel: Bytes, places: readonly Place[]): Promise<KeptEntry[]> {
    const entries: KeptEntry[] = []
    for (const { order, kind, number } of places) {
      const bytes = await readFile(entryFile(channel, order))
      if (bytes !== undefined) entries.push({ channel, kind, number, order, bytes })
    }
    return entries
  }

  async function drop(channel: Bytes, orders: Iterable<number>): Promise<void> {
    for (const order of orders) await fs.rm(entryFile(channel, order), { force: true })
  }

  return {
    wrapping,

    async channel(channel) {
      return (await load(channel))?.record
    },

    async epochKeys(channel, epoch) {
      return ((await load(channel))?.epochs ?? []).filter((one) => one.epoch === epoch)
    },

    async waiting(channel, most) {
      return await entriesOf(channel, ((await load(channel))?.waiting ?? []).slice(0, most))
    },

    async sentAfter(channel, seq) {
      const sent = (await load(channel))?.sent ?? []
      return await entriesOf(channel, sent.filter(({ number }) => number > seq))
    },

    async begin(record) {
      await inTurn(record.channel, async () => {
        if (await load(record.channel) !== undefined) return
        await makeFolder(folderOf(record.channel))
        await put(record.channel, {
          record,
          epochs: [],
          next: 0,
          waiting: [],
          sent: [],
          beside: null,
        })
      })
    },

    async commit({ record, epochs = [], entries, withdraw = [], beside }: Commit) {
      const { channel } = record
      await inTurn(channel, async () => {
        const before = await load(channel)
        if (before?.record.version !== record.version - 1) {
          throw new VaultConflict('Record has moved on')
        }
        const added = entries.map(({ kind, number }, i) => ({
          order: before.next + i,
          kind,
          number,
        }))
        for (const [i, { bytes }] of entries.entries()) {
          await writeFile(entryFile(channel, before.next + i), bytes)
        }
        const gone = new Set(withdraw)
        const stays = ({ order }: Place) => !gone.has(order)
        await put(channel, {
          record,
          epochs: [...before.epochs, ...epochs].slice(-EPOCHS),
          next: before.next + entries.length,
          waiting: [...before.waiting.filter(stays), ...added],
          sent: before.sent.filter(stays),
          beside: beside ?? before.beside,
        })
        await drop(channel, gone)
      })
    },

    async taken(channel, entries) {
      await inTurn(channel, async () => {
        const before = await load(channel)
        if (before === undefined) return
        const orders = new Set(entries.map(({ order }) => order))
        const taken = before.waiting.filter(({ order }) => orders.has(order))
        const copies = [...before.sent, ...taken.filter(({ kind }) => kind === 'block')]
        await put(channel, {
          ...before,
          waiting: before.waiting.filter(({ order }) => !orders.has(order)),
          sent: copies.slice(-COPIES),
        })
        const done = taken.filter(({ kind }) => kind !== 'block')
        await drop(channel, [...done, ...copies.slice(0, -COPIES)].map(({ order }) => order))
      })
    },

    async beside(channel) {
      return (await load(channel))?.beside ?? undefined
    },

    async saveBeside(channel, plain) {
      await inTurn(channel, async () => {
        const before = await load(channel)
        if (before !== undefined) await put(channel, { ...before, beside: plain })
      })
    },
  }
}

function runsOf(places: readonly Place[]): Run[] {
  const runs: [number, Place['kind'], number, number][] = []
  for (const { order, kind, number } of places) {
    const last = runs.at(-1)
    const goesOn = last !== undefined && last[1] === kind && last[0] + last[3] === order &&
      last[2] + last[3] === number
    if (goesOn) last[3]++
    else runs.push([order, kind, number, 1])
  }
  return runs
}

function placesOf([order, kind, number, count]: Run): Place[] {
  return Array.from({ length: count }, (_, i) => ({ order: order + i, kind, number: number + i }))
}
