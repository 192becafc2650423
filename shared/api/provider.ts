/**
 * The SDK for providers: be somebody, ask an owner for consent, and read what was granted, every
 * reading verified. Standard OAuth underneath (PAR, PKCE, rich authorization requests, DPoP), so any
 * OAuth library will do for the asking; what is read is checked here.
 *
 * @example
 * ```ts
 * const provider = await createProvider({ url, fetch, now, keep })
 * await provider.register({ name: 'Watt Advice', redirects: ['https://advice.example/back'], … })
 * const { url, state } = await provider.ask({ redirect, details })
 * // The owner answers there, and comes back to `redirect`:
 * const granted = await provider.answered(addressOfTheRequest, state)
 * const { standing } = await granted.look()
 * const reader = await granted.reader(standing.terms.channels[0])
 * for await (const item of reader.read()) if (item.kind === 'reading') use(item.reading)
 * ```
 *
 * Without a browser, of an owner who has told its id:
 * ```ts
 * const { id } = await provider.askWithoutBrowser({ owner, details, message: 'Watt 4711' })
 * const granted = await provider.poll(id) // until the owner has answered, tomorrow perhaps
 * ```
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, toBase64url, utf8 } from '../bytes.ts'
import { encode } from '../cbor.ts'
import { openRegistration, parseRegistration, type Registration } from '../consent/provider.ts'
import type { AccessRequest } from '../consent/request.ts'
import { type Identity, sealKeyOf } from '../identity/identity.ts'
import { sha256 } from '../identity/statement.ts'
import { type Client, createClient } from './client.ts'
import { createGranted, type Granted, grantId } from './granted.ts'
import { type Keep, kept } from './keep.ts'
import { newProviderKeys, ProviderKeysError, readProviderKeys } from './provider-keys.ts'
import { BackchannelSchema, GRANT_CIBA } from './schemas.ts'
import { ApiProblem, type ClientOptions, transport } from './transport.ts'
import { newWebhookSecret, type VerifyWebhook, webhookVerifier } from './webhook.ts'

export interface ProviderOptions
  extends Pick<ClientOptions, 'url' | 'fetch' | 'now' | 'random' | 'retries'> {
  readonly keep: Keep
  /** Of the sealing key that is made at the first start: `X-Wing` also against quantum computers. */
  readonly sealing?: 'native' | 'X-Wing'
}

/** Why there is no grant after the owner came back. */
export type AnswerFault =
  | 'denied'
  | 'expired'
  | 'other-browser'
  | 'other-platform'
  | 'unknown'
  | 'refused'

const SENTENCES: Record<AnswerFault, string> = {
  denied: 'The owner said no',
  expired: 'The owner did not answer in time: ask again',
  'other-browser': 'This answer belongs to a question of another browser: ask again from this one',
  'other-platform': 'This answer is another platform’s: ask again',
  unknown: 'This answer is to no open question: it was taken before, or asked too long ago',
  refused: 'The platform has no grant for this answer: ask again',
}

export class AnswerError extends Error {
  override readonly name = 'AnswerError'
  readonly code: AnswerFault
  constructor(code: AnswerFault, cause?: unknown) {
    super(SENTENCES[code], { cause })
    this.code = code
  }
}

/** What a provider says of itself; see shared/consent/provider.ts. */
export type About = Omit<Registration, 'v' | 'provider' | 'seq' | 'at'>

export interface Question {
  /** One of the registered addresses: there the owner comes back to. */
  readonly redirect: string
  readonly details: AccessRequest
}

/** Asked of one owner, who answers in the app when there is time. */
export interface QuestionToOwner {
  /** The owner's id in base64url, as the app shows it. */
  readonly owner: string
  readonly details: AccessRequest
  /**
   * Up to 64 letters, digits and signs that the app shows beside the question. Show the same where
   * the owner asked for this, so that both screens are known to belong together.
   */
  readonly message?: string
  /** For how long it may be answered; a day by default, three at most. */
  readonly seconds?: number
}

