/**
 * What a provider asks for: `authorization_details` (RFC 9396) of type `kilowit_readings`. From a
 * request and the owner's channels comes the widest offer, which the owner narrows; a grant answers
 * a request when it gives nothing that the request does not ask for, and nothing finer.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, toHex, utf8 } from '../bytes.ts'
import { canonicalJson, type Json } from '../canonical-json.ts'
import { AT_FIRST, uint, uint32 } from '../identity/content.ts'
import { type Digest, sha256 } from '../identity/statement.ts'
import { type Channel, DATA_CLASSES, RESOLUTION } from '../seal/channel.ts'
import { AskedPurposeSchema, type Purpose, type Terms } from './terms.ts'

export const DETAIL_TYPE = 'kilowit_readings'
const MAX_DETAILS = 4

/** ISO 8601 durations of days and more: P13M, P1Y6M, P2W. */
const DURATION = /^P(?=\d)(?:(\d{1,2})Y)?(?:(\d{1,3})M)?(?:(\d{1,3})W)?(?:(\d{1,4})D)?$/
const duration = v.pipe(v.string(), v.regex(DURATION))
const purposes = (least: number) =>
  v.pipe(
    v.array(AskedPurposeSchema),
    v.minLength(least),
    v.maxLength(AskedPurposeSchema.options.length),
    v.check((list) => new Set(list).size === list.length),
  )

const DetailSchema = v.pipe(
  v.strictObject({
    type: v.literal(DETAIL_TYPE),
    classes: v.picklist(DATA_CLASSES),
    resolution: v.pipe(v.string(), v.regex(RESOLUTION)),
    /** How far back before `from`; absent: nothing. */
    history: v.optional(duration),
    /** Seconds since 1970; absent: when the owner answers. */
    from: v.optional(uint),
    /** For how long; at most P3Y. */
    period: duration,
    purposes: purposes(1),
    optional_purposes: v.optional(purposes(0)),
    /** Index of the provider's sealing key. */
    seal_key: uint32,
  }),
  v.check((detail) => isWithinYears(detail.period, 3), 'period is longer than P3Y'),
  v.check(
    (detail) => detail.history === undefined || isWithinYears(detail.history, 10),
    'history is longer than P10Y',
  ),
  v.check(
    (detail) => !(detail.optional_purposes ?? []).some((one) => detail.purposes.includes(one)),
    'a purpose is listed twice',
  ),
)

/** One to four objects, which differ in nothing but data class and resolution: a grant has one term. */
export const RequestSchema = v.pipe(
  v.array(DetailSchema),
  v.minLength(1),
  v.maxLength(MAX_DETAILS),
  v.check((details) => {
    const common = details.map(({ classes: _c, resolution: _r, ...rest }) =>
      canonicalJson({
        history: rest.history ?? null,
        from: rest.from ?? null,
        period: rest.period,
        seal_key: rest.seal_key,
        purposes: [...rest.purposes].sort(),
        optional_purposes: [...rest.optional_purposes ?? []].sort(),
      })
    )
    return new Set(common).size === 1
  }, 'the objects differ in more than classes and resolution'),
  v.check((details) => {
    const kinds = details.map(({ classes, resolution }) => `${classes}/${resolution}`)
    return new Set(kinds).size === kinds.length
  }, 'two objects ask for the same'),
)

export type AccessRequest = v.InferOutput<typeof RequestSchema>

/** A request that is none of ours. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
}

/** @throws {RequestError} that says what is wrong with it */
export function parseRequest(details: unknown): AccessRequest {
  const parsed = v.safeParse(RequestSchema, details, AT_FIRST)
  if (!parsed.success) {
    const [issue] = parsed.issues
    const where = v.getDotPath(issue)
    throw new RequestError(
      `Cannot take authorization_details${where === null ? '' : ` at ${where}`}: ${issue.message}`,
    )
  }
  return parsed.output
}

/** What is compared of a channel. */
export type ChannelKind = Pick<Channel, 'channel' | 'classes' | 'resolution'>

/** Whether a channel gives nothing finer than was asked for: of the same classes, as fine or coarser. */
function answers(request: AccessRequest, channel: ChannelKind): boolean {
  return request.some((detail) =>
    detail.classes === channel.classes && spacing(detail.resolution) <= spacing(channel.resolution)
  )
}

/** Seconds between two readings; 0 of every telegram. */
export function spacing(resolution: string): number {
  const [, amount, unit] = /^PT?(\d+)([MHD])$/.exec(resolution) ?? []
  const each = unit === 'D' ? 86_400 : unit === 'H' ? 3600 : 60
  return amount === undefined ? 0 : Number(amount) * each
}

/**
 * The longest time that a request can be answered with.
 *
 * @param now seconds since 1970, UTC
 */
export function longestOf(
  { from: begin, period, history }: AccessRequest[number],
  now: number,
): Pick<Terms, 'from' | 'until' | 'history'> {
  const from = Math.max(begin ?? now, now)
  return {
    from,
    until: Math.max(shift(begin ?? now, period, 1), from),
    history: history === undefined ? from : shift(begin ?? now, history, -1),
  }
}

/**
 * Whether terms give nothing that the request does not ask for.
 *
 * @param channels the owner's, from their openings
 * @param pushed when the request was made; no terms that answer it begin before
 */
export function isAnswerOf(
  terms: Terms,
  request: AccessRequest,
  channels: readonly ChannelKind[],
  pushed: number,
): boolean {
  const [detail] = request
  if (detail === undefined) return false
  const asked = new Set<Purpose>([...detail.purposes, ...detail.optional_purposes ?? []])
  const matching = new Set(
    channels.filter((channel) => answers(request, channel)).map(({ channel }) => toHex(channel)),
  )
  const earliest = Math.max(detail.from ?? pushed, pushed)
  // A request that names no beginning begins with its answer.
  const begin = detail.from ?? terms.from
  return terms.channels.every((channel) => matching.has(toHex(channel))) &&
    terms.purposes.every((purpose) => asked.has(purpose)) &&
    terms.from >= earliest && terms.until <= shift(begin, detail.period, 1) &&
    terms.history >= (detail.history === undefined ? terms.from : shift(begin, detail.history, -1))
}

/** Whatever the platform keeps of a pushed request, hashed: what a grant's `request` names. */
export async function requestHash(pushed: Json, digest: Digest = sha256): Promise<Bytes> {
  return await digest(utf8(canonicalJson(pushed)))
}

/**
 * `at` moved by a duration, by the calendar in UTC: the same time of day, and the last day of a month
 * that is too short.
 */
export function shift(at: number, text: string, sign: 1 | -1): number {
  const match = DURATION.exec(text)
  if (match === null) throw new SyntaxError(`Cannot parse a duration: "${text}"`)
  const [years, months, weeks, days] = match.slice(1).map((part) => Number(part ?? 0))
  const date = new Date(at * 1000)
  const month = date.getUTCMonth() + sign * (12 * (years ?? 0) + (months ?? 0))
  const year = date.getUTCFullYear()
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const moved = Date.UTC(
    year,
    month,
    Math.min(date.getUTCDate(), last) + sign * (7 * (weeks ?? 0) + (days ?? 0)),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  )
  return Math.max(0, moved / 1000)
}

function isWithinYears(text: string, years: number): boolean {
  if (!DURATION.test(text)) return true // has been said already
  const at = Date.UTC(2000, 0, 1) / 1000 // a leap year: the longest that three years can be
  return shift(at, text, 1) > at && shift(at, text, 1) <= shift(at, `P${years}Y`, 1)
}
