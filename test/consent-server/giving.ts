/**
 * An owner that gives consent and a provider that takes it, for the platform's tests: events, grants,
 * steps and wraps made with the project's own statements, so that a test can send them late, twice,
 * wrong or in another order.
 *
 * @module
 */
import { calculateJwkThumbprint } from 'jose'
import type { App } from '../../server/app.ts'
import type { Caller } from '../../server/policy.ts'
import { accessTokens } from '../../server/tokens/access-token.ts'
import { ApiProblem, type Client } from '../../shared/api/client.ts'
import { signProof } from '../../shared/api/jwt.ts'
import { type Bytes, toBase64url } from '../../shared/bytes.ts'
import { splitArray } from '../../shared/cbor.ts'
import { type Grant, newGrantKey, openGrant, sealGrantKey } from '../../shared/consent/grant.ts'
import { type Event, openEvent, parseEvent } from '../../shared/consent/history.ts'
import { openStep, type Step } from '../../shared/consent/steps.ts'
import { makeTerms, type Terms } from '../../shared/consent/terms.ts'
import {
  encodeWrapList,
  importGrantKey,
  openWraps,
  ownerHead,
  wrapEpoch,
  type WrapItem,
} from '../../shared/consent/wrap.ts'
import type { Identity } from '../../shared/identity/identity.ts'
import { generateSigningKey, signer, type SigningKey } from '../../shared/identity/keys.ts'
import type { Opened } from '../../shared/identity/content.ts'
import { NOBODY, sha256, type Signer, statementId } from '../../shared/identity/statement.ts'
import type { TestChannel } from '../rig/household.ts'
import { createProvider } from '../rig/provider.ts'
import {
  clientFor,
  type Member,
  NOW,
  type Platform,
  PUBLIC_URL,
  withLength,
} from '../server/platform.ts'

export function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length))
}

/** An event with what it speaks of, as it is posted. */
export type PostedEntry = readonly [event: Bytes, ...companions: Bytes[]]

/** A batch of wraps with its list. */
export type PostedBatch = readonly [batch: Bytes, list: Bytes]

/** Somebody to whom grants are sealed. */
export interface Recipient {
  readonly identity: Identity
  readonly signer: Signer
  readonly sealing: { readonly index: number; readonly key: Parameters<typeof sealGrantKey>[3] }
  /** With a token of its own assertion, bound to no grant. */
  readonly client: Client
}

export interface TestGrant {
  readonly opened: Opened<Grant>
  readonly id: Bytes
  /** The grant key. */
  readonly raw: Bytes
  /** What stands there as far as the owner knows: changed by {@link Giver.step}. */
  standing: { step: number; head: Bytes }
}

/** A provider that has made itself known. */
export async function createRecipient(platform: Platform): Promise<Recipient> {
  const { identity, signer: by, sealing } = await createProvider(NOW)
  const client = clientFor(platform, by)
  await client.registerIdentity(identity.changes)
  return { identity, signer: by, sealing: { index: 1, key: sealing }, client }
}

/** The owner of another household, as a person who receives. */
export function asRecipient(of: Member): Recipient {
  const { identity, signer: by, sealing } = of.household.owner
  return { identity, signer: by, sealing: { index: 2, key: sealing }, client: of.owner }
}

/** Terms for a channel: from an hour ago for a day, with all that was ever written. */
export function termsOf(channels: readonly TestChannel[], more: Partial<Terms> = {}): Terms {
  return makeTerms({
    channels: channels.map(({ id }) => id),
    purposes: ['energy-advice', 'research'],
    from: Math.max(NOW - 3600, more.history ?? 0),
    until: NOW + 86_400,
    history: 0,
    ...more,
  })
}

