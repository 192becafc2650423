/**
 * What the fuzz tests attack: a platform with households in it, what is good to send there, and
 * statements that are signed well and say what no device of ours would say.
 *
 * @module
 */
import { signAssertion, signProof } from '../../shared/api/jwt.ts'
import { type Bytes, concat, toBase64url, utf8 } from '../../shared/bytes.ts'
import { type CborValue, decode, encode, joinArray } from '../../shared/cbor.ts'
import { makePairingStep, type PairingStep } from '../../shared/consent/pairing-step.ts'
import type { Opened } from '../../shared/identity/content.ts'
import { generateSigningKey, signer, type SigningKey } from '../../shared/identity/keys.ts'
import {
  NOBODY,
  protectedHeader,
  sha256,
  type Signer,
  signProtected,
  signStatement,
  statementId,
  type StatementType,
} from '../../shared/identity/statement.ts'
import { GRANT_JWT_BEARER } from '../../shared/api/schemas.ts'
import {
  asRecipient,
  type Giver,
  giver,
  stepOf,
  termsOf,
  type TestGrant,
  wrapsFor,
} from '../consent-server/giving.ts'
import { createAsker } from '../oauth/asking.ts'
import type { TestChannel } from '../rig/household.ts'
import {
  type Member,
  NOW,
  openedChannel,
  type Platform,
  PUBLIC_URL,
  register,
} from '../server/platform.ts'
import type { Dice } from './dice.ts'
import { hostileCbor } from './hostile.ts'

export interface World {
  readonly platform: Platform
  readonly homes: readonly Home[]
  /** Forms, proofs and tokens that hold, made anew: each is good once. */
  form(by: Signer): Promise<string>
  proof(by: Session, method: string, path: string, token?: string): Promise<string>
}

export interface Session {
  readonly key: SigningKey
  readonly sign: (message: Bytes) => Promise<Bytes>
  readonly token: string
}

export interface Home {
  readonly member: Member
  readonly channel: TestChannel
  readonly owner: Session
  readonly device: Session
  /** A person to whom the owner gave the channel. */
  readonly reader: Session
  readonly grant: TestGrant
  /** The address of a provider's request. */
  readonly request: string
  /** The first step of the pairing. */
  readonly told: Opened<PairingStep>
  readonly giving: Giver
  /** The name of a pairing room. */
  readonly room: Bytes
  /** Good statements by the address that takes them. */
  readonly good: Readonly<Record<string, readonly Bytes[]>>
}

export async function createWorld(platform: Platform, homes = 2): Promise<World> {
  const world = {
    platform,
    form: async (by: Signer) => {
      const { now } = platform.clock
      const assertion = await signAssertion({ audience: PUBLIC_URL, now, jti: jti() }, by)
      return new URLSearchParams({ grant_type: GRANT_JWT_BEARER, assertion }).toString()
    },
    proof: async ({ key, sign }: Session, method: string, path: string, accessToken?: string) => {
      const { now } = platform.clock
      const proof = { method, url: PUBLIC_URL + path, now, jti: jti() }
      const ath = accessToken === undefined ? {} : { accessToken }
      return await signProof({ ...proof, ...ath }, key, sign)
    },
  }
  const made: Home[] = []
  for (let i = 0; i < homes; i++) made.push(await createHome(world))
  return { ...world, homes: made }
}

export function jti(): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(16)))
}

