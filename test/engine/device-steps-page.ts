/**
 * What the tests of devices that stand elsewhere run in the page: beside the owner's own browser, a
 * device with keys of its own that is paired, writes a channel and hears of grants by its pairing.
 *
 * @module
 */
import { type Bytes, fromBase64url, toBase64url, toHex } from '../../shared/bytes.ts'
import { openGrantKey, parseGrant } from '../../shared/consent/grant.ts'
import {
  checkPairingStep,
  type DeviceRecipient,
  openRecipients,
  type PairingHead,
  parsePairingStep,
} from '../../shared/consent/pairing-step.ts'
import { makeTerms } from '../../shared/consent/terms.ts'
import {
  encodeWrapList,
  importGrantKey,
  openWraps,
  ownerHead,
  unwrapBlockKey,
  unwrapEpoch,
  wrapEpoch,
} from '../../shared/consent/wrap.ts'
import { pair, type Pairing } from '../../shared/identity/pairing.ts'
import { sha256, statementId } from '../../shared/identity/statement.ts'
import { openBlock, readBlock } from '../../shared/seal/block.ts'
import { parseEpoch } from '../../shared/seal/channel.ts'
import { keepDeeds } from '../../pwa/household/consent/events.ts'
import { grantDeed, newGrantId } from '../../pwa/household/consent/give.ts'
import { sendWaiting } from '../../pwa/household/consent/owner-events.ts'
import { changeDevices } from '../../pwa/vault/devices.ts'
import { createChannel, createDevice, type Device, type TestChannel } from '../rig/household.ts'
import { clientOf, here, keyOf, personNamed } from './consent-page.ts'

declare global {
  var elsewhere: typeof api
}

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const seconds = () => Math.floor(Date.now() / 1000)

interface Elsewhere {
  readonly device: Device
  readonly client: ReturnType<typeof clientOf>
  readonly pairing: Pairing
  readonly channel: TestChannel
  head: PairingHead
}

let paired: Promise<Elsewhere> | undefined
const there = (): Promise<Elsewhere> => paired ??= begin()

async function begin(): Promise<Elsewhere> {
  const { vault, self: { owner }, client } = await here()
  const device = await createDevice(seconds())
  const own = clientOf(device.signer)
  await own.registerIdentity(device.identity.changes)
  const pairing = await pair(owner.signer, device.signer, seconds())
  await client.addPairing(pairing.bytes)
  const first = await statementId(pairing.statements[0])
  const about = device.identity.id
  const draft = { what: 'paired', about, entry: first } as const
  await keepDeeds(vault.database, owner, [{ draft, companions: [] }])
  await sendWaiting({ vault, self: (await here()).self, client })
  const channel = await createChannel(owner, device, seconds(), {
    classes: 'energy',
    resolution: 'PT15M',
  })
  await client.openChannel(channel.opening.statement.bytes)
  const chapter = await channel.openChapter()
  await client.openChapter(chapter.statement.bytes)
  return { device, client: own, pairing, channel, head: { step: 0, id: first } }
}

async function turn(at: Elsewhere): Promise<void> {
  const epoch = await at.channel.openEpoch(
    at.channel.epochs.length === 0 ? {} : { reason: 'turned' },
  )
  await at.client.postBlocks(at.channel.id, [epoch.opened.statement.bytes])
}

/** Takes what it was told, turns its key and wraps it for those. */
async function hear(at: Elsewhere): Promise<DeviceRecipient[]> {
  const { self } = await here()
  const { identity: owner } = self.owner
  let recipients: DeviceRecipient[] = []
  let seen: Bytes | null = null
  for await (const bytes of at.client.pairingSteps(owner.id, at.head.step)) {
    const step = parsePairingStep(bytes)
    at.head = await checkPairingStep(at.head, step, owner, at.device.identity.id)
    recipients = await openRecipients(step.content, at.device.sealing)
    seen = step.content.seen
  }
  if (seen === null) return recipients
  await turn(at)
  const { raw = random(32), opened } = at.channel.epochs.at(-1) ?? {}
  const { channel } = at
  const epoch = opened?.content.epoch ?? -1
  const blind = random(16)
  const head = await ownerHead(blind, seen)
  const wrap = await wrapEpoch(raw, { channel: channel.id, epoch, head })
  const items = []
  for (const { grant, key } of recipients) {
    items.push({ grant, wrapped: await wrap(await importGrantKey(key)) })
  }
  const list = encodeWrapList(items)
  const wraps = await sha256(list)
  const content = { channel: channel.id, epoch, seen, blind, wraps, at: seconds() }
  const { statement } = await openWraps(content, at.device.signer)
  await at.client.postWraps([[statement.bytes, list]])
  return recipients
}

