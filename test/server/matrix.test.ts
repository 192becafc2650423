/**
 * Every route, for every kind of caller, on somebody else's things. The routes are the app's own:
 * one that is not in the table of expectations below is expected to refuse everybody, so that a new
 * route fails here until it is said who may use it.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect } from '../../edge/database.ts'
import { database } from '../../server/database.ts'
import type { App } from '../../server/app.ts'
import { signAssertion, signProof } from '../../shared/api/jwt.ts'
import { CBOR, CBOR_SEQUENCE, GRANT_JWT_BEARER } from '../../shared/api/schemas.ts'
import { PROBLEMS } from '../../shared/api/problems.ts'
import { newWebhookSecret } from '../../shared/api/webhook.ts'
import { encode } from '../../shared/cbor.ts'
import { type Bytes, toBase64url, utf8 } from '../../shared/bytes.ts'
import { changeIdentity } from '../../shared/identity/identity.ts'
import { generateSigningKey, signer, type SigningKey } from '../../shared/identity/keys.ts'
import { pair, type Pairing } from '../../shared/identity/pairing.ts'
import {
  NOBODY,
  parseStatement,
  type Signer,
  statementId,
} from '../../shared/identity/statement.ts'
import { joinArray } from '../../shared/cbor.ts'
import { makePairingStep } from '../../shared/consent/pairing-step.ts'
import { openEvent } from '../../shared/consent/history.ts'
import { openApproval, type Registration } from '../../shared/consent/provider.ts'
import type { Opened } from '../../shared/identity/content.ts'
import {
  asRecipient,
  boundToken,
  createRecipient,
  type Giver,
  giver,
  type PostedEntry,
  stepOf,
  termsOf,
  type TestGrant,
  wrapsFor,
} from '../consent-server/giving.ts'
import { testDatabase } from '../rig/postgres.ts'
import { createAsker, hashOf } from '../oauth/asking.ts'
import { createProvider } from '../rig/provider.ts'
import {
  createHousehold,
  createPerson,
  type Household,
  type TestChannel,
} from '../rig/household.ts'
import {
  clientFor,
  type Member,
  members,
  NOW,
  openedChannel,
  type Platform,
  PUBLIC_URL,
  register,
  startPlatform,
  withLength,
} from './platform.ts'

/** Who calls, as seen from the household whose things are asked for. */
const CALLERS = [
  'nobody',
  'malformed token',
  'expired token',
  'token of another session key',
  'stolen token without proof',
  'owner',
  'device',
  'paired device without a chapter',
  'other owner',
  'other device',
  'provider',
  'recipient',
  'recipient without the grant in its token',
  'recipient with another grant in its token',
  'former recipient',
  'person with a grant',
  'operator',
  'node',
] as const
type Name = (typeof CALLERS)[number]

/** What these bring is no token that holds: by code. */
const WITHOUT_TOKEN: Partial<Record<Name, string>> = {
  'nobody': 'token-missing',
  'malformed token': 'token-invalid',
  'expired token': 'token-invalid',
  'token of another session key': 'token-invalid',
  'stolen token without proof': 'proof-invalid',
}

/** Whose things a request names: the household's, or nobody's. */
interface Things {
  readonly provider: Opened<Registration>
  readonly approval: Bytes
  /** Addresses of requests that the owner has allowed, by an entry, and denied. */
  readonly request: string
  readonly entry: PostedEntry
  readonly denied: string
  /** Of the household's device, and one that its further device closes. */
  readonly room: Bytes
  readonly roomToClose: Bytes
  /** Of one that is open, with the code that the owner has typed, by which it waits. */
  readonly open: string
  readonly code: string
  readonly waiting: Bytes
  readonly channel: TestChannel
  readonly household: Household
  readonly pairing: Pairing
  readonly grant: TestGrant
  /** And one that has ended. */
  readonly ended: TestGrant
  /** The owner's event that stands first, and what stands for one of the device. */
  readonly event: Bytes
  readonly turned: Bytes
  /** A step of the recipient. */
  readonly step: Bytes
  /** The first step of the pairing. */
  readonly pairingStep: Bytes
}

