/**
 * Where others find this owner, to ask without a browser or to share: the id of its identity, and as
 * a picture the link that opens it in their app.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { fromBase64url, toHex } from '../../shared/bytes.ts'
import { t } from '../i18n/messages.ts'
import { Copyable, Fingerprint } from '../parts/copyable.tsx'
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
      <p class='muted'>{t('sharing.address.fingerprint')}</p>
      <p>
        <Fingerprint hex={toHex(fromBase64url(id).subarray(0, 10))} />
      </p>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t('sharing.address.show')}</summary>
        {open
          ? <Qr text={`${location.origin}/share#${id}`} name={t('sharing.address.qr')} />
          : null}
      </details>
    </section>
  )
}
