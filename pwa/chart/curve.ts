/**
 * The drawing of the power curve, by uPlot; loaded when a curve is first shown.
 *
 * @module
 */
import uPlot from 'uplot'
import { hourText, watts } from '../i18n/format.ts'
import type { DayView } from '../state.ts'
import { inset, sixHours } from './day-axis.ts'
import { longestStep, netOf } from './net-power.ts'

export interface Curve {
  show(day: DayView): void
  /** Puts the cursor on a point of the day, or takes it away. */
  point(index: number | null): void
  end(): void
}

interface Gap {
  readonly from: number
  readonly to: number
}

interface Points {
  readonly at: number[]
  readonly net: (number | null)[]
  /** Index of the point in the day; the ends of gaps have none. */
  readonly source: (number | null)[]
  readonly gaps: Gap[]
}

/** uPlot breaks the line at a null, so the end of each gap's last value gets one. */
function pointsOf(day: DayView): Points {
  const points: Points = { at: [], net: [], source: [], gaps: [] }
  const longest = longestStep(day.power)
  const add = (at: number, net: number | null, source: number | null) => {
    points.at.push(at)
    points.net.push(net)
    points.source.push(source)
  }
  for (const [i, point] of day.power.entries()) {
    const before = day.power[i - 1]
    if (before !== undefined && point.at - before.at > longest) {
      add(before.at + 1, null, null)
      points.gaps.push({ from: before.at, to: point.at })
    }
    add(point.at, netOf(point), i)
  }
  return points
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** One colour above the zero line, another below, with a hard edge between. */
function split(plot: uPlot, above: string, below: string): CanvasGradient {
  const { top, height } = plot.bbox
  const zero = plot.valToPos(0, 'y', true)
  const edge = Math.min(1, Math.max(0, (zero - top) / height))
  const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height)
  gradient.addColorStop(0, above)
  gradient.addColorStop(edge, above)
  gradient.addColorStop(edge, below)
  gradient.addColorStop(1, below)
  return gradient
}

/** Lines across what goes to the grid, so that the two are told apart without colour. */
function rule(plot: uPlot, points: Points): void {
  const { ctx, bbox } = plot
  const zero = plot.valToPos(0, 'y', true)
  ctx.save()
  ctx.beginPath()
  for (let i = 0; i < points.at.length; i++) {
    const net = points.net[i]
    if (net === null || net === undefined || net >= 0) continue
    const left = plot.valToPos(points.at[i] ?? 0, 'x', true)
    const right = plot.valToPos(points.at[i + 1] ?? points.at[i] ?? 0, 'x', true)
    ctx.rect(left, zero, right - left, plot.valToPos(net, 'y', true) - zero)
  }
  ctx.clip()
  ctx.beginPath()
  const distance = 5 * devicePixelRatio
  for (let y = zero + distance; y < bbox.top + bbox.height; y += distance) {
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
  }
  ctx.lineWidth = devicePixelRatio
  ctx.strokeStyle = colour('--export')
  ctx.globalAlpha = 0.55
  ctx.stroke()
  ctx.restore()
}

/** Hatching where readings are missing, so that nothing read and nothing used look different. */
function hatch(plot: uPlot, gaps: readonly Gap[]): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.beginPath()
  for (const gap of gaps) {
    const left = plot.valToPos(gap.from, 'x', true)
    ctx.rect(left, bbox.top, plot.valToPos(gap.to, 'x', true) - left, bbox.height)
  }
  ctx.clip()
  ctx.beginPath()
  const distance = 6 * devicePixelRatio
  for (let x = bbox.left - bbox.height; x < bbox.left + bbox.width; x += distance) {
    ctx.moveTo(x, bbox.top + bbox.height)
    ctx.lineTo(x + bbox.height, bbox.top)
  }
  ctx.lineWidth = devicePixelRatio
  ctx.strokeStyle = colour('--hatch')
  ctx.stroke()
  ctx.restore()
}

