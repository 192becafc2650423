import { beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, toHex } from '../../shared/bytes.ts'
import {
  type Companions,
  type Event,
  type History,
  HistoryError,
  type HistoryFault,
  nextEvent,
  openEvent,
  parseEvent,
  readHistory,
  type ReadHistoryOptions,
  rebuild,
} from '../../shared/consent/history.ts'
import { stateAt, type Step } from '../../shared/consent/steps.ts'
import type { Opened } from '../../shared/identity/content.ts'
import { changeIdentity } from '../../shared/identity/identity.ts'
import {
  generateSealingKey,
  generateSigningKey,
  type SealingKey,
  signer,
  type SigningKey,
} from '../../shared/identity/keys.ts'
import { parseStatement, type Signer, statementId } from '../../shared/identity/statement.ts'
import { createHousehold, type Household, type Person } from '../rig/household.ts'
import { withTwin } from '../identity/twin.ts'
import { createProvider, grantTo, type Provider, stepAfter, type TestGrant } from './people.ts'

const NOW = 1_767_225_600
const EMPTY: History = { events: [], heads: new Map(), ownerHead: null }
const CHANNEL = fill(1, 16)
let household: Household
let second: Person
let provider: Provider
let granted: TestGrant
let paused: Opened<Step>
/** opened, granted, turned by the device, paused, turned by the second device and by the first. */
let events: Opened<Event>[]
beforeAll(async () => {
  household = await createHousehold({ now: NOW })
  second = (await household.addDevice()).device
  provider = await createProvider(NOW)
  granted = await grantTo(provider, household.owner, { channels: [CHANNEL] }, NOW)
  paused = await stepAfter(granted, [], { at: NOW, what: 'paused' }, household.owner.signer)
  events = []
  const { owner, device } = household
  const about = granted.grant.content.grant
  await add({ what: 'channel-opened', about: CHANNEL, entry: fill(9, 32) }, owner.signer)
  await add({ what: 'granted', about, entry: granted.id, copy: null }, owner.signer)
  await add({ what: 'turned', about: CHANNEL, entry: fill(8, 32) }, device.signer)
  const entry = await statementId(paused.statement)
  await add({ what: 'stepped', about, entry }, owner.signer)
  await add({ what: 'turned', about: CHANNEL, entry: fill(7, 32) }, second.signer)
  await add({ what: 'turned', about: CHANNEL, entry: fill(6, 32) }, device.signer)
})

type What<T> = T extends unknown ? Omit<T, 'v' | 'owner' | 'seq' | 'prev' | 'seen' | 'at'> : never

async function add(what: What<Event>, by: Signer): Promise<void> {
  events.push(await eventAfter(await read(events), what, by))
}

async function eventAfter(history: History, what: What<Event>, by: Signer, part = {}) {
  const next = nextEvent(history, household.owner.identity.id, by.identity)
  return await openEvent({ at: NOW, ...next, ...what, ...part }, by)
}

async function read(list: readonly Opened<Event>[], options: ReadHistoryOptions = {}) {
  const devices = [household.device.identity, second.identity]
  return await readHistory(list, { owner: household.owner.identity, devices }, options)
}

async function expectFault(
  list: readonly Opened<Event>[],
  fault: HistoryFault,
  place: number,
  options: ReadHistoryOptions = {},
): Promise<void> {
  const error: unknown = await read(list, options).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(HistoryError)
  expect(error).toMatchObject({ fault, place })
}

/** The event at a place. */
function at(place: number): Opened<Event> {
  const event = events[place]
  if (event === undefined) throw new RangeError(`No event ${place}`)
  return event
}

