/**
 * An owner's device in Node with as many grants as wanted, and all that it signs, seals, wraps and
 * sends; nobody is at the other end.
 *
 * @module
 */
import process from 'node:process'
import { type Bytes, concat, equal, toHex } from '../../shared/bytes.ts'
import { sealGrantKey } from '../../shared/consent/grant.ts'
import { openEvent } from '../../shared/consent/history.ts'
import { recipientsAt } from '../../shared/consent/rotation.ts'
import { applyStep, beginStanding, openStep, type Standing } from '../../shared/consent/steps.ts'
import {
  encodeWrapList,
  importGrantKey,
  openWraps,
  ownerHead,
  wrapEpoch,
  type WrapItem,
} from '../../shared/consent/wrap.ts'
import { sha256, statementId } from '../../shared/identity/statement.ts'
import { deliver, type PostAnswer } from '../../shared/seal/delivery.ts'
import { createSealer, type Recipients } from '../../shared/seal/sealer.ts'
import { createProvider, grantTo, random } from '../consent/people.ts'
import { createHousehold, createPerson, readings } from '../rig/household.ts'
import { emptyStore, modelVault, Sealings } from '../seal/model-vault.ts'
import type { Turn } from './measure.ts'

export const NOW = 1_790_000_000

export interface World {
  readonly sample: Pick<Standing['grant'], 'terms'> & { readonly name: Standing['grant'] }
  /** Grants to one more and takes it back, again and again. */
  measure(milliseconds: number): Promise<{ granting: Turn; revoking: Turn }>
  /** Turns the epoch for all there are, or all but one. */
  turn(): Promise<void>
  /** Seals so many blocks, which are sent and done with. */
  seal(count: number): Promise<void>
}

