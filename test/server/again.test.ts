/**
 * Everything that is posted may be posted again: one after the other, at the same time to two
 * processes, after a restart, with an `Idempotency-Key` that nobody needs. Generated from the
 * routes: one that is not listed here fails.
 *
 * @module
 */
import { expect, test } from 'vitest'
import type { App } from '../../server/app.ts'
import { signAssertion, signProof } from '../../shared/api/jwt.ts'
import { CBOR, CBOR_SEQUENCE, GRANT_JWT_BEARER } from '../../shared/api/schemas.ts'
import { ApiProblem, transport } from '../../shared/api/transport.ts'
import { newWebhookSecret } from '../../shared/api/webhook.ts'
import { type Bytes, concat, fromBase64url, toBase64url, toHex, utf8 } from '../../shared/bytes.ts'
import { encode, joinArray } from '../../shared/cbor.ts'
import { makePairingStep } from '../../shared/consent/pairing-step.ts'
import { openApproval } from '../../shared/consent/provider.ts'
import { generateSigningKey, signer } from '../../shared/identity/keys.ts'
import { NOBODY, type Signer, statementId } from '../../shared/identity/statement.ts'
import { parseAcknowledgement } from '../../shared/seal/acknowledgement.ts'
import {
  asRecipient,
  createRecipient,
  type Giver,
  giver,
  stepOf,
  termsOf,
  type TestGrant,
  wrapsFor,
} from '../consent-server/giving.ts'
import { createAsker } from '../oauth/asking.ts'
import { createHousehold, createPerson } from '../rig/household.ts'
import { createProvider } from '../rig/provider.ts'
import { withMember } from './member.ts'
import {
  clientFor,
  type Member,
  members,
  NOW,
  openedChannel,
  type Platform,
  PUBLIC_URL,
  register,
  withLength,
} from './platform.ts'

let platform: Platform
let member: Member
withMember((at) => ({ platform, member } = at))

interface Request {
  readonly path: string
  readonly type: string
  readonly body: Bytes | string
  /** Whose access token comes with it; each time another proof, as clients do. */
  readonly by?: Signer
  readonly headers?: Record<string, string>
}

interface Answer {
  readonly status: number
  readonly answer: unknown
}

