/**
 * The heading of a room. After a change of place the focus stands on it, so that whoever listens
 * hears where they are; on arrival the focus is left alone.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact'
import { useLocation } from 'preact-iso'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { useKeptFocus } from './kept-focus.ts'

let shown: string | null = null

export function RoomTitle(
  { children, quiet = false }: { children: ComponentChildren; quiet?: boolean },
): JSX.Element {
  const { path } = useLocation()
  const heading = useRef<HTMLHeadingElement>(null)
  useKeptFocus(heading)
  // Not after painting: whoever went on by Tab meanwhile would be taken back here.
  useLayoutEffect(() => {
    if (shown !== null && shown !== path) {
      scrollTo(0, 0)
      heading.current?.focus({ preventScroll: true })
    }
    shown = path
  }, [path])
  return <h1 ref={heading} tabIndex={-1} class={quiet ? 'quiet' : undefined}>{children}</h1>
}
