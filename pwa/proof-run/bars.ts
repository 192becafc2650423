/**
 * Energy of a stretch of time as bars, from kept readings. Exact: the counters are cut to whole Wh
 * (of a volume or a heat, to whole thousandths) before their differences are taken, so that bars
 * add up to the difference of the counters over whatever is summed.
 *
 * @module
 */
import { boundaryWindow } from '../../shared/meter/boundary.ts'
import { counterOf, toBars } from '../../shared/meter/intervals.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import type { DayView, EnergyBar, EnergyView } from '../state.ts'

/** Gas, water and heat (DSMR 5.0.2 P1 section 6.12, e-MUCS-P1), the corrected volume first. */
const SUB_METER = ['24.2.1', '24.2.3']

type Stretch = Pick<EnergyView, 'from' | 'to' | 'zone' | 'resolution'>

/** Bars that grow with the readings, which need not be kept until all of them are there. */
export interface GrowingBars {
  /** Readings that follow those before, in the order of the channel. */
  add(readings: readonly Reading[]): void
  /** What follows is another run: what is between the two is not known. */
  nextRun(): void
  bars(): Pick<EnergyView, 'bars' | 'unit'>
}

/** A bar of one counter, with nothing that is not shown. */
interface Slim {
  readonly from: number
  readonly to: number
  readonly wh: number | null
  readonly gap: boolean
  readonly changed: boolean
}

/**
 * @returns bars that end after `from` and not after `to`; the reading of midnight itself, which
 * comes a little late, ends the day before
 */
export function growingBars(stretch: Stretch): GrowingBars {
  let counter: { what: string; unit: string } | null = null
  let imported: GrowingCounter | null = null
  let exported = growingCounter('2.8.0', stretch)
  const done: EnergyBar[] = []

  function nextRun(): void {
    if (imported !== null) {
      for (const bar of joined(imported.bars, exported.bars)) {
        done.push(bar)
      }
    }
    imported = counter === null ? null : growingCounter(counter.what, stretch)
    exported = growingCounter('2.8.0', stretch)
  }

  return {
    add(readings) {
      counter ??= counterIn(readings)
      // Nothing is missed of readings that came before: none of them has that counter.
      if (counter !== null) (imported ??= growingCounter(counter.what, stretch)).add(readings)
      exported.add(readings)
    },
    nextRun,
    bars() {
      nextRun()
      return { bars: done, unit: counter?.unit ?? 'Wh' }
    },
  }
}

/** @param runs readings in the order of the channel, in stretches without a block missing */
export function energyBars(
  runs: readonly (readonly Reading[])[],
  stretch: Stretch,
): Pick<EnergyView, 'bars' | 'unit'> {
  const growing = growingBars(stretch)
  for (const readings of runs) {
    growing.add(readings)
    growing.nextRun()
  }
  return growing.bars()
}

interface GrowingCounter {
  readonly bars: readonly Slim[]
  add(readings: readonly Reading[]): void
}

function growingCounter(counter: string, { from, to, zone, resolution }: Stretch): GrowingCounter {
  const bars: Slim[] = []
  /** With which the next bar begins. */
  let last: Reading | null = null
  return {
    bars,
    add(more) {
      const readings = last === null ? more : [last, ...more]
      for (const bar of toBars(readings, { resolution, zone, counter, cut })) {
        if (bar.to <= from + boundaryWindow || bar.to > to + boundaryWindow) continue
        const wh = bar.value === null ? null : Number(bar.value)
        bars.push({ from: bar.from, to: bar.to, wh, gap: bar.gap, changed: bar.changed })
      }
      last = lastCounted(readings, counter)
    },
  }
}

/** The reading with which the last bar ends: of one moment told twice, the first. */
function lastCounted(readings: readonly Reading[], counter: string): Reading | null {
  let last: Reading | null = null
  for (let i = readings.length - 1; i >= 0; i--) {
    const reading = readings[i]
    if (reading === undefined || counterOf(reading, counter) === null) continue
    if (last !== null && (reading.at !== last.at || reading.meter !== last.meter)) break
    last = reading
  }
  return last
}

/** Import and export of the same time side by side. */
function joined(imports: readonly Slim[], exports: readonly Slim[]): EnergyBar[] {
  const exportAt = finder(exports)
  return imports.map(({ from, to, wh, gap, changed }, i) => {
    const beside = exports[i]
    const out = beside?.from === from ? beside : exportAt(from)
    const told = changed ? { changed } : {}
    const exportWh = changed ? null : out === undefined ? 0 : out.wh
    return { from, to, importWh: wh, exportWh, gap, ...told }
  })
}

/** Bars by their beginning, for where the two counters are not in all the same readings. */
function finder(bars: readonly Slim[]): (from: number) => Slim | undefined {
  let found: Map<number, Slim> | null = null
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
function counterIn(readings: readonly Reading[]): { what: string; unit: string } | null {
  for (const reading of readings) {
    for (const what of ['1.8.0', ...SUB_METER]) {
      const counter = counterOf(reading, what)
      if (counter !== null) return { what, unit: counter.unit }
    }
  }
  return null
}

/** The exponent that counters of a unit are cut to: whole Wh, or thousandths. */
function cut(unit: string): number {
  return unit === 'Wh' ? 0 : -3
}
