/**
 * How the client sends: with an access token where one is needed, renewed in time; with a fresh
 * DPoP proof each time; again after a while where the platform asks for that or cannot be reached.
 * Every request of the API may be sent again: the same statement or block is the same.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, concat, fromUtf8, toBase64url } from '../bytes.ts'
import { generateSigningKey, signer as signerOf, type SigningKey } from '../identity/keys.ts'
import { NOBODY, type Signer } from '../identity/statement.ts'
import { signAssertion, signProof } from './jwt.ts'
import { type Problem, ProblemSchema } from './problems.ts'
import { parseRates, type RateLimit } from './rate-limit.ts'
import { GRANT_JWT_BEARER, PROBLEM_JSON, TokenErrorSchema, TokenSchema } from './schemas.ts'

/** What access tokens are asked for with, where that is not the caller's identity alone. */
export interface TokenRequest {
  /** Members of the form beside the caller's authentication (RFC 7521 section 4.2). */
  form(): Promise<Readonly<Record<string, string>>>
  /** Told the answer before its token is used: a new refresh token has to be kept first. */
  taken(answer: TokenAnswer): Promise<void>
}

export type TokenAnswer = v.InferOutput<typeof TokenAnswerSchema>

export interface ClientOptions {
  /** The platform's PUBLIC_URL. */
  readonly url: string
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Seconds since 1970, UTC. */
  readonly now: () => number
  /** Fresh random bytes; WebCrypto's by default. */
  readonly random?: (length: number) => Bytes
  /** Whose name to act in; without it only what is public and posting blocks work. */
  readonly signer?: Signer
  /** Key that access tokens are bound to; made when first needed if there is none. */
  readonly session?: SigningKey
  /** How often to send again, beyond the first time. @default {4} */
  readonly retries?: number
  /** By default the signer's assertion alone is asked with (RFC 7523). */
  readonly tokens?: TokenRequest
}

const TokenAnswerSchema = v.object({
  ...TokenSchema.entries,
  refresh_token: v.optional(v.string()),
  /** Of the consent that the token is for (OAuth grant management). */
  grant_id: v.optional(v.string()),
})

const CLIENT_ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** What the platform answered instead of what was asked for. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly status: number
  /** What the problem says of itself; null when the answer was not the platform's own. */
  readonly problem: Problem | null
  /** Seconds after which the same request may succeed; null if it does not say. */
  readonly retryAfter: number | null
  /** What went wrong in OAuth's words (RFC 6749 section 5.2), from its endpoints. */
  readonly oauth: string | null
  constructor(
    status: number,
    problem: Problem | null,
    retryAfter: number | null,
    message: string,
    oauth: string | null = null,
  ) {
    super(message)
    this.status = status
    this.problem = problem
    this.retryAfter = retryAfter
    this.oauth = oauth
  }

  get code(): Problem['code'] | null {
    return this.problem?.code ?? null
  }
}

/** No answer came at all: offline, or the platform is. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly type?: string
  readonly body?: Bytes | string
  readonly headers?: Record<string, string>
  /** Whether the answer depends on who asks. */
  readonly token: boolean
  readonly signal?: AbortSignal
}

export interface Transport {
  readonly send: (call: Call) => Promise<Response>
  /** Posts a form to an endpoint of OAuth, authenticated as the signer (RFC 7523 section 2.2). */
  readonly ask: <S extends v.GenericSchema>(
    path: string,
    form: () => Promise<Readonly<Record<string, string>>>,
    schema: S,
  ) => Promise<v.InferOutput<S>>
  /** Gets an access token, if there is none that holds. */
  readonly authorize: () => Promise<void>
  /** How much the last answer said that we may still send. */
  readonly rates: () => readonly RateLimit[]
  /** Waits, or until the signal is given. */
  readonly sleep: (seconds: number, signal?: AbortSignal) => Promise<void>
}

/** A token this near to its end is renewed first. */
const MARGIN_SECONDS = 30
const MAX_WAIT_SECONDS = 60
/** What a timer can count to, in milliseconds: more is at once for it. */
const LONGEST_TIMER = 2 ** 31 - 1

