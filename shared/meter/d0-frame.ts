/**
 * Readouts from the bytes of an optical line (IEC 62056-21 section 6.3.2 to 6.3.4): identification,
 * then a block between STX and ETX with its check, or, of meters that push (mode D), lines up to
 * `!` without one. What stands between readouts is told as noise, but for what fills pauses (white
 * space, NUL, FF) and for the reader's own requests, `/?…!`. One buffer of fixed size; time is linear.
 *
 * @module
 */
import type { Bytes } from '../bytes.ts'
import { blockCheck } from './d0-readout.ts'
import { damagedByte, fromEvenParity, withEvenParity } from './even-parity.ts'
import type { Refused } from './telegram.ts'

export interface Readout {
  readonly kind: 'readout'
  /** All of it, of seven bits each: `raw` itself where that has no more. */
  readonly bits: Bytes
  /** Where in them the identification ends, from `/`; 0 where only the block was heard. */
  readonly nameEnd: number
  /** Where in them the lines begin, and where the `!` behind them stands. */
  readonly start: number
  readonly end: number
  readonly check: 'bcc' | 'none'
  readonly raw: Bytes
  readonly offset: number
}

export interface D0Framer {
  push(chunk: Uint8Array, out: (found: Readout | Refused) => void): void
  /** Tells that no more bytes follow; the framer is then as new. */
  end(out: (found: Readout | Refused) => void): void
}

const STX = 0x02
const ETX = 0x03
const ACK = 0x06
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const BANG = 0x21
const CLOSE = 0x29
const SLASH = 0x2f
const QUESTION = 0x3f

export const maxReadout = 32 * 1024
/** Noise is told in pieces of this size. */
const MAX_NOISE = 16 * 1024
const MAX_NAME = 64

/** Most of a readout is text in lines, at which nothing turns. */
const turns = new Uint8Array(256).map((_, byte) => {
  const seven = byte & 0x7f
  const isText = seven >= SPACE && seven !== BANG && seven !== SLASH
  return isText || seven === CR || seven === LF ? 0 : 1
})

/** NUL wakes meters up, and FF is a line that rests. */
function isFiller(byte: number): boolean {
  const seven = byte & 0x7f
  return byte === 0 || byte === 0xff || seven === CR || seven === LF || seven === SPACE
}

