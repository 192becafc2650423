/**
 * A plain account of what was agreed: it knows times, pauses and ends, and nothing of keys, epochs
 * or the code that is tested.
 *
 * @module
 */
import type { Step } from '../../shared/consent/steps.ts'
import type { Terms } from '../../shared/consent/terms.ts'
import type { Provider } from './people.ts'

/** A grant as the account has it: what was agreed, in plain words. */
export interface PlainGrant {
  readonly provider: Provider
  terms: Terms
  readonly pauses: { readonly from: number; to: number }[]
  /** By anybody's word; Infinity until then. */
  ended: number
}

/** Whether readings of these times were agreed on, for now or ever. */
export function agreed(
  { terms, pauses }: PlainGrant,
  { from, to }: { readonly from: number; readonly to: number },
): boolean {
  if ([from, to].some((at) => at < terms.history || at >= terms.until)) return false
  // Not even a moment of it in a pause.
  return pauses.every((pause) => to < pause.from || from >= pause.to)
}

/** Takes a step into the account. */
export function note(
  plain: PlainGrant,
  part: { readonly what: Step['what']; readonly terms?: Terms },
  at: number,
): void {
  if (part.terms !== undefined) plain.terms = part.terms
  else if (part.what === 'paused') plain.pauses.push({ from: at, to: Infinity })
  else if (part.what === 'resumed') {
    for (const pause of plain.pauses) pause.to = Math.min(pause.to, at)
  } else plain.ended = at
}
