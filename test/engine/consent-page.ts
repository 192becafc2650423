/**
 * What the tests of consent run in the page: an owner's own vault, sealer, delivery and deeds, and a
 * recipient who has nothing but what the platform gives it.
 *
 * @module
 */
import { openDB } from 'idb'
import { type Bytes, fromBase64url, toBase64url, toHex } from '../../shared/bytes.ts'
import { type Client, createClient } from '../../shared/api/client.ts'
import { openGrantKey, parseGrant } from '../../shared/consent/grant.ts'
import type { Purpose } from '../../shared/consent/terms.ts'
import { makeTerms } from '../../shared/consent/terms.ts'
import { importGrantKey, unwrapBlockKey, unwrapEpoch } from '../../shared/consent/wrap.ts'
import { parseEvent } from '../../shared/consent/history.ts'
import { checkSteps, parseStep } from '../../shared/consent/steps.ts'
import {
  changeIdentity,
  createIdentity,
  type Identity,
  readIdentity,
} from '../../shared/identity/identity.ts'
import { generateSealingKey, generateSigningKey, signer } from '../../shared/identity/keys.ts'
import { NOBODY, type Signer } from '../../shared/identity/statement.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { openBlock, readBlock } from '../../shared/seal/block.ts'
import { parseEpoch } from '../../shared/seal/channel.ts'
import { createSealer } from '../../shared/seal/sealer.ts'
import { createConsentKeeper } from '../../pwa/household/consent/keeper.ts'
import { createOwnerActions } from '../../pwa/household/consent/actions.ts'
import { grantDeed, newGrantId } from '../../pwa/household/consent/give.ts'
import { createPeople } from '../../pwa/household/consent/people.ts'
import { createDeliverer } from '../../pwa/household/delivery.ts'
import * as shown from '../../pwa/consent/state.ts'
import { AppError } from '../../pwa/app-error.ts'
import type { Outbox } from '../../pwa/state.ts'
import { openDatabase } from '../../pwa/vault/database.ts'
import { ensureSelf, loadSelf, ownerKeyOf } from '../../pwa/vault/identities.ts'
import { ensureMeter, loadMeters } from '../../pwa/vault/meters.ts'
import { openVault } from '../../pwa/vault/vault.ts'

declare global {
  var consent: typeof api
}

const METER = 'CONSENT-0001'
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

const seconds = () => Math.floor(Date.now() / 1000)

/** Every body that was sent, to be looked through for keys. */
const sent: Bytes[] = []
let isOffline = false
/** Requests that still get through: for cutting something short in the middle. */
let left = Infinity

export function cutAfter(requests: number): void {
  left = requests
}
/** An answer to a request arrives, and what the platform says to it does not. */
let isLosing = false

async function tapped(url: string, init: RequestInit): Promise<Response> {
  if (isOffline || left-- <= 0) throw new TypeError('Offline')
  if (init.body instanceof Uint8Array) sent.push(new Uint8Array(init.body))
  const response = await fetch(url, init)
  if (isLosing && new URL(url).pathname.endsWith('/grant')) throw new TypeError('Lost on its way')
  return response
}

export function clientOf(by: Signer): Client {
  return createClient({
    url: location.origin,
    fetch: tapped,
    now: seconds,
    signer: by,
    retries: 0,
  })
}

/** Raw keys as they were made, which must be in no request. */
const secrets: Bytes[] = []
const importKey = crypto.subtle.importKey.bind(crypto.subtle)
const SECRET: ReadonlySet<string> = new Set(['HKDF', 'AES-KW', 'AES-GCM', 'HMAC'])
crypto.subtle.importKey = function (format: 'raw', raw: Bytes, ...rest: never[]) {
  const [algorithm] = rest as readonly (string | { name: string })[]
  const name = typeof algorithm === 'string' ? algorithm : algorithm?.name ?? ''
  if (SECRET.has(name) && raw.length >= 32) secrets.push(new Uint8Array(raw.slice(0, 32)))
  return Reflect.apply(importKey, null, [format, raw, ...rest]) as Promise<CryptoKey>
} as typeof importKey

let pause = 0
const sign = crypto.subtle.sign.bind(crypto.subtle)
crypto.subtle.sign = async (...of: Parameters<typeof sign>) => {
  if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
  return await sign(...of)
}

