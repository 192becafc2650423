/**
 * The dozen signs of the app, each drawn with one stroke. They stand beside words and never for
 * them.
 *
 * @module
 */
import type { JSX } from 'preact'

const drawings = {
  now: 'M3 14h4V8h4v4h4V5h6M3 19h18',
  history: 'M4 20V11M9.3 20V5M14.6 20v-6M20 20V8',
  sharing:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M18 8v6M15 11h6',
  proof: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8 12.5l2.8 2.8L16 9.5',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 9.5v-5M9 19.5v-5',
  before: 'M15 5l-7 7 7 7',
  after: 'M9 5l7 7-7 7',
  import: 'M12 4v14M6 12l6 6 6-6',
  export: 'M12 20V6M6 12l6-6 6 6',
  can: 'M5 12.5l4.5 4.5L19 7.5',
  cannot: 'M5 12h14',
  waiting:
    'M12 3a9 9 0 0 1 7.8 4.5M21 12a9 9 0 0 1-4.5 7.8M12 21a9 9 0 0 1-7.8-4.5M3 12a9 9 0 0 1 4.5-7.8M12 8v4.5l3 1.8',
  broken: 'M10 3.2A9 9 0 0 0 5 17.7M14 3.2A9 9 0 0 1 15.4 20.3M9 9l6 6M15 9l-6 6',
} as const

export type IconName = keyof typeof drawings

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class='icon' viewBox='0 0 24 24' aria-hidden='true' focusable='false'>
      <path d={drawings[name]} />
    </svg>
  )
}
