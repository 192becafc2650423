/**
 * Something longer or wider than its place: it scrolls by itself, by keyboard too.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact'

export function Scroll(
  { name, children }: { name: string; children: ComponentChildren },
): JSX.Element {
  return (
    // What scrolls must take the focus, or the keyboard cannot move it (WCAG 2.1.1).
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section class='scroll' tabIndex={0} aria-label={name}>
      {children}
    </section>
  )
}
