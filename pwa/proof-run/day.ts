/**
 * Days as the rooms show them, from readings: the curve from the `live` channel, the bars from the
 * quarter-hours. Energy stays exact; nothing is interpolated.
 *
 * @module
 */
import { powerNow } from '../../shared/meter/power.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { startOfLocalDay, startOfNextLocalDay } from '../../shared/meter/zone.ts'
import type { DayView, EnergyBar, PowerPoint } from '../state.ts'
import { energyBars, energySums } from './bars.ts'

export interface DayStore {
  addLive(readings: readonly Reading[]): void
  addKept(readings: readonly Reading[]): void
  /** The local day that holds this instant. */
  view(at: number): DayView
  /** Forgets what lies before the day that holds this instant, but for the last kept reading. */
  forget(at: number): void
}

export type DaySums = Pick<DayView, 'importWh' | 'exportWh'>

/** One point of the curve for so many seconds: the last. */
const POINT = 10

/** A bar across a gap that began before the day cannot be divided: it is shown, and in no sum. */
export function daySums(bars: readonly EnergyBar[], from: number): DaySums {
  return energySums(bars.filter((bar) => bar.from >= from))
}

export function createDayStore(zone: string): DayStore {
  const power = new Map<number, PowerPoint>()
  /** By meter and time: of a record that two meters wrote, one after the other. */
  const kept = new Map<string, Reading>()

  /** One meter after the other, as they were seen, each in the order of its own clock. */
  function inOrder(): Reading[] {
    const begins = new Map<string, number>()
    for (const { meter, seen } of kept.values()) {
      begins.set(meter, Math.min(seen, begins.get(meter) ?? seen))
    }
    const beginOf = ({ meter }: Reading) => begins.get(meter) ?? 0
    return [...kept.values()].sort((a, b) => beginOf(a) - beginOf(b) || a.at - b.at)
  }

  return {
    addLive(readings) {
      for (const reading of readings) {
        const now = powerNow(reading)
        if (now === null) continue
        const slot = Math.floor(reading.at / POINT)
        const known = power.get(slot)
        if (known !== undefined && known.at > reading.at) continue
        power.set(slot, { at: reading.at, importW: now.import, exportW: now.export })
      }
    },

    addKept(readings) {
      for (const reading of readings) kept.set(`${reading.meter} ${reading.at}`, reading)
    },

    view(at) {
      const from = startOfLocalDay(zone, at)
      const to = startOfNextLocalDay(zone, at)
      const inDay = [...power.values()].filter((point) => point.at >= from && point.at < to)
        .sort((a, b) => a.at - b.at)
      const stretch = { from, to, zone, resolution: 'PT15M' } as const
      const { bars, unit } = energyBars([inOrder()], stretch)
      return { from, to, zone, unit, power: inDay, bars, ...daySums(bars, from) }
    },

    forget(at) {
      const from = startOfLocalDay(zone, at)
      for (const [slot, point] of power) if (point.at < from) power.delete(slot)
      const past = inOrder().filter((reading) => reading.at < from)
      for (const { meter, at } of past.slice(0, -1)) kept.delete(`${meter} ${at}`)
    },
  }
}
