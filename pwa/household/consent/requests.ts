/**
 * What somebody asks by OAuth, and the owner's answer. What the platform tells of a request is
 * checked against what the browser was sent here with and against the asker's own signed words; the
 * answer goes into the owner's history first, and then to the request.
 *
 * @module
 */
import * as v from 'valibot'
import { ApiProblem, type Client } from '../../../shared/api/client.ts'
import { type Bytes, equal, fromBase64url, toBase64url, utf8 } from '../../../shared/bytes.ts'
import { parseCanonicalJson } from '../../../shared/canonical-json.ts'
import { parseEvent } from '../../../shared/consent/history.ts'
import { makeReceipt, receiptHash } from '../../../shared/consent/receipt.ts'
import { type AccessRequest, parseRequest, shift } from '../../../shared/consent/request.ts'
import { makeTerms } from '../../../shared/consent/terms.ts'
import { type Identity, readIdentity } from '../../../shared/identity/identity.ts'
import { sha256 } from '../../../shared/identity/statement.ts'
import { AppError } from '../../app-error.ts'
import {
  type ConsentActions,
  consentProgress,
  type ConsentRequest,
  grants,
  type Line,
  type ShownTerms,
} from '../../consent/state.ts'
import { wayBack } from '../../consent/way-back.ts'
import { language } from '../../i18n/messages.ts'
import type { Self } from '../../vault/identities.ts'
import { loadMeters } from '../../vault/meters.ts'
import { clientFor } from '../client.ts'
import { loadOperator } from '../delivery.ts'
import type { OwnerActions, OwnerOptions } from './actions.ts'
import { grantDeed, newGrantId } from './give.ts'
import { partyOf, type Registered, registered } from './parties.ts'

const PREFIX = 'urn:ietf:params:oauth:request_uri:'

const PushedSchema = v.looseObject({
  client_id: v.string(),
  redirect_uri: v.string(),
  authorization_details: v.unknown(),
})

interface Asked {
  readonly secret: string
  readonly hash: Bytes
  readonly request: AccessRequest
  readonly provider: Identity
  readonly known: Registered
}

const seconds = () => Math.floor(Date.now() / 1000)

/** The answer that was given on another device, for the browser that was sent here without keys. */
export async function answeredElsewhere(
  { vault }: Pick<OwnerOptions, 'vault'>,
  clientId: string,
  requestUri: string,
): Promise<string | null> {
  const client = clientFor()
  const address = await client.answerOf(secretOf(requestUri))
  if (address === null) return null
  const { changes } = await client.identity(fromBase64url(clientId))
  const provider = await readIdentity(changes)
  const known = await registered(vault.database, client, provider)
  if (toBase64url(provider.id) !== clientId || known === null) {
    throw new AppError('provider-unknown')
  }
  const party = await partyOf(provider, 0, known)
  const ways = party.redirects.map((redirect) => wayBack(address, { redirect, party }))
  const way = ways.find((one) => one !== null)
  if (way === undefined) throw new AppError('request-changed')
  return way
}

function secretOf(requestUri: string): string {
  if (!requestUri.startsWith(PREFIX)) throw new AppError('request-unknown')
  return requestUri.slice(PREFIX.length)
}

