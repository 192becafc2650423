/**
 * A text as a QR code (ISO/IEC 18004), for a camera. It is dark on light in either theme, with the
 * quiet zone around it that cameras look for.
 *
 * @module
 */
import type { JSX } from 'preact'
import { encode } from 'uqr'

/** Modules of light around it. */
const QUIET = 4

/** @param name what it says to whoever does not see it */
export function Qr({ text, name }: { text: string; name: string }): JSX.Element {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET })
  const dark = data.flatMap((row, y) => row.flatMap((is, x) => is ? `M${x} ${y}h1v1h-1z` : []))
  return (
    <svg class='qr' viewBox={`0 0 ${size} ${size}`}>
      <title>{name}</title>
      <rect width={size} height={size} fill='#fff' />
      <path d={dark.join('')} fill='#000' shape-rendering='crispEdges' />
    </svg>
  )
}
