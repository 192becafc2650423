/**
 * The client's calls about consent: an owner's history, grants with their steps and wrapped keys, and
 * who read what.
 *
 * @module
 */
import type * as v from 'valibot'
import { type Bytes, concat, fromBase64url, toBase64url } from '../bytes.ts'
import { encode, joinArray } from '../cbor.ts'
import {
  type AccessAnswer,
  AccessesSchema,
  AccessRequestSchema,
  AddedSchema,
  CBOR,
  CBOR_SEQUENCE,
  GrantSchema,
  GrantsSchema,
  type GrantSummary,
  HistorySchema,
  KeysSchema,
  PairingSteppedSchema,
  PairingStepsSchema,
  RedirectSchema,
  RequestAddressSchema,
  RequestCodeSchema,
  SteppedSchema,
  WaitingSchema,
  WrapsTakenSchema,
} from './schemas.ts'
import type { Call } from './transport.ts'

/** An event of an owner's history, with what came beside it: encoded CBOR items. */
export interface HistoryEntry {
  /** Its place in the order in which the platform took the events of all authors. */
  readonly n: number
  readonly event: Bytes
  readonly companions: readonly Bytes[]
}

/** The owner's own newest event; -1 and null before the first. */
export interface OwnerHead {
  readonly seq: number
  readonly id: Bytes | null
}

export interface GrantInfo {
  readonly grant: Bytes
  readonly owner: Bytes
  readonly recipient: Bytes
  readonly state: GrantSummary['state']
  readonly ended: { readonly reason: string; readonly at: number } | null
  readonly channels: readonly Bytes[]
  readonly from: number
  readonly until: number
  readonly history: number
  readonly step: number
  /** To the owner: when blocks were last given, and how many in all; null when none were. */
  readonly accessed?: { readonly at: number; readonly blocks: number } | null
}

/** The last block that could be read, by channel. */
export interface LastInfo {
  readonly channel: Bytes
  /** -1 for none. */
  readonly seq: number
  readonly at: number | null
  readonly provisional: boolean
  readonly withheld: number
}

export interface GrantDetail extends GrantInfo {
  readonly statement: Bytes
  readonly steps: readonly Bytes[]
  readonly receipt: string | null
  /** While it is paused or has ended. */
  readonly last: readonly LastInfo[]
}

/** The key of an epoch, or those of some of its blocks, under the grant's key. */
export interface KeyInfo {
  readonly channel: Bytes
  readonly epoch: number
  readonly head: Bytes
  readonly wrapped: Bytes | null
  readonly blocks: readonly (readonly [seq: number, wrapped: Bytes])[] | null
}

export interface AccessInfo extends Omit<AccessAnswer, 'channel'> {
  readonly channel: Bytes
}

/** What a provider asks, as it was pushed. */
export interface AccessRequestInfo {
  /** The provider's identity. */
  readonly client: Bytes
  /** Canonical JSON: its SHA-256 is what a grant names as its request. */
  readonly pushed: string
  readonly expires: number
  readonly answer: 'granted' | 'denied' | null
  /** Another browser, which has no keys, was first with it and goes on with the answer. */
  readonly elsewhere: boolean
}

/** One that waits for the owner; its `id` names it to that owner alone. */
export interface WaitingRequest extends AccessRequestInfo {
  readonly id: string
}

