/**
 * What the tests of unpairing run in the page: beside the owner's browser of consent-page.ts a
 * device of its own, as a gateway is one: with its keys, its chapter, and its own way to the platform.
 *
 * @module
 */
import { toHex } from '../../shared/bytes.ts'
import { type Client, createClient } from '../../shared/api/client.ts'
import { createIdentity, type Identity } from '../../shared/identity/identity.ts'
import { generateSigningKey, signer } from '../../shared/identity/keys.ts'
import { pair } from '../../shared/identity/pairing.ts'
import { NOBODY, type Signer } from '../../shared/identity/statement.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { readBlock } from '../../shared/seal/block.ts'
import { openChannel, openChapter, parseChapter, startOf } from '../../shared/seal/channel.ts'
import { createSealer, type Sealer } from '../../shared/seal/sealer.ts'
import type { Vault } from '../../shared/seal/vault.ts'
import { createDevices } from '../../pwa/household/devices/devices.ts'
import { devices as shown } from '../../pwa/settings/devices-state.ts'
import { verifiedHead } from '../../pwa/proof-run/verified-head.ts'
import { keepPaired } from '../../pwa/vault/paired.ts'
import { loadMeters } from '../../pwa/vault/meters.ts'
import { emptyStore, modelVault } from '../seal/model-vault.ts'
import { here } from './consent-page.ts'

declare global {
  var devices: typeof api
}

const METER = 'GATEWAY-0001'
const RESOLUTION = 'PT15M'
const seconds = () => Math.floor(Date.now() / 1000)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

interface Gateway {
  readonly identity: Identity
  readonly signer: Signer
  readonly client: Client
  readonly vault: Vault
  readonly sealer: Sealer
  readonly channel: Uint8Array<ArrayBuffer>
}

let gateway: Promise<Gateway> | undefined

async function paired(): Promise<Gateway> {
  const { self, client, vault, deliverer } = await here()
  await deliverer.introduced()
  const signing = await generateSigningKey()
  const { algorithm, publicKey } = signing
  const keys = [{ index: 0, algorithm, publicKey, purpose: 'sign' }] as const
  const first = { kind: 'device', at: seconds(), keys } as const
  const identity = await createIdentity(first, 0, signer(NOBODY, 0, signing))
  const by = signer(identity.id, 0, signing)
  const device = createClient({
    url: location.origin,
    fetch: (...of) => fetch(...of),
    now: seconds,
    signer: by,
    retries: 0,
  })
  await device.registerIdentity(identity.changes)
  await client.addPairing((await pair(self.owner.signer, by, seconds())).bytes)
  const id = Uint8Array.of(0xff, ...random(15)) // listed behind what is opened later
  const tag = random(16)
  const zone = 'Europe/Vienna'
  const owner = self.owner.identity.id
  const kind = { classes: 'energy', resolution: RESOLUTION, zone } as const
  const opening = await openChannel(
    { channel: id, owner, ...kind, simulated: false, at: seconds() },
    self.owner.signer,
  )
  const head = await startOf(opening)
  const chapter = await openChapter({
    channel: id,
    chapter: 0,
    owner,
    device: identity.id,
    meter: tag,
    custody: 'software',
    after: [...head],
    lost: null,
    reason: 'first',
    at: seconds(),
  }, self.owner.signer)
  await client.openChannel(opening.statement.bytes)
  await client.openChapter(chapter.statement.bytes)
  const channel = {
    id,
    ...kind,
    opening: opening.statement.bytes,
    restored: { head, epoch: -1, chapters: 1 },
  }
  const writes = [{ meter: METER, tag, simulated: false, channel }]
  await keepPaired(vault.database, identity.id, 'Keller', writes)
  const wrapping = await crypto.subtle.generateKey({ name: 'AES-KW', length: 256 }, false, [
    'wrapKey',
    'unwrapKey',
  ])
  const own = modelVault({ store: await emptyStore({ opening }) }, wrapping)
  const { index, algorithm: of, publicKey: key } = self.owner.sealing
  const ownerKey = { index, algorithm: of, publicKey: key }
  const sealer = createSealer({ vault: own, device: by, ownerKey, now: seconds, random })
  return { identity, signer: by, client: device, vault: own, sealer, channel: id }
}

const there = () => gateway ??= paired()

