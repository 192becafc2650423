/**
 * Import and export of one instant as one number: positive from the grid, negative to the grid.
 *
 * @module
 */
import type { PowerPoint } from '../state.ts'

export function netOf(point: Pick<PowerPoint, 'importW' | 'exportW'>): number | null {
  if (point.importW === null && point.exportW === null) return null
  return (point.importW ?? 0) - (point.exportW ?? 0)
}

/**
 * How long the last value may stand before its absence is a gap: three times the usual distance of
 * two readings, at least two minutes.
 */
export function longestStep(points: readonly PowerPoint[]): number {
  const steps: number[] = []
  for (let i = 1; i < points.length; i++) {
    steps.push((points[i]?.at ?? 0) - (points[i - 1]?.at ?? 0))
  }
  steps.sort((a, b) => a - b)
  return Math.max(120, 3 * (steps[Math.floor(steps.length / 2)] ?? 0))
}
