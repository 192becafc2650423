/**
 * What somebody is called here: typed by whoever looks, kept in this browser, and told to nobody.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'

interface FieldProps {
  readonly value: string
  readonly change: (name: string) => void
}

export function NameField({ value, change }: FieldProps): JSX.Element {
  const id = useId()
  return (
    <div class='form'>
      <label for={id}>{t('share.name')}</label>
      <input
        id={id}
        type='text'
        maxLength={80}
        autocomplete='off'
        aria-describedby={`${id}-note`}
        value={value}
        onInput={(event) => change(event.currentTarget.value)}
      />
      <p id={`${id}-note`} class='muted'>{t('share.name.note')}</p>
    </div>
  )
}

export function PersonName({ id, name }: { id: string; name: string }): JSX.Element {
  const actions = useActions()
  const [typed, setTyped] = useState(name)
  return (
    <div class='named'>
      <NameField value={typed} change={setTyped} />
      <div>
        <ActionButton run={async () => await (await actions.consent()).namePerson(id, typed)}>
          {t('shared.name.keep')}
        </ActionButton>
      </div>
    </div>
  )
}
