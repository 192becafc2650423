/**
 * Frames of HDLC type 3 (IEC 62056-46, ISO/IEC 13239) from a stream of bytes: `7E`, a format field
 * with the length, two addresses, control, header check, information, frame check, `7E`.
 *
 * The length says where a frame ends: what is inside is not stuffed, so `7E` means nothing there.
 * A frame is told only if both its checks hold and a flag, or the end of the stream, follows. Where
 * one fails, the search goes on at the byte after its first flag, so that a beginning heard in noise
 * never takes a whole frame with it. One buffer of fixed size; time is linear.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { crc16X25 } from './crc16.ts'
import type { Refused } from './telegram.ts'

export interface HdlcFrame {
  readonly kind: 'frame'
  /** More frames of the same information follow. */
  readonly segmented: boolean
  /** Both addresses as they came. */
  readonly addresses: Bytes
  /** Empty for a frame without any. */
  readonly information: Bytes
  /** From flag to flag; two frames may share one. */
  readonly raw: Bytes
  /** Where in the stream the first flag was. */
  readonly offset: number
}

export interface HdlcFramer {
  push(chunk: Uint8Array, out: (found: HdlcFrame | Refused) => void): void
  /** Tells that no more bytes follow; the framer is then as new. */
  end(out: (found: HdlcFrame | Refused) => void): void
}

const flag = 0x7e

/** The length field has eleven bits; two flags are outside it. */
const maxFrame = 2047 + 2

/** Noise is told in pieces of this size. */
export const maxNoise = 16 * 1024

/** Bytes up to and with control: flag, format, two addresses of four, control. */
const maxHeader = 1 + 2 + 4 + 4 + 1

/**
 * Where the header check is, given that a frame begins at `at`: 0 where none can begin, and -1
 * where more bytes are needed to know.
 */
function headerEnd(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== flag) return 0
  if (at + 1 >= end) return -1
  if (((bytes[at + 1] ?? 0) & 0xf0) !== 0xa0) return 0
  let next = at + 3
  // Addresses have one, two or four bytes, the last of them marked by its lowest bit.
  for (let address = 0; address < 2; address++) {
    let size = 1
    while (next < end && ((bytes[next] ?? 0) & 1) === 0) {
      if (++size > 4) return 0
      next++
    }
    if (next >= end) return -1
    if (size === 3) return 0
    next++
  }
  next++
  if (next + 2 > end) return -1
  const length = (((bytes[at + 1] ?? 0) & 7) << 8) | (bytes[at + 2] ?? 0)
  const headed = next - at - 1
  // Two checks, or just one for a frame without information.
  if (length !== headed + 2 && length < headed + 5) return 0
  return checkHolds(bytes, at + 1, next) ? next : 0
}

function checkHolds(bytes: Uint8Array, from: number, to: number): boolean {
  return crc16X25(bytes, from, to) === ((bytes[to] ?? 0) | ((bytes[to + 1] ?? 0) << 8))
}

/** Whether a header (IEC 62056-46) whose check holds is there. */
export function isHdlcHeader(bytes: Uint8Array, at: number): boolean {
  return headerEnd(bytes, at, Math.min(bytes.length, at + maxHeader + 2)) > 0
}

export function createHdlcFramer(): HdlcFramer {
  const buffer = new Uint8Array(4 * maxFrame)
  /** The part of the buffer that is still looked at, and where in the stream the buffer begins. */
  let at = 0
  let end = 0
  let base = 0
  /** Where in the buffer the header check of the frame that is waited for is; 0 if none is. */
  let header = 0
  /** Up to here in the stream everything was told, or is nothing but flags between frames. */
  let told = 0
  let onlyFlags = true
  /** The frame beginning at `told` that failed: its end by its own length. */
  let failed = 0

  const frameSize = (): number => (((buffer[at + 1] ?? 0) & 7) << 8 | (buffer[at + 2] ?? 0)) + 2

  /** Tells what lies between `told` and a place in the stream as refused. */
  function settle(place: number, out: (found: Refused) => void): void {
    if (failed > 0) {
      const until = Math.min(failed, place)
      const reason = failed <= place ? 'line-check-failed' : 'truncated'
      out({ kind: 'refused', reason, offset: told, length: until - told })
      told = until
      failed = 0
    }
    if (place > told) {
      if (!onlyFlags) {
        const length = place - told
        out({ kind: 'refused', reason: 'not-this-protocol', offset: told, length })
      }
      told = place
    }
    onlyFlags = true
  }

  /** The frame at `at` has a good header and does not hold: the search goes on behind its flag. */
  function fail(until: number, out: (found: Refused) => void): void {
    settle(base + at, out)
    told = base + at
    failed = until
    onlyFlags = false
    at++
  }

  function take(size: number, out: (found: HdlcFrame | Refused) => void): void {
    settle(base + at, out)
    const raw = buffer.slice(at, Math.min(at + size, end))
    const from = header - at
    out({
      kind: 'frame',
      segmented: ((raw[1] ?? 0) & 8) !== 0,
      addresses: raw.slice(3, from - 1),
      information: raw.slice(from + 2, Math.max(from + 2, size - 3)),
      raw,
      offset: base + at,
    })
    told = base + at + raw.length
    // The flag that ends this frame may begin the next one.
    at += raw.length === size ? size - 1 : raw.length
  }

  /** @param last no more bytes follow, so nothing is waited for */
  function look(last: boolean, out: (found: HdlcFrame | Refused) => void): void {
    while (at < end) {
      if (header === 0) {
        const found = headerEnd(buffer, at, end)
        if (found < 0 && !last) return
        if (found > 0) header = found
        else if (found < 0 && at + 1 < end && failed !== Infinity) {
          fail(Infinity, out)
          continue
        } else {
          if (buffer[at] !== flag && base + at >= told) onlyFlags = false
          at++
          if (failed > 0 && base + at >= failed) settle(failed, out)
          if (base + at - told >= maxNoise) settle(base + at, out)
          continue
        }
      }
      const size = frameSize()
      const missing = at + size - end
      if (missing > 0 && !last) return
      // A stream may end before the last flag, but not before the check.
      const whole = missing <= 1 && checkHolds(buffer, at + 1, at + size - 3) &&
        (missing === 1 || buffer[at + size - 1] === flag)
      if (whole) take(size, out)
      else fail(missing > 1 ? Infinity : base + at + size, out)
      header = 0
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
          if (header > 0) header -= at
          base += at
          end -= at
          at = 0
        }
      }
    },
    end(out) {
      look(true, out)
      settle(base + end, out)
      base =
        at =
        end =
        header =
        told =
        failed =
          0
      onlyFlags = true
    },
  }
}