async function createHome(world: Omit<World, 'homes'>): Promise<Home> {
  const member = await register(world.platform)
  const { household } = member
  const channel = await openedChannel(member)
  for (let i = 0; i < 5; i++) await channel.seal()
  await member.device.postBlocks(channel.id, channel.blocks.map((block) => block.bytes))
  const { owner, device } = household
  const reader = asRecipient(await register(world.platform))
  const giving = giver(member)
  const [grant, granted] = await giving.grant(reader, termsOf([channel]))
  const asked = await giving.step(grant, { what: 'erasure-asked' })
  await giving.send(granted, asked)
  const answered = { what: 'erasure-answered', done: true } as const
  const answer = await stepOf(grant, answered, reader.signer)
  const seen = giving.head.id ?? grant.id
  const asker = await createAsker(world.platform)
  const request = await asker.ask()
  // Of another, as only the newest codes of a request hold.
  const room = crypto.getRandomValues(new Uint8Array(16))
  const { code } = await member.owner.newRequestCode(await asker.ask())
  const begun = { step: 0, id: await statementId(household.pairing.statements[0]) }
  const told = await makePairingStep(owner.signer, device.identity, begun, [], seen, NOW)
  // Before a nonsense that holds takes its place.
  await member.owner.postPairingStep(device.identity.id, told.statement.bytes)
  return {
    member,
    channel,
    told,
    owner: await signIn(world, owner.signer),
    device: await signIn(world, device.signer),
    reader: await signIn(world, reader.signer),
    grant,
    request,
    giving,
    room,
    good: {
      '/v1/identities': [arrayOf(owner.identity.changes), arrayOf(device.identity.changes)],
      '/v1/pairings': [household.pairing.bytes],
      '/v1/pairings/{device}/steps': [told.statement.bytes],
      '/v1/channels': [channel.opening.statement.bytes],
      '/v1/chapters': channel.chapters.map((chapter) => chapter.statement.bytes),
      '/v1/channels/{channel}/blocks': [
        ...channel.epochs.map((epoch) => epoch.opened.statement.bytes),
        ...channel.blocks.map((block) => block.bytes),
        concat(...channel.blocks.map((block) => block.bytes)),
      ],
      '/v1/history': [
        joinArray(granted),
        joinArray(asked),
        concat(joinArray(granted), joinArray(asked)),
      ],
      '/v1/grants/{grant}/steps': [answer.bytes],
      '/v1/requests/{request}/grant': [joinArray(granted)],
      '/v1/request-codes': [encode(code)],
      '/v1/pairing-rooms': [encode([room, room])],
      '/v1/pairing-rooms/{room}/messages': [encode([1, room]), encode([2, room])],
      '/v1/wraps': [
        joinArray(await wrapsFor(channel, 0, seen, [grant], device.signer)),
        joinArray(await wrapsFor(channel, 0, seen, [], owner.signer)),
      ],
    },
  }
}

/** A session of a new key. */
export async function signIn(world: Omit<World, 'homes'>, by: Signer): Promise<Session> {
  const key = await generateSigningKey()
  const own = { key, sign: signer(NOBODY, 0, key).sign, token: '' }
  const response = await world.platform.app.request(`${PUBLIC_URL}/v1/token`, {
    method: 'POST',
    body: await world.form(by),
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'DPoP': await world.proof(own, 'POST', '/v1/token'),
    },
  })
  const { access_token: token }: { access_token: string } = await response.json()
  return { ...own, token }
}

export function arrayOf(items: readonly Bytes[]): Bytes {
  return concat(new Uint8Array([0x80 + items.length]), ...items)
}

/** What can be signed by whom, and a good example of its payload. */
function statementsOf(
  { member, channel, grant, told }: Home,
): readonly [string, StatementType, Signer, Bytes][] {
  const { owner, device } = member.household
  const [chapter] = channel.chapters
  const [epoch] = channel.epochs
  const opened = chapter?.statement.payload ?? new Uint8Array()
  const turned = epoch?.opened.statement.payload ?? new Uint8Array()
  const posts = '/v1/channels/{channel}/blocks'
  return [
    ['/v1/channels', 'kilowit/channel', owner.signer, channel.opening.statement.payload],
    ['/v1/chapters', 'kilowit/chapter', owner.signer, opened],
    [posts, 'kilowit/epoch', device.signer, turned],
    [
      '/v1/pairings',
      'kilowit/pairing',
      owner.signer,
      member.household.pairing.statements[0].payload,
    ],
    [
      '/v1/pairings/{device}/steps',
      'kilowit/pairing-step',
      owner.signer,
      told.statement.payload,
    ],
    ['/v1/history', 'kilowit/event', owner.signer, new Uint8Array()],
    ['/v1/history', 'kilowit/grant', owner.signer, grant.opened.statement.payload],
    ['/v1/history', 'kilowit/step', owner.signer, new Uint8Array()],
    ['/v1/wraps', 'kilowit/wraps', device.signer, new Uint8Array()],
    ['/v1/identities', 'kilowit/identity', owner.signer, new Uint8Array()],
    [posts, 'kilowit/block', device.signer, new Uint8Array()],
  ]
}

