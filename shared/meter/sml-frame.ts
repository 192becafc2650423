/**
 * SML files from a stream of bytes, by transport protocol version 1 (SML 1.04, annex of BSI
 * TR-03109-1): `1B1B1B1B 01010101`, the file, up to three bytes of padding (four of some DZG),
 * `1B1B1B1B 1A`, how many they are, and a check over all of that. Four `1B` of the file itself come
 * doubled.
 *
 * A file is told only if its check holds. Where it fails, the search goes on behind the first byte
 * of its beginning, so that a beginning heard in noise never takes a whole file with it; whatever
 * looks like a beginning in what failed is then taken for one. One buffer that stays below a fixed
 * size; every byte is looked at two times at most.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { crc16Kermit, crc16X25 } from './crc16.ts'
import type { Refused } from './telegram.ts'

/** Which of the two checks of SML holds. */
export type SmlCheck = 'x25' | 'kermit'

export interface SmlFrame {
  readonly kind: 'frame'
  /** The messages, without escapes and padding, are these bytes from one place to before another. */
  readonly file: Bytes
  readonly from: number
  readonly to: number
  /** From escape sequence to check, as it came. */
  readonly raw: Bytes
  /** Where in the stream it begins. */
  readonly offset: number
  readonly check: SmlCheck
}

export interface SmlFramer {
  push(chunk: Uint8Array, out: (found: SmlFrame | Refused) => void): void
  /** Tells that no more bytes follow; the framer is then as new. */
  end(out: (found: SmlFrame | Refused) => void): void
}

const escape = 0x1b
const begin = 0x01
const finish = 0x1a

/** Three are enough; DZG's DWS76 pads a file that needs none with four. */
const maxPadding = 4

/** Escape sequence and what it says. */
const mark = 8

/** A minute of 9600 baud; no push of a meter is a tenth of it. */
export const maxSmlFile = 64 * 1024

/** Noise is told in pieces of this size. */
const maxNoise = 16 * 1024

/** Enough for what most meters send; it grows to what is needed. */
const firstRoom = 4 * 1024

function isFour(bytes: Uint8Array, at: number, value: number): boolean {
  return bytes[at] === value && bytes[at + 1] === value && bytes[at + 2] === value &&
    bytes[at + 3] === value
}

/** Whether a file begins here. */
export function isSmlStart(bytes: Uint8Array, at: number): boolean {
  return isFour(bytes, at, escape) && isFour(bytes, at + 4, begin)
}

/** X-25 comes low byte first, Kermit high byte first. */
export function smlCheckOf(
  bytes: Uint8Array,
  from: number,
  to: number,
  first: number,
  second: number,
): SmlCheck | null {
  if (crc16X25(bytes, from, to) === (first | (second << 8))) return 'x25'
  return crc16Kermit(bytes, from, to) === ((first << 8) | second) ? 'kermit' : null
}

/** The file without the doubling of its own escape sequences. */
function unescaped(raw: Bytes, to: number): Bytes {
  const file = new Uint8Array(to - mark)
  let length = 0
  for (let at = mark; at < to; at++) {
    if (isFour(raw, at, escape) && isFour(raw, at + 4, escape) && at + mark <= to) {
      file.fill(escape, length, length + 4)
      length += 4
      at += mark - 1
    } else file[length++] = raw[at] ?? 0
  }
  return file.subarray(0, length)
}

