/**
 * Accidents of a line for tests: bytes set, lost, doubled and put in.
 *
 * @module
 */

import process from 'node:process'
import * as fc from 'fast-check'
import { type Bytes, concat } from '../../shared/bytes.ts'

/** How often a property of a decoder is tried: `npm run soak` says a hundred thousand. */
export const RUNS = Number(process.env['SOAK_MUTATIONS'] ?? 2000)

export interface Change {
  readonly what: 'set' | 'cut' | 'double' | 'insert'
  readonly at: number
  readonly value: number
}

/** One to six of them in so many bytes. */
export function changes(length: number): fc.Arbitrary<Change[]> {
  const change = fc.record({
    what: fc.constantFrom('set', 'cut', 'double', 'insert'),
    at: fc.nat(length - 1),
    value: fc.integer({ min: 1, max: 255 }),
  })
  return fc.array(change, { minLength: 1, maxLength: 6 })
}

export function changed(bytes: Bytes, list: readonly Change[]): Bytes {
  let bent = bytes
  for (const { what, at, value } of list) {
    if (what === 'set') {
      bent = bent.slice()
      if (at < bent.length) bent[at] = value
    } else if (what === 'cut') {
      bent = concat(bent.subarray(0, at), bent.subarray(at + value % 40))
    } else if (what === 'double') {
      bent = concat(bent.subarray(0, at + value % 40), bent.subarray(at))
    } else bent = concat(bent.subarray(0, at), Uint8Array.of(value), bent.subarray(at))
  }
  return bent
}
