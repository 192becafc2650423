/**
 * What a receipt says, read off its record: strictly, for whoever shows it must not leave out what
 * it does not know.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, fromBase64url } from '../bytes.ts'
import { AT_FIRST } from '../identity/content.ts'
import { DATA_CLASSES, RESOLUTION } from '../seal/channel.ts'
import { CONFORMS, CONTEXT, RIGHTS } from './receipt-record.ts'
import { type Purpose, PURPOSE_NAMES, PURPOSES } from './terms.ts'
import type { DataClass } from '../meter/reading.ts'

/** What does not hold of a receipt. */
export class ReceiptError extends Error {
  override readonly name = 'ReceiptError'
}

export interface ReceiptFields {
  /** Ids are base64url, times seconds since 1970, UTC. */
  readonly grant: string
  readonly owner: string
  readonly recipient: { readonly id: string; readonly kind: 'provider' | 'owner' }
  readonly toKey: number
  readonly channels: readonly {
    readonly id: string
    readonly classes: DataClass
    readonly resolution: string
  }[]
  readonly purposes: readonly Purpose[]
  readonly at: number
  readonly from: number
  readonly until: number
  readonly history: number
  readonly request: string | null
  readonly language: 'en' | 'de'
  /** Where it can be withdrawn. */
  readonly withdrawal: string
}

export interface ReceiptEvidence {
  readonly owner: readonly Bytes[]
  readonly recipient: readonly Bytes[]
  readonly operator: readonly Bytes[]
  readonly registration: Bytes | null
  readonly approval: Bytes | null
}

const time = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  v.transform((text) => Date.parse(text) / 1000),
  v.safeInteger(),
)
const id = (length: number) => v.pipe(v.string(), v.check((text) => lengthOf(text) === length))
const bytes = v.pipe(
  v.string(),
  v.check((text) => lengthOf(text) !== null),
  v.transform(fromBase64url),
)
const urn = v.pipe(v.string(), v.regex(/^urn:kilowit:(owner|provider):[\w-]{43}$/))

const RecordSchema = v.strictObject({
  '@id': v.string(),
  '@type': v.literal('dpv:ConsentRecord'),
  'dct:conformsTo': v.literal(CONFORMS.record),
  'dct:identifier': id(16),
  'dct:language': v.picklist(['en', 'de']),
  'dpv:hasConsentStatus': v.strictObject({
    '@type': v.literal('dpv:ConsentGiven'),
    'dct:date': time,
  }),
  'dpv:hasDataController': urn,
  'dpv:hasDataSubject': urn,
  'dpv:hasDuration': v.strictObject({ 'dct:from': time, 'dct:until': time }),
  'dpv:hasLegalBasis': v.literal('dpv:ExplicitlyExpressedConsent'),
  'dpv:hasProcess': v.strictObject({
    '@type': v.literal('dpv:Process'),
    'dpv:hasPersonalData': v.pipe(
      v.array(v.strictObject({
        '@type': v.literal('kilowit:Readings'),
        'dct:identifier': id(16),
        'kilowit:classes': v.picklist(DATA_CLASSES),
        'kilowit:resolution': v.pipe(v.string(), v.regex(RESOLUTION)),
      })),
      v.minLength(1),
      v.maxLength(64),
    ),
    'dpv:hasPurpose': v.pipe(
      v.array(v.strictObject({ '@type': v.string(), 'dct:identifier': v.picklist(PURPOSE_NAMES) })),
      v.minLength(1),
      v.check((all) => all.every((one) => PURPOSES[one['dct:identifier']] === one['@type'])),
    ),
    'kilowit:oldestReading': time,
  }),
  'dpv:hasRecipient': urn,
  'dpv:hasRight': v.pipe(v.array(v.string()), v.check((all) => all.join() === RIGHTS.join())),
  'dpv:isIndicatedAtTime': time,
  'dpv:isIndicatedBy': urn,
  'kilowit:request': v.nullable(id(32)),
  'kilowit:sealedTo': v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  'kilowit:withdrawal': v.pipe(v.string(), v.regex(/^https?:\/\/[^\s]+$/)),
})

const ReceiptSchema = v.strictObject({
  '@context': v.pipe(
    v.record(v.string(), v.string()),
    v.check((context) => JSON.stringify(context) === JSON.stringify(CONTEXT)),
  ),
  '@id': v.string(),
  '@type': v.literal('dpv:ConsentReceipt'),
  'dct:conformsTo': v.literal(CONFORMS.receipt),
  'dct:created': time,
  'dct:publisher': urn,
  'dpv:hasRecordOfActivity': RecordSchema,
  'kilowit:evidence': v.strictObject({
    approval: v.nullable(bytes),
    operator: v.array(bytes),
    owner: v.array(bytes),
    recipient: v.array(bytes),
    registration: v.nullable(bytes),
  }),
})

/**
 * The fields of a parsed record, and the evidence beside it. What stands in it twice must say the
 * same.
 *
 * @throws {ReceiptError}
 */
export function receiptFields(
  parsed: unknown,
): { readonly fields: ReceiptFields; readonly evidence: ReceiptEvidence } {
  const result = v.safeParse(ReceiptSchema, parsed, AT_FIRST)
  if (!result.success) {
    const [issue] = result.issues
    throw new ReceiptError(`Record of the receipt is not as expected at ${v.getDotPath(issue)}`)
  }
  const { 'kilowit:evidence': evidence, 'dpv:hasRecordOfActivity': record } = result.output
  const at = record['dpv:isIndicatedAtTime']
  const process = record['dpv:hasProcess']
  const [kind = '', recipient = ''] = partsOf(record['dpv:hasRecipient'])
  const same = [
    result.output['dct:created'] === at,
    record['dpv:hasConsentStatus']['dct:date'] === at,
    result.output['dct:publisher'] === record['dpv:hasDataSubject'],
    record['dpv:isIndicatedBy'] === record['dpv:hasDataSubject'],
    record['dpv:hasDataController'] === record['dpv:hasRecipient'],
    record['@id'] === `urn:kilowit:grant:${record['dct:identifier']}`,
    result.output['@id'] === `${record['@id']}#receipt`,
  ]
  if (same.includes(false)) throw new ReceiptError('Receipt contradicts itself')
  return {
    fields: {
      grant: record['dct:identifier'],
      owner: partsOf(record['dpv:hasDataSubject'])[1] ?? '',
      recipient: { id: recipient, kind: kind === 'provider' ? 'provider' : 'owner' },
      toKey: record['kilowit:sealedTo'],
      channels: process['dpv:hasPersonalData'].map((one) => ({
        id: one['dct:identifier'],
        classes: one['kilowit:classes'],
        resolution: one['kilowit:resolution'],
      })),
      purposes: process['dpv:hasPurpose'].map((one) => one['dct:identifier']),
      at,
      from: record['dpv:hasDuration']['dct:from'],
      until: record['dpv:hasDuration']['dct:until'],
      history: process['kilowit:oldestReading'],
      request: record['kilowit:request'],
      language: record['dct:language'],
      withdrawal: record['kilowit:withdrawal'],
    },
    evidence,
  }
}

/** Kind and id. */
function partsOf(urn: string): readonly string[] {
  return urn.split(':').slice(2)
}

function lengthOf(text: string): number | null {
  try {
    return fromBase64url(text).length
  } catch {
    return null
  }
}