interface Sent {
  readonly type: string
  readonly body: Bytes | string
}

interface Expectation {
  /** Needs a token; otherwise everybody has the same answer. */
  readonly token: boolean
  /** Callers whose status is below 400. */
  readonly may: readonly Name[]
  /** What all others are told. */
  readonly refused?: keyof typeof PROBLEMS
  /** What some of them are told instead. */
  readonly told?: Partial<Record<Name, keyof typeof PROBLEMS>>
  /** For what takes a body: one that names somebody's things. */
  readonly sent?: (things: Things, by: Signer | undefined) => Sent | Promise<Sent>
  /** Nothing of the household may stand in the answer to who may not see it. */
  readonly lists?: true
}

const WITH_TOKEN: readonly Name[] = CALLERS.filter((name) => !(name in WITHOUT_TOKEN))
const READING: Expectation = {
  token: true,
  may: ['owner', 'device', 'recipient', 'person with a grant'],
  refused: 'channel-unknown',
  told: { 'former recipient': 'grant-ended' },
}
const RECIPIENT: readonly Name[] = ['recipient', 'recipient without the grant in its token']
const OPEN: Expectation = { token: false, may: CALLERS }
const FORM = 'application/x-www-form-urlencoded'
/** Once it is answered it is the owner's alone, and nobody else sees that there is one. */
const ANSWERING: Expectation = {
  token: true,
  may: ['owner'],
  refused: 'not-allowed',
  told: { 'other owner': 'request-unknown', 'person with a grant': 'request-unknown' },
}
/** The client is who signed the assertion; here it is nobody who is known. */
const OF_CLIENTS: Expectation = {
  token: false,
  may: [],
  sent: () => ({ type: FORM, body: 'client_assertion_type=x' }),
}
const OWNERS: readonly Name[] = ['owner', 'other owner', 'person with a grant']
const every = (names: readonly Name[], code: keyof typeof PROBLEMS) =>
  Object.fromEntries(names.map((name) => [name, code]))
/** To know its name, which comes from the code, is what lets an owner in. */
const IN_ROOM: Expectation = {
  token: true,
  may: [...OWNERS, 'device'],
  refused: 'room-unknown',
  told: every([
    'provider',
    ...RECIPIENT,
    'recipient with another grant in its token',
    'former recipient',
    'operator',
    'node',
  ], 'not-allowed'),
}
const cbor = (body: Bytes): Sent => ({ type: CBOR, body })