export interface Provider {
  readonly identity: Identity
  /** In base64url: also the OAuth `client_id`. */
  readonly id: string
  /** The sealing key that requests name: `seal_key`. */
  readonly sealKey: number
  /** The API in the provider's own name. */
  readonly client: Client
  /**
   * Registers the identity and what it says of itself, where that is not what is registered already.
   * The operator's approval is of one registration: another name or address needs another approval.
   */
  register(about: About): Promise<void>
  /**
   * Pushes a request. Send the owner's browser to `url`, and keep `state` in a cookie of it: the
   * answer is taken from the same browser only.
   */
  ask(question: Question): Promise<{ url: string; state: string }>
  /**
   * Takes the answer: the whole address that the owner's browser came back to.
   *
   * @throws {AnswerError}
   */
  answered(address: string, state: string): Promise<Granted>
  /**
   * Asks an owner without a browser. Whether there is one of that id is not told. What it gives names
   * the question, which is kept until its answer was taken.
   */
  askWithoutBrowser(question: QuestionToOwner): Promise<{ id: string; expires: number }>
  /**
   * Waits for the answer, looking as often as the platform lets us; null when the signal is given
   * before. It may be called again, by another process too.
   *
   * @throws {AnswerError}
   */
  poll(id: string): Promise<Granted>
  poll(id: string, signal: AbortSignal): Promise<Granted | null>
  /** The questions that wait for an answer. */
  waiting(): Promise<readonly string[]>
  /** Those that were granted to us and whose tokens are kept. */
  granted(): Promise<readonly Granted[]>
  /** One of them by its id. */
  grant(id: string): Promise<Granted | null>
  /**
   * Verifies webhooks with the secrets kept, and sets the first one: call it at the start, as the
   * platform sends nothing before.
   */
  webhooks(): Promise<VerifyWebhook>
  /** Changes the secret: both are taken until the platform has forgotten the older one. */
  changeWebhookSecret(): Promise<void>
}

/** Seconds more between two polls, as the platform asks for it (RFC 8628 section 3.5). */
const SLOWER = 5
const POLL_FAULTS: ReadonlyMap<string, AnswerFault> = new Map([
  ['access_denied', 'denied'],
  ['expired_token', 'expired'],
])

/** What is not answered within this is forgotten, in seconds. */
const QUESTION_SECONDS = 7 * 86_400

const PushedSchema = v.object({ request_uri: v.string(), expires_in: v.number() })
const QuestionSchema = v.object({ verifier: v.string(), redirect: v.string(), at: v.number() })
const WaitingSchema = v.object({ interval: v.number(), expires: v.number() })
const TokensSchema = v.object({ refresh: v.string() })
const SecretsSchema = v.array(v.object({ secret: v.string(), until: v.nullable(v.number()) }))