export interface ConsentClient {
  /** What waits for the caller's answer. */
  waitingRequests(): Promise<readonly WaitingRequest[]>
  /** @param id what follows the last colon of the `request_uri`, or the id in the list */
  accessRequest(id: string): Promise<AccessRequestInfo>
  /**
   * Allows it, by the event of a grant and what comes with it; answers where the browser goes, null
   * where it is not this one that was sent.
   */
  grantRequest(
    id: string,
    entry: readonly [event: Bytes, ...companions: Bytes[]],
  ): Promise<string | null>
  /** Says no; answers as `grantRequest`. */
  denyRequest(id: string): Promise<string | null>
  /** A code to be typed on the device that can answer, and until when it holds. */
  newRequestCode(id: string): Promise<{ code: string; expires: number }>
  /** The request of a code as it was typed: what to open. */
  requestOfCode(code: string): Promise<{ client_id: string; request_uri: string }>
  /** Where the browser goes with an answer given elsewhere; null while there is none. */
  answerOf(id: string): Promise<string | null>
  /** An owner's history after a place; a device of several owners names one. */
  history(after?: number, owner?: Bytes): AsyncGenerator<HistoryEntry>
  /** Adds events, each with what it speaks of, all or none; answers the owner's newest event. */
  postHistory(
    entries: readonly (readonly [event: Bytes, ...companions: Bytes[]])[],
  ): Promise<OwnerHead>
  grants(): AsyncGenerator<GrantInfo>
  grant(grant: Bytes): Promise<GrantDetail>
  /** A provider gives it back, with a token of the grant. */
  returnGrant(grant: Bytes): Promise<void>
  /** A recipient's keys: of one channel after an epoch, or all. */
  keys(grant: Bytes, of?: { channel: Bytes; after?: number }): AsyncGenerator<KeyInfo>
  /** A recipient's step. */
  postStep(grant: Bytes, step: Bytes): Promise<void>
  /** The steps of a pairing after one of them; without that, the newest alone. */
  pairingSteps(other: Bytes, after?: number): AsyncGenerator<Bytes>
  /** Adds the next step of a pairing: the owner's to do. */
  postPairingStep(device: Bytes, step: Bytes): Promise<void>
  /** Batches of wrapped keys, each with its encoded list, all or none. */
  postWraps(batches: readonly (readonly [batch: Bytes, list: Bytes])[]): Promise<void>
  /** What a recipient was given, by hour; the owner's to ask. */
  access(grant: Bytes): AsyncGenerator<AccessInfo>
}

/** How the client calls. */
export interface Calling {
  readonly send: (call: Call) => Promise<Response>
  readonly json: <S extends v.GenericSchema>(schema: S, call: Call) => Promise<v.InferOutput<S>>
  readonly get: (path: string, token: boolean) => Call
  readonly post: (path: string, type: string, body: Bytes, token: boolean) => Call
  readonly paged: <T>(
    load: (after: string) => Promise<{ data: readonly T[]; next: string | null }>,
  ) => AsyncGenerator<T>
}

