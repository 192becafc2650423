/**
 * A small world of consent: an owner, a device that may be offline and seals into two channels, some
 * providers, and a platform. All that is signed, sealed and wrapped is real; only the wires are not.
 * Beside it runs a plain account of who may read what, which knows nothing of keys.
 *
 * @module
 */
import { expect } from 'vitest'
import { type Bytes, toHex } from '../../shared/bytes.ts'
import {
  type Event,
  type History,
  nextEvent,
  openEvent,
  readHistory,
  rebuild,
} from '../../shared/consent/history.ts'
import {
  type Given,
  gives,
  type KnownEpoch,
  owed,
  recipientsAt,
} from '../../shared/consent/rotation.ts'
import { checkSteps, type Standing, type Step, WHO } from '../../shared/consent/steps.ts'
import { makeTerms, type Terms } from '../../shared/consent/terms.ts'
import {
  encodeWrapList,
  importGrantKey,
  openWraps,
  ownerHead,
  wrapBlockKey,
  wrapEpoch,
  type WrapItem,
} from '../../shared/consent/wrap.ts'
import type { Opened } from '../../shared/identity/content.ts'
import { sha256, type Signer, statementId } from '../../shared/identity/statement.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import type { Block } from '../../shared/seal/block.ts'
import { deliver } from '../../shared/seal/delivery.ts'
import { importEpochKey, rawBlockKey, unsealEpochKey } from '../../shared/seal/epoch-key.ts'
import { createSealer, type Recipients } from '../../shared/seal/sealer.ts'
import { createHousehold, createPerson, type Household, type Person } from '../rig/household.ts'
import { emptyStore, modelVault } from '../seal/model-vault.ts'
import {
  type ConsentPlatform,
  createConsentPlatform,
  type Served,
  writeBatch,
} from './model-platform.ts'
import { agreed, note, type PlainGrant } from './account.ts'
import { openable } from './opening.ts'
import {
  createProvider,
  grantTo,
  type Provider,
  random,
  stepAfter,
  type TestGrant,
} from './people.ts'

/** 2026-03-28T12:00:00Z: the next local day in Vienna has 23 hours. */
export const NOON = 1_774_699_200
export const CHANNELS = 2
export const PROVIDERS = 3

/** What all worlds share, as keys are dear to make. */
export interface People {
  readonly household: Household
  readonly operator: Person
  readonly wrapping: CryptoKey
  readonly providers: readonly Provider[]
}

export async function createPeople(): Promise<People> {
  const providers: Provider[] = []
  for (let i = 0; i < PROVIDERS; i++) providers.push(await createProvider(NOON))
  return {
    household: await createHousehold({ now: NOON }),
    operator: await createPerson('operator', NOON),
    wrapping: await crypto.subtle.generateKey({ name: 'AES-KW', length: 256 }, false, [
      'wrapKey',
      'unwrapKey',
    ]),
    providers,
  }
}

interface LiveGrant extends TestGrant {
  readonly provider: Provider
  readonly steps: Opened<Step>[]
  readonly key: CryptoKey
  standing: Standing
  /** What was given by the owner and by the device, by channel and epoch. */
  readonly given: Map<string, Map<number, Given>>
  /** All that the provider was ever served. */
  readonly served: Served[]
  readonly plain: PlainGrant
}

export interface World {
  now: number
  /** How far the device's clock is ahead. */
  ahead: number
  online: boolean
  readonly grants: readonly LiveGrant[]
  seal(channel: number, ...times: number[]): Promise<void>
  grant(provider: number, channels: readonly number[], times: Times): Promise<void>
  step(
    grant: number,
    what: 'paused' | 'resumed' | 'revoked' | 'terminated' | Partial<Terms>,
  ): Promise<void>
  /** The device hears what there is, if it is online; the owner gives what it owes; all read. */
  settle(): Promise<void>
  check(): Promise<void>
  /** The blocks that a provider opens, with what it was served: `channel/seq`. */
  opens(provider: number): Promise<string[]>
  /** The same with everything that the platform has. */
  opensWithAll(provider: number): Promise<string[]>
  /** The channels of which the platform has wraps for a grant. */
  wrapsOf(grant: number): number[]
  /** How many epochs the platform knows of a channel. */
  epochs(channel: number): number
  /** Every key that was ever made, and every byte the platform has. */
  secrets(): Promise<{ keys: Bytes[]; kept: Uint8Array[] }>
}

/** From now; seconds. */
export interface Times {
  readonly from: number
  readonly until: number
  readonly history: number
}

