/**
 * Pairing a gateway, the owner's side: by the code that it shows the two meet in a room at the
 * platform, which neither trusts; the owner sees who asks for what, and signs only after saying so.
 *
 * @module
 */
import { type Bytes, equal, toHex } from '../../../shared/bytes.ts'
import { ApiProblem, type Client, Unreachable } from '../../../shared/api/client.ts'
import {
  CODE_SECONDS,
  type PairingSecrets,
  pairingSecrets,
  parsePairingCode,
} from '../../../shared/identity/pairing-code.ts'
import {
  type Ask,
  makeAnswer,
  type Offer,
  PairingExchangeError,
  readAnswer,
  readDone,
  readOffer,
} from '../../../shared/identity/pairing-exchange.ts'
import { parsePairing } from '../../../shared/identity/pairing.ts'
import { statementId } from '../../../shared/identity/statement.ts'
import { openChannel, openChapter, parseChannel, startOf } from '../../../shared/seal/channel.ts'
import type { RoomMessage } from '../../../shared/api/pairing-calls.ts'
import { AppError } from '../../app-error.ts'
import { verifiedHead } from '../../proof-run/verified-head.ts'
import type { GatewayOffer, Unfinished } from '../../settings/devices-state.ts'
import type {
  MeterRecord,
  PairedOpening,
  PairingRecord,
  VaultDatabase,
} from '../../vault/database.ts'
import { loadDevices } from '../../vault/devices.ts'
import type { Self } from '../../vault/identities.ts'
import { loadMeters } from '../../vault/meters.ts'
import { keepPaired } from '../../vault/paired.ts'
import type { BrowserVault } from '../../vault/vault.ts'

export interface PairingOptions {
  readonly vault: BrowserVault
  /** Who this browser is, made now if it is nobody, and known to the platform. */
  readonly introduced: () => Promise<{ readonly self: Self; readonly client: Client }>
  /** Whether this browser reads a meter itself just now. */
  readonly isRead: (meter: string) => boolean
  /** Writes it into the owner's history. */
  readonly paired: (device: Bytes, entry: Bytes) => Promise<void>
}

/** What became of a pairing that was cut short. */
export interface Resumed {
  readonly how: Unfinished['how'] | 'paired'
  readonly offer: Offer
  readonly room: Bytes
}

export interface GatewayPairing {
  /** @throws {AppError} */
  find(typed: string): Promise<GatewayOffer>
  /** Pairs what was found last. @throws {AppError} */
  confirm(): Promise<void>
  /**
   * Goes on with what was confirmed and cut short: finishes it where the device has agreed, and drops
   * it where the room is gone. Never half a pairing: before the device has agreed nothing is with the
   * platform, and from then on all of it is kept here.
   */
  resume(): Promise<Resumed | null>
  forget(): void
}

interface Found {
  readonly secrets: PairingSecrets
  readonly offer: Offer
  /** Place of the next message. */
  readonly next: number
  /** Seconds: when the room is over. */
  readonly expires: number
}

/** Whoever waits for the device waits no longer, whatever the platform says; seconds. */
const LONGEST_WAIT = CODE_SECONDS + 120
/** A platform that answers at once is not asked in a whirl; milliseconds. */
const SOONEST = 1000

const seconds = () => Math.floor(Date.now() / 1000)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