const ROUTES: Readonly<Record<string, Expectation>> = {
  'GET /healthz': OPEN,
  'GET /readyz': OPEN,
  'GET /version': OPEN,
  'GET /metrics': OPEN,
  'GET /problems/:code': OPEN,
  'GET /openapi.json': OPEN,
  'GET /v1/operator': OPEN,
  'GET /v1/identities/:id': OPEN,
  // A chain that is known and comes again changes nothing, whoever brings it.
  'POST /v1/identities': {
    token: false,
    may: CALLERS,
    sent: ({ household }) => cbor(joinArray(household.owner.identity.changes)),
  },
  // The caller is who signed the assertion; here it is nobody who is known.
  'POST /v1/token': {
    token: false,
    may: [],
    sent: () => ({
      type: FORM,
      body: new URLSearchParams({ grant_type: GRANT_JWT_BEARER, assertion: 'a.b.c' }).toString(),
    }),
  },
  ...Object.fromEntries(
    ['POST /v1/par', 'POST /v1/ciba', 'POST /v1/revoke', 'POST /v1/introspect']
      .map((route) => [route, OF_CLIENTS]),
  ),
  'GET /.well-known/oauth-authorization-server': OPEN,
  'GET /v1/requests/:id': ANSWERING,
  'POST /v1/requests/:id/grant': {
    ...ANSWERING,
    sent: ({ entry }) => ({ type: CBOR_SEQUENCE, body: joinArray(entry) }),
  },
  'POST /v1/requests/:id/denial': ANSWERING,
  'GET /v1/requests': { token: true, may: WITH_TOKEN, lists: true },
  // Typed once, it is nobody else's.
  'POST /v1/request-codes': {
    token: true,
    may: ['owner'],
    refused: 'not-allowed',
    told: { 'other owner': 'code-unknown', 'person with a grant': 'code-unknown' },
    sent: ({ code }) => cbor(encode(code)),
  },
  // Its address is what one must know.
  'POST /v1/requests/:id/code': OPEN,
  'POST /v1/requests/:id/redirect': OPEN,
  'POST /v1/pairings': {
    token: true,
    may: ['owner', 'device'],
    refused: 'not-allowed',
    sent: ({ pairing }) => cbor(pairing.bytes),
  },
  'GET /v1/pairings': { token: true, may: WITH_TOKEN, lists: true },
  'GET /v1/pairings/:other/steps': {
    token: true,
    may: ['owner', 'device', 'paired device without a chapter'],
    refused: 'device-not-paired',
  },
  'POST /v1/pairings/:other/steps': {
    token: true,
    may: ['owner'],
    refused: 'device-not-paired',
    sent: ({ pairingStep }) => cbor(pairingStep),
  },
  // Of the device that opens it, once more: the household's device has one.
  'POST /v1/pairing-rooms': {
    token: true,
    may: ['device'],
    refused: 'not-allowed',
    told: { 'paired device without a chapter': 'room-taken', 'other device': 'room-taken' },
    sent: ({ room }) => cbor(encode([room, utf8('offer')])),
  },
  'GET /v1/pairing-rooms/:room': IN_ROOM,
  'POST /v1/pairing-rooms/:room/messages': {
    ...IN_ROOM,
    may: ['owner', 'device'],
    told: {
      ...IN_ROOM.told,
      'other owner': 'room-moved',
      'person with a grant': 'room-moved',
    },
    sent: (_, by) => cbor(encode([by === signers.get('device') ? 0 : 1, utf8('offer')])),
  },
  'DELETE /v1/pairing-rooms/:room': {
    ...IN_ROOM,
    may: ['paired device without a chapter'],
    told: { ...IN_ROOM.told, ...every(OWNERS, 'not-allowed') },
  },
  'POST /v1/providers': {
    token: true,
    may: ['provider'],
    refused: 'not-allowed',
    sent: ({ provider }) => cbor(provider.statement.bytes),
  },
  // The operator who calls is not the platform's.
  'GET /v1/providers': { token: true, may: [], refused: 'not-allowed' },
  // It is the caller's own secret, whoever that is.
  'POST /v1/webhook-secrets': {
    token: true,
    may: ['provider', 'recipient without the grant in its token'],
    refused: 'not-allowed',
    sent: () => cbor(encode(newWebhookSecret((length) => new Uint8Array(length)))),
  },
  'GET /v1/providers/:id': OPEN,
  'GET /v1/providers/:id/jwks': OPEN,
  'GET /v1/providers/:id/logo': OPEN,
  // What counts is who signed it.
  'POST /v1/approvals': {
    token: false,
    may: CALLERS,
    sent: ({ approval }) => cbor(approval),
  },
  'POST /v1/channels': {
    token: true,
    may: ['owner'],
    refused: 'not-allowed',
    sent: ({ channel }) => cbor(channel.opening.statement.bytes),
  },
  'GET /v1/channels': { token: true, may: WITH_TOKEN, lists: true },
  'POST /v1/chapters': {
    token: true,
    may: ['owner'],
    refused: 'not-allowed',
    sent: ({ channel }) => cbor(firstChapter(channel)),
  },
  'GET /v1/channels/:channel': READING,
  'GET /v1/channels/:channel/epochs': READING,
  'GET /v1/channels/:channel/head': READING,
  'GET /v1/channels/:channel/blocks': READING,
  'GET /v1/channels/:channel/stream': READING,
  'GET /v1/channels/:channel/forks': {
    token: true,
    may: ['owner', 'device'],
    refused: 'channel-unknown',
  },
  'GET /v1/history': { token: true, may: WITH_TOKEN, lists: true },
  'POST /v1/history': {
    token: true,
    may: ['owner', 'device'],
    refused: 'not-allowed',
    sent: ({ event, turned }, by) => ({
      type: CBOR_SEQUENCE,
      body: joinArray([by === signers.get('device') ? turned : event]),
    }),
  },
  'GET /v1/grants': { token: true, may: WITH_TOKEN, lists: true },
  'GET /v1/grants/:grant': {
    token: true,
    may: ['owner', ...RECIPIENT],
    refused: 'grant-unknown',
  },
  // Of one that has ended: there it changes nothing.
  'DELETE /v1/grants/:grant': {
    token: true,
    may: ['former recipient'],
    refused: 'grant-unknown',
  },
  'GET /v1/grants/:grant/keys': { token: true, may: RECIPIENT, refused: 'grant-unknown' },
  'GET /v1/grants/:grant/access': { token: true, may: ['owner'], refused: 'grant-unknown' },
  'POST /v1/grants/:grant/steps': {
    token: true,
    may: RECIPIENT,
    refused: 'grant-unknown',
    sent: ({ step }) => cbor(step),
  },
  // Signed by who sends it: what counts is whose channel it is.
  'POST /v1/wraps': {
    token: true,
    may: ['owner', 'device'],
    refused: 'channel-unknown',
    sent: async ({ channel, event }, by) => {
      const seen = await statementId(parseStatement(event))
      const batch = await wrapsFor(channel, 0, seen, [], by ?? theirs.household.owner.signer)
      return { type: CBOR_SEQUENCE, body: joinArray(batch) }
    },
  },
  // What counts here is who signed the block, not who sent it.
  'POST /v1/channels/:channel/blocks': {
    token: false,
    may: ['device'],
    refused: 'channel-unknown',
    sent: async ({ channel }, by) => ({
      type: CBOR_SEQUENCE,
      body: by === undefined
        ? new Uint8Array([0x80])
        : (await channel.forge(undefined, { by })).bytes,
    }),
  },
}