export async function createWorld(people: People): Promise<World> {
  const { household, operator, wrapping, providers } = people
  const { owner, device } = household
  const channels = [await household.openChannel(), await household.openChannel()]
  for (const channel of channels) await channel.openChapter()
  const platform: ConsentPlatform = await createConsentPlatform(household, operator, channels)
  const grants: LiveGrant[] = []
  const rawKeys: Bytes[] = []
  let history: History = { events: [], heads: new Map(), ownerHead: null }

  /** What the device knew when it last was online. */
  let known: readonly { standing: Standing; key: CryptoKey; grant: LiveGrant }[] = []
  let seen: Bytes | null = null
  let heard: readonly PlainGrant[] = []
  /** For whom the device could have sealed a block, by block, told by the account below. */
  const believed = new Map<string, Set<Provider>>()
  /** Who may read it, as the account has it. */
  const allowed = new Map<Provider, Set<string>>(providers.map((one) => [one, new Set()]))
  /** What the owner gave, whenever it may be read. */
  const promised = new Map<Provider, Set<string>>(providers.map((one) => [one, new Set()]))

  /** The device's. */
  const clock = () => world.now + world.ahead

  const recipients: Recipients = {
    of: async (channel, observed = { from: clock(), to: clock() }) =>
      recipientsAt(channel, known.map(({ standing }) => standing), clock())
        .filter((standing) => gives(standing, observed))
        .map(({ grant }) => grant.grant),
    wrap: async ({ channel, epoch, raw }, names) => {
      rawKeys.push(raw.slice())
      if (seen === null) return null
      const blind = random(16)
      const head = await ownerHead(blind, seen)
      const wrap = await wrapEpoch(raw, { channel, epoch, head })
      const items: WrapItem[] = []
      for (const name of names) {
        const found = known.find(({ standing }) => toHex(standing.grant.grant) === toHex(name))
        if (found === undefined) throw new Error('The device does not know this grant')
        items.push({ grant: name, wrapped: await wrap(found.key) })
        givenOf(found.grant, channel).set(epoch, 'whole')
      }
      return await batch(channel, epoch, seen, blind, items, device.signer)
    },
  }

  async function batch(
    channel: Bytes,
    epoch: number,
    newest: Bytes,
    blind: Bytes,
    items: readonly WrapItem[],
    by: Signer,
  ): Promise<Bytes> {
    const list = encodeWrapList(items)
    const content = {
      channel,
      epoch,
      seen: newest,
      blind,
      wraps: await sha256(list),
      at: world.now,
    }
    return writeBatch((await openWraps(content, by)).statement.bytes, list)
  }

  const disk = { store: await emptyStore(...channels) }
  const vault = modelVault(disk, wrapping)
  const sealer = createSealer({
    vault,
    device: device.signer,
    ownerKey: { index: 2, ...owner.sealing },
    now: clock,
    random,
    recipients,
  })

  async function append(what: object, by: Signer): Promise<void> {
    const next = nextEvent(history, owner.identity.id, by.identity)
    const content = { at: world.now, ...next, ...what } as Omit<Event, 'v'>
    const event = await openEvent(content as Parameters<typeof openEvent>[0], by)
    const parties = { owner: owner.identity, devices: [device.identity] }
    history = await readHistory([event], parties, { after: history, remembered: history.heads })
  }

  function givenOf(grant: LiveGrant, channel: Bytes): Map<number, Given> {
    const name = toHex(channel)
    const found = grant.given.get(name) ?? new Map<number, Given>()
    grant.given.set(name, found)
    return found
  }

  async function syncDevice(): Promise<void> {
    known = grants.map((grant) => ({ standing: grant.standing, key: grant.key, grant }))
    seen = history.ownerHead?.id ?? null
    heard = grants.map(({ plain }) => ({
      ...plain,
      pauses: plain.pauses.map((one) => ({ ...one })),
    }))
    for (const channel of channels) {
      await sealer.turn(channel.id)
      const posts = platform.channels.get(toHex(channel.id))
      if (posts === undefined) throw new Error('No such channel')
      posts.now = world.now
      const delivered = await deliver(channel.id, {
        vault,
        sealer,
        device: device.identity,
        operator: operator.identity,
        post: posts.post,
        postWraps: async (batches) => {
          for (const one of batches) {
            await platform.postWraps(one)
            const entry = await sha256(one)
            await append({ what: 'turned', about: channel.id, entry }, device.signer)
          }
          return { taken: batches.length, acknowledgements: [], refusal: null }
        },
      })
      expect(delivered).toEqual({ kind: 'delivered' })
    }
  }

  /** The owner wraps what a grant gives and its recipient has not got. */
  async function give(): Promise<void> {
    for (const grant of grants) {
      for (const channel of grant.standing.terms.channels) {
        const posts = platform.channels.get(toHex(channel))
        if (posts === undefined) throw new Error('No such channel')
        const epochs = posts.epochs.map(({ content }): KnownEpoch => ({
          epoch: content.epoch,
          closed: content.epoch < posts.epochs.length - 1,
          blocks: posts.blocks.filter(({ header }) => header.epoch === content.epoch)
            .map(({ header }) => header),
        }))
        const given = givenOf(grant, channel)
        for (const debt of owed(grant.standing, epochs, given, world.now)) {
          const opening = posts.epochs[debt.epoch]?.content
          const newest = history.ownerHead?.id
          if (opening === undefined || newest === undefined) throw new Error('No such epoch')
          const { algorithm } = owner.sealing
          const raw = await unsealEpochKey(opening, algorithm, owner.sealing)
          const blind = random(16)
          const place = { channel, epoch: debt.epoch, head: await ownerHead(blind, newest) }
          const name = grant.grant.content.grant
          let item: WrapItem
          if (debt.whole) {
            item = { grant: name, wrapped: await (await wrapEpoch(raw, place))(grant.key) }
            given.set(debt.epoch, 'whole')
          } else {
            const key = await importEpochKey(raw)
            const blocks: [number, Bytes][] = []
            for (const seq of debt.blocks) {
              const { salt } = (posts.blocks[seq] as Block).header
              const block = await rawBlockKey(key, channel, debt.epoch, salt)
              blocks.push([seq, await (await wrapBlockKey(block, { ...place, seq }))(grant.key)])
            }
            item = { grant: name, blocks }
            const before = given.get(debt.epoch)
            given.set(
              debt.epoch,
              new Set([...before === 'whole' ? [] : before ?? [], ...debt.blocks]),
            )
          }
          await platform.postWraps(
            await batch(channel, debt.epoch, newest, blind, [item], owner.signer),
          )
        }
      }
    }
  }

  /** The account: all blocks on the platform that a grant gives now, without a word of keys. */
  function account(): void {
    for (const { plain } of grants) {
      const { terms, provider } = plain
      if (world.now >= plain.ended || world.now >= terms.until) continue
      const isPaused = plain.pauses.some(({ from, to }) => from <= world.now && world.now < to)
      for (const channel of terms.channels) {
        for (const { id, header } of platform.channels.get(toHex(channel))?.blocks ?? []) {
          if (!agreed(plain, header)) continue
          promised.get(provider)?.add(toHex(id))
          if (world.now >= terms.from && !isPaused) allowed.get(provider)?.add(toHex(id))
        }
      }
    }
  }

  const everythingOf = (grant: LiveGrant) => [platform.everything(grant.grant.content.grant)]

  /** Ids of blocks as `channel/seq`, sorted. */
  function named(ids: ReadonlySet<string>): string[] {
    return channels.flatMap(({ id }, number) =>
      (platform.channels.get(toHex(id))?.blocks ?? [])
        .filter((block) => ids.has(toHex(block.id)))
        .map(({ header }) => `${number}/${header.seq}`)
    )
  }

  const world: World = {
    now: NOON,
    ahead: 0,
    online: true,
    grants,
    seal: async (channel, ...times) => {
      const { id } = channels[channel] ?? channels[0] ?? { id: new Uint8Array() }
      const block = await sealer.seal(id, times.map(readingAt))
      const given = heard.filter((plain) =>
        plain.terms.channels.some((one) => toHex(one) === toHex(id)) &&
        plain.ended === Infinity && agreed(plain, block.header)
      )
      believed.set(toHex(block.id), new Set(given.map(({ provider }) => provider)))
    },
    grant: async (provider, which, { from, until, history: back }) => {
      const to = providers[provider % PROVIDERS]
      if (to === undefined) throw new Error('No such provider')
      const terms = {
        channels: makeChannels(which.map((i) => (channels[i] ?? channels[0])?.id ?? random(16))),
        from: world.now + from,
        until: world.now + until,
        history: world.now + Math.min(back, from),
      }
      const granted = await grantTo(to, owner, terms, world.now)
      rawKeys.push(granted.raw)
      const parties = { owner: owner.identity, recipient: to.identity }
      const standing = await checkSteps(granted.grant, [], parties)
      const key = await importGrantKey(granted.raw)
      const plain = { provider: to, terms: standing.terms, pauses: [], ended: Infinity }
      grants.push({
        ...granted,
        provider: to,
        steps: [],
        key,
        standing,
        given: new Map(),
        served: [],
        plain,
      })
      await platform.grant(granted.grant, parties)
      const about = granted.grant.content.grant
      await append({ what: 'granted', about, entry: granted.id, copy: null }, owner.signer)
    },
    step: async (which, what) => {
      const grant = grants[which % Math.max(1, grants.length)]
      if (grant === undefined) return
      const part = partOf(what, grant.standing.terms)
      const at = world.now
      const who = WHO[part.what] === 'owner' ? owner.signer : grant.provider.signer
      const step = await stepAfter(
        grant,
        grant.steps,
        { ...part, at },
        who,
      )
      const parties = { owner: owner.identity, recipient: grant.provider.identity }
      const steps = [...grant.steps, step]
      const standing = await checkSteps(grant.grant, steps, parties).catch(() => null)
      if (standing === null) return // may not follow: nobody would take it
      grant.standing = standing
      note(grant.plain, part, at)
      grant.steps.push(step)
      await platform.step(step)
      if (WHO[part.what] === 'recipient') return
      const about = grant.grant.content.grant
      const entry = await statementId(step.statement)
      await append({ what: 'stepped', about, entry }, owner.signer)
    },
    settle: async () => {
      platform.now = world.now
      if (world.online) await syncDevice()
      await give()
      account()
      for (const grant of grants) {
        const served = platform.serve(grant.grant.content.grant)
        if (served !== null) grant.served.push(served)
      }
    },
    check: async () => {
      for (const provider of providers) {
        const mine = grants.filter((grant) => grant.provider === provider)
        const opened = await openable(mine, (grant) => grant.served)
        const may = allowed.get(provider) ?? new Set()
        expect([...opened].sort(), 'what a provider opens is what its grants give').toEqual(
          [...may].sort(),
        )
        // If the platform gave it everything, the keys alone decide.
        const all = await openable(mine, everythingOf)
        const bound = new Set([
          ...promised.get(provider) ?? [],
          ...[...believed].filter(([, who]) => who.has(provider)).map(([id]) => id),
        ])
        expect([...all].filter((id) => !bound.has(id)), 'revocation holds by keys alone').toEqual(
          [],
        )
      }
      const companions = {
        grants: grants.map(({ grant }) => grant),
        steps: grants.flatMap(({ steps }) => steps),
        recipients: providers.map(({ identity }) => identity),
      }
      const rebuilt = await rebuild(history, owner.identity, companions)
      expect([...rebuilt.grants.values()]).toEqual(grants.map(({ standing }) => standing))
    },
    opens: async (provider) => {
      const mine = grants.filter((grant) => grant.provider === providers[provider])
      return named(await openable(mine, (grant) => grant.served))
    },
    opensWithAll: async (provider) => {
      const mine = grants.filter((grant) => grant.provider === providers[provider])
      return named(await openable(mine, everythingOf))
    },
    wrapsOf: (grant) => {
      const found = grants[grant]
      const wraps = found === undefined ? [] : everythingOf(found)[0]?.wraps ?? []
      return wraps.map((wrap) => channels.findIndex(({ id }) => toHex(id) === toHex(wrap.channel)))
    },
    epochs: (channel) =>
      platform.channels.get(toHex(channels[channel]?.id ?? random(1)))?.epochs.length ?? 0,
    secrets: async () => {
      const keys = [...rawKeys]
      for (const posts of platform.channels.values()) {
        for (const { header } of posts.blocks) {
          const opening = posts.epochs[header.epoch]?.content
          if (opening === undefined) throw new Error('No such epoch')
          const raw = await unsealEpochKey(opening, owner.sealing.algorithm, owner.sealing)
          const key = await importEpochKey(raw)
          keys.push(await rawBlockKey(key, header.channel, header.epoch, header.salt))
        }
      }
      return { keys, kept: platform.kept() }
    },
  }
  return world
}

