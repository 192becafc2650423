/**
 * What an owner's event does beside standing in the history: a grant is kept, a step is gone, an
 * epoch's readings are erased, a device is let go.
 *
 * @module
 */
import { and, between, eq, inArray, isNull, sql } from 'drizzle-orm'
import { type Bytes, equal, fromBase64url } from '../../shared/bytes.ts'
import { decode } from '../../shared/cbor.ts'
import { AUTHORS } from '../../shared/consent/history.ts'
import { type Grant, parseGrant } from '../../shared/consent/grant.ts'
import { type Identity, isSignedBy } from '../../shared/identity/identity.ts'
import { sha256, statementId } from '../../shared/identity/statement.ts'
import type { Opened } from '../../shared/identity/content.ts'
import type { Deps } from '../context.ts'
import type { Database, Transaction } from '../database.ts'
import type { Effect, Entry, Place, Prepare } from '../history/store.ts'
import type { Identities } from '../identity/store.ts'
import type { Limits } from '../limits.ts'
import { parsing } from '../parse.ts'
import { ProblemError } from '../problems.ts'
import { countRegistration } from '../registration.ts'
import {
  blocks,
  channels,
  chapters,
  grantChannels,
  grants,
  pairings,
  wrapBatches,
  wraps,
} from '../schema.ts'
import { tellProvider } from '../webhooks/store.ts'
import { effectOfStep } from './rules.ts'

const NOTHING: Effect = { apply: async () => {} }

const MAX_RECEIPT = 128 * 1024

export function effects(deps: Deps, limits: Limits, identities: Identities): Prepare {
  return async (database, entry, author) => {
    const { content, companions } = entry
    const by = AUTHORS[content.what]
    if (by !== author.kind) throw refused(`That event is for the ${by} to sign`)
    if (by === 'owner' && content.seen !== null) {
      throw refused('An owner’s event names the one before it as prev, and none as seen')
    }
    if (content.what === 'granted') {
      return await effectOfGrant(deps, limits, identities, database, entry, author)
    }
    if (content.what === 'stepped') {
      return await effectOfStep(deps, identities, database, entry, author)
    }
    if (content.what === 'erased') {
      const { about, epochs } = content
      return { apply: (tx, place) => erase(tx, about, epochs, place) }
    }
    if (content.what === 'unpaired') {
      return { apply: (tx, place) => unpair(tx, content.about, place) }
    }
    if (companions.some((one) => one.length > limits.statementBytes)) {
      throw refused('What comes beside the event is too large')
    }
    return NOTHING
  }
}

async function effectOfGrant(
  deps: Deps,
  limits: Limits,
  identities: Identities,
  database: Database,
  { content: event, companions }: Entry,
  owner: Identity,
): Promise<Effect> {
  const [bytes, receiptItem, ...rest] = companions
  if (bytes === undefined || rest.length > 0) {
    throw refused('A grant comes with its statement, and with a receipt or none')
  }
  const { digest = sha256 } = deps
  const grant = await parsing('statement-malformed', () => parseGrant(bytes))
  const { content, statement } = grant
  const id = await statementId(statement, digest)
  const named = equal(event.about, content.grant) && event.entry !== null && equal(event.entry, id)
  if (!named) throw refused('The event names another grant than the one beside it')
  if (!equal(content.owner, owner.id)) throw refused('It is another owner’s grant')
  if (!await isSignedBy(statement, owner)) throw new ProblemError('signature-invalid')
  if (equal(content.to, owner.id)) throw refused('An owner needs no grant of its own')
  const recipient = await identities.newest(database, content.to)
  if (recipient === null) throw new ProblemError('identity-unknown')
  if (recipient.kind !== 'provider' && recipient.kind !== 'owner') {
    throw refused('Only a provider or another owner can be a recipient')
  }
  const key = recipient.keys.find(({ index }) => index === content.toKey)
  if (key?.purpose !== 'seal') throw new ProblemError('grant-key-unknown')
  const receipt = receiptItem === undefined ? null : readReceipt(receiptItem)
  await checkReceipt(receipt, content.receipt, digest)
  return {
    apply: async (tx, place) => {
      await countRegistration(tx, 'grant', place.network, limits.grantsPerDay, deps.now())
      await insertGrant(tx, grant, id, receipt, place)
    },
  }
}

