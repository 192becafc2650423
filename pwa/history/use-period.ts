/**
 * The readings of a period, and after them those that it is compared with: one question at a time,
 * for a newer one ends an older one.
 *
 * @module
 */
import { computed } from '@preact/signals'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { type Actions, useActions } from '../actions.ts'
import { sentenceOf } from '../parts/action-button.tsx'
import { nowSeconds } from '../parts/clock.ts'
import { AppError, type DayView, type EnergyView, type Meter } from '../state.ts'
import { today } from '../state.ts'
import { type Period, periodText, spanOf } from './period.ts'
import { look, type Looked, sameMoment } from './rows.ts'

/** The quarter-hour that runs: what is not over is read again once in each. */
export const quarterNow = computed(() => Math.floor(nowSeconds.value / 900) * 900)

export type Found<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'shown'; readonly value: T }
  | {
    readonly kind: 'failed'
    readonly sentence: string
    readonly away: boolean
    /** The owner restored elsewhere: trying again cannot help. */
    readonly replaced: boolean
  }

interface Energy {
  readonly view: EnergyView
  /** Its curve of power, of a day of a main meter. */
  readonly day: DayView | null
}

export interface PeriodData {
  readonly looked: Looked
  readonly day: DayView | null
  readonly other: Found<Looked> | null
}

const loading = { kind: 'loading' } as const

function failed(error: unknown): Found<never> {
  const key = error instanceof AppError ? error.key : null
  return {
    kind: 'failed',
    sentence: sentenceOf(error),
    away: key === 'offline',
    replaced: key === 'keys-replaced',
  }
}

function ofDay(day: DayView): Energy {
  const { from, to, zone, bars, onlyHere, unopened = 0 } = day
  const view = { from, to, zone, bars, unopened, resolution: 'PT15M', unit: 'Wh' } as const
  return { day, view: onlyHere === true ? { ...view, onlyHere } : view }
}

async function readPeriod(
  actions: Actions,
  meter: Meter,
  period: Period,
  zone: string,
): Promise<Energy> {
  if (period.kind === 'day' && meter.parent === null) {
    return ofDay(await actions.readDay(meter.id, period))
  }
  const { from, to } = spanOf(zone, period)
  // A day more, to see a gap that reaches over the end.
  return { day: null, view: await actions.readEnergy(meter.id, from, to + 86_400, 'PT15M') }
}

export function usePeriod(
  meter: Meter,
  zone: string,
  period: Period,
  compared: Period | null,
): readonly [Found<PeriodData>, () => void] {
  const actions = useActions()
  const [found, setFound] = useState<{ of: string; main: Found<Energy>; other: Found<EnergyView> }>(
    { of: '', main: loading, other: loading },
  )
  const [attempt, setAttempt] = useState(0)
  const { from, to } = spanOf(zone, period)
  const isOver = quarterNow.value >= to
  const live = !isOver && period.kind === 'day' && meter.parent === null &&
      quarterNow.value >= from
    ? today.value.get(meter.id)
    : undefined
  const of = `${meter.id} ${periodText(period)}`
  const beside = compared === null ? '' : periodText(compared)
  const isLive = !isOver && period.kind === 'day' && meter.parent === null

  useEffect(() => {
    let gone = false
    const read = async () => {
      // What is shown of the same period stays until the new is there.
      setFound((before) =>
        before.of === of ? { ...before, other: loading } : { of, main: loading, other: loading }
      )
      if (!isLive) {
        let main: Found<Energy>
        try {
          main = { kind: 'shown', value: await readPeriod(actions, meter, period, zone) }
        } catch (error) {
          main = failed(error)
        }
        if (gone) return
        setFound({ of, main, other: loading })
      }
      if (compared === null) return
      let other: Found<EnergyView>
      try {
        const span = spanOf(zone, compared)
        const view = await actions.readEnergy(meter.id, span.from, span.to + 86_400, 'PT15M')
        other = { kind: 'shown', value: view }
      } catch (error) {
        other = failed(error)
      }
      if (!gone) setFound((before) => before.of === of ? { ...before, other } : before)
    }
    void read()
    return () => {
      gone = true
    }
  }, [of, beside, attempt, isLive, isOver ? 0 : quarterNow.value])

  const main: Found<Energy> = useMemo(
    () => live === undefined ? found.main : { kind: 'shown', value: ofDay(live) },
    [live, found.main],
  )
  const shown = main.kind === 'shown' && (live !== undefined || found.of === of) ? main.value : null
  const looked = useMemo(() => shown === null ? null : look(period, shown.view), [shown, of])
  const other = useMemo((): Found<Looked> | null => {
    if (compared === null || looked === null) return null
    if (found.other.kind !== 'shown') return found.other
    // What is not over is compared with as much of the other.
    const until = isOver || looked.until === null
      ? undefined
      : sameMoment(zone, looked.until, looked.span, spanOf(zone, compared))
    return { kind: 'shown', value: look(compared, found.other.value, until) }
  }, [looked, found.other, beside])

  const again = () => setAttempt((attempt) => attempt + 1)
  if (looked === null || shown === null) {
    return [main.kind === 'failed' && found.of === of ? main : loading, again]
  }
  return [{ kind: 'shown', value: { looked, day: shown.day, other } }, again]
}