/** A request of each route, never made before. */
const NEW: Record<string, () => Promise<Request>> = {
  '/v1/identities': async () => {
    const { owner } = await createHousehold({ now: NOW })
    const items = owner.identity.changes
    const body = concat(new Uint8Array([0x80 | items.length]), ...items)
    return { path: '/v1/identities', type: CBOR, body }
  },
  '/v1/pairings': async () => {
    const { device, pairing } = await member.household.addDevice()
    await member.owner.registerIdentity(device.identity.changes)
    const by = member.household.owner.signer
    return { path: '/v1/pairings', type: CBOR, body: pairing.bytes, by }
  },
  '/v1/pairings/:other/steps': async () => {
    const giving = giver(await register(platform))
    await giving.give(
      await createRecipient(platform),
      termsOf([await openedChannel(giving.member)]),
    )
    const { owner, device, pairing } = giving.member.household
    const begun = { step: 0, id: await statementId(pairing.statements[0]) }
    const seen = giving.head.id ?? begun.id
    const { statement } = await makePairingStep(
      owner.signer,
      device.identity,
      begun,
      [],
      seen,
      NOW,
    )
    const path = `/v1/pairings/${toBase64url(device.identity.id)}/steps`
    return { path, type: CBOR, body: statement.bytes, by: owner.signer }
  },
  '/v1/pairing-rooms': async () => {
    const { device } = (await register(platform)).household
    const body = encode([crypto.getRandomValues(new Uint8Array(16)), utf8('offer')])
    return { path: '/v1/pairing-rooms', type: CBOR, body, by: device.signer }
  },
  // The device's last word: an owner who asks many times at once is taken to guess.
  '/v1/pairing-rooms/:room/messages': async () => {
    const room = crypto.getRandomValues(new Uint8Array(16))
    const { device, household } = await register(platform)
    await device.openPairingRoom(room, utf8('offer'))
    await member.owner.addRoomMessage(room, 1, utf8('answer'))
    const path = `/v1/pairing-rooms/${toBase64url(room)}/messages`
    const by = household.device.signer
    return { path, type: CBOR, body: encode([2, utf8('done')]), by }
  },
  '/v1/webhook-secrets': async () => {
    const { identity, signer: by } = await createPerson('provider', NOW)
    await member.owner.registerIdentity(identity.changes)
    const body = encode(
      newWebhookSecret((length) => crypto.getRandomValues(new Uint8Array(length))),
    )
    return { path: '/v1/webhook-secrets', type: CBOR, body, by }
  },
  '/v1/request-codes': async () => {
    const { code } = await member.owner.newRequestCode(await (await createAsker(platform)).ask())
    const by = (await register(platform)).household.owner.signer
    return { path: '/v1/request-codes', type: CBOR, body: encode(code), by }
  },
  '/v1/channels': async () => {
    const { opening } = await member.household.openChannel()
    const by = member.household.owner.signer
    return { path: '/v1/channels', type: CBOR, body: opening.statement.bytes, by }
  },
  '/v1/chapters': async () => {
    const channel = await member.household.openChannel()
    await member.owner.openChannel(channel.opening.statement.bytes)
    const { statement } = await channel.openChapter()
    const by = member.household.owner.signer
    return { path: '/v1/chapters', type: CBOR, body: statement.bytes, by }
  },
  '/v1/channels/:channel/blocks': async () => {
    const channel = await openedChannel(member)
    const body = concat((await channel.seal()).bytes, (await channel.seal()).bytes)
    return { path: `/v1/channels/${channel.name}/blocks`, type: CBOR_SEQUENCE, body }
  },
  '/v1/providers': async () => {
    const { by, registration } = await aProvider()
    return { path: '/v1/providers', type: CBOR, body: registration.statement.bytes, by }
  },
  '/v1/approvals': async () => {
    const { by, registration } = await aProvider()
    await clientFor(platform, by).registerProvider(registration.statement.bytes)
    const { statement } = await openApproval({
      provider: by.identity,
      registration: await statementId(registration.statement),
      approved: true,
      at: NOW,
    }, platform.operator.signer)
    return { path: '/v1/approvals', type: CBOR, body: statement.bytes }
  },
  '/v1/history': async () => {
    const { by, grant, giving } = await aGrant()
    const entries = [await giving.step(grant, { what: 'paused' })]
    entries.push(await giving.step(grant, { what: 'revoked' }))
    return { path: '/v1/history', type: CBOR_SEQUENCE, body: concat(...entries.map(joinArray)), by }
  },
  '/v1/grants/:grant/steps': async () => {
    const giving = giver(await register(platform))
    const person = asRecipient(await register(platform))
    const grant = await giving.give(person, termsOf([await openedChannel(giving.member)]))
    const { bytes: body } = await stepOf(grant, { what: 'terminated' }, person.signer)
    const path = `/v1/grants/${toBase64url(grant.id)}/steps`
    return { path, type: CBOR, body, by: person.signer }
  },
  '/v1/wraps': async () => {
    const giving = giver(await register(platform))
    const channel = await openedChannel(giving.member)
    const grant = await giving.give(await createRecipient(platform), termsOf([channel]))
    const by = giving.member.household.device.signer
    const batch = await wrapsFor(channel, 0, giving.head.id ?? grant.id, [grant], by)
    return { path: '/v1/wraps', type: CBOR_SEQUENCE, body: joinArray(batch), by }
  },
}

async function aProvider() {
  const provider = await createProvider(NOW)
  await clientFor(platform).registerIdentity(provider.identity.changes)
  return { by: provider.signer, registration: await provider.register() }
}

/** Somebody's grant, of which a step is asked. */
async function aGrant(): Promise<{ by: Signer; grant: TestGrant; giving: Giver }> {
  const giving = giver(await register(platform))
  const by = giving.member.household.owner.signer
  const grant = await giving.give(
    await createRecipient(platform),
    termsOf([
      await openedChannel(giving.member),
    ]),
  )
  return { by, grant, giving }
}

async function send(app: App, request: Request): Promise<Answer> {
  const { path, type, body, by, headers = {} } = request
  const { send } = transport({
    url: PUBLIC_URL,
    now: () => platform.clock.now,
    retries: 0,
    ...by === undefined ? {} : { signer: by },
    fetch: async (url, init) => await app.request(url, { ...init, headers: withLength(init) }),
  })
  try {
    const response = await send({
      method: 'POST',
      path,
      type,
      body,
      headers,
      token: by !== undefined,
    })
    return { status: response.status, answer: withoutSignatures(await response.json()) }
  } catch (error) {
    if (error instanceof ApiProblem) return { status: error.status, answer: error.code }
    throw error
  }
}

/** What acknowledgements say, as two signatures under one statement are the same. */
function withoutSignatures(answer: unknown): unknown {
  const given = members(answer)
  const { acknowledgements } = given
  if (!Array.isArray(acknowledgements)) return given
  return {
    ...given,
    acknowledgements: acknowledgements.map((one: unknown) => {
      const { block, seq, accepted, log } = parseAcknowledgement(fromBase64url(String(one))).content
      return [toHex(block), seq, accepted, log]
    }),
  }
}

