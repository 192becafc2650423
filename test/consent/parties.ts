/**
 * The two sides of a consent and the operator between them, for the tests of receipts.
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'
import { openApproval, openRegistration, parseRegistration } from '../../shared/consent/provider.ts'
import { makeReceipt } from '../../shared/consent/receipt.ts'
import type { ReceiptParts } from '../../shared/consent/receipt-record.ts'
import { makeTerms } from '../../shared/consent/terms.ts'
import { createIdentity, type Identity } from '../../shared/identity/identity.ts'
import { generateSealingKey, generateSigningKey, signer } from '../../shared/identity/keys.ts'
import { NOBODY, type Signer, statementId } from '../../shared/identity/statement.ts'
import { createHousehold, createPerson, type Person } from '../rig/household.ts'

/** 2026-06-14T12:00:00Z */
export const NOON = 1_781_438_400
const DAY = 86_400
const channel = (first: number): Bytes => new Uint8Array(16).fill(first)

export interface Parties {
  readonly owner: Person
  readonly provider: { readonly identity: Identity; readonly signer: Signer }
  readonly operator: Person
  readonly registration: Bytes
  readonly approval: Bytes
  readonly parts: ReceiptParts
  receipt(changes?: Partial<ReceiptParts>, by?: Signer): Promise<string>
}

export async function createProvider(): Promise<Parties['provider']> {
  const [signing, sealing] = [await generateSigningKey(), await generateSealingKey()]
  const keys = [
    { index: 0, algorithm: signing.algorithm, publicKey: signing.publicKey, purpose: 'sign' },
    { index: 1, algorithm: sealing.algorithm, publicKey: sealing.publicKey, purpose: 'seal' },
  ] as const
  const first = { kind: 'provider', at: NOON, keys } as const
  const identity = await createIdentity(first, 0, signer(NOBODY, 0, signing))
  return { identity, signer: signer(identity.id, 0, signing) }
}

export async function register(
  provider: Parties['provider'],
  words: { readonly name?: string; readonly domain?: string } = {},
): Promise<Bytes> {
  const registration = await openRegistration({
    provider: provider.identity.id,
    seq: 0,
    name: words.name ?? 'Energieberatung Grünwald',
    domain: words.domain ?? 'beratung.example',
    logo: null,
    contact: 'mailto:frag@beratung.example',
    purposes: ['energy-advice', 'research'],
    redirects: ['https://beratung.example/back'],
    hook: null,
    at: NOON,
  }, provider.signer)
  return registration.statement.bytes
}

export async function approve(
  registration: Bytes,
  by: Signer,
  approved = true,
): Promise<Bytes> {
  const { statement } = parseRegistration(registration)
  const approval = await openApproval({
    provider: statement.identity,
    registration: await statementId(statement),
    approved,
    at: NOON,
  }, by)
  return approval.statement.bytes
}

export async function createParties(): Promise<Parties> {
  const { owner } = await createHousehold({ now: NOON })
  const operator = await createPerson('operator', NOON)
  const provider = await createProvider()
  const registration = await register(provider)
  const approval = await approve(registration, operator.signer)
  const parts: ReceiptParts = {
    grant: new Uint8Array(16).fill(7),
    owner: owner.identity,
    recipient: provider.identity,
    toKey: 1,
    registration,
    approval,
    operator: operator.identity,
    terms: makeTerms({
      channels: [channel(2), channel(1)],
      purposes: ['research', 'energy-advice'],
      from: NOON,
      until: NOON + 183 * DAY,
      history: NOON - 30 * DAY,
    }),
    channels: [
      { id: channel(1), classes: 'energy', resolution: 'PT15M' },
      { id: channel(2), classes: 'energy', resolution: 'P1D' },
    ],
    request: new Uint8Array(32).fill(9),
    language: 'de',
    platform: 'https://kilowit.example',
    at: NOON,
  }
  return {
    owner,
    provider,
    operator,
    registration,
    approval,
    parts,
    receipt: async (changes = {}, by = owner.signer) =>
      await makeReceipt({ ...parts, ...changes }, by),
  }
}
