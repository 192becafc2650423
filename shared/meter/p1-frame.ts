/**
 * Framing of P1 telegrams (DSMR P1 Companion Standard 5.0.2, section 6.2; IEC 62056-21 mode D):
 * from `/XXX5` to `!` at the start of a line, then CRC-16/ARC over all of it, `/` and `!`
 * included, printed as up to four hexadecimal digits, or nothing before DSMR 4.0.
 *
 * One pass, one buffer of fixed size: however long and hostile the stream, memory stays the same and
 * each byte is looked at once. The CRC is compared where the telegram is read (p1.ts); it finds
 * accidents of the line, not forgers.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { crc16 } from './crc16.ts'

/** Longest telegram; a Belgian one with the longest text messages stays under 6 KiB. */
export const maxTelegram = 16 * 1024

const maxIdleNoise = maxTelegram
const slash = 0x2f
const bang = 0x21
const lf = 0x0a
const cr = 0x0d

/** CRC-16/ARC: polynomial 0x8005 reflected, start 0, no final inversion. */
export const arc = crc16(0xa001)

/** Over all of them. */
export function crc16Arc(bytes: Uint8Array): number {
  return arc(0, bytes, 0, bytes.length)
}

export interface Frame {
  readonly kind: 'frame'
  /** From `/` to the end of the line of `!`. */
  readonly raw: Bytes
  /** The same bytes and some more, four at a time; only until the framer is given the next chunk. */
  readonly words: Int32Array
  /** Length of the part from `/` to `!`, over which the CRC is. */
  readonly body: number
  /** The CRC that is printed after `!`: null where there is none, NaN for what is no CRC. */
  readonly printed: number | null
  /** Where in the stream the telegram began. */
  readonly offset: number
}

export interface FrameRefusal {
  readonly kind: 'refused'
  /** `too-long`: no end within 16 KiB; `truncated`: the next began, or the stream ended, before the end; `not-this-protocol`: 16 KiB without a telegram. */
  readonly reason: 'too-long' | 'truncated' | 'not-this-protocol'
  readonly offset: number
  readonly length: number
}

export interface Framer {
  push(chunk: Uint8Array, out: (found: Frame | FrameRefusal) => void): void
  end(out: (found: Frame | FrameRefusal) => void): void
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
}

/** What Windows-1252 has as blanks. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0xa0 || (byte !== undefined && byte >= 0x09 && byte <= cr)
}

/** Up to four hexadecimal digits between blanks. */
function readPrinted(bytes: Bytes, from: number): number | null {
  let at = from
  while (isBlank(bytes[at])) at++
  let end = bytes.length
  while (end > at && isBlank(bytes[end - 1])) end--
  if (at === end) return null
  if (end - at > 4) return NaN
  let crc = 0
  for (; at < end; at++) crc = 16 * crc + hexDigit(bytes[at] ?? 0)
  return crc
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const small = byte | 0x20
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : NaN
}

export function createFramer(): Framer {
  const buffer = new Uint8Array(maxTelegram)
  const words = new Int32Array(buffer.buffer)
  /** Bytes of the telegram in `buffer`; 0 while none is open. */
  let length = 0
  /** Length of the part up to `!` once that was seen. */
  let body = 0
  /** Bytes of the stream so far, and of those outside any telegram since the last outcome. */
  let position = 0
  let noise = 0
  /** How many bytes of `/XXX5` the last bytes of the stream are. */
  let head = 0
  let previous = lf
  const first = new Uint8Array(5)

  /** The telegram that is over, at a place of the stream. */
  function frame(end: number): Frame {
    const raw = buffer.slice(0, length)
    const printed = readPrinted(raw, body)
    return { kind: 'frame', raw, words, body, printed, offset: end - length }
  }

  /**
   * Ends a telegram without its last line end, because the next one or the end of the stream came.
   * With four digits of CRC it is whole; with fewer, some may be lost.
   */
  function close(end: number, out: (found: Frame | FrameRefusal) => void): void {
    if (body > 0 && length >= body + 4) out(frame(end))
    else out({ kind: 'refused', reason: 'truncated', offset: end - length, length })
  }

  function begin(): void {
    buffer.set(first)
    length = 5
    body = 0
    noise = 0
  }

  /** Takes bytes into an open telegram up to one that may begin or end one: nearly all of them. */
  function scan(chunk: Uint8Array, from: number): number {
    const until = Math.min(chunk.length, from + maxTelegram - length)
    let to = from
    for (; to < until; to++) {
      const byte = chunk[to]
      if (byte === slash || byte === bang) break
    }
    if (to === from) return from
    buffer.set(chunk.subarray(from, to), length)
    previous = chunk[to - 1] ?? 0
    length += to - from
    position += to - from
    return to
  }

  return {
    push(chunk, out) {
      for (let i = 0; i < chunk.length; i++) {
        if (length > 0 && body === 0 && head === 0) i = scan(chunk, i)
        const byte = chunk[i]
        if (byte === undefined) return
        position++

        if (byte === slash) head = 1
        else if (head > 0) {
          if (head < 4 ? isLetter(byte) : byte >= 0x30 && byte <= 0x39) head++
          else head = 0
        }
        if (head > 0) first[head - 1] = byte

        if (length === maxTelegram) {
          const offset = position - 1 - length
          out({ kind: 'refused', reason: 'too-long', offset, length })
          length = 0
        }
        if (length === 0) {
          if (head === 5) {
            begin()
            head = 0
          } else if (++noise === maxIdleNoise) {
            out({
              kind: 'refused',
              reason: 'not-this-protocol',
              offset: position - noise,
              length: noise,
            })
            noise = 0
          }
          previous = byte
          continue
        }

        buffer[length++] = byte

        if (head === 5) {
          length -= 5
          close(position - 5, out)
          begin()
          head = 0
        } else if (body > 0) {
          if (byte === lf) {
            out(frame(position))
            length = 0
          }
        } else if (byte === bang && (previous === lf || previous === cr)) body = length
        previous = byte
      }
    },
    end(out) {
      if (length > 0) close(position, out)
      length = 0
      noise = 0
      head = 0
      previous = lf
    },
  }
}

/**
 * Gives a telegram its CR LF line ends back that an editor, a mail or a repository made LF: the CRC
 * is over the line ends too. Text that already has CR LF is unchanged.
 */
export function restoreLineEnds(bytes: Uint8Array): Bytes {
  let missing = 0
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === lf && bytes[i - 1] !== cr) missing++
  const restored = new Uint8Array(bytes.length + missing)
  let length = 0
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === lf && bytes[i - 1] !== cr) restored[length++] = cr
    restored[length++] = bytes[i] ?? 0
  }
  return restored
}
