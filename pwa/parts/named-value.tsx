/**
 * One name and what stands under it, in a list of such (`dl`).
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact'

interface Props {
  readonly name: ComponentChildren
  readonly children: ComponentChildren
}

export function NamedValue({ name, children }: Props): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
