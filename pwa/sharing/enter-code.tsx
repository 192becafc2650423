/**
 * A code that another screen shows, typed here, where the keys are: it opens the request.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso'
import { useId, useRef, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { t } from '../i18n/messages.ts'
import { sentenceOf } from '../parts/action-button.tsx'
import { CodeField } from '../parts/code-field.tsx'

export function EnterCode(): JSX.Element {
  const actions = useActions()
  const { route } = useLocation()
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const open = async () => {
    if (busy) return
    setBusy(true)
    setProblem(null)
    try {
      if (typed.trim() === '') throw new TypeError('Nothing is typed')
      const request = await (await actions.consent()).requestOfCode(typed)
      route(`/authorize?waiting=${encodeURIComponent(request)}`)
    } catch (error) {
      setProblem(error instanceof TypeError ? t('sharing.code.none') : sentenceOf(error))
      field.current?.focus()
    }
    setBusy(false)
  }
  return (
    <section>
      <h2>{t('sharing.code')}</h2>
      <p id={`${id}-note`}>{t('sharing.code.text')}</p>
      <form
        class='form'
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void open()
        }}
      >
        <label for={id}>{t('sharing.code.label')}</label>
        <CodeField
          id={id}
          field={field}
          class='code'
          most={40}
          autocapitalize='characters'
          problem={problem}
          value={typed}
          change={setTyped}
        />
        <div>
          <button type='submit' aria-disabled={busy}>{t('sharing.code.open')}</button>
        </div>
      </form>
    </section>
  )
}