let platform: Platform
let app: App
let member: Member
let theirs: Things
let nobodys: Things
const signers = new Map<Name, Signer>()
/** Somebody who has signed out a key. */
let leaver: Member
let removed: { readonly old: Signer; readonly newer: Signer }
/** Statements that the database was asked, by their text. */
const asked: string[] = []
let closeCounted: () => Promise<void>

beforeAll(async () => {
  const place = await testDatabase()
  platform = await startPlatform({}, place)
  const counted = connect({ url: place.url }, {
    fetch_types: false,
    max: 4,
    debug: (_: number, query: string) => void asked.push(query),
  })
  app = platform.another({ database: () => database(counted) })
  closeCounted = () => counted.end({ timeout: 5 })

  member = await register(platform)
  const { household } = member
  const channel = await openedChannel(member)
  await member.device.postBlocks(channel.id, [(await channel.seal()).bytes])
  const provider = await createProvider(NOW)
  const registration = await provider.register()
  const approval = await approvalOf(registration)
  const giving = giver(member)
  const asker = await createAsker(platform)
  const [request, denied] = [await asker.ask(), await asker.ask()]
  // A browser without keys has come with it first.
  await clientFor(platform).answerOf(request)
  const pushed = await hashOf((await member.owner.accessRequest(request)).pushed)
  const answer = termsOf([channel], { from: NOW, history: NOW, purposes: ['research'] })
  const [, entry] = await giving.grant(asker.recipient, answer, { request: pushed })
  await member.owner.grantRequest(request, entry)
  await member.owner.denyRequest(denied)
  const open = await asker.ask()
  const { code } = await member.owner.newRequestCode(open)
  await member.owner.requestOfCode(code)
  const waiting = await hashOf(open)
  const former = await createRecipient(platform)
  const ended = await giving.give(former, termsOf([channel]))
  await giving.go(ended, { what: 'revoked' })
  const [room, roomToClose] = [bytes16(), bytes16()]
  await member.device.openPairingRoom(room, utf8('offer'))
  await member.owner.addRoomMessage(room, 1, utf8('offer'))
  const requests = { request, entry, denied, open, code, waiting }
  const of = { provider: registration, approval, room, roomToClose, ...requests }
  const recipient = await createRecipient(platform)
  const grant = await giving.give(recipient, termsOf([channel]))
  theirs = await thingsOf({ ...of, ended }, household, channel, giving, grant, recipient.signer)

  const absent = await createHousehold({ now: NOW })
  const absentChannel = await absent.openChannel()
  await absentChannel.openChapter()
  await absentChannel.openEpoch()
  const giverOfNobody = giver({ ...member, household: absent })
  const [grantOfNobody] = await giverOfNobody.grant(recipient, termsOf([absentChannel]))
  const unknown = await (await createProvider(NOW)).register()
  nobodys = await thingsOf(
    {
      provider: unknown,
      approval: await approvalOf(unknown),
      request: toBase64url(new Uint8Array(32)),
      entry: [new Uint8Array([0x80])],
      denied: toBase64url(new Uint8Array(32)),
      room: bytes16(),
      roomToClose: bytes16(),
      open: toBase64url(new Uint8Array(32)),
      code: '0000-0000',
      waiting: new Uint8Array(32),
      ended: grantOfNobody,
    },
    absent,
    absentChannel,
    giverOfNobody,
    grantOfNobody,
    recipient.signer,
  )

  const other = await register(platform)
  const otherChannel = await openedChannel(other)
  const further = await household.addDevice()
  const client = clientFor(platform)
  await client.registerIdentity(further.device.identity.changes)
  await member.owner.addPairing(further.pairing.bytes)
  await clientFor(platform, further.device.signer).openPairingRoom(roomToClose, utf8('offer'))
  signers.set('owner', household.owner.signer)
  signers.set('device', household.device.signer)
  signers.set('paired device without a chapter', further.device.signer)
  signers.set('other owner', other.household.owner.signer)
  signers.set('other device', other.household.device.signer)
  await client.registerIdentity(provider.identity.changes)
  await clientFor(platform, provider.signer).registerProvider(registration.statement.bytes)
  signers.set('provider', provider.signer)
  const person = await register(platform)
  await giving.give(asRecipient(person), termsOf([channel]))
  const elsewhere = await giver(other).give(recipient, termsOf([otherChannel]))
  for (const name of RECIPIENT) signers.set(name, recipient.signer)
  signers.set('recipient with another grant in its token', recipient.signer)
  signers.set('former recipient', former.signer)
  signers.set('person with a grant', person.household.owner.signer)
  bound.set('recipient', grant)
  bound.set('recipient with another grant in its token', elsewhere)
  bound.set('former recipient', ended)
  for (const kind of ['operator', 'node'] as const) {
    const person = await createPerson(kind, NOW)
    await client.registerIdentity(person.identity.changes)
    signers.set(kind, person.signer)
  }

  // Another owner's first key, signed out by a second one.
  const newer = await generateSigningKey()
  leaver = await register(platform)
  const { identity, signer: old } = leaver.household.owner
  const { algorithm, publicKey } = newer
  const second = { index: identity.nextIndex, algorithm, publicKey, purpose: 'sign' } as const
  const both = await changeIdentity(identity, [...identity.keys, second], NOW, old)
  const one = both.keys.filter((key) => key.index !== 0)
  const bySecond = signer(identity.id, second.index, newer)
  const without = await changeIdentity(both, one, NOW, bySecond)
  await client.registerIdentity(without.changes)
  removed = { old, newer: bySecond }
})
afterAll(async () => {
  await closeCounted()
  await platform.close()
})

