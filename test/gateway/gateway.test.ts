/**
 * The gateway as its own process, on a real platform: paired by its code with an owner who reads it
 * off the screen, killed in the middle, reading a meter on a serial line, and let go.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, createClient } from '../../shared/api/client.ts'
import { type Bytes, toBase64url, toHex, utf8 } from '../../shared/bytes.ts'
import { makePairingStep } from '../../shared/consent/pairing-step.ts'
import { makeTerms } from '../../shared/consent/terms.ts'
import { importGrantKey, unwrapEpoch } from '../../shared/consent/wrap.ts'
import { fingerprint } from '../../shared/identity/identity.ts'
import {
  type PairingSecrets,
  pairingSecrets,
  parsePairingCode,
} from '../../shared/identity/pairing-code.ts'
import {
  type Answer,
  makeAnswer,
  type Offer,
  readDone,
  readOffer,
} from '../../shared/identity/pairing-exchange.ts'
import { statementId } from '../../shared/identity/statement.ts'
import { openBlock, readBlock } from '../../shared/seal/block.ts'
import { openChannel, openChapter, parseEpoch, startOf } from '../../shared/seal/channel.ts'
import { importEpochKey, unsealEpochKey } from '../../shared/seal/epoch-key.ts'
import { asRecipient, giver } from '../consent-server/giving.ts'
import { createHousehold, type Household, type Owner } from '../rig/household.ts'
import type { Member } from '../server/platform.ts'
import { type Running, startNode } from '../rig/process.ts'
import { type MeterOnLine, type Platform, startMeter, startPlatform } from '../stories/home.ts'

const now = () => Math.floor(Date.now() / 1000)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

let platform: Platform
let meter: MeterOnLine
let household: Household
let owner: Owner
/** To whom the owner gives the channel. */
let friend: Member
let client: Client
const folders: string[] = []
const started: Running[] = []

beforeAll(async () => {
  ;[platform, meter] = await Promise.all([startPlatform(), startMeter()])
  household = await createHousehold({ now: now() })
  owner = household.owner
  client = await clientOf(owner)
  const others = await createHousehold({ now: now() })
  const theirs = await clientOf(others.owner)
  friend = { household: others, owner: theirs, device: theirs }
})

afterAll(async () => {
  await Promise.all(started.map((one) => one.close()))
  await meter?.close()
  await platform?.close()
  for (const folder of folders) await fs.rm(folder, { recursive: true, force: true })
})

async function clientOf({ identity, signer }: Owner): Promise<Client> {
  const fetched = (url: string, init: RequestInit) => fetch(url, init)
  const made = createClient({ url: platform.origin, fetch: fetched, now, signer })
  await made.registerIdentity(identity.changes)
  return made
}

async function newFolder(): Promise<string> {
  const folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-gateway-'))
  folders.push(folder)
  return folder
}

function gateway(folder: string, command: 'pair' | 'read', ...more: string[]): Running {
  const platformArgs = command === 'pair' ? ['--platform', platform.origin, '--name', 'Cellar'] : []
  const zone = ['--zone', 'Europe/Vienna']
  const args = [command, '--data', folder, ...zone, ...platformArgs, ...more]
  const running = startNode('gateway/main.ts', args)
  started.push(running)
  return running
}

const portOf = () => ['--port', meter.line.path() ?? '']

interface Shown {
  readonly code: string
  readonly secrets: PairingSecrets
  readonly self: string
}

async function shown(running: Running): Promise<Shown> {
  const code = (await running.line(/^Code: /, 60_000)).slice('Code: '.length)
  const bytes = parsePairingCode(code)
  if (bytes === null) throw new Error('That is no code')
  const self = (await running.line(/^This gateway: /)).slice('This gateway: '.length)
  return { code, secrets: await pairingSecrets(bytes), self }
}

interface Answered {
  readonly offer: Offer
  readonly answer: Answer
  readonly openings: readonly [Bytes, Bytes][]
}

/** What the owner's app does when the code was typed and confirmed. */
async function answer({ secrets, self }: Shown): Promise<Answered> {
  const { messages: [first] } = await client.pairingRoom(secrets.room)
  const offer = await readOffer(secrets, first?.message ?? new Uint8Array(0), now())
  expect(offer.name).toBe('Cellar')
  expect(fingerprint(offer.device.id)).toBe(self)
  const tag = random(16)
  const openings = await Promise.all(offer.asks.map(async (ask): Promise<[Bytes, Bytes]> => {
    const { classes, resolution, zone, simulated } = ask
    const of = { owner: owner.identity.id, channel: random(16), at: now() }
    const channel = await openChannel({ ...of, classes, resolution, zone, simulated }, owner.signer)
    const chapter = await openChapter({
      ...of,
      chapter: 0,
      device: offer.device.id,
      meter: tag,
      custody: offer.custody,
      after: [...await startOf(channel)],
      lost: null,
      reason: 'first',
    }, owner.signer)
    return [channel.statement.bytes, chapter.statement.bytes]
  }))
  const made = await makeAnswer(secrets, offer, owner, openings, now(), random)
  await client.addRoomMessage(secrets.room, 1, made.message)
  return { offer, answer: made, openings }
}