export function createAnswers(
  { vault, running }: Pick<OwnerOptions, 'vault' | 'running'>,
  actions: Pick<OwnerActions, 'give' | 'channelOf' | 'revokeGrant'>,
): Pick<ConsentActions, 'openRequest' | 'answerRequest'> {
  const { database } = vault
  const open = new Map<string, Asked>()

  async function offerOf(request: AccessRequest): Promise<{
    offer: ShownTerms
    missing: { classes: Line['classes']; resolution: string }[]
  }> {
    const [detail] = request
    if (detail === undefined) throw new AppError('request-changed')
    const now = seconds()
    const begin = detail.from ?? now
    const from = Math.max(begin, now)
    const lines: Line[] = []
    const missing: { classes: Line['classes']; resolution: string }[] = []
    const meters = await loadMeters(database)
    for (const { classes, resolution } of request) {
      // Of a sub-meter nothing is made that is not there; it is read off what the main one says.
      const having = meters.filter(({ parent, channels }) =>
        parent === null ||
        channels.some((one) => one.classes === classes && one.resolution === resolution)
      )
      lines.push(...having.map(({ id }) => ({ meter: id, classes, resolution })))
      if (having.length === 0) missing.push({ classes, resolution })
    }
    const offer = {
      lines,
      purposes: detail.purposes,
      from,
      until: Math.max(shift(begin, detail.period, 1), from),
      history: detail.history === undefined ? from : shift(begin, detail.history, -1),
    }
    return { offer, missing }
  }

  async function giveTo(asked: Asked, shown: ShownTerms): Promise<string | null> {
    const { self, client } = await running()
    consentProgress.value = { step: 'channels', done: 0, of: 0 }
    const channels: { id: Bytes; classes: Line['classes']; resolution: string }[] = []
    for (const line of shown.lines) channels.push({ ...line, id: await actions.channelOf(line) })
    consentProgress.value = { step: 'signing', done: 0, of: 0 }
    const { purposes, from, until, history } = shown
    const ids = channels.map(({ id }) => id)
    const terms = makeTerms({ channels: ids, purposes, from, until, history })
    const grant = newGrantId()
    const { provider, known, request, hash } = asked
    const toKey = request[0]?.seal_key ?? 0
    const jws = await makeReceipt({
      grant,
      owner: self.owner.identity,
      recipient: provider,
      toKey,
      registration: known.registration,
      approval: known.approval,
      operator: known.approval === null ? null : await loadOperator(database),
      terms,
      channels,
      request: hash,
      language: language.peek(),
      platform: location.origin,
      at: seconds(),
    }, self.owner.signer)
    const receipt = { jws, hash: await receiptHash(jws) }
    const gift = { grant, recipient: provider, toKey, terms, request: hash, receipt }
    await actions.give(await grantDeed(vault, self, { ...gift, replaces: null }))
    try {
      return await client.grantRequest(asked.secret, await entryOf(client, self, grant))
    } catch (error) {
      // A consent that answers nothing is none.
      const isRefused = error instanceof ApiProblem && error.status < 500 && error.status !== 429
      if (isRefused) await actions.revokeGrant(toBase64url(grant))
      throw error
    }
  }

  return {
    async openRequest(clientId, requestUri) {
      const { client } = await running()
      const secret = secretOf(requestUri)
      const { client: by, pushed, expires, answer, elsewhere } = await client.accessRequest(secret)
      if (answer !== null) throw new AppError('request-answered')
      const { redirect, request } = readPushed(pushed, clientId)
      if (toBase64url(by) !== clientId) throw new AppError('request-changed')
      const provider = await readIdentity((await client.identity(by)).changes)
      if (!equal(provider.id, by)) throw new AppError('request-changed')
      const known = await registered(database, client, provider)
      if (known === null) throw new AppError('provider-unknown')
      const party = await partyOf(provider, request[0]?.seal_key ?? 0, known)
      // A key that is not there cannot be sealed to.
      if (party.key === '') throw new AppError('request-changed')
      open.set(secret, { secret, hash: await sha256(utf8(pushed)), request, provider, known })
      const holds = grants.peek()?.find((one) => one.party.id === party.id && one.ended === null)
      const opened: ConsentRequest = {
        id: secret,
        party,
        redirect,
        elsewhere,
        ...await offerOf(request),
        optional: request[0]?.optional_purposes ?? [],
        expires,
        holds: holds?.id ?? null,
      }
      return opened
    },

    async answerRequest(id, terms) {
      const { client } = await running()
      const asked = open.get(id)
      if (asked === undefined) throw new AppError('request-unknown')
      if (terms === null) return await client.denyRequest(asked.secret)
      try {
        return await giveTo(asked, terms)
      } finally {
        consentProgress.value = null
      }
    },
  }
}

function readPushed(
  pushed: string,
  clientId: string,
): { readonly redirect: string; readonly request: AccessRequest } {
  try {
    const content = v.parse(PushedSchema, parseCanonicalJson(pushed))
    if (content.client_id !== clientId) throw new AppError('request-changed')
    return {
      redirect: content.redirect_uri,
      request: parseRequest(content.authorization_details),
    }
  } catch (error) {
    throw error instanceof AppError ? error : new AppError('request-changed', error)
  }
}

/** The event by which a grant stands in the owner's history, as the platform has it. */
async function entryOf(
  client: Client,
  { owner }: Self,
  grant: Bytes,
): Promise<[event: Bytes, ...companions: Bytes[]]> {
  for await (const { event, companions } of client.history()) {
    const { content, statement } = parseEvent(event)
    const isIt = content.what === 'granted' && equal(content.about, grant) &&
      equal(statement.identity, owner.identity.id)
    if (isIt) return [event, ...companions]
  }
  throw new AppError('offline') // it waits to be sent
}