async function thingsOf(
  of: Omit<
    Things,
    'channel' | 'household' | 'pairing' | 'grant' | 'event' | 'turned' | 'step' | 'pairingStep'
  >,
  household: Household,
  channel: TestChannel,
  giving: Giver,
  grant: TestGrant,
  recipient: Signer,
): Promise<Things> {
  const opening = await statementId(channel.opening.statement)
  const opened = { what: 'channel-opened', about: channel.id, entry: opening } as const
  const { opened: event, id } = await giving.event(opened)
  const stepped = await giving.step(grant, { what: 'erasure-asked' })
  if (household === member.household) {
    await giving.send([event.statement.bytes], stepped)
  }
  const answered = { what: 'erasure-answered', done: true } as const
  const step = await stepOf(grant, answered, recipient)
  const turned = await openEvent({
    owner: household.owner.identity.id,
    seq: 0,
    prev: null,
    seen: id,
    at: NOW,
    what: 'turned',
    about: channel.id,
    entry: opening,
  }, household.device.signer)
  const pairingStep = await makePairingStep(
    household.owner.signer,
    household.device.identity,
    { step: 0, id: await statementId(household.pairing.statements[0]) },
    [],
    id,
    NOW,
  )
  return {
    ...of,
    channel,
    household,
    pairing: household.pairing,
    grant,
    event: event.statement.bytes,
    turned: turned.statement.bytes,
    pairingStep: pairingStep.statement.bytes,
    step: step.bytes,
  }
}

