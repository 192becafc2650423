/**
 * The typed client of the API: what the PWA itself uses.
 *
 * @example
 * ```ts
 * const client = createClient({ url: 'https://kilowit.example', fetch, now, signer })
 * for await (const block of client.blocks(channel, { after: -1 })) await check(block)
 * ```
 *
 * @module
 */
import type * as v from 'valibot'
import { type Bytes, concat, fromBase64url, toBase64url } from '../bytes.ts'
import { encode, joinArray, splitSequence } from '../cbor.ts'
import type { IdentityKind } from '../identity/kinds.ts'
import { consentCalls, type ConsentClient } from './consent-calls.ts'
import { readEvents } from './events.ts'
import { pairingCalls, type PairingClient } from './pairing-calls.ts'
import type { Problem } from './problems.ts'
import type { RateLimit } from './rate-limit.ts'
import {
  ApprovedSchema,
  CBOR,
  CBOR_SEQUENCE,
  ChannelSchema,
  ChannelsSchema,
  ChapterOpenedSchema,
  EpochsSchema,
  ForksSchema,
  HeadSchema,
  IdentitySchema,
  OpenedSchema,
  OperatorSchema,
  PairedSchema,
  PairingsSchema,
  ProviderSchema,
  ProvidersSchema,
  RegisteredSchema,
  TakenSchema,
  VersionSchema,
  WebhookSecretSchema,
} from './schemas.ts'
import {
  ApiProblem,
  type Call,
  type ClientOptions,
  readBytes,
  readJson,
  strange,
  transport,
  Unreachable,
} from './transport.ts'

export { ApiProblem, type ClientOptions, Unreachable }

export interface HeadRef {
  /** -1 before the first block. */
  readonly seq: number
  /** Of the newest block, or of the channel's opening. */
  readonly id: Bytes
}

export interface ChannelInfo {
  readonly channel: Bytes
  readonly opening: Bytes
  readonly chapters: readonly Bytes[]
  readonly head: HeadRef
  /** Newest epoch opened; -1 before the first. */
  readonly epoch: number
  readonly updated: number
}

export interface HeadInfo extends HeadRef {
  /** The head block's COSE_Sign1: to be verified, and its id compared. */
  readonly statement: Bytes | null
  readonly chapter: number
  readonly epoch: number
  readonly accepted: number | null
}

export interface TakenInfo {
  /** How many items are kept now, those known before included. */
  readonly taken: number
  /** The operator's statements, one for each taken block, in order. */
  readonly acknowledgements: readonly Bytes[]
  readonly head: HeadRef
  /** Why item `taken` was refused; null if all were taken. */
  readonly refusal: Problem | null
}

export interface ForkInfo {
  readonly seq: number
  readonly id: Bytes
  readonly block: Bytes
  readonly seen: number
}

export interface ProviderInfo {
  readonly id: Bytes
  /** Its newest registration, as signed. */
  readonly registration: Bytes
  readonly approval: Bytes | null
  /** What the platform says: whoever has its operator's identity checks `approval`. */
  readonly verified: boolean
}

export interface BlockRange {
  /** Seq to start after. @default {-1} */
  readonly after?: number
  /** Only blocks with readings at or after `from` and before `to`; seconds since 1970, UTC. */
  readonly from?: number
  readonly to?: number
  /** Blocks per page. @default {100} */
  readonly limit?: number
}

export interface Client extends ConsentClient, PairingClient {
  /** How much the platform's last answer said that we may still send; empty if it did not. */
  rates(): readonly RateLimit[]
  /** Gets an access token ahead of the first request that needs one. */
  authorize(): Promise<void>
  version(): Promise<string>
  operator(): Promise<{ identity: Bytes[]; url: string }>
  /** Registers a whole chain of changes, or what was appended to one. */
  registerIdentity(changes: readonly Bytes[]): Promise<{ id: Bytes; seq: number }>
  identity(id: Bytes): Promise<{ id: Bytes; kind: IdentityKind; changes: Bytes[] }>
  registerProvider(registration: Bytes): Promise<{ id: Bytes; seq: number }>
  provider(id: Bytes): Promise<ProviderInfo>
  /** Of the operator alone. */
  providers(): AsyncGenerator<ProviderInfo>
  /** Sets what signs the caller's webhooks; the secret before signs beside it for a while. */
  setWebhookSecret(secret: string): Promise<{ previousUntil: number | null }>
  /** The operator's word on a provider. */
  approve(approval: Bytes): Promise<{ verified: boolean }>
  addPairing(pairing: Bytes): Promise<void>
  pairings(): Promise<Bytes[]>
  openChannel(opening: Bytes): Promise<void>
  openChapter(opening: Bytes): Promise<void>
  channels(): AsyncGenerator<ChannelInfo>
  channel(channel: Bytes): Promise<ChannelInfo>
  /** Openings after a number, at most so many in one answer. */
  epochs(channel: Bytes, after?: number, limit?: number): AsyncGenerator<Bytes>
  head(channel: Bytes): Promise<HeadInfo>
  /** Posts epoch openings and blocks in order. Throws if not even the first was taken. */
  postBlocks(channel: Bytes, items: readonly Bytes[]): Promise<TakenInfo>
  blocks(channel: Bytes, range?: BlockRange): AsyncGenerator<Bytes>
  /** New blocks as they come, through broken connections and renewed tokens, until the signal. */
  stream(
    channel: Bytes,
    options: { after: number; signal: AbortSignal },
  ): AsyncGenerator<{ seq: number; block: Bytes }>
  forks(channel: Bytes): AsyncGenerator<ForkInfo>
}

