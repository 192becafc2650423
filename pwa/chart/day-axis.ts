/**
 * The time axis that all charts of a day share: one above the other, the same hour stands at the
 * same place.
 *
 * @module
 */
import { instantsOfLocal, offsetAt } from '../../shared/meter/zone.ts'
import type { DayView } from '../state.ts'

/** From the edges of the picture to midnight and midnight, in pixels. */
export const inset = { left: 86, right: 20 } as const

/** Every six hours by the clocks of the zone, and both ends; on days of 23 and 25 hours too. */
export function sixHours({ from, to, zone }: Pick<DayView, 'from' | 'to' | 'zone'>): number[] {
  const midnight = from + offsetAt(zone, from)
  const between = [6, 12, 18].flatMap((hour) =>
    instantsOfLocal(zone, midnight + 3600 * hour).slice(0, 1)
  )
  return [from, ...between.filter((at) => at > from && at < to), to]
}
