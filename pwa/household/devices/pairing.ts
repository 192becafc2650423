/**
 * Pairing a gateway, the owner's side: by the code that it shows the two meet in a room at the
 * platform, which neither trusts; the owner sees who asks for what, and signs only after saying so.
 *
 * @module
 */
import { type Bytes, equal, toHex } from '../../../shared/bytes.ts'
import type { Client } from '../../../shared/api/client.ts'
import {
  type PairingSecrets,
  pairingSecrets,
  parsePairingCode,
} from '../../../shared/identity/pairing-code.ts'
import {
  type Answer,
  type Ask,
  makeAnswer,
  type Offer,
  PairingExchangeError,
  readDone,
  readOffer,
} from '../../../shared/identity/pairing-exchange.ts'
import type { Pairing } from '../../../shared/identity/pairing.ts'
import { statementId } from '../../../shared/identity/statement.ts'
import { openChannel, openChapter, parseChannel, startOf } from '../../../shared/seal/channel.ts'
import { AppError } from '../../app-error.ts'
import { verifiedHead } from '../../proof-run/verified-head.ts'
import type { GatewayOffer } from '../../settings/devices-state.ts'
import type { MeterRecord } from '../../vault/database.ts'
import { loadDevices } from '../../vault/devices.ts'
import type { Self } from '../../vault/identities.ts'
import { loadMeters } from '../../vault/meters.ts'
import { keepPaired, type PairedChannel } from '../../vault/paired.ts'
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

export interface GatewayPairing {
  /** @throws {AppError} */
  find(typed: string): Promise<GatewayOffer>
  /** Pairs what was found last. @throws {AppError} */
  confirm(): Promise<void>
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

/** A channel for what was asked, as it is signed for the device. */
interface Opening extends PairedChannel {
  readonly isNew: boolean
  readonly chapter: Bytes
}

const seconds = () => Math.floor(Date.now() / 1000)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

export function createPairing(options: PairingOptions): GatewayPairing {
  const { vault, introduced, paired } = options
  let found: Found | null = null

  return {
    async find(typed) {
      found = null
      const code = parsePairingCode(typed)
      if (code === null) throw new AppError('pairing-code-malformed')
      const { client } = await introduced()
      const secrets = await pairingSecrets(code)
      code.fill(0)
      const { messages, expires } = await client.pairingRoom(secrets.room)
      const offer = await checked(() =>
        readOffer(secrets, messages[0]?.message ?? new Uint8Array(0), seconds())
      )
      const id = toHex(offer.device.id)
      if ((await loadDevices(vault.database)).unpaired.includes(id)) {
        throw new AppError('pairing-of-unpaired')
      }
      found = { secrets, offer, next: messages.length, expires }
      return {
        id,
        name: offer.name,
        asks: offer.asks.map(({ meter, simulated, classes, resolution }) => ({
          meter,
          simulated,
          classes,
          resolution,
        })),
      }
    },

    async confirm() {
      if (found === null) throw new AppError('pairing-expired')
      const { secrets, offer, next, expires } = found
      if (seconds() >= expires) throw new AppError('pairing-expired')
      const { self, client } = await introduced()
      const openings = await openingsFor(options, self, client, offer)
      const answer = await makeAnswer(
        secrets,
        offer,
        self.owner,
        openings.map(({ channel, chapter }) => [channel.opening, chapter]),
        seconds(),
        random,
      )
      await client.addRoomMessage(secrets.room, next, answer.message)
      const pairing = await awaitDone(client, found, answer)
      await client.addPairing(pairing.bytes)
      for (const { isNew, channel, chapter } of openings) {
        if (isNew) await client.openChannel(channel.opening)
        await client.openChapter(chapter)
      }
      await keepPaired(vault.database, offer.device.id, offer.name, openings)
      await paired(offer.device.id, await statementId(pairing.statements[0]))
      found = null
    },

    forget() {
      found = null
    },
  }
}

async function awaitDone(
  client: Client,
  { secrets, offer, next, expires }: Found,
  answer: Answer,
): Promise<Pairing> {
  for (let after = next; seconds() < expires;) {
    const { messages } = await client.pairingRoom(secrets.room, { after })
    for (const { n, by, message } of messages) {
      after = n
      if (by !== 'device') continue
      return await checked(() => readDone(secrets, offer, answer, message))
    }
  }
  throw new AppError('pairing-expired')
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
): Promise<Opening[]> {
  const meters = new Map((await loadMeters(vault.database)).map((meter) => [meter.id, meter]))
  const tags = new Map<string, Bytes>()
  const openings: Opening[] = []
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
): Promise<Opening> {
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
