/**
 * A meter's clock against this browser's, as far as a telegram just read tells.
 *
 * @module
 */
import type { Latest, Meter } from '../state.ts'

/** Telegrams take a second or two to come, and some meters count in minutes. */
export const METER_AGREES = 60

export type MeterClock =
  | { readonly kind: 'unread' | 'none' }
  /** Seconds that it is ahead of this browser's clock. */
  | { readonly kind: 'read'; readonly ahead: number }

/** Null for what has no clock to compare: a sub-meter's time is its own, a simulated day is past. */
export function meterClock(meter: Meter, latest: Latest | undefined): MeterClock | null {
  if (meter.parent !== null || meter.simulated) return null
  if (latest === undefined || latest.raw === null) return { kind: 'unread' }
  const { at, clock, seen } = latest.reading
  return clock === 'device' ? { kind: 'none' } : { kind: 'read', ahead: at - seen }
}