/** A statement with members that nobody would write, and a signature that holds; and where to. */
export async function signedNonsense(home: Home, random: Dice): Promise<[string, Bytes] | null> {
  const [path, type, by, payload] = random.pick(statementsOf(home))
  try {
    if (type === 'kilowit/block') return [path, await signedBlock(home, by, random)]
    if (type === 'kilowit/identity') return [path, await signedChange(home, random)]
    if (path === '/v1/history') return [path, await signedEvent(home, type, payload, random)]
    if (type === 'kilowit/wraps') return [path, await signedBatch(home, random)]
    const content = encode(alter(contentOf(payload), random))
    const statement = await signStatement(type, content, by)
    if (type !== 'kilowit/pairing') return [path, statement.bytes]
    const { device } = home.member.household
    const other = await signStatement(type, content, device.signer)
    return [path, arrayOf([statement.bytes, other.bytes])]
  } catch {
    // Not everything can be encoded: then there is nothing to send.
    return null
  }
}

async function signedBlock({ channel }: Home, by: Signer, random: Dice): Promise<Bytes> {
  const block = await channel.forge(undefined, { seq: channel.blocks.length + random.below(2) })
  const members = alter({ ...block.header }, random)
  const body = random.chance(0.8) ? block.body ?? new Uint8Array() : random.bytes(300)
  const header = protectedHeader('kilowit/block', by, Object.entries(members))
  const payload = random.chance(0.9) ? await sha256(body) : encode(hostileCbor(random))
  const statement = await signProtected(header, payload, by)
  const second = random.chance(0.9) ? body : hostileCbor(random)
  return concat(new Uint8Array([0x82]), statement.bytes, encode(second))
}

async function signedChange({ member }: Home, random: Dice): Promise<Bytes> {
  const { owner } = member.household
  const { identity } = owner
  const first = random.chance(0.5)
  const content = {
    v: 1,
    kind: 'owner',
    seq: first ? 0 : identity.seq + 1,
    prev: first ? null : identity.head,
    at: 1_763_000_000 + random.below(1000),
    keys: identity.keys.map((key) => [key.index, key.algorithm, key.publicKey, key.purpose]),
  }
  const by = first ? { ...owner.signer, identity: NOBODY } : owner.signer
  const altered = random.chance(0.8) ? alter(content, random) : content
  const change = await signStatement('kilowit/identity', encode(altered), by)
  return arrayOf(first ? [change.bytes] : [...identity.changes, change.bytes])
}