const api = {
  /** The gateway seals a block and posts it; the code of what refuses it, or null. */
  async seal(): Promise<string | null> {
    const { sealer, vault, client, channel } = await there()
    const at = seconds() - 60
    const reading: Reading = {
      meter: METER,
      at,
      clock: 'meter',
      seen: at,
      registers: [{ obis: '1-0:1.8.0*255', value: String(at), exponent: 0, unit: 'Wh' }],
      texts: [],
      assurance: { line: 'crc', origin: 'plain', custody: 'software' },
      warnings: [],
    }
    await sealer.seal(channel, [reading])
    const waiting = await vault.waiting(channel, 10)
    try {
      const { taken, refusal } = await client.postBlocks(channel, waiting.map(({ bytes }) => bytes))
      const done = waiting.slice(0, taken).map(({ order }) => ({ order, acknowledgement: null }))
      await vault.taken(channel, done)
      return refusal?.code ?? null
    } catch (error) {
      return (error as { code?: string }).code ?? String(error)
    }
  },

  async device(): Promise<string> {
    return toHex((await there()).identity.id)
  },

  /** What the gateway's meter gives, for a grant of consent-page.ts: it has no other meter. */
  async onlyMeter(): Promise<void> {
    const { vault } = await here()
    await there()
    for (const { id } of await loadMeters(vault.database)) {
      if (id !== METER) await vault.database.delete('meters', id)
    }
  },

  async show() {
    await (await actions()).showDevices()
    return shown.value
  },

  async unpair(device: string, keeps: boolean): Promise<void> {
    await (await actions()).unpair(device, keeps)
  },

  /** The chapters of the meter's channel. */
  async chapters() {
    const { client, self, vault } = await here()
    const own = toHex(self.device.identity.id)
    const meter = (await loadMeters(vault.database)).find(({ id }) => id === METER)
    const [channel] = meter?.channels ?? []
    if (channel === undefined) throw new TypeError('There is no channel')
    return (await client.channel(channel.id)).chapters.map((bytes) => {
      const { device, reason, after } = parseChapter(bytes).content
      return { by: toHex(device) === own ? 'browser' : 'gateway', reason, after: after[0] }
    })
  },

  /** The channel's chapters (whose device), reasons of its epochs, and whether all of it verifies. */
  async channel() {
    const { client, self } = await here()
    const { channel } = await there()
    const verified = await verifiedHead(client, self, channel)
    const blocks: number[] = []
    for await (const block of client.blocks(channel)) {
      blocks.push((await readBlock(block)).header.seq)
    }
    return {
      chapters: await api.chapters(),
      epochs: verified?.evidence.epochs.map(({ content }) => content.reason) ?? null,
      blocks,
    }
  },

  /** Another line of the gateway's meter, as a grant needs it: its id, and whose chapter it has. */
  async further(resolution: string): Promise<{ id: string; by: string; lines: number }> {
    const { vault, client, actions } = await here()
    const { identity } = await there()
    const id = await actions.channelOf({ meter: METER, classes: 'energy', resolution })
    const { chapters } = await client.channel(id)
    const [first] = chapters
    if (first === undefined) throw new TypeError('It has no chapter')
    const isIts = toHex(parseChapter(first).content.device) === toHex(identity.id)
    const meter = (await loadMeters(vault.database)).find((one) => one.id === METER)
    const by = isIts && chapters.length === 1 ? 'gateway' : 'browser'
    return { id: toHex(id), by, lines: meter?.channels.length ?? 0 }
  },

  /** This browser forgets what it knows of the gateway's further channels. */
  async forgetFurther(): Promise<void> {
    const { vault } = await here()
    const meter = await vault.database.get('meters', METER)
    if (meter === undefined) throw new TypeError('There is no meter')
    await vault.database.put('meters', { ...meter, channels: meter.channels.slice(0, 1) })
  },

  /** Events of this kind that the platform has. */
  async events(what: string): Promise<number> {
    const { client } = await here()
    let count = 0
    for await (const { event } of client.history()) {
      const { parseEvent } = await import('../../shared/consent/history.ts')
      if (parseEvent(event).content.what === what) count++
    }
    return count
  },
}

async function actions() {
  const { vault, self, client, turn } = await here()
  return createDevices({
    vault,
    running: async () => ({ self, client }),
    changed: () => void turn(),
    opened: async () => undefined,
    told: (act) => act(),
    introduced: async () => ({ self, client }),
    isRead: () => false,
    shown: async () => undefined,
  })
}

globalThis.devices = api
