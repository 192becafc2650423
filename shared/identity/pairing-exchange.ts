/**
 * How a device and its owner pair over a platform that neither trusts: three messages, `offer` and
 * `done` by the device, `answer` by the owner between them. Each is CBOR `[body, mac]`: the body is
 * encrypted (A256GCM, its 12 bytes of nonce first), and the mac (HMAC-SHA-256) covers the room, the
 * message's place, and everything that was said before it, under keys that come from the code. So
 * nothing can be changed, left out, turned back on who said it, or carried into another room, by
 * anybody who does not know the code; and each side knows that the other's identity is the one that
 * the code's other reader has.
 *
 * Nothing is signed for an identity that has not proved the code, and the owner signs only after
 * the device's name and fingerprint were shown. The platform can keep a pairing from happening, and
 * nothing else.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, concat, equal } from '../bytes.ts'
import { CborError, decode, encode, joinArray, splitArray } from '../cbor.ts'
import { isName } from '../name.ts'
import { CUSTODIES, maxMeter } from '../meter/reading.ts'
import { isZone } from '../meter/zone.ts'
import {
  type Channel,
  type Chapter,
  DATA_CLASSES,
  type Opened,
  parseChannel,
  parseChapter,
  RESOLUTION,
} from '../seal/channel.ts'
import { AT_FIRST, bytes, uint } from './content.ts'
import { type Identity, IdentityError, isSignedBy, readIdentity, wasSignedBy } from './identity.ts'
import {
  joinPairing,
  type Pairing,
  pairingHolds,
  parsePairingHalf,
  signPairing,
} from './pairing.ts'
import { CODE_SECONDS, type PairingSecrets } from './pairing-code.ts'
import { type Signer, StatementError } from './statement.ts'

/** Characters of a device's name. */
export const MAX_DEVICE_NAME = 40
export const MAX_ASKS = 8
/** A whole chain of key changes, and what is signed beside it. */
export const MAX_PAIRING_MESSAGE = 320 * 1024
/** By so many seconds two clocks may differ. */
const CLOCK_SLACK = 300
/** Of A256GCM. */
const NONCE = 12

const name = (most: number) => v.pipe(v.string(), v.maxLength(most), v.check(isName))

const anyBytes = v.custom<Bytes>((x) => x instanceof Uint8Array)
const changes = v.pipe(v.array(anyBytes), v.minLength(1), v.maxLength(1000))

const AskSchema = v.strictObject({
  /** The meter's own id. */
  meter: name(maxMeter),
  simulated: v.boolean(),
  classes: v.picklist(DATA_CLASSES),
  resolution: v.pipe(v.string(), v.regex(RESOLUTION)),
  /** Where its days begin. */
  zone: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_+\-/]{1,64}$/), v.check(isZone)),
})

const OfferSchema = v.strictObject({
  v: v.literal(1),
  identity: changes,
  nonce: bytes(16),
  name: name(MAX_DEVICE_NAME),
  custody: v.picklist(CUSTODIES),
  asks: v.pipe(v.array(AskSchema), v.maxLength(MAX_ASKS)),
  at: uint,
})

const AnswerSchema = v.strictObject({
  v: v.literal(1),
  identity: changes,
  nonce: bytes(16),
  /** The owner's statement of the pairing. */
  half: anyBytes,
  /** Of what was asked, in its order: the channel's and the chapter's opening, or null. */
  openings: v.pipe(
    v.array(v.nullable(v.strictTuple([anyBytes, anyBytes]))),
    v.maxLength(MAX_ASKS),
  ),
})

const DoneSchema = v.strictObject({
  v: v.literal(1),
  /** The device's statement of the pairing. */
  half: anyBytes,
})

/** What a device asks its owner to let it write. */
export type Ask = v.InferOutput<typeof AskSchema>

export interface Offer {
  readonly message: Bytes
  readonly device: Identity
  readonly name: string
  readonly custody: Chapter['custody']
  readonly asks: readonly Ask[]
  /** Seconds since 1970, UTC. */
  readonly at: number
}

/** What the owner opened for one thing that was asked. */
export interface Given {
  readonly channel: Opened<Channel>
  readonly chapter: Opened<Chapter>
}

export interface Answer {
  readonly message: Bytes
  readonly owner: Identity
  readonly half: Bytes
  /** For each of the offer's asks; null for what is not given. */
  readonly given: readonly (Given | null)[]
}

export type PairingFault =
  | 'not-by-the-code'
  | 'malformed'
  | 'identity-does-not-hold'
  | 'half-does-not-hold'
  | 'opening-does-not-hold'
  | 'expired'

const FAULTS: Record<PairingFault, string> = {
  'not-by-the-code': 'The message is not by somebody who knows the code',
  'malformed': 'The message has not the shape of one',
  'identity-does-not-hold': 'The message names an identity that does not hold',
  'half-does-not-hold': 'The pairing is not signed by whom it joins',
  'opening-does-not-hold': 'A channel is opened otherwise than was asked',
  'expired': 'The code is older than ten minutes',
}

