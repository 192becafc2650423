/**
 * Whether a meter's clock, which does not say its zone, may be taken to be in the browser's: what is
 * sealed stays as it is, so a guess that is an hour off must not be sealed.
 *
 * @module
 */
import type { Reading } from '../../shared/meter/reading.ts'

/** Seconds: a meter's clock may drift so far, and the nearest zones are further apart. */
const AGREES = 600

/**
 * Whether readings wait for the owner to say where the meter is.
 *
 * @param told the zone, once the owner has told it
 */
export function waitsForZone(
  { clock, at, seen }: Pick<Reading, 'clock' | 'at' | 'seen'>,
  told: string | null | undefined,
): boolean {
  return clock === 'meter-local' && !told && Math.abs(at - seen) > AGREES
}