async function open() {
  const vault = await openVault(await openDatabase())
  const self = await ensureSelf(vault)
  const seen = { id: METER, simulated: false, parent: null, zone: 'Europe/Vienna', waived: false }
  await ensureMeter(vault, self, seen)
  const client = clientOf(self.owner.signer)
  let outbox: Outbox = { waiting: 0, sent: 0, state: 'idle', problem: null }
  const keeper = createConsentKeeper({
    vault,
    self,
    client,
    deviceClient: clientOf(self.device.signer),
    progress: (done, of) => (shown.consentProgress.value = { step: 'keys', done, of }),
    due: () => void turn(),
  })
  const sealer = createSealer({
    vault,
    device: self.device.signer,
    ownerKey: ownerKeyOf(self.owner),
    now: seconds,
    random,
    recipients: keeper.recipients,
  })
  const deliverer = createDeliverer({
    vault,
    self,
    client,
    sealer,
    changed: (now) => (outbox = now),
    reachable: () => undefined,
    delivered: () => undefined,
    consent: keeper,
    ownerChanged: () => turn(),
  })
  const turn = async () => {
    const now = await loadSelf(vault.database)
    if (now !== undefined) sealer.sealTo(ownerKeyOf(now.owner))
    await keeper.turn((channel) => sealer.turn(channel))
    deliverer.wake()
  }
  const options = {
    vault,
    running: async () => ({ self: await loadSelf(vault.database) ?? self, client }),
    changed: () => void turn(),
    opened: async () => undefined,
  }
  const actions = createOwnerActions(options)
  return {
    people: createPeople(options, actions),
    vault,
    self,
    client,
    sealer,
    deliverer,
    keeper,
    turn,
    actions,
    outbox: () => outbox,
  }
}

export type Home = Awaited<ReturnType<typeof open>>
let home: Promise<Home> | undefined
export const here = (): Promise<Home> => home ??= open()

function readings(count: number, at: number): Reading[] {
  return Array.from({ length: count }, (_, i): Reading => ({
    meter: METER,
    at: at + i,
    clock: 'meter',
    seen: at + i,
    registers: [{ obis: '1-0:1.8.0*255', value: String(at + i), exponent: 0, unit: 'Wh' }],
    texts: [],
    assurance: { line: 'crc', origin: 'plain', custody: 'browser' },
    warnings: [],
  }))
}

export async function channelNamed(resolution: string): Promise<Bytes> {
  const { vault } = await here()
  const [meter] = await loadMeters(vault.database)
  const channel = meter?.channels.find((one) => one.resolution === resolution)
  if (channel === undefined) throw new TypeError(`No channel ${resolution}`)
  return channel.id
}

/** Another person of the household: it asks for tokens by itself, as an owner does. */
interface Person {
  readonly identity: Identity
  readonly client: Client
  /** By index in the identity. */
  readonly sealing: ReadonlyMap<number, Parameters<typeof openGrantKey>[1]>
  readonly signer: Signer
  readonly recovery: Signer
}

const people = new Map<string, Person>()

export async function personNamed(name: string): Promise<Person> {
  const known = people.get(name) ?? await somebody('owner')
  people.set(name, known)
  return known
}

async function somebody(kind: 'owner' | 'provider'): Promise<Person> {
  const [signing, recovery, sealing] = await Promise.all([
    generateSigningKey(),
    generateSigningKey(),
    generateSealingKey(),
  ])
  const keys = [
    { index: 0, algorithm: signing.algorithm, publicKey: signing.publicKey, purpose: 'sign' },
    { index: 1, algorithm: recovery.algorithm, publicKey: recovery.publicKey, purpose: 'recover' },
    { index: 2, algorithm: sealing.algorithm, publicKey: sealing.publicKey, purpose: 'seal' },
  ] as const
  const first = { kind, at: seconds(), keys } as const
  const identity = await createIdentity(first, 0, signer(NOBODY, 0, signing))
  const client = clientOf(signer(identity.id, 0, signing))
  await client.registerIdentity(identity.changes)
  const { algorithm, publicKey, privateKey } = sealing
  const person = {
    identity,
    client,
    sealing: new Map([[2, { algorithm, publicKey, privateKey }]]),
    signer: signer(identity.id, 0, signing),
    recovery: signer(identity.id, 1, recovery),
  }
  return person
}

async function settled(): Promise<Outbox> {
  const { deliverer, outbox } = await here()
  for (let i = 0; i < 4; i++) {
    await deliverer.introduced().catch(() => undefined)
  }
  return outbox()
}

