/**
 * Asking for consent by the SDK: what is pushed, whose answer is taken, and what is kept. OAuth's
 * endpoints are answered here, so that each wrong answer can be given; grants are the platform's.
 *
 * @module
 */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { detailsOf } from '../../insights/app.ts'
import { keepInMemory } from '../../shared/api/keep.ts'
import { AnswerError, createProvider } from '../../shared/api/provider.ts'
import { toBase64url, utf8 } from '../../shared/bytes.ts'
import { sha256 } from '../../shared/identity/statement.ts'
import { giver, termsOf, type TestGrant } from '../consent-server/giving.ts'
import { withMember } from '../server/member.ts'
import {
  type Member,
  NOW,
  openedChannel,
  type Platform,
  PUBLIC_URL,
  register,
} from '../server/platform.ts'
import { type SdkProvider, sdkProvider } from './granting.ts'

const REDIRECT = 'https://adviser.test/back'

let platform: Platform
let adviser: SdkProvider
let member: Member
let grant: TestGrant
/** Forms that were posted, by path. */
let posted: [path: string, form: URLSearchParams][]
let tokenAnswer: () => Response

withMember((at) => ({ platform, member } = at))

beforeEach(async () => {
  platform.clock.now = NOW
  member = await register(platform)
  adviser = await sdkProvider(platform)
  const channel = await openedChannel(member)
  grant = await giver(member).give(adviser.recipient, termsOf([channel]))
  posted = []
  tokenAnswer = () =>
    Response.json({
      access_token: 'a.b.c',
      token_type: 'DPoP',
      expires_in: 600,
      refresh_token: toBase64url(grant.id),
      grant_id: toBase64url(grant.id),
    })
  adviser.between = (url, init) => {
    const path = url.slice(PUBLIC_URL.length)
    const form = new URLSearchParams(typeof init.body === 'string' ? init.body : '')
    if (path === '/v1/par') {
      posted.push([path, form])
      const answer = { request_uri: 'urn:ietf:params:oauth:request_uri:one', expires_in: 600 }
      return Promise.resolve(Response.json(answer, { status: 201 }))
    }
    if (form.get('grant_type') !== 'authorization_code') return Promise.resolve(null)
    posted.push([path, form])
    return Promise.resolve(tokenAnswer())
  }
})

const DETAILS = detailsOf({ sealKey: 1 })
const ask = () => adviser.provider.ask({ redirect: REDIRECT, details: DETAILS })

const back = (state: string, more: Record<string, string> = {}) =>
  `${REDIRECT}?${new URLSearchParams({ code: 'the code', state, iss: PUBLIC_URL, ...more })}`

async function fault(work: Promise<unknown>): Promise<string | null> {
  const error = await work.then(() => null, (error: unknown) => error)
  if (error !== null && !(error instanceof AnswerError)) throw error
  return error?.code ?? null
}

test('a request is pushed, authenticated by the identity, and only its name is in the link', async () => {
  const { url } = await ask()
  const [path, form] = posted[0] ?? ['', new URLSearchParams()]
  expect(path).toBe('/v1/par')
  expect(Object.fromEntries(form)).toMatchObject({
    response_type: 'code',
    redirect_uri: REDIRECT,
    code_challenge_method: 'S256',
    client_id: adviser.provider.id,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  })
  expect(JSON.parse(form.get('authorization_details') ?? '')).toEqual(DETAILS)
  const assertion = form.get('client_assertion') ?? ''
  expect(decodeJwt(assertion)).toMatchObject({ sub: adviser.provider.id, aud: PUBLIC_URL })
  expect(decodeProtectedHeader(assertion).kid).toBe(`${adviser.provider.id}.0`)
  expect(url).toBe(
    `${PUBLIC_URL}/authorize?client_id=${adviser.provider.id}` +
      '&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Aone',
  )
})