describe('an owner’s history', () => {
  it('holds as it was written, at once or in parts', async () => {
    const whole = await read(events)
    expect(whole.ownerHead?.seq).toBe(2)
    expect([...whole.heads.values()].map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual([
      0,
      1,
      2,
    ])
    for (let part = 0; part <= events.length; part++) {
      const after = await read(events.slice(0, part))
      expect(await read(events.slice(part), { after, remembered: whole.heads })).toEqual(whole)
    }
  })

  it('with an event dropped names the next of its author, or who had seen it (41)', async () => {
    await expectFault(without(0), 'event-missing', 0)
    await expectFault(without(1), 'seen-not-known', 1)
    await expectFault(without(2), 'event-missing', 4)
    await expectFault(without(3), 'seen-not-known', 3)
  })

  it('in another order names the first that is out of it (41)', async () => {
    await expectFault([at(1), at(0), ...events.slice(2)], 'event-missing', 0)
    await expectFault([at(0), at(2), at(1), ...events.slice(3)], 'seen-not-known', 1)
    await expectFault([...events.slice(0, 3), at(4), at(3), at(5)], 'seen-not-known', 3)
  })

  it('with two events in one place names the second: a fork, and two heads (41)', async () => {
    const { owner } = household
    const before = await read(events.slice(0, 3))
    const fork = await eventAfter(
      before,
      { what: 'unpaired', about: fill(3, 32), entry: null },
      owner.signer,
    )
    await expectFault([...events, fork], 'fork', 6)
    // Each head by itself holds; whoever knew the other sees it.
    const one = await read(events.slice(0, 4))
    const other = [...events.slice(0, 3), fork]
    expect((await read(other)).ownerHead?.seq).toBe(one.ownerHead?.seq)
    await expectFault(other, 'other-than-remembered', 3, { remembered: one.heads })
    await expectFault([], 'other-than-remembered', 3, {
      after: await read(other),
      remembered: one.heads,
    })
  })

  it('back-dated, or with any byte of an event changed, names it (41)', async () => {
    const { statement, content } = at(3)
    const { owner } = household
    const backdated = await openEvent({ ...content, at: NOW - 86_400 }, owner.signer)
    // The platform can write another time, and cannot sign it.
    const forged = parseEvent(
      withSignature(backdated.statement.bytes, statement.signature),
    )
    await expectFault([...events.slice(0, 3), forged], 'signature-does-not-hold', 3)
    let refused = 0
    for (let i = 0; i < statement.bytes.length; i += 3) {
      const changed = statement.bytes.slice()
      changed[i] = (changed[i] ?? 0) ^ 1
      let parsed: Opened<Event>
      try {
        parsed = parseEvent(changed)
      } catch {
        refused++
        continue
      }
      await expect(read([...events.slice(0, 3), parsed])).rejects.toThrow(HistoryError)
      refused++
    }
    expect(refused).toBeGreaterThan(50)
  })

  it('shorter than remembered is refused', async () => {
    const whole = await read(events)
    for (let length = 0; length < events.length; length++) {
      await expectFault(events.slice(0, length), 'shorter-than-remembered', length - 1, {
        remembered: whole.heads,
      })
    }
  })

  it('is written by its own authors only, each its own events', async () => {
    const { owner, device } = household
    const history = await read(events)
    const turned = { what: 'turned', about: CHANNEL, entry: fill(5, 32) } as const
    const unpaired = { what: 'unpaired', about: fill(3, 32), entry: null } as const
    const by = async (what: What<Event>, signer: Signer, part = {}) => [
      ...events,
      await eventAfter(history, what, signer, part),
    ]
    await expectFault(await by(turned, provider.signer), 'author-not-known', 6)
    await expectFault(await by(unpaired, device.signer), 'author-may-not', 6)
    await expectFault(await by(turned, owner.signer), 'author-may-not', 6)
    await expectFault(
      await by(turned, device.signer, { owner: fill(1, 32) }),
      'not-of-this-owner',
      6,
    )
    await expectFault(await by(turned, device.signer, { prev: fill(1, 32) }), 'does-not-follow', 6)
    const wrongKey = { ...device.signer, identity: second.identity.id }
    await expectFault(await by(turned, wrongKey), 'signature-does-not-hold', 6)
  })

  it('shows a device that is told an older head of the owner than it had seen', async () => {
    const history = await read(events)
    const older = await statementId(at(1).statement)
    const turned = { what: 'turned', about: CHANNEL, entry: fill(5, 32) } as const
    const event = await eventAfter(history, turned, household.device.signer, { seen: older })
    await expectFault([...events, event], 'seen-went-back', 6)
    const none = await eventAfter(history, turned, household.device.signer, { seen: null })
    await expectFault([...events, none], 'seen-went-back', 6)
  })

  it('does not care about a second signature over the same event', async () => {
    const ecdsa = await createHousehold({ now: NOW, algorithm: 'ES256' })
    const id = ecdsa.owner.identity.id
    const event = await openEvent({
      ...nextEvent(EMPTY, id, id),
      at: NOW,
      what: 'channel-opened',
      about: CHANNEL,
      entry: fill(9, 32),
    }, ecdsa.owner.signer)
    const twin = parseEvent(withTwin(event.statement.bytes))
    const parties = { owner: ecdsa.owner.identity, devices: [] }
    const one = await readHistory([event], parties)
    expect((await readHistory([twin], parties, { remembered: one.heads })).heads).toEqual(one.heads)
  })
})

describe('what a history comes to', () => {
  const companions = (): Companions => ({
    grants: [granted.grant],
    steps: [paused],
    recipients: [provider.identity],
  })

  async function rebuilt(list: readonly Opened<Event>[], beside = companions()) {
    return await rebuild(await read(list), household.owner.identity, beside)
  }

  it('is all of the grants, devices, channels and erased epochs', async () => {
    const { owner } = household
    let history = await read(events)
    const more = [...events]
    for (
      const what of [
        { what: 'paired', about: second.identity.id, entry: fill(2, 32) },
        { what: 'paired', about: household.device.identity.id, entry: fill(2, 32) },
        { what: 'unpaired', about: second.identity.id, entry: null },
        { what: 'erased', about: CHANNEL, entry: null, epochs: [3, 4] },
        { what: 'erased', about: CHANNEL, entry: null, epochs: [7, 7] },
      ] as const
    ) {
      more.push(await eventAfter(history, what as What<Event>, owner.signer))
      history = await read(more)
    }
    const { grants, devices, channels, erased } = await rebuilt(more)
    const [standing] = [...grants.values()]
    expect(grants.size).toBe(1)
    if (standing === undefined) throw new Error('No grant')
    expect(stateAt(standing, NOW)).toEqual({ phase: 'paused' })
    expect([...devices]).toEqual([toHex(household.device.identity.id)])
    expect([...channels]).toEqual([toHex(CHANNEL)])
    expect(erased.get(toHex(CHANNEL))).toEqual([[3, 4], [7, 7]])
  })

  it('is refused without a grant or a step that it names, or with a step that it does not', async () => {
    await expect(rebuilt(events, { ...companions(), grants: [] }))
      .rejects.toThrow('The grant that the history names is not there')
    const other = await grantTo(provider, household.owner, { channels: [CHANNEL] }, NOW)
    const swapped = {
      ...other.grant,
      content: { ...other.grant.content, grant: granted.grant.content.grant },
    }
    await expect(rebuilt(events, { ...companions(), grants: [swapped] }))
      .rejects.toThrow('The grant that the history names is not there')
    await expect(rebuilt(events, { ...companions(), steps: [] }))
      .rejects.toThrow('Step 1 does not hold: The history names it, and it is not there')
    await expect(rebuilt(events.slice(0, 3))).rejects.toThrow('The history does not name it')
  })
})

function without(place: number): Opened<Event>[] {
  return events.filter((_, i) => i !== place)
}

/** The statement with another signature: its last 64 bytes. */
function withSignature(bytes: Bytes, signature: Bytes): Bytes {
  const changed = bytes.slice()
  changed.set(signature, changed.length - 64)
  parseStatement(changed)
  return changed
}

function fill(value: number, length: number): Bytes {
  return new Uint8Array(length).fill(value)
}

describe('a browser that was taken back', () => {
  it('writes nothing that holds, from the event on that names the change of keys', async () => {
    const { owner } = household
    const [gone, stays] = [await generateSigningKey(), owner.signer]
    const sealing = await generateSealingKey()
    const listed = (index: number, key: SigningKey | SealingKey, purpose: 'sign' | 'seal') => {
      return { index, algorithm: key.algorithm, publicKey: key.publicKey, purpose }
    }
    const { keys, id } = owner.identity
    const both = await changeIdentity(
      owner.identity,
      [...keys, listed(3, gone, 'sign')],
      NOW,
      stays,
    )
    const left = keys.filter(({ purpose }) => purpose !== 'seal')
    const after = await changeIdentity(both, [...left, listed(4, sealing, 'seal')], NOW, stays)
    const theirs = signer(id, 3, gone)
    const list = [await eventAfter(EMPTY, opened(CHANNEL), theirs)]
    const reads = async () => await readHistory(list, { owner: after, devices: [] })
    const change = await statementId(parseStatement(after.changes[2] ?? new Uint8Array()))
    const changed = { what: 'sealing-changed', about: id, index: 4 } as const
    const seed = { enc: fill(1, 32), sealed: fill(2, 48) }
    list.push(await eventAfter(await reads(), { ...changed, ...seed, entry: change }, stays))
    const whole = await reads()
    expect(whole.ownerHead?.seq).toBe(1)

    const more = await eventAfter(whole, opened(fill(7, 16)), theirs)
    const rest = { owner: after, devices: [] }
    const taken = { fault: 'key-taken-back' }
    await expect(readHistory([...list, more], rest)).rejects.toMatchObject({ ...taken, place: 2 })
    await expect(readHistory([more], rest, { after: whole })).rejects.toMatchObject(taken)
    const own = await eventAfter(whole, opened(fill(7, 16)), stays)
    expect((await readHistory([...list, own], rest)).ownerHead?.seq).toBe(2)
    // Nor does it sign itself back in, and no change is named that there is not.
    const again = { ...changed, ...seed, entry: change }
    const named = await eventAfter(whole, again, theirs)
    await expect(readHistory([...list, named], rest)).rejects.toMatchObject(taken)
    const none = await eventAfter(whole, { ...again, entry: fill(9, 32) }, stays)
    await expect(readHistory([...list, none], rest)).rejects.toMatchObject({
      fault: 'change-not-known',
    })
  })
})

function opened(channel: Bytes): What<Event> {
  return { what: 'channel-opened', about: channel, entry: fill(9, 32) }
}
