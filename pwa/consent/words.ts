/**
 * Terms in words: what is given, how finely and what that tells, what for, and for how long.
 *
 * @module
 */
import { spacing } from '../../shared/consent/request.ts'
import type { Purpose } from '../../shared/consent/terms.ts'
import { t } from '../i18n/messages.ts'
import { meterName } from '../parts/meter-kind.ts'
import { meters } from '../state.ts'
import type { Line } from './state.ts'

const DAY = 86_400

export function classesText(line: Pick<Line, 'classes'> & Partial<Line>): string {
  const meter = meters.value.find(({ id }) => id === line.meter)
  // Gas, water and heat come from no grid and go back into none.
  if (line.classes === 'energy' && meter !== undefined && meter.parent !== null) {
    return t('consent.classes.used')
  }
  return t(`consent.classes.${line.classes}`)
}

export function resolutionText(resolution: string): string {
  if (resolution === 'live') return t('consent.every.live')
  const seconds = spacing(resolution)
  if (seconds === DAY) return t('consent.every.day')
  if (seconds === 3600) return t('consent.every.hour')
  if (seconds === 60) return t('consent.every.minute')
  if (seconds === 900) return t('consent.every.quarter')
  return t('consent.every.minutes', { count: seconds / 60 })
}

/** What whoever reads at this resolution learns of a household. */
export function tellsText(resolution: string): string {
  const seconds = spacing(resolution)
  return t(
    seconds >= DAY
      ? 'consent.tells.day'
      : seconds >= 900
      ? 'consent.tells.quarter'
      : 'consent.tells.fine',
  )
}

/** A meter as it is called here: a sub-meter by what it measures. */
export function meterText(id: string): string {
  const meter = meters.value.find((meter) => meter.id === id)
  return meter === undefined || meter.parent === null
    ? t('consent.of-meter', { meter: meter === undefined ? id : meterName(meter) })
    : meterName(meter)
}

/** `Energy, from and to the grid: every quarter-hour, meter 1ISK…` */
export function lineText(line: Line): string {
  return t('consent.line', {
    classes: classesText(line),
    every: resolutionText(line.resolution),
    meter: meterText(line.meter),
  })
}

export function purposeText(purpose: Purpose): string {
  return t(`consent.purpose.${purpose}`)
}

/** A length of time as people say it: `6 months`, `2 weeks`, `1 day`. */
export function lengthText(seconds: number): string {
  const days = Math.max(1, Math.round(seconds / DAY))
  const years = Math.round(days / 365.25)
  if (years >= 1 && Math.abs(days - years * 365.25) < 3) return t('consent.years', { count: years })
  const months = Math.round(days / 30.44)
  if (months >= 1 && Math.abs(days - months * 30.44) < 3) {
    return t('consent.months', { count: months })
  }
  if (days % 7 === 0) return t('consent.weeks', { count: days / 7 })
  return t('consent.days', { count: days })
}