export function consentCalls({ send, json, get, post, paged }: Calling): ConsentClient {
  const query = (after: string) => after === '' ? '' : `?after=${after}`
  return {
    async *history(after = -1, owner) {
      const of = owner === undefined ? '' : `&owner=${toBase64url(owner)}`
      const load = (cursor: string) => {
        const path = `/v1/history?after=${cursor === '' ? after : cursor}${of}`
        return json(HistorySchema, get(path, true))
      }
      for await (const { n, event, companions } of paged(load)) {
        yield { n, event: fromBase64url(event), companions: companions.map(fromBase64url) }
      }
    },

    async postHistory(entries) {
      const body = concat(...entries.map(joinArray))
      const call = post('/v1/history', CBOR_SEQUENCE, body, true)
      const { head } = await json(AddedSchema, call)
      return { seq: head.seq, id: head.id === null ? null : fromBase64url(head.id) }
    },

    async *grants() {
      const load = (after: string) => json(GrantsSchema, get(`/v1/grants${query(after)}`, true))
      for await (const one of paged(load)) yield grantInfo(one)
    },

    async grant(grant) {
      const one = await json(GrantSchema, get(grantPath(grant), true))
      return {
        ...grantInfo(one),
        statement: fromBase64url(one.statement),
        steps: one.steps.map(fromBase64url),
        receipt: one.receipt,
        last: one.last.map((last) => ({ ...last, channel: fromBase64url(last.channel) })),
      }
    },

    async returnGrant(grant) {
      await send({ method: 'DELETE', path: grantPath(grant), token: true })
    },

    async *keys(grant, of) {
      const path = `${grantPath(grant)}/keys`
      const channel = of === undefined ? '' : toBase64url(of.channel)
      const first = of?.after === undefined ? '' : `${channel}.${of.after}`
      const only = of === undefined ? '' : `channel=${channel}`
      const load = (cursor: string) => {
        const after = cursor === '' ? first : cursor
        const asked = [only, after === '' ? '' : `after=${after}`].filter((one) => one !== '')
        const search = asked.length === 0 ? '' : `?${asked.join('&')}`
        return json(KeysSchema, get(path + search, true))
      }
      for await (const { channel, epoch, head, wrapped, blocks } of paged(load)) {
        yield {
          channel: fromBase64url(channel),
          epoch,
          head: fromBase64url(head),
          wrapped: wrapped === null ? null : fromBase64url(wrapped),
          blocks: blocks && blocks.map(([seq, key]) => [seq, fromBase64url(key)] as const),
        }
      }
    },

    async waitingRequests() {
      const { data } = await json(WaitingSchema, get('/v1/requests', true))
      return data.map(({ client, ...rest }) => ({ client: fromBase64url(client), ...rest }))
    },

    async *pairingSteps(other, after) {
      const path = `/v1/pairings/${toBase64url(other)}/steps`
      const load = (cursor: string) => {
        const from = cursor === '' ? after ?? '' : cursor
        return json(PairingStepsSchema, get(path + query(String(from)), true))
      }
      for await (const step of paged(load)) yield fromBase64url(step)
    },

    async postPairingStep(device, step) {
      const path = `/v1/pairings/${toBase64url(device)}/steps`
      await json(PairingSteppedSchema, post(path, CBOR, step, true))
    },

    async accessRequest(id) {
      const { client, ...rest } = await json(AccessRequestSchema, get(requestPath(id), true))
      return { client: fromBase64url(client), ...rest }
    },

    async grantRequest(id, entry) {
      const call = post(`${requestPath(id)}/grant`, CBOR_SEQUENCE, joinArray(entry), true)
      return (await json(RedirectSchema, call)).redirect
    },

    async denyRequest(id) {
      const call = { method: 'POST', path: `${requestPath(id)}/denial`, token: true } as const
      return (await json(RedirectSchema, call)).redirect
    },

    async newRequestCode(id) {
      const call = { method: 'POST', path: `${requestPath(id)}/code`, token: false } as const
      return await json(RequestCodeSchema, call)
    },

    async requestOfCode(code) {
      return await json(
        RequestAddressSchema,
        post('/v1/request-codes', CBOR, encode(code), true),
      )
    },

    async answerOf(id) {
      const call = { method: 'POST', path: `${requestPath(id)}/redirect`, token: false } as const
      return (await json(RedirectSchema, call)).redirect
    },

    async postStep(grant, step) {
      await json(SteppedSchema, post(`${grantPath(grant)}/steps`, CBOR, step, true))
    },

    async postWraps(batches) {
      const body = concat(...batches.map(joinArray))
      await json(WrapsTakenSchema, post('/v1/wraps', CBOR_SEQUENCE, body, true))
    },

    async *access(grant) {
      const path = `${grantPath(grant)}/access`
      const load = (after: string) => json(AccessesSchema, get(path + query(after), true))
      for await (const one of paged(load)) yield { ...one, channel: fromBase64url(one.channel) }
    },
  }
}

function requestPath(id: string): string {
  return `/v1/requests/${encodeURIComponent(id)}`
}

function grantPath(grant: Bytes): string {
  return `/v1/grants/${toBase64url(grant)}`
}

function grantInfo(one: GrantSummary): GrantInfo {
  const { grant, owner, recipient, state, ended, channels, from, until, history, step } = one
  return {
    grant: fromBase64url(grant),
    owner: fromBase64url(owner),
    recipient: fromBase64url(recipient),
    state,
    ended,
    channels: channels.map(fromBase64url),
    from,
    until,
    history,
    step,
    ...one.accessed === undefined ? {} : { accessed: one.accessed },
  }
}
