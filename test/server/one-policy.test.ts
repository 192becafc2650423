/**
 * Every route that takes an access token asks the one policy check: where that says no to everything,
 * so does each of them, to the owner and the device whose things they are. Which routes there are is
 * the OpenAPI document's to say.
 *
 * @module
 */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Client } from '../../shared/api/client.ts'
import type { Bytes } from '../../shared/bytes.ts'
import { makePairingStep } from '../../shared/consent/pairing-step.ts'
import { statementId } from '../../shared/identity/statement.ts'
import { createAsker, hashOf } from '../oauth/asking.ts'
import { createProvider } from '../rig/provider.ts'
import { ApiProblem } from '../../shared/api/transport.ts'
import {
  asRecipient,
  boundTo,
  giver,
  type PostedBatch,
  type PostedEntry,
  type Recipient,
  stepOf,
  termsOf,
  type TestGrant,
  wrapsFor,
} from '../consent-server/giving.ts'
import type { TestChannel } from '../rig/household.ts'
import {
  all,
  clientFor,
  type Member,
  members,
  NOW,
  openedChannel,
  type Platform,
  register,
  startPlatform,
} from './platform.ts'

const policy = vi.hoisted(() => ({ denies: false }))

vi.mock('../../server/policy.ts', async (original) => {
  const real = await original<typeof import('../../server/policy.ts')>()
  const may: typeof real.may = (...question) => !policy.denies && real.may(...question)
  return { ...real, may }
})

let request: string
let entry: PostedEntry
let denied: string
let code: string

const ROUTES: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  'post /v1/pairings': (client) => client.addPairing(member.household.pairing.bytes),
  'get /v1/pairings': (client) => client.pairings(),
  'get /v1/pairings/{other}/steps': (client) => all(client.pairingSteps(otherOf(client))),
  'post /v1/pairings/{other}/steps': (client) =>
    client.postPairingStep(otherOf(client), pairingStep),
  'post /v1/pairing-rooms': (client) => client.openPairingRoom(room, room),
  'get /v1/pairing-rooms/{room}': (client) => client.pairingRoom(room),
  'post /v1/pairing-rooms/{room}/messages': (client) => client.addRoomMessage(room, 0, room),
  'delete /v1/pairing-rooms/{room}': (client) => client.closePairingRoom(room),
  'post /v1/providers': (client) => client.registerProvider(registration),
  'get /v1/providers': (client) => all(client.providers()),
  'post /v1/webhook-secrets': (client) => client.setWebhookSecret(`whsec_${'A'.repeat(43)}=`),
  'post /v1/channels': (client) => client.openChannel(channel.opening.statement.bytes),
  'get /v1/channels': (client) => all(client.channels()),
  'post /v1/chapters': (client) => client.openChapter(chapter),
  'get /v1/channels/{channel}': (client) => client.channel(channel.id),
  'get /v1/channels/{channel}/epochs': (client) => all(client.epochs(channel.id)),
  'get /v1/channels/{channel}/head': (client) => client.head(channel.id),
  'get /v1/channels/{channel}/blocks': (client) => all(client.blocks(channel.id)),
  'get /v1/channels/{channel}/forks': (client) => all(client.forks(channel.id)),
  'get /v1/requests': (client) => client.waitingRequests(),
  'post /v1/request-codes': (client) => client.requestOfCode(code),
  'get /v1/requests/{id}': (client) => client.accessRequest(request),
  'post /v1/requests/{id}/grant': (client) => client.grantRequest(request, entry),
  'post /v1/requests/{id}/denial': (client) => client.denyRequest(denied),
  'get /v1/history': (client) => all(client.history()),
  'post /v1/history': (client) => client.postHistory([granted]),
  'get /v1/grants': (client) => all(client.grants()),
  'get /v1/grants/{grant}': (client) => client.grant(grant.id),
  'get /v1/grants/{grant}/access': (client) => all(client.access(grant.id)),
  // A recipient's alone.
  'get /v1/grants/{grant}/keys': () => all(person.client.keys(grant.id)),
  'post /v1/grants/{grant}/steps': () => person.client.postStep(grant.id, step),
  'delete /v1/grants/{grant}': () => returning.returnGrant(returned.id),
  'post /v1/wraps': (client) => client.postWraps([client === member.device ? byDevice : byOwner]),
  'get /v1/channels/{channel}/stream': async (client) => {
    const { signal } = new AbortController()
    const stream = client.stream(channel.id, { after: -1, signal })
    const first = await stream.next()
    await stream.return(undefined)
    return first
  },
}

/** Who may; of all others it is the owner. */
const WHO: Readonly<Record<string, () => Client>> = {
  'post /v1/pairing-rooms': () => member.device,
  'get /v1/pairing-rooms/{room}': () => member.device,
  'post /v1/pairing-rooms/{room}/messages': () => member.device,
  'delete /v1/pairing-rooms/{room}': () => member.device,
  'post /v1/providers': () => provider,
  'get /v1/providers': () => operator,
  'post /v1/webhook-secrets': () => provider,
}