/** A message that must not be acted on. */
export class PairingExchangeError extends Error {
  override readonly name = 'PairingExchangeError'
  readonly fault: PairingFault
  constructor(fault: PairingFault) {
    super(FAULTS[fault])
    this.fault = fault
  }
}

/** The device's first message. */
export async function makeOffer(
  secrets: PairingSecrets,
  device: Identity,
  of: Pick<Offer, 'name' | 'custody' | 'asks' | 'at'>,
  random: (length: number) => Bytes,
): Promise<Offer> {
  const { name, custody, at } = of
  const asks = of.asks.map((ask) => ({ ...ask }))
  const identity = [...device.changes]
  const body = encode({ v: 1, identity, nonce: random(16), name, custody, asks, at })
  return await readOffer(secrets, await said(secrets, 'offer', [], body, random), at)
}

/**
 * The owner reads what a device offers.
 *
 * @throws {PairingExchangeError}
 */
export async function readOffer(
  secrets: PairingSecrets,
  message: Bytes,
  now: number,
): Promise<Offer> {
  const content = await heard(secrets, 'offer', [], message, OfferSchema)
  const { name, custody, asks, at } = content
  const device = await identityOf(content.identity, 'device')
  if (Math.abs(now - at) > CODE_SECONDS + CLOCK_SLACK) throw new PairingExchangeError('expired')
  return { message, device, name, custody, asks, at }
}

/**
 * The owner's answer, after the device's name and fingerprint were shown and taken for right.
 *
 * @param openings for each ask what {@link Given} holds, as signed; null for what is not given
 */
export async function makeAnswer(
  secrets: PairingSecrets,
  offer: Offer,
  owner: { readonly identity: Identity; readonly signer: Signer },
  openings: readonly (readonly [channel: Bytes, chapter: Bytes] | null)[],
  at: number,
  random: (length: number) => Bytes,
): Promise<Answer> {
  const names = { owner: owner.identity.id, device: offer.device.id, at }
  const { bytes: half } = await signPairing(names, owner.signer)
  const body = encode({
    v: 1,
    identity: [...owner.identity.changes],
    nonce: random(16),
    half,
    openings: openings.map((pair) => pair === null ? null : [...pair]),
  })
  const message = await said(secrets, 'answer', [offer.message], body, random)
  return await readAnswer(secrets, offer, message, at)
}

/**
 * The device reads an answer to its offer.
 *
 * @throws {PairingExchangeError}
 */
export async function readAnswer(
  secrets: PairingSecrets,
  offer: Offer,
  message: Bytes,
  now: number,
): Promise<Answer> {
  const { half, openings, identity } = await heard(
    secrets,
    'answer',
    [offer.message],
    message,
    AnswerSchema,
  )
  // By the clock of the device that showed the code, which is the one to say when it is over.
  if (now - offer.at > CODE_SECONDS) throw new PairingExchangeError('expired')
  const owner = await identityOf(identity, 'owner')
  await checkHalf(half, owner, offer.device)
  if (openings.length !== offer.asks.length) throw new PairingExchangeError('opening-does-not-hold')
  const given: (Given | null)[] = []
  for (const [i, ask] of offer.asks.entries()) {
    const pair = openings[i] ?? null
    given.push(pair === null ? null : await givenOf(pair, ask, owner, offer))
  }
  const channels = given.flatMap((one) => one === null ? [] : [one.channel.content.channel.join()])
  if (new Set(channels).size !== channels.length) {
    throw new PairingExchangeError('opening-does-not-hold')
  }
  return { message, owner, half, given }
}

/** The device's last message, and the pairing as both signed it. */
export async function makeDone(
  secrets: PairingSecrets,
  offer: Offer,
  answer: Answer,
  device: Signer,
  random: (length: number) => Bytes,
): Promise<{ readonly message: Bytes; readonly pairing: Pairing }> {
  const { names } = parsePairingHalf(answer.half)
  const { bytes: half } = await signPairing(names, device)
  const before = [offer.message, answer.message]
  const message = await said(secrets, 'done', before, encode({ v: 1, half }), random)
  return { message, pairing: await readDone(secrets, offer, answer, message) }
}

/**
 * The owner reads the device's last message: the pairing, which now both have signed.
 *
 * @throws {PairingExchangeError}
 */
export async function readDone(
  secrets: PairingSecrets,
  offer: Offer,
  answer: Answer,
  message: Bytes,
): Promise<Pairing> {
  const before = [offer.message, answer.message]
  const { half } = await heard(secrets, 'done', before, message, DoneSchema)
  const pairing = holding('half-does-not-hold', () => joinPairing(answer.half, half))
  const { owner } = answer
  const { device } = offer
  const current = await isSignedBy(pairing.statements[0], owner) &&
    await isSignedBy(pairing.statements[1], device)
  if (!current || !await pairingHolds(pairing, owner, device)) {
    throw new PairingExchangeError('half-does-not-hold')
  }
  return pairing
}