interface Token {
  readonly text: string
  readonly expires: number
}

export function transport(options: ClientOptions): Transport {
  const url = options.url.replace(/(?<!\/)\/+$/, '')
  const random = options.random ?? ((length) => crypto.getRandomValues(new Uint8Array(length)))
  const retries = options.retries ?? 4
  let session: Promise<SigningKey> | undefined
  let token: Promise<Token> | undefined
  let told = ''
  /** What to add to our clock to get the platform's. */
  let offset = 0

  const now = () => Math.floor(options.now() + offset)
  const nonce = () => toBase64url(random(16))

  async function proof(method: string, path: string, accessToken?: string): Promise<string> {
    session ??= options.session === undefined
      ? generateSigningKey()
      : Promise.resolve(options.session)
    const key = await session
    const claims = { method, url: url + path, now: now(), jti: nonce() }
    const bound = accessToken === undefined ? {} : { accessToken }
    return await signProof({ ...claims, ...bound }, key, signerOf(NOBODY, 0, key).sign)
  }

  async function fetchOnce(call: Call, headers: Record<string, string>): Promise<Response> {
    const { method, path, body, signal } = call
    try {
      const response = await options.fetch(url + path, {
        method,
        headers,
        ...body === undefined ? {} : { body },
        ...signal === undefined ? {} : { signal },
      })
      told = response.headers.get('RateLimit') ?? told
      return response
    } catch (error) {
      if (signal?.aborted === true) throw error
      throw new Unreachable('The platform cannot be reached', { cause: error })
    }
  }

  /** Sends until there is an answer other than "later". */
  async function patiently(
    call: Call,
    headersOf: () => Promise<Record<string, string>>,
  ): Promise<Response> {
    for (let attempt = 0;; attempt++) {
      const last = attempt >= retries
      let wait = backoff(attempt)
      try {
        const response = await fetchOnce(call, await headersOf())
        if (last || (response.status !== 429 && response.status !== 503)) return response
        const asked = retryAfterOf(response)
        // A wait that long is for a person to decide on.
        if (asked !== null && asked > MAX_WAIT_SECONDS) return response
        wait = Math.max(wait, asked ?? 0)
        await response.arrayBuffer()
      } catch (error) {
        if (last || !(error instanceof Unreachable)) throw error
      }
      await sleep(wait, call.signal)
    }
  }

  /** Doubling, with a random part so that many clients do not come back at once. */
  function backoff(attempt: number): number {
    const [byte = 0] = random(1)
    return Math.min(2 ** attempt, 16) * (0.25 + byte / 512)
  }

  async function fetchToken(): Promise<Token> {
    const { tokens } = options
    const form = async () => await tokens?.form() ?? { grant_type: GRANT_JWT_BEARER }
    const answer = await ask('/v1/token', form, TokenAnswerSchema)
    await tokens?.taken(answer)
    return { text: answer.access_token, expires: now() + answer.expires_in }
  }

  async function ask<S extends v.GenericSchema>(
    path: string,
    form: () => Promise<Readonly<Record<string, string>>>,
    schema: S,
  ): Promise<v.InferOutput<S>> {
    const by = options.signer
    if (by === undefined) throw new TypeError('This client has no signer to ask for a token with')
    for (let attempt = 0;; attempt++) {
      const call: Call = { method: 'POST', path, token: false }
      let body = ''
      const response = await patiently({
        ...call,
        get body() {
          return body
        },
      }, async () => {
        const claims = { audience: url, now: now(), jti: nonce() }
        const assertion = await signAssertion(claims, by)
        const members = await form()
        const identified = members['grant_type'] === GRANT_JWT_BEARER ? { assertion } : {
          client_id: toBase64url(by.identity),
          client_assertion_type: CLIENT_ASSERTION,
          client_assertion: assertion,
        }
        body = new URLSearchParams({ ...members, ...identified }).toString()
        return {
          'Content-Type': 'application/x-www-form-urlencoded',
          'DPoP': await proof('POST', path),
        }
      })
      if (response.ok) return await readJson(schema, response)
      if (response.headers.get('Content-Type')?.startsWith(PROBLEM_JSON)) {
        throw await problemOf(response)
      }
      const error = await readJson(TokenErrorSchema, response)
      if (error.now === undefined || attempt > 0) {
        throw new ApiProblem(response.status, null, null, error.error_description, error.error)
      }
      setClock(error.now)
    }
  }

  function setClock(theirs: number): void {
    offset = theirs - Math.floor(options.now())
  }

  async function accessToken(): Promise<string> {
    for (;;) {
      const asked = token ??= fetchToken()
      try {
        const { text, expires } = await asked
        if (expires - MARGIN_SECONDS > now()) return text
      } catch (error) {
        if (token === asked) token = undefined
        throw error
      }
      if (token === asked) token = undefined
    }
  }

  async function send(call: Call): Promise<Response> {
    for (let attempt = 0;; attempt++) {
      const response = await patiently(call, async () => {
        const typed = call.type === undefined ? {} : { 'Content-Type': call.type }
        if (!call.token) return { ...typed, ...call.headers }
        const text = await accessToken()
        return {
          ...typed,
          ...call.headers,
          'Authorization': `DPoP ${text}`,
          'DPoP': await proof(call.method, call.path, text),
        }
      })
      if (response.ok || response.status === 304) return response
      const problem = await problemOf(response)
      if (problem.status !== 401 || attempt > 1) throw problem
      const theirs = problem.problem?.['now']
      if (problem.code === 'clock-off' && typeof theirs === 'number') setClock(theirs)
      else if (problem.code === 'token-invalid') token = undefined
      else if (problem.code !== 'proof-reused') throw problem
    }
  }

  async function authorize(): Promise<void> {
    await accessToken()
  }

  return { send, ask, authorize, sleep, rates: () => parseRates(told) }
}

