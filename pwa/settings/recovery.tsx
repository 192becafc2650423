/**
 * The recovery file: a passphrase twice, a download, and the word that it is kept.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { dayText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton, sentenceOf } from '../parts/action-button.tsx'
import { download } from '../parts/download.ts'
import { Notice } from '../parts/notice.tsx'
import { recovery, replaced } from '../state.ts'
import { strengthOf } from './strength.ts'

type Made =
  | { readonly kind: 'none' | 'making' }
  | { readonly kind: 'made'; readonly name: string }
  | { readonly kind: 'failed'; readonly sentence: string }

function Passphrase({ done }: { done: (passphrase: string) => void }): JSX.Element {
  const id = useId()
  const [first, setFirst] = useState('')
  const [second, setSecond] = useState('')
  const [shown, setShown] = useState(false)
  const [tried, setTried] = useState(false)
  const strength = strengthOf(first)
  const hint = first === '' && !tried
    ? ''
    : strength !== 'weak' && second !== '' && first !== second
    ? t('settings.recovery.differ')
    : t(`settings.recovery.${strength}`)
  const kind = shown ? { type: 'text' } as const : { type: 'password' } as const
  return (
    <form
      class='form'
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (strength !== 'weak' && first === second) done(first)
      }}
    >
      <p id={`${id}-note`} class='muted'>{t('settings.recovery.pass.note')}</p>
      <label for={id}>{t('settings.recovery.pass')}</label>
      <input
        id={id}
        {...kind}
        autocomplete='new-password'
        aria-describedby={`${id}-note ${id}-hint`}
        value={first}
        onInput={(event) => setFirst(event.currentTarget.value)}
      />
      <label for={`${id}-again`}>{t('settings.recovery.repeat')}</label>
      <input
        id={`${id}-again`}
        {...kind}
        autocomplete='new-password'
        aria-describedby={`${id}-hint`}
        value={second}
        onInput={(event) => setSecond(event.currentTarget.value)}
      />
      <output id={`${id}-hint`} class='hint'>
        {tried && strength !== 'weak' && first !== second ? t('settings.recovery.differ') : hint}
      </output>
      <label class='choice'>
        <input
          type='checkbox'
          checked={shown}
          onChange={(event) => setShown(event.currentTarget.checked)}
        />
        <span>{t('settings.recovery.show')}</span>
      </label>
      <button type='submit' class='primary'>{t('settings.recovery.button')}</button>
    </form>
  )
}

function Make(): JSX.Element {
  const actions = useActions()
  const [made, setMade] = useState<Made>({ kind: 'none' })
  const make = async (passphrase: string) => {
    setMade({ kind: 'making' })
    try {
      const { name, bytes } = await actions.makeRecoveryFile(passphrase)
      download(name, bytes)
      setMade({ kind: 'made', name })
    } catch (error) {
      setMade({ kind: 'failed', sentence: sentenceOf(error) })
    }
  }
  if (made.kind === 'making') {
    return <output class='muted'>{t('settings.recovery.making')}</output>
  }
  if (made.kind === 'made') {
    return (
      <Notice
        what={t('settings.recovery.made', { name: made.name })}
        todo={t('settings.recovery.made.do')}
      >
        <ActionButton
          look='primary'
          run={async () => {
            await actions.recoveryKept()
            setMade({ kind: 'none' })
          }}
        >
          {t('settings.recovery.done')}
        </ActionButton>
      </Notice>
    )
  }
  return (
    <>
      {made.kind === 'failed'
        ? <Notice what={t('settings.recovery.failed')} todo={made.sentence} tone='fault' />
        : null}
      <Passphrase done={(passphrase) => void make(passphrase)} />
    </>
  )
}

export function Recovery(): JSX.Element {
  const { query } = useLocation()
  const box = useRef<HTMLDetailsElement>(null)
  const asked = query['open'] === 'recovery'
  useEffect(() => {
    if (asked) box.current?.scrollIntoView({ block: 'center' })
  }, [asked])
  const state = recovery.value
  if (replaced.value && state.kind !== 'kept') return <p>{t('settings.recovery.replaced')}</p>
  if (state.kind === 'none') return <p>{t('settings.recovery.none')}</p>
  if (state.kind === 'kept') {
    return <p>{t('settings.recovery.kept', { date: dayText(state.at / 1000) })}</p>
  }
  return (
    <>
      <p>{t('settings.recovery.due')}</p>
      <details ref={box} open={asked}>
        <summary>{t('settings.recovery.make')}</summary>
        <Make />
      </details>
    </>
  )
}
