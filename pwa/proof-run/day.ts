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
  const kept = new Map<number, Reading>()

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
      for (const reading of readings) kept.set(reading.at, reading)
    },

    view(at) {
      const from = startOfLocalDay(zone, at)
      const to = startOfNextLocalDay(zone, at)
      const inDay = [...power.values()].filter((point) => point.at >= from && point.at < to)
        .sort((a, b) => a.at - b.at)
      const readings = [...kept.values()].sort((a, b) => a.at - b.at)
      const stretch = { from, to, zone, resolution: 'PT15M' } as const
      const { bars, unit } = energyBars([readings], stretch)
      return { from, to, zone, unit, power: inDay, bars, ...daySums(bars, from) }
    },

    forget(at) {
      const from = startOfLocalDay(zone, at)
      for (const [slot, point] of power) if (point.at < from) power.delete(slot)
      const before = Math.max(...[...kept.keys()].filter((key) => key < from))
      for (const key of kept.keys()) if (key < before) kept.delete(key)
    },
  }
}
