/**
 * How much a caller may still send, in the fields `RateLimit-Policy` and `RateLimit`
 * (draft-ietf-httpapi-ratelimit-headers-11), which are lists of structured fields (RFC 9651). A
 * bucket of `q` requests fills from empty in `w` seconds; `r` are there now, and it is full in `t`.
 *
 * @module
 */
import type { Charged } from './context.ts'
import type { Rate } from './limits.ts'

export function tellRates(
  headers: Headers,
  rates: readonly Charged[] | undefined,
  now: number,
): void {
  if (rates === undefined) return
  const policies: string[] = []
  const standings: string[] = []
  for (const { policy, buckets, name } of rates) {
    const { remaining, full } = buckets.standing(name, now)
    policies.push(`"${policy}";${quota(buckets.rate)}`)
    standings.push(`"${policy}";r=${remaining};t=${full}`)
  }
  headers.set('RateLimit-Policy', policies.join(', '))
  headers.set('RateLimit', standings.join(', '))
}

function quota({ burst, perSecond }: Rate): string {
  return `q=${Math.floor(burst)};w=${Math.max(1, Math.ceil(burst / perSecond))}`
}
