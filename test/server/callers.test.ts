/**
 * Who may do what: assertions (RFC 7523), DPoP proofs (RFC 9449 section 4.3), access tokens, and
 * every route against callers that have no part in it.
 *
 * @module
 */
import {
  calculateJwkThumbprint,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import { describe, expect, test } from 'vitest'
import { createClient } from '../../shared/api/client.ts'
import { GRANT_JWT_BEARER } from '../../shared/api/schemas.ts'
import { toBase64url, utf8 } from '../../shared/bytes.ts'
import { changeIdentity } from '../../shared/identity/identity.ts'
import { generateSigningKey } from '../../shared/identity/keys.ts'
import { sha256 } from '../../shared/identity/statement.ts'
import type { TestChannel } from '../rig/household.ts'
import { withMember } from './member.ts'
import {
  clientFor,
  type Member,
  members,
  openedChannel,
  type Platform,
  PUBLIC_URL,
  register,
  withLength,
} from './platform.ts'

interface Session {
  privateKey: CryptoKey
  jwk: Record<string, unknown>
}

let platform: Platform
let member: Member
let channel: TestChannel
let session: Session

withMember(async (at) => {
  ;({ platform, member } = at)
  channel = await openedChannel(member)
  session = await makeSession()
})

async function makeSession(alg = 'ES256'): Promise<Session> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { privateKey, jwk: { ...await exportJWK(publicKey) } }
}

const random = () => toBase64url(crypto.getRandomValues(new Uint8Array(12)))

interface Wrong {
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
  key?: CryptoKey
}

async function proofFor(
  method: string,
  path: string,
  token?: string,
  { header, claims, key }: Wrong = {},
  by: Session = session,
): Promise<string> {
  const ath = token === undefined ? {} : { ath: toBase64url(await sha256(utf8(token))) }
  const payload = { htm: method, htu: PUBLIC_URL + path, iat: platform.clock.now, jti: random() }
  return await new SignJWT(defined({ ...payload, ...ath, ...claims }))
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: by.jwk, ...header })
    .sign(key ?? by.privateKey)
}

function defined(claims: Record<string, unknown>): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}

async function assertionOf(wrong: Wrong = {}, of: Member = member): Promise<string> {
  const { signer, signing } = of.household.owner
  const id = toBase64url(signer.identity)
  const { now } = platform.clock
  const claims = { iss: id, sub: id, aud: PUBLIC_URL, iat: now, exp: now + 120, jti: random() }
  return await new SignJWT(defined({ ...claims, ...wrong.claims }))
    .setProtectedHeader({ alg: signer.algorithm, kid: `${id}.0`, ...wrong.header })
    .sign(wrong.key ?? signing.privateKey)
}

async function askForToken(assertion: string, proof?: string, more: Record<string, string> = {}) {
  const init = {
    method: 'POST',
    body: new URLSearchParams({ grant_type: GRANT_JWT_BEARER, assertion, ...more }).toString(),
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      ...proof === undefined ? {} : { DPoP: proof },
    },
  }
  const response = await platform.app.request('/v1/token', { ...init, headers: withLength(init) })
  return { status: response.status, answer: members(await response.json()) }
}

async function signIn(of: Member = member, by: Session = session): Promise<string> {
  const proof = await proofFor('POST', '/v1/token', undefined, {}, by)
  const { answer } = await askForToken(await assertionOf({}, of), proof)
  return String(answer['access_token'])
}

async function call(token: string | undefined, proof: string | undefined, scheme = 'DPoP') {
  const response = await platform.app.request('/v1/channels', {
    headers: {
      ...token === undefined ? {} : { Authorization: `${scheme} ${token}` },
      ...proof === undefined ? {} : { DPoP: proof },
    },
  })
  const answer: unknown = await response.json()
  return { status: response.status, answer, asks: response.headers.get('WWW-Authenticate') }
}

const PATH = '/v1/channels'

