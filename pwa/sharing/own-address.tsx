/**
 * Where others find this owner, to ask without a browser or to share: the id of its identity, and as
 * a picture the link that opens it in their app.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { fromBase64url, toHex } from '../../shared/bytes.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'
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

/** In a browser that is nobody yet: who reads no meter can be given something all the same. */
export function NoAddress(): JSX.Element {
  const actions = useActions()
  return (
    <section>
      <h2>{t('sharing.address')}</h2>
      <p>{t('shared.address.none')}</p>
      <div>
        <ActionButton run={async () => await (await actions.consent()).makeAddress()}>
          {t('shared.address.make')}
        </ActionButton>
      </div>
    </section>
  )
}
