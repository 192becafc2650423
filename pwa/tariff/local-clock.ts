/**
 * What the clocks of a zone show, for many instants: offsets are asked for twice a day and kept, for
 * between two that are the same nothing changes.
 *
 * @module
 */
import { offsetAt } from '../../shared/meter/zone.ts'

const DAY = 86_400

export interface LocalTime {
  /** `2026-05-03` */
  readonly date: string
  /** Of the local day. */
  readonly minute: number
  readonly weekend: boolean
}

export function createLocalClock(zone: string): (at: number) => LocalTime {
  const offsets = new Map<number, number>()
  const dates = new Map<number, { date: string; weekend: boolean }>()

  function offsetOf(day: number): number {
    const known = offsets.get(day)
    if (known !== undefined) return known
    const offset = offsetAt(zone, day * DAY)
    offsets.set(day, offset)
    return offset
  }

  return (at) => {
    const day = Math.floor(at / DAY)
    const offset = offsetOf(day)
    const local = at + (offset === offsetOf(day + 1) ? offset : offsetAt(zone, at))
    const localDay = Math.floor(local / DAY)
    let found = dates.get(localDay)
    if (found === undefined) {
      const date = new Date(localDay * DAY * 1000)
      const weekday = date.getUTCDay()
      found = { date: date.toISOString().slice(0, 10), weekend: weekday === 0 || weekday === 6 }
      dates.set(localDay, found)
    }
    return { ...found, minute: Math.floor((local - localDay * DAY) / 60) }
  }
}