describe('an assertion', () => {
  test('of an identity gives a token bound to the session key', async () => {
    const proof = await proofFor('POST', '/v1/token')
    const { status, answer } = await askForToken(await assertionOf(), proof)
    expect(status).toBe(200)
    expect(answer).toMatchObject({ token_type: 'DPoP', expires_in: 600 })
    const [, claims = ''] = String(answer['access_token']).split('.')
    expect(JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')))).toMatchObject({
      iss: PUBLIC_URL,
      aud: PUBLIC_URL,
      kind: 'owner',
      cnf: { jkt: await calculateJwkThumbprint(session.jwk) },
    })
  })

  test.each<[string, () => Promise<Wrong> | Wrong]>([
    ['for another platform', () => ({ claims: { aud: 'https://other.test' } })],
    [
      'that is over',
      () => ({ claims: { iat: platform.clock.now - 400, exp: platform.clock.now - 100 } }),
    ],
    [
      'of the future',
      () => ({ claims: { iat: platform.clock.now + 100, exp: platform.clock.now + 200 } }),
    ],
    ['that lives too long', () => ({ claims: { exp: platform.clock.now + 301 } })],
    ['without jti', () => ({ claims: { jti: undefined } })],
    ['without exp', () => ({ claims: { exp: undefined } })],
    ['in another name', () => ({ claims: { sub: toBase64url(new Uint8Array(32)) } })],
    ['signed by another key', async () => ({ key: (await generateSigningKey()).privateKey })],
    ['by a key that is not listed', () => ({
      header: { kid: `${toBase64url(member.household.owner.identity.id)}.7` },
    })],
    ['by the recovery key’s index', () => ({
      header: { kid: `${toBase64url(member.household.owner.identity.id)}.1` },
    })],
    ['of an unknown identity', () => ({ header: { kid: `${toBase64url(new Uint8Array(32))}.0` } })],
  ])('%s is refused', async (_, wrong) => {
    const proof = await proofFor('POST', '/v1/token')
    const { status, answer } = await askForToken(await assertionOf(await wrong()), proof)
    expect(status).toBe(400)
    expect(answer['error']).toBe('invalid_grant')
  })

  test('without a signature is refused', async () => {
    const id = toBase64url(member.household.owner.identity.id)
    const unsigned = new UnsecuredJWT({ iss: id, sub: id, aud: PUBLIC_URL }).encode()
    for (const assertion of [unsigned, `${unsigned}AAAA`, 'no jwt']) {
      const answer = await askForToken(assertion, await proofFor('POST', '/v1/token'))
      expect(answer).toMatchObject({ status: 400, answer: { error: 'invalid_grant' } })
    }
  })

  test('holds once', async () => {
    const assertion = await assertionOf()
    const proofs = [await proofFor('POST', '/v1/token'), await proofFor('POST', '/v1/token')]
    expect((await askForToken(assertion, proofs[0])).status).toBe(200)
    expect(await askForToken(assertion, proofs[1])).toMatchObject({
      status: 400,
      answer: { error: 'invalid_grant' },
    })
  })

  test('of a key that was taken away is refused', async () => {
    const own = await register(platform)
    const { owner } = own.household
    const key = await generateSigningKey()
    const kept = owner.identity.keys.filter((one) => one.purpose !== 'sign')
    const keys = [...kept, { index: 3, ...key, purpose: 'sign' as const }]
    const { identity } = owner
    const changed = await changeIdentity(identity, keys, platform.clock.now, owner.recovery)
    await clientFor(platform).registerIdentity(changed.changes)
    const proof = await proofFor('POST', '/v1/token')
    expect(await askForToken(await assertionOf({}, own), proof)).toMatchObject({
      answer: { error: 'invalid_grant' },
    })
  })

  test('needs a proof for the token endpoint and the right grant', async () => {
    expect(await askForToken(await assertionOf())).toMatchObject({
      answer: { error: 'invalid_dpop_proof' },
    })
    expect(await askForToken(await assertionOf(), await proofFor('GET', PATH))).toMatchObject({
      answer: { error: 'invalid_dpop_proof' },
    })
    const other = { grant_type: 'password' }
    const proof = await proofFor('POST', '/v1/token')
    expect(await askForToken(await assertionOf(), proof, other)).toMatchObject({
      answer: { error: 'unsupported_grant_type' },
    })
  })
})

test('a request for a token that lacks or repeats a parameter is told which', async () => {
  const said = async (form: string) => {
    const init = {
      method: 'POST',
      body: form,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    }
    const response = await platform.app.request('/v1/token', {
      ...init,
      headers: withLength(init),
    })
    expect(response.status).toBe(400)
    const { error, error_description: why } = members(await response.json())
    expect(error).toBe('invalid_request')
    return why
  }
  const grant = `grant_type=${encodeURIComponent(GRANT_JWT_BEARER)}`
  expect(await said('assertion=a')).toBe('The parameter grant_type is missing')
  expect(await said(grant)).toBe('The parameter assertion is missing')
  expect(await said(`${grant}&assertion=a&assertion=b`)).toBe(
    'The parameter assertion is there more than once',
  )
  expect(await said(`${grant}&${grant}`)).toBe('The parameter grant_type is there more than once')
})

