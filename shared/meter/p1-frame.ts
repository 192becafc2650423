/**
 * Framing of P1 telegrams (DSMR P1 Companion Standard 5.0.2, section 6.2; IEC 62056-21 mode D):
 * from `/XXX5` to `!` at the start of a line, then CRC-16/ARC over all of it, `/` and `!`
 * included, printed as up to four hexadecimal digits, or nothing before DSMR 4.0.
 *
 * Telegrams that are encrypted come in an envelope (p1-envelope.ts); they are framed here too, by
 * their length. What is neither is told as noise, so that every byte is accounted for, but for white
 * space, NUL and FF between telegrams, with which some meters fill their pauses.
 *
 * One pass, one buffer of fixed size: however long and hostile the stream, memory stays the same and
 * each byte is looked at once. The CRC is compared where the telegram is read (p1.ts); it finds
 * accidents of the line, not forgers.
 *
 * @module
 */

import { type Bytes, equal } from '../bytes.ts'
import { crc16 } from './crc16.ts'
import {
  beginsAnew,
  contentLength,
  createHeadEar,
  envelopeLength,
  headLength,
  isBeforeEnvelope,
  longestIdentification,
  type Sealed,
} from './p1-envelope.ts'

/** Longest telegram; a Belgian one with the longest text messages stays under 6 KiB. */
export const maxTelegram = 16 * 1024

const maxNoise = maxTelegram
const slash = 0x2f
const bang = 0x21
const lf = 0x0a
const cr = 0x0d

/** Bytes of a telegram that may begin or end one, or an envelope. */
const stops = new Uint8Array(256)
for (const byte of [slash, bang, 0xdb, 0x82]) stops[byte] = 1

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
  /** `too-long`: no end within 16 KiB; `truncated`: the next began, or the stream ended, before the end; `not-this-protocol`: noise, told before the next telegram and every 16 KiB. */
  readonly reason: 'too-long' | 'truncated' | 'not-this-protocol'
  readonly offset: number
  readonly length: number
}

export type Framed = Frame | Sealed | FrameRefusal