test('the answer is exchanged with the verifier that was hashed into the request', async () => {
  const { state } = await ask()
  const granted = await adviser.provider.answered(back(state), state)
  expect(granted.id).toBe(toBase64url(grant.id))
  const form = posted[1]?.[1] ?? new URLSearchParams()
  const verifier = form.get('code_verifier') ?? ''
  expect(toBase64url(await sha256(utf8(verifier)))).toBe(posted[0]?.[1].get('code_challenge'))
  expect([form.get('code'), form.get('redirect_uri')]).toEqual(['the code', REDIRECT])
  expect((await adviser.provider.granted()).map(({ id }) => id)).toEqual([granted.id])
})

describe('no other answer is taken', () => {
  test('of another browser', async () => {
    const { state } = await ask()
    for (const other of ['', 'another']) {
      expect(await fault(adviser.provider.answered(back(state), other))).toBe('other-browser')
    }
    expect(posted).toHaveLength(1)
  })

  test('of another platform, which would get this one’s code', async () => {
    const { state } = await ask()
    for (const iss of ['https://evil.test', '']) {
      expect(await fault(adviser.provider.answered(back(state, { iss }), state)))
        .toBe('other-platform')
    }
    expect(posted).toHaveLength(1)
  })

  test('a second time', async () => {
    const { state } = await ask()
    await adviser.provider.answered(back(state), state)
    expect(await fault(adviser.provider.answered(back(state), state))).toBe('unknown')
    expect(posted).toHaveLength(2)
  })

  test('after a week', async () => {
    const { state } = await ask()
    platform.clock.now += 8 * 86_400
    await ask()
    expect(await fault(adviser.provider.answered(back(state), state))).toBe('unknown')
  })

  test('that says no', async () => {
    const { state } = await ask()
    const no = back(state, { error: 'access_denied' })
    expect(await fault(adviser.provider.answered(no, state))).toBe('denied')
    expect(await adviser.provider.granted()).toEqual([])
  })

  test('whose code the platform refuses', async () => {
    const { state } = await ask()
    tokenAnswer = () =>
      Response.json({ error: 'invalid_grant', error_description: 'Used' }, { status: 400 })
    expect(await fault(adviser.provider.answered(back(state), state))).toBe('refused')
    expect(await adviser.provider.granted()).toEqual([])
  })
})

test('keys are made once and kept; without them nothing can be read', async () => {
  const keep = keepInMemory()
  const options = { url: PUBLIC_URL, fetch, now: () => NOW, keep }
  const { id } = await createProvider(options)
  expect((await createProvider(options)).id).toBe(id)
  await keep.set('keys', 'AAAA')
  await expect(createProvider(options)).rejects.toThrow('restore it from a backup')
})

test('what a provider says of itself is registered once, and again when it changes', async () => {
  const about = {
    name: 'Adviser of Tests',
    domain: 'adviser.test',
    logo: null,
    contact: 'mailto:people@adviser.test',
    purposes: ['energy-advice' as const],
    redirects: [REDIRECT],
    hook: null,
  }
  const { provider } = adviser
  const registrations = async () => {
    const { registration, verified } = await provider.client.provider(provider.identity.id)
    return [toBase64url(registration).length > 100, verified]
  }
  await provider.register(about)
  expect(await registrations()).toEqual([true, false])
  const first = (await provider.client.provider(provider.identity.id)).registration
  await provider.register(about)
  expect((await provider.client.provider(provider.identity.id)).registration).toEqual(first)
  await provider.register({ ...about, name: 'Adviser of More Tests' })
  const next = (await provider.client.provider(provider.identity.id)).registration
  expect(next).not.toEqual(first)
})

test('webhook secrets are kept before they are sent, and both are taken during a change', async () => {
  const { provider, keep } = adviser
  const verify = await provider.webhooks()
  // What it has taken it must remember.
  expect(await provider.webhooks()).toBe(verify)
  const first = JSON.parse(await keep.get('webhook-secrets') ?? '[]')
  await provider.changeWebhookSecret()
  const both = JSON.parse(await keep.get('webhook-secrets') ?? '[]')
  expect(both).toHaveLength(2)
  expect(both[1]).toEqual({ secret: first[0].secret, until: NOW + 86_400 })
})