describe('a proof', () => {
  test.each<[string, () => Promise<Wrong> | Wrong, string]>([
    ['for another method', () => ({ claims: { htm: 'POST' } }), 'proof-invalid'],
    ['for another path', () => ({ claims: { htu: `${PUBLIC_URL}/v1/pairings` } }), 'proof-invalid'],
    [
      'for another origin',
      () => ({ claims: { htu: `https://other.test${PATH}` } }),
      'proof-invalid',
    ],
    ['without htu', () => ({ claims: { htu: undefined } }), 'proof-invalid'],
    ['without ath', () => ({ claims: { ath: undefined } }), 'proof-invalid'],
    [
      'for another token',
      () => ({ claims: { ath: toBase64url(new Uint8Array(32)) } }),
      'proof-invalid',
    ],
    ['without jti', () => ({ claims: { jti: undefined } }), 'proof-invalid'],
    ['without iat', () => ({ claims: { iat: undefined } }), 'proof-invalid'],
    ['too old', () => ({ claims: { iat: platform.clock.now - 61 } }), 'clock-off'],
    ['too new', () => ({ claims: { iat: platform.clock.now + 61 } }), 'clock-off'],
    ['of another type', () => ({ header: { typ: 'JWT' } }), 'proof-invalid'],
    ['without its key', () => ({ header: { jwk: undefined } }), 'proof-invalid'],
    [
      'with a private key inside',
      async () => ({ header: { jwk: await exportJWK(session.privateKey) } }),
      'proof-invalid',
    ],
    [
      'signed by another key than it names',
      async () => ({ key: (await makeSession()).privateKey }),
      'proof-invalid',
    ],
  ])('%s is refused', async (_, wrong, code) => {
    const token = await signIn()
    const proof = await proofFor('GET', PATH, token, await wrong())
    expect(await call(token, proof)).toMatchObject({
      status: 401,
      answer: { code },
      asks: 'DPoP error="invalid_dpop_proof", algs="ES256 EdDSA"',
    })
  })

  test('with a symmetric or no algorithm is refused', async () => {
    const token = await signIn()
    const secret = crypto.getRandomValues(new Uint8Array(32))
    const jwk = { kty: 'oct', k: toBase64url(secret) }
    const claims = { htm: 'GET', htu: PUBLIC_URL + PATH, iat: platform.clock.now, jti: random() }
    const symmetric = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt', jwk }).sign(secret)
    const header = toBase64url(
      utf8(JSON.stringify({ alg: 'none', typ: 'dpop+jwt', jwk: session.jwk })),
    )
    const none = `${header}.${toBase64url(utf8(JSON.stringify(claims)))}.`
    for (const proof of [symmetric, none, `${none}AA`, undefined, '', 'x.y.z']) {
      expect(await call(token, proof)).toMatchObject({
        status: 401,
        answer: { code: 'proof-invalid' },
      })
    }
    const two = [await proofFor('GET', PATH, token), await proofFor('GET', PATH, token)].join(', ')
    expect(await call(token, two)).toMatchObject({ answer: { code: 'proof-invalid' } })
  })

  test('holds once, in every process, and is forgotten when it is too old anyway', async () => {
    const token = await signIn()
    const proof = await proofFor('GET', PATH, token)
    expect((await call(token, proof)).status).toBe(200)
    expect(await call(token, proof)).toMatchObject({
      status: 401,
      answer: { code: 'proof-reused' },
    })
    const headers = { Authorization: `DPoP ${token}`, DPoP: proof }
    const elsewhere = await platform.another().request(PATH, { headers })
    expect(await elsewhere.json()).toMatchObject({ code: 'proof-reused' })
    platform.clock.now += 200
    try {
      expect(await call(token, proof)).toMatchObject({ answer: { code: 'clock-off' } })
      expect((await call(token, await proofFor('GET', PATH, token))).status).toBe(200)
      const left = await platform.sql`select 1 from proofs where expires < ${platform.clock.now}`
      expect(left).toHaveLength(0)
    } finally {
      platform.clock.now -= 200
    }
  })

  test('may write the address in another form that is the same', async () => {
    const token = await signIn()
    const htu = `HTTPS://KILOWIT.test:443${PATH}?x=1#y`
    expect((await call(token, await proofFor('GET', PATH, token, { claims: { htu } }))).status)
      .toBe(200)
  })

  test('of an Ed25519 session holds too', async () => {
    const by = await makeSession('EdDSA')
    const wrong = { header: { alg: 'EdDSA' } }
    const first = await proofFor('POST', '/v1/token', undefined, wrong, by)
    const token = String((await askForToken(await assertionOf(), first)).answer['access_token'])
    expect((await call(token, await proofFor('GET', PATH, token, wrong, by))).status).toBe(200)
  })
})