/** The other side of the pairing. */
function otherOf(client: Client): Bytes {
  const { owner, device } = member.household
  return (client === member.device ? owner : device).identity.id
}

/** Name and message of a room; each route of one comes after the one that opens it. */
const room = new Uint8Array(16)
let platform: Platform
let provider: Client
let operator: Client
let registration: Bytes
let member: Member
let channel: TestChannel
let chapter: Uint8Array<ArrayBuffer>
let person: Recipient
let grant: TestGrant
let granted: PostedEntry
/** Given to a provider, which asks with a token of it. */
let returned: TestGrant
let returning: Client
let step: Uint8Array<ArrayBuffer>
let pairingStep: Bytes
let byOwner: PostedBatch
let byDevice: PostedBatch

beforeAll(async () => {
  platform = await startPlatform()
  member = await register(platform)
  channel = await openedChannel(member)
  chapter = channel.chapters[0]?.statement.bytes ?? new Uint8Array()
  await member.device.postBlocks(channel.id, [(await channel.seal()).bytes])
  const adviser = await createProvider(NOW)
  provider = clientFor(platform, adviser.signer)
  await provider.registerIdentity(adviser.identity.changes)
  registration = (await adviser.register()).statement.bytes
  operator = clientFor(platform, platform.operator.signer)
  await operator.registerIdentity(platform.operator.identity.changes)
  const giving = giver(member)
  person = asRecipient(await register(platform))
  ;[grant, granted] = await giving.grant(person, termsOf([channel]))
  await giving.send(granted, await giving.step(grant, { what: 'erasure-asked' }))
  const answered = { what: 'erasure-answered', done: true } as const
  step = (await stepOf(grant, answered, person.signer)).bytes
  const asker = await createAsker(platform)
  ;[request, denied] = [await asker.ask(), await asker.ask()]
  const asked = await hashOf((await member.owner.accessRequest(request)).pushed)
  const answer = termsOf([channel], { from: NOW, history: NOW })
  ;[returned, entry] = await giving.grant(asker.recipient, answer, { request: asked })
  await member.owner.grantRequest(request, entry)
  returning = (await boundTo(platform, asker.recipient, returned)).client
  await member.owner.denyRequest(denied)
  code = (await member.owner.newRequestCode(await asker.ask())).code
  await member.owner.requestOfCode(code)
  const { owner, device } = member.household
  const seen = giving.head.id ?? grant.id
  const begun = { step: 0, id: await statementId(member.household.pairing.statements[0]) }
  const told = await makePairingStep(owner.signer, device.identity, begun, [], seen, NOW)
  pairingStep = told.statement.bytes
  byOwner = await wrapsFor(channel, 0, seen, [], owner.signer)
  byDevice = await wrapsFor(channel, 0, seen, [], device.signer)
})
afterAll(async () => {
  await platform.close()
})
beforeEach(() => {
  policy.denies = false
})

test('the table has every route that takes a token', async () => {
  const document = members(await (await platform.app.request('/openapi.json')).json())
  const withToken = Object.entries(members(document['paths'])).flatMap(([path, methods]) =>
    Object.entries(members(methods)).flatMap(([method, route]) => {
      const { security } = members(route)
      return Array.isArray(security) && security.length > 0 ? [`${method} ${path}`] : []
    })
  )
  expect(withToken.sort()).toEqual(Object.keys(ROUTES).sort())
})

const REFUSALS = ['not-allowed', 'channel-unknown', 'grant-unknown', 'device-not-paired']
const routes = Object.keys(ROUTES)
/** Of them everybody has one, of its own. */
const lists = routes.filter((route) => /^get \/v1\/\w+$/.test(route) && !(route in WHO))

async function ask(route: string, client: Client): Promise<unknown> {
  try {
    return await ROUTES[route]?.(client)
  } catch (error) {
    if (error instanceof ApiProblem) return error.code
    throw error
  }
}

test.each(routes.filter((route) => !lists.includes(route)))('%s is refused', async (route) => {
  const client = WHO[route]?.() ?? member.owner
  expect(REFUSALS).not.toContain(await ask(route, client))
  policy.denies = true
  expect(REFUSALS).toContain(await ask(route, client))
  expect(REFUSALS).toContain(await ask(route, member.device))
})

/** How many there are, where it is not one. */
const LISTED: Readonly<Record<string, number>> = { 'get /v1/history': 3, 'get /v1/grants': 2 }

test.each(lists)('%s is empty', async (route) => {
  expect(await ask(route, member.owner)).toHaveLength(LISTED[route] ?? 1)
  policy.denies = true
  expect(await ask(route, member.owner)).toEqual([])
  expect(await ask(route, member.device)).toEqual([])
})
