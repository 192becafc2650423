/**
 * Power of a day as a stepped line: what the meter said holds until it says something else. Above
 * zero from the grid, below zero to the grid; where readings are missing the line is broken.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { clockExact, dayText, watts } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import type { DayView } from '../state.ts'
import { netOf } from './net-power.ts'
import type { Curve } from './curve.ts'

function words(day: DayView, index: number): string {
  const point = day.power[index]
  if (point === undefined) return ''
  const net = netOf(point)
  const text = net === null
    ? t('word.gap')
    : `${watts(Math.abs(net))} ${net < 0 ? t('word.export') : t('word.import')}`
  return `${clockExact(point.at, day.zone)}  ${text}`
}

/** Seconds that a key goes on: the same quarter-hours as in the table. */
const STEP = 900

/** The point a quarter-hour on or back from another one; the last or first without one. */
function stepped({ power }: DayView, from: number | null, by: number): number | null {
  if (power.length === 0) return null
  if (from === null) return by < 0 ? power.length - 1 : 0
  const start = power[from]?.at ?? 0
  for (let i = from + by; i >= 0 && i < power.length; i += by) {
    if (Math.abs((power[i]?.at ?? 0) - start) >= STEP) return i
  }
  return by < 0 ? 0 : power.length - 1
}

export function PowerCurve(
  { day, turn }: { day: DayView; turn?: (by: number) => void },
): JSX.Element {
  const id = useId()
  const place = useRef<HTMLDivElement>(null)
  const curve = useRef<Curve | null>(null)
  const newest = useRef(day)
  const [state, setState] = useState<'loading' | 'shown' | 'failed'>('loading')
  const [pointed, setPointed] = useState<number | null>(null)
  const [byKey, setByKey] = useState(false)
  newest.current = day

  useEffect(() => {
    let gone = false
    const draw = async () => {
      try {
        const { drawCurve } = await import('./curve.ts')
        if (gone || place.current === null) return
        curve.current = drawCurve(place.current, newest.current, setPointed)
        setState('shown')
      } catch {
        setState('failed')
      }
    }
    void draw()
    return () => {
      gone = true
      curve.current?.end()
    }
  }, [])

  useEffect(() => curve.current?.show(day), [day])

  const press = (event: KeyboardEvent) => {
    const { key } = event
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const move = (by: number) => {
      const next = stepped(day, pointed, by)
      setByKey(true)
      setPointed(next)
      curve.current?.point(next)
    }
    if (turn !== undefined && key === 'ArrowLeft') turn(-1)
    else if (turn !== undefined && key === 'ArrowRight') turn(1)
    else if (key === 'ArrowUp' || key === 'ArrowLeft') move(-1)
    else if (key === 'ArrowDown' || key === 'ArrowRight') move(1)
    else return
    event.preventDefault()
  }

  return (
    <figure class='chart'>
      <p class='touched' aria-hidden='true'>
        {state === 'failed'
          ? t('chart.failed')
          : pointed === null
          ? t('chart.touch')
          : words(day, pointed)}
      </p>
      <div
        ref={place}
        class='curve plot'
        tabIndex={0}
        // By keyboard the curve is gone along, each point said aloud as the value.
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role='slider'
        aria-valuemin={0}
        aria-valuemax={day.power.length}
        aria-valuenow={pointed === null ? 0 : pointed + 1}
        aria-valuetext={byKey && pointed !== null ? words(day, pointed) : ''}
        aria-label={t('chart.power', { day: dayText(day.from, day.zone) })}
        aria-describedby={`${id}-keys`}
        onKeyDown={press}
        onPointerMove={() => setByKey(false)}
        onBlur={() => byKey && setPointed(null)}
      />
      <p id={`${id}-keys`} class='keys muted'>
        {t(turn === undefined ? 'chart.keys' : 'chart.keys.turn')}
      </p>
    </figure>
  )
}
