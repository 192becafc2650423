/**
 * Something that cannot be undone: the first tap says what will be gone and what stays, the second
 * does it.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'

interface Props {
  readonly first: string
  readonly second: string
  readonly run: () => Promise<void>
  readonly children: ComponentChildren
}

export function TwoTaps({ first, second, run, children }: Props): JSX.Element {
  const [asked, setAsked] = useState(false)
  const box = useRef<HTMLFieldSetElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const wasAsked = useRef(false)
  // The focus goes where the question is, and back where it was.
  useLayoutEffect(() => {
    if (asked) box.current?.focus()
    else if (wasAsked.current) button.current?.focus()
    wasAsked.current = asked
  }, [asked])
  if (!asked) {
    return (
      <div>
        <button ref={button} type='button' onClick={() => setAsked(true)}>{first}</button>
      </div>
    )
  }
  return (
    <fieldset ref={box} class='notice fault' tabIndex={-1} aria-label={first}>
      {children}
      <div class='ways'>
        <ActionButton
          run={async () => {
            await run()
            setAsked(false)
          }}
        >
          {second}
        </ActionButton>
        <button type='button' onClick={() => setAsked(false)}>{t('sharing.keep')}</button>
      </div>
    </fieldset>
  )
}
