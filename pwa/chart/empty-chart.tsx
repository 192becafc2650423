/**
 * A chart of a day of which there is nothing yet: its axes, where curve and bars will stand.
 *
 * @module
 */
import type { JSX } from 'preact'
import { hourText } from '../i18n/format.ts'
import type { DayView } from '../state.ts'
import { inset, sixHours } from './day-axis.ts'

/** Of each chart in pixels: its height, its zero line while all is above it, and its hours. */
const frames = {
  power: { height: 240, zero: 206, hours: 228 },
  energy: { height: 176, zero: 144, hours: 168 },
} as const

interface Props {
  readonly of: keyof typeof frames
  readonly day: Pick<DayView, 'from' | 'to' | 'zone'>
  /** What it waits for. */
  readonly words?: string
}

export function EmptyChart({ of, day, words = '' }: Props): JSX.Element {
  const { from, to, zone } = day
  const { height, zero, hours } = frames[of]
  return (
    <figure class='chart'>
      <p class='touched'>{words}</p>
      <svg
        class='bars'
        height={height}
        aria-hidden='true'
        style={{
          marginLeft: `${inset.left}px`,
          width: `calc(100% - ${inset.left + inset.right}px)`,
        }}
      >
        <line class='zero' x1='0' x2='100%' y1={zero} y2={zero} />
        {sixHours(day).map((at) => (
          <text key={at} class='label middle' x={`${100 * (at - from) / (to - from)}%`} y={hours}>
            {hourText(at, zone)}
          </text>
        ))}
      </svg>
    </figure>
  )
}