/** The grants that tokens are bound to. */
const bound = new Map<Name, TestGrant>()

interface Session {
  readonly key: SigningKey
  readonly token: string
}

const sessions = new Map<Name, Session>()

async function sessionOf(name: Name, by: Signer): Promise<Session> {
  const known = sessions.get(name)
  if (known !== undefined) return known
  const key = await generateSigningKey()
  const grant = bound.get(name)
  const session = grant === undefined
    ? { key, token: String(members(await (await askForToken(by, key)).json())['access_token']) }
    : { key, token: await boundToken(platform, { identity: by.identity, grant, key }) }
  sessions.set(name, session)
  return session
}

async function askForToken(by: Signer, key: SigningKey): Promise<Response> {
  const { now } = platform.clock
  const assertion = await signAssertion({ audience: PUBLIC_URL, now, jti: random() }, by)
  const url = `${PUBLIC_URL}/v1/token`
  const body = new URLSearchParams({ grant_type: GRANT_JWT_BEARER, assertion }).toString()
  const headers = {
    'Content-Type': FORM,
    'DPoP': await proofBy(key, 'POST', url),
  }
  return await app.request(url, {
    method: 'POST',
    body,
    headers: withLength({ body, headers }),
  })
}

async function proofBy(key: SigningKey, method: string, url: string, accessToken?: string) {
  const proof = { method, url, now: platform.clock.now, jti: random() }
  return await signProof(
    { ...proof, ...accessToken === undefined ? {} : { accessToken } },
    key,
    signer(NOBODY, 0, key).sign,
  )
}

function bytes16(): Bytes {
  return crypto.getRandomValues(new Uint8Array(16))
}

function random(): string {
  return toBase64url(bytes16())
}

/** What a caller brings to prove who it is. */
async function credentials(
  name: Name,
  method: string,
  url: string,
): Promise<Record<string, string>> {
  if (name === 'nobody') return {}
  const owner = signers.get('owner')
  const own = signers.get(name)
  if (owner === undefined) throw new Error('There is no owner')
  const { key, token } = await sessionOf(own === undefined ? 'owner' : name, own ?? owner)
  const Authorization = `DPoP ${token}`
  switch (name) {
    case 'malformed token':
      return { Authorization: 'DPoP x', DPoP: await proofBy(key, method, url, 'x') }
    case 'expired token': {
      platform.clock.now -= 700
      sessions.delete('owner')
      const old = await sessionOf('owner', owner)
      sessions.delete('owner')
      platform.clock.now += 700
      const DPoP = await proofBy(old.key, method, url, old.token)
      return { Authorization: `DPoP ${old.token}`, DPoP }
    }
    case 'token of another session key':
      return {
        Authorization,
        DPoP: await proofBy(await generateSigningKey(), method, url, token),
      }
    case 'stolen token without proof':
      return { Authorization }
    default:
      return { Authorization, DPoP: await proofBy(key, method, url, token) }
  }
}

