/**
 * A button that asks the household for something: it cannot be pressed twice, and what fails says
 * so in a sentence beside it.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { problemText } from '../i18n/messages.ts'
import { AppError } from '../state.ts'
import { useKeptFocus } from './kept-focus.ts'

/** The sentence for anything that was thrown. */
export function sentenceOf(error: unknown): string {
  return problemText(error instanceof AppError ? error.key : 'unknown')
}

interface Props {
  readonly run: () => Promise<void>
  readonly look?: 'plain' | 'primary' | 'link'
  readonly children: ComponentChildren
}

export function ActionButton({ run, look = 'plain', children }: Props): JSX.Element {
  const button = useRef<HTMLButtonElement>(null)
  useKeptFocus(button)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const press = async () => {
    if (busy) return
    setBusy(true)
    setProblem(null)
    try {
      await run()
    } catch (error) {
      setProblem(sentenceOf(error))
    }
    setBusy(false)
  }
  return (
    <>
      <button
        ref={button}
        type='button'
        class={look === 'plain' ? undefined : look}
        aria-disabled={busy}
        onClick={() => void press()}
      >
        {children}
      </button>
      {problem === null ? null : <p class='problem' role='alert'>{problem}</p>}
    </>
  )
}
