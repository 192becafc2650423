/**
 * Terms: what a grant gives. Channels (each one meter, data class and resolution), purposes, and
 * three times: from when and until when the recipient may read, and how far back what it reads may
 * reach. Terms only ever narrow; whatever is wider is a new grant.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, equal, toHex } from '../bytes.ts'
import { encode } from '../cbor.ts'
import { bytes, uint } from '../identity/content.ts'

/** Purposes, each with its term of the Data Privacy Vocabulary (https://w3id.org/dpv, 2.0). */
export const PURPOSES = {
  'energy-advice': 'dpv:OptimisationForConsumer',
  'billing': 'dpv:PaymentManagement',
  'community': 'dpv:ServiceProvision',
  'research': 'dpv:ResearchAndDevelopment',
  'grid-planning': 'dpv:OptimisationForController',
  'automation': 'dpv:RequestedServiceProvision',
  'household': 'dpv:Purpose',
} as const

export type Purpose = keyof typeof PURPOSES

/** What a provider may ask for. */
const ASKED = [
  'energy-advice',
  'billing',
  'community',
  'research',
  'grid-planning',
  'automation',
] as const satisfies readonly Purpose[]

export const PURPOSE_NAMES = [...ASKED, 'household'] as const satisfies readonly Purpose[]

export const AskedPurposeSchema = v.picklist(ASKED)

/** Those, and `household`: the own use of somebody at home, for which nobody asks. */
const PurposeSchema = v.picklist(PURPOSE_NAMES)

const MAX_CHANNELS = 64
/** Three years and a leap day; a consent without end is none. */
const LONGEST_SECONDS = (3 * 365 + 1) * 86_400

export const TermsSchema = v.pipe(
  v.strictObject({
    /** Sorted bytewise, each once. */
    channels: v.pipe(
      v.array(bytes(16)),
      v.minLength(1),
      v.maxLength(MAX_CHANNELS),
      v.check((channels) => rises(channels.map(toHex))),
    ),
    /** Sorted, each once. */
    purposes: v.pipe(
      v.array(PurposeSchema),
      v.minLength(1),
      v.check((purposes) => rises(purposes)),
    ),
    /** From when and until when it may read; seconds since 1970, UTC; `until` is no part of it. */
    from: uint,
    until: uint,
    /** Observed time of the oldest reading it gives. */
    history: uint,
  }),
  v.check((terms) => terms.history <= terms.from && terms.from <= terms.until),
  v.check((terms) => terms.until - terms.from <= LONGEST_SECONDS),
)

export interface Terms {
  readonly channels: Bytes[]
  readonly purposes: Purpose[]
  readonly from: number
  readonly until: number
  readonly history: number
}

/** Sorts what has to be sorted. @throws {RangeError} when these are no terms */
export function makeTerms(of: {
  readonly channels: readonly Bytes[]
  readonly purposes: readonly Purpose[]
  readonly from: number
  readonly until: number
  readonly history: number
}): Terms {
  const channels = new Map(of.channels.map((channel) => [toHex(channel), channel]))
  const parsed = v.safeParse(TermsSchema, {
    ...of,
    channels: [...channels].sort(([a], [b]) => a < b ? -1 : 1).map(([, channel]) => channel),
    purposes: [...new Set(of.purposes)].sort(),
  })
  if (!parsed.success) {
    throw new RangeError(
      'Cannot make terms: expected 1 to 64 channels, a purpose, and history <= from <= until within three years',
    )
  }
  return parsed.output
}

export function encodeTerms(terms: Terms): Bytes {
  const { channels, purposes, from, until, history } = terms
  return encode({ channels, purposes, from, until, history })
}

/** Whether `narrow` gives nothing that `wide` does not. */
export function isWithin(narrow: Terms, wide: Terms): boolean {
  return isSubset(narrow.channels.map(toHex), wide.channels.map(toHex)) &&
    isSubset(narrow.purposes, wide.purposes) &&
    narrow.from >= wide.from && narrow.until <= wide.until && narrow.history >= wide.history
}

export function coversChannel(terms: Pick<Terms, 'channels'>, channel: Bytes): boolean {
  return terms.channels.some((other) => equal(other, channel))
}

function isSubset(part: readonly string[], whole: readonly string[]): boolean {
  const all = new Set(whole)
  return part.length > 0 && part.every((one) => all.has(one))
}

function rises(texts: readonly string[]): boolean {
  return texts.every((text, i) => i === 0 || (texts[i - 1] ?? '') < text)
}