/** All that is kept, but which proofs were used. */
async function kept(): Promise<unknown> {
  const tables = await platform.sql<{ name: string }[]>`
    select tablename::text as name from pg_tables where schemaname = 'public' order by 1`
  const sums: unknown[] = []
  for (const { name } of tables.filter(({ name }) => name !== 'proofs')) {
    const rows = await platform.sql`
      select count(*)::int as n, md5(string_agg(t::text, '' order by t::text)) as sum
      from ${platform.sql(name)} t`
    sums.push([name, rows[0]])
  }
  return sums
}

/** What they bring is for one use, or they answer with a code, a new one each time. */
const NEVER_THE_SAME = [
  '/v1/token',
  '/v1/par',
  '/v1/revoke',
  '/v1/introspect',
  '/v1/ciba',
  '/v1/requests/:id/code',
  '/v1/requests/:id/grant',
  '/v1/requests/:id/denial',
  '/v1/requests/:id/redirect',
]

test('every route that is posted to is looked at here', () => {
  const posted = platform.app.routes.filter(({ method, path }) =>
    method === 'POST' && !path.endsWith('*')
  )
    .map(({ path }) => path)
  expect([...new Set(posted)].toSorted()).toEqual(
    [...Object.keys(NEW), ...NEVER_THE_SAME].toSorted(),
  )
  // What is deleted is gone: a second time finds nothing.
  const others = platform.app.routes.filter(({ method }) => /PUT|PATCH|DELETE/.test(method))
  expect([...new Set(others.map(({ method, path }) => `${method} ${path}`))].toSorted())
    .toEqual(['DELETE /v1/grants/:grant', 'DELETE /v1/pairing-rooms/:room'])
})

test.each(Object.keys(NEW))('%s again has the same answer, and changes nothing', async (route) => {
  const request = await NEW[route]?.()
  if (request === undefined) throw new Error('There is no such route')
  const first = await send(platform.app, request)
  expect([200, 201]).toContain(first.status)
  const state = await kept()
  platform.clock.now += 30
  const restarted = platform.another()
  const withKey = (key: string) => ({ ...request, headers: { 'Idempotency-Key': key } })
  for (
    const again of [
      await send(platform.app, request),
      await send(restarted, request),
      await send(restarted, withKey('"8e03978e-40d5-43dd-bc93-6894a57f9324"')),
      await send(restarted, withKey('"8e03978e-40d5-43dd-bc93-6894a57f9324"')),
      await send(restarted, withKey('not even a string of RFC 9651')),
    ]
  ) expect(again).toEqual({ status: 200, answer: first.answer })
  expect(await kept()).toEqual(state)
})

/** As many as may guess a code at once. */
const AT_ONCE = 5

test.each(Object.keys(NEW))('%s many times at once, to two processes, is once', async (route) => {
  const request = await NEW[route]?.()
  if (request === undefined) throw new Error('There is no such route')
  const apps = [platform.another(), platform.another()]
  const sent = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, i) => send(apps[i % 2] ?? platform.app, request)),
  )
  const [{ answer } = { answer: null }] = sent
  expect(sent.map((one) => one.answer)).toEqual(sent.map(() => answer))
  const created = sent.filter(({ status }) => status === 201).length
  expect(created).toBe(/\/(blocks|approvals|request-codes)$/.test(route) ? 0 : 1)
  expect(sent.filter(({ status }) => status === 200)).toHaveLength(AT_ONCE - created)
})

test('/v1/token makes nothing that stays: the same again is refused, a fresh one is not', async () => {
  const { household } = member
  const key = await generateSigningKey()
  const sign = signer(NOBODY, 0, key).sign
  const now = platform.clock.now
  const random = () => crypto.randomUUID()
  const by = household.owner.signer
  const assertion = await signAssertion({ audience: PUBLIC_URL, now, jti: random() }, by)
  const proof = { method: 'POST', url: `${PUBLIC_URL}/v1/token`, now }
  const ask = async (assertion: string) => {
    const body = new URLSearchParams({ grant_type: GRANT_JWT_BEARER, assertion }).toString()
    const init = {
      method: 'POST',
      body,
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        'DPoP': await signProof({ ...proof, jti: random() }, key, sign),
      },
    }
    return await platform.app.request('/v1/token', { ...init, headers: withLength(init) })
  }
  const state = await kept()
  const answers = await Promise.all(Array.from({ length: 6 }, () => ask(assertion)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 400)).toHaveLength(5)
  const fresh = await signAssertion({ audience: PUBLIC_URL, now, jti: random() }, by)
  expect((await ask(fresh)).status).toBe(200)
  expect(await kept()).toEqual(state)
})
