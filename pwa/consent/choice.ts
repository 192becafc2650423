/**
 * What an owner chooses of an offer: never more than it. Nothing of this knows a page.
 *
 * @module
 */
import { shift, spacing } from '../../shared/consent/request.ts'
import type { Purpose } from '../../shared/consent/terms.ts'
import type { Line, ShownTerms } from './state.ts'

const DAY = 86_400

/** A choice on its way: lines by their place in the offer, and what was ticked. */
export interface Choice {
  /** For each line of the offer the resolution to give, or null to leave it out. */
  readonly resolutions: readonly (string | null)[]
  readonly purposes: ReadonlySet<Purpose>
  readonly until: number
  readonly history: number
}

export type Unfit = 'lines' | 'purposes'

/** Nothing is ticked for anybody: of purposes, each is its own decision. */
export function firstChoice(offer: ShownTerms, purposes: readonly Purpose[] = []): Choice {
  return {
    resolutions: offer.lines.map(({ resolution }) => resolution),
    purposes: new Set(purposes),
    until: offer.until,
    history: offer.history,
  }
}

/** The terms of a choice, or what is missing of one. */
export function termsOf(choice: Choice, offer: ShownTerms): ShownTerms | Unfit {
  const lines: Line[] = []
  for (const [i, line] of offer.lines.entries()) {
    const resolution = choice.resolutions[i] ?? null
    if (resolution === null || spacing(resolution) < spacing(line.resolution)) continue
    const chosen = { ...line, resolution }
    if (!lines.some((other) => lineKey(other) === lineKey(chosen))) lines.push(chosen)
  }
  if (lines.length === 0) return 'lines'
  if (choice.purposes.size === 0) return 'purposes'
  return {
    lines,
    purposes: [...choice.purposes].sort(),
    from: offer.from,
    until: Math.min(Math.max(choice.until, offer.from), offer.until),
    history: Math.min(Math.max(choice.history, offer.history), offer.from),
  }
}

export function lineKey({ meter, classes, resolution }: Line): string {
  return `${meter} ${classes} ${resolution}`
}

/** What a line can be given as: as asked, or coarser where the meter is recorded so already. */
export function coarser(
  line: Line,
  channels: readonly { readonly classes: string; readonly resolution: string }[],
): string[] {
  const found = channels.filter(({ classes, resolution }) =>
    classes === line.classes && spacing(resolution) > spacing(line.resolution)
  )
  return [...new Set([line.resolution, ...found.map(({ resolution }) => resolution)])]
    .sort((a, b) => spacing(a) - spacing(b))
}

const LENGTHS = ['P7D', 'P1M', 'P3M', 'P6M', 'P1Y', 'P2Y']

/** Lengths of time to choose from, in seconds by the calendar: shorter ones first, then the whole. */
export function lengths(from: number, to: number): number[] {
  const whole = Math.abs(to - from)
  return [
    ...LENGTHS.map((text) => Math.abs(shift(from, text, to < from ? -1 : 1) - from))
      // Nearly the whole is no choice of its own.
      .filter((length) => length < whole * 0.95),
    whole,
  ]
}

/** Whole days that are left, the day that has begun among them. */
export function daysLeft(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / DAY))
}
