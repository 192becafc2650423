/**
 * How far two clocks are apart, in words, and sizes of storage.
 *
 * @module
 */
import { quantity } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'

/** Of seconds, in its largest unit; the sign is somebody else's to tell. */
export function spanText(seconds: number): string {
  const whole = Math.abs(Math.round(seconds))
  if (whole < 120) return t('health.span.seconds', { count: whole })
  if (whole < 7200) return t('health.span.minutes', { count: Math.round(whole / 60) })
  if (whole < 172_800) return t('health.span.hours', { count: Math.round(whole / 3600) })
  return t('health.span.days', { count: Math.round(whole / 86_400) })
}

const MB = 1_000_000

/** In MB, or in GB with one place; browsers count storage only roughly anyway. */
export function sizeText(bytes: number): string {
  return bytes < 1000 * MB
    ? quantity(Math.ceil(bytes / MB), 0, 'MB')
    : quantity(Math.round(bytes / MB / 100), -1, 'GB')
}
