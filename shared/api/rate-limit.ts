/**
 * Reading the field `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11): a list of structured
 * fields (RFC 9651) such as `"network";r=998;t=1`, as far as the platform uses it.
 *
 * @module
 */
export interface RateLimit {
  /** What is limited: `network`, or `device`. */
  readonly policy: string
  /** Requests that may be sent at once. */
  readonly remaining: number
  /** Seconds until there are as many as there can be. */
  readonly full: number
}

/** What cannot be read is left out: this is advice, not a contract. */
export function parseRates(field: string): RateLimit[] {
  const items = field.slice(0, 512).matchAll(/"([a-z]{1,32})";r=(\d{1,15});t=(\d{1,15})/g)
  return [...items].map(([, policy = '', remaining, full]) => ({
    policy,
    remaining: Number(remaining),
    full: Number(full),
  }))
}
