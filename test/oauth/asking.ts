/**
 * A provider that asks and an owner that answers, each step by itself, so that a test can do it late,
 * twice, wrong or in somebody else's name.
 *
 * @module
 */
import type { App } from '../../server/app.ts'
import { signAssertion, signProof } from '../../shared/api/jwt.ts'
import { type Bytes, toBase64url, utf8 } from '../../shared/bytes.ts'
import type { Grant } from '../../shared/consent/grant.ts'
import { makeTerms, type Terms } from '../../shared/consent/terms.ts'
import { generateSigningKey, signer, type SigningKey } from '../../shared/identity/keys.ts'
import { NOBODY, sha256, type Signer } from '../../shared/identity/statement.ts'
import {
  type Giver,
  giver,
  type PostedEntry,
  type Recipient,
  type TestGrant,
} from '../consent-server/giving.ts'
import type { TestChannel } from '../rig/household.ts'
import { createProvider, type TestProvider } from '../rig/provider.ts'
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
} from '../server/platform.ts'

export const REDIRECT = 'https://adviser.test/back'
export const VERIFIER = 'a-verifier-of-forty-three-characters-and-some'
export const CLIENT_ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export interface Said {
  readonly status: number
  readonly answer: Record<string, unknown>
}

export interface Asker {
  readonly provider: TestProvider
  readonly recipient: Recipient
  /** Posts a form as the client does, with what `more` sets or, by null, leaves out. */
  post(path: string, form: Form, how?: How): Promise<Said>
  /** Pushes a request. */
  push(more?: Form, how?: How): Promise<Said>
  /** Pushes a request that is taken: the random part of its address. */
  ask(more?: Form, how?: How): Promise<string>
  /** Asks an owner without a browser. */
  knock(owner: Bytes, more?: Form, how?: How): Promise<Said>
  /** One that is taken: its auth_req_id. */
  wait(owner: Bytes, more?: Form, how?: How): Promise<string>
  poll(waiting: string, more?: Form, how?: How): Promise<Said>
  /** A code for tokens. */
  exchange(code: string, more?: Form, how?: How): Promise<Said>
}

export type Form = Readonly<Record<string, string | null>>

export interface How {
  /** The key that proves; by default the asker's own, none at all with null. */
  readonly key?: SigningKey | null
  /** Who signs the client assertion. */
  readonly by?: Signer
  readonly app?: App
  readonly audience?: string
  /** A whole proof or assertion instead of a fresh one. */
  readonly proof?: string
  readonly assertion?: string
}

export function random(): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(16)))
}

export const details = (more: Record<string, unknown> = {}) =>
  JSON.stringify([{
    type: 'kilowit_readings',
    classes: 'all',
    resolution: 'live',
    history: 'P1M',
    period: 'P6M',
    purposes: ['energy-advice'],
    optional_purposes: ['research'],
    seal_key: 1,
    ...more,
  }])