async function insertGrant(
  tx: Transaction,
  { content, statement }: Opened<Grant>,
  id: Bytes,
  receipt: string | null,
  { owner, now }: Place,
): Promise<void> {
  const { terms } = content
  const own = await tx.select({ id: channels.id }).from(channels)
    .where(and(inArray(channels.id, [...terms.channels]), eq(channels.owner, owner)))
  if (own.length !== terms.channels.length) {
    throw refused('A channel of the grant is not known as the owner’s: open it first')
  }
  const inserted = await tx.insert(grants).values({
    id: content.grant,
    owner,
    recipient: content.to,
    statement: statement.bytes,
    receipt,
    statementId: id,
    stepId: id,
    fromAt: terms.from,
    untilAt: terms.until,
    historyAt: terms.history,
    at: now,
  }).onConflictDoNothing().returning({ id: grants.id })
  if (inserted.length === 0) throw new ProblemError('grant-taken')
  await tx.insert(grantChannels).values(
    terms.channels.map((channel) => ({ channel, grant: content.grant })),
  )
  await tellProvider(tx, content.to, 'grant.started', content.grant, now)
}

function readReceipt(item: Bytes): string {
  const text = item.length > MAX_RECEIPT ? null : decode(item)
  if (typeof text !== 'string' || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) {
    throw refused('The receipt is not a JWS in its compact form')
  }
  return text
}

/** Only that it is the one the grant names; what it says is between owner and recipient. */
async function checkReceipt(
  receipt: string | null,
  named: Bytes | null,
  digest: (bytes: Bytes) => Bytes | Promise<Bytes>,
): Promise<void> {
  if (receipt === null && named === null) return
  if (receipt === null || named === null) throw refused('The grant and its receipt belong together')
  const payload = await parsing('statement-malformed', () => {
    try {
      return fromBase64url(receipt.split('.')[1] ?? '')
    } catch {
      throw refused('The receipt is not a JWS in its compact form')
    }
  })
  if (!equal(await digest(payload), named)) throw refused('The grant names another receipt')
}

/** Erased are the readings and the keys; what was signed stays, so that the chain still holds. */
async function erase(
  tx: Transaction,
  channel: Bytes,
  [first, last]: readonly [number, number],
  { owner }: Place,
): Promise<void> {
  const found = await tx.update(channels).set({ erased: sql`${channels.erased} + 1` })
    .where(and(eq(channels.id, channel), eq(channels.owner, owner))).returning({ id: channels.id })
  if (found.length === 0) throw new ProblemError('channel-unknown')
  await tx.update(blocks).set({ body: null })
    .where(and(eq(blocks.channel, channel), between(blocks.epoch, first, last)))
  await tx.delete(wraps)
    .where(and(eq(wraps.channel, channel), between(wraps.epoch, first, last)))
  await tx.update(wrapBatches).set({ list: null })
    .where(and(eq(wrapBatches.channel, channel), between(wrapBatches.epoch, first, last)))
}

/** From now on its posts are refused, and it reads nothing of the owner's any more. */
async function unpair(tx: Transaction, device: Bytes, { owner, now }: Place): Promise<void> {
  const found = await tx.update(pairings).set({ ended: now })
    .where(
      and(eq(pairings.owner, owner), eq(pairings.device, device), isNull(pairings.ended)),
    ).returning({ at: pairings.at })
  if (found.length === 0) throw new ProblemError('device-not-paired')
  const own = tx.select({ id: channels.id }).from(channels).where(eq(channels.owner, owner))
  await tx.update(chapters).set({ unpaired: true })
    .where(and(eq(chapters.device, device), inArray(chapters.channel, own)))
}

function refused(reason: string): ProblemError {
  return new ProblemError('event-refused', { reason })
}
