/**
 * Whoever presses a button that then disappears must not be left nowhere: the focus goes to the
 * heading of what has appeared.
 *
 * @module
 */
import type { RefObject } from 'preact'
import { useLayoutEffect } from 'preact/hooks'

/** For an element that may be gone while it has the focus. */
export function useKeptFocus(element: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => () => {
    if (element.current !== null && element.current === document.activeElement) toHeading()
  }, [])
}

function toHeading(): void {
  requestAnimationFrame(() => {
    if (document.activeElement !== document.body) return
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
  })
}