const api = {
  async seal(resolution: string, blocks: number, at = seconds()): Promise<void> {
    const { sealer } = await here()
    const channel = await channelNamed(resolution)
    for (let i = 0; i < blocks; i++) await sealer.seal(channel, readings(3, at + 3 * i))
  },

  settled,

  /** The epoch's last second is over. */
  async midnight(resolution: string): Promise<void> {
    const { vault } = await here()
    const name = toHex(await channelNamed(resolution))
    const record = await vault.database.get('channels', name)
    if (record !== undefined) {
      await vault.database.put('channels', { ...record, epochEnds: seconds() }, name)
    }
  },

  setOffline(value: boolean): void {
    isOffline = value
  },

  setLosing(value: boolean): void {
    isLosing = value
  },

  /** How many events the platform has of this owner. */
  async events(): Promise<number> {
    let count = 0
    for await (const _ of (await here()).client.history()) count++
    return count
  },

  /** Gives a person channels; the grant's id. */
  async give(
    to: string,
    resolutions: readonly string[],
    { history, from, until }: { history?: number; from?: number; until?: number } = {},
  ): Promise<string> {
    const { vault, self, actions } = await here()
    const recipient = await personNamed(to)
    const begin = from ?? seconds()
    const terms = makeTerms({
      channels: await Promise.all(resolutions.map(channelNamed)),
      purposes: ['energy-advice' satisfies Purpose],
      from: begin,
      until: until ?? begin + 86_400,
      history: history ?? begin,
    })
    const grant = newGrantId()
    const gift = { grant, recipient: recipient.identity, toKey: 2, terms }
    await actions.give(
      await grantDeed(vault, self, { ...gift, request: null, receipt: null, replaces: null }),
    )
    return toBase64url(grant)
  },

  /** Looks up an address: one's own, a device's, a person's by name, or what is typed. */
  async findPerson(of: 'own' | 'device' | 'provider' | { name: string } | { typed: string }) {
    const { people, self } = await here()
    const idOf = async () => {
      if (of === 'own') return toBase64url(self.owner.identity.id)
      if (of === 'device') return toBase64url(self.device.identity.id)
      if (of === 'provider') return toBase64url((await somebody('provider')).identity.id)
      if ('typed' in of) return of.typed
      return `https://home.example/share#${toBase64url((await personNamed(of.name)).identity.id)}`
    }
    try {
      const { id, name, offer, holds } = await people.openPerson(await idOf())
      return { id, name, resolutions: offer.lines.map(({ resolution }) => resolution), holds }
    } catch (error) {
      return error instanceof AppError ? error.key : String(error)
    }
  },

  /** Shares one line of the offer by the app's own way; the grant's id, or why not. */
  async shareWith(id: string, name: string, resolution: string, seconds: number): Promise<string> {
    const { people } = await here()
    const from = Math.floor(Date.now() / 1000)
    const lines = [{ meter: METER, classes: 'energy', resolution }] as const
    const terms = { lines, purposes: ['household'], from, until: from + 86_400 } as const
    try {
      return await people.shareWith(id, name, { ...terms, history: from - seconds })
    } catch (error) {
      return error instanceof AppError ? error.key : String(error)
    }
  },

  /** What stands in Sharing of a grant. */
  async view(id: string) {
    const view = shown.grants.value?.find((one) => one.id === id)
    return view === undefined ? null : { ...view.party, purposes: view.terms.purposes }
  },

  async act(what: 'pauseGrant' | 'resumeGrant' | 'revokeGrant' | 'askErasure', id: string) {
    const { actions } = await here()
    await actions[what](id)
    await (await here()).turn()
  },

  async meet(name: string): Promise<void> {
    await personNamed(name)
  },

  /** A person's sealing key is another from now on: signed by its sign key, or by its recovery key. */
  async changeKey(name: string, by: 'signer' | 'recovery'): Promise<void> {
    const person = await personNamed(name)
    const { algorithm, publicKey, privateKey } = await generateSealingKey()
    const { keys, nextIndex: index } = person.identity
    const left = keys.filter(({ purpose }) => purpose !== 'seal')
    const next = [...left, { index, algorithm, publicKey, purpose: 'seal' as const }]
    const identity = await changeIdentity(person.identity, next, seconds(), person[by])
    await person.client.registerIdentity(identity.changes)
    const sealing = new Map([...person.sealing, [index, { algorithm, publicKey, privateKey }]])
    people.set(name, { ...person, identity, sealing })
  },

  /** Ids of a person, and the changes of somebody else, for a platform that swaps them. */
  async swap(name: string, other: string): Promise<{ id: string; changes: string[] }> {
    const [one, two] = [await personNamed(name), await personNamed(other)]
    return { id: toBase64url(one.identity.id), changes: two.identity.changes.map(toBase64url) }
  },

  /** To which of the recipient's keys a grant is sealed now, and what was said of it. */
  async told(id: string): Promise<{ toKey: number; keyChange: string; steps: string[] }> {
    const { client } = await here()
    const { statement, steps } = await client.grant(fromBase64url(id))
    let { toKey } = parseGrant(statement).content
    for (const { content } of steps.map(parseStep)) {
      if (content.what === 'key-changed') toKey = content.toKey
    }
    const view = shown.grants.value?.find((one) => one.id === id)
    return {
      toKey,
      keyChange: view?.keyChange ?? '',
      steps: view?.steps.map(({ what }) => what) ?? [],
    }
  },

  /** Signing takes so long that two who do it at once have both read what was there before. */
  slowSigning(milliseconds: number): void {
    pause = milliseconds
  },

  /** Places of the owner's events that wait, in the order in which they were kept. */
  async places(): Promise<number[]> {
    const { vault } = await here()
    return (await vault.database.getAll('events')).map(({ event }) => parseEvent(event).content.seq)
  },

  /** Whether the owner is told that a yes came too late; it has seen it then. */
  async tooLate(): Promise<boolean> {
    const { actions } = await here()
    await actions.showGrants()
    const told = shown.tooLate.value !== null
    await actions.seenTooLate()
    return told
  },

  async moveOut() {
    await (await here()).actions.moveOut()
  },

  async meterChanged() {
    await (await here()).actions.meterChanged(METER)
  },

  async look() {
    await (await here()).actions.showGrants()
  },

  ends(): string[] {
    return shown.grants.value?.map(({ ended }) => ended?.reason ?? '') ?? []
  },

  /** What a person can open of a channel with what the platform gives it: seqs, and why not more. */
  async read(name: string, id: string, resolution: string) {
    const person = await personNamed(name)
    const channel = await channelNamed(resolution)
    const grant = fromBase64url(id)
    const detail = await person.client.grant(grant)
    const { owner, content } = await grantOf(detail.statement)
    const parties = { owner, recipient: person.identity }
    const { sealedTo, sealedBefore } = await checkSteps(
      parseGrant(detail.statement),
      detail.steps.map(parseStep),
      parties,
    )
    const keys = await Promise.all(
      [sealedTo, ...sealedBefore].map(async (sealed) =>
        importGrantKey(await openGrantKey({ ...content, ...sealed }, keyOf(person, sealed.toKey)))
      ),
    )
    const found: number[] = []
    try {
      const epochs = new Map<number, ReturnType<typeof parseEpoch>>()
      for await (const bytes of person.client.epochs(channel)) {
        const epoch = parseEpoch(bytes)
        epochs.set(epoch.content.epoch, epoch)
      }
      const whole = new Map<number, CryptoKey>()
      const parts = new Map<number, CryptoKey>()
      for await (const one of person.client.keys(grant)) {
        const epoch = epochs.get(one.epoch)
        if (toHex(one.channel) !== toHex(channel) || epoch === undefined) continue
        const { wrapped, head } = one
        if (wrapped !== null) {
          whole.set(
            one.epoch,
            await byAny(keys, (key) => unwrapEpoch(wrapped, key, epoch.content, head)),
          )
        }
        for (const [seq, wrapped] of one.blocks ?? []) {
          const place = { channel, epoch: one.epoch, seq, head: one.head }
          parts.set(seq, await byAny(keys, (key) => unwrapBlockKey(wrapped, key, place)))
        }
      }
      for await (const bytes of person.client.blocks(channel)) {
        const block = await readBlock(bytes)
        if (block.body === null) continue
        const { seq, epoch } = block.header
        const epochKey = whole.get(epoch)
        if (epochKey !== undefined) {
          await openBlock(block, epochKey)
          found.push(seq)
        } else if (parts.has(seq)) found.push(seq)
      }
      const held = { whole: [...whole.keys()], parts: [...parts.keys()] }
      return { opens: found, held, refused: null, state: detail.state, last: lastOf(detail.last) }
    } catch (error) {
      const code = (error as { code?: string }).code ?? String(error)
      const held = { whole: [], parts: [] }
      return { opens: found, held, refused: code, state: detail.state, last: lastOf(detail.last) }
    }
  },

  /** Epochs that a person holds the whole key of, with what the platform would never give it. */
  async epochs(resolution: string) {
    const { client } = await here()
    const found: string[] = []
    for await (const bytes of client.epochs(await channelNamed(resolution))) {
      found.push(parseEpoch(bytes).content.reason)
    }
    return found
  },

  async show(): Promise<
    { grants: { id: string; phase: string; unsent: boolean }[] | null; problem: string | null }
  > {
    const { actions } = await here()
    await actions.showGrants()
    return {
      grants: shown.grants.value?.map(({ id, phase, unsent }) => ({ id, phase, unsent })) ?? null,
      problem: shown.historyProblem.value,
    }
  },

  /** Ids of the grants that the platform has. */
  async given(): Promise<string[]> {
    const ids: string[] = []
    for await (const { grant } of (await here()).client.grants()) ids.push(toBase64url(grant))
    return ids
  },

  async owner(): Promise<string> {
    return toHex((await here()).self.owner.identity.id)
  },

  async unsent(): Promise<number> {
    return await (await here()).vault.database.count('events')
  },

  async kept(): Promise<number> {
    return await (await here()).vault.database.count('grants')
  },

  /** What a browser that was restored does not have. */
  async forget(): Promise<void> {
    const { vault } = await here()
    await vault.database.clear('grants')
    await vault.database.delete('self', 'heads')
  },

  /** All that is closed by now; how many epochs that were. */
  async erase(resolution: string): Promise<number> {
    const { vault, actions } = await here()
    const [meter] = await loadMeters(vault.database)
    const line = { meter: meter?.id ?? '', classes: 'energy', resolution } as const
    return await actions.erase(line, 0, seconds() + 86_400)
  },

  /** Of a line: the epochs whose keys this browser has, and the blocks that it has a copy of. */
  async keptHere(resolution: string): Promise<{ epochs: number[]; copies: number[] }> {
    const { vault: { database } } = await here()
    const channel = toHex(await channelNamed(resolution))
    const epochs = (await database.getAll('epochs')).filter((one) => one.channelId === channel)
    const copies: number[] = []
    for (const { channelId, kind, bytes } of await database.getAll('entries')) {
      if (channelId === channel && kind === 'block') {
        copies.push((await readBlock(bytes)).header.seq)
      }
    }
    return { epochs: epochs.map(({ epoch }) => epoch), copies }
  },

  /** A database as the version before left it, opened by this one: its stores, and what was in it. */
  async migrated(): Promise<{ stores: string[]; kept: unknown; version: number }> {
    const name = 'kilowit-before'
    const before = ['self', 'meters', 'channels', 'epochs', 'entries', 'setup', 'beside']
    const more = ['checkpoints', 'meterKeys', 'tariffs']
    const old = await openDB(name, 2, {
      upgrade: (db) => {
        for (const store of [...before, ...more]) db.createObjectStore(store)
      },
    })
    await old.put('self', 'as it was', 'proof')
    old.close()
    const database = await openDatabase(name)
    const { version, objectStoreNames } = database
    const kept = await database.get('self', 'proof')
    return { stores: [...objectStoreNames], kept, version }
  },

  /** Names of keys that could be taken away, and raw keys that were in a request. */
  async leaks(): Promise<{ exportable: string[]; sent: number; looked: number }> {
    const { vault } = await here()
    const exportable: string[] = []
    for (const name of await vault.database.getAllKeys('grants')) {
      const record = await vault.database.get('grants', name)
      if (record?.key.extractable !== false) exportable.push(name)
    }
    const bodies = sent.map((body) => toHex(body))
    const found = secrets.filter((secret) => bodies.some((body) => body.includes(toHex(secret))))
    return { exportable, sent: found.length, looked: secrets.length }
  },
}

export function keyOf({ sealing }: Person, index: number): Parameters<typeof openGrantKey>[1] {
  const key = sealing.get(index)
  if (key === undefined) throw new TypeError(`There is no key ${index}`)
  return key
}

async function grantOf(statement: Bytes) {
  const { content } = parseGrant(statement)
  const { client } = await here()
  return { content, owner: await readIdentity((await client.identity(content.owner)).changes) }
}

async function byAny<T>(
  keys: readonly CryptoKey[],
  unwrap: (key: CryptoKey) => Promise<T>,
): Promise<T> {
  let failure: unknown = new TypeError('No key')
  for (const key of keys) {
    try {
      return await unwrap(key)
    } catch (error) {
      failure = error // the grant key was another one then
    }
  }
  throw failure
}

function lastOf(last: readonly { seq: number; provisional: boolean; withheld: number }[]) {
  return last.map(({ seq, provisional, withheld }) => ({ seq, provisional, withheld }))
}

globalThis.consent = api