const api = {
  async seal(blocks: number): Promise<void> {
    const at = await there()
    if (at.channel.epochs.length === 0) await turn(at)
    for (let i = 0; i < blocks; i++) {
      await at.client.postBlocks(at.channel.id, [(await at.channel.seal()).bytes])
    }
  },

  /** The grants that the device was told of since it heard last. */
  async hear(): Promise<string[]> {
    return (await hear(await there())).map(({ grant }) => toBase64url(grant))
  },

  /** How many steps the pairing has. */
  async steps(): Promise<number> {
    const { client, self } = await here()
    const at = await there()
    for await (const bytes of client.pairingSteps(at.device.identity.id)) {
      return parsePairingStep(bytes).content.step
    }
    return toHex(self.owner.identity.id) === '' ? -1 : 0
  },

  async give(to: string): Promise<string> {
    const { vault, self, actions } = await here()
    const recipient = await personNamed(to)
    const { channel } = await there()
    const from = seconds()
    const terms = makeTerms({
      channels: [channel.id],
      purposes: ['energy-advice'],
      from,
      until: from + 86_400,
      history: 0,
    })
    const grant = newGrantId()
    const gift = { grant, recipient: recipient.identity, toKey: 2, terms }
    await actions.give(
      await grantDeed(vault, self, { ...gift, request: null, receipt: null, replaces: null }),
    )
    return toBase64url(grant)
  },

  /** This browser knows the device for a gateway, and has its grant that often; or no more. */
  async crowd(id: string, times: number): Promise<void> {
    const { vault: { database } } = await here()
    const { device, channel } = await there()
    const gateway = toHex(device.identity.id)
    await changeDevices(database, (devices) => ({
      ...devices,
      names: times === 0 ? {} : { [gateway]: 'Keller' },
      writes: { ...devices.writes, [gateway]: [toHex(channel.id)] },
    }))
    const grant = toHex(fromBase64url(id))
    const step = database.transaction('grants', 'readwrite')
    const record = await step.store.get(grant)
    if (record === undefined) throw new TypeError('There is no such grant')
    for (const name of await step.store.getAllKeys()) {
      if (name.startsWith('crowd')) await step.store.delete(name)
    }
    for (let i = 1; i < times; i++) await step.store.put(record, `crowd${i}`)
    await step.done
  },

  /** Blocks that a person can open with what the platform gives it, and epochs it has whole. */
  async read(name: string, id: string): Promise<{ opens: number[]; whole: number[] }> {
    const person = await personNamed(name)
    const { channel: { id: channel } } = await there()
    const grant = fromBase64url(id)
    const { content } = parseGrant((await person.client.grant(grant)).statement)
    const key = await importGrantKey(await openGrantKey(content, keyOf(person, 2)))
    const openings = new Map<number, ReturnType<typeof parseEpoch>>()
    for await (const bytes of person.client.epochs(channel)) {
      const epoch = parseEpoch(bytes)
      openings.set(epoch.content.epoch, epoch)
    }
    const whole = new Map<number, CryptoKey>()
    const parts = new Map<number, CryptoKey>()
    for await (const one of person.client.keys(grant)) {
      const opening = openings.get(one.epoch)
      if (opening === undefined) continue
      if (one.wrapped !== null) {
        whole.set(one.epoch, await unwrapEpoch(one.wrapped, key, opening.content, one.head))
      }
      for (const [seq, wrapped] of one.blocks ?? []) {
        const place = { channel, epoch: one.epoch, seq, head: one.head }
        parts.set(seq, await unwrapBlockKey(wrapped, key, place))
      }
    }
    const opens: number[] = []
    for await (const bytes of person.client.blocks(channel)) {
      const block = await readBlock(bytes)
      const { seq, epoch } = block.header
      const epochKey = whole.get(epoch)
      if (block.body !== null && epochKey !== undefined) {
        await openBlock(block, epochKey)
        opens.push(seq)
      } else if (block.body !== null && parts.has(seq)) opens.push(seq)
    }
    return { opens, whole: [...whole.keys()] }
  },

  /** Lets it go in the history, whatever the platform says of its pairing. */
  async unpairQuietly(): Promise<void> {
    const { vault, self, client } = await here()
    const { device } = await there()
    const draft = { what: 'unpaired', about: device.identity.id, entry: null } as const
    await keepDeeds(vault.database, self.owner, [{ draft, companions: [] }])
    await sendWaiting({ vault, self, client })
  },
}

globalThis.elsewhere = api
