/**
 * What a gateway does when the owner's keys, or those of whom it wraps for, are others than before,
 * and at midnight: its reading run here, on a platform and a clock that the test sets.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { withChannel } from '../../gateway/further-channels.ts'
import { ensureSelf, type Self } from '../../gateway/identity.ts'
import { readMeters } from '../../gateway/read.ts'
import type { Source } from '../../gateway/source.ts'
import { keepState, loadState, type PairingState } from '../../gateway/state.ts'
import type { Client } from '../../shared/api/client.ts'
import type { Bytes } from '../../shared/bytes.ts'
import {
  type DeviceRecipient,
  makePairingStep,
  type PairingHead,
} from '../../shared/consent/pairing-step.ts'
import { importGrantKey, unwrapEpoch } from '../../shared/consent/wrap.ts'
import { changeIdentity, type Identity, sealKeyOf } from '../../shared/identity/identity.ts'
import {
  generateSealingKey,
  generateSigningKey,
  type SealingKey,
  signer,
} from '../../shared/identity/keys.ts'
import { pair } from '../../shared/identity/pairing.ts'
import { type Signer, statementId } from '../../shared/identity/statement.ts'
import { createDecoder } from '../../shared/meter/decoder.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import type { Telegram } from '../../shared/meter/telegram.ts'
import { startOfNextLocalDay } from '../../shared/meter/zone.ts'
import { openBlock, readBlock } from '../../shared/seal/block.ts'
import { openChannel, openChapter, parseEpoch, startOf } from '../../shared/seal/channel.ts'
import { importEpochKey, unsealEpochKey } from '../../shared/seal/epoch-key.ts'
import {
  createRecipient,
  type Giver,
  giver,
  random,
  type Recipient,
} from '../consent-server/giving.ts'
import {
  all,
  clientFor,
  type Platform,
  register,
  startPlatform,
  withLength,
} from '../server/platform.ts'

const ZONE = 'Europe/Vienna'
const NONE: Bytes = new Uint8Array(0)

let platform: Platform
const folders: string[] = []
const running: Gateway[] = []

beforeAll(async () => {
  platform = await startPlatform()
})

afterEach(async () => {
  await Promise.all(running.splice(0).map((gateway) => gateway.stop()))
})

afterAll(async () => {
  await platform?.close()
  for (const folder of folders) await fs.rm(folder, { recursive: true, force: true })
})

interface Gateway {
  /** The owner's. */
  client: Client
  readonly self: Self
  readonly channel: Bytes
  /** The meter's, in chapters. */
  readonly tag: Bytes
  kept(): Promise<PairingState>
  /** The owner as it is now, and its keys by their index. */
  owner: { identity: Identity; signer: Signer }
  readonly sealing: Map<number, SealingKey>
  readonly giving: Giver
  readonly said: string[]
  head: PairingHead
  /** What comes before its requests go out; the platform as it is where there is nothing. */
  before: (path: string) => Promise<void>
  /** A telegram of this second. */
  push(): Promise<void>
  /** A telegram of each half minute until a block is sealed. */
  seal(): Promise<void>
  /** And until the platform has it. */
  hear(): Promise<void>
  /** Tells the gateway for whom to wrap. */
  tell(recipients: readonly DeviceRecipient[], by?: Signer): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** A gateway that was paired and reads. */
