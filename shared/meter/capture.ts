/**
 * A capture of a line, decoded at once: by the protocol that is named, or by the one that accounts
 * for most of its bytes.
 *
 * @module
 */
import type { Bytes } from '../bytes.ts'
import { createDecoder } from './decoder.ts'
import {
  type DecoderOptions,
  type Outcome,
  type Protocol,
  PROTOCOLS,
  type RefusalReason,
} from './telegram.ts'

/** Whoever says these has found a telegram of its own protocol. */
const OWN: ReadonlySet<RefusalReason> = new Set([
  'line-check-failed',
  'line-check-missing',
  'key-missing',
  'key-wrong',
  'authentication-failed',
  'security-unsupported',
  'unknown-form',
  'request-missing',
  'meter-error',
  'no-answer',
])

/** Bytes of telegrams, of what else is a protocol's own, and of beginnings without an end. */
type Weight = readonly [telegrams: number, own: number, begun: number]

export async function decodeCapture(
  bytes: Bytes,
  protocol: Protocol | 'auto',
  options: DecoderOptions,
): Promise<readonly Outcome[]> {
  let best: { readonly outcomes: readonly Outcome[]; readonly weight: Weight } | null = null
  for (const one of protocol === 'auto' ? PROTOCOLS : [protocol]) {
    const decoder = createDecoder(one, { ...options, capture: true })
    const outcomes = [...await decoder.push(bytes), ...await decoder.end()]
    const weight = weightOf(outcomes)
    if (best === null || isMore(weight, best.weight)) best = { outcomes, weight }
  }
  return best?.outcomes ?? []
}

function weightOf(outcomes: readonly Outcome[]): Weight {
  let [telegrams, own, begun] = [0, 0, 0]
  for (const outcome of outcomes) {
    if (outcome.kind === 'telegram') telegrams += outcome.telegram.raw.length
    else if (OWN.has(outcome.reason)) own += outcome.length
    else if (outcome.reason === 'truncated') begun += outcome.length
  }
  return [telegrams, own, begun]
}

/** One telegram says more for its protocol than all that is refused, and that more than a beginning. */
function isMore(one: Weight, other: Weight): boolean {
  const at = one.findIndex((weight, i) => weight !== other[i])
  return at >= 0 && (one[at] ?? 0) > (other[at] ?? 0)
}
