/**
 * Something that happened: one sentence on what, one on what to do, and one button. Whoever listens
 * hears the sentences; what changes below them, such as the progress of a sending, stays quiet.
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
    <section class={`notice ${tone}`}>
      <div class='words' role={tone === 'plain' ? 'status' : 'alert'}>
        <p class='what'>{what}</p>
        {todo === undefined ? null : <p>{todo}</p>}
      </div>
      {children}
    </section>
  )
}
