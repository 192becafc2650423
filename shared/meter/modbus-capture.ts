/**
 * Frames out of a capture of an RS485 line that carries both sides: questions for registers and
 * their answers. An answer alone does not say which registers it is of, so one without its
 * question is refused, however right its check is.
 *
 * The frame at a place is the shortest whose check holds: what to wait for depends on the bytes
 * alone, never on how they were cut.
 *
 * @module
 */

import { type Bytes, concat } from '../bytes.ts'
import { answerLength, isChecked, maxCount, wordsOf } from './modbus-frame.ts'
import type { ModbusFunction, ModbusRequest } from './modbus-frame.ts'
import type { RefusalReason, Refused } from './telegram.ts'

/** A question with its answer. */
export interface Exchange {
  readonly kind: 'exchange'
  readonly request: ModbusRequest
  /** Null where the device said no. */
  readonly words: Uint16Array | null
  readonly exception: number | null
  readonly offset: number
  readonly length: number
  /** Question and answer. */
  readonly raw: Bytes
}

export type Captured = Exchange | Refused

export interface CaptureReader {
  push(chunk: Uint8Array): Captured[]
  /** Tells that no more bytes follow; the reader is then as new. */
  end(): Captured[]
}

const questionLength = 8

type Frame =
  | { readonly kind: 'question'; readonly length: number; readonly request: ModbusRequest }
  | { readonly kind: 'answer' | 'exception' | 'other'; readonly length: number }

interface Pending {
  readonly request: ModbusRequest
  readonly raw: Bytes
  readonly offset: number
}

function isFunction(code: number | undefined): code is ModbusFunction {
  return code === 3 || code === 4
}

function readQuestion(bytes: Bytes, at: number): ModbusRequest | null {
  const [unit = 0, code, high = 0, low = 0, countHigh = 0, count = 0] = bytes.subarray(at, at + 6)
  if (unit < 1 || unit > 247 || !isFunction(code)) return null
  const address = (high << 8) | low
  const isOne = countHigh === 0 && count >= 1 && count <= maxCount && address + count <= 0x1_0000
  return isOne ? { unit, function: code, address, count } : null
}

/** The frame that begins here; `more` while it may still become one. */
function frameAt(bytes: Bytes, at: number): Frame | 'more' | null {
  const left = bytes.length - at
  const unit = bytes[at] ?? 0
  if (unit < 1 || unit > 247) return null
  const code = bytes[at + 1]
  const length = answerLength(bytes, at)
  if (length !== null && length !== 'more' && length < questionLength && left >= length) {
    if (isChecked(bytes, at, length)) {
      const isNo = code !== undefined && code > 0x80
      return { kind: isNo ? 'exception' : isFunction(code) ? 'answer' : 'other', length }
    }
  }
  if (isFunction(code) && left >= questionLength) {
    const request = readQuestion(bytes, at)
    if (request !== null && isChecked(bytes, at, questionLength)) {
      return { kind: 'question', length: questionLength, request }
    }
  }
  const isLong = length !== null && length !== 'more' && length >= questionLength
  if (isLong && left >= length && isChecked(bytes, at, length)) {
    return { kind: isFunction(code) ? 'answer' : 'other', length }
  }
  if (length === 'more' || (isLong && left < length)) return 'more'
  if (isFunction(code) && left < questionLength) return 'more'
  return length !== null && left < length ? 'more' : null
}

export function createCaptureReader(): CaptureReader {
  let held: Bytes = new Uint8Array(0)
  /** Where `held` begins in the stream. */
  let base = 0
  let pending: Pending | null = null
  /** Bytes that belong to no frame, not told yet. */
  let stray: { offset: number; length: number; reason: RefusalReason } | null = null

  function scan(isLast: boolean): Captured[] {
    const found: Captured[] = []
    const refuse = (reason: RefusalReason, offset: number, length: number): void => {
      found.push({ kind: 'refused', reason, offset, length })
    }
    const tellStray = (): void => {
      if (stray !== null) refuse(stray.reason, stray.offset, stray.length)
      stray = null
    }
    /** A question that no answer came to. */
    const dropPending = (): void => {
      if (pending !== null) refuse('no-answer', pending.offset, pending.raw.length)
      pending = null
    }
    let at = 0
    while (at < held.length) {
      const frame = frameAt(held, at)
      if (frame === 'more' && !isLast) break
      if (frame === 'more' || frame === null) {
        const isBegun = isFunction(held[at + 1]) && frame === 'more'
        stray ??= {
          offset: base + at,
          length: 0,
          reason: isBegun ? 'truncated' : reasonAt(held, at),
        }
        stray.length++
        at++
        continue
      }
      const offset = base + at
      const raw = held.slice(at, at + frame.length)
      at += frame.length
      // What is told comes in the order of the line.
      const before: Pending | null = pending
      if (frame.kind === 'question') {
        // Adapters that hear themselves: the second is the same question, and a third asks again.
        const isEcho = before !== null && stray === null && before.raw.length === raw.length &&
          isSame(before.request, frame.request)
        if (!isEcho) dropPending()
        tellStray()
        pending = isEcho && before !== null
          ? { ...before, raw: concat(before.raw, raw) }
          : { request: frame.request, raw, offset }
        continue
      }
      if (before === null || !isAnswer(before.request, frame, raw)) {
        dropPending()
        tellStray()
        refuse(frame.kind === 'other' ? 'unknown-form' : 'request-missing', offset, raw.length)
        continue
      }
      tellStray()
      pending = null
      found.push({
        kind: 'exchange',
        request: before.request,
        words: frame.kind === 'answer' ? wordsOf(raw, 3, before.request.count) : null,
        exception: frame.kind === 'exception' ? raw[2] ?? 0 : null,
        offset: before.offset,
        length: before.raw.length + raw.length,
        raw: concat(before.raw, raw),
      })
    }
    base += at
    held = held.slice(at)
    if (isLast) {
      dropPending()
      tellStray()
    }
    return found
  }

  return {
    push(chunk) {
      held = concat(held, chunk)
      return scan(false)
    },
    end() {
      const found = scan(true)
      held = new Uint8Array(0)
      base = 0
      return found
    },
  }
}

function isSame(one: ModbusRequest, other: ModbusRequest): boolean {
  return one.unit === other.unit && one.function === other.function &&
    one.address === other.address && one.count === other.count
}

function isAnswer(request: ModbusRequest, frame: Frame, raw: Bytes): boolean {
  if (raw[0] !== request.unit) return false
  if (frame.kind === 'exception') return raw[1] === (request.function | 0x80)
  return raw[1] === request.function && raw[2] === 2 * request.count
}

/** Whether bytes that are no frame began like one. */
function reasonAt(bytes: Bytes, at: number): RefusalReason {
  const unit = bytes[at] ?? 0
  const code = bytes[at + 1]
  const isLike = unit >= 1 && unit <= 247 && code !== undefined && isFunction(code & 0x7f)
  return isLike ? 'line-check-failed' : 'not-this-protocol'
}
