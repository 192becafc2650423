/**
 * Keeps the screen on, and with it the computer, while a meter is read and the page is in sight
 * (W3C Screen Wake Lock API). A browser without it, or one that refuses, reads all the same.
 *
 * @module
 */

export interface WakeLock {
  /** Whether the screen is to stay on. */
  want(wanted: boolean): void
}

export function createWakeLock(): WakeLock {
  let wanted = false
  let held: WakeLockSentinel | null = null
  let asking = false

  async function settle(): Promise<void> {
    if (asking || !('wakeLock' in navigator)) return
    asking = true
    try {
      if (wanted && held === null && document.visibilityState === 'visible') {
        const sentinel = await navigator.wakeLock.request('screen')
        held = sentinel
        // The browser takes it back when the page is hidden.
        sentinel.addEventListener('release', () => held = null, { once: true })
      } else if (!wanted && held !== null) await held.release()
    } catch {
      // Refused, as when the battery is low: it is asked for again when the page is next in sight.
      return
    } finally {
      asking = false
    }
    if (wanted !== (held !== null) && document.visibilityState === 'visible') void settle()
  }

  document.addEventListener('visibilitychange', () => void settle())
  return {
    want(now) {
      if (now === wanted) return
      wanted = now
      void settle()
    },
  }
}
