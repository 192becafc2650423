/**
 * Energy as bars: above zero from the grid, below zero to the grid, one hatched bar across a gap,
 * and beside them, as an outline, what it is compared with. Drawn in percent of its width, so that
 * it needs no measuring. By touch, pointer and keyboard each bar tells its exact value.
 *
 * @module
 */
import type { JSX, TargetedKeyboardEvent, TargetedPointerEvent } from 'preact'
import { useId, useState } from 'preact/hooks'
import { energyText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { inset } from './day-axis.ts'

const height = 176
const top = 20
const bottom = 32

export interface Mark {
  readonly key: string
  /** Shares of the whole axis. */
  readonly left: number
  readonly width: number
  readonly importWh: bigint | null
  readonly exportWh: bigint | null
  /** One sum across a gap. */
  readonly gap: boolean
  /** Readings for a part of it only. */
  readonly part?: boolean
  /**
   * How many usual bars it stands for: a bar across a gap is wide, so its height is its sum over
   * its width, and areas compare. Its sum is written on it.
   */
  readonly wide: number
  /** When, and what, for whoever points at it. */
  readonly words: string
  /** Where it opens. */
  readonly href?: string
}

export interface Tick {
  /** Share of the whole axis. */
  readonly at: number
  readonly label: string
}

interface Props {
  readonly name: string
  /** What is counted. */
  readonly unit: string
  readonly marks: readonly Mark[]
  readonly ticks: readonly Tick[]
  /** What the bars are compared with, and its name. */
  readonly compared?: { readonly name: string; readonly marks: readonly Mark[] } | null
  readonly open?: (href: string) => void
  /** Turns to the stretch before or after. */
  readonly turn?: (by: number) => void
}

function even(mark: Mark, wh: bigint | null): number {
  return Number(wh ?? 0n) / Math.max(1, mark.gap ? mark.wide : 1)
}

function percent(share: number): string {
  return `${100 * share}%`
}

/** The outline of bars as one stepped line, on an axis of a thousand. */
function outline(
  marks: readonly Mark[],
  y: (mark: Mark) => number,
  wanted: (mark: Mark) => boolean,
): string {
  let path = ''
  let end: number | null = null
  for (const mark of marks) {
    if (!wanted(mark) || mark.importWh === null && mark.exportWh === null) continue
    const left = 1000 * mark.left
    const right = 1000 * (mark.left + mark.width)
    const isNext = end !== null && Math.abs(left - end) < 0.01
    path += `${isNext ? `V${y(mark)}` : `M${left} ${y(mark)}`}H${right}`
    end = right
  }
  return path
}

/** Gaps wide enough for their sum to be written on them, and far enough from each other. */
function labelled(marks: readonly Mark[]): Mark[] {
  let last = -1
  return marks.filter(({ gap, left, width }) => {
    const middle = left + width / 2
    if (!gap || width <= 0.02 || middle - last < 0.25) return false
    last = middle
    return true
  })
}

/** The sums across a gap, written on its bar. */
function GapSums(
  { mark, unit, above, below }: { mark: Mark; unit: string; above: number; below: number },
): JSX.Element {
  const x = Math.min(0.86, Math.max(0.14, mark.left + mark.width / 2))
  return (
    <>
      {mark.importWh === null || mark.importWh === 0n
        ? null
        : (
          <text class='label sum middle' x={percent(x)} y={above - 4}>
            {energyText(mark.importWh, unit)}
          </text>
        )}
      {mark.exportWh === null || mark.exportWh === 0n ? null : (
        <text
          class='label sum middle'
          x={percent(x)}
          y={Math.min(below + 14, height - bottom + 4)}
        >
          {energyText(-mark.exportWh, unit)}
        </text>
      )}
    </>
  )
}

export function Bars(props: Props): JSX.Element {
  const { name, unit, marks, ticks, compared, open, turn } = props
  const id = useId()
  const [pointed, setPointed] = useState<string | null>(null)
  const [byKey, setByKey] = useState(false)
  const at = marks.findIndex(({ key }) => key === pointed)
  const mark = marks[at]

  const all = [...marks, ...compared?.marks ?? []]
  const mostImport = Math.max(0, ...all.map((mark) => even(mark, mark.importWh)))
  const mostExport = Math.max(0, ...all.map((mark) => even(mark, mark.exportWh)))
  const range = Math.max(1, mostImport + mostExport)
  const room = height - top - bottom
  const zero = top + room * (mostExport === 0 ? 1 : mostImport / range)
  const size = (mark: Mark, wh: bigint | null) => room * even(mark, wh) / range

  const point = (event: TargetedPointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const share = (event.clientX - box.left) / box.width
    const found = marks.find(({ left, width }) => share >= left && share < left + width)
    setByKey(false)
    // The first touch of a bar tells its value, the second one opens it.
    const isSame = found !== undefined && found.key === pointed
    if (event.type === 'pointerup' && found?.href !== undefined) {
      if (event.pointerType === 'mouse' || isSame) open?.(found.href)
    }
    if (event.type !== 'pointerdown' || event.pointerType === 'mouse') {
      setPointed(found?.key ?? null)
    }
  }
  const press = (event: TargetedKeyboardEvent<HTMLElement>) => {
    const move = (to: number) => {
      setByKey(true)
      setPointed(marks[Math.min(marks.length - 1, Math.max(0, to))]?.key ?? null)
    }
    const { key } = event
    if (event.altKey || event.ctrlKey || event.metaKey) return
    if (turn !== undefined && key === 'ArrowLeft') turn(-1)
    else if (turn !== undefined && key === 'ArrowRight') turn(1)
    else if (key === 'ArrowUp' || key === 'ArrowLeft') move(at < 0 ? marks.length - 1 : at - 1)
    else if (key === 'ArrowDown' || key === 'ArrowRight') move(at + 1)
    else if (key === 'Home') move(0)
    else if (key === 'End') move(marks.length - 1)
    else if (key === 'Enter' && mark?.href !== undefined) open?.(mark.href)
    else return
    event.preventDefault()
  }

  const comparedMarks = compared?.marks ?? []
  const silhouettes = [
    { way: 'up', y: (mark: Mark) => zero - size(mark, mark.importWh), any: mostImport > 0 },
    { way: 'down', y: (mark: Mark) => zero + size(mark, mark.exportWh), any: mostExport > 0 },
  ].filter(({ any }) => any)

  return (
    <figure class='chart'>
      <p class='touched' aria-hidden='true'>
        {mark === undefined
          ? t(open === undefined ? 'chart.touch' : 'chart.touch.open')
          : mark.words}
      </p>
      <div
        class='plot'
        tabIndex={0}
        // By keyboard the bars are gone through one by one, each said aloud as the value.
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role='slider'
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={marks.length}
        aria-valuenow={at + 1}
        aria-valuetext={byKey ? mark?.words ?? '' : ''}
        aria-describedby={`${id}-keys`}
        onKeyDown={press}
        onBlur={() => byKey && setPointed(null)}
      >
        <svg
          class={open === undefined ? 'bars' : 'bars opens'}
          height={height}
          aria-hidden='true'
          style={{
            marginLeft: `${inset.left}px`,
            width: `calc(100% - ${inset.left + inset.right}px)`,
          }}
          onPointerMove={(event) => event.pointerType === 'mouse' && point(event)}
          onPointerDown={point}
          onPointerUp={point}
          onPointerLeave={(event) => event.pointerType === 'mouse' && setPointed(null)}
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
          <rect class='ground' width='100%' height={height} />
          {marks.map((mark) => {
            const x = percent(mark.gap ? mark.left : mark.left + mark.width * 0.1)
            const width = percent(mark.gap ? mark.width : mark.width * 0.8)
            const look = mark.gap ? 'outline' : mark.part === true ? 'outline part' : ''
            return (
              <g key={mark.key} class={mark.key === pointed ? 'bar pointed' : 'bar'}>
                <rect
                  class={`import ${look}`}
                  x={x}
                  width={width}
                  y={zero - size(mark, mark.importWh)}
                  height={size(mark, mark.importWh)}
                  {...(mark.gap ? { fill: `url(#${id}-gap-import)` } : {})}
                />
                <rect
                  class='export outline'
                  x={x}
                  width={width}
                  y={zero}
                  height={size(mark, mark.exportWh)}
                  fill={`url(#${id}-${mark.gap ? 'gap-export' : 'export'})`}
                />
              </g>
            )
          })}
          {comparedMarks.length === 0 ? null : (
            <svg
              class='compared'
              width='100%'
              height={height}
              viewBox={`0 0 1000 ${height}`}
              preserveAspectRatio='none'
            >
              {silhouettes.map(({ way, y }) => (
                <g key={way}>
                  <path d={outline(comparedMarks, y, ({ gap }) => !gap)} />
                  <path class='across' d={outline(comparedMarks, y, ({ gap }) => gap)} />
                </g>
              ))}
            </svg>
          )}
          {labelled(marks).map((mark) => (
            <GapSums
              key={mark.key}
              mark={mark}
              unit={unit}
              above={zero - size(mark, mark.importWh)}
              below={zero + size(mark, mark.exportWh)}
            />
          ))}
          <line class='zero' x1='0' x2='100%' y1={zero} y2={zero} />
          {mostImport === 0 ? null : (
            <text class='label end' x='-8' y={top + 4}>
              {energyText(Math.round(mostImport), unit)}
            </text>
          )}
          {mostExport === 0 ? null : (
            <text class='label end' x='-8' y={height - bottom + 4}>
              {energyText(-Math.round(mostExport), unit)}
            </text>
          )}
          {ticks.map((tick) => (
            <text key={tick.at} class='label middle' x={percent(tick.at)} y={height - 8}>
              {tick.label}
            </text>
          ))}
        </svg>
      </div>
      <p id={`${id}-keys`} class='keys muted'>
        {t(
          turn === undefined
            ? 'chart.keys'
            : open === undefined
            ? 'chart.keys.turn'
            : 'chart.keys.open',
        )}
      </p>
      {marks.some(({ gap }) => gap) || marks.some(({ part }) => part === true) ||
          comparedMarks.length > 0
        ? (
          <figcaption class='legend'>
            {marks.some(({ gap }) => gap) ? <span class='key gap'>{t('chart.gap')}</span> : null}
            {marks.some(({ part }) => part === true)
              ? <span class='key part'>{t('chart.part')}</span>
              : null}
            {comparedMarks.length === 0
              ? null
              : <span class='key compared'>{compared?.name ?? ''}</span>}
          </figcaption>
        )
        : null}
    </figure>
  )
}
