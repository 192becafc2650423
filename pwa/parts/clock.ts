/**
 * The page's own second hand: ages tick with it. It rests while nobody looks.
 *
 * @module
 */
import { signal } from '@preact/signals'

/** Seconds since 1970, by this browser's clock. */
export const nowSeconds = signal(Date.now() / 1000)

function tick(): void {
  if (document.visibilityState === 'visible') nowSeconds.value = Date.now() / 1000
}

setInterval(tick, 1000)
document.addEventListener('visibilitychange', tick)