describe('an access token', () => {
  test('is of no use without its session key', async () => {
    const token = await signIn()
    const thief = await makeSession()
    const proof = await proofFor('GET', PATH, token, {}, thief)
    expect(await call(token, proof)).toMatchObject({
      status: 401,
      answer: { code: 'token-invalid' },
    })
    const own = await proofFor('GET', PATH, token)
    expect(await call(token, own, 'Bearer')).toMatchObject({ answer: { code: 'token-invalid' } })
  })

  test('is asked for where there is none', async () => {
    expect(await call(undefined, await proofFor('GET', PATH))).toMatchObject({
      status: 401,
      answer: { code: 'token-missing' },
      asks: 'DPoP algs="ES256 EdDSA"',
    })
  })

  test('ends after ten minutes, and the client renews it by itself', async () => {
    const token = await signIn()
    const client = clientFor(platform, member.household.owner.signer)
    await client.channel(channel.id)
    platform.clock.now += 601
    try {
      expect(await call(token, await proofFor('GET', PATH, token))).toMatchObject({
        answer: { code: 'token-invalid' },
      })
      expect((await client.channel(channel.id)).epoch).toBe(0)
    } finally {
      platform.clock.now -= 601
    }
  })

  test.each<[string, (token: string) => Promise<string>]>([
    ['with a changed claim', (token) => {
      const [header, claims = '', signature] = token.split('.')
      const changed = atob(claims.replaceAll('-', '+').replaceAll('_', '/')).replace(
        'owner',
        'node',
      )
      return Promise.resolve(`${header}.${toBase64url(utf8(changed))}.${signature}`)
    }],
    ['without signature', (token) => {
      const [, claims] = token.split('.')
      const header = toBase64url(utf8(JSON.stringify({ alg: 'none', typ: 'at+jwt' })))
      return Promise.resolve(`${header}.${claims}.AA`)
    }],
    ['that is an assertion', () => assertionOf()],
    ['for another audience', () => forged({ aud: 'https://other.test' })],
    ['of another type', () => forged({}, { typ: 'JWT' })],
    [
      'signed by an identity that is not the operator',
      async () => forged({}, {}, member.household.owner.signing.privateKey),
    ],
  ])('%s is refused', async (_, make) => {
    const token = await make(await signIn())
    expect(await call(token, await proofFor('GET', PATH, token))).toMatchObject({
      status: 401,
      answer: { code: 'token-invalid' },
    })
  })

  async function forged(claims: object, header: object = {}, key?: CryptoKey): Promise<string> {
    const { operator, clock } = platform
    const id = toBase64url(operator.identity.id)
    return await new SignJWT({
      iss: PUBLIC_URL,
      aud: PUBLIC_URL,
      sub: toBase64url(member.household.owner.identity.id),
      kind: 'owner',
      iat: clock.now,
      exp: clock.now + 600,
      cnf: { jkt: await calculateJwkThumbprint(session.jwk) },
      ...claims,
    }).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: `${id}.0`, ...header })
      .sign(key ?? operator.privateKey)
  }

  test('forged right would hold: so the refusals above are for what is wrong in them', async () => {
    const token = await forged({})
    expect((await call(token, await proofFor('GET', PATH, token))).status).toBe(200)
  })
})

test('a client whose clock is off learns the time from the platform', async () => {
  const late = createClient({
    url: PUBLIC_URL,
    fetch: async (url, init) =>
      await platform.app.request(url, { ...init, headers: withLength(init) }),
    now: () => platform.clock.now - 5000,
    signer: member.household.owner.signer,
    retries: 0,
  })
  expect((await late.channel(channel.id)).channel).toEqual(channel.id)
})