/** And when the gateway has said its last. */
async function complete({ secrets }: Shown, { offer, answer, openings }: Answered): Promise<Bytes> {
  const { messages: [last] } = await client.pairingRoom(secrets.room, { after: 1 })
  const pairing = await readDone(secrets, offer, answer, last?.message ?? new Uint8Array(0))
  await client.addPairing(pairing.bytes)
  for (const [channel, chapter] of openings) {
    await client.openChannel(channel)
    await client.openChapter(chapter)
  }
  return await statementId(pairing.statements[0])
}

test(
  'a gateway is paired by its code, reads a serial line, wraps for others, and stops when let go',
  async () => {
    const folder = await newFolder()
    const pairing = gateway(folder, 'pair', ...portOf())
    const seen = await shown(pairing)
    const answered = await answer(seen)
    await pairing.line(`Owner: ${fingerprint(owner.identity.id)}`)
    const entry = await complete(seen, answered)
    await pairing.line(`Paired with ${fingerprint(owner.identity.id)}`)
    expect((await pairing.ended).code).toBe(0)

    // The code is nowhere but on the screen, and what is kept is for this user alone.
    const files = await everyFile(folder)
    expect(files.map(({ name }) => name).sort()).toEqual(['identity', 'pairing'])
    expect(files.filter(({ mode }) => (mode & 0o077) !== 0)).toEqual([])
    const raw = toHex(parsePairingCode(seen.code) ?? new Uint8Array(0))
    const forms = [raw, toHex(utf8(seen.code)), toHex(utf8(seen.code.replaceAll('-', '')))]
    for (const form of forms) {
      for (const { hex } of files) expect(hex).not.toContain(form)
      expect(toHex(utf8(platform.output()))).not.toContain(form)
    }
    expect(platform.output()).not.toContain(toBase64url(seen.secrets.room))

    const reading = gateway(folder, 'read', ...portOf(), '--look-every', '1')
    await reading.line(`of ${meter.id}`, 60_000)
    const live = answered.answer.given[0]?.channel.content.channel ?? new Uint8Array(0)
    await expect.poll(async () => (await client.channel(live)).head.seq, { timeout: 20_000 })
      .toBeGreaterThan(-1)
    const [firstEpoch] = await all(client.epochs(live))
    const opened = parseEpoch(firstEpoch ?? new Uint8Array(0)).content
    const { algorithm } = owner.sealing
    const key = await importEpochKey(await unsealEpochKey(opened, algorithm, owner.sealing))
    const [block] = await all(client.blocks(live))
    const readings = await openBlock(await readBlock(block ?? new Uint8Array(0)), key)
    expect(readings[0]).toMatchObject({ meter: meter.id, assurance: { custody: 'software' } })

    // Only one may seal with this state.
    const other = gateway(folder, 'read', ...portOf())
    expect((await other.ended).code).toBe(1)
    expect(other.output()).toContain('Another gateway')

    // Somebody is given the channel: the gateway turns, and wraps the new epoch by itself.
    const { device } = answered.offer
    const giving = giver({ household: { ...household, owner }, owner: client, device: client })
    const paired = await giving.event({ what: 'paired', about: device.id, entry })
    await giving.send([paired.opened.statement.bytes])
    const until = now() + 86_400
    const terms = makeTerms({
      channels: [live],
      purposes: ['research'],
      from: now() - 60,
      until,
      history: 0,
    })
    const grant = await giving.give(asRecipient(friend), terms)
    const recipient = { grant: grant.id, key: grant.raw, channels: [live], history: 0, until }
    const begun = { step: 0, id: entry }
    const seenHead = giving.head.id ?? entry
    const told = await makePairingStep(owner.signer, device, begun, [recipient], seenHead, now())
    await client.postPairingStep(device.id, told.statement.bytes)
    const wrapped = async () => (await all(friend.owner.keys(grant.id))).at(-1)
    await expect.poll(wrapped, { timeout: 20_000 }).toBeDefined()
    const { epoch: number = -1, head, wrapped: given } = await wrapped() ?? {}
    expect(number).toBe(1)
    const none = new Uint8Array(0)
    const second = parseEpoch((await all(client.epochs(live)))[number] ?? none).content
    expect(second.reason).toBe('turned')
    const grantKey = await importGrantKey(grant.raw)
    // It opens, and is the key that the opening commits to.
    await unwrapEpoch(given ?? none, grantKey, second, head ?? none)

    const unpaired = await giving.event({ what: 'unpaired', about: device.id, entry: null })
    await giving.send([unpaired.opened.statement.bytes])
    expect((await reading.ended).code).toBe(3)
    expect(reading.output()).toContain('The owner has let this gateway go')
    const again = gateway(folder, 'read', ...portOf())
    expect((await again.ended).code).toBe(3)

    // What was let go is never paired again: another device begins.
    const anew = await shown(gateway(folder, 'pair', ...portOf()))
    expect(anew.self).not.toBe(seen.self)
  },
  180_000,
)