async function gateway(lookEvery = 20): Promise<Gateway> {
  const folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-turning-'))
  folders.push(folder)
  const at = platform.clock.now
  const now = () => platform.clock.now
  const member = await register(platform)
  const { owner } = member.household
  const self = await ensureSelf(folder, at, random)
  await member.owner.registerIdentity(self.identity.changes)
  const pairing = await pair(owner.signer, self.signer, at)
  await member.owner.addPairing(pairing.bytes)
  const device = self.identity.id
  const entry = await statementId(pairing.statements[0])
  const giving = giver(member)
  await giving.send([
    (await giving.event({ what: 'paired', about: device, entry })).opened.statement.bytes,
  ])
  const of = { owner: owner.identity.id, channel: random(16), at }
  const tag = random(16)
  const kind = { classes: 'all', resolution: 'live', zone: ZONE, simulated: true } as const
  const opening = await openChannel({ ...of, ...kind }, owner.signer)
  const chapter = await openChapter({
    ...of,
    chapter: 0,
    device,
    meter: tag,
    custody: 'software',
    after: [...await startOf(opening)],
    lost: null,
    reason: 'first',
  }, owner.signer)
  await member.owner.openChannel(opening.statement.bytes)
  await member.owner.openChapter(chapter.statement.bytes)
  const meter = createSimulatedMeter({ seed: 3, startWh: 1000 })
  const decoder = createDecoder('p1', { now, zone: ZONE, custody: 'software' })
  const telegram = async (): Promise<Telegram> => {
    for (const outcome of await decoder.push(meter.telegramAt(now()))) {
      if (outcome.kind === 'telegram') return outcome.telegram
    }
    throw new Error('No telegram')
  }
  const [reading] = (await telegram()).readings
  const head: PairingHead = { step: 0, id: entry }
  const state: PairingState = {
    phase: 'paired',
    platform: 'https://kilowit.test',
    pairing: pairing.bytes,
    owner: owner.identity.changes,
    meters: [{
      id: reading.meter,
      channels: [{
        id: of.channel,
        classes: kind.classes,
        resolution: kind.resolution,
        zone: ZONE,
        opening: opening.statement.bytes,
        chapter: chapter.statement.bytes,
      }],
    }],
    head,
    step: null,
    operator: platform.operator.identity.changes,
  }
  await keepState(folder, state)

  const waiting: Telegram[] = []
  let wake = () => {}
  const source: Source = {
    simulated: true,
    async *telegrams(signal) {
      signal.addEventListener('abort', () => wake())
      while (!signal.aborted) {
        const next = waiting.shift()
        if (next !== undefined) yield next
        else await new Promise<void>((resolve) => wake = resolve)
      }
    },
  }
  let stopped = new AbortController()
  let over: Promise<void> = Promise.resolve()
  const made: Gateway = {
    client: member.owner,
    self,
    channel: of.channel,
    tag,
    kept: async () => await loadState(folder) ?? state,
    owner,
    sealing: new Map([[sealIndex(owner.identity), owner.sealing]]),
    giving,
    said: [],
    head,
    before: async () => {},
    async push() {
      waiting.push(await telegram())
      wake()
      platform.clock.now += 30
    },
    async seal() {
      const sealed = () => made.said.filter((line) => line.startsWith('Sealed')).length
      const before = sealed()
      // Time goes on only until there is enough for a block, and never by as much as an hour.
      await expect.poll(async () => {
        if (sealed() > before) return true
        await made.push()
        return false
      }, { timeout: 20_000, interval: 200 }).toBe(true)
    },
    async hear() {
      const seq = async () => (await made.client.channel(of.channel)).head.seq
      const before = await seq()
      await made.seal()
      await expect.poll(seq, { timeout: 20_000 }).toBeGreaterThan(before)
    },
    async tell(recipients, by = made.owner.signer) {
      const seen = giving.head.id ?? entry
      const step = await makePairingStep(by, self.identity, made.head, recipients, seen, now())
      await made.client.postPairingStep(device, step.statement.bytes)
      made.head = { step: step.content.step, id: await statementId(step.statement) }
    },
    async start() {
      stopped = new AbortController()
      const client = clientFor(platform, self.signer, platform.app, async (url, init) => {
        await made.before(new URL(url).pathname)
        return await platform.app.request(url, { ...init, headers: withLength(init) })
      })
      const known = await loadState(folder) ?? state
      const { signal } = stopped
      const say = (line: string) => void made.said.push(line)
      over = readMeters({
        folder,
        self,
        state: known,
        source,
        client,
        now,
        random,
        say,
        signal,
        lookEvery,
      })
      over.catch(() => undefined)
    },
    async stop() {
      stopped.abort()
      await over
    },
  }
  running.push(made)
  await made.start()
  return made
}

const sealIndex = (identity: Identity) => sealKeyOf(identity)?.index ?? -1

const epochs = async ({ client, channel }: Gateway) =>
  (await all(client.epochs(channel))).map((bytes) => parseEpoch(bytes).content)

/** Opens the newest block with the owner's key to which its epoch was sealed. */
async function opensNewest(gateway: Gateway): Promise<number> {
  const { client, channel } = gateway
  const block = await readBlock((await all(client.blocks(channel))).at(-1) ?? NONE)
  const opening = (await epochs(gateway))[block.header.epoch]
  const key = opening && gateway.sealing.get(opening.ownerKey)
  if (opening === undefined || key === undefined) throw new Error('No key')
  const raw = await unsealEpochKey(opening, key.algorithm, key)
  await openBlock(block, await importEpochKey(raw))
  return opening.ownerKey
}

interface Given {
  readonly recipient: DeviceRecipient
  readonly to: Recipient
}

async function give({ giving, channel }: Gateway): Promise<Given> {
  const to = await createRecipient(platform)
  const until = platform.clock.now + 10 * 86_400
  const from = platform.clock.now - 60
  const terms = { channels: [channel], purposes: ['research'], from, until, history: 0 } as const
  const grant = await giving.give(to, { ...terms, channels: [channel], purposes: ['research'] })
  return {
    to,
    recipient: { grant: grant.id, key: grant.raw, channels: [channel], history: 0, until },
  }
}