describe('every route', () => {
  const open = new Set([
    'GET /v1/operator',
    'POST /v1/identities',
    'GET /v1/identities/:id',
    'POST /v1/token',
    'GET /v1/providers/:id',
    'GET /v1/providers/:id/jwks',
    'GET /v1/providers/:id/logo',
    'POST /v1/approvals',
    // Of clients, which sign an assertion.
    'POST /v1/ciba',
    'POST /v1/par',
    'POST /v1/revoke',
    'POST /v1/introspect',
    // Whoever knows the address of a request is whom its provider has sent there.
    'POST /v1/requests/:id/code',
    'POST /v1/requests/:id/redirect',
    'POST /v1/channels/:channel/blocks',
  ])

  function closedRoutes(): { method: string; path: string }[] {
    const routes = platform.app.routes.filter(({ path, method }) =>
      path.startsWith('/v1/') && !path.endsWith('*') && !open.has(`${method} ${path}`)
    )
    return [...new Map(routes.map((route) => [`${route.method} ${route.path}`, route])).values()]
  }

  test('but the open ones asks for a token', async () => {
    const routes = closedRoutes()
    expect(routes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'DELETE /v1/grants/:grant',
      'DELETE /v1/pairing-rooms/:room',
      'GET /v1/channels',
      'GET /v1/channels/:channel',
      'GET /v1/channels/:channel/blocks',
      'GET /v1/channels/:channel/epochs',
      'GET /v1/channels/:channel/forks',
      'GET /v1/channels/:channel/head',
      'GET /v1/channels/:channel/stream',
      'GET /v1/grants',
      'GET /v1/grants/:grant',
      'GET /v1/grants/:grant/access',
      'GET /v1/grants/:grant/keys',
      'GET /v1/history',
      'GET /v1/pairing-rooms/:room',
      'GET /v1/pairings',
      'GET /v1/pairings/:other/steps',
      'GET /v1/providers',
      'GET /v1/requests',
      'GET /v1/requests/:id',
      'POST /v1/channels',
      'POST /v1/chapters',
      'POST /v1/grants/:grant/steps',
      'POST /v1/history',
      'POST /v1/pairing-rooms',
      'POST /v1/pairing-rooms/:room/messages',
      'POST /v1/pairings',
      'POST /v1/pairings/:other/steps',
      'POST /v1/providers',
      'POST /v1/request-codes',
      'POST /v1/requests/:id/denial',
      'POST /v1/requests/:id/grant',
      'POST /v1/webhook-secrets',
      'POST /v1/wraps',
    ])
    for (const { method, path } of routes) {
      const response = await platform.app.request(path.replace(':channel', channel.name), {
        method,
      })
      expect([path, response.status]).toEqual([path, 401])
      expect(await response.json()).toMatchObject({ code: 'token-missing' })
    }
  })

  test("shows nothing of somebody else's channel: it is as unknown as none", async () => {
    const stranger = await register(platform)
    const none = toBase64url(crypto.getRandomValues(new Uint8Array(16)))
    const paths = closedRoutes().map(({ path }) => path).filter((path) => path.includes(':channel'))
    expect(paths).toHaveLength(6)
    for (const template of paths) {
      for (const name of [channel.name, none, 'x']) {
        const by = await makeSession()
        const token = await signIn(stranger, by)
        const path = template.replace(':channel', name)
        const proof = await proofFor('GET', path, token, {}, by)
        const headers = { Authorization: `DPoP ${token}`, DPoP: proof }
        const response = await platform.app.request(path, { headers })
        expect([path, response.status]).toEqual([path, 404])
        expect(await response.json()).toMatchObject({ code: 'channel-unknown' })
      }
    }
    const listed: unknown[] = []
    for await (const one of stranger.owner.channels()) listed.push(one)
    expect(listed).toEqual([])
    expect(await stranger.owner.pairings()).toEqual([stranger.household.pairing.bytes])
  })

  test('takes statements only from whom they name', async () => {
    const stranger = await register(platform)
    const other = await member.household.openChannel()
    const opening = other.opening.statement.bytes
    const chapter = (await channel.openChapter({ chapter: 1 })).statement.bytes
    const { pairing } = await member.household.addDevice()
    for (const caller of [stranger.owner, stranger.device, member.device]) {
      await expect(caller.openChannel(opening)).rejects.toMatchObject({ code: 'not-allowed' })
      await expect(caller.openChapter(chapter)).rejects.toMatchObject({ code: 'not-allowed' })
    }
    for (const caller of [stranger.owner, stranger.device]) {
      await expect(caller.addPairing(pairing.bytes)).rejects.toMatchObject({ code: 'not-allowed' })
    }
    await expect(member.owner.addPairing(pairing.bytes)).rejects.toMatchObject({
      code: 'identity-unknown',
    })
  })

  test('the device reads the channels it writes', async () => {
    const own = []
    for await (const one of member.device.channels()) own.push(one.channel)
    expect(own).toContainEqual(channel.id)
    expect((await member.device.head(channel.id)).seq).toBe(-1)
  })
})