export function createPairing(options: PairingOptions): GatewayPairing {
  const { vault, introduced, paired } = options
  let found: Found | null = null

  /** What both have signed goes to the platform; of those who want to finish it one does. */
  async function finish(client: Client, record: PairingRecord): Promise<void> {
    await navigator.locks.request('kilowit-pairing', async () => {
      if (await recordOf(vault.database) === undefined || record.pairing === null) return
      await keepRecord(vault.database, record)
      const { openings } = record
      const { device, name } = await readOffer(record.secrets, record.offer, record.at)
      const pairing = parsePairing(record.pairing)
      await client.addPairing(pairing.bytes)
      for (const { isNew, channel, chapter } of openings) {
        if (isNew) await client.openChannel(channel.opening)
        await client.openChapter(chapter)
      }
      await keepPaired(vault.database, device.id, name, openings)
      await paired(device.id, await statementId(pairing.statements[0]))
      await dropRecord(vault.database)
    })
  }

  async function resume(): Promise<Resumed | null> {
    const record = await recordOf(vault.database)
    if (record === undefined) return null
    const { client } = await introduced()
    const offer = await readOffer(record.secrets, record.offer, record.at)
    const of = { offer, room: record.secrets.room }
    const agreed = record.pairing === null ? await lookFor(client, record) : record
    if (agreed === 'gone') {
      await dropRecord(vault.database)
      return { ...of, how: 'undone' }
    }
    if (agreed === null) return { ...of, how: 'waits' }
    await finish(client, agreed)
    return { ...of, how: 'paired' }
  }

  return {
    async find(typed) {
      found = null
      const code = parsePairingCode(typed)
      if (code === null) throw new AppError('pairing-code-malformed')
      // What was cut short waits for the next time, and does not stand in the way.
      const finished = await resume().catch(passing)
      const { client } = await introduced()
      const secrets = await pairingSecrets(code)
      code.fill(0)
      if (finished?.how === 'paired' && equal(finished.room, secrets.room)) {
        return shownOf(finished.offer, true)
      }
      const { messages, expires } = await client.pairingRoom(secrets.room)
      const offer = await checked(() =>
        readOffer(secrets, messages[0]?.message ?? new Uint8Array(0), seconds())
      )
      const id = toHex(offer.device.id)
      if ((await loadDevices(vault.database)).unpaired.includes(id)) {
        throw new AppError('pairing-of-unpaired')
      }
      if (finished?.how === 'paired' && equal(finished.offer.device.id, offer.device.id)) {
        return shownOf(offer, true)
      }
      found = { secrets, offer, next: messages.length, expires }
      return shownOf(offer, false)
    },

    async confirm() {
      if (found === null) throw new AppError('pairing-expired')
      const { secrets, offer, next, expires } = found
      if (seconds() >= expires) throw new AppError('pairing-expired')
      const { self, client } = await introduced()
      const begun = await recordOf(vault.database)
      if (begun !== undefined && equal(begun.secrets.room, secrets.room)) {
        await finish(client, await awaitDone(client, begun))
        found = null
        return
      }
      const openings = await openingsFor(options, self, client, offer)
      const answer = await makeAnswer(
        secrets,
        offer,
        self.owner,
        openings.map(({ channel, chapter }) => [channel.opening, chapter]),
        seconds(),
        random,
      )
      const { at, message } = offer
      const record = {
        secrets,
        offer: message,
        at,
        answer: answer.message,
        next,
        openings,
        pairing: null,
      }
      await keepRecord(vault.database, record)
      try {
        await client.addRoomMessage(secrets.room, next, answer.message)
      } catch (error) {
        // It did not get there, and so nothing of it was said.
        if (error instanceof ApiProblem) await dropRecord(vault.database)
        throw error
      }
      await finish(client, await awaitDone(client, record))
      found = null
    },

    resume,

    forget() {
      found = null
    },
  }
}

function shownOf({ device, name, asks }: Offer, isPaired: boolean): GatewayOffer {
  return {
    id: toHex(device.id),
    name,
    asks: asks.map(({ meter, simulated, classes, resolution }) => ({
      meter,
      simulated,
      classes,
      resolution,
    })),
    isPaired,
  }
}

async function recordOf(database: VaultDatabase): Promise<PairingRecord | undefined> {
  return await database.get('self', 'pairing') as PairingRecord | undefined // ours
}

async function keepRecord(database: VaultDatabase, record: PairingRecord): Promise<void> {
  await database.put('self', record, 'pairing')
}

async function dropRecord(database: VaultDatabase): Promise<void> {
  await database.delete('self', 'pairing')
}

/** Until the device has agreed. */
async function awaitDone(client: Client, record: PairingRecord): Promise<PairingRecord> {
  if (record.pairing !== null) return record
  const until = seconds() + LONGEST_WAIT
  for (let after = record.next; seconds() < until;) {
    const asked = Date.now()
    const { messages } = await client.pairingRoom(record.secrets.room, { after })
    const agreed = await agreedIn(record, messages)
    if (agreed !== null) return agreed
    after = messages.at(-1)?.n ?? after
    const rest = SOONEST - (Date.now() - asked)
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest))
  }
  throw new AppError('pairing-expired')
}

/** Whether it has agreed meanwhile; null for not yet. */
async function lookFor(
  client: Client,
  record: PairingRecord,
): Promise<PairingRecord | null | 'gone'> {
  try {
    // With our own answer the room has something to say at once.
    const { messages } = await client.pairingRoom(record.secrets.room, { after: record.next - 1 })
    return await agreedIn(record, messages)
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'room-unknown') return 'gone'
    throw error
  }
}

