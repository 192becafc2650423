/**
 * Where providers ask this owner without a browser: the id of its identity.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { t } from '../i18n/messages.ts'
import { Copyable } from '../parts/copyable.tsx'
import { later } from '../parts/later.tsx'

const Qr = later(async () => (await import('../parts/qr.tsx')).Qr)

export function OwnAddress({ id }: { id: string }): JSX.Element {
  // The picture is drawn for whoever asks for it.
  const [open, setOpen] = useState(false)
  return (
    <section>
      <h2>{t('sharing.address')}</h2>
      <p>{t('sharing.address.text')}</p>
      <Copyable text={id} />
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t('sharing.address.show')}</summary>
        {open ? <Qr text={id} name={t('sharing.address.qr')} /> : null}
      </details>
    </section>
  )
}
