/** What clients, thieves and owners may not do with OAuth, each attack by its name. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { toBase64url } from '../../shared/bytes.ts'
import { generateSigningKey, type SigningKey } from '../../shared/identity/keys.ts'
import { signAssertion } from '../../shared/api/jwt.ts'
import { type PostedEntry, problemOf, termsOf } from '../consent-server/giving.ts'
import {
  clientFor,
  NOW,
  type Platform,
  PUBLIC_URL,
  startPlatform,
  withLength,
} from '../server/platform.ts'
import {
  type Answerer,
  type Asker,
  createAnswerer,
  createAsker,
  details,
  hashOf,
  proofOf,
  random,
  REDIRECT,
} from './asking.ts'

let platform: Platform
let asker: Asker
let other: Asker
let owner: Answerer

beforeAll(async () => {
  platform = await startPlatform()
  asker = await createAsker(platform)
  other = await createAsker(platform)
})
afterAll(() => platform.close())
beforeEach(async () => {
  platform.clock.now = NOW
  owner = await createAnswerer(platform)
})

/** A code that was given for a request of the asker. */
async function code(): Promise<string> {
  const redirect = await owner.allow(asker.recipient, await asker.ask())
  return redirect.searchParams.get('code') ?? ''
}

const refused = (error: string) => ({ status: 400, answer: { error } })

test('an owner allows, and the provider reads with what it gets for the code', async () => {
  const redirect = await owner.allow(asker.recipient, await asker.ask())
  expect(Object.fromEntries(redirect.searchParams)).toEqual({
    code: expect.stringMatching(/^[\w-]{43}$/),
    state: 'the state',
    iss: PUBLIC_URL,
  })
  expect(redirect.origin + redirect.pathname).toBe(REDIRECT)
  const { status, answer } = await asker.exchange(redirect.searchParams.get('code') ?? '')
  expect(status).toBe(200)
  expect(answer).toMatchObject({ token_type: 'DPoP', expires_in: 600 })
  expect(answer['authorization_details']).toEqual([{
    type: 'kilowit_readings',
    grant_id: answer['grant_id'],
    channels: [owner.channel.name],
    purposes: ['energy-advice'],
    from: NOW,
    until: NOW + 86_400,
    history: NOW - 86_400,
  }])
})

test('an owner says no, and no code comes of it', async () => {
  const request = await asker.ask()
  const redirect = new URL(await owner.member.owner.denyRequest(request) ?? '')
  expect(Object.fromEntries(redirect.searchParams)).toEqual({
    error: 'access_denied',
    state: 'the state',
    iss: PUBLIC_URL,
  })
  const [, entry] = await owner.grant(asker.recipient, request)
  const late = problemOf(owner.member.owner.grantRequest(request, entry))
  expect(await late).toMatchObject({ code: 'request-answered' })
})

describe('a redirect (35)', () => {
  test.each([
    ['that another client registered', 'https://adviser.test/other'],
    ['that nobody registered', 'https://adviser.test/back/'],
    ['with more behind it', `${REDIRECT}?next=https://evil.test`],
    ['to somebody else', 'https://evil.test/back'],
    ['that runs', 'javascript:alert(1)'],
    ['with a user', 'https://adviser.test@evil.test/back'],
    ['in another script', 'https://\u0430dviser.test/back'],
  ])('%s is refused', async (_, redirect_uri) => {
    expect(await asker.push({ redirect_uri })).toMatchObject(refused('invalid_request'))
  })

  test('that is mixed up with another request’s gets nothing for the code', async () => {
    const given = await code()
    const mixed = await asker.exchange(given, { redirect_uri: 'http://localhost:4000/back' })
    expect(mixed).toMatchObject(refused('invalid_grant'))
    expect(await asker.exchange(given)).toMatchObject({ status: 200 })
  })
})