async function agreedIn(
  record: PairingRecord,
  messages: readonly RoomMessage[],
): Promise<PairingRecord | null> {
  const { secrets, next } = record
  const last = messages.find(({ n, by }) => n > next && by === 'device')
  if (last === undefined) return null
  return await checked(async () => {
    const offer = await readOffer(secrets, record.offer, record.at)
    const answer = await readAnswer(secrets, offer, record.answer, record.at)
    const pairing = await readDone(secrets, offer, answer, last.message)
    return { ...record, pairing: pairing.bytes }
  })
}

function passing(error: unknown): null {
  if (error instanceof ApiProblem || error instanceof Unreachable || error instanceof AppError) {
    return null
  }
  throw error
}

/** What does not hold is told in the owner's words. */
async function checked<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof PairingExchangeError)) throw error
    throw new AppError(error.fault === 'expired' ? 'pairing-expired' : 'pairing-broken', error)
  }
}

/** The record of a meter that is known here goes on; another one begins its own. */
async function openingsFor(
  { vault, isRead }: PairingOptions,
  self: Self,
  client: Client,
  offer: Offer,
): Promise<PairedOpening[]> {
  const meters = new Map((await loadMeters(vault.database)).map((meter) => [meter.id, meter]))
  const tags = new Map<string, Bytes>()
  const openings: PairedOpening[] = []
  for (const ask of offer.asks) {
    const known = meters.get(ask.meter)
    if (known !== undefined && known.simulated !== ask.simulated) {
      throw new AppError('pairing-broken')
    }
    if (isRead(ask.meter)) throw new AppError('pairing-read-here')
    const tag = known?.tag ?? tags.get(ask.meter) ?? random(16)
    tags.set(ask.meter, tag)
    const isIt = (one: MeterRecord['channels'][number]) =>
      one.classes === ask.classes && one.resolution === ask.resolution
    const there = known?.channels.find(isIt)
    const waits = there === undefined ? 0 : await vault.countWaiting(there.id)
    if (waits > 0) throw new AppError('pairing-read-here')
    const opening = there?.opening ?? await newChannel(self, ask)
    openings.push(await openingOf(self, client, offer, ask, tag, opening, there === undefined))
  }
  return openings
}

async function newChannel({ owner }: Self, ask: Ask): Promise<Bytes> {
  const { classes, resolution, zone, simulated } = ask
  const kind = { classes, resolution, zone, simulated }
  const opening = await openChannel(
    { channel: random(16), owner: owner.identity.id, ...kind, at: seconds() },
    owner.signer,
  )
  return opening.statement.bytes
}

async function openingOf(
  self: Self,
  client: Client,
  offer: Offer,
  { meter, classes, resolution, simulated }: Ask,
  tag: Bytes,
  bytes: Bytes,
  isNew: boolean,
): Promise<PairedOpening> {
  const { owner } = self
  const opening = parseChannel(bytes)
  const { channel: id, zone } = opening.content
  const stands = isNew
    ? { head: await startOf(opening), epoch: -1, chapters: 0 }
    : await standing(client, self, id)
  const chapter = await openChapter({
    channel: id,
    chapter: stands.chapters,
    owner: owner.identity.id,
    device: offer.device.id,
    meter: tag,
    custody: offer.custody,
    after: [...stands.head],
    lost: null,
    reason: stands.chapters === 0 ? 'first' : 'device-replaced',
    at: seconds(),
  }, owner.signer)
  const restored = { ...stands, chapters: stands.chapters + 1 }
  const channel = { id, classes, resolution, zone, opening: bytes, restored }
  return { meter, tag, simulated, channel, isNew, chapter: chapter.statement.bytes }
}

async function standing(client: Client, self: Self, channel: Bytes) {
  const verified = await verifiedHead(client, self, channel)
  if (verified === null) throw new AppError('head-not-ours')
  const { head, epoch, evidence: { chapters } } = verified
  const newest = chapters.at(-1)?.content
  // Another device that still reads it is unpaired first, by the owner's own word.
  const isFree = newest === undefined || equal(newest.device, self.device.identity.id)
  if (!isFree) throw new AppError('pairing-read-elsewhere')
  return { head, epoch, chapters: chapters.length }
}
