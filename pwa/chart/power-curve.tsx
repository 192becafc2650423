/**
 * Power of a day as a stepped line: what the meter said holds until it says something else. Above
 * zero from the grid, below zero to the grid; where readings are missing the line is broken.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
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

export function PowerCurve({ day }: { day: DayView }): JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  const curve = useRef<Curve | null>(null)
  const newest = useRef(day)
  const [state, setState] = useState<'loading' | 'shown' | 'failed'>('loading')
  const [pointed, setPointed] = useState<number | null>(null)
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
        class='curve'
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role='img'
        aria-label={t('chart.power', { day: dayText(day.from, day.zone) })}
      />
    </figure>
  )
}
