/**
 * What somebody asks by OAuth, and the owner's answer. What the platform tells of a request is
 * checked against what the browser was sent here with and against the asker's own signed words. A yes
 * is an event of the owner's history that the platform takes together with the answer, or not at
 * all; where the way to it was cut, what was signed is found again.
 *
 * @module
 */
import * as v from 'valibot'
import { ApiProblem, type Client } from '../../../shared/api/client.ts'
import {
  type Bytes,
  equal,
  fromBase64url,
  toBase64url,
  toHex,
  utf8,
} from '../../../shared/bytes.ts'
import { parseCanonicalJson } from '../../../shared/canonical-json.ts'
import { parseGrant } from '../../../shared/consent/grant.ts'
import { parseEvent } from '../../../shared/consent/history.ts'
import { type AccessRequest, longestOf, parseRequest } from '../../../shared/consent/request.ts'
import { stateAt } from '../../../shared/consent/steps.ts'
import { type Identity, readIdentity } from '../../../shared/identity/identity.ts'
import { sha256 } from '../../../shared/identity/statement.ts'
import { AppError } from '../../app-error.ts'
import {
  type ConsentActions,
  consentProgress,
  type ConsentRequest,
  type Line,
  requests,
  type ShortCode,
  type ShownTerms,
  type WayOn,
} from '../../consent/state.ts'
import { wayBack } from '../../consent/way-back.ts'
import type { VaultDatabase } from '../../vault/database.ts'
import type { Self } from '../../vault/identities.ts'
import { loadMeters } from '../../vault/meters.ts'
import { clientFor } from '../client.ts'
import type { OwnerActions, OwnerOptions } from './actions.ts'
import { signGrant } from './allow.ts'
import { type Kept, loadBook } from './book.ts'
import { partyOf, type Registered, registered } from './parties.ts'

const PREFIX = 'urn:ietf:params:oauth:request_uri:'

const PushedSchema = v.looseObject({
  client_id: v.string(),
  /** Absent where there is no browser. */
  redirect_uri: v.optional(v.string()),
  binding_message: v.optional(v.string()),
  authorization_details: v.unknown(),
})

interface Asked {
  /** What names it to the platform. */
  readonly name: string
  readonly hash: Bytes
  readonly request: AccessRequest
  readonly provider: Identity
  readonly known: Registered
  readonly opened: ConsentRequest
}

export type Answers =
  & Pick<ConsentActions, 'openRequest' | 'openWaiting' | 'requestOfCode' | 'answerRequest' | 'goOn'>
  & {
    /** Shows what waits for the owner's answer. */
    showWaiting(): Promise<void>
  }

const seconds = () => Math.floor(Date.now() / 1000)

/** The answer that was given on another device, for the browser that was sent here without keys. */
export async function answeredElsewhere(
  { vault }: Pick<OwnerOptions, 'vault'>,
  clientId: string,
  requestUri: string,
): Promise<WayOn | null> {
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
  return { to: way, verified: party.verified }
}

/** A code for the device that can answer, to be shown in the browser that cannot. */
export async function newCode(requestUri: string): Promise<ShortCode> {
  return await clientFor().newRequestCode(secretOf(requestUri))
}

function secretOf(requestUri: string): string {
  if (!requestUri.startsWith(PREFIX)) throw new AppError('request-unknown')
  return requestUri.slice(PREFIX.length)
}

