/**
 * The owner's history from the platform: fetched from its first event, verified with all its
 * signatures, and held against what this browser remembers. What stands in the vault of grants is
 * rebuilt from it alone; only the grants' keys are this browser's, or come from the owner's own copy.
 *
 * @module
 */
import { type Bytes, equal, toHex } from '../../../shared/bytes.ts'
import type { Client } from '../../../shared/api/client.ts'
import { CborError, decode } from '../../../shared/cbor.ts'
import {
  type Grant,
  GrantKeyError,
  openGrantKey,
  parseGrant,
} from '../../../shared/consent/grant.ts'
import {
  type History,
  HistoryError,
  parseEvent,
  readHistory,
  rebuild,
} from '../../../shared/consent/history.ts'
import { isReceiptOf } from '../../../shared/consent/receipt.ts'
import { parseStep, type Step, StepsError } from '../../../shared/consent/steps.ts'
import { importGrantKey } from '../../../shared/consent/wrap.ts'
import type { Opened } from '../../../shared/identity/content.ts'
import { isSameChain } from '../../../shared/identity/changes.ts'
import { type Identity, IdentityError, readIdentity } from '../../../shared/identity/identity.ts'
import { parsePairing } from '../../../shared/identity/pairing.ts'
import { StatementError } from '../../../shared/identity/statement.ts'
import { AppError } from '../../app-error.ts'
import { type GrantRecord, STRICT } from '../../vault/database.ts'
import { devicesIn } from '../../vault/devices.ts'
import type { Self } from '../../vault/identities.ts'
import type { BrowserVault } from '../../vault/vault.ts'
import { ownerIdentity } from '../../proof-run/evidence.ts'
import { isOwners, loadHeads } from './events.ts'

export interface FetchOptions {
  readonly vault: BrowserVault
  readonly self: Self
  readonly client: Client
}

interface Told {
  readonly grant: Opened<Grant>
  /** Of its newest key. */
  copy: { readonly toKey: number; readonly enc: Bytes; readonly sealed: Bytes } | null
  readonly receipt: string | null
  steps: Opened<Step>[]
}

/**
 * Nothing may wait to be sent: what is not in the history is forgotten.
 *
 * @throws {AppError} `history-rolled-back` or `history-invalid` when it is not what was signed
 */
export async function fetchHistory({ vault, self, client }: FetchOptions): Promise<History> {
  const { database } = vault
  try {
    const told = new Map<string, Told>()
    const events = []
    for await (const { event, companions: [first, second] } of client.history()) {
      const opened = parseEvent(event)
      events.push(opened)
      const { content } = opened
      if (first === undefined) continue
      if (content.what === 'granted') {
        const grant = parseGrant(first)
        told.set(toHex(content.about), {
          grant,
          copy: content.copy,
          receipt: second === undefined ? null : await receiptFrom(second, grant),
          steps: [],
        })
      } else if (content.what === 'stepped') {
        const known = told.get(toHex(content.about))
        known?.steps.push(parseStep(first))
        if (known !== undefined && content.copy !== undefined) known.copy = content.copy
      }
    }
    const devices = await devicesOf(self, client, events.map(({ statement }) => statement.identity))
    const remembered = new Map(Object.entries(await loadHeads(database)))
    const owner = await ownerIdentity(client, self.owner.identity)
    const history = await readHistory(events, { owner, devices }, { remembered })
    await addRecipientsSteps(client, told)
    const recipients = await recipientsOf(vault, client, told)
    await rebuild(history, owner, {
      grants: [...told.values()].map(({ grant }) => grant),
      steps: [...told.values()].flatMap(({ steps }) => steps),
      recipients: [...recipients.identities.values()],
    })
    await keep({ vault, self, client }, history, told, recipients)
    return history
  } catch (error) {
    if (error instanceof HistoryError) {
      const isOlder = error.fault === 'shorter-than-remembered' ||
        error.fault === 'other-than-remembered'
      throw new AppError(isOlder ? 'history-rolled-back' : 'history-invalid', error)
    }
    const isBroken = error instanceof StepsError || error instanceof StatementError ||
      error instanceof CborError || error instanceof IdentityError || error instanceof GrantKeyError
    if (isBroken) throw new AppError('history-invalid', error)
    throw error
  }
}

/** Whoever keeps one has it in the place of the one that was signed with the grant. */
async function receiptFrom(item: Bytes, { content }: Opened<Grant>): Promise<string> {
  const jws = decode(item)
  if (typeof jws !== 'string' || !(await isReceiptOf(content, jws))) {
    throw new StatementError('Receipt is not the one that the grant names')
  }
  return jws
}

/** The owner's devices that have written in it, each with a pairing. */
async function devicesOf(
  self: Self,
  client: Client,
  authors: readonly Bytes[],
): Promise<Identity[]> {
  const names = new Map(authors.map((author) => [toHex(author), author]))
  names.delete(toHex(self.owner.identity.id))
  if (names.size === 0) return []
  const paired = new Set(
    (await client.pairings()).map((pairing) => toHex(parsePairing(pairing).device)),
  )
  const others = [...names].filter(([name]) => paired.has(name))
  return await Promise.all(others.map(async ([, id]) => {
    if (equal(id, self.device.identity.id)) return self.device.identity
    return await readIdentity((await client.identity(id)).changes)
  }))
}