describe('a code', () => {
  test('that is replayed ends what the first got for it', async () => {
    const given = await code()
    const { answer } = await asker.exchange(given)
    expect(await asker.exchange(given)).toMatchObject(refused('invalid_grant'))
    const refresh_token = String(answer['refresh_token'])
    const again = { grant_type: 'refresh_token', refresh_token }
    expect(await asker.post('/v1/token', again)).toMatchObject(refused('invalid_grant'))
  })

  test('that is exchanged many times at once is exchanged once', async () => {
    const given = await code()
    const apps = [platform.app, platform.another()]
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, i) => {
        const app = apps[i % 2]
        return asker.exchange(given, {}, app === undefined ? {} : { app })
      }),
    )
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('of another client is refused', async () => {
    expect(await other.exchange(await code())).toMatchObject(refused('invalid_grant'))
  })

  test('that is over is refused', async () => {
    const given = await code()
    platform.clock.now += 60
    expect(await asker.exchange(given)).toMatchObject(refused('invalid_grant'))
  })

  test('is void once another for the same request was exchanged', async () => {
    const request = await asker.ask()
    const waiting = owner.member.owner.answerOf(request)
    expect(await waiting).toBe(null)
    const first = (await owner.allow(asker.recipient, request)).searchParams.get('code') ?? ''
    const answer = await owner.member.owner.answerOf(request)
    const second = new URL(answer ?? '').searchParams.get('code') ?? ''
    expect(second).not.toBe(first)
    expect(await asker.exchange(second)).toMatchObject({ status: 200 })
    expect(await asker.exchange(first)).toMatchObject(refused('invalid_grant'))
  })

  test('bound to a key by the request is exchanged with that key alone', async () => {
    const key = await generateSigningKey()
    const request = await asker.ask({}, { key })
    const given = (await owner.allow(asker.recipient, request)).searchParams.get('code') ?? ''
    expect(await asker.exchange(given)).toMatchObject(refused('invalid_grant'))
    expect(await asker.exchange(given, {}, { key })).toMatchObject({ status: 200 })
  })
})

describe('PKCE', () => {
  test.each([
    ['plain', { code_challenge_method: 'plain' }],
    ['without a method', { code_challenge_method: null }],
    ['without a challenge', { code_challenge: null }],
    ['with an empty challenge', { code_challenge: '' }],
    ['with a short challenge', { code_challenge: 'x' }],
  ])('is not pushed %s', async (_, form) => {
    expect(await asker.push(form)).toMatchObject(refused('invalid_request'))
  })

  test('is not gone without', async () => {
    const given = await code()
    for (const code_verifier of [null, '']) {
      expect(await asker.exchange(given, { code_verifier })).toMatchObject(
        refused('invalid_request'),
      )
    }
    for (const code_verifier of ['x'.repeat(43), 'x', 'x'.repeat(129)]) {
      expect(await asker.exchange(given, { code_verifier })).toMatchObject(refused('invalid_grant'))
    }
  })
})

describe('a client', () => {
  test('is who signs its assertion', async () => {
    const by = other.provider.signer
    expect(await asker.push({}, { by })).toMatchObject(refused('invalid_client'))
    const forged = { ...by, identity: asker.provider.identity.id }
    expect(await asker.push({}, { by: forged })).toMatchObject(refused('invalid_client'))
  })

  test.each([
    ['for another platform', { audience: 'https://evil.test' }],
    ['that is none', { assertion: 'a.b.c' }],
  ])('brings no assertion %s', async (_, how) => {
    expect(await asker.push({}, how)).toMatchObject(refused('invalid_client'))
  })

  test('brings an assertion once', async () => {
    const { signer: by } = asker.provider
    const claims = { audience: PUBLIC_URL, now: platform.clock.now, jti: random() }
    const assertion = await signAssertion(claims, by)
    expect(await asker.push({}, { assertion })).toMatchObject({ status: 201 })
    expect(await asker.push({}, { assertion })).toMatchObject(refused('invalid_client'))
  })

  test('is told when its clock is off', async () => {
    platform.clock.now -= 1000
    const assertion = await signAssertion(
      { audience: PUBLIC_URL, now: platform.clock.now, jti: random() },
      asker.provider.signer,
    )
    platform.clock.now += 1000
    expect(await asker.push({}, { assertion })).toMatchObject({
      status: 400,
      answer: { error: 'invalid_client', now: NOW },
    })
  })

  test('is a provider', async () => {
    const { signer: by, identity } = owner.member.household.owner
    const asOwner = { client_id: toBase64url(identity.id) }
    expect(await asker.push(asOwner, { by })).toMatchObject(refused('invalid_client'))
  })

  test('has registered', async () => {
    const { createProvider } = await import('../rig/provider.ts')
    const unknown = await createProvider(NOW)
    await asker.recipient.client.registerIdentity(unknown.identity.changes)
    const client_id = toBase64url(unknown.identity.id)
    const pushed = await asker.push({ client_id }, { by: unknown.signer })
    expect(pushed).toMatchObject(refused('unauthorized_client'))
  })
})

