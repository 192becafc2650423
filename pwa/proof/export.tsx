/**
 * A channel as a signed file, with or without the keys to it, and how to check it elsewhere.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { t } from '../i18n/messages.ts'
import { sentenceOf } from '../parts/action-button.tsx'
import { Copyable } from '../parts/copyable.tsx'
import { download } from '../parts/download.ts'
import { Notice } from '../parts/notice.tsx'

type Made =
  | { readonly kind: 'none' | 'making' }
  | { readonly kind: 'made'; readonly name: string; readonly withKeys: boolean }
  | { readonly kind: 'failed'; readonly sentence: string }

function Choice(
  { group, value, checked, title, note, choose }: {
    readonly group: string
    readonly value: string
    readonly checked: boolean
    readonly title: string
    readonly note: string
    readonly choose: () => void
  },
): JSX.Element {
  const id = useId()
  return (
    <div class='choice'>
      <input
        id={id}
        type='radio'
        name={group}
        value={value}
        checked={checked}
        aria-describedby={`${id}-note`}
        onChange={choose}
      />
      <span>
        <label for={id}>{title}</label>
        <span id={`${id}-note`} class='muted'>{note}</span>
      </span>
    </div>
  )
}

export function Export({ channel }: { channel: string }): JSX.Element {
  const actions = useActions()
  const group = useId()
  const [withKeys, setWithKeys] = useState(false)
  const [made, setMade] = useState<Made>({ kind: 'none' })
  const make = async () => {
    if (made.kind === 'making') return
    setMade({ kind: 'making' })
    try {
      const { name, bytes } = await actions.exportBundle(channel, withKeys)
      download(name, bytes)
      setMade({ kind: 'made', name, withKeys })
    } catch (error) {
      setMade({ kind: 'failed', sentence: sentenceOf(error) })
    }
  }
  const choose = (keys: boolean) => {
    setWithKeys(keys)
    setMade({ kind: 'none' })
  }
  return (
    <details class='export'>
      <summary>{t('proof.export')}</summary>
      <div class='form'>
        <p>{t('proof.export.note')}</p>
        <Choice
          group={group}
          value='without'
          checked={!withKeys}
          title={t('proof.export.without')}
          note={t('proof.export.without.note')}
          choose={() => choose(false)}
        />
        <Choice
          group={group}
          value='with'
          checked={withKeys}
          title={t('proof.export.with')}
          note={t('proof.export.with.note')}
          choose={() => choose(true)}
        />
        <button type='button' aria-disabled={made.kind === 'making'} onClick={() => void make()}>
          {t('proof.export.button')}
        </button>
        <output>
          {made.kind === 'making' ? <p class='muted'>{t('proof.export.making')}</p> : null}
          {made.kind === 'made'
            ? (
              <>
                <p>
                  {t(made.withKeys ? 'proof.export.made.with' : 'proof.export.made.without', {
                    name: made.name,
                  })}
                </p>
                <p>{t('proof.export.check')}</p>
                <Copyable text={`npm run -s verify -- ~/Downloads/${made.name}`} />
              </>
            )
            : null}
        </output>
        {made.kind === 'failed'
          ? <Notice what={t('proof.export.failed')} todo={made.sentence} tone='fault' />
          : null}
      </div>
    </details>
  )
}