export function createAnswers(
  { vault, running }: Pick<OwnerOptions, 'vault' | 'running'>,
  actions: Pick<OwnerActions, 'give' | 'channelOf' | 'showGrants'>,
): Answers {
  const { database } = vault
  const open = new Map<string, Asked>()

  async function offerOf(request: AccessRequest): Promise<{
    offer: ShownTerms
    missing: { classes: Line['classes']; resolution: string }[]
  }> {
    const [detail] = request
    if (detail === undefined) throw new AppError('request-changed')
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
    const offer = { lines, purposes: detail.purposes, ...longestOf(detail, seconds()) }
    return { offer, missing }
  }

  async function opened(name: string, clientId: string | null): Promise<Asked> {
    const { client } = await running()
    const info = await client.accessRequest(name)
    const by = toBase64url(info.client)
    if (clientId !== null && by !== clientId) throw new AppError('request-changed')
    const { redirect, message, request } = readPushed(info.pushed, by)
    const provider = await readIdentity((await client.identity(info.client)).changes)
    if (!equal(provider.id, info.client)) throw new AppError('request-changed')
    const before = await grantsTo(database, provider)
    const known = await registered(database, client, provider)
    if (known === null) throw new AppError('provider-unknown')
    const party = await partyOf(provider, request[0]?.seal_key ?? 0, known)
    // A key that is not there cannot be sealed to.
    if (party.key === '') throw new AppError('request-changed')
    const now = seconds()
    const holds = before.find(({ standing }) => stateAt(standing, now).phase !== 'ended')
    const hash = await sha256(utf8(info.pushed))
    const asked = {
      name,
      hash,
      request,
      provider,
      known,
      opened: {
        id: name,
        party,
        redirect,
        message,
        elsewhere: info.elsewhere,
        ...await offerOf(request),
        optional: request[0]?.optional_purposes ?? [],
        expires: info.expires,
        holds: holds === undefined ? null : toBase64url(holds.standing.grant.grant),
        answered: info.answer === null ? null : info.answer === 'granted',
      },
    }
    open.set(name, asked)
    return asked
  }

  async function giveTo(asked: Asked, shown: ShownTerms): Promise<Bytes> {
    const { name, provider: identity, known, request, hash } = asked
    const receiver = { identity, toKey: request[0]?.seal_key ?? 0, known, request: hash }
    const { grant, deed } = await signGrant({ vault, running }, actions.channelOf, receiver, shown)
    await actions.give({ ...deed, request: name })
    return grant
  }

  /** Whether a yes to it is signed here and has not reached the platform yet. */
  async function isOnItsWay({ hash }: Asked): Promise<boolean> {
    const own = await grantsFor(database, hash)
    return (await database.getAll('events')).some(({ event, request }) =>
      request !== undefined && own.some((grant) => equal(parseEvent(event).content.about, grant))
    )
  }

  /** Where the browser goes with a grant that was signed here for this request. */
  async function addressOf(asked: Asked, grant: Bytes): Promise<string | null> {
    const { self, client } = await running()
    if (await isOnItsWay(asked)) throw new AppError('answer-waits')
    if (await database.get('grants', toHex(grant)) === undefined) {
      // It was not taken: there was another answer, or it was too late.
      const { answer } = await client.accessRequest(asked.name)
      throw new AppError(answer === null ? 'request-changed' : 'request-answered')
    }
    return await client.grantRequest(asked.name, await entryOf(client, self, grant))
  }

  async function waiting(): Promise<ConsentRequest[]> {
    const { client } = await running()
    const found: ConsentRequest[] = []
    for (const { id, client: by } of await client.waitingRequests()) {
      try {
        const asked = open.get(id) ?? await opened(id, toBase64url(by))
        found.push(asked.opened)
      } catch (error) {
        // One that does not hold is none, and hides no other.
        if (!(error instanceof AppError || error instanceof ApiProblem)) throw error
      }
    }
    return found
  }

  return {
    async openRequest(clientId, requestUri) {
      return (await opened(secretOf(requestUri), clientId)).opened
    },

    async openWaiting(id) {
      return (await opened(id, null)).opened
    },

    async requestOfCode(typed) {
      const { client } = await running()
      return secretOf((await client.requestOfCode(typed)).request_uri)
    },

    async showWaiting() {
      const isKnown = await running().then(() => true, () => false) &&
        await database.count('setup') === 0
      requests.value = isKnown ? await waiting() : []
    },

    async answerRequest(id, terms) {
      const { client } = await running()
      const asked = open.get(id)
      if (asked === undefined) throw new AppError('request-unknown')
      try {
        // A yes that is signed and on its way is not taken back by a no behind it.
        if (await isOnItsWay(asked)) throw new AppError('answer-waits')
        const address = terms === null
          ? await client.denyRequest(asked.name)
          : await addressOf(asked, await giveTo(asked, terms))
        requests.value = requests.peek().filter((one) => one.id !== id)
        return address
      } finally {
        consentProgress.value = null
      }
    },

    async goOn(id) {
      const { client } = await running()
      const asked = open.get(id)
      if (asked === undefined) throw new AppError('request-unknown')
      if (asked.opened.answered === false) return await client.denyRequest(asked.name)
      await actions.showGrants() // what was taken while this page was away is in the history
      for (const grant of await grantsFor(database, asked.hash)) {
        try {
          return await addressOf(asked, grant)
        } catch (error) {
          // One of another request with the same words.
          if (!(error instanceof ApiProblem) || error.code !== 'request-answered') throw error
        }
      }
      throw new AppError('request-answered')
    },
  }
}

/** Grants that were signed here for a request, by the hash of what was pushed. */
async function grantsFor(database: VaultDatabase, request: Bytes): Promise<Bytes[]> {
  return (await database.getAll('grants')).flatMap(({ statement }) => {
    const { content } = parseGrant(statement)
    return content.request !== null && equal(content.request, request) ? [content.grant] : []
  })
}

/**
 * What was given to the same provider before.
 *
 * @throws {AppError} `request-changed` when it is not who it was: without the changes that are known,
 * a key that was taken back could be given anew
 */
export async function grantsTo(database: VaultDatabase, provider: Identity): Promise<Kept[]> {
  const book = await loadBook(database)
  const found = [...book.values()].filter(({ standing }) => equal(standing.grant.to, provider.id))
  for (const { record } of found) {
    const goesOn = record.recipient.every((change, i) => {
      const now = provider.changes[i]
      return now !== undefined && equal(change, now)
    })
    if (!goesOn) throw new AppError('request-changed')
  }
  return found
}

function readPushed(
  pushed: string,
  clientId: string,
): Pick<ConsentRequest, 'redirect' | 'message'> & { readonly request: AccessRequest } {
  try {
    const content = v.parse(PushedSchema, parseCanonicalJson(pushed))
    if (content.client_id !== clientId) throw new AppError('request-changed')
    return {
      redirect: content.redirect_uri ?? null,
      message: content.binding_message ?? null,
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
  throw new AppError('answer-waits')
}