export function createSmlFramer(): SmlFramer {
  let buffer = new Uint8Array(firstRoom)
  /** Where in the stream the buffer begins; the other places are in the buffer. */
  let base = 0
  let end = 0
  /** Where the open file begins, or where a beginning is looked for. */
  let at = 0
  let open = false
  /** How far the open file was looked at. */
  let scan = 0
  let doubled = false
  /** Up to here everything was told. */
  let told = 0
  /** What begins at `told` failed: up to where, and why. */
  let failed = 0
  let why: Refused['reason'] = 'truncated'
  /** Before this place a beginning behind an escape sequence is one too, not a part of a file. */
  let loose = 0

  type Out = (found: SmlFrame | Refused) => void

  function refuse(reason: Refused['reason'], until: number, out: Out): void {
    out({ kind: 'refused', reason, offset: base + told, length: until - told })
    told = until
  }

  /** Tells what lies between `told` and a place as refused. */
  function settle(place: number, out: Out): void {
    if (failed > told) refuse(why, Math.min(failed, place), out)
    if (place > told) refuse('not-this-protocol', place, out)
    failed = 0
  }

  /** @param until how much of it is known to be of it */
  function fail(reason: Refused['reason'], until: number, out: Out): void {
    settle(at, out)
    failed = until
    why = reason
    loose = Math.max(loose, until)
    open = false
    at++
  }

  function start(place: number): void {
    at = place
    open = true
    scan = place + mark
    doubled = false
  }

  /** The file that is open ends in the escape sequence at a place. */
  function take(place: number, out: Out): void {
    const size = place + mark - at
    const padding = buffer[place + 5] ?? 0
    const first = buffer[place + 6] ?? 0
    const check = padding > maxPadding || size < 2 * mark + padding
      ? null
      : smlCheckOf(buffer, at, place + 6, first, buffer[place + 7] ?? 0)
    if (check === null) return fail('line-check-failed', place + mark, out)
    settle(at, out)
    const raw = buffer.slice(at, at + size)
    const to = size - mark - padding
    // As a rule nothing is doubled, and the file is a part of what came.
    const file = doubled ? unescaped(raw, to) : raw
    const part = doubled ? { from: 0, to: file.length } : { from: mark, to }
    out({ kind: 'frame', file, from: part.from, to: part.to, raw, offset: base + at, check })
    at += size
    told = at
    open = false
  }

  /** Looks for a beginning; false where more bytes are needed. */
  function find(out: Out): boolean {
    while (at + mark <= end) {
      if (buffer[at] === escape && isSmlStart(buffer, at)) {
        settle(at, out)
        start(at)
        return true
      }
      at++
      if (at - told >= maxNoise && at >= failed) settle(at, out)
    }
    return false
  }

  /** Looks for the end of the open file; false where more bytes are needed. */
  function follow(out: Out): boolean {
    // Every fourth byte shows a run of four, of which the first is looked for.
    for (let last = scan + 3; last < end; last += 4) {
      if (buffer[last] !== escape) continue
      let place = Math.max(scan, last - 3)
      while (place <= last && !isFour(buffer, place, escape)) place++
      if (place > last) continue
      if (place + mark > end) {
        scan = place
        return false
      }
      const next = buffer[place + 4]
      if (next === finish) {
        take(place, out)
        return true
      }
      if (isFour(buffer, place + 4, begin)) {
        restart(place, out)
        return true
      }
      const isDouble = isFour(buffer, place + 4, escape)
      if (isDouble && place < loose) {
        if (place + mark + 4 > end) {
          scan = place
          return false
        }
        if (isFour(buffer, place + mark, begin)) {
          restart(place + 4, out)
          return true
        }
      }
      doubled ||= isDouble
      // A run that is not doubled, in a file of a meter that doubles only aligned ones.
      scan = isDouble ? place + mark : place + 1
      last = scan - 1
    }
    if (end - at >= maxSmlFile) {
      fail('too-long', at + maxSmlFile, out)
      return true
    }
    scan = Math.max(scan, end - 3)
    return false
  }

  /** Another file begins before the open one has ended. */
  function restart(place: number, out: Out): void {
    settle(at, out)
    refuse('truncated', place, out)
    start(place)
  }

  function look(out: Out): void {
    while (open ? follow(out) : find(out));
  }

  /** Forgets what was told, and makes room. */
  function shift(): void {
    const kept = Math.min(at, told)
    if (kept > 0) {
      buffer.copyWithin(0, kept, end)
      base += kept
      end -= kept
      at -= kept
      scan -= kept
      told -= kept
      failed -= kept
      loose = Math.max(0, loose - kept)
    }
    if (end === buffer.length) {
      const larger = new Uint8Array(2 * buffer.length)
      larger.set(buffer)
      buffer = larger
    }
  }

  return {
    push(chunk, out) {
      for (let from = 0; from < chunk.length;) {
        const room = Math.min(chunk.length - from, buffer.length - end)
        buffer.set(room === chunk.length ? chunk : chunk.subarray(from, from + room), end)
        end += room
        from += room
        look(out)
        if (at === end && told === end) {
          base += end
          at =
            end =
            scan =
            told =
            loose =
            failed =
              0
        } else if (end === buffer.length) shift()
      }
    },
    end(out) {
      look(out)
      while (open) {
        fail('truncated', end, out)
        look(out)
      }
      settle(end, out)
      base =
        at =
        end =
        scan =
        told =
        loose =
        failed =
          0
      open = false
      buffer = new Uint8Array(firstRoom)
    },
  }
}
