/**
 * Who recipients are: of a provider what it has registered and signed itself, and whether the
 * operator has approved just that; of another person the fingerprint alone.
 *
 * @module
 */
import { type Bytes, toBase64url, toHex } from '../../../shared/bytes.ts'
import { ApiProblem, type Client } from '../../../shared/api/client.ts'
import {
  isApproved,
  parseApproval,
  parseRegistration,
  type Registration,
  registrationHolds,
} from '../../../shared/consent/provider.ts'
import type { Identity } from '../../../shared/identity/identity.ts'
import { sha256 } from '../../../shared/identity/statement.ts'
import type { Party } from '../../consent/state.ts'
import type { VaultDatabase } from '../../vault/database.ts'
import { loadOperator } from '../delivery.ts'

/** What a party says of itself, and the statements in which it does. */
export interface Registered {
  readonly says: Registration
  readonly registration: Bytes
  /** The operator's, where it holds. */
  readonly approval: Bytes | null
}

/** Null when there is no registration that holds. */
export async function registered(
  database: VaultDatabase,
  client: Client,
  provider: Identity,
): Promise<Registered | null> {
  try {
    const { registration, approval } = await client.provider(provider.id)
    const opened = parseRegistration(registration)
    if (!(await registrationHolds(opened, provider))) return null
    const operator = await loadOperator(database)
    const word = approval === null ? null : parseApproval(approval)
    const holds = operator !== null && await isApproved(opened, word, operator)
    return { says: opened.content, registration, approval: holds ? approval : null }
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null
    throw error
  }
}

/**
 * @param sealedTo index of the recipient's sealing key
 * @param called what a person is called here
 */
export async function partyOf(
  recipient: Identity,
  sealedTo: number,
  known: Registered | null,
  called = '',
): Promise<Party> {
  const key = recipient.keys.find(({ index }) => index === sealedTo)
  return {
    id: toBase64url(recipient.id),
    kind: recipient.kind === 'provider' ? 'provider' : 'person',
    name: known?.says.name ?? called,
    domain: known?.says.domain ?? '',
    logo: known === null || known.says.logo === null ? null : pictureOf(known.says.logo),
    contact: known?.says.contact ?? null,
    verified: known !== null && known.approval !== null,
    key: key === undefined ? '' : toHex(await sha256(key.publicKey)),
    redirects: known?.says.redirects ?? [],
  }
}

/** It was read, so it is a small picture in PNG. */
function pictureOf(logo: Bytes): string {
  return `data:image/png;base64,${btoa(String.fromCharCode(...logo))}`
}