describe('what is asked', () => {
  test.each([
    ['for a purpose that is not registered', details({ purposes: ['billing'] })],
    ['for a key that is none', details({ seal_key: 7 })],
    ['for a signing key', details({ seal_key: 0 })],
    ['for longer than three years', details({ period: 'P4Y' })],
    ['with something else in it', details({ admin: true })],
    ['that is no JSON', '{'],
    ['that is nothing', '[]'],
  ])('%s is refused', async (_, authorization_details) => {
    expect(await asker.push({ authorization_details })).toMatchObject(
      refused('invalid_authorization_details'),
    )
  })

  test('is pushed, not sent along', async () => {
    expect(await asker.push({ request: 'a.b.c' })).toMatchObject(refused('invalid_request'))
    expect(await asker.push({ request_uri: 'urn:x' })).toMatchObject(refused('invalid_request'))
  })

  test('is seen as it was pushed, and nothing beside it counts', async () => {
    const request = await asker.ask()
    const { pushed, client } = await owner.member.owner.accessRequest(request)
    expect(client).toEqual(asker.provider.identity.id)
    expect(JSON.parse(pushed)).toMatchObject({
      client_id: toBase64url(asker.provider.identity.id),
      redirect_uri: REDIRECT,
      authorization_details: JSON.parse(details()),
      iat: NOW,
    })
    // A parameter twice could mean one thing to us and another to somebody before us.
    const url = `${PUBLIC_URL}/v1/par`
    const body = 'state=a&state=b'
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const twice = { method: 'POST', body, headers: withLength({ body, headers }) }
    expect((await platform.app.request(url, twice)).status).toBe(400)
  })

  test('is not known a day later', async () => {
    const request = await asker.ask()
    platform.clock.now += 86_400
    const late = problemOf(owner.member.owner.accessRequest(request))
    expect(await late).toMatchObject({ code: 'request-unknown' })
  })
})

