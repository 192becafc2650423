/**
 * Bars put together: quarter-hours to a day, days to a month, months to a year. Sums are exact and
 * nothing is split: a bar across a gap that crosses a border belongs to neither side, and stands
 * for itself, across.
 *
 * @module
 */
import { boundaryWindow } from '../../shared/meter/boundary.ts'
import type { EnergyBar } from '../state.ts'

const QUARTER = 900

/** The quarter-hour that a reading serves, if it came in time; else its own moment. */
export function nominal(at: number): number {
  const late = at - Math.floor(at / QUARTER) * QUARTER
  return late <= boundaryWindow ? at - late : at
}

export interface Sum {
  /** Seconds, by the borders given; across a border, the ends of the bar. */
  readonly from: number
  readonly to: number
  readonly importWh: bigint
  readonly exportWh: bigint
  /** It is one bar across a gap that crosses a border, and belongs to no single part. */
  readonly across: boolean
  readonly bars: number
  /** Bars across gaps in it, those from one meter to the next among them. */
  readonly gaps: number
  readonly changes: number
  /** Bars whose value cannot be known, for the counter went backwards. */
  readonly unknown: number
  /** Seconds of it of which the energy is known. */
  readonly covered: number
}

type Growing = { -readonly [Key in keyof Sum]: Sum[Key] }

function empty(from: number, to: number, across: boolean): Growing {
  const none = { importWh: 0n, exportWh: 0n, bars: 0, gaps: 0, changes: 0, unknown: 0, covered: 0 }
  return { from, to, across, ...none }
}

/** In place: a new sum for each bar of a year is most of the work. */
function add(sum: Growing, bar: EnergyBar): Growing {
  const isUnknown = bar.importWh === null && bar.exportWh === null
  sum.importWh += BigInt(bar.importWh ?? 0)
  sum.exportWh += BigInt(bar.exportWh ?? 0)
  sum.bars++
  if (bar.gap) sum.gaps++
  if (bar.changed === true) sum.changes++
  if (isUnknown) sum.unknown++
  else sum.covered += nominal(bar.to) - nominal(bar.from)
  return sum
}

export interface Grouped {
  /** One for each part, in order; a part without a reading has no bars. */
  readonly parts: readonly Sum[]
  /** Gaps across the borders, those at the outer ends too. */
  readonly across: readonly Sum[]
}

/**
 * @param borders instants in order, one more than there are parts
 */
export function group(bars: readonly EnergyBar[], borders: readonly number[]): Grouped {
  const parts: Growing[] = []
  for (let i = 0; i + 1 < borders.length; i++) {
    parts.push(empty(borders[i] ?? 0, borders[i + 1] ?? 0, false))
  }
  const across: Sum[] = []
  let place = 0
  for (const bar of bars) {
    const from = nominal(bar.from)
    const to = nominal(bar.to)
    while (place > 0 && (parts[place]?.from ?? 0) > from) place-- // a clock that was set back
    while (place < parts.length && (parts[place]?.to ?? 0) <= from) place++
    const part = parts[place]
    if (part === undefined || from < part.from || to > part.to) {
      across.push(add(empty(from, to, true), bar))
    } else add(part, bar)
  }
  return { parts, across }
}

/** All of them as one; the seconds are those of the first and the last. */
export function total(sums: readonly Sum[]): Sum {
  let whole = empty(sums[0]?.from ?? 0, sums.at(-1)?.to ?? 0, false)
  for (const sum of sums) {
    whole = {
      ...whole,
      importWh: whole.importWh + sum.importWh,
      exportWh: whole.exportWh + sum.exportWh,
      bars: whole.bars + sum.bars,
      gaps: whole.gaps + sum.gaps,
      changes: whole.changes + sum.changes,
      unknown: whole.unknown + sum.unknown,
      covered: whole.covered + sum.covered,
    }
  }
  return whole
}

/**
 * Bars of a meter that tells its counter less often than every quarter-hour, as gas meters do once
 * an hour: what is as long as its rhythm is no gap.
 */
export function inRhythm(bars: readonly EnergyBar[]): readonly EnergyBar[] {
  const lengths = Float64Array.from(bars, (bar) => nominal(bar.to) - nominal(bar.from)).sort()
  const rhythm = lengths[Math.floor(lengths.length / 2)] ?? QUARTER
  if (bars.length < 3 || rhythm <= QUARTER || rhythm > 3600) return bars
  return bars.map((bar) =>
    bar.gap && bar.changed !== true && nominal(bar.to) - nominal(bar.from) <= rhythm
      ? { ...bar, gap: false }
      : bar
  )
}
