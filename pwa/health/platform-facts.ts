/**
 * What the platform says of itself when asked: its version, and the time by its clock (the Date of
 * its answer, RFC 9110 section 6.6.1), against which this browser's clock is held.
 *
 * @module
 */

export interface PlatformFacts {
  /** Null where the answer does not say. */
  readonly version: string | null
  /** Seconds that this browser's clock is ahead of the platform's; null where it does not say. */
  readonly ahead: number | null
}

/** Less than this may be the network's delay and the header's whole seconds. */
export const CLOCK_AGREES = 10

/** @throws {TypeError} when the platform cannot be reached */
export async function askPlatform(
  fetch: (address: string, init: RequestInit) => Promise<Response>,
  now: () => number,
): Promise<PlatformFacts> {
  const before = now()
  const response = await fetch('/version', { cache: 'no-store' })
  const between = (before + now()) / 2
  const theirs = Date.parse(response.headers.get('Date') ?? '')
  return {
    version: versionOf(await response.json().catch(() => null)),
    // The header counts whole seconds; on average half of one has passed since.
    ahead: Number.isNaN(theirs) ? null : Math.round((between - theirs) / 1000 - 0.5),
  }
}

function versionOf(answer: unknown): string | null {
  const isVersion = typeof answer === 'object' && answer !== null && 'version' in answer &&
    typeof answer.version === 'string' && /^[\w.+-]{1,40}$/.test(answer.version)
  return isVersion ? String(answer.version) : null
}
