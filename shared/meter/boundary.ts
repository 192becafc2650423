/**
 * Boundary readings: which readings of a meter a channel of some resolution keeps. Nothing is ever
 * computed between readings; a reading is kept as it is or not at all.
 *
 * - The first reading of a fresh state is kept: with it the record begins.
 * - The first reading at or after a boundary, within max(60 s, twice the cadence measured), is that
 *   boundary's.
 * - Where a boundary has no such reading, the last before and the first after are both kept, so
 *   that the sum across the gap is known.
 * - Times are the observed ones, so sub-meters may tell an hour late; the same observed time again
 *   is the same reading, and is not kept again.
 * - The meter's clock may be set back. By no more than that window: the readings are passed over
 *   until time has caught up, for their boundaries are kept already. By more: the last before
 *   the step and the first after it are kept and time goes on from there, so that no energy is
 *   lost; boundaries that come a second time are kept a second time, with their later counters.
 * - When another meter takes the place of this one, the last reading of this one is kept too.
 *
 * @module
 */

import type { Reading } from './reading.ts'
import { offsetAt, startOfLocalDay, startOfNextLocalDay } from './zone.ts'

/** Boundaries of a resolution in a zone, as instants. */
export interface Slots {
  /** The last boundary at or before. */
  startOf(at: number): number
  /** The first boundary after. */
  next(at: number): number
}

/**
 * @param resolution `P1D`, or `PTnM` with n dividing 60
 * @throws {RangeError} for any other resolution, or a zone that the runtime does not know
 */
export function createSlots(resolution: string, zone: string): Slots {
  if (resolution === 'P1D') {
    // Asked once a second and changing once a day, so the answer is kept.
    let from = 1
    let to = 0
    const within = (at: number): void => {
      if (at >= from && at < to) return
      from = startOfLocalDay(zone, at)
      to = startOfNextLocalDay(zone, at)
    }
    within(0)
    return {
      startOf(at) {
        within(at)
        return from
      },
      next(at) {
        within(at)
        return to
      },
    }
  }
  const minutes = Number(/^PT([1-9][0-9]?)M$/.exec(resolution)?.[1] ?? 0)
  if (minutes === 0 || 60 % minutes !== 0) {
    throw new RangeError(
      `Cannot keep boundaries of "${resolution}": use "P1D" or "PTnM" with n dividing 60`,
    )
  }
  const length = minutes * 60
  // Offsets are whole quarters of an hour, so shorter slots are the same in every zone.
  const shift = 15 % minutes === 0 ? () => 0 : (at: number) => offsetAt(zone, at)
  const startOf = (at: number): number => {
    const local = at + shift(at)
    return at - (((local % length) + length) % length)
  }
  return { startOf, next: (at) => startOf(at) + length }
}

/** How late a boundary reading may be, where the cadence of the meter asks for no more. */
export const boundaryWindow = 60

/** Whether so many boundaries lie after `from` and up to `to`; counting stops at `limit`. */
export function boundariesBetween(slots: Slots, from: number, to: number, limit = 100_000): number {
  let count = 0
  for (let at = slots.next(from); at <= to && count < limit; at = slots.next(at)) count++
  return count
}

export interface BoundaryOptions {
  /** `P1D`, or `PTnM` with n dividing 60. */
  readonly resolution: string
  /** IANA zone whose midnights are boundaries. */
  readonly zone: string
  /** Where a state left off: the last reading it saw. */
  readonly last?: Reading | undefined
  /** Whether that reading was kept. @default {false} */
  readonly lastKept?: boolean
}

export interface Boundaries {
  /** Takes the next reading of the meter and tells which readings to keep, in order of time. */
  next(reading: Reading): Reading[]
  /** No more follows of this meter: its last reading, where that was not kept. */
  end(): Reading[]
  readonly last: Reading | undefined
  readonly lastKept: boolean
}

/** So many recent steps are looked at to know the cadence; the lower middle one is it. */
const steps = 7

export function createBoundaries(options: BoundaryOptions): Boundaries {
  const slots = createSlots(options.resolution, options.zone)
  let last = options.last
  let kept = last !== undefined && options.lastKept === true
  const recent: number[] = []
  /** The step from a reading of an earlier run says nothing about the cadence. */
  let fresh = true

  function window(): number {
    const sorted = [...recent].sort((a, b) => a - b)
    const cadence = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
    return Math.max(boundaryWindow, 2 * cadence)
  }

  function measure(step: number): void {
    if (!fresh) recent.push(step)
    if (recent.length > steps) recent.shift()
    fresh = false
  }

  return {
    get last() {
      return last
    },
    get lastKept() {
      return kept
    },
    end() {
      const rest = last === undefined || kept ? [] : [last]
      kept = last !== undefined
      return rest
    },
    next(reading) {
      const before = last
      if (before === undefined) {
        last = reading
        kept = true
        fresh = false
        return [reading]
      }
      const step = reading.at - before.at
      if (step === 0) return []
      const allowed = window()
      if (step < 0 && -step <= allowed) return []
      const both = kept ? [reading] : [before, reading]
      last = reading
      if (step < 0) {
        kept = true
        return both
      }
      const boundary = slots.startOf(reading.at)
      measure(step)
      if (boundary <= before.at) {
        kept = false
        return []
      }
      const onlyOne = slots.next(before.at) === boundary
      const inTime = reading.at - boundary <= allowed
      kept = true
      return onlyOne && inTime ? [reading] : both
    },
  }
}
