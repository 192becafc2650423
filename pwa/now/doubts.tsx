/**
 * Doubts about a reading, in words: the doubtful hour beside its number, all of them beside its
 * registers.
 *
 * @module
 */
import type { JSX } from 'preact'
import type { Reading } from '../../shared/meter/reading.ts'
import { t } from '../i18n/messages.ts'

/** The hour that a clock without a zone shows twice, when summer time ends. */
export function DoubtfulHour({ reading }: { reading: Reading }): JSX.Element | null {
  if (!reading.warnings.includes('clock-ambiguous')) return null
  return <p class='doubt'>{t('doubt.clock-ambiguous')}</p>
}

export function Doubts({ reading }: { reading: Reading }): JSX.Element | null {
  const doubts = reading.warnings.filter((warning) => warning !== 'simulated')
  if (doubts.length === 0) return null
  return (
    <div>
      <dt>{t('doubt.title')}</dt>
      <dd>
        <ul>{doubts.map((doubt) => <li key={doubt}>{t(`doubt.${doubt}`)}</li>)}</ul>
      </dd>
    </div>
  )
}