/** The owner's history has only its own steps: the recipients' are in between. */
async function addRecipientsSteps(client: Client, told: ReadonlyMap<string, Told>): Promise<void> {
  for await (const { grant, step } of client.grants()) {
    const known = told.get(toHex(grant))
    if (known === undefined || known.steps.length === step) continue
    const own = known.steps
    const all = (await client.grant(grant)).steps.map(parseStep)
    // Nothing of the owner's is taken from there that its history does not have.
    const theirs = all.filter(({ content }) => !isOwners(content))
    known.steps = [...own, ...theirs].sort((a, b) => a.content.step - b.content.step)
  }
}

/** By hex of their ids. */
interface Recipients {
  readonly identities: ReadonlyMap<string, Identity>
  /** Those in whose place the platform shows another, which the keys known have not signed. */
  readonly others: ReadonlySet<string>
}

async function recipientsOf(
  { database }: BrowserVault,
  client: Client,
  told: ReadonlyMap<string, Told>,
): Promise<Recipients> {
  const identities = new Map<string, Identity>()
  const others = new Set<string>()
  for (const [name, { grant: { content } }] of told) {
    const recipient = toHex(content.to)
    if (identities.has(recipient)) continue
    const known = (await database.get('grants', name))?.recipient ?? []
    const { changes } = await client.identity(content.to)
    const goesOn = known.length === 0 || isSameChain(known, changes)
    const isNewer = goesOn && changes.length >= known.length
    const shown = isNewer ? await readIdentity(changes).catch(noIdentity) : null
    // What does not hold is no change of the recipient's, whoever shows it.
    if (!goesOn || (isNewer && shown === null)) others.add(recipient)
    if (shown === null && known.length === 0) throw new IdentityError('Identity does not hold')
    const identity = shown ?? await readIdentity(known)
    if (!equal(identity.id, content.to)) throw new IdentityError('Identity is another one')
    identities.set(recipient, identity)
  }
  return { identities, others }
}

function noIdentity(error: unknown): null {
  const isNone = error instanceof IdentityError || error instanceof StatementError ||
    error instanceof CborError
  if (isNone) return null
  throw error
}

async function keep(
  { vault, self }: FetchOptions,
  history: History,
  told: ReadonlyMap<string, Told>,
  { identities, others }: Recipients,
): Promise<void> {
  const { database } = vault
  const records = new Map<string, GrantRecord>()
  for (const [name, { grant, copy, receipt, steps }] of told) {
    const known = await database.get('grants', name)
    const isNewer = copy !== null && copy.toKey > (known?.madeFor ?? -1)
    const restored = isNewer ? await restoredKey(vault, self, grant.content, copy) : null
    const key = restored ?? known ?? null
    if (key === null) continue // its key is another owner key's: it can only be ended
    records.set(name, {
      statement: grant.statement.bytes,
      steps: steps.map(({ statement }) => statement.bytes),
      recipient: identities.get(toHex(grant.content.to))?.changes ?? known?.recipient ?? [],
      ...others.has(toHex(grant.content.to)) ? { otherRecipient: true } : {},
      key: key.key,
      raw: key.raw,
      ...key.madeFor === undefined ? {} : { madeFor: key.madeFor },
      receipt: receipt ?? known?.receipt ?? null,
      owing: known?.owing ?? {},
      following: known?.following ?? {},
    })
  }
  const gone = new Set<string>()
  for (const { content } of history.events) {
    if (content.what === 'paired') gone.delete(toHex(content.about))
    else if (content.what === 'unpaired') gone.add(toHex(content.about))
  }
  const step = database.transaction(['grants', 'self'], 'readwrite', STRICT)
  const devices = await devicesIn(step.objectStore('self'))
  const unpaired = [...new Set([...gone, ...devices.closing])]
  await step.objectStore('self').put({ ...devices, unpaired }, 'devices')
  await step.objectStore('grants').clear()
  for (const [name, record] of records) await step.objectStore('grants').put(record, name)
  await step.objectStore('self').put({ heads: Object.fromEntries(history.heads) }, 'heads')
  await step.done
}

/** A grant's key as the owner sealed it to itself when it was given. */
async function restoredKey(
  vault: BrowserVault,
  { owner }: Self,
  grant: Grant,
  copy: NonNullable<Told['copy']>,
): Promise<Pick<GrantRecord, 'key' | 'raw' | 'madeFor'> | null> {
  const { sealing, earlier = [], identity } = owner
  const sealedTo = [sealing, ...earlier].find(({ index }) => index === copy.toKey)
  if (sealedTo === undefined) return null
  const own = { ...grant, ...copy, to: identity.id }
  const raw = await openGrantKey(own, sealedTo)
  const key = await importGrantKey(raw)
  const locked = await vault.lock(raw)
  raw.fill(0)
  return { key, raw: locked, madeFor: copy.toKey }
}