describe('a request that its provider changes after it was pushed (34)', () => {
  /** What the owner has seen, and the answer to it. */
  async function seen(): Promise<{ request: string; entry: PostedEntry }> {
    const request = await asker.ask()
    const [, entry] = await owner.grant(asker.recipient, request)
    return { request, entry }
  }

  test.each([
    ['purpose', {
      authorization_details: details({ purposes: ['research'], optional_purposes: [] }),
    }],
    ['resolution', { authorization_details: details({ classes: 'energy', resolution: 'P1D' }) }],
    ['redirect', { redirect_uri: 'http://localhost:4000/back' }],
  ])('in its %s is another, and the answer to the first is none to it', async (_, other) => {
    const { request, entry } = await seen()
    const changed = await asker.ask(other)
    expect(changed).not.toBe(request)
    expect(await problemOf(owner.member.owner.grantRequest(changed, entry)))
      .toMatchObject({ code: 'grant-not-asked' })
    const { pushed } = await owner.member.owner.accessRequest(request)
    expect(JSON.parse(pushed)).toMatchObject({ redirect_uri: REDIRECT })
  })

  test('in the database is refused: the owner has signed the hash of what was shown', async () => {
    const { request, entry } = await seen()
    await platform.sql`update access_requests
      set pushed = replace(pushed, '"energy-advice"', '"billing"')
      where hash = ${await hashOf(request)}`
    expect(await problemOf(owner.member.owner.grantRequest(request, entry)))
      .toMatchObject({ code: 'grant-not-asked' })
  })

  test('is answered once: what was allowed cannot be allowed again, otherwise', async () => {
    const { request, entry } = await seen()
    await owner.member.owner.grantRequest(request, entry)
    const [, again] = await owner.grant(asker.recipient, request)
    expect(await problemOf(owner.member.owner.grantRequest(request, again)))
      .toMatchObject({ code: 'request-answered' })
  })

  test('in its redirect gets no tokens for the code', async () => {
    const { request, entry } = await seen()
    const back = new URL(await owner.member.owner.grantRequest(request, entry) ?? '')
    const given = back.searchParams.get('code') ?? ''
    expect(await asker.exchange(given, { redirect_uri: 'http://localhost:4000/back' }))
      .toMatchObject(refused('invalid_grant'))
  })
})

describe('a browser that waits for an answer', () => {
  const nobody = () => clientFor(platform)

  test('that came after the owner had opened it gets none, however often it asks', async () => {
    const request = await asker.ask()
    expect(await owner.member.owner.accessRequest(request)).toMatchObject({ elsewhere: false })
    expect(await nobody().answerOf(request)).toBe(null)
    expect(await problemOf(nobody().newRequestCode(request))).toMatchObject({
      code: 'request-unknown',
    })
    expect(await owner.member.owner.accessRequest(request)).toMatchObject({ elsewhere: false })
    const own = await owner.allow(asker.recipient, request)
    expect(own.searchParams.has('code')).toBe(true)
    expect(await problemOf(nobody().answerOf(request))).toMatchObject({ code: 'request-unknown' })
  })

  test('that comes once it is answered gets none', async () => {
    const request = await asker.ask()
    const [row] = await platform.sql`
      select pushed from access_requests where hash = ${await hashOf(request)}`
    const terms = termsOf([owner.channel], { purposes: ['energy-advice'], from: NOW, history: NOW })
    const [, entry] = await owner.giver.grant(asker.recipient, terms, {
      request: await hashOf(String(row?.['pushed'])),
    })
    await owner.member.owner.grantRequest(request, entry)
    expect(await problemOf(nobody().answerOf(request))).toMatchObject({ code: 'request-unknown' })
  })

  test('that came first is told of to the owner, and goes on with the answer', async () => {
    const request = await asker.ask()
    expect(await nobody().answerOf(request)).toBe(null)
    expect(await owner.member.owner.accessRequest(request)).toMatchObject({ elsewhere: true })
    await owner.allow(asker.recipient, request)
    const back = new URL(await nobody().answerOf(request) ?? '')
    expect(back.searchParams.has('code')).toBe(true)
  })

  test('and an owner at the same moment: one of them was first', async () => {
    const request = await asker.ask()
    const [, , { elsewhere }] = await Promise.all([
      nobody().answerOf(request),
      nobody().newRequestCode(request).catch(() => null),
      owner.member.owner.accessRequest(request),
    ])
    await owner.member.owner.denyRequest(request)
    const late = await nobody().answerOf(request).catch(() => null)
    expect(late !== null).toBe(elsewhere)
  })
})