/** What an owner, or a tab of one, thinks that its history is. */
export interface Giver {
  readonly member: Member
  readonly head: { seq: number; id: Bytes | null }
  /** Makes an event after the newest one that is known; it is not sent. */
  event(content: Partial<Event> & Pick<Event, 'what' | 'about'>, by?: Signer): Promise<{
    opened: Opened<Event>
    id: Bytes
  }>
  /** Makes a grant and its event. */
  grant(to: Recipient, terms: Terms, more?: Partial<Grant>): Promise<[TestGrant, PostedEntry]>
  /** Makes a step and its event, and takes the step as the newest of the grant. */
  step(
    grant: TestGrant,
    content: Partial<Step> & Pick<Step, 'what'>,
    by?: Signer,
  ): Promise<PostedEntry>
  /** Sends, and takes the events as the newest if the platform did. */
  send(...entries: PostedEntry[]): Promise<void>
  /** Grants and sends in one go. */
  give(to: Recipient, terms: Terms): Promise<TestGrant>
  /** Goes a step and sends it. */
  go(grant: TestGrant, content: Partial<Step> & Pick<Step, 'what'>): Promise<void>
  /** A second tab with the same keys and what this one knows. */
  tab(): Giver
  /** Takes what the platform says as the newest. */
  refresh(): Promise<void>
}

export function giver(
  member: Member,
  known: { seq: number; id: Bytes | null } = { seq: -1, id: null },
  client: Client = member.owner,
): Giver {
  const { owner } = member.household
  const head = { ...known }

  const self: Giver = {
    member,
    head,
    async event(content, by = owner.signer) {
      const made = await openEvent({
        owner: owner.identity.id,
        seq: head.seq + 1,
        prev: head.id,
        seen: null,
        at: NOW,
        entry: null,
        ...content,
      } as Event, by) // a test may make it wrong on purpose
      const id = await statementId(made.statement)
      head.seq = made.content.seq
      head.id = id
      return { opened: made, id }
    },
    async grant(to, terms, more = {}) {
      const raw = newGrantKey(random)
      const name = {
        grant: random(16),
        owner: owner.identity.id,
        to: to.identity.id,
        toKey: to.sealing.index,
      }
      const sealed = await sealGrantKey(raw, name, terms, to.sealing.key)
      const rest = { request: null, receipt: null, replaces: null, at: NOW }
      const opened = await openGrant({ ...name, ...sealed, terms, ...rest, ...more }, owner.signer)
      const id = await statementId(opened.statement)
      const { grant } = opened.content
      const event = await self.event({ what: 'granted', about: grant, entry: id, copy: null })
      const made = { opened, id: grant, raw, standing: { step: 0, head: id } }
      return [made, [event.opened.statement.bytes, opened.statement.bytes]]
    },
    async step(grant, content, by = owner.signer) {
      const { bytes, id } = await stepOf(grant, content, by)
      const about = grant.id
      const event = await self.event({ what: 'stepped', about, entry: id })
      return [event.opened.statement.bytes, bytes]
    },
    async send(...entries) {
      await client.postHistory(entries)
    },
    async give(to, terms) {
      const [grant, entry] = await self.grant(to, terms)
      await self.send(entry)
      return grant
    },
    async go(grant, content) {
      await self.send(await self.step(grant, content))
    },
    tab: () => giver(member, head, client),
    async refresh() {
      const { id, seq } = await headOf(client)
      head.seq = seq
      head.id = id
    },
  }
  return self
}

/** The owner's own newest event, by what the platform has. */
async function headOf(client: Client): Promise<{ seq: number; id: Bytes | null }> {
  let newest: { seq: number; id: Bytes | null } = { seq: -1, id: null }
  for await (const { event } of client.history()) {
    const { content, statement } = parseEvent(event)
    if (content.seen !== null || toBase64url(statement.identity) !== toBase64url(content.owner)) {
      continue
    }
    newest = { seq: content.seq, id: await statementId(statement) }
  }
  return newest
}

/** A step after the newest one that is known, which it becomes. */
export async function stepOf(
  grant: TestGrant,
  content: Partial<Step> & Pick<Step, 'what'>,
  by: Signer,
): Promise<{ bytes: Bytes; id: Bytes }> {
  const { standing } = grant
  const reason = content.what === 'revoked' ? { reason: 'withdrawn' } : {}
  const made = await openStep({
    grant: grant.id,
    step: standing.step + 1,
    prev: standing.head,
    at: NOW,
    ...reason,
    ...content,
  } as Step, by) // a test may make it wrong on purpose
  const id = await statementId(made.statement)
  grant.standing = { step: made.content.step, head: id }
  return { bytes: made.statement.bytes, id }
}

