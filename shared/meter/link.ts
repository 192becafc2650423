/**
 * Frames in which DLMS meters push, from a stream of bytes: HDLC (see hdlc.ts), and long frames of
 * the M-Bus (see mbus-wrapper.ts). Either may come at any place.
 *
 * A frame is told only if all its checks hold and, for HDLC, a flag or the end of the stream
 * follows. Where one fails, the search goes on at the byte after its first, so that a beginning
 * heard in noise never takes a whole frame with it. One buffer of fixed size; a byte is looked at a
 * bounded number of times.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { hdlcCheckHolds, hdlcFlag, hdlcHeaderEnd, hdlcSize, maxHdlcFrame } from './hdlc.ts'
import { segmentOf, wrapperAt, wrapperData, wrapperHolds, wrapperSizes } from './mbus-wrapper.ts'
import type { Refused } from './telegram.ts'

export interface LinkFrame {
  readonly kind: 'frame'
  readonly link: 'hdlc' | 'm-bus'
  /** More frames of the same information follow. */
  readonly segmented: boolean
  /** Of the segment, from 0 to 15 and again from 0; null for HDLC, which has none. */
  readonly number: number | null
  /** Who speaks to whom, as it came: both addresses, or address and ports. */
  readonly addresses: Bytes
  /** Empty for a frame without any. */
  readonly information: Bytes
  /** HDLC from flag to flag; two frames may share one. */
  readonly raw: Bytes
  /** Where in the stream its first byte was. */
  readonly offset: number
}

export interface LinkFramer {
  push(chunk: Uint8Array, out: (found: LinkFrame | Refused) => void): void
  /** Tells that no more bytes follow; the framer is then as new. */
  end(out: (found: LinkFrame | Refused) => void): void
}

/** Noise is told in pieces of this size. */
export const maxNoise = 16 * 1024

/** What is waited for: where its header check is, or the sizes that it may have. */
type Waiting =
  | { readonly link: 'hdlc'; readonly header: number }
  | { readonly link: 'm-bus'; readonly sizes: readonly number[] }

export function createLinkFramer(): LinkFramer {
  const buffer = new Uint8Array(4 * maxHdlcFrame)
  /** The part of the buffer that is still looked at, and where in the stream the buffer begins. */
  let at = 0
  let end = 0
  let base = 0
  /** Its header places count from `at`. */
  let waiting: Waiting | null = null
  /** Up to here in the stream everything was told, or is nothing but flags between frames. */
  let told = 0
  let onlyFlags = true
  /** The frame beginning at `told` that failed: its end by its own length. */
  let failed = 0
  let wasHdlc = false

  type Out = (found: LinkFrame | Refused) => void

  /** Tells what lies between `told` and a place in the stream as refused. */
  function settle(place: number, out: Out): void {
    if (failed > 0) {
      const until = Math.min(failed, place)
      const reason = failed <= place ? 'line-check-failed' : 'truncated'
      const hint = reason === 'line-check-failed' && wasHdlc ? { hint: 'parity' } as const : {}
      out({ kind: 'refused', reason, offset: told, length: until - told, ...hint })
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

  /** The frame at `at` has a good header and does not hold: the search goes on behind its start. */
  function fail(until: number, out: Out): void {
    settle(base + at, out)
    told = base + at
    failed = until
    wasHdlc = buffer[at] === hdlcFlag
    onlyFlags = false
    at++
  }

  function takeHdlc(size: number, header: number, out: Out): void {
    settle(base + at, out)
    const raw = buffer.slice(at, Math.min(at + size, end))
    out({
      kind: 'frame',
      link: 'hdlc',
      segmented: ((raw[1] ?? 0) & 8) !== 0,
      number: null,
      addresses: raw.slice(3, header - 1),
      information: raw.slice(header + 2, Math.max(header + 2, size - 3)),
      raw,
      offset: base + at,
    })
    told = base + at + raw.length
    // The flag that ends this frame may begin the next one.
    at += raw.length === size ? size - 1 : raw.length
  }

  function takeWrapper(size: number, out: Out): void {
    settle(base + at, out)
    const raw = buffer.slice(at, at + size)
    const { number, last } = segmentOf(raw[6] ?? 0)
    out({
      kind: 'frame',
      link: 'm-bus',
      segmented: !last,
      number,
      addresses: Uint8Array.of(raw[5] ?? 0, raw[7] ?? 0, raw[8] ?? 0),
      information: raw.slice(wrapperData, size - 2),
      raw,
      offset: base + at,
    })
    at += size
    told = base + at
  }

  /** What begins at `at`: null for nothing, -1 where more bytes are needed to know. */
  function begin(): Waiting | null | -1 {
    if (buffer[at] === hdlcFlag) {
      const header = hdlcHeaderEnd(buffer, at, end)
      return header > 0 ? { link: 'hdlc', header: header - at } : header < 0 ? -1 : null
    }
    const size = wrapperAt(buffer, at, end)
    return size > 0 ? { link: 'm-bus', sizes: wrapperSizes(size) } : size < 0 ? -1 : null
  }

  function skip(out: Out): void {
    if (buffer[at] !== hdlcFlag && base + at >= told) onlyFlags = false
    at++
    if (failed > 0 && base + at >= failed) settle(failed, out)
    if (base + at - told >= maxNoise) settle(base + at, out)
  }

  /** Whether the frame waited for is decided. */
  function decideHdlc(header: number, last: boolean, out: Out): boolean {
    const size = hdlcSize(buffer, at)
    const missing = at + size - end
    if (missing > 0 && !last) return false
    // A stream may end before the last flag, but not before the check.
    const whole = missing <= 1 && hdlcCheckHolds(buffer, at + 1, at + size - 3) &&
      (missing === 1 || buffer[at + size - 1] === hdlcFlag)
    if (whole) takeHdlc(size, header, out)
    else fail(missing > 1 ? Infinity : base + at + size, out)
    return true
  }

  function decideWrapper(sizes: readonly number[], last: boolean, out: Out): boolean {
    for (const size of sizes) {
      if (at + size > end) {
        if (!last) return false
      } else if (wrapperHolds(buffer, at, size)) {
        takeWrapper(size, out)
        return true
      }
    }
    const [size = 0] = sizes
    fail(at + size > end ? Infinity : base + at + size, out)
    return true
  }

  /** @param last no more bytes follow, so nothing is waited for */
  function look(last: boolean, out: Out): void {
    while (at < end) {
      if (waiting === null) {
        const found = begin()
        if (found === -1) {
          if (!last) return
          // The first byte alone begins nothing yet.
          if (at + 1 < end && failed !== Infinity) fail(Infinity, out)
          else skip(out)
          continue
        }
        if (found === null) {
          skip(out)
          continue
        }
        waiting = found
      }
      const isDecided = waiting.link === 'hdlc'
        ? decideHdlc(waiting.header, last, out)
        : decideWrapper(waiting.sizes, last, out)
      if (!isDecided) return
      waiting = null
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
      waiting = null
      base =
        at =
        end =
        told =
        failed =
          0
      onlyFlags = true
    },
  }
}
