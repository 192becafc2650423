/**
 * Notices when this device's clock was set: it then moved otherwise than the time that passed. Sleep
 * stops the one and not the other, so a step ahead counts only if the meter's clock denies it.
 *
 * @module
 */
import type { Reading } from '../../shared/meter/reading.ts'

/** More than a clock is slewed by between two telegrams; seconds. */
const STEP = 5

export interface ClockWatch {
  /** Whether the clock stepped between the telegram before and this one. */
  stepped(reading: Reading): boolean
}

/** @param clocks in milliseconds: the device's clock, and one that only counts */
export function createClockWatch(
  clocks = { set: () => Date.now(), steady: () => performance.now() },
): ClockWatch {
  let before: { set: number; steady: number; at: number | null } | null = null

  return {
    stepped(reading) {
      const at = reading.clock === 'meter' ? reading.at : null
      const now = { set: clocks.set(), steady: clocks.steady(), at }
      const last = before
      before = now
      if (last === null) return false
      const moved = (now.set - last.set) / 1000
      if (moved - (now.steady - last.steady) / 1000 < -STEP) return true
      if (moved - (now.steady - last.steady) / 1000 <= STEP) return false
      return now.at !== null && last.at !== null && Math.abs(moved - (now.at - last.at)) > STEP
    },
  }
}