/** A batch for an epoch of a channel: whole keys for some grants. */
export async function wrapsFor(
  channel: TestChannel,
  epoch: number,
  seen: Bytes,
  grants: readonly TestGrant[],
  by: Signer,
  more: readonly WrapItem[] = [],
): Promise<PostedBatch> {
  const blind = random(16)
  const head = await ownerHead(blind, seen)
  const of = channel.epochs[epoch]
  if (of === undefined) throw new Error(`The channel has no epoch ${epoch}`)
  const wrap = await wrapEpoch(of.raw, { channel: channel.id, epoch, head })
  const whole = await Promise.all(grants.map(async ({ id, raw }) => ({
    grant: id,
    wrapped: await wrap(await importGrantKey(raw)),
  })))
  const list = encodeWrapList([...whole, ...more])
  const batch = await openWraps({
    channel: channel.id,
    epoch,
    seen,
    blind,
    wraps: await sha256(list),
    at: NOW,
  }, by)
  return [batch.statement.bytes, list]
}

/** Asks as the recipient of one grant does: with a token that is bound to it. */
export interface Bound {
  readonly client: Client
  /** The answer to a request as it is. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>
}

/**
 * A client whose token is bound to a grant. It is issued here, as the authorization code flow does.
 */
export async function boundTo(
  platform: Platform,
  recipient: Recipient,
  grant: TestGrant,
  app: App = platform.app,
): Promise<Bound> {
  const key = await generateSigningKey()
  const of = { identity: recipient.identity.id, grant, key }
  const sign = signer(NOBODY, 0, key).sign
  const ask = async (address: string, init: RequestInit = {}) => {
    const token = await boundToken(platform, of)
    const url = new URL(address, PUBLIC_URL)
    const method = init.method ?? 'GET'
    const proof = {
      method,
      url: url.origin + url.pathname,
      now: platform.clock.now,
      jti: toBase64url(random(16)),
      accessToken: token,
    }
    const headers = new Headers(init.headers)
    headers.set('Authorization', `DPoP ${token}`)
    headers.set('DPoP', await signProof(proof, key, sign))
    const sent = { ...init, headers }
    return await app.request(url.href, { ...sent, headers: withLength(sent) })
  }
  // A client's own requests for a token never leave: what it asks goes out with this one.
  const client = clientFor(platform, recipient.signer, app, async (url, init) => {
    if (url.endsWith('/v1/token')) {
      return Response.json({ access_token: 'a.b.c', token_type: 'DPoP', expires_in: 600 })
    }
    return await ask(url, init)
  })
  return { client, ask }
}

/** A token for a provider's session key, bound to a grant. */
export async function boundToken(
  platform: Platform,
  { identity, grant, key }: {
    readonly identity: Bytes
    readonly grant: TestGrant
    readonly key: SigningKey
  },
): Promise<string> {
  const { operator, clock } = platform
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: toBase64url(key.publicKey) }
  const caller: Caller = { id: identity, kind: 'provider', grant: grant.id }
  const tokens = accessTokens({ operator, publicUrl: PUBLIC_URL })
  return await tokens.issue(caller, await calculateJwkThumbprint(jwk), clock.now)
}

/** The problem that asking ends in. */
export async function problemOf(asked: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await asked
  } catch (error) {
    if (error instanceof ApiProblem) return { ...error.problem }
    throw error
  }
  throw new Error('It was not refused')
}

/** Bodies of a sequence of blocks: null where one was withheld. */
export function bodiesOf(blocks: readonly Bytes[]): (Bytes | null)[] {
  return blocks.map((block) => {
    const [, body] = splitArray(block)
    return body === undefined || body[0] === 0xf6 ? null : body
  })
}
