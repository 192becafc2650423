/**
 * Why what is shared is not shown, or not as new as it could be.
 *
 * @module
 */
import type { JSX } from 'preact'
import { grants, historyProblem } from '../consent/state.ts'
import { problemText, t } from '../i18n/messages.ts'
import { Notice } from '../parts/notice.tsx'

export function GrantsProblem(
  { problem, again }: { problem: string | null; again: () => void },
): JSX.Element | null {
  const broken = historyProblem.value
  if (broken !== null) {
    return (
      <Notice what={t('sharing.broken')} todo={problemText(broken)} tone='broken'>
        <button type='button' onClick={again}>{t('do.again')}</button>
      </Notice>
    )
  }
  if (problem === null) return null
  return (
    <Notice
      what={t(grants.value === null ? 'sharing.failed' : 'sharing.stale')}
      todo={problem}
      tone='fault'
    >
      <button type='button' onClick={again}>{t('do.again')}</button>
    </Notice>
  )
}