interface Answer {
  readonly status: number
  readonly code: unknown
  readonly headers: Record<string, string>
  readonly body: string
  /** Kinds of statement that the database was asked: what work it was. */
  readonly work: string[]
}

async function ask(name: Name, route: string, things: Things): Promise<Answer> {
  const [method = '', template = ''] = route.split(' ')
  const path = template
    .replace(':channel', things.channel.name)
    .replace('/providers/:id', `/providers/${toBase64url(things.provider.content.provider)}`)
    .replace('/:room', `/${toBase64url(method === 'DELETE' ? things.roomToClose : things.room)}`)
    .replace('/:id/denial', `/${things.denied}/denial`)
    .replace('/:id/code', `/${things.open}/code`)
    .replace('/requests/:id', `/requests/${things.request}`)
    .replace(':grant', toBase64url((method === 'DELETE' ? things.ended : things.grant).id))
    .replace(':other', toBase64url(otherOf(name, things.household)))
    .replace(':id', toBase64url(things.household.owner.identity.id))
    .replace(':code', 'gap')
  const url = PUBLIC_URL + path
  const headers = new Headers(await credentials(name, method, url))
  const sent = await ROUTES[route]?.sent?.(things, signers.get(name))
  if (sent !== undefined) headers.set('Content-Type', sent.type)
  const init = { method, headers, ...sent && { body: sent.body } }
  asked.length = 0
  const response = await app.request(url, { ...init, headers: withLength(init) })
  // The look at the heads for a stream that was just left may come later.
  const work = asked.filter((query) =>
    !/^\s*(begin|commit|rollback|savepoint|select "id", "head_seq" from)/i.test(query)
  )
  // The first of the stream is enough: it ends with the token.
  const body = response.headers.get('Content-Type') === 'text/event-stream'
    ? await firstOf(response)
    : await response.text()
  const problem = response.headers.get('Content-Type') === 'application/problem+json'
    ? members(JSON.parse(body))
    : {}
  // Every request has an id of its own, and leaves one request fewer.
  const own = { ...Object.fromEntries(response.headers), 'x-request-id': '', 'ratelimit': '' }
  return {
    status: response.status,
    code: problem['code'],
    headers: own,
    body: body.replace(String(problem['requestId']), ''),
    work: work.map((query) => query.slice(0, 60)),
  }
}

/** The other side of a pairing, from the side of a caller. */
function otherOf(name: Name, { owner, device }: Household): Bytes {
  return signers.get(name)?.identity !== undefined && name.includes('device')
    ? owner.identity.id
    : device.identity.id
}

async function firstOf(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  const first = await reader?.read()
  await reader?.cancel()
  return first?.value === undefined ? '' : new TextDecoder().decode(first.value)
}

function routesOf(of: App): string[] {
  // A path with a star is middleware, which answers nothing by itself.
  const own = of.routes.filter(({ path }) => !path.endsWith('*'))
  return [...new Set(own.map(({ method, path }) => `${method} ${path}`))]
}

test('is whole: nothing is expected of a route that there is not', () => {
  expect(routesOf(app).sort()).toEqual(Object.keys(ROUTES).sort())
})

/** What a caller is to be told: a status, and the code of the problem if it is one. */
function expected(name: Name, route: string): { status: number; code: string | undefined } {
  const expectation = ROUTES[route]
  if (expectation === undefined) {
    throw new Error(`${route} is new: say in the table who may use it`)
  }
  const { token, may, refused, told = {} } = expectation
  const without = WITHOUT_TOKEN[name]
  if (token && without !== undefined) return { status: 401, code: without }
  if (may.includes(name)) return { status: 200, code: undefined }
  // OAuth's own errors are no problem details.
  const isOAuth = route === 'POST /v1/token' || expectation === OF_CLIENTS
  if (isOAuth) return { status: 400, code: undefined }
  // Who signs nothing can only post what is no block.
  const code = told[name] ?? (signers.has(name) ? refused ?? 'internal' : 'block-malformed')
  return { status: PROBLEMS[code].status, code }
}