function partOf(what: Parameters<World['step']>[1], terms: Terms) {
  if (what === 'revoked') return { what, reason: 'withdrawn' } as const
  if (typeof what === 'string') return { what } as const
  const from = Math.max(terms.from, what.from ?? terms.from)
  const until = Math.min(terms.until, what.until ?? terms.until)
  const history = Math.max(terms.history, what.history ?? terms.history)
  const narrow = { ...terms, from, until: Math.max(from, until), history: Math.min(from, history) }
  return { what: 'narrowed', terms: makeTerms({ ...narrow, ...part(what, terms) }) } as const
}

/** One channel less, where there are two. */
function part({ channels }: Partial<Terms>, terms: Terms): Partial<Terms> {
  return channels === undefined || terms.channels.length < 2
    ? {}
    : { channels: terms.channels.slice(0, 1) }
}

function makeChannels(ids: readonly Bytes[]): Bytes[] {
  const byName = new Map(ids.map((id) => [toHex(id), id]))
  return [...byName].sort(([a], [b]) => a < b ? -1 : 1).map(([, id]) => id)
}

function readingAt(at: number): Reading {
  return {
    meter: 'SIM0000000000001',
    at,
    clock: 'meter',
    seen: at,
    registers: [{ obis: '1-0:1.8.0*255', value: String(at), exponent: 0, unit: 'Wh' }],
    texts: [],
    assurance: { line: 'crc', origin: 'plain', custody: 'software' },
    warnings: ['simulated'],
  }
}
