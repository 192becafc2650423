/**
 * Energy of a day as bars between kept readings: above zero from the grid, below zero to the grid,
 * one hatched bar across a gap. Drawn in percent of its width, so that it needs no measuring.
 *
 * @module
 */
import type { JSX, TargetedPointerEvent } from 'preact'
import { useId, useState } from 'preact/hooks'
import { clock, dayText, hourText, kilowattHours } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import type { DayView, EnergyBar } from '../state.ts'
import { inset, sixHours } from './day-axis.ts'

const height = 176
const top = 20
const bottom = 32

/** What a bar says, in words. */
export function barWords(bar: EnergyBar): string {
  const parts = [
    bar.importWh === null ? null : `${kilowattHours(bar.importWh)} ${t('word.import')}`,
    bar.exportWh === null || bar.exportWh === 0
      ? null
      : `${kilowattHours(bar.exportWh)} ${t('word.export')}`,
  ].filter((part) => part !== null)
  if (bar.gap) parts.push(t('table.gap'))
  if (parts.length === 0) parts.push(t('table.backwards'))
  return parts.join(' · ')
}

/** A quarter-hour at the edge of a day may begin or end outside it. */
function share(day: DayView, at: number): number {
  return 100 * Math.min(1, Math.max(0, (at - day.from) / (day.to - day.from)))
}

/** Seconds that most bars stand for: a quarter-hour as a rule. */
function usualLength(bars: readonly EnergyBar[]): number {
  const lengths = bars.filter((bar) => !bar.gap).map((bar) => bar.to - bar.from)
  return lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 900
}

/**
 * The height of a bar in Wh for each usual length: a bar across a gap is wide, so its height is its
 * sum over its width, and areas compare. Its sum is written on it.
 */
function even(bar: EnergyBar, wh: number | null, usual: number): number {
  return bar.gap ? (wh ?? 0) * usual / Math.max(usual, bar.to - bar.from) : wh ?? 0
}

interface Drawn {
  readonly bar: EnergyBar
  readonly left: number
  readonly width: number
}

/** The sums across a gap, written on its bar. */
function GapSums(
  { bar, x, above, below }: { bar: EnergyBar; x: number; above: number; below: number },
): JSX.Element {
  return (
    <>
      {bar.importWh === null || bar.importWh === 0
        ? null
        : (
          <text class='label sum middle' x={`${x}%`} y={above - 4}>
            {kilowattHours(bar.importWh)}
          </text>
        )}
      {bar.exportWh === null || bar.exportWh === 0
        ? null
        : (
          <text class='label sum middle' x={`${x}%`} y={Math.min(below + 14, height - bottom + 4)}>
            {`\u2212${kilowattHours(bar.exportWh)}`}
          </text>
        )}
    </>
  )
}

export function EnergyBars({ day }: { day: DayView }): JSX.Element {
  const id = useId()
  const [pointed, setPointed] = useState<EnergyBar | null>(null)

  const usual = usualLength(day.bars)
  const mostImport = Math.max(0, ...day.bars.map((bar) => even(bar, bar.importWh, usual)))
  const mostExport = Math.max(0, ...day.bars.map((bar) => even(bar, bar.exportWh, usual)))
  const range = Math.max(1, mostImport + mostExport)
  const room = height - top - bottom
  const zero = top + room * (mostExport === 0 ? 1 : mostImport / range)
  const size = (bar: EnergyBar, wh: number | null) => room * even(bar, wh, usual) / range

  const drawn: Drawn[] = day.bars.map((bar) => {
    const left = share(day, bar.from)
    return { bar, left, width: share(day, bar.to) - left }
  })
  const point = (event: TargetedPointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const at = 100 * (event.clientX - box.left) / box.width
    setPointed(drawn.find(({ left, width }) => at >= left && at < left + width)?.bar ?? null)
  }

  return (
    <figure class='chart'>
      <p class='touched' aria-hidden='true'>
        {pointed === null
          ? t('chart.touch')
          : `${clock(pointed.from, day.zone)}–${clock(pointed.to, day.zone)}  ${barWords(pointed)}`}
      </p>
      <svg
        class='bars'
        height={height}
        style={{
          marginLeft: `${inset.left}px`,
          width: `calc(100% - ${inset.left + inset.right}px)`,
        }}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role='img'
        aria-label={t('chart.energy', {
          day: dayText(day.from, day.zone),
          imported: kilowattHours(day.importWh),
          exported: kilowattHours(day.exportWh),
        })}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => setPointed(null)}
      >
        <defs>
          <pattern id={`${id}-export`} width='4' height='4' patternUnits='userSpaceOnUse'>
            <path class='export ground' d='M0 0h4v4H0z' />
            <path class='export rule' d='M0 1h4' />
          </pattern>
          <pattern id={`${id}-gap-import`} width='6' height='6' patternUnits='userSpaceOnUse'>
            <path class='import hatch' d='M-1 7L7-1M-1 1L1-1M5 7L7 5' />
          </pattern>
          <pattern id={`${id}-gap-export`} width='6' height='6' patternUnits='userSpaceOnUse'>
            <path class='export hatch' d='M-1 7L7-1M-1 1L1-1M5 7L7 5' />
          </pattern>
        </defs>
        {drawn.map(({ bar, left, width }) => (
          <g key={bar.from} class={bar === pointed ? 'bar pointed' : 'bar'}>
            <rect
              class={bar.gap ? 'import outline' : 'import'}
              x={`${left}%`}
              width={`${bar.gap ? width : width * 0.8}%`}
              y={zero - size(bar, bar.importWh)}
              height={size(bar, bar.importWh)}
              {...(bar.gap ? { fill: `url(#${id}-gap-import)` } : {})}
            />
            <rect
              class='export outline'
              x={`${left}%`}
              width={`${bar.gap ? width : width * 0.8}%`}
              y={zero}
              height={size(bar, bar.exportWh)}
              fill={`url(#${id}-${bar.gap ? 'gap-export' : 'export'})`}
            />
          </g>
        ))}
        {drawn.filter(({ bar }) => bar.gap).map(({ bar, left, width }) => (
          <GapSums
            key={bar.from}
            bar={bar}
            x={left + width / 2}
            above={zero - size(bar, bar.importWh)}
            below={zero + size(bar, bar.exportWh)}
          />
        ))}
        <line class='zero' x1='0' x2='100%' y1={zero} y2={zero} />
        {mostImport === 0 ? null : (
          <text class='label end' x='-8' y={top + 4}>
            {kilowattHours(Math.round(mostImport))}
          </text>
        )}
        {mostExport === 0 ? null : (
          <text class='label end' x='-8' y={height - bottom + 4}>
            {`\u2212${kilowattHours(Math.round(mostExport))}`}
          </text>
        )}
        {sixHours(day).map((at) => (
          <text key={at} class='label middle' x={`${share(day, at)}%`} y={height - 8}>
            {hourText(at, day.zone)}
          </text>
        ))}
      </svg>
      {day.bars.some((bar) => bar.gap)
        ? (
          <figcaption class='legend'>
            <span class='key gap'>{t('chart.gap')}</span>
          </figcaption>
        )
        : null}
    </figure>
  )
}