describe.each(CALLERS)('%s', (name) => {
  test('is answered on every route as it may be, and else refused', async () => {
    for (const route of routesOf(app)) {
      const { status, code } = await ask(name, route, theirs)
      const told = { route, status: status < 300 ? 200 : status, code }
      expect(told).toEqual({ route, ...expected(name, route) })
    }
  })

  test("cannot tell somebody else's from what is not there", async () => {
    const restricted = routesOf(app).filter((route) => {
      const expectation = ROUTES[route]
      const knows = expectation?.told?.[name] !== undefined
      return expectation?.refused !== undefined && !knows && !expectation.may.includes(name)
    })
    for (const route of restricted) {
      // Once before, so that what is remembered of the caller is remembered for both.
      await ask(name, route, theirs)
      // Of a stream that was just left a look may still be on its way: what differs differs always.
      await vi.waitFor(async () => {
        const { work: workThere, ...there } = await ask(name, route, theirs)
        const { work: workNotThere, ...notThere } = await ask(name, route, nobodys)
        expect({ route, ...notThere }).toEqual({ route, ...there })
        // A post that guesses a seq costs one look more; all else is the same questions.
        const more = workThere.filter((query) => !/select seq, id, accepted/.test(query))
        expect({ route, work: workNotThere }).toEqual({ route, work: more })
      })
    }
  })
})

test.each(WITH_TOKEN)("%s finds nothing of somebody else's in a list", async (name) => {
  const lists = routesOf(app).filter((route) => ROUTES[route]?.lists === true)
  const shown: string[] = []
  for (const route of lists) {
    const { body } = await ask(name, route, theirs)
    const { channel, pairing, event, grant, waiting } = theirs
    const things = [channel.id, pairing.bytes, event, grant.id, waiting].map(toBase64url)
    if (things.some((thing) => body.includes(thing))) shown.push(route)
  }
  expect(shown.sort()).toEqual(LISTED[name] ?? [])
})

/** In which lists somebody finds a thing of the household. */
const LISTED: Partial<Record<Name, readonly string[]>> = {
  'owner': [
    'GET /v1/channels',
    'GET /v1/grants',
    'GET /v1/history',
    'GET /v1/pairings',
    'GET /v1/requests',
  ],
  'device': ['GET /v1/channels', 'GET /v1/pairings'],
  'recipient': ['GET /v1/channels', 'GET /v1/grants'],
  'recipient without the grant in its token': ['GET /v1/grants'],
  // Its own grants, which name the channel.
  'former recipient': ['GET /v1/grants'],
  'person with a grant': ['GET /v1/grants'],
}

test('a key that was signed out gets no token, and signs nothing any more', async () => {
  const response = await askForToken(removed.old, await generateSigningKey())
  expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_grant' }])

  const { device } = await leaver.household.addDevice()
  await clientFor(platform).registerIdentity(device.identity.changes)
  const late = await pair(removed.old, device.signer, NOW)
  const client = clientFor(platform, removed.newer)
  await expect(client.addPairing(late.bytes)).rejects.toMatchObject({ code: 'signature-invalid' })
  const further = await leaver.household.openChannel()
  await expect(client.openChannel(further.opening.statement.bytes)).rejects.toMatchObject({
    code: 'signature-invalid',
  })
})

async function approvalOf({ content, statement }: Opened<Registration>): Promise<Bytes> {
  const registration = await statementId(statement)
  const says = { provider: content.provider, registration, approved: true, at: NOW }
  return (await openApproval(says, platform.operator.signer)).statement.bytes
}

function firstChapter(channel: TestChannel): Bytes {
  const [first] = channel.chapters
  if (first === undefined) throw new Error('The channel has no chapter')
  return first.statement.bytes
}
