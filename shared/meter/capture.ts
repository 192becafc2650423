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

export async function decodeCapture(
  bytes: Bytes,
  protocol: Protocol | 'auto',
  options: DecoderOptions,
): Promise<readonly Outcome[]> {
  let best: { readonly outcomes: readonly Outcome[]; readonly weight: number } | null = null
  for (const one of protocol === 'auto' ? PROTOCOLS : [protocol]) {
    const decoder = createDecoder(one, { ...options, capture: true })
    const outcomes = [...await decoder.push(bytes), ...await decoder.end()]
    const weight = outcomes.reduce((sum, outcome) => sum + weigh(outcome, bytes.length), 0)
    if (best === null || weight > best.weight) best = { outcomes, weight }
  }
  return best?.outcomes ?? []
}

/** One telegram says more for its protocol than all that is refused, and that more than noise. */
function weigh(outcome: Outcome, all: number): number {
  if (outcome.kind === 'telegram') return (all + 1) * outcome.telegram.raw.length
  return OWN.has(outcome.reason) ? outcome.length : 0
}