export async function createWorld(others: number): Promise<World> {
  const household = await createHousehold({ now: NOW })
  const { owner, device } = household
  const operator = await createPerson('operator', NOW)
  const channel = await household.openChannel({ classes: 'energy', resolution: 'PT15M' })
  const provider = await createProvider(NOW)
  const known = new Map<string, { standing: Standing; key: CryptoKey }>()
  let seen = random(32)
  let seq = 0
  const sent = { bytes: 0, requests: 0 }
  /** Left out every other time, so that the epoch turns for all the others. */
  let hidden: Bytes | null = null

  const recipients: Recipients = {
    of: (id) =>
      Promise.resolve(
        recipientsAt(id, [...known.values()].map(({ standing }) => standing), NOW)
          .map(({ grant }) => grant.grant)
          .filter((grant) => hidden === null || !equal(grant, hidden)),
      ),
    wrap: async ({ channel: id, epoch, raw }, names) => {
      const blind = random(16)
      const wrap = await wrapEpoch(raw, { channel: id, epoch, head: await ownerHead(blind, seen) })
      const items = await Promise.all(names.map(async (grant): Promise<WrapItem> => {
        const key = known.get(toHex(grant))?.key
        if (key === undefined) throw new Error('This grant is not known')
        return { grant, wrapped: await wrap(key) }
      }))
      const list = encodeWrapList(items)
      const content = { channel: id, epoch, seen, blind, wraps: await sha256(list), at: NOW }
      return concat((await openWraps(content, device.signer)).statement.bytes, list)
    },
  }
  const disk = { store: await emptyStore(channel) }
  const wrapping = await crypto.subtle.generateKey({ name: 'AES-KW', length: 256 }, false, [
    'wrapKey',
    'unwrapKey',
  ])
  const vault = modelVault(disk, wrapping, { at: null }, new Unnoted())
  const sealer = createSealer({
    vault,
    device: device.signer,
    ownerKey: { index: 2, ...owner.sealing },
    now: () => NOW,
    random,
    recipients,
  })

  function post(...items: readonly Bytes[]): PostAnswer {
    sent.requests++
    sent.bytes += items.reduce((sum, item) => sum + item.length, 0)
    return { taken: items.length, acknowledgements: [], refusal: null }
  }

  async function rotate(): Promise<void> {
    await sealer.turn(channel.id)
    const delivered = await deliver(channel.id, {
      vault,
      sealer,
      device: device.identity,
      operator: operator.identity,
      post: (_, items) => Promise.resolve(post(...items)),
      postWraps: (batches) => Promise.resolve(post(...batches)),
    })
    if (delivered.kind !== 'delivered') throw new Error('It was not delivered')
    disk.store.entries = []
    disk.store.epochs = disk.store.epochs.slice(-1)
  }

  async function allow(): Promise<Standing> {
    const { grant, raw, id } = await grantTo(provider, owner, { channels: [channel.id] }, NOW)
    const about = grant.content.grant
    const self = { ...grant.content, to: owner.identity.id, toKey: 2 }
    const sealed = await sealGrantKey(raw, self, grant.content.terms, owner.sealing)
    const base = { owner: owner.identity.id, seq: seq++, prev: seq === 1 ? null : seen, seen: null }
    const event = await openEvent(
      { ...base, at: NOW, what: 'granted', about, entry: id, copy: { toKey: 2, ...sealed } },
      owner.signer,
    )
    seen = await statementId(event.statement)
    const standing = beginStanding(grant.content, id)
    known.set(toHex(about), { standing, key: await importGrantKey(raw) })
    post(event.statement.bytes, grant.statement.bytes)
    return standing
  }

  async function revoke(standing: Standing): Promise<void> {
    const { grant } = standing.grant
    const step = await openStep(
      { grant, step: 1, prev: standing.head, at: NOW, what: 'revoked', reason: 'withdrawn' },
      owner.signer,
    )
    const entry = await statementId(step.statement)
    const base = { owner: owner.identity.id, seq: seq++, prev: seen, seen: null, at: NOW }
    const event = await openEvent({ ...base, what: 'stepped', about: grant, entry }, owner.signer)
    seen = await statementId(event.statement)
    known.set(toHex(grant), {
      standing: applyStep(standing, step.content, entry),
      key: known.get(toHex(grant))?.key ?? wrapping,
    })
    post(event.statement.bytes, step.statement.bytes)
    await rotate()
    known.delete(toHex(grant))
  }

  let last: Standing | null = null
  for (let i = 0; i < others; i++) last = await allow()
  await sealer.seal(channel.id, readings(1, { from: NOW - 900, classes: 'energy' }))
  disk.store.entries = []
  const sample = last ?? await allow()
  if (others === 0) known.clear()
  await rotate()

  return {
    sample: { terms: sample.terms, name: sample.grant },
    measure: async (milliseconds) => {
      const spent = { granting: started(), revoking: started() }
      const from = performance.now()
      while (performance.now() - from < milliseconds) {
        let standing: Standing | null = null
        await add(spent.granting, sent, async () => {
          standing = await allow()
          await rotate()
        })
        const granted = standing as Standing | null // set in there, which the compiler cannot see
        if (granted !== null) await add(spent.revoking, sent, async () => await revoke(granted))
      }
      return { granting: toTurn(spent.granting), revoking: toTurn(spent.revoking) }
    },
    turn: async () => {
      hidden = hidden === null ? sample.grant.grant : null
      await rotate()
    },
    seal: async (count) => {
      for (let i = 0; i < count; i++) {
        await sealer.seal(channel.id, readings(1, { from: NOW, classes: 'energy' }))
        disk.store.entries = []
      }
    },
  }
}

/** What tests look for is kept for ever. */
class Unnoted extends Sealings {
  override async note(): Promise<void> {}
}

interface Spent {
  count: number
  seconds: number
  cpu: number
  bytes: number
  requests: number
}

function started(): Spent {
  return { count: 0, seconds: 0, cpu: 0, bytes: 0, requests: 0 }
}

async function add(
  spent: Spent,
  sent: { bytes: number; requests: number },
  work: () => Promise<void>,
): Promise<void> {
  const before = { ...sent }
  const cpu = process.cpuUsage()
  const from = performance.now()
  await work()
  spent.seconds += (performance.now() - from) / 1000
  const { user, system } = process.cpuUsage(cpu)
  spent.cpu += (user + system) / 1e6
  spent.count++
  spent.bytes += sent.bytes - before.bytes
  spent.requests += sent.requests - before.requests
}

function toTurn({ count, seconds, cpu, bytes, requests }: Spent): Turn {
  return {
    rate: count / seconds,
    perCpuSecond: count / cpu,
    beside: {
      'milliseconds each': 1000 * seconds / count,
      'bytes each': bytes / count,
      'requests each': requests / count,
    },
  }
}