/** An event whose place is right, of a grant or a step that is odd, or odd itself. */
async function signedEvent(
  { giving, grant, member }: Home,
  type: StatementType,
  payload: Bytes,
  random: Dice,
): Promise<Bytes> {
  const { signer: by, identity } = member.household.owner
  await giving.refresh()
  const { seq, id: prev } = giving.head
  const place = { v: 1, owner: identity.id, seq: seq + 1, prev, seen: null, at: 1_763_000_000 }
  if (type === 'kilowit/event') {
    const what = random.pick([
      'granted',
      'stepped',
      'paired',
      'unpaired',
      'channel-opened',
      'erased',
    ])
    const content = alter({ ...place, what, about: grant.id, entry: random.bytes(32) }, random)
    const event = await signStatement('kilowit/event', encode(content), by)
    return arrayOf([event.bytes, grant.opened.statement.bytes])
  }
  const step = {
    v: 1,
    grant: grant.id,
    step: grant.standing.step + random.below(2),
    prev: grant.standing.head,
    at: 1_763_000_000,
    what: random.pick(['paused', 'resumed', 'revoked', 'narrowed', 'key-changed', 'terminated']),
    ...random.pick([{}, { reason: 'withdrawn' }, { toKey: 2 }]),
  }
  const fresh = { ...contentOf(payload.length > 0 ? payload : encode(step)) }
  if (type === 'kilowit/grant') fresh['grant'] = random.bytes(16)
  const entry = await signStatement(type, encode(alter(fresh, random)), by)
  const about = type === 'kilowit/grant' ? fresh['grant'] ?? null : grant.id
  const what = type === 'kilowit/grant' ? { what: 'granted', copy: null } : { what: 'stepped' }
  const content = { ...place, ...what, about, entry: await sha256(entry.signed) }
  const event = await signStatement('kilowit/event', encode(content), by)
  return arrayOf([event.bytes, entry.bytes])
}

/** A batch of wraps, or its list, with members that nobody would write. */
async function signedBatch({ channel, giving, grant, member }: Home, random: Dice): Promise<Bytes> {
  const { signer: by } = member.household.device
  const item = random.pick<CborValue>([
    [grant.id, random.bytes(72)],
    [grant.id, [[0, random.bytes(72)], [random.below(9), random.bytes(72)]]],
    [random.bytes(16), random.bytes(72)],
    hostileCbor(random),
  ])
  const list = encode(random.chance(0.2) ? hostileCbor(random) : [item])
  const content = {
    v: 1,
    channel: channel.id,
    epoch: random.below(2),
    seen: giving.head.id,
    blind: random.bytes(16),
    wraps: random.chance(0.8) ? await sha256(list) : random.bytes(32),
    at: 1_763_000_000,
  }
  const made = random.chance(0.5) ? content : alter(content, random)
  const batch = await signStatement('kilowit/wraps', encode(made), by)
  return arrayOf([batch.bytes, list])
}

function contentOf(payload: Bytes): Record<string, CborValue> {
  return decode(payload) as Record<string, CborValue> // what we encoded ourselves
}

/** One or two members other than they were, one more or one less. */
function alter(
  content: Readonly<Record<string, unknown>>,
  random: Dice,
): Record<string, CborValue> {
  const altered = { ...content } as Record<string, CborValue> // statements are CBOR values
  for (let i = 0; i <= random.below(2); i++) {
    const name = random.pick(Object.keys(altered))
    const kind = random.below(8)
    if (kind === 0) delete altered[name]
    else if (kind === 1) altered['further'] = hostileCbor(random)
    else altered[name] = near(altered[name], random)
  }
  return altered
}

/** Often a value of the same kind, at the edges of what it may be. */
function near(value: CborValue | undefined, random: Dice): CborValue {
  if (random.chance(0.4)) return hostileCbor(random)
  if (typeof value === 'number') {
    const edges = [
      0,
      1,
      -1,
      2 ** 31,
      2 ** 32 - 1,
      2 ** 53 - 1,
      -(2 ** 53) + 1,
      value + 1,
      value - 1,
    ]
    return random.pick(edges)
  }
  if (value instanceof Uint8Array) return random.bytes(random.chance(0.8) ? value.length : 7)
  if (typeof value === 'string') {
    return random.pick([
      'owner',
      'device',
      'provider',
      'PT15M',
      'UTC',
      '../x',
      'a'.repeat(64),
      'all',
    ])
  }
  return hostileCbor(random)
}

/** A JWT whose header and claims are what `edit` makes of their JSON, signed by `sign`. */
export async function jwtOf(
  header: string,
  claims: string,
  sign: (message: Bytes) => Promise<Bytes>,
): Promise<string> {
  const signed = [header, claims].map((part) => toBase64url(utf8(part))).join('.')
  return `${signed}.${toBase64url(await sign(utf8(signed)))}`
}