/** Epochs whose keys open under a grant key. */
async function opened(gateway: Gateway, { to, recipient }: Given, raw: Bytes): Promise<number[]> {
  const key = await importGrantKey(raw)
  const openings = await epochs(gateway)
  const found: number[] = []
  for (const { epoch, wrapped, head } of await all(to.client.keys(recipient.grant))) {
    const opening = openings[epoch]
    if (wrapped === null || opening === undefined) continue
    const isOpen = await unwrapEpoch(wrapped, key, opening, head).then(() => true, () => false)
    if (isOpen) found.push(epoch)
  }
  return found
}

test(
  'an owner takes a browser back: the next epoch is sealed to the new key, the old is refused',
  async () => {
    const at = await gateway()
    await at.hear()
    expect(await opensNewest(at)).toBe(
      at.owner.identity.keys.find((k) => k.purpose === 'seal')?.index,
    )
    const { identity } = at.owner
    const first = sealIndex(identity)
    const [signing, sealing] = [await generateSigningKey(), await generateSealingKey()]
    const index = identity.nextIndex
    const kept = identity.keys.filter(({ purpose }) => purpose !== 'seal')
    const changed = await changeIdentity(
      identity,
      [
        ...kept,
        { index, algorithm: signing.algorithm, publicKey: signing.publicKey, purpose: 'sign' },
        {
          index: index + 1,
          algorithm: sealing.algorithm,
          publicKey: sealing.publicKey,
          purpose: 'seal',
        },
      ],
      platform.clock.now,
      at.owner.signer,
    )
    await at.client.registerIdentity(changed.changes)
    at.sealing.set(index + 1, sealing)

    await expect.poll(async () => (await epochs(at)).length, { timeout: 20_000 }).toBe(2)
    await at.hear()
    expect(await opensNewest(at)).toBe(index + 1)
    // Nor does it go back when it begins anew.
    await at.stop()
    await at.start()
    await at.hear()
    expect((await epochs(at)).map(({ ownerKey }) => ownerKey)).toEqual([first, index + 1])
    expect(await opensNewest(at)).toBe(index + 1)

    // A step by the browser that was taken back is followed no more, unless the owner goes on after it.
    const other = signer(identity.id, index, signing)
    const left = changed.keys.filter((key) => key.purpose !== 'sign' || key.index === index)
    const taken = await changeIdentity(changed, left, platform.clock.now, other)
    const given = await give(at)
    await at.stop()
    await at.tell([given.recipient])
    await at.client.registerIdentity(taken.changes)
    at.owner = { identity: taken, signer: other }
    at.client = clientFor(platform, other)
    await at.start()
    await expect.poll(() => at.said.join(), { timeout: 20_000 }).toContain('has taken back')
    await at.hear()
    expect(await opened(at, given, given.recipient.key)).toEqual([])
    await at.tell([given.recipient])
    await expect.poll(() => opened(at, given, given.recipient.key), { timeout: 20_000 }).toEqual([
      2,
    ])
  },
  60_000,
)

test('with another grant key, the gateway turns and wraps under that', async () => {
  const at = await gateway()
  await at.hear()
  const given = await give(at)
  await at.tell([given.recipient])
  const wrapped = (raw: Bytes) => opened(at, given, raw)
  await expect.poll(() => wrapped(given.recipient.key), { timeout: 20_000 }).toEqual([1])
  await at.hear()
  const key = random(32)
  await at.tell([{ ...given.recipient, key }])
  await expect.poll(() => wrapped(key), { timeout: 20_000 }).toEqual([2])
  await at.hear()
  expect((await epochs(at)).length).toBe(3)
  expect(await wrapped(given.recipient.key)).toEqual([1])
  // It wraps so still when it begins anew, and turns for nothing.
  await at.stop()
  await at.start()
  await at.hear()
  expect((await epochs(at)).length).toBe(3)
}, 60_000)

const blockEpochs = async ({ client, channel }: Gateway) =>
  await Promise.all(
    (await all(client.blocks(channel))).map(async (bytes) => (await readBlock(bytes)).header.epoch),
  )

