/**
 * Days as the rooms show them, from readings: the curve from the `live` channel, the bars from the
 * quarter-hours. Energy stays exact; nothing is interpolated.
 *
 * @module
 */
import { boundaryWindow } from '../../shared/meter/boundary.ts'
import { type Bar, toBars } from '../../shared/meter/intervals.ts'
import { parseObis } from '../../shared/meter/obis.ts'
import { powerNow } from '../../shared/meter/power.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { startOfLocalDay, startOfNextLocalDay } from '../../shared/meter/zone.ts'
import type { DayView, EnergyBar, PowerPoint } from '../state.ts'

export interface DayStore {
  addLive(readings: readonly Reading[]): void
  addKept(readings: readonly Reading[]): void
  /** The local day that holds this instant. */
  view(at: number): DayView
  /** Forgets what lies before the day that holds this instant, but for the last kept reading. */
  forget(at: number): void
}

/** One point of the curve for so many seconds: the last. */
const POINT = 10

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
      return { from, to, zone, power: inDay, ...energy(readings, from, to, zone) }
    },

    forget(at) {
      const from = startOfLocalDay(zone, at)
      for (const [slot, point] of power) if (point.at < from) power.delete(slot)
      const before = Math.max(...[...kept.keys()].filter((key) => key < from))
      for (const key of kept.keys()) if (key < before) kept.delete(key)
    },
  }
}

/** Bars that end in the day, sums across a gap before its first reading included. */
function energy(
  readings: readonly Reading[],
  from: number,
  to: number,
  zone: string,
): Pick<DayView, 'bars' | 'importWh' | 'exportWh'> {
  const [first] = readings
  const isGas = first !== undefined && first.registers.some(({ obis }) => {
    return parseObis(obis)?.what === '24.2.1'
  })
  const options = { resolution: 'PT15M', zone }
  const of = (counter: string) =>
    toBars(readings, { ...options, counter })
      // The reading of midnight itself ends the day before.
      .filter((bar) => bar.to > from + boundaryWindow && bar.to <= to + boundaryWindow)
  const imports = of(isGas ? '24.2.1' : '1.8.0')
  const exports = new Map(of('2.8.0').map((bar) => [bar.from, bar]))
  let importWh = 0n
  let exportWh = 0n
  const bars = imports.map((bar): EnergyBar => {
    const out = exports.get(bar.from)
    const [imported, exported] = [whole(bar), out === undefined ? 0n : whole(out)]
    importWh += imported ?? 0n
    exportWh += exported ?? 0n
    return {
      from: bar.from,
      to: bar.to,
      importWh: imported === null ? null : Number(imported),
      exportWh: exported === null ? null : Number(exported),
      gap: bar.gap,
    }
  })
  return { bars, importWh, exportWh }
}

/** Whole Wh; of a volume or another unit, whole thousandths. */
function whole({ value, exponent, unit }: Bar): bigint | null {
  if (value === null) return null
  const shift = exponent + (unit === 'Wh' ? 0 : 3)
  return shift >= 0 ? value * 10n ** BigInt(shift) : value / 10n ** BigInt(-shift)
}
