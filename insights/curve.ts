/**
 * The household's curve of one day as SVG: a bar for each interval, and a hatched stretch
 * where nothing is known. No script; a screen reader is told the figures beside it instead.
 *
 * @module
 */
import { html, raw } from 'hono/html'
import { offsetAt, startOfLocalDay, startOfNextLocalDay } from '../shared/meter/zone.ts'
import { type Interval, wattsOf } from './figures.ts'

const WIDTH = 960
const HEIGHT = 240
/** For labels as large as they are on a phone, where all of this is a third as wide. */
const FOOT = 44
const HEAD = 42

/**
 * @param at in the local day that is shown
 * @param length seconds of an interval
 */
export function curve(intervals: readonly Interval[], at: number, zone: string, length: number) {
  const [begins, ends] = [startOfLocalDay(zone, at), startOfNextLocalDay(zone, at)]
  const inside = intervals.filter(({ from, to }) => to > begins && from < ends)
  const watts = inside.map((interval) => wattsOf(interval, length))
  const most = watts.reduce<bigint>((a, b) => b !== null && b > a ? b : a, 1n)
  const x = (at: number) => Math.round((at - begins) * WIDTH * 10 / (ends - begins)) / 10
  const shapes = inside.map((interval, i) => {
    const [left, right] = [x(Math.max(interval.from, begins)), x(Math.min(interval.to, ends))]
    const value = watts[i] ?? null
    const height = value === null ? HEIGHT : Number(value * BigInt(HEIGHT) / most)
    const kind = value === null ? 'unknown' : 'bar'
    const width = Math.max(1, right - left - 1).toFixed(1)
    return `<rect class="${kind}" x="${left}" y="${HEIGHT - height}" width="${width}" ` +
      `height="${height}"/>`
  })
  const hours = [0, 6, 12, 18].map((hour) => {
    // On the day on which the clocks change, six o’clock comes earlier or later.
    const early = begins + hour * 3600
    const left = x(early + offsetAt(zone, begins) - offsetAt(zone, early))
    return `<text x="${left}" y="${HEIGHT + 4}" class="hour">${
      String(hour).padStart(2, '0')
    }:00</text>`
  })
  // Numbers only: nothing in here was written by anybody else.
  return html`
    <svg viewBox="0 ${-HEAD} ${WIDTH} ${HEAD + HEIGHT + FOOT}" role="img"
      aria-label="Mean power over the day">
      <defs>
        <pattern id="unknown" width="6" height="6" patternUnits="userSpaceOnUse">
          <path d="M0 6 6 0" class="hatch" />
        </pattern>
      </defs>
      ${raw(shapes.join(''))}
      <text x="0" y="-6" class="most">${most.toString()} W</text>
      ${raw(hours.join(''))}
    </svg>
  `
}
