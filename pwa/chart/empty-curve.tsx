/**
 * The curve of a day of which nothing was read yet: its axes, where the curve will stand.
 *
 * @module
 */
import type { JSX } from 'preact'
import { hourText, watts } from '../i18n/format.ts'
import type { DayView } from '../state.ts'
import { inset, sixHours } from './day-axis.ts'

const height = 240
/** Where the curve draws its zero line and its hours. */
const zero = height - 34
const hours = height - 12

export function EmptyCurve(
  { day, words }: { day: Pick<DayView, 'from' | 'to' | 'zone'>; words: string },
): JSX.Element {
  const { from, to, zone } = day
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
        <text class='label end' x='-8' y={zero + 4}>{watts(0)}</text>
        {sixHours(day).map((at) => (
          <text key={at} class='label middle' x={`${100 * (at - from) / (to - from)}%`} y={hours}>
            {hourText(at, zone)}
          </text>
        ))}
      </svg>
    </figure>
  )
}
