/**
 * Frames of the wired M-Bus (EN 13757-2, format class FT1.2 of IEC 60870-5-1) from a stream of
 * bytes: the single character `E5`, short frames `10 C A CS 16`, and control and long frames
 * `68 L L 68 C A CI … CS 16`.
 *
 * The check is a sum of one byte, so weak: a frame is told only if its two lengths, both its start
 * bytes, the sum and the stop byte hold. Where one fails, the search goes on at the byte after its
 * start, so that a beginning heard in noise never takes a whole frame with it. One buffer of fixed
 * size; a byte is looked at a bounded number of times.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import type { Refused } from './telegram.ts'

export interface MBusFrame {
  readonly kind: 'frame'
  readonly form: 'single' | 'short' | 'long'
  /** The C field; 0 for the single character. */
  readonly control: number
  /** The A field; 0 for the single character. */
  readonly address: number
  /** The CI field; null where there is none. */
  readonly information: number | null
  /** What follows the CI field. */
  readonly data: Bytes
  readonly raw: Bytes
  /** Where in the stream it begins. */
  readonly offset: number
}

export interface MBusFramer {
  push(chunk: Uint8Array, out: (found: MBusFrame | Refused) => void): void
  /** Tells that no more bytes follow; the framer is then as new. */
  end(out: (found: MBusFrame | Refused) => void): void
}

const single = 0xe5
const shortStart = 0x10
const longStart = 0x68
const stop = 0x16

/** Noise is told in pieces of this size. */
const maxNoise = 16 * 1024
const empty = new Uint8Array(0)

function sumOf(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += bytes[i] ?? 0
  return sum & 0xff
}

/** A short frame, as a master sends it. */
export function shortFrame(control: number, address: number): Bytes {
  return new Uint8Array([shortStart, control, address, (control + address) & 0xff, stop])
}

/** A control frame (without data) or a long frame. @throws {RangeError} beyond 252 bytes of data */
export function longFrame(
  control: number,
  address: number,
  information: number,
  data: Uint8Array = empty,
): Bytes {
  const length = data.length + 3
  if (length > 255) throw new RangeError(`Cannot frame ${data.length} bytes: at most 252 fit`)
  const frame = new Uint8Array(length + 6)
  frame.set([longStart, length, length, longStart, control, address, information])
  frame.set(data, 7)
  frame[length + 4] = sumOf(frame, 4, length + 4)
  frame[length + 5] = stop
  return frame
}

/**
 * Size of the frame that begins at `at`: 0 where none can, -1 where more bytes are needed to know;
 * the size is told before the bytes of a long frame are there.
 */
function sizeAt(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]
  if (first === single) return 1
  if (first === shortStart) return 5
  if (first !== longStart) return 0
  if (at + 4 > end) {
    const differ = at + 3 <= end && bytes[at + 1] !== bytes[at + 2]
    return differ ? 0 : -1
  }
  const length = bytes[at + 1] ?? 0
  const begins = bytes[at + 2] === length && bytes[at + 3] === longStart && length >= 3
  return begins ? length + 6 : 0
}

function holds(bytes: Uint8Array, at: number, size: number): boolean {
  if (size === 1) return true
  const from = size === 5 ? at + 1 : at + 4
  const sum = at + size - 2
  return bytes[at + size - 1] === stop && sumOf(bytes, from, sum) === bytes[sum]
}

export function createMBusFramer(): MBusFramer {
  const buffer = new Uint8Array(2048)
  /** The part of the buffer that is still looked at, and where in the stream the buffer begins. */
  let at = 0
  let end = 0
  let base = 0
  /** Up to here in the stream everything was told. */
  let told = 0
  /** Where the frame that begins at `told` and failed would end; 0 where none did. */
  let failed = 0

  /** Tells what lies between `told` and a place in the stream as refused. */
  function settle(place: number, out: (found: Refused) => void): void {
    if (failed > 0) {
      const until = Math.min(failed, place)
      const reason = failed <= place ? 'line-check-failed' : 'truncated'
      if (until > told) out({ kind: 'refused', reason, offset: told, length: until - told })
      told = until
      failed = 0
    }
    if (place > told) {
      out({ kind: 'refused', reason: 'not-this-protocol', offset: told, length: place - told })
      told = place
    }
  }

  /** @param until where it would end; Infinity where the stream ended before */
  function fail(until: number, out: (found: Refused) => void): void {
    // What begins inside a frame that failed already is told with it.
    if (failed === 0) {
      settle(base + at, out)
      failed = until
    }
    at++
  }

  function take(size: number, out: (found: MBusFrame | Refused) => void): void {
    settle(base + at, out)
    const raw = buffer.slice(at, at + size)
    const form = size === 1 ? 'single' : size === 5 ? 'short' : 'long'
    const head = form === 'long' ? 4 : 1
    out({
      kind: 'frame',
      form,
      control: form === 'single' ? 0 : raw[head] ?? 0,
      address: form === 'single' ? 0 : raw[head + 1] ?? 0,
      information: form === 'long' ? raw[6] ?? 0 : null,
      data: form === 'long' ? raw.slice(7, size - 2) : empty,
      raw,
      offset: base + at,
    })
    at += size
    told = base + at
  }

  function skip(out: (found: Refused) => void): void {
    at++
    if (failed > 0 && base + at >= failed) settle(failed, out)
    if (base + at - told >= maxNoise) settle(base + at, out)
  }

  /** @param last no more bytes follow, so nothing is waited for */
  function look(last: boolean, out: (found: MBusFrame | Refused) => void): void {
    while (at < end) {
      const size = sizeAt(buffer, at, end)
      const inNoise = base + at > told
      // In noise one byte is no frame.
      if (size === 0 || (size === 1 && inNoise)) {
        skip(out)
        continue
      }
      const whole = size > 0 && at + size <= end
      if (!whole && !last) return
      if (whole && holds(buffer, at, size)) take(size, out)
      else if (size === 5) skip(out)
      else fail(whole ? base + at + size : Infinity, out)
    }
  }

  return {
    push(chunk, out) {
      for (let from = 0; from < chunk.length;) {
        const room = Math.min(chunk.length - from, buffer.length - end)
        buffer.set(chunk.subarray(from, from + room), end)
        end += room
        from += room
        look(false, out)
        // What is left is less than a frame; it moves rarely, so each byte moves a few times.
        if (end === buffer.length || at === end) {
          buffer.copyWithin(0, at, end)
          base += at
          end -= at
          at = 0
        }
      }
    },
    end(out) {
      look(true, out)
      settle(base + end, out)
      at =
        end =
        base =
        told =
        failed =
          0
    },
  }
}
