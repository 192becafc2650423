/**
 * Pages of what is of very different size: sizes are looked at first, so that no more is fetched
 * than fits.
 *
 * @module
 */

/** How many of the first fit on a page; one always does, if there is one. */
export function fitting(sizes: readonly number[], limit: number, maxBytes: number): number {
  let bytes = 0
  let count = 0
  while (count < Math.min(limit, sizes.length) && bytes < maxBytes) {
    bytes += sizes[count] ?? 0
    count++
  }
  return count
}