function zeroLine(plot: uPlot): void {
  const { ctx, bbox } = plot
  const zero = Math.round(plot.valToPos(0, 'y', true)) + 0.5
  ctx.save()
  ctx.beginPath()
  ctx.moveTo(bbox.left, zero)
  ctx.lineTo(bbox.left + bbox.width, zero)
  ctx.lineWidth = devicePixelRatio
  ctx.strokeStyle = colour('--muted')
  ctx.stroke()
  ctx.restore()
}

/** The largest power either way, rounded up to something people can read, and zero between. */
function rangeOf(values: readonly (number | null | undefined)[]): [number, number] {
  const nice = (value: number) => {
    const step = 10 ** Math.floor(Math.log10(Math.max(100, value)))
    return Math.ceil(value / (step / 2)) * (step / 2)
  }
  let top = 0
  let bottom = 0
  for (const value of values) {
    if (value === null || value === undefined) continue
    top = Math.max(top, value)
    bottom = Math.min(bottom, value)
  }
  return [bottom === 0 ? 0 : -nice(-bottom), top === 0 && bottom < 0 ? 0 : nice(top)]
}

function options(
  day: () => DayView,
  points: () => Points,
  width: number,
  point: (index: number | null) => void,
): uPlot.Options {
  const stepped = uPlot.paths.stepped?.({ align: 1 })
  const axis = {
    stroke: () => colour('--muted'),
    grid: { show: false },
    ticks: { show: false },
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
  }
  return {
    width,
    height: 240,
    padding: [12, inset.right, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 8 }, drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: () => [day().from, day().to] },
      y: { range: () => rangeOf(points().net) },
    },
    axes: [
      {
        ...axis,
        size: 34,
        gap: 10,
        splits: () => sixHours(day()),
        values: (_plot, splits) => splits.map((at) => hourText(at, day().zone)),
      },
      {
        ...axis,
        size: inset.left,
        splits: () => {
          const [bottom, top] = rangeOf(points().net)
          return [...new Set([bottom, 0, top])]
        },
        values: (_plot, splits) => splits.map((value) => watts(value)),
      },
    ],
    series: [
      {},
      {
        ...(stepped === undefined ? {} : { paths: stepped }),
        points: { show: false },
        width: 1.5,
        stroke: (plot) => split(plot, colour('--import'), colour('--export')),
        fill: (plot) => split(plot, colour('--import-soft'), colour('--export-soft')),
        fillTo: 0,
      },
    ],
    hooks: {
      drawClear: [(plot) => hatch(plot, points().gaps)],
      draw: [(plot) => rule(plot, points()), zeroLine],
      setCursor: [(plot) => {
        const index = plot.cursor.idx
        point(index === null || index === undefined ? null : points().source[index] ?? null)
      }],
    },
  }
}

export function drawCurve(
  place: HTMLElement,
  first: DayView,
  point: (index: number | null) => void,
): Curve {
  let day = first
  let points = pointsOf(day)
  const data = (): uPlot.AlignedData => [points.at, points.net]
  const plot = new uPlot(
    options(() => day, () => points, Math.max(240, place.clientWidth), point),
    data(),
    place,
  )

  const watcher = new ResizeObserver(() => {
    plot.setSize({ width: Math.max(240, place.clientWidth), height: plot.height })
  })
  watcher.observe(place)
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const repaint = () => plot.redraw(false, true)
  dark.addEventListener('change', repaint)

  return {
    show(next) {
      day = next
      points = pointsOf(day)
      plot.setData(data())
    },
    point(index) {
      const place = index === null ? -1 : points.source.indexOf(index)
      const at = points.at[place]
      if (at === undefined) plot.setCursor({ left: -10, top: -10 })
      else plot.setCursor({ left: plot.valToPos(at, 'x'), top: 0 })
    },
    end() {
      watcher.disconnect()
      dark.removeEventListener('change', repaint)
      plot.destroy()
    },
  }
}
