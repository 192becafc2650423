/**
 * A new grant: its key, sealed to the recipient and to the owner itself, and the statement that the
 * owner signs.
 *
 * @module
 */
import { type Bytes, fromHex, toHex } from '../../../shared/bytes.ts'
import { encode } from '../../../shared/cbor.ts'
import { newGrantKey, openGrant, sealGrantKey } from '../../../shared/consent/grant.ts'
import { fitsPairingStep } from '../../../shared/consent/pairing-step.ts'
import { stateAt } from '../../../shared/consent/steps.ts'
import { coversChannel, type Terms } from '../../../shared/consent/terms.ts'
import { importGrantKey } from '../../../shared/consent/wrap.ts'
import { type Identity, sealKeyOf } from '../../../shared/identity/identity.ts'
import type { SealAlgorithm } from '../../../shared/identity/keys.ts'
import { statementId } from '../../../shared/identity/statement.ts'
import { AppError } from '../../app-error.ts'
import type { VaultDatabase } from '../../vault/database.ts'
import { loadDevices } from '../../vault/devices.ts'
import type { Self } from '../../vault/identities.ts'
import type { BrowserVault } from '../../vault/vault.ts'
import { loadBook } from './book.ts'
import type { Deed } from './events.ts'

export interface Gift {
  readonly grant: Bytes
  readonly recipient: Identity
  /** Index of the recipient's sealing key. */
  readonly toKey: number
  readonly terms: Terms
  readonly request: Bytes | null
  readonly receipt: { readonly jws: string; readonly hash: Bytes } | null
  readonly replaces: Bytes | null
}

const seconds = () => Math.floor(Date.now() / 1000)
/** Stands for one where only the length counts. */
const NO_KEY = new Uint8Array(32)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

export const newGrantId = (): Bytes => random(16)

/** @throws {AppError} for a gateway's lines that are given to as many as it can be told of */
export async function grantDeed(vault: BrowserVault, self: Self, gift: Gift): Promise<Deed> {
  const { grant, recipient, toKey, terms, request, receipt, replaces } = gift
  const { owner: { identity, signer } } = self
  const own = sealKeyOf(identity)?.index ?? 0 // an owner has one
  const to = sealKey(recipient, toKey)
  await ensureToldToGateways(vault.database, gift)
  const owner = identity.id
  const name = { grant, owner, to: recipient.id, toKey }
  const ownName = { grant, owner, to: owner, toKey: own }
  const raw = newGrantKey(random)
  const sealed = await sealGrantKey(raw, name, terms, to)
  const copied = await sealGrantKey(raw, ownName, terms, sealKey(identity, own))
  const copy = { toKey: own, ...copied }
  const { statement } = await openGrant({
    ...name,
    ...sealed,
    terms,
    request,
    receipt: receipt?.hash ?? null,
    replaces,
    at: seconds(),
  }, signer)
  const key = await importGrantKey(raw)
  const locked = await vault.lock(raw)
  raw.fill(0)
  const channels = terms.channels.map(toHex)
  return {
    draft: { what: 'granted', about: grant, entry: await statementId(statement), copy },
    companions: [statement.bytes, ...receipt === null ? [] : [encode(receipt.jws)]],
    grant: {
      name: toHex(grant),
      record: {
        statement: statement.bytes,
        steps: [],
        recipient: recipient.changes,
        key,
        raw: locked,
        madeFor: own,
        receipt: receipt?.jws ?? null,
        owing: Object.fromEntries(channels.map((channel) => [channel, 0])),
      },
    },
  }
}

async function ensureToldToGateways(
  database: VaultDatabase,
  { grant, terms, replaces }: Gift,
): Promise<void> {
  const { names, writes, unpaired } = await loadDevices(database)
  const gateways = Object.keys(names).filter((id) => !unpaired.includes(id))
  const replaced = replaces === null ? null : toHex(replaces)
  for (const gateway of gateways) {
    const written = writes[gateway]?.map(fromHex) ?? []
    const givenBy = (given: Terms) => written.filter((channel) => coversChannel(given, channel))
    if (givenBy(terms).length === 0) continue
    const others = [...await loadBook(database)]
      .filter(([name, { standing }]) =>
        name !== replaced && stateAt(standing, seconds()).phase !== 'ended'
      )
      .map(([, { standing }]) => ({ grant: standing.grant.grant, terms: standing.terms }))
    const told = [...others, { grant, terms }].flatMap(({ grant, terms: given }) => {
      const channels = givenBy(given)
      const { history, until } = given
      return channels.length === 0 ? [] : { grant, key: NO_KEY, channels, history, until }
    })
    if (!fitsPairingStep(told)) throw new AppError('gateway-full')
  }
}

/** A sealing key that a recipient has now. */
export function sealKey(
  recipient: Identity,
  index: number,
): { algorithm: SealAlgorithm; publicKey: Bytes } {
  const key = recipient.keys.find((one) => one.index === index)
  if (key?.purpose !== 'seal') throw new AppError('request-changed')
  // Its identity was read, so its algorithm is one for this purpose.
  return { algorithm: key.algorithm as SealAlgorithm, publicKey: key.publicKey }
}
