/**
 * Energy of a stretch of time as bars, from kept readings. Exact: the counters are cut to whole Wh
 * (of a volume or a heat, to whole thousandths) before their differences are taken, so that bars
 * add up to the difference of the counters over whatever is summed.
 *
 * @module
 */
import { boundaryWindow } from '../../shared/meter/boundary.ts'
import { type Bar, counterOf, toBars } from '../../shared/meter/intervals.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import type { DayView, EnergyBar, EnergyView } from '../state.ts'

/** Gas, water and heat (DSMR 5.0.2 P1 section 6.12, e-MUCS-P1), the corrected volume first. */
const SUB_METER = ['24.2.1', '24.2.3']

/**
 * @param runs readings in the order of the channel, in stretches without a block missing
 * @returns bars that end after `from` and not after `to`; the reading of midnight itself, which
 * comes a little late, ends the day before
 */
export function energyBars(
  runs: readonly (readonly Reading[])[],
  { from, to, zone, resolution }: Pick<EnergyView, 'from' | 'to' | 'zone' | 'resolution'>,
): Pick<EnergyView, 'bars' | 'unit'> {
  const counter = counterIn(runs)
  const bars = runs.flatMap((readings): EnergyBar[] => {
    const of = (counter: string) =>
      toBars(readings, { resolution, zone, counter, cut })
        .filter((bar) => bar.to > from + boundaryWindow && bar.to <= to + boundaryWindow)
    const exports = of('2.8.0')
    const exportAt = finder(exports)
    return of(counter.what).map((bar, i) => {
      const beside = exports[i]
      const out = beside?.from === bar.from ? beside : exportAt(bar.from)
      return {
        from: bar.from,
        to: bar.to,
        importWh: amount(bar),
        exportWh: out === undefined ? 0 : amount(out),
        gap: bar.gap,
      }
    })
  })
  return { bars, unit: counter.unit }
}

/** Bars by their beginning, for where the two counters are not in all the same readings. */
function finder(bars: readonly Bar[]): (from: number) => Bar | undefined {
  let found: Map<number, Bar> | null = null
  return (from) => (found ??= new Map(bars.map((bar) => [bar.from, bar]))).get(from)
}

/** Exact, without the bars that have no value. */
export function energySums(
  bars: readonly EnergyBar[],
): Pick<DayView, 'importWh' | 'exportWh'> {
  let importWh = 0n
  let exportWh = 0n
  for (const bar of bars) {
    importWh += BigInt(bar.importWh ?? 0)
    exportWh += BigInt(bar.exportWh ?? 0)
  }
  return { importWh, exportWh }
}

/** What the meter counts, by the first reading that says it. */
function counterIn(runs: readonly (readonly Reading[])[]): { what: string; unit: string } {
  for (const readings of runs) {
    for (const reading of readings) {
      for (const what of ['1.8.0', ...SUB_METER]) {
        const counter = counterOf(reading, what)
        if (counter !== null) return { what, unit: counter.unit }
      }
    }
  }
  return { what: '1.8.0', unit: 'Wh' }
}

/** The exponent that counters of a unit are cut to: whole Wh, or thousandths. */
function cut(unit: string): number {
  return unit === 'Wh' ? 0 : -3
}

function amount({ value }: Bar): number | null {
  return value === null ? null : Number(value)
}
