/**
 * Where a request stands in a trace (W3C Trace Context, levels 1 and 2): a `traceparent` that holds
 * is gone on with, anything else is ignored and a trace begun. It is for the log alone. What the
 * standard has for answers, `traceresponse`, is no more than a draft: an answer names its
 * `X-Request-Id`, by which its log line is found, and the line has the trace.
 *
 * @module
 */
import { toHex } from '../shared/bytes.ts'

export interface Trace {
  /** Of all that belongs together, wherever it began. */
  readonly traceId: string
  /** Of this request here. */
  readonly spanId: string
  /** Of what called us; absent where the trace begins here. */
  readonly parentId?: string
}

/** Version, trace, parent, flags, and in versions to come more after a dash (section 3.2.2). */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/
const NOTHING = /^0+$/

export function traceOf(traceparent: string | undefined): Trace {
  const fresh = toHex(randomBytes())
  const spanId = fresh.slice(32)
  const given = traceparent === undefined ? null : parse(traceparent)
  return given === null ? { traceId: fresh.slice(0, 32), spanId } : { ...given, spanId }
}

const SPAN_AND_TRACE = 24
/** Random bytes for many requests at once: to ask costs more than to get. Nothing here is secret. */
const random = new Uint8Array(SPAN_AND_TRACE * 128)
let used = random.length

function randomBytes(): Uint8Array {
  if (used === random.length) {
    crypto.getRandomValues(random)
    used = 0
  }
  used += SPAN_AND_TRACE
  return random.subarray(used - SPAN_AND_TRACE, used)
}

function parse(text: string): Pick<Trace, 'traceId' | 'parentId'> | null {
  if (text.length > 512) return null
  const [, version, traceId, parentId, more] = TRACEPARENT.exec(text) ?? []
  if (version === undefined || traceId === undefined || parentId === undefined) return null
  const known = version !== 'ff' && (version !== '00' || more === undefined)
  return known && !NOTHING.test(traceId) && !NOTHING.test(parentId) ? { traceId, parentId } : null
}
