/**
 * The time of a telegram that was read again, in the zone of its very meter.
 *
 * @module
 */
import type { Reading, Warning } from '../../shared/meter/reading.ts'

const ABOUT_CLOCK: readonly Warning[] = [
  'clock-ambiguous',
  'clock-differs',
  'clock-invalid',
  'clock-missing',
]

/** What the line remembers of a meter, its name and its doubts, a telegram read alone does not say. */
export function withTimeOf(reading: Reading, again: Reading | undefined): Reading {
  if (again === undefined) return reading
  const isAboutClock = (warning: Warning) => ABOUT_CLOCK.includes(warning)
  const warnings = [
    ...again.warnings.filter(isAboutClock),
    ...reading.warnings.filter((warning) => !isAboutClock(warning)),
  ]
  return { ...reading, at: again.at, clock: again.clock, warnings }
}
