/**
 * Addresses that are the platform's own, and no page of the app: whoever opens one in a tab gets the
 * platform's answer.
 *
 * @module
 */

/** Matched, as Workbox does it, against the path and the query after it. */
export const notPages: readonly RegExp[] = [
  /^\/(v\d+|problems)([/?]|$)/,
  /^\/(reference|openapi\.json|healthz|readyz|metrics|version)(\?|$)/,
]
