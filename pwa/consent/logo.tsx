/**
 * The picture of a party that the operator has approved; whoever is not could show anybody's. The
 * page's policy lets in no image but its own, so it is drawn.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Party } from './state.ts'

const SIZE = 48

function pictureOf(address: string): Blob | null {
  const [, text] = /^data:image\/png;base64,([A-Za-z0-9+/=]+)$/.exec(address) ?? []
  if (text === undefined) return null
  try {
    return new Blob([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))])
  } catch {
    return null
  }
}

export function Logo({ party }: { party: Party }): JSX.Element | null {
  const canvas = useRef<HTMLCanvasElement>(null)
  const picture = party.verified && party.logo !== null ? pictureOf(party.logo) : null
  const drawn = picture !== null
  useEffect(() => {
    if (picture === null) return
    const draw = async () => {
      const image = await createImageBitmap(picture, { resizeHeight: SIZE })
      const context = canvas.current?.getContext('2d')
      context?.drawImage(image, 0, 0, Math.min(image.width, SIZE), SIZE)
      image.close()
    }
    draw().catch(() => undefined) // no picture is no loss
  }, [party.logo])
  return drawn
    ? <canvas ref={canvas} class='logo' width={SIZE} height={SIZE} aria-hidden='true' />
    : null
}
