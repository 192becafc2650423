/**
 * The newest bytes of a line: the telegram at hand, for a key to be tried on.
 *
 * @module
 */

import { type Bytes, concat } from '../../shared/bytes.ts'

/** More than the longest encrypted telegram, twice. */
const MOST = 8 * 1024

export interface Tail {
  add(chunk: Uint8Array): void
  bytes(): Bytes
}

/** @param most bytes, or a chunk more */
export function createTail(most = MOST): Tail {
  const chunks: Uint8Array[] = []
  let length = 0
  return {
    add(chunk) {
      chunks.push(chunk)
      length += chunk.length
      while (length - (chunks[0]?.length ?? 0) >= most) length -= chunks.shift()?.length ?? 0
    },
    bytes: () => concat(...chunks),
  }
}