export function createD0Framer(): D0Framer {
  const buffer = new Uint8Array(maxReadout)
  let length = 0
  /** Where in the stream the buffer begins, and how much noise is before it. */
  let position = 0
  let noise = 0
  /** Whether all of that fills a pause, and is nothing to tell. */
  let isPause = true
  /**
   * `name`: in the identification; `between`: behind it; `answer`: in the reader's own
   * acknowledgement; `block`, `check`; `lines` of mode D, of which `bang` is the end.
   */
  let state: 'none' | 'name' | 'between' | 'answer' | 'block' | 'check' | 'lines' | 'bang' = 'none'
  let nameEnd = 0
  let start = 0

  type Out = (found: Readout | Refused) => void

  // What was noise before a readout is told before it.
  function refuse(reason: Refused['reason'], out: Out): void {
    tellNoise(out)
    out({ kind: 'refused', reason, offset: position - length, length })
    forget()
  }

  function forget(): void {
    length = 0
    nameEnd = 0
    start = 0
    state = 'none'
  }

  function tellNoise(out: Out): void {
    if (noise > 0 && !isPause) {
      const offset = position - length - noise
      out({ kind: 'refused', reason: 'not-this-protocol', offset, length: noise })
    }
    noise = 0
    isPause = true
  }

  /** All of the buffer was no readout. */
  function drop(out: Out): void {
    noise += length
    isPause &&= buffer.subarray(0, length).every(isFiller)
    forget()
    if (noise >= MAX_NOISE) tellNoise(out)
  }

  function tell(check: 'bcc' | 'none', out: Out): void {
    const raw = buffer.slice(0, length)
    let every = 0
    let sum = 0
    for (let i = 0; i < start; i++) every |= raw[i] ?? 0
    for (let i = start; i < length; i++) {
      const byte = raw[i] ?? 0
      every |= byte
      sum ^= byte
    }
    // Seven bits and even parity, where the line was read as eight and none.
    const bits = every > 0x7f ? fromEvenParity(raw) : raw
    // The block without STX, ETX and check; or the lines without what ends the last.
    const until = check === 'bcc' ? length - 2 : length
    if (bits !== raw) sum = blockCheck(bits, start, length)
    // The check makes the sum of the block 0.
    const holds = check === 'none' || sum === 0 && !isDamaged(raw, bits)
    // What has no name may be noise that looks like a block.
    if (!holds) return nameEnd > 0 ? refuse('line-check-failed', out) : drop(out)
    const end = Math.max(start, bits.lastIndexOf(BANG, until))
    const offset = position - length
    const found: Readout = { kind: 'readout', bits, nameEnd, start, end, check, raw, offset }
    tellNoise(out)
    forget()
    out(found)
  }

  /** `/?`, an address, `!` (section 6.3.1): what the reader asked, or a head's echo of it. */
  function isRequest(): boolean {
    let end = length - 1
    while (end > 0 && isFiller(buffer[end] ?? 0)) end--
    return ((buffer[1] ?? 0) & 0x7f) === QUESTION && ((buffer[end] ?? 0) & 0x7f) === BANG
  }

  function endsLine(): boolean {
    return ((buffer[length - 2] ?? 0) & 0x7f) === LF
  }

  function endsSet(): boolean {
    return ((buffer[length - 2] ?? 0) & 0x7f) === CLOSE
  }

  /** A byte that no block has: where a name stands before it this is a readout, damaged. */
  function spoil(byte: number, out: Out): void {
    if (nameEnd > 0) return
    length--
    position--
    drop(out)
    position++
    buffer[length++] = byte
    take(byte, out)
  }

  function take(byte: number, out: Out): void {
    const seven = byte & 0x7f
    if (state === 'none') {
      if (seven !== SLASH && seven !== STX) return drop(out)
      state = seven === SLASH ? 'name' : 'block'
      start = 1
    } else if (state === 'name') {
      if (seven === LF && isRequest()) {
        tellNoise(out)
        forget()
      } else if (seven === LF) {
        nameEnd = length
        state = 'between'
      } else if (length > MAX_NAME || seven < 0x20 && seven !== CR) drop(out)
    } else if (state === 'between') {
      start = seven === STX ? length : length - 1
      if (seven === STX) state = 'block'
      else if (seven === ACK) state = 'answer'
      else if (seven === SLASH) begin(out)
      else if (seven === LF || seven >= 0x20) state = 'lines'
      else if (seven !== CR && seven !== 0) drop(out)
    } else if (state === 'answer') {
      if (seven === LF) state = 'between'
    } else if (state === 'block') {
      if (seven === ETX) state = 'check'
      else if (seven === SLASH && endsLine()) begin(out)
      else if (seven < 0x20 && seven !== CR && seven !== LF) spoil(byte, out)
    } else if (state === 'check') {
      tell('bcc', out)
    } else if (state === 'lines') {
      // The last line may go without its end.
      if (seven === BANG && (endsLine() || endsSet())) state = 'bang'
      else if (seven === SLASH && endsLine()) begin(out)
      else if (seven < 0x20 && seven !== CR && seven !== LF) drop(out)
    } else if (seven === LF) tell('none', out)
    else if (seven !== CR) drop(out)
  }

  /** Takes text as far as it goes and there is room for it; where in the chunk that ends. */
  function passText(chunk: Uint8Array, from: number): number {
    const to = Math.min(chunk.length, from + maxReadout - length)
    const shift = length - from
    let at = from
    for (; at < to; at++) {
      const byte = chunk[at] ?? 0
      if (turns[byte] !== 0) break
      buffer[at + shift] = byte
    }
    return at
  }

  /** The next one begins before this one ended. */
  function begin(out: Out): void {
    length--
    position--
    refuse('truncated', out)
    position++
    buffer[length++] = SLASH
    state = 'name'
    start = 1
  }

  return {
    push(chunk, out) {
      for (let i = 0; i < chunk.length; i++) {
        if (state === 'block' || state === 'lines') {
          const before = i
          i = passText(chunk, i)
          length += i - before
          position += i - before
          if (i === chunk.length) return
        }
        const byte = chunk[i] ?? 0
        if (length === maxReadout) refuse('too-long', out)
        buffer[length++] = byte
        position++
        take(byte, out)
      }
    },
    end(out) {
      // The end was there; only its line end was not.
      if (state === 'bang') tell('none', out)
      if (length > 0) {
        if (nameEnd > 0 || state === 'block' || state === 'check') refuse('truncated', out)
        else drop(out)
      }
      tellNoise(out)
      position = 0
    },
  }
}

/** No text has what stands for a damaged byte; the check of a block may well be it. */
function isDamaged(raw: Bytes, bits: Bytes): boolean {
  const last = bits.length - 1
  if (bits.subarray(0, last).includes(damagedByte)) return true
  const isChecked = raw === bits || raw[last] === withEvenParity(bits.subarray(last))[0]
  return bits[last] === damagedByte && !isChecked
}
