/**
 * The sums of a day, each with the mark that its bars have.
 *
 * @module
 */
import type { JSX } from 'preact'
import { clock, kilowattHours } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import type { DayView } from '../state.ts'
import { isOutside } from './words.ts'

export function Sums({ day }: { day: DayView }): JSX.Element {
  const last = day.bars.at(-1)
  const outside = day.bars.filter((bar) => isOutside(bar, day)).length
  return (
    <p class='sums'>
      <span class='key import'>
        {t('now.today.import', { energy: kilowattHours(day.importWh) })}
      </span>{' '}
      <span class='key export'>
        {t('now.today.export', { energy: kilowattHours(day.exportWh) })}
      </span>{' '}
      {last === undefined || last.to >= day.to
        ? null
        : <span class='muted'>{t('now.today.until', { time: clock(last.to, day.zone) })}</span>}
      {' '}
      {outside === 0 ? null : <span class='muted'>{t('history.outside', { count: outside })}</span>}
    </p>
  )
}