export async function createAsker(platform: Platform): Promise<Asker> {
  const provider = await createProvider(NOW)
  const own = clientFor(platform, provider.signer)
  await own.registerIdentity(provider.identity.changes)
  await own.registerProvider((await provider.register()).statement.bytes)
  const key = await generateSigningKey()
  const challenge = toBase64url(await sha256(utf8(VERIFIER)))

  const self: Asker = {
    provider,
    recipient: {
      identity: provider.identity,
      signer: provider.signer,
      sealing: { index: 1, key: provider.sealing },
      client: own,
    },
    async post(path, form, how = {}) {
      const { now } = platform.clock
      const { by = provider.signer, audience = PUBLIC_URL } = how
      const assertion = how.assertion ?? await signAssertion({ audience, now, jti: random() }, by)
      const whole = {
        client_assertion_type: CLIENT_ASSERTION,
        client_assertion: assertion,
        ...form,
      }
      const given = Object.entries(whole).flatMap(([name, value]) =>
        value === null ? [] : [[name, value] as [string, string]]
      )
      const body = new URLSearchParams(given).toString()
      const url = PUBLIC_URL + path
      const headers = new Headers({ 'Content-Type': 'application/x-www-form-urlencoded' })
      const prover = how.key === undefined ? key : how.key
      if (prover !== null) headers.set('DPoP', how.proof ?? await proofOf(platform, prover, url))
      const init = { method: 'POST', body, headers }
      const app = how.app ?? platform.app
      const response = await app.request(url, { ...init, headers: withLength(init) })
      const text = await response.text()
      return { status: response.status, answer: text === '' ? {} : members(JSON.parse(text)) }
    },
    async push(more = {}, how = {}) {
      return await self.post('/v1/par', {
        response_type: 'code',
        client_id: toBase64url(provider.identity.id),
        redirect_uri: REDIRECT,
        state: 'the state',
        code_challenge: challenge,
        code_challenge_method: 'S256',
        authorization_details: details(),
        ...more,
      }, { key: null, ...how })
    },
    async ask(more, how) {
      const { status, answer } = await self.push(more, how)
      const address = String(answer['request_uri'])
      if (status !== 201) throw new Error(`It was not taken: ${JSON.stringify(answer)}`)
      return address.slice(address.lastIndexOf(':') + 1)
    },
    async knock(owner, more = {}, how = {}) {
      return await self.post('/v1/ciba', {
        client_id: toBase64url(provider.identity.id),
        login_hint: toBase64url(owner),
        authorization_details: details(),
        ...more,
      }, { key: null, ...how })
    },
    async wait(owner, more, how) {
      const { status, answer } = await self.knock(owner, more, how)
      if (status !== 200) throw new Error(`It was not taken: ${JSON.stringify(answer)}`)
      return String(answer['auth_req_id'])
    },
    async poll(waiting, more = {}, how = {}) {
      return await self.post('/v1/token', {
        grant_type: 'urn:openid:params:grant-type:ciba',
        auth_req_id: waiting,
        ...more,
      }, how)
    },
    async exchange(code, more = {}, how = {}) {
      return await self.post('/v1/token', {
        grant_type: 'authorization_code',
        code,
        redirect_uri: REDIRECT,
        code_verifier: VERIFIER,
        ...more,
      }, how)
    },
  }
  return self
}

export async function proofOf(
  platform: Platform,
  key: SigningKey,
  url: string,
  more: { method?: string; accessToken?: string; now?: number } = {},
): Promise<string> {
  const proof = { method: 'POST', url, now: platform.clock.now, jti: random(), ...more }
  return await signProof(proof, key, signer(NOBODY, 0, key).sign)
}

export interface Answerer {
  readonly member: Member
  readonly channel: TestChannel
  readonly giver: Giver
  /** A grant that answers a request, but for what the test wants otherwise. */
  grant(
    to: Recipient,
    request: string,
    wrong?: { terms?: Partial<Terms>; grant?: Partial<Grant> },
  ): Promise<[TestGrant, PostedEntry]>
  /** Allows it, and gives the address that the browser is sent to. */
  allow(to: Recipient, request: string): Promise<URL>
}

export async function createAnswerer(platform: Platform): Promise<Answerer> {
  const member = await register(platform)
  const channel = await openedChannel(member)
  const giving = giver(member)
  const self: Answerer = {
    member,
    channel,
    giver: giving,
    async grant(to, request, { terms = {}, grant = {} } = {}) {
      const { pushed } = await member.owner.accessRequest(request)
      const given = makeTerms({
        channels: [channel.id],
        purposes: ['energy-advice'],
        from: NOW,
        until: NOW + 86_400,
        history: NOW - 86_400,
        ...terms,
      })
      return await giving.grant(to, given, { request: await hashOf(pushed), ...grant })
    },
    async allow(to, request) {
      const [, entry] = await self.grant(to, request)
      return new URL(await member.owner.grantRequest(request, entry) ?? '')
    },
  }
  return self
}

export async function hashOf(pushed: string): Promise<Bytes> {
  return await sha256(utf8(pushed))
}