test('what changed while the gateway was off is followed before it seals anything', async () => {
  const at = await gateway()
  await at.hear()
  await at.stop()
  const known = (await blockEpochs(at)).length
  const given = await give(at)
  await at.tell([given.recipient])
  let asked = false
  at.before = async (path) => {
    if (asked || !path.endsWith('/steps')) return
    asked = true
    // The answer takes a while, and the meter goes on sending.
    for (let i = 0; i < 5; i++) {
      await at.push()
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  await at.start()
  await at.hear()
  expect(asked).toBe(true)
  expect(new Set((await blockEpochs(at)).slice(known))).toEqual(new Set([1]))
  expect(await opened(at, given, given.recipient.key)).toEqual([1])
}, 60_000)

test(
  'what changed while the platform was away is followed before what was sealed is sent',
  async () => {
    const at = await gateway(3_600_000)
    await at.hear()
    const given = await give(at)
    let away = true
    const sent: string[] = []
    at.before = async (path) => {
      if (away) throw new TypeError('The network is gone')
      sent.push(path)
    }
    await at.seal()
    await at.seal()
    await at.tell([given.recipient])
    const known = (await blockEpochs(at)).length
    away = false
    await at.hear()
    const first = (what: string) => sent.findIndex((path) => path.endsWith(what))
    expect(first('/steps')).toBeGreaterThan(-1)
    expect(first('/steps')).toBeLessThan(first('/blocks'))
    await at.hear()
    // Sealed while it was away, for those who were there before; and since.
    const since = (await blockEpochs(at)).slice(known)
    expect(since.slice(0, 2)).toEqual([0, 0])
    expect(since.at(-1)).toBe(1)
    expect(await opened(at, given, given.recipient.key)).toEqual([1])
  },
  60_000,
)

test(
  'a channel that is opened later is sealed from then on, if the owner signed it for this meter',
  async () => {
    const at = await gateway()
    await at.hear()
    const { identity: stranger, signer: strange } = (await register(platform)).household.owner
    const kinds = [
      { by: at.owner.signer, owner: at.owner.identity.id, tag: at.tag, isKept: true },
      { by: at.owner.signer, owner: at.owner.identity.id, tag: random(16), isKept: false },
      { by: strange, owner: stranger.id, tag: at.tag, isKept: false },
    ]
    const further: { opening: Bytes; chapter: Bytes; channel: Bytes }[] = []
    for (const { by, owner, tag } of kinds) {
      const of = { owner, channel: random(16), at: platform.clock.now }
      const kind = { classes: 'power', resolution: 'PT1M', zone: ZONE, simulated: true } as const
      const opening = await openChannel({ ...of, ...kind }, by)
      const chapter = await openChapter({
        ...of,
        chapter: 0,
        device: at.self.identity.id,
        meter: tag,
        custody: 'software',
        after: [...await startOf(opening)],
        lost: null,
        reason: 'first',
      }, by)
      const { channel } = of
      further.push({ opening: opening.statement.bytes, chapter: chapter.statement.bytes, channel })
    }
    const info = (one: (typeof further)[number]) => ({
      channel: one.channel,
      opening: one.opening,
      chapters: [one.chapter],
      head: { seq: -1, id: NONE },
      epoch: -1,
      updated: 0,
    })
    const { meters } = await at.kept()
    const found = await Promise.all(
      further.map((one) => withChannel(meters, info(one), at.owner.identity, at.self.identity)),
    )
    expect(found.map((one) => one !== null)).toEqual(kinds.map(({ isKept }) => isKept))

    const [first] = further
    if (first === undefined) throw new Error('There is none')
    await at.client.openChannel(first.opening)
    await at.client.openChapter(first.chapter)
    await expect.poll(() => at.said.join(), { timeout: 20_000 }).toContain('further channel')
    const seq = async () => (await at.client.channel(first.channel)).head.seq
    await at.hear()
    await at.hear()
    await expect.poll(seq, { timeout: 20_000 }).toBeGreaterThan(-1)
    // It is there still when it begins anew.
    await at.stop()
    expect((await at.kept()).meters.map(({ channels }) => channels.length)).toEqual([2])
  },
  60_000,
)

test.each([
  ['is an hour longer', '2026-10-25', 25],
  ['is an hour shorter', '2027-03-28', 23],
])(
  'epochs turn at the midnight of the meter’s zone, also on a day that %s',
  async (_, day, hours) => {
    // Midnight there, in winter and in summer.
    const noon = Date.parse(`${day}T12:00:00Z`) / 1000
    const midnight = startOfNextLocalDay(ZONE, noon - 86_400)
    expect(startOfNextLocalDay(ZONE, noon) - midnight).toBe(hours * 3600)
    platform.clock.now = midnight - 7200
    const at = await gateway()
    await at.hear()
    const turns = async (then: number) => {
      platform.clock.now = then
      await at.hear()
      return (await epochs(at)).map(({ reason }) => reason)
    }
    expect(await turns(midnight - 3000)).toEqual(['first'])
    expect(await turns(midnight)).toEqual(['first', 'midnight'])
    const last = midnight + hours * 3600 - 3000
    expect(await turns(last)).toEqual(['first', 'midnight'])
    expect(await turns(midnight + hours * 3600)).toEqual(['first', 'midnight', 'midnight'])
  },
  60_000,
)
