/**
 * What the engine tests run in the page: the browser's own vault, sealer and delivery, against the
 * real platform, with every block that is made told to the test.
 *
 * @module
 */
import { type Bytes, fromUtf8, toBase64url, toHex } from '../../shared/bytes.ts'
import { ApiProblem, createClient } from '../../shared/api/client.ts'
import { PROBLEMS } from '../../shared/api/problems.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { readBlock } from '../../shared/seal/block.ts'
import { parseChannel } from '../../shared/seal/channel.ts'
import { createSealer } from '../../shared/seal/sealer.ts'
import { type Commit, type Vault, VaultConflict } from '../../shared/seal/vault.ts'
import { createDeliverer } from '../../pwa/household/delivery.ts'
import { changedState, FeedError } from '../../shared/seal/feed.ts'
import { verifyAll } from '../../pwa/proof-run/verify-all.ts'
import { createWork, type Work } from '../../pwa/proof-run/work.ts'
import type { Outbox } from '../../pwa/state.ts'
import { changeMeter } from '../../pwa/vault/change-meter.ts'
import { openDatabase } from '../../pwa/vault/database.ts'
import { ensureSelf } from '../../pwa/vault/identities.ts'
import { chapterAfter, ensureMeter, loadMeters } from '../../pwa/vault/meters.ts'
import { type BrowserVault, openVault } from '../../pwa/vault/vault.ts'
import { change } from './changing.ts'
import { sealHistory } from './history.ts'

/** Told to the test as it happens, so that it outlives the page. */
export type Told =
  | { readonly kind: 'made'; readonly channel: string; readonly id: string; readonly salt: string }
  | { readonly kind: 'acknowledged'; readonly channel: string; readonly seq: number }

declare global {
  var tell: ((told: Told) => Promise<void>) | undefined
  var engine: typeof api
}

/** Fails like a crash at one call of the vault or one post: before it happens, or just after. */
interface Fault {
  readonly at: number
  readonly when: 'before' | 'after'
}

const METER = 'ENGINE-0001'
const seconds = () => Math.floor(Date.now() / 1000)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

class Crash extends Error {}

function crashing(fault: Fault | undefined) {
  let calls = 0
  return async <T>(call: () => Promise<T>): Promise<T> => {
    const mine = calls++
    if (fault !== undefined && mine >= fault.at + (fault.when === 'after' ? 1 : 0)) {
      throw new Crash()
    }
    const result = await call()
    if (fault !== undefined && mine === fault.at && fault.when === 'after') throw new Crash()
    return result
  }
}

/** The vault with every step through `step`, telling what it commits. */
function watched(vault: BrowserVault, step: <T>(call: () => Promise<T>) => Promise<T>): Vault {
  return {
    wrapping: vault.wrapping,
    channel: (channel) => step(() => vault.channel(channel)),
    epochKeys: (channel, epoch) => step(() => vault.epochKeys(channel, epoch)),
    waiting: (channel, most) => step(() => vault.waiting(channel, most)),
    sentAfter: (channel, seq) => step(() => vault.sentAfter(channel, seq)),
    commit: async (commit: Commit) => {
      for (const entry of commit.entries) {
        if (entry.kind !== 'block') continue
        const block = await readBlock(entry.bytes)
        const { channel, salt } = block.header
        const told = { channel: toHex(channel), id: toHex(block.id), salt: toHex(salt) }
        await globalThis.tell?.({ kind: 'made', ...told })
      }
      await step(() => vault.commit(commit))
    },
    taken: (channel, entries) => step(() => vault.taken(channel, entries)),
  }
}

async function open(fault?: Fault) {
  const vault = await openVault(await openDatabase())
  const self = await ensureSelf(vault)
  // It may have been changed since.
  const [known] = await loadMeters(vault.database)
  const id = known?.id ?? METER
  const seen = { id, simulated: false, parent: null, zone: 'Europe/Vienna', waived: false }
  const meter = await ensureMeter(vault, self, seen)
  const live = meter.channels[0]?.id
  if (live === undefined) throw new TypeError('The meter has no channel')
  const step = crashing(fault)
  const steps = watched(vault, step)
  const { index, algorithm, publicKey } = self.owner.sealing
  const sealer = createSealer({
    vault: steps,
    device: self.device.signer,
    ownerKey: { index, algorithm, publicKey },
    now: seconds,
    random,
  })
  const signer = self.owner.signer
  const client = createClient({
    url: location.origin,
    fetch: (url, init) => step(() => fetch(url, init)),
    now: seconds,
    signer,
    retries: 0,
  })
  return { vault, steps, self, client, sealer, live }
}