describe('a grant', () => {
  async function told(...of: Parameters<Answerer['grant']>) {
    const [, entry] = await owner.grant(...of)
    return (await problemOf(owner.member.owner.grantRequest(of[1], entry)))['code']
  }

  test.each([
    ['reaching further back', { history: NOW - 40 * 86_400 }],
    ['lasting longer', { until: NOW + 200 * 86_400 }],
    ['for another purpose', { purposes: ['billing' as const] }],
  ])('%s than was asked is no answer', async (_, terms) => {
    const request = await asker.ask()
    expect(await told(asker.recipient, request, { terms })).toBe('grant-not-asked')
  })

  test('of another channel than was asked is no answer', async () => {
    const request = await asker.ask({
      authorization_details: details({ classes: 'energy', resolution: 'P1D' }),
    })
    expect(await told(asker.recipient, request)).toBe('grant-not-asked')
  })

  test('to somebody else is no answer', async () => {
    expect(await told(other.recipient, await asker.ask())).toBe('grant-not-asked')
  })

  test('for another request is no answer, nor one for none', async () => {
    const [request, another] = [
      await asker.ask(),
      await asker.ask({ state: 'x', redirect_uri: 'http://localhost:4000/back' }),
    ]
    const [, entry] = await owner.grant(asker.recipient, another)
    const mixed = problemOf(owner.member.owner.grantRequest(request, entry))
    expect(await mixed).toMatchObject({ code: 'grant-not-asked' })
    owner = await createAnswerer(platform)
    const none = { grant: { request: null } }
    expect(await told(asker.recipient, request, none)).toBe('grant-not-asked')
  })

  test('signed by another owner is no answer', async () => {
    const request = await asker.ask()
    const thief = await createAnswerer(platform)
    const [, entry] = await owner.grant(asker.recipient, request)
    const stolen = problemOf(thief.member.owner.grantRequest(request, entry))
    expect(await stolen).toMatchObject({ code: 'not-allowed' })
  })

  test('leaves nothing behind when it is refused', async () => {
    const request = await asker.ask()
    await told(asker.recipient, request, { terms: { until: NOW + 200 * 86_400 } })
    expect(await owner.member.owner.answerOf(request)).toBe(null)
    await owner.giver.refresh()
    expect(owner.giver.head.seq).toBe(-1)
    await owner.allow(asker.recipient, request)
  })

  test('from two tabs at once is one, and the same again has the same answer', async () => {
    const request = await asker.ask()
    const tabs = [owner, { ...owner, giver: owner.giver.tab() }]
    const entries = []
    for (const tab of tabs) {
      const [, entry] = await tab.grant(asker.recipient, request)
      entries.push(entry)
      tab.giver.head.seq = -1
      tab.giver.head.id = null
    }
    const all = await Promise.allSettled(
      entries.map((entry) => owner.member.owner.grantRequest(request, entry)),
    )
    expect(all.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const won = entries[all.findIndex(({ status }) => status === 'fulfilled')]
    if (won === undefined) throw new Error('unreachable')
    const again = new URL(await owner.member.owner.grantRequest(request, won) ?? '')
    expect(await asker.exchange(again.searchParams.get('code') ?? '')).toMatchObject({
      status: 200,
    })
  })

  test('of one owner keeps the request from all others', async () => {
    const request = await asker.ask()
    await owner.allow(asker.recipient, request)
    const late = await createAnswerer(platform)
    const seen = problemOf(late.member.owner.accessRequest(request))
    expect(await seen).toMatchObject({ code: 'request-unknown' })
  })

  test('comes before any token: an open request gives no code', async () => {
    const request = await asker.ask()
    expect(await owner.member.owner.answerOf(request)).toBe(null)
    expect(await asker.exchange(request)).toMatchObject(refused('invalid_grant'))
  })

  test('that has ended gives no more tokens', async () => {
    const request = await asker.ask()
    const [grant, entry] = await owner.grant(asker.recipient, request)
    const redirect = new URL(await owner.member.owner.grantRequest(request, entry) ?? '')
    const { answer } = await asker.exchange(redirect.searchParams.get('code') ?? '')
    const form = { grant_type: 'refresh_token', refresh_token: String(answer['refresh_token']) }
    expect(await asker.post('/v1/token', form)).toMatchObject({ status: 200 })
    await owner.giver.go(grant, { what: 'revoked' })
    expect(await asker.post('/v1/token', form)).toMatchObject(refused('invalid_grant'))
    const late = new URL(await owner.member.owner.grantRequest(request, entry) ?? '')
    expect(await asker.exchange(late.searchParams.get('code') ?? '')).toMatchObject(
      refused('invalid_grant'),
    )
  })
})

describe('a token', () => {
  let key: SigningKey
  let token: string
  let refresh: string

  beforeEach(async () => {
    key = await generateSigningKey()
    const { answer } = await asker.exchange(await code(), {}, { key })
    token = String(answer['access_token'])
    refresh = String(answer['refresh_token'])
  })

  async function read(proof: string | null, by: string = token): Promise<number> {
    const url = `${PUBLIC_URL}/v1/channels/${owner.channel.name}`
    const headers = { Authorization: `DPoP ${by}`, ...proof === null ? {} : { DPoP: proof } }
    return (await platform.app.request(url, { headers })).status
  }

  const fresh = (more: Parameters<typeof proofOf>[3] = {}, by = key, path = '') => {
    const url = `${PUBLIC_URL}/v1/channels/${owner.channel.name}${path}`
    return proofOf(platform, by, url, { method: 'GET', accessToken: token, ...more })
  }

  test('reads with a proof by its key', async () => {
    expect(await read(await fresh())).toBe(200)
  })

  test('that is stolen is nothing without the key (36)', async () => {
    expect(await read(null)).toBe(401)
    expect(await read(await fresh({}, await generateSigningKey()))).toBe(401)
  })

  test.each([
    ['of another method', { method: 'POST' }],
    ['of another time', { now: NOW - 100 }],
    ['of a time to come', { now: NOW + 100 }],
    ['for another token', { accessToken: 'a.b.c' }],
  ])('is refused with a proof %s (36)', async (_, more) => {
    expect(await read(await fresh(more))).toBe(401)
  })

  test('is refused with a proof of another address, without ath, or that came before (36)', async () => {
    expect(await read(await fresh({}, key, '/blocks'))).toBe(401)
    const url = `${PUBLIC_URL}/v1/channels/${owner.channel.name}`
    expect(await read(await proofOf(platform, key, url, { method: 'GET' }))).toBe(401)
    const proof = await fresh()
    expect([await read(proof), await read(proof)]).toEqual([200, 401])
  })

  test('is got with a proof that was not used before', async () => {
    const proof = await proofOf(platform, key, `${PUBLIC_URL}/v1/token`)
    const form = { grant_type: 'refresh_token', refresh_token: refresh }
    expect(await asker.post('/v1/token', form, { proof })).toMatchObject({ status: 200 })
    expect(await asker.post('/v1/token', form, { proof })).toMatchObject(
      refused('invalid_dpop_proof'),
    )
    expect(await asker.post('/v1/token', form, { key: null })).toMatchObject(
      refused('invalid_dpop_proof'),
    )
  })

  test('is refreshed by its client and key alone', async () => {
    const form = { grant_type: 'refresh_token', refresh_token: refresh }
    expect(await other.post('/v1/token', form, { key })).toMatchObject(refused('invalid_grant'))
    expect(await asker.post('/v1/token', form)).toMatchObject(refused('invalid_grant'))
    expect(await asker.post('/v1/token', form, { key })).toMatchObject({ status: 200 })
  })

  test('is looked into and ended by its client alone, at once and for good', async () => {
    const look = async (who: Asker) => (await who.post('/v1/introspect', { token })).answer
    expect(await look(asker)).toMatchObject({ active: true, exp: NOW + 600 })
    expect(await look(other)).toEqual({ active: false })
    expect(await other.post('/v1/revoke', { token })).toMatchObject({ status: 200 })
    expect(await read(await fresh())).toBe(200)
    expect(await asker.post('/v1/revoke', { token: refresh })).toMatchObject({ status: 200 })
    expect(await read(await fresh())).toBe(401)
    expect(await look(asker)).toEqual({ active: false })
  })
})
