/**
 * Frames out of a capture of an RS485 line that carries both sides: questions for registers and
 * their answers. An answer alone does not say which registers it is of, so one without its
 * question is refused, however right its check is; so is one that may as well be a late answer to
 * another question.
 *
 * The frame at a place is the shortest whose check holds: what to wait for depends on the bytes
 * alone, never on how they were cut.
 *
 * @module
 */

import { type Bytes, concat } from '../bytes.ts'
import { answerLength, isChecked, maxCount, maxFrame, wordsOf } from './modbus-frame.ts'
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
  readonly check: 'crc' | 'none'
}

export type Captured = Exchange | Refused

export interface CaptureReader {
  push(chunk: Uint8Array): Captured[]
  /** Tells that no more bytes follow; the reader is then as new. */
  end(): Captured[]
  /** Nothing that began before this place in the stream is told any more. */
  open(): number
}

/** Of a question for registers. */
const readLength = 8
/** Questions that nobody answered, and whose answer may still come. */
const maxLate = 8

type Frame =
  | { readonly kind: 'question'; readonly length: number; readonly request: ModbusRequest }
  | { readonly kind: 'answer' | 'exception' | 'other'; readonly length: number }

export interface Pending {
  readonly request: ModbusRequest
  readonly raw: Bytes
  readonly offset: number
}

export function isFunction(code: number | undefined): code is ModbusFunction {
  return code === 3 || code === 4
}

/** A question for registers, from its unit on. */
export function readQuestion(bytes: Bytes, at: number): ModbusRequest | null {
  const [unit = 0, code, high = 0, low = 0, countHigh = 0, count = 0] = bytes.subarray(at, at + 6)
  if (!isFunction(code)) return null
  const address = (high << 8) | low
  const isOne = countHigh === 0 && count >= 1 && count <= maxCount && address + count <= 0x1_0000
  return isOne ? { unit, function: code, address, count } : null
}

/** Functions that change something, which a master may ask of all units at once. */
const broadcast: ReadonlySet<number> = new Set([5, 6, 15, 16])

/** Length of a question by its function code; null where it cannot be told. */
function questionLength(bytes: Bytes, at: number): number | 'more' | null {
  switch (bytes[at + 1]) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 8:
      return readLength
    case 7:
    case 11:
    case 12:
    case 17:
      return 4
    case 15:
    case 16: {
      const [high = 0, low = 0, size] = bytes.subarray(at + 4, at + 7)
      if (size === undefined) return 'more'
      const count = (high << 8) | low
      const fits = size === (bytes[at + 1] === 16 ? 2 * count : Math.ceil(count / 8))
      return fits && size > 0 && size + 9 <= maxFrame ? size + 9 : null
    }
    case 22:
      return 10
    case 23: {
      const size = bytes[at + 10]
      if (size === undefined) return 'more'
      return size + 13 <= maxFrame ? size + 13 : null
    }
    default:
      return null
  }
}

/** The frame that begins here; `more` while it may still become one. */
function frameAt(bytes: Bytes, at: number): Frame | 'more' | null {
  const left = bytes.length - at
  const unit = bytes[at] ?? 0
  const code = bytes[at + 1]
  if (unit > 247 || (unit === 0 && !broadcast.has(code ?? 0))) return null
  const possible = [questionLength(bytes, at), answerLength(bytes, at)]
  const lengths = possible.filter((one) => typeof one === 'number').sort((a, b) => a - b)
  for (const length of lengths) {
    if (length > left) return 'more'
    if (!isChecked(bytes, at, length)) continue
    if (code !== undefined && code > 0x80) return { kind: 'exception', length }
    if (!isFunction(code)) return { kind: 'other', length }
    const request = length === readLength ? readQuestion(bytes, at) : null
    if (request !== null) return { kind: 'question', length, request }
    return { kind: length === readLength ? 'other' : 'answer', length }
  }
  return possible.includes('more') ? 'more' : null
}

/**
 * A reader of bytes that are held until their frame is whole.
 *
 * @param scan takes what is whole at the beginning of `held`, which is at `base` in the stream, and
 * returns how many bytes that was
 * @param reset what it remembers of the stream is to be forgotten
 */
export function readerOf(
  { scan, reset, open }: {
    readonly scan: (held: Bytes, base: number, isLast: boolean, found: Captured[]) => number
    readonly reset: () => void
    readonly open: () => number
  },
): CaptureReader {
  let held: Bytes = new Uint8Array(0)
  let base = 0

  function take(isLast: boolean): Captured[] {
    const found: Captured[] = []
    const taken = scan(held, base, isLast, found)
    base += taken
    held = held.slice(taken)
    return found
  }

  return {
    push(chunk) {
      held = concat(held, chunk)
      return take(false)
    },
    end() {
      const found = take(true)
      held = new Uint8Array(0)
      base = 0
      reset()
      return found
    },
    open,
  }
}

export function createCaptureReader(): CaptureReader {
  let pending: Pending | null = null
  let late: ModbusRequest[] = []
  /** The last question for anything but registers, for what is answered to it. */
  let other: { readonly unit: number; readonly code: number } | null = null
  /** Bytes that belong to no frame, not told yet. */
  let stray: { offset: number; length: number; reason: RefusalReason } | null = null

  function scan(held: Bytes, base: number, isLast: boolean, found: Captured[]): number {
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
        if (!isEcho) {
          // A damaged answer is an answer; where nothing came, it may come yet.
          if (before !== null && stray === null) late = [before.request, ...late].slice(0, maxLate)
          dropPending()
        }
        tellStray()
        other = null
        pending = isEcho && before !== null
          ? { ...before, raw: concat(before.raw, raw) }
          : { request: frame.request, raw, offset }
        continue
      }
      const { kind } = frame
      if (before === null || !isAnswer(before.request, frame, raw)) {
        dropPending()
        tellStray()
        const [unit = 0, code = 0, exception = 0] = raw
        if (kind === 'other') {
          other = { unit, code }
          refuse('unknown-form', offset, raw.length)
        } else if (kind === 'exception' && other?.unit === unit && (other.code | 0x80) === code) {
          const { length } = raw
          found.push({ kind: 'refused', reason: 'meter-error', offset, length, exception })
        } else refuse('request-missing', offset, raw.length)
        continue
      }
      const { request } = before
      const isDoubtful = kind === 'answer' &&
        late.some((one) => !isSame(one, request) && isAnswer(one, frame, raw))
      // A device answers one question after the other: what it passed over is not answered later.
      late = late.filter(({ unit }) => unit !== request.unit)
      if (isDoubtful) {
        dropPending()
        tellStray()
        refuse('request-missing', offset, raw.length)
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
        check: 'crc',
      })
    }
    if (isLast) {
      dropPending()
      tellStray()
    }
    return at
  }

  return readerOf({
    scan,
    reset() {
      late = []
      other = null
    },
    // Here everything is told in its order.
    open: () => Infinity,
  })
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