/** Takes the keys that are kept, or makes them. */
export async function createProvider(options: ProviderOptions): Promise<Provider> {
  const { keep, fetch } = options
  const url = options.url.replace(/(?<!\/)\/+$/, '')
  const now = () => Math.floor(options.now())
  const random = options.random ?? ((length) => crypto.getRandomValues(new Uint8Array(length)))
  const text = await keep.get('keys') ?? await makeKeys(options, now())
  const keys = await readProviderKeys(text)
  const { signer, session, identity } = keys
  const id = toBase64url(identity.id)
  const sealKey = sealKeyOf(identity)
  if (sealKey === undefined) throw new ProviderKeysError('There is no sealing key among these keys')
  const common = {
    url,
    fetch,
    now: options.now,
    random,
    signer,
    session,
    ...options.retries === undefined ? {} : { retries: options.retries },
  }
  const client = createClient(common)
  const { ask, sleep } = transport(common)

  function grantedOf(grant: Bytes, bound: Client): Granted {
    return createGranted({ id: grant, own: client, client: bound, keys, now, sleep })
  }

  /** Reads with the refresh token that is kept, and keeps the next one before using it. */
  function boundClient(name: string): Client {
    return createClient({
      ...common,
      tokens: {
        form: async () => {
          const tokens = kept(TokensSchema, await keep.get(name))
          if (tokens === null) throw new AnswerError('unknown')
          return { grant_type: 'refresh_token', refresh_token: tokens.refresh }
        },
        taken: async ({ refresh_token: refresh }) => {
          if (refresh !== undefined) await keep.set(name, JSON.stringify({ refresh }))
        },
      },
    })
  }

  /** What the platform gave for an answer: kept before it is used. */
  async function taken(tokens: v.InferOutput<typeof GrantTokensSchema>): Promise<Granted> {
    const place = `grant.${tokens.grant_id}`
    await keep.set(place, JSON.stringify({ refresh: tokens.refresh_token }))
    const granted = grantedOf(grantId(tokens.grant_id), boundClient(place))
    await granted.look() // an answer that is none is told at once
    return granted
  }

  function poll(id: string): Promise<Granted>
  function poll(id: string, signal: AbortSignal): Promise<Granted | null>
  async function poll(secret: string, signal?: AbortSignal): Promise<Granted | null> {
    const name = `waiting.${secret}`
    const form = { grant_type: GRANT_CIBA, auth_req_id: secret }
    for (;;) {
      const question = kept(WaitingSchema, await keep.get(name))
      if (question === null) throw new AnswerError('unknown')
      const { interval, expires } = question
      try {
        await sleep(interval, signal)
      } catch (error) {
        if (signal?.aborted === true) return null
        throw error
      }
      try {
        const tokens = await ask('/v1/token', () => Promise.resolve(form), GrantTokensSchema)
        const granted = await taken(tokens)
        await keep.set(name, null)
        return granted
      } catch (error) {
        const said = error instanceof ApiProblem ? error.oauth : null
        if (said === 'authorization_pending') continue
        if (said === 'slow_down') {
          await keep.set(name, JSON.stringify({ interval: interval + SLOWER, expires }))
          continue
        }
        if (said === null || said === 'invalid_client' || said === 'invalid_dpop_proof') {
          throw error
        }
        await keep.set(name, null)
        throw new AnswerError(POLL_FAULTS.get(said) ?? 'refused', error)
      }
    }
  }

  async function forgetQuestions(): Promise<void> {
    for (const name of await keep.names('question.')) {
      const question = kept(QuestionSchema, await keep.get(name))
      if (question === null || question.at < now() - QUESTION_SECONDS) await keep.set(name, null)
    }
  }

  async function newSecret(): Promise<void> {
    const [newest] = kept(SecretsSchema, await keep.get('webhook-secrets')) ?? []
    const secret = newWebhookSecret(random)
    const keepBoth = async (until: number) => {
      const older = newest === undefined ? [] : [{ ...newest, until }]
      await keep.set('webhook-secrets', JSON.stringify([{ secret, until: null }, ...older]))
    }
    // Kept before it is sent: from then on the platform may sign with it.
    await keepBoth(now() + 2 * 86_400)
    const { previousUntil } = await client.setWebhookSecret(secret)
    if (previousUntil !== null) await keepBoth(previousUntil)
  }

  /** One for all, as it remembers what was taken. */
  const verify = webhookVerifier({
    now: options.now,
    secrets: async () => {
      const secrets = kept(SecretsSchema, await keep.get('webhook-secrets')) ?? []
      return secrets.filter(({ until }) => until === null || until > now())
        .map(({ secret }) => secret)
    },
  })

  return {
    identity,
    id,
    sealKey: sealKey.index,
    client,

    async register(about) {
      await client.registerIdentity(identity.changes)
      const known = await registered(client, identity.id)
      if (known !== null && sameAbout(about, known)) return
      const seq = known === null ? 0 : known.seq + 1
      const content = { provider: identity.id, seq, ...about, at: now() }
      const { statement } = await openRegistration(content, signer)
      await client.registerProvider(statement.bytes)
    },

    async ask({ redirect, details }) {
      await forgetQuestions()
      const state = toBase64url(random(16))
      const verifier = toBase64url(random(32))
      const form = {
        response_type: 'code',
        redirect_uri: redirect,
        state,
        code_challenge: toBase64url(await sha256(utf8(verifier))),
        code_challenge_method: 'S256',
        authorization_details: JSON.stringify(details),
      }
      const { request_uri } = await ask('/v1/par', () => Promise.resolve(form), PushedSchema)
      await keep.set(`question.${state}`, JSON.stringify({ verifier, redirect, at: now() }))
      const search = new URLSearchParams({ client_id: id, request_uri })
      return { url: `${url}/authorize?${search.toString()}`, state }
    },

    async answered(address, state) {
      const answer = new URL(address, url).searchParams
      if (state === '' || answer.get('state') !== state) throw new AnswerError('other-browser')
      // Mixed up with another platform's (RFC 9207): its code must not reach this one.
      if (answer.get('iss') !== url) throw new AnswerError('other-platform')
      const name = `question.${state}`
      const question = kept(QuestionSchema, await keep.get(name))
      if (question === null) throw new AnswerError('unknown')
      await keep.set(name, null)
      if (answer.get('error') !== null) throw new AnswerError('denied')
      const exchange = {
        grant_type: 'authorization_code',
        code: answer.get('code') ?? '',
        redirect_uri: question.redirect,
        code_verifier: question.verifier,
      }
      const tokens = await ask('/v1/token', () => Promise.resolve(exchange), GrantTokensSchema)
        .catch((error: unknown) => {
          if (error instanceof ApiProblem && error.oauth !== null) {
            throw new AnswerError('refused', error)
          }
          throw error
        })
      return await taken(tokens)
    },

    async askWithoutBrowser({ owner, details, message, seconds }) {
      const form = {
        login_hint: owner,
        authorization_details: JSON.stringify(details),
        ...message === undefined ? {} : { binding_message: message },
        ...seconds === undefined ? {} : { requested_expiry: String(seconds) },
      }
      const asked = await ask('/v1/ciba', () => Promise.resolve(form), BackchannelSchema)
      const { auth_req_id: secret, interval, expires_in } = asked
      const expires = now() + expires_in
      await keep.set(`waiting.${secret}`, JSON.stringify({ interval, expires }))
      return { id: secret, expires }
    },

    poll,

    async waiting() {
      return (await keep.names('waiting.')).map((name) => name.slice('waiting.'.length))
    },

    async granted() {
      const names = await keep.names('grant.')
      return names.map((name) => grantedOf(grantId(name.slice('grant.'.length)), boundClient(name)))
    },

    async grant(id) {
      const name = `grant.${id}`
      return await keep.get(name) === null ? null : grantedOf(grantId(id), boundClient(name))
    },

    async webhooks() {
      if (await keep.get('webhook-secrets') === null) await newSecret()
      return verify
    },

    changeWebhookSecret: newSecret,
  }
}

/** What is registered of us; null before the first time. */
async function registered(client: Client, id: Bytes): Promise<Registration | null> {
  try {
    return parseRegistration((await client.provider(id)).registration).content
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'provider-unknown') return null
    throw error
  }
}

function sameAbout(about: About, known: Registration): boolean {
  const { name, domain, logo, contact, purposes, redirects, hook } = known
  const text = (of: About) => toBase64url(encode({ ...of }))
  return text(about) === text({ name, domain, logo, contact, purposes, redirects, hook })
}

const GrantTokensSchema = v.object({ refresh_token: v.string(), grant_id: v.string() })

async function makeKeys({ keep, sealing }: ProviderOptions, at: number): Promise<string> {
  const text = await newProviderKeys(at, sealing ?? 'native')
  await keep.set('keys', text)
  return text
}