function readings(count: number, at: number, meter = METER): Reading[] {
  return Array.from({ length: count }, (_, i): Reading => ({
    meter,
    at: at + i,
    clock: 'meter',
    seen: at + i,
    registers: [{ obis: '1-0:1.8.0*255', value: String(at + i), exponent: 0, unit: 'Wh' }],
    texts: [],
    assurance: { line: 'crc', origin: 'plain', custody: 'browser' },
    warnings: [],
  }))
}

let next = 0

type Opened = Awaited<ReturnType<typeof open>>

async function sealSome({ sealer, live }: Opened, blocks: number): Promise<void> {
  for (let i = 0; i < blocks; i++) {
    next = Math.max(next + 10, seconds())
    const some = readings(3, next)
    // Where two seal without the lock, one may have to come back: its readings are still there.
    for (let sealed = false; !sealed;) {
      sealed = await sealer.seal(live, some).then(() => true, (error: unknown) => {
        if (error instanceof VaultConflict) return false
        throw error
      })
    }
  }
}

/** One round of delivery, as the page does it. */
async function deliverAll({ steps, vault, self, client, sealer }: Opened): Promise<Outbox> {
  let last: Outbox = { waiting: 0, sent: 0, state: 'idle', problem: null }
  const through = { ...vault, ...steps }
  const deliverer = createDeliverer({
    vault: through,
    self,
    client,
    sealer,
    changed: (outbox) => (last = outbox),
    reachable: () => undefined,
    delivered: () => undefined,
  })
  await deliverer.introduced().catch(() => undefined)
  deliverer.stop()
  return last
}

