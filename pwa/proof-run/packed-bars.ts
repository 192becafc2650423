/**
 * Bars on their way from the worker to the page, as columns: to copy a year of objects from one
 * thread to the other would hold the page up for longer than to draw them.
 *
 * @module
 */
import type { EnergyBar } from '../state.ts'

export interface PackedBars {
  /** Seconds. */
  readonly from: Float64Array<ArrayBuffer>
  readonly to: Float64Array<ArrayBuffer>
  /** Whole numbers, exact as they were; NaN stands for null. */
  readonly importWh: Float64Array<ArrayBuffer>
  readonly exportWh: Float64Array<ArrayBuffer>
  /** 1 for a gap. */
  readonly gap: Uint8Array<ArrayBuffer>
  /** 1 for a change of meter. */
  readonly changed: Uint8Array<ArrayBuffer>
}

/** What came with packed bars in it, or with none. */
type Packed = { readonly bars: PackedBars }

export function packBars(bars: readonly EnergyBar[]): PackedBars {
  return {
    from: Float64Array.from(bars, (bar) => bar.from),
    to: Float64Array.from(bars, (bar) => bar.to),
    importWh: Float64Array.from(bars, (bar) => bar.importWh ?? NaN),
    exportWh: Float64Array.from(bars, (bar) => bar.exportWh ?? NaN),
    gap: Uint8Array.from(bars, (bar) => bar.gap ? 1 : 0),
    changed: Uint8Array.from(bars, (bar) => bar.changed ? 1 : 0),
  }
}

export function unpackBars(
  { from, to, importWh, exportWh, gap, changed }: PackedBars,
): EnergyBar[] {
  const known = (value = NaN) => Number.isNaN(value) ? null : value
  const bars: EnergyBar[] = []
  for (let i = 0; i < from.length; i++) {
    bars.push({
      from: from[i] ?? NaN,
      to: to[i] ?? NaN,
      importWh: known(importWh[i]),
      exportWh: known(exportWh[i]),
      gap: gap[i] === 1,
      ...(changed[i] === 1 ? { changed: true } : {}),
    })
  }
  return bars
}

/** A result as it travels, and the memory that goes with it instead of being copied. */
export function packed(result: unknown): { result: unknown; transfer: ArrayBuffer[] } {
  if (!isObject(result)) return { result, transfer: [] }
  if ('bytes' in result && result.bytes instanceof Uint8Array) {
    return { result, transfer: [result.bytes.buffer as ArrayBuffer] } // a file, in no shared memory
  }
  if (!('bars' in result) || !Array.isArray(result.bars)) return { result, transfer: [] }
  const bars = packBars(result.bars as EnergyBar[]) // of a view: nothing else has bars
  return {
    result: { ...result, bars },
    transfer: Object.values(bars).map(({ buffer }) => buffer),
  }
}

export function unpacked(result: unknown): unknown {
  return isPacked(result) ? { ...result, bars: unpackBars(result.bars) } : result
}

function isPacked(result: unknown): result is Packed {
  return isObject(result) && 'bars' in result && isObject(result.bars) && 'gap' in result.bars
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