type Role = 'offer' | 'answer' | 'done'

const keyOf = (secrets: PairingSecrets, role: Role) =>
  role === 'answer' ? secrets.ownerKey : secrets.deviceKey

/** What a mac covers. */
function transcript(secrets: PairingSecrets, role: Role, before: readonly Bytes[], body: Bytes) {
  return encode(['kilowit/1/pairing', secrets.room, before.length, role, [...before], body])
}

async function said(
  secrets: PairingSecrets,
  role: Role,
  before: readonly Bytes[],
  plain: Bytes,
  random: (length: number) => Bytes,
): Promise<Bytes> {
  const iv = random(NONCE)
  const hidden = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, secrets.bodyKey, plain)
  const body = concat(iv, new Uint8Array(hidden))
  const covered = transcript(secrets, role, before, body)
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', keyOf(secrets, role), covered))
  return joinArray([encode(body), encode(mac)])
}

/** The content of a message whose mac holds: nothing else of it is looked at before. */
async function heard<S extends v.GenericSchema>(
  secrets: PairingSecrets,
  role: Role,
  before: readonly Bytes[],
  message: Bytes,
  schema: S,
): Promise<v.InferOutput<S>> {
  const { body, mac } = holding('malformed', () => partsOf(message))
  const covered = transcript(secrets, role, before, body)
  if (!await crypto.subtle.verify('HMAC', keyOf(secrets, role), mac, covered)) {
    throw new PairingExchangeError('not-by-the-code')
  }
  const plain = await opened(secrets, body)
  const parsed = v.safeParse(schema, holding('malformed', () => decode(plain)), AT_FIRST)
  if (!parsed.success) throw new PairingExchangeError('malformed')
  return parsed.output
}

async function opened({ bodyKey }: PairingSecrets, body: Bytes): Promise<Bytes> {
  const how = { name: 'AES-GCM', iv: body.slice(0, NONCE) }
  try {
    return new Uint8Array(await crypto.subtle.decrypt(how, bodyKey, body.slice(NONCE)))
  } catch {
    throw new PairingExchangeError('malformed')
  }
}

function partsOf(message: Bytes): { body: Bytes; mac: Bytes } {
  if (message.length > MAX_PAIRING_MESSAGE) throw new PairingExchangeError('malformed')
  const parts = splitArray(message, 2).map(decode)
  const [body, mac] = parts
  if (!(body instanceof Uint8Array) || !(mac instanceof Uint8Array) || parts.length !== 2) {
    throw new PairingExchangeError('malformed')
  }
  return { body: new Uint8Array(body), mac: new Uint8Array(mac) }
}

async function identityOf(
  statements: readonly Bytes[],
  kind: 'owner' | 'device',
): Promise<Identity> {
  let identity: Identity
  try {
    identity = await readIdentity(statements)
  } catch (error) {
    if (!isUnreadable(error)) throw error
    throw new PairingExchangeError('identity-does-not-hold')
  }
  if (identity.kind !== kind) throw new PairingExchangeError('identity-does-not-hold')
  return identity
}

/** The owner's half joins the two who are here, by a key of the owner's that holds now. */
async function checkHalf(half: Bytes, owner: Identity, device: Identity): Promise<void> {
  const { names, statement } = holding('half-does-not-hold', () => parsePairingHalf(half))
  const joinsUs = equal(names.owner, owner.id) && equal(names.device, device.id)
  if (!joinsUs || !await isSignedBy(statement, owner)) {
    throw new PairingExchangeError('half-does-not-hold')
  }
}

async function givenOf(
  [channelBytes, chapterBytes]: readonly [Bytes, Bytes],
  ask: Ask,
  owner: Identity,
  offer: Offer,
): Promise<Given> {
  const given = holding('opening-does-not-hold', () => ({
    channel: parseChannel(channelBytes),
    chapter: parseChapter(chapterBytes),
  }))
  const { channel: { content: channel, statement }, chapter: { content: chapter } } = given
  const isAsked = equal(channel.owner, owner.id) && channel.classes === ask.classes &&
    channel.resolution === ask.resolution && channel.simulated === ask.simulated &&
    equal(chapter.owner, owner.id) && equal(chapter.channel, channel.channel) &&
    equal(chapter.device, offer.device.id) && chapter.custody === offer.custody
  if (
    !isAsked || !await isSignedBy(given.chapter.statement, owner) ||
    !await wasSignedBy(statement, owner)
  ) {
    throw new PairingExchangeError('opening-does-not-hold')
  }
  return given
}

/** What is thrown for bytes that are not what they should be, as a fault of the exchange. */
function holding<T>(fault: PairingFault, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof PairingExchangeError || !isUnreadable(error)) throw error
    throw new PairingExchangeError(fault)
  }
}

function isUnreadable(error: unknown): boolean {
  return error instanceof CborError || error instanceof StatementError ||
    error instanceof IdentityError
}