const api = {
  /** Changes the meter and delivers; a crash on the way ends it as it is. */
  async change(before: string, now: string, fault?: Fault): Promise<Outbox | 'crashed'> {
    const opened = await open(fault)
    const { self, sealer, steps } = opened
    const vault = { ...opened.vault, ...steps }
    const one = (meter: string, count: number) => {
      next = Math.max(next + 10, seconds() - 3600)
      return readings(count, next, meter)
    }
    try {
      await change({ vault, self, sealer, readings: one }, before, now)
      const outbox = await deliverAll(opened)
      return outbox.state === 'idle' || fault === undefined ? outbox : 'crashed'
    } catch (error) {
      if (error instanceof Crash || error instanceof FeedError) return 'crashed'
      throw error
    } finally {
      opened.vault.database.close()
    }
  },

  /** Two that change the meter at once: what became of each, and how many chapters wait. */
  async changeRace(before: string, now: string) {
    const [one, other] = [await open(), await open()]
    const to = { id: now, system: null }
    const ends = await Promise.allSettled(
      [one, other].map(({ vault, self }) => changeMeter(vault, self, before, to, changedState())),
    )
    const waiting = (await one.vault.database.getAll('setup')).filter(({ kind }) =>
      kind === 'chapter'
    )
    for (const { vault } of [one, other]) vault.database.close()
    const names = ends.map((end) =>
      end.status === 'fulfilled' ? 'changed' : end.reason instanceof VaultConflict ? 'refused' : '?'
    )
    return { ends: names.sort(), chapters: waiting.length }
  },

  /** What a record keeps and lets go when its meter is changed. */
  async changedRecord(before: string, now: string, system: string) {
    const { vault, self } = await open()
    const { database } = vault
    const known = await database.get('meters', before)
    if (known === undefined) throw new TypeError('The meter is not in the vault')
    const usb = null
    const line = { kind: 'serial', protocol: 'p1', usb, settings: {}, wanted: true } as const
    const key = { ctr: vault.locking, gcm: vault.locking, authentication: null, meter: before }
    const locked = await vault.lock(new Uint8Array(3))
    await database.put('meters', { ...known, waived: true, clockZone: 'Europe/Vienna' })
    await database.put('meters', { ...known, id: 'SUB', parent: before, channels: [] })
    await database.put('self', [{ ...line, meter: before }, { ...line, meter: 'X' }], 'reader')
    await database.put('meterKeys', key, 'old')
    await database.put('meterKeys', key, system)
    await database.put('meterKeys', { ...key, meter: 'X' }, 'theirs')
    await database.put('tariffs', locked, before)
    await changeMeter(vault, self, before, { id: now, system }, changedState())
    const meter = await database.get('meters', now)
    const keys = await database.getAllKeys('meterKeys')
    const found = {
      gone: await database.get('meters', before) === undefined,
      sameChannels: toHex(meter?.channels[0]?.id ?? random(1)) ===
        toHex(known.channels[0]?.id ?? random(2)),
      freshTag: meter !== undefined && toHex(meter.tag) !== toHex(known.tag),
      earlier: meter?.earlier?.map(({ id, tag }) => [id, toHex(tag) === toHex(known.tag)]),
      waived: meter?.waived,
      clockZone: meter?.clockZone ?? null,
      parent: (await database.get('meters', 'SUB'))?.parent,
      lines: (await database.get('self', 'reader') as { meter: string; system?: string }[])
        .map(({ meter, system = null }) => [meter, system]),
      keys: await Promise.all(
        keys.map(async (name) => [name, (await database.get('meterKeys', name))?.meter]),
      ),
      tariffs: await database.getAllKeys('tariffs'),
    }
    await database.delete('meters', 'SUB')
    await database.clear('meterKeys')
    database.close()
    return found
  },

  /** Seals blocks and delivers them; a crash on the way ends it as it is. */
  async run(blocks: number, fault?: Fault): Promise<Outbox | 'crashed'> {
    const opened = await open(fault)
    try {
      await sealSome(opened, blocks)
      const outbox = await deliverAll(opened)
      return outbox.state === 'idle' || fault === undefined ? outbox : 'crashed'
    } catch (error) {
      if (error instanceof Crash) return 'crashed'
      throw error
    } finally {
      opened.vault.database.close()
    }
  },

  /** Seals and delivers until the browser is killed. */
  async runForEver(): Promise<never> {
    const opened = await open()
    const steps: Vault = {
      ...opened.steps,
      taken: async (channel, entries) => {
        const before = await opened.vault.waiting(channel, entries.length)
        await opened.steps.taken(channel, entries)
        for (const { order, acknowledgement } of entries) {
          const entry = before.find((one) => one.order === order)
          if (acknowledgement === null || entry === undefined) continue
          const told = { channel: toHex(channel), seq: entry.number }
          await globalThis.tell?.({ kind: 'acknowledged', ...told })
        }
      },
    }
    for (;;) {
      await sealSome(opened, 3)
      await deliverAll({ ...opened, steps })
    }
  },

  /** Seals on two vaults at once, as two tabs would without the lock. */
  async race(blocks: number): Promise<void> {
    const [one, other] = [await open(), await open()]
    await Promise.all([sealSome(one, blocks), sealSome(other, blocks)])
    one.vault.database.close()
    other.vault.database.close()
  },

  /**
   * Seals days of quarter-hours and delivers them, an hour to a block and an epoch to a day, as a
   * browser that was restored finds them: no copy of a block and no key of an epoch is here.
   */
  async history(
    from: number,
    days: number,
    posted?: (day: number) => Promise<void>,
    strays: readonly (readonly [day: number, late: number])[] = [],
  ): Promise<{ meter: string; from: number; to: number }> {
    const opened = await open()
    const { vault, self, client } = opened
    await deliverAll(opened)
    const meter = (await loadMeters(vault.database)).find(({ id }) => id === METER)
    const quarters = meter?.channels.find(({ resolution }) => resolution === 'PT15M')
    if (quarters === undefined) throw new TypeError('The meter has no quarter-hours')
    await sealHistory(self, client, quarters, METER, {
      from,
      days,
      strays,
      ...(posted === undefined ? {} : { posted }),
    })
    vault.database.close()
    return { meter: METER, from, to: from + days * 86_400 }
  },

  /** Reads a stretch of time as the worker does; milliseconds until it is ready to be drawn. */
  async energy(from: number, to: number) {
    const work = await createWork()
    const began = performance.now()
    const control = new AbortController()
    let told = 0
    const options = { signal: control.signal, progress: () => void told++ }
    const request = { meter: METER, from, to, resolution: 'PT15M' as const }
    const view = await work.energy(request, options)
    const ms = performance.now() - began
    const again = performance.now()
    const second = await work.energy(request, options)
    const same = JSON.stringify(second) === JSON.stringify(view)
    const sum = view.bars.reduce((total, bar) => total + (bar.importWh ?? 0), 0)
    return { ms, again: performance.now() - again, bars: view.bars.length, sum, told, same }
  },

  /** The readings of a stretch as a file, just as the worker makes it. */
  async exported(from: number, to: number, format: 'csv' | 'json') {
    const work = await createWork()
    let told = 0
    const options = { signal: new AbortController().signal, progress: () => void told++ }
    const request = { meter: METER, from, to, resolution: 'PT15M' as const, format }
    const { name, bytes } = await work.readings(request, options)
    return { name, text: fromUtf8(bytes), told }
  },

  /** One worker asked again and again while blocks come, for all and for parts of it. */
  async growing(from: number, days: number) {
    const to = from + days * 86_400
    const options = { signal: new AbortController().signal, progress: () => undefined }
    const bars = async (work: Work, from: number, to: number) => {
      const request = { meter: METER, from, to, resolution: 'PT15M' as const }
      return (await work.energy(request, options)).bars
    }
    let work: Work | null = null
    const counts: number[] = []
    await api.history(from, days, async () => {
      counts.push((await bars(work ??= await createWork(), from, to)).length)
    })
    const parts = []
    for (let at = from; at < to; at += 86_400) {
      parts.push(...await bars(work ?? await createWork(), at, at + 86_400))
    }
    const fresh = await bars(await createWork(), from, to)
    return { counts, parts: JSON.stringify(parts), fresh: JSON.stringify(fresh) }
  },

  /** Verifies all channels, as the proof room does. */
  async proof(): Promise<{ faults: unknown[]; blocks: number; waiting: number }> {
    const { vault, self, client } = await open()
    const proof = await verifyAll({ vault, self, client, progress: () => undefined })
    vault.database.close()
    return {
      faults: proof.channels.flatMap(({ fault }) => fault ?? []),
      blocks: proof.channels.reduce((sum, { blocks }) => sum + blocks, 0),
      waiting: proof.channels.reduce((sum, { waiting }) => sum + waiting, 0),
    }
  },

  /** Channels of which a block was delivered while the platform takes one of them not at all. */
  async held(code: 'network-limit' | 'channel-taken') {
    const opened = await open()
    const { self, vault, sealer, live, client } = opened
    const seen = { simulated: false, parent: null, zone: 'Europe/Vienna', waived: false }
    const other = await ensureMeter(vault, self, { ...seen, id: 'ENGINE-0002' })
    const theirs = other.channels[0]?.id
    if (theirs === undefined) throw new TypeError('The meter has no channel')
    await sealSome(opened, 1)
    await sealer.seal(theirs, readings(1, next).map((one) => ({ ...one, meter: other.id })))
    const refusing: typeof client = {
      ...client,
      openChannel: async (opening) => {
        if (toHex(parseChannel(opening).content.channel) !== toHex(live)) {
          return await client.openChannel(opening)
        }
        const { status } = PROBLEMS[code]
        const problem = { type: '', title: '', status, detail: '', code, requestId: '' }
        throw new ApiProblem(status, problem, status === 429 ? 3600 : null, code)
      },
    }
    const refused = await deliverAll({ ...opened, client: refusing })
    const during = [await vault.countWaiting(live), await vault.countWaiting(theirs)]
    const after = await deliverAll(opened)
    vault.database.close()
    return { refused, during, after }
  },

  /** The proof of what lies on the platform, when it does not hold with what is said of it. */
  async faultyProof(kind: 'acknowledged-beyond' | 'unwritten-chapter'): Promise<unknown[]> {
    const opened = await open()
    const { vault, self, client, live } = opened
    await sealSome(opened, 2)
    await deliverAll(opened)
    const beyond = new Map(Array.from({ length: 200_000 }, (_, i) => [i + 9, new Uint8Array(0)]))
    const progress = () => undefined
    const channel = async (of: Bytes) => {
      const info = await client.channel(of)
      if (toHex(of) !== toHex(live)) return info
      const chapter = await chapterAfter(self, of, random(16), info.chapters.length, [
        1,
        random(32),
      ])
      return { ...info, chapters: [...info.chapters, chapter] }
    }
    const proof = await verifyAll(
      kind === 'acknowledged-beyond'
        ? {
          vault: { ...vault, acknowledgements: () => Promise.resolve(beyond) },
          self,
          client,
          progress,
        }
        : { vault, self, client: { ...client, channel }, progress },
    )
    vault.database.close()
    return proof.channels.flatMap(({ fault }) => fault ?? [])
  },

  /** A commit of which one part cannot be stored, and one on top of an old version. */
  async halfCommit() {
    const { vault, live } = await open()
    const record = await vault.channel(live)
    if (record === undefined) throw new TypeError('The channel is not in the vault')
    const look = async () => ({
      version: (await vault.channel(live))?.version,
      waiting: (await vault.waiting(live, 100)).length,
      beside: toHex(await vault.beside(live) ?? new Uint8Array(0)),
      keys: (await vault.epochKeys(live, 77)).length,
    })
    const entry = { channel: live, kind: 'block' as const, number: 900, bytes: new Uint8Array(3) }
    const unstorable = { ...entry, bytes: (() => 0) as unknown as Bytes } // no clone of a function
    const epoch = { channel: live, epoch: 77, commitment: random(32), wrapped: random(40) }
    const before = await look()
    const attempt = {
      epochs: [epoch],
      record: { ...record, version: record.version + 1 },
      beside: random(9),
    }
    const named = (error: unknown) => error instanceof Error ? error.name : String(error)
    const half = await vault.commit({ ...attempt, entries: [entry, unstorable] }).catch(named)
    const stale = await vault.commit({ ...attempt, record, entries: [entry] }).catch(named)
    const after = await look()
    vault.database.close()
    return { before, after, half, stale, conflict: new VaultConflict('').name }
  },

  /** Durability asked for in every step that writes the outbox. */
  async durabilities(): Promise<string[]> {
    const asked: string[] = []
    // Called again below with the database that it is called on.
    // oxlint-disable-next-line typescript/unbound-method
    const original = IDBDatabase.prototype.transaction
    IDBDatabase.prototype.transaction = function (stores, mode, options) {
      const names = typeof stores === 'string' ? [stores] : Array.from(stores)
      if (mode === 'readwrite' && names.includes('entries')) {
        asked.push(options?.durability ?? 'default')
      }
      return original.call(this, stores, mode, options)
    }
    try {
      await api.run(2)
    } finally {
      IDBDatabase.prototype.transaction = original
    }
    return asked
  },

  /** What of the keys could be taken away. */
  async exportable(): Promise<string[]> {
    const { vault } = await open()
    const found: string[] = []
    for (const name of ['owner', 'device', 'wrapping', 'locking'] as const) {
      for (const [path, key] of keysIn(await vault.database.get('self', name), name)) {
        if (key.extractable) found.push(path)
      }
    }
    vault.database.close()
    return found
  },

  async channels(): Promise<string[]> {
    const { vault } = await open()
    const meters = await loadMeters(vault.database)
    vault.database.close()
    return meters.flatMap(({ channels }) => channels.map(({ id }) => toBase64url(id)))
  },
}

function keysIn(value: unknown, path: string): [string, CryptoKey][] {
  if (value instanceof CryptoKey) return [[path, value]]
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return []
  return Object.entries(value).flatMap(([name, inner]) => keysIn(inner, `${path}.${name}`))
}

globalThis.engine = api