export interface Framer {
  push(chunk: Uint8Array, out: (found: Framed) => void): void
  end(out: (found: Framed) => void): void
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

/** What meters fill pauses with: white space, NUL, and FF where a line that rests is read. */
function isFiller(byte: number): boolean {
  return byte === 0 || byte === 0x20 || byte === 0xff || (byte >= 0x09 && byte <= cr)
}

/** A telegram in the clear by its bytes alone, as an envelope holds it; null for anything else. */
export function frameOf(raw: Bytes): Frame | null {
  const body = raw.lastIndexOf(bang) + 1
  const before = raw[body - 2]
  if (raw[0] !== slash || (before !== lf && before !== cr)) return null
  const bytes = new Uint8Array(4 * Math.ceil(raw.length / 4))
  bytes.set(raw)
  const words = new Int32Array(bytes.buffer)
  return { kind: 'frame', raw, words, body, printed: readPrinted(raw, body), offset: 0 }
}

export function createFramer(): Framer {
  const buffer = new Uint8Array(maxTelegram)
  const words = new Int32Array(buffer.buffer)
  const ear = createHeadEar(maxTelegram)
  /** Bytes of the telegram in `buffer`; 0 while none is open. */
  let length = 0
  /** Length of the part up to `!` once that was seen. */
  let body = 0
  /** Where in the buffer the ciphertext that is open ends; 0 while none is. */
  let sealed = 0
  /** Where the envelope within the open telegram is; 0 while it has none. */
  let envelope = 0
  /** Where the length of what may be one is whole; 0 while none may. */
  let due = 0
  /** Bytes of the stream so far, and how many of them are told, or are nothing to tell. */
  let position = 0
  let told = 0
  /** The first byte since then that is no filler; -1 for none. */
  let strange = -1
  /** Meters of mode D that print a bare `!` may print their number after it. */
  let numbered = false
  /** How many bytes of `/XXX5` the last bytes of the stream are. */
  let head = 0
  let previous = lf
  const first = new Uint8Array(5)

  /** Tells the noise up to a place in the stream. */
  function settle(end: number, out: (found: Framed) => void): void {
    const isNoise = strange >= 0 && strange < end
    if (isNoise) refuse('not-this-protocol', told, end - told, out)
    told = end
    strange = -1
  }

  function refuse(
    reason: FrameRefusal['reason'],
    offset: number,
    length: number,
    out: (found: Framed) => void,
  ): void {
    out({ kind: 'refused', reason, offset, length })
  }

  /** What was open is over, at a place in the stream. */
  function over(end: number): void {
    length =
      body =
      sealed =
      envelope =
      due =
        0
    numbered = false
    told = end
    strange = -1
  }

  /** Tells the telegram that is over, at a place in the stream. */
  function frame(end: number, out: (found: Framed) => void): void {
    const raw = buffer.slice(0, length)
    const printed = body > 0 ? readPrinted(raw, body) : null
    const offset = end - length
    const isBare = body > 0 && printed === null
    if (body === 0) {
      out({ kind: 'sealed', raw, from: 0, to: length, body: null, printed, offset })
    } else if (envelope > 0) {
      out({ kind: 'sealed', raw, from: envelope, to: body - 1, body, printed, offset })
    } else out({ kind: 'frame', raw, words, body, printed, offset })
    over(end)
    numbered = isBare
  }

  /**
   * Ends a telegram without its last line end, because the next one or the end of the stream came.
   * With four digits of CRC it is whole; with fewer, some may be lost.
   */
  function close(end: number, out: (found: Framed) => void): void {
    if (body > 0 && length >= body + 4) return frame(end, out)
    refuse('truncated', end - length, length, out)
    over(end)
  }

  function begin(out: (found: Framed) => void): void {
    settle(position - 5, out)
    buffer.set(first)
    length = 5
    head = 0
    ear.clear()
  }

  function beginSealed(out: (found: Framed) => void): void {
    settle(position - headLength, out)
    buffer.set(ear.head)
    length = headLength
    sealed = envelopeLength(ear.head)
    head = 0
    ear.clear()
  }

  /** Takes bytes into an open telegram up to one that may begin or end one: nearly all of them. */
  function scan(chunk: Uint8Array, from: number): number {
    const until = Math.min(chunk.length, from + maxTelegram - length)
    let to = from
    while (to < until && stops[chunk[to] ?? 0] === 0) to++
    if (to === from) return from
    buffer.set(chunk.subarray(from, to), length)
    previous = chunk[to - 1] ?? 0
    length += to - from
    position += to - from
    return to
  }

  function hearHead(byte: number): void {
    if (byte === slash) head = 1
    else if (head > 0) {
      if (head < 4 ? isLetter(byte) : head === 4 && byte >= 0x30 && byte <= 0x39) head++
      else head = 0
    }
    if (head > 0) first[head - 1] = byte
  }

  /** Takes a byte of an envelope, whose bytes mean nothing but where a meter begins anew. */
  function takeSealed(byte: number, out: (found: Framed) => void): void {
    buffer[length++] = byte
    if (envelope > 0) {
      // The same identification again, with its blank line.
      const again = length - envelope
      const isAnew = byte === lf && again > envelope &&
        equal(buffer.subarray(0, envelope), buffer.subarray(again, length))
      if (isAnew) {
        const named = envelope
        length = again
        close(position - named, out)
        length = named
        previous = lf
      } else if (length === sealed) {
        sealed = 0
        previous = lf
      }
    } else if (ear.hear(byte) && beginsAnew(ear.head, buffer)) {
      length -= headLength
      close(position - headLength, out)
      beginSealed(out)
    } else if (length === sealed) frame(position, out) // its last bytes may be the next one's first
  }

  /** An envelope in the open telegram, if this byte is the second of its length. */
  function takeLength(high: number, low: number): void {
    due = 0
    const most = maxTelegram - length - 1
    const content = contentLength(high, low, most)
    if (content === 0) return
    envelope = length - 4
    sealed = length + content
    head = 0
    ear.clear()
  }

  function takeNoise(byte: number, out: (found: Framed) => void): void {
    const isStrange = !isFiller(byte) && !(numbered && byte >= 0x30 && byte <= 0x39)
    if (strange < 0 && isStrange) strange = position - 1
    if (position - told < maxNoise) return
    const held = Math.max(head, ear.held)
    settle(position - held, out)
    if (held > 0) strange = told
  }

  return {
    push(chunk, out) {
      for (let i = 0; i < chunk.length; i++) {
        const isPlain = body === 0 && head === 0 && sealed === 0 && due === 0 && ear.held === 0
        if (length > 0 && isPlain) i = scan(chunk, i)
        const byte = chunk[i]
        if (byte === undefined) return
        position++
        hearHead(byte)
        if (sealed > 0) {
          takeSealed(byte, out)
          continue
        }
        const isHead = ear.hear(byte)

        if (length === maxTelegram) {
          // What may be the beginning of the next one is not part of this one.
          const held = Math.max(head, ear.held, 1) - 1
          const offset = position - 1 - length
          refuse('too-long', offset, length - held, out)
          over(position - 1 - held)
          if (held > 0) strange = told
        }
        if (length === 0) {
          if (head === 5) begin(out)
          else if (isHead) beginSealed(out)
          else takeNoise(byte, out)
          previous = byte
          continue
        }

        buffer[length++] = byte

        if (head === 5) {
          length -= 5
          close(position - 5, out)
          begin(out)
        } else if (isHead) {
          length -= headLength
          close(position - headLength, out)
          beginSealed(out)
        } else if (length === due) takeLength(previous, byte)
        else if (byte === 0x82 && body === 0 && length <= longestIdentification) {
          if (isBeforeEnvelope(buffer, length - 1)) due = length + 2
        } else if (body > 0) {
          if (byte === lf && ear.held === 0) frame(position, out)
        } else if (byte === bang && (previous === lf || previous === cr)) body = length
        previous = byte
      }
    },
    end(out) {
      if (length > 0) close(position, out)
      else settle(position, out)
      over(0)
      position = head = 0
      ear.clear()
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
