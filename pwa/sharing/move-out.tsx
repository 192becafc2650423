/**
 * Moving out: every consent ends at once.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useActions } from '../actions.ts'
import { t } from '../i18n/messages.ts'
import { TwoTaps } from './two-taps.tsx'

export function MoveOut({ count }: { count: number }): JSX.Element | null {
  const actions = useActions()
  if (count === 0) return null
  return (
    <section>
      <h2>{t('sharing.move')}</h2>
      <p>{t('sharing.move.text')}</p>
      <TwoTaps
        first={t('sharing.move.do')}
        second={t('sharing.move.now', { count })}
        run={async () => await (await actions.consent()).moveOut()}
      >
        <div class='words'>
          <p class='what'>{t('sharing.move.what', { count })}</p>
          <p>{t('sharing.move.stays')}</p>
        </div>
      </TwoTaps>
    </section>
  )
}