test('killed in the middle and started again, nothing is half-done', async () => {
  const folder = await newFolder()
  const first = gateway(folder, 'pair', '--simulated')
  const before = await shown(first)
  await first.kill('SIGKILL')
  const second = gateway(folder, 'pair', '--simulated')
  const seen = await shown(second)
  expect(seen.self).toBe(before.self)
  expect(seen.code).not.toBe(before.code)
  // The code of the one that was killed leads nowhere.
  await expect(client.pairingRoom(before.secrets.room)).rejects.toMatchObject({
    code: 'room-unknown',
  })

  // Killed after it has agreed, while the owner's app was away: there is no pairing, and a new code.
  await answer(seen)
  await second.line('Owner: ')
  await expect.poll(async () => (await client.pairingRoom(seen.secrets.room)).messages.length)
    .toBe(3)
  await second.kill('SIGKILL')
  const reading = gateway(folder, 'read', '--simulated')
  expect((await reading.ended).code).toBe(1)
  expect(reading.output()).toContain('This gateway is not paired')
  const third = gateway(folder, 'pair', '--simulated')
  const last = await shown(third)

  // Killed at the same place, and the owner's app has finished: it is paired.
  const answered = await answer(last)
  await third.line('Owner: ')
  await expect.poll(async () => (await client.pairingRoom(last.secrets.room)).messages.length)
    .toBe(3)
  await third.kill('SIGKILL')
  await complete(last, answered)
  const fourth = gateway(folder, 'pair', '--simulated')
  await fourth.line('Paired with')
  expect((await fourth.ended).code).toBe(0)
  expect(fourth.output()).not.toContain('Code:')
}, 180_000)

test(
  'while the platform is away, what is sealed waits, and arrives in order and once',
  async () => {
    const folder = await newFolder()
    const pairing = gateway(folder, 'pair', '--simulated')
    const seen = await shown(pairing)
    const answered = await answer(seen)
    await pairing.line('Owner: ')
    await complete(seen, answered)
    await pairing.ended
    const live = answered.answer.given[0]?.channel.content.channel ?? new Uint8Array(0)
    const head = async () => (await client.channel(live)).head.seq
    const read = () => gateway(folder, 'read', '--simulated', '--look-every', '1')
    const sealed = async (running: Running) =>
      Number((await running.line(/^Sealed \d+ readings/, 60_000)).split(' ')[1])

    const first = read()
    let count = await sealed(first)
    await expect.poll(head, { timeout: 30_000 }).toBe(0)
    await platform.stop()
    await first.kill('SIGKILL')
    for (let i = 0; i < 2; i++) {
      const away = read()
      count += await sealed(away)
      await away.kill('SIGKILL')
    }
    await platform.start()
    const last = read()
    count += await sealed(last)
    await expect.poll(head, { timeout: 30_000 }).toBe(3)
    await last.kill('SIGKILL')

    const keys = new Map<number, CryptoKey>()
    for (const bytes of await all(client.epochs(live))) {
      const { content } = parseEpoch(bytes)
      const raw = await unsealEpochKey(content, owner.sealing.algorithm, owner.sealing)
      keys.set(content.epoch, await importEpochKey(raw))
    }
    const times: number[] = []
    for (const [i, bytes] of (await all(client.blocks(live))).entries()) {
      const block = await readBlock(bytes)
      expect(block.header.seq).toBe(i)
      const key = keys.get(block.header.epoch)
      if (key === undefined) throw new Error('No key of that epoch')
      times.push(...(await openBlock(block, key)).map(({ at }) => at))
    }
    expect(times.length).toBe(count)
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
  },
  180_000,
)

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

async function everyFile(folder: string) {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true })
  return await Promise.all(
    entries.filter((entry) => entry.isFile()).map(async (entry) => {
      const file = path.join(entry.parentPath, entry.name)
      const { mode } = await fs.stat(file)
      return { name: entry.name, mode, hex: toHex(new Uint8Array(await fs.readFile(file))) }
    }),
  )
}
