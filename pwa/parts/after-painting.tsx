/**
 * What may come a moment later: drawn in a task of its own, when what stands before it was painted.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'

export function AfterPainting({ children }: { children: ComponentChildren }): JSX.Element | null {
  const [isTime, setTime] = useState(false)
  useEffect(() => setTime(true), []) // effects come after the painting
  return isTime ? <>{children}</> : null
}
