/**
 * For a meter that waits for its PIN: what it holds back, where the PIN comes from, and how a torch
 * enters it.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'
import { Notice } from '../parts/notice.tsx'

export function PinHint(): JSX.Element {
  return (
    <Notice what={t('pin.missing')} todo={t('pin.missing.do')}>
      <details>
        <summary>{t('pin.how')}</summary>
        <ol>
          <li>{t('pin.how.get')}</li>
          <li>{t('pin.how.begin')}</li>
          <li>{t('pin.how.digits')}</li>
          <li>{t('pin.how.switch')}</li>
          <li>{t('pin.how.after')}</li>
        </ol>
      </details>
    </Notice>
  )
}
