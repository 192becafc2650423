/**
 * The last reading of each meter from what this browser opened: what the rooms show until a
 * telegram comes, or where none does any more.
 *
 * @module
 */
import type { Reading } from '../../shared/meter/reading.ts'
import { latest } from '../state.ts'

/** Shows the newest of these readings, unless a newer one is shown. */
export function showKept(readings: readonly Reading[]): void {
  const reading = readings.at(-1)
  if (reading === undefined) return
  const shown = latest.peek().get(reading.meter)
  if (shown !== undefined && shown.seenAt >= reading.seen * 1000) return
  const kept = { reading, raw: null, seenAt: reading.seen * 1000 }
  latest.value = new Map(latest.peek()).set(reading.meter, kept)
}