/** More than any answer of the platform. */
const MAX_ANSWER = 32 * 1024 * 1024

/** The whole answer. @throws {ApiProblem} when it is larger than any of the platform's */
export async function readBytes(response: Response): Promise<Bytes> {
  const reader = response.body?.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    length += part.value.length
    if (length > MAX_ANSWER) {
      await reader?.cancel()
      throw strange(response, `is larger than ${MAX_ANSWER} bytes`)
    }
    chunks.push(part.value)
  }
  return concat(...chunks)
}

/** @throws {ApiProblem} when the answer is not the platform's own: somebody else's is at its address */
export async function readJson<S extends v.GenericSchema>(
  schema: S,
  response: Response,
): Promise<v.InferOutput<S>> {
  const parsed = v.safeParse(schema, jsonOf(await readBytes(response)), { abortEarly: true })
  if (!parsed.success) throw strange(response, 'has not the shape of the API')
  return parsed.output
}

/** Undefined for bytes that are no JSON, which no schema of the API takes. */
function jsonOf(bytes: Bytes): unknown {
  try {
    return JSON.parse(fromUtf8(bytes))
  } catch {
    return undefined
  }
}

/** For an answer that no platform of this API gives. */
export function strange({ status }: Response, what: string): ApiProblem {
  return new ApiProblem(status, null, null, `The answer ${what}: check the platform's address`)
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const { status } = response
  const retryAfter = retryAfterOf(response)
  try {
    const problem = await readJson(ProblemSchema, response)
    return new ApiProblem(status, problem, retryAfter, `${problem.title}. ${problem.detail}`)
  } catch {
    return new ApiProblem(status, null, retryAfter, `The platform answered with status ${status}`)
  }
}

/** Only the form in seconds (RFC 9110 section 10.2.3), which is the one the platform uses. */
function retryAfterOf(response: Response): number | null {
  const text = response.headers.get('Retry-After')
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null
}

async function sleep(seconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) throw new Error('Aborted while waiting')
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, Math.min(seconds * 1000, LONGEST_TIMER))
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(new Error('Aborted while waiting'))
    }, { once: true })
  })
}
