/**
 * The receipt of a consent, for both sides: the fields of a consent record by ISO/IEC TS 27560:2023
 * in the terms of the Data Privacy Vocabulary (DPV 2.0, guide `consent-27560`), as JSON-LD in
 * canonical JSON, signed by the owner as a compact JWS (RFC 7515). The key changes of both sides and
 * the provider's registration are in it, so that it can be checked when nobody answers any more.
 *
 * @module
 */
import { type Bytes, equal, fromBase64url, fromUtf8, toBase64url, utf8 } from '../bytes.ts'
import {
  canonicalJson,
  CanonicalJsonError,
  type Json,
  parseCanonicalJson,
} from '../canonical-json.ts'
import { type Identity, readIdentity } from '../identity/identity.ts'
import { type Digest, sha256, type Signer } from '../identity/statement.ts'
import { type KnownProvider, readEvidence } from './receipt-evidence.ts'
import { ReceiptError, type ReceiptFields, receiptFields } from './receipt-fields.ts'
import { type ReceiptParts, recordOf } from './receipt-record.ts'

/** What a receipt says, and how far it is certain. */
export interface ReceiptReport {
  readonly fields: ReceiptFields
  readonly owner: Identity
  readonly recipient: Identity
  /** The provider's own signed words; null of another person. */
  readonly provider: KnownProvider | null
  /** The operator that had approved the provider when the consent was given; null when none had. */
  readonly approvedBy: Identity | null
}

const TYPE = 'consent-receipt+jwt'
/** Three identities with as many changes as they may ever have, twice over. */
const MAX_SIZE = 2 * 1024 * 1024

/** Signs a receipt. @throws {RangeError} when a text in the parts is not in form NFC */
export async function makeReceipt(parts: ReceiptParts, by: Signer): Promise<string> {
  const header = { alg: by.algorithm, kid: `${toBase64url(by.identity)}.${by.index}`, typ: TYPE }
  const record: Json = recordOf(parts)
  const signed = [canonicalJson(header), canonicalJson(record)]
    .map((part) => toBase64url(utf8(part))).join('.')
  return `${signed}.${toBase64url(await by.sign(utf8(signed)))}`
}

/** What a grant names its receipt by: the hash of the payload, whoever signs it how. */
export async function receiptHash(jws: string, digest: Digest = sha256): Promise<Bytes> {
  return await digest(partsOf(jws).payload)
}

/** Whether it is the one that a grant names. */
export async function isReceiptOf(
  grant: { readonly receipt: Bytes | null },
  jws: string,
  digest: Digest = sha256,
): Promise<boolean> {
  try {
    return grant.receipt !== null && equal(await receiptHash(jws, digest), grant.receipt)
  } catch (error) {
    if (error instanceof ReceiptError) return false
    throw error
  }
}

/**
 * Checks a receipt with nothing but what is in it.
 *
 * @throws {ReceiptError} with what does not hold
 */
export async function verifyReceipt(jws: string): Promise<ReceiptReport> {
  const { header, payload, signed, signature } = partsOf(jws)
  let record: unknown
  try {
    record = parseCanonicalJson(fromUtf8(payload))
  } catch (error) {
    throw new ReceiptError(
      error instanceof CanonicalJsonError ? error.message : 'Receipt is not UTF-8',
    )
  }
  const { fields, evidence } = receiptFields(record)
  const owner = await identityOf(evidence.owner, 'owner')
  await checkSignature(headerOf(header), owner, signed, signature)
  if (toBase64url(owner.id) !== fields.owner) {
    throw new ReceiptError('It names another owner than the one whose keys are in it')
  }
  const recipient = await identityOf(evidence.recipient, 'recipient')
  if (toBase64url(recipient.id) !== fields.recipient.id) {
    throw new ReceiptError('It names another recipient than the one whose keys are in it')
  }
  return { fields, owner, recipient, ...await readEvidence(evidence, fields, recipient) }
}

interface Parts {
  readonly header: Bytes
  readonly payload: Bytes
  readonly signed: Bytes
  readonly signature: Bytes
}

function partsOf(jws: string): Parts {
  if (jws.length > MAX_SIZE) throw new ReceiptError(`Receipt is larger than ${MAX_SIZE} bytes`)
  const [header, payload, signature, ...more] = jws.split('.')
  if (
    header === undefined || payload === undefined || signature === undefined || more.length > 0
  ) throw new ReceiptError('Receipt is no compact JWS: expected three parts')
  try {
    return {
      header: fromBase64url(header),
      payload: fromBase64url(payload),
      signed: utf8(`${header}.${payload}`),
      signature: fromBase64url(signature),
    }
  } catch {
    throw new ReceiptError('Receipt is no compact JWS: its parts are not base64url')
  }
}

function headerOf(bytes: Bytes): { readonly algorithm: string; readonly kid: string } {
  let header: unknown
  try {
    header = JSON.parse(fromUtf8(bytes))
  } catch {
    throw new ReceiptError('Header of the receipt is no JSON')
  }
  // Nothing else is known here, and what is not known might be critical (RFC 7515, section 4.1.11).
  if (
    typeof header !== 'object' || header === null || Object.keys(header).length !== 3 ||
    !('alg' in header && typeof header.alg === 'string') ||
    !('kid' in header && typeof header.kid === 'string') ||
    !('typ' in header && header.typ === TYPE)
  ) throw new ReceiptError(`Header of the receipt is not that of ${TYPE}`)
  return { algorithm: header.alg, kid: header.kid }
}

async function identityOf(changes: readonly Bytes[], whose: string): Promise<Identity> {
  try {
    return await readIdentity(changes)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ReceiptError(`Keys of the ${whose} do not hold: ${why}`)
  }
}

async function checkSignature(
  { algorithm, kid }: ReturnType<typeof headerOf>,
  owner: Identity,
  signed: Bytes,
  signature: Bytes,
): Promise<void> {
  if (owner.kind !== 'owner') throw new ReceiptError('It is not signed by an owner')
  const [id, index = ''] = kid.split('.')
  const verifier = /^(0|[1-9]\d{0,9})$/.test(index) ? owner.verifiers.get(Number(index)) : undefined
  if (
    id !== toBase64url(owner.id) || verifier === undefined || kid !== `${id}.${index}` ||
    verifier.algorithm !== algorithm || !(await verifier.verify(signature, signed))
  ) throw new ReceiptError('Signature of the owner does not hold')
}
