/**
 * Who the recipient of a receipt is, by the statements that are in it: its own registration, and the
 * operator's approval.
 *
 * @module
 */
import { type Bytes, equal } from '../bytes.ts'
import { CborError } from '../cbor.ts'
import type { Opened } from '../identity/content.ts'
import { type Identity, IdentityError, readIdentity, wasSignedBy } from '../identity/identity.ts'
import { StatementError } from '../identity/statement.ts'
import { isApproved, parseApproval, parseRegistration, type Registration } from './provider.ts'
import { ReceiptError, type ReceiptEvidence, type ReceiptFields } from './receipt-fields.ts'

export interface KnownProvider {
  readonly name: string
  readonly domain: string
  readonly contact: string
}

/** @throws {ReceiptError} */
export async function readEvidence(
  evidence: ReceiptEvidence,
  fields: ReceiptFields,
  recipient: Identity,
): Promise<{ readonly provider: KnownProvider | null; readonly approvedBy: Identity | null }> {
  if (recipient.kind !== fields.recipient.kind) {
    throw new ReceiptError(`Recipient is not of the kind ${fields.recipient.kind}`)
  }
  const sealedTo = recipient.keys.find(({ index }) => index === fields.toKey)
  if (sealedTo?.purpose !== 'seal') {
    throw new ReceiptError(`Key ${fields.toKey} of the recipient is no sealing key`)
  }
  if (recipient.kind !== 'provider') {
    if (evidence.registration !== null || evidence.approval !== null) {
      throw new ReceiptError('A person is not registered')
    }
    return { provider: null, approvedBy: null }
  }
  if (evidence.registration === null) {
    throw new ReceiptError('Registration of the provider is missing')
  }
  try {
    const registration = parseRegistration(evidence.registration)
    const { name, domain, contact, provider } = registration.content
    if (!equal(provider, recipient.id) || !(await wasSignedBy(registration.statement, recipient))) {
      throw new ReceiptError('Registration is not signed by the provider')
    }
    const approvedBy = evidence.approval === null
      ? null
      : await approver(evidence.approval, evidence.operator, registration)
    return { provider: { name, domain, contact }, approvedBy }
  } catch (error) {
    if (
      error instanceof StatementError || error instanceof CborError ||
      error instanceof IdentityError
    ) throw new ReceiptError(`Evidence of who the provider is does not hold: ${error.message}`)
    throw error
  }
}

async function approver(
  statement: Bytes,
  changes: readonly Bytes[],
  registration: Opened<Registration>,
): Promise<Identity> {
  const operator = await readIdentity(changes)
  if (!(await isApproved(registration, parseApproval(statement), operator))) {
    throw new ReceiptError('Approval is not of this registration, or not signed by the operator')
  }
  return operator
}