const MAX_ITEMS = 1000
const RECONNECT_SECONDS = 2

export function createClient(options: ClientOptions): Client {
  const { send, authorize, sleep, rates } = transport(options)

  async function json<S extends v.GenericSchema>(schema: S, call: Call): Promise<v.InferOutput<S>> {
    return await readJson(schema, await send(call))
  }

  const get = (path: string, token: boolean): Call => ({ method: 'GET', path, token })
  const post = (path: string, type: string, body: Bytes, token: boolean): Call => ({
    method: 'POST',
    path,
    type,
    body,
    token,
  })

  /** Items of all pages of a list. */
  async function* paged<T>(
    load: (after: string) => Promise<{ data: readonly T[]; next: string | null }>,
  ): AsyncGenerator<T> {
    for (let after: string | null = ''; after !== null;) {
      const page: { data: readonly T[]; next: string | null } = await load(after)
      yield* page.data
      // A page without anything on it, or the same one again, would never end.
      after = page.data.length === 0 || page.next === after ? null : page.next
    }
  }

  const query = (after: string) => after === '' ? '' : `?after=${after}`

  return {
    rates,
    authorize,

    async version() {
      return (await json(VersionSchema, get('/version', false))).version
    },

    async operator() {
      const { identity, url } = await json(OperatorSchema, get('/v1/operator', false))
      return { identity: identity.map(fromBase64url), url }
    },

    async registerIdentity(changes) {
      const body = joinArray(changes)
      const call = post('/v1/identities', CBOR, body, false)
      const { id, seq } = await json(RegisteredSchema, call)
      return { id: fromBase64url(id), seq }
    },

    async identity(id) {
      const call = get(`/v1/identities/${toBase64url(id)}`, false)
      const { kind, changes } = await json(IdentitySchema, call)
      return { id, kind, changes: changes.map(fromBase64url) }
    },

    async registerProvider(registration) {
      const call = post('/v1/providers', CBOR, registration, true)
      const { id, seq } = await json(RegisteredSchema, call)
      return { id: fromBase64url(id), seq }
    },

    async provider(id) {
      const call = get(`/v1/providers/${toBase64url(id)}`, false)
      return providerInfo(await json(ProviderSchema, call))
    },

    async *providers() {
      const load = (after: string) =>
        json(ProvidersSchema, get(`/v1/providers${query(after)}`, true))
      for await (const one of paged(load)) yield providerInfo(one)
    },

    async setWebhookSecret(secret) {
      const call = post('/v1/webhook-secrets', CBOR, encode(secret), true)
      const { previous_until: previousUntil } = await json(WebhookSecretSchema, call)
      return { previousUntil }
    },

    async approve(approval) {
      const { verified } = await json(ApprovedSchema, post('/v1/approvals', CBOR, approval, false))
      return { verified }
    },

    async addPairing(pairing) {
      await json(PairedSchema, post('/v1/pairings', CBOR, pairing, true))
    },

    async pairings() {
      const { data } = await json(PairingsSchema, get('/v1/pairings', true))
      return data.map(fromBase64url)
    },

    async openChannel(opening) {
      await json(OpenedSchema, post('/v1/channels', CBOR, opening, true))
    },

    async openChapter(opening) {
      await json(ChapterOpenedSchema, post('/v1/chapters', CBOR, opening, true))
    },

    async *channels() {
      const load = (after: string) => json(ChannelsSchema, get(`/v1/channels${query(after)}`, true))
      for await (const one of paged(load)) yield channelInfo(one)
    },

    async channel(channel) {
      return channelInfo(await json(ChannelSchema, get(pathOf(channel), true)))
    },

    async *epochs(channel, after, limit) {
      const path = `${pathOf(channel)}/epochs`
      const load = (cursor: string) => {
        const from = cursor === '' && after !== undefined ? String(after) : cursor
        const most = limit === undefined ? '' : `${from === '' ? '?' : '&'}limit=${limit}`
        return json(EpochsSchema, get(path + query(from) + most, true))
      }
      for await (const one of paged(load)) yield fromBase64url(one)
    },

    async head(channel) {
      const head = await json(HeadSchema, get(`${pathOf(channel)}/head`, true))
      return {
        ...head,
        id: fromBase64url(head.id),
        statement: head.statement === null ? null : fromBase64url(head.statement),
      }
    },

    async postBlocks(channel, items) {
      const call = post(`${pathOf(channel)}/blocks`, CBOR_SEQUENCE, concat(...items), false)
      const { taken, acknowledgements, head, refusal } = await json(TakenSchema, call)
      return {
        taken,
        acknowledgements: acknowledgements.map(fromBase64url),
        head: { seq: head.seq, id: fromBase64url(head.id) },
        refusal: refusal ?? null,
      }
    },

    async *blocks(channel, range = {}) {
      const path = `${pathOf(channel)}/blocks`
      for (let after: number | null = range.after ?? -1; after !== null;) {
        const asked = Object.entries({ ...range, after })
        const search = asked.map(([name, value]) => `${name}=${value}`).join('&')
        const response: Response = await send(get(`${path}?${search}`, true))
        if (response.status === 304) return // what the caller has is all there is
        if (response.headers.get('Content-Type') !== CBOR_SEQUENCE) {
          throw strange(response, 'has no blocks in it')
        }
        const blocks = splitSequence(await readBytes(response), MAX_ITEMS)
        yield* blocks
        const next = nextOf(response)
        if (next !== null && (blocks.length === 0 || !(next > after))) {
          throw strange(response, 'has a next page that does not go on')
        }
        after = next
      }
    },

    async *stream(channel, { after, signal }) {
      let seen = after
      while (!signal.aborted) {
        try {
          const response = await send({
            ...get(`${pathOf(channel)}/stream?after=${seen}`, true),
            headers: { 'Last-Event-ID': String(seen) },
            signal,
          })
          if (response.body === null) throw new Unreachable('The stream has no body')
          for await (const { id, data } of readEvents(response.body, signal)) {
            seen = Number(id)
            yield { seq: seen, block: fromBase64url(data) }
          }
        } catch (error) {
          if (signal.aborted) return
          // Problems that stay are the caller's to hear; a lost connection is not a problem.
          const lasting = error instanceof ApiProblem || error instanceof SyntaxError ||
            error instanceof RangeError
          if (lasting) throw error
        }
        await sleep(RECONNECT_SECONDS, signal).catch(() => undefined)
      }
    },

    async *forks(channel) {
      const path = `${pathOf(channel)}/forks`
      const load = (after: string) => json(ForksSchema, get(path + query(after), true))
      for await (const { seq, id, block, seen } of paged(load)) {
        yield { seq, id: fromBase64url(id), block: fromBase64url(block), seen }
      }
    },

    ...pairingCalls({ json, send, get, post }),
    ...consentCalls({ send, json, get, post, paged }),
  }
}

function pathOf(channel: Bytes): string {
  return `/v1/channels/${toBase64url(channel)}`
}

/** Where the next page begins (RFC 8288), of which only the place is the platform's to say. */
function nextOf(response: Response): number | null {
  const link = /<[^<>?]*\?([^<>]*)>;\s*rel="next"/.exec(response.headers.get('Link') ?? '')
  if (link === null) return null
  const after = new URLSearchParams(link[1]).get('after') ?? ''
  return /^\d{1,15}$/.test(after) ? Number(after) : NaN
}

function providerInfo(answer: v.InferOutput<typeof ProviderSchema>): ProviderInfo {
  return {
    id: fromBase64url(answer.id),
    registration: fromBase64url(answer.registration),
    approval: answer.approval === null ? null : fromBase64url(answer.approval),
    verified: answer.verified,
  }
}

function channelInfo(answer: v.InferOutput<typeof ChannelSchema>): ChannelInfo {
  return {
    channel: fromBase64url(answer.channel),
    opening: fromBase64url(answer.opening),
    chapters: answer.chapters.map(fromBase64url),
    head: { seq: answer.head.seq, id: fromBase64url(answer.head.id) },
    epoch: answer.epoch,
    updated: answer.updated,
  }
}
