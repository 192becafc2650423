/**
 * Whether the platform answers, by what is asked of it anyway: the SDK tries again by itself, and
 * people want to know since when there is nothing new.
 *
 * @module
 */

type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface Reach {
  /** To be given to the SDK. */
  readonly fetch: Fetch
  /** Seconds; null while it answers. */
  awaySince(): number | null
}

export function createReach(fetch: Fetch, now: () => number): Reach {
  let since: number | null = null
  return {
    async fetch(url, init) {
      try {
        const response = await fetch(url, init)
        since = null
        return response
      } catch (error) {
        // Whoever hangs up says nothing of the other side.
        if (init.signal?.aborted !== true) since ??= Math.floor(now())
        throw error
      }
    },
    awaySince: () => since,
  }
}
