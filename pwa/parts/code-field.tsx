/**
 * One line into which a code or an address is typed, with what is wrong with it under it. What
 * describes it otherwise stands elsewhere, under its id and `-note`.
 *
 * @module
 */
import type { JSX, RefObject } from 'preact'

interface Props {
  readonly id: string
  readonly field: RefObject<HTMLInputElement | null>
  readonly value: string
  readonly change: (typed: string) => void
  readonly problem: string | null
  readonly most: number
  readonly autocapitalize: 'characters' | 'none'
  readonly class?: string
}

export function CodeField(
  { id, field, value, change, problem, most, autocapitalize, ...rest }: Props,
): JSX.Element {
  return (
    <>
      <input
        ref={field}
        id={id}
        {...rest}
        maxLength={most}
        autocomplete='off'
        autocapitalize={autocapitalize}
        spellcheck={false}
        aria-describedby={problem === null ? `${id}-note` : `${id}-problem`}
        aria-invalid={problem !== null}
        value={value}
        onInput={(event) => change(event.currentTarget.value)}
      />
      {problem === null ? null : <p id={`${id}-problem`} class='problem' role='alert'>{problem}</p>}
    </>
  )
}
