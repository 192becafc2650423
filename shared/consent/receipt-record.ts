/**
 * What stands in a receipt: the record of a consent, field by field of ISO/IEC TS 27560:2023, in
 * terms of DPV where it has one and in Kilowit's own words where it has not.
 *
 * @module
 */
import { type Bytes, toBase64url } from '../bytes.ts'
import type { Json } from '../canonical-json.ts'
import type { Identity } from '../identity/identity.ts'
import type { DataClass } from '../meter/reading.ts'
import { PURPOSES, type Terms } from './terms.ts'

export interface ReceiptParts {
  /** 16 bytes, random: the grant that it is the receipt of. */
  readonly grant: Bytes
  readonly owner: Identity
  readonly recipient: Identity
  /** The recipient's sealing key that the grant was sealed to. */
  readonly toKey: number
  /** The statements by which a provider is known; null of another person, or not approved. */
  readonly registration: Bytes | null
  readonly approval: Bytes | null
  /** Who approved; with `approval`. */
  readonly operator: Identity | null
  readonly terms: Terms
  /** What each channel of the terms is. */
  readonly channels: readonly {
    readonly id: Bytes
    readonly classes: DataClass
    readonly resolution: string
  }[]
  /** Hash of the request that was answered. */
  readonly request: Bytes | null
  /** The language in which it was asked and answered. */
  readonly language: 'en' | 'de'
  /** Where the platform is: there the consent can be withdrawn. */
  readonly platform: string
  /** Seconds since 1970, UTC. */
  readonly at: number
}

export const CONTEXT = {
  dct: 'http://purl.org/dc/terms/',
  dpv: 'https://w3id.org/dpv#',
  kilowit: 'urn:kilowit:',
} as const

export const CONFORMS = {
  receipt: 'https://w3id.org/dpv/schema/dpv-27560#receipt-record',
  record: 'https://w3id.org/dpv/schema/dpv-27560#record',
} as const

/** The rights that hold for whoever gave a consent (GDPR, articles 7, 15, 17, 20). */
export const RIGHTS = [
  'dpv:RightToWithdrawConsent',
  'dpv:RightOfAccess',
  'dpv:RightToErasure',
  'dpv:RightToDataPortability',
].sort()

export function recordOf(parts: ReceiptParts): { readonly [name: string]: Json } {
  const { grant, owner, recipient, terms, at } = parts
  const id = `urn:kilowit:grant:${toBase64url(grant)}`
  return {
    '@context': CONTEXT,
    '@id': `${id}#receipt`,
    '@type': 'dpv:ConsentReceipt',
    'dct:conformsTo': CONFORMS.receipt,
    'dct:created': timeText(at),
    'dct:publisher': urnOf(owner),
    'dpv:hasRecordOfActivity': {
      '@id': id,
      '@type': 'dpv:ConsentRecord',
      'dct:conformsTo': CONFORMS.record,
      'dct:identifier': toBase64url(grant),
      'dct:language': parts.language,
      'dpv:hasConsentStatus': { '@type': 'dpv:ConsentGiven', 'dct:date': timeText(at) },
      'dpv:hasDataController': urnOf(recipient),
      'dpv:hasDataSubject': urnOf(owner),
      'dpv:hasDuration': { 'dct:from': timeText(terms.from), 'dct:until': timeText(terms.until) },
      'dpv:hasLegalBasis': 'dpv:ExplicitlyExpressedConsent',
      'dpv:hasProcess': processOf(parts),
      'dpv:hasRecipient': urnOf(recipient),
      'dpv:hasRight': RIGHTS,
      'dpv:isIndicatedAtTime': timeText(at),
      'dpv:isIndicatedBy': urnOf(owner),
      'kilowit:request': parts.request === null ? null : toBase64url(parts.request),
      'kilowit:sealedTo': parts.toKey,
      // Taking it back is as easy as giving it was: in the room where it was given.
      'kilowit:withdrawal': new URL('/sharing', parts.platform).href,
    },
    'kilowit:evidence': {
      approval: bytesOrNull(parts.approval),
      operator: parts.operator === null ? [] : changesOf(parts.operator),
      owner: changesOf(owner),
      recipient: changesOf(recipient),
      registration: bytesOrNull(parts.registration),
    },
  }
}

function processOf({ terms, channels }: ReceiptParts): Json {
  return {
    '@type': 'dpv:Process',
    'dpv:hasPersonalData': terms.channels.map((id) => {
      const channel = channels.find((one) => toBase64url(one.id) === toBase64url(id))
      if (channel === undefined) throw new RangeError('Terms name a channel that is not described')
      return {
        '@type': 'kilowit:Readings',
        'dct:identifier': toBase64url(id),
        'kilowit:classes': channel.classes,
        'kilowit:resolution': channel.resolution,
      }
    }),
    'dpv:hasPurpose': terms.purposes.map((purpose) => ({
      '@type': PURPOSES[purpose],
      'dct:identifier': purpose,
    })),
    'kilowit:oldestReading': timeText(terms.history),
  }
}

/** `2026-06-14T12:31:20Z` */
export function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

export function urnOf({ id, kind }: Pick<Identity, 'id' | 'kind'>): string {
  return `urn:kilowit:${kind}:${toBase64url(id)}`
}

function changesOf(identity: Identity): string[] {
  return identity.changes.map(toBase64url)
}

function bytesOrNull(bytes: Bytes | null): string | null {
  return bytes === null ? null : toBase64url(bytes)
}
