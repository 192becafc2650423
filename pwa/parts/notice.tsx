/**
 * Something that happened: one sentence on what, one on what to do, and one button.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact'

interface Props {
  readonly what: string
  readonly todo?: string
  /** `broken` only for what does not hold; `fault` for what stops the work. */
  readonly tone?: 'plain' | 'fault' | 'broken'
  readonly children?: ComponentChildren
}

export function Notice({ what, todo, tone = 'plain', children }: Props): JSX.Element {
  return (
    <section class={`notice ${tone}`} role={tone === 'plain' ? 'status' : 'alert'}>
      <p class='what'>{what}</p>
      {todo === undefined ? null : <p>{todo}</p>}
      {children}
    </section>
  )
}
