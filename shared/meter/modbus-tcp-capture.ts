/**
 * Frames out of a capture of Modbus TCP (MODBUS Messaging on TCP/IP Implementation Guide V1.0b), what
 * both sides said in turn: an answer is that to the question with its number. There is no check, so
 * nothing but a whole question with a whole answer of the same number, unit, function and length
 * counts.
 *
 * @module
 */

import { type Bytes, concat } from '../bytes.ts'
import {
  type Captured,
  type CaptureReader,
  createCaptureReader,
  isFunction,
  type Pending,
  readerOf,
  readQuestion,
} from './modbus-capture.ts'
import { isChecked, wordsOf } from './modbus-frame.ts'
import type { RefusalReason } from './telegram.ts'

/** Up to the unit, which begins what a serial line would carry. */
const header = 6
/** A question for registers. */
const readLength = header + 6
/** Unit, function and data. */
const maxLength = 254
/** An answer comes before so many further questions, or not at all. */
const maxPending = 16

const functions: ReadonlySet<number> = new Set(
  [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 17, 20, 21, 22, 23, 43],
)

type Kind = 'question' | 'answer' | 'exception' | 'other'

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

/** What the frame that begins here is, and its length; null where none does. */
function frameAt(bytes: Bytes, at: number): { kind: Kind; length: number } | 'more' | null {
  const left = bytes.length - at
  if (left >= 4 && u16(bytes, at + 2) !== 0) return null
  const size = u16(bytes, at + 4)
  if (left >= header && (size < 2 || size > maxLength)) return null
  if (left < header + 3) return 'more'
  const [code = 0, first = 0] = bytes.subarray(at + header + 1, at + header + 3)
  const length = header + size
  const isNo = code > 0x80 && functions.has(code & 0x7f) && size === 3
  if (!isNo && !functions.has(code)) return null
  if (left < length) return 'more'
  if (isNo) return { kind: 'exception', length }
  if (!isFunction(code)) return { kind: 'other', length }
  if (length === readLength && readQuestion(bytes, at + header) !== null) {
    return { kind: 'question', length }
  }
  const fits = size === first + 3 && first > 0 && first % 2 === 0
  return fits ? { kind: 'answer', length } : null
}

function createTcpCaptureReader(): CaptureReader {
  /** By the number that the question bears; `nth` is its place among all. */
  const pending = new Map<number, Pending & { readonly nth: number }>()
  let questions = 0
  /** Bytes that belong to no frame, not told yet. */
  let stray: { offset: number; length: number; reason: RefusalReason } | null = null

  function scan(held: Bytes, base: number, isLast: boolean, found: Captured[]): number {
    const refuse = (reason: RefusalReason, offset: number, length: number): void => {
      found.push({ kind: 'refused', reason, offset, length })
    }
    const drop = (number: number): void => {
      const asked = pending.get(number)
      if (asked !== undefined) refuse('no-answer', asked.offset, asked.raw.length)
      pending.delete(number)
    }
    const tellStray = (): void => {
      if (stray !== null) refuse(stray.reason, stray.offset, stray.length)
      stray = null
    }
    let at = 0
    while (at < held.length) {
      const frame = frameAt(held, at)
      if (frame === 'more' && !isLast) break
      const offset = base + at
      if (frame === 'more' || frame === null) {
        const reason = frame === 'more' ? 'truncated' : 'not-this-protocol'
        stray ??= { offset, length: 0, reason }
        stray.length++
        at++
        continue
      }
      tellStray()
      const raw = held.slice(at, at + frame.length)
      at += frame.length
      const number = u16(raw, 0)
      const { kind } = frame
      if (kind === 'question') {
        const request = readQuestion(raw, header)
        drop(number)
        questions++
        for (const [earlier, { nth }] of pending) if (nth + maxPending <= questions) drop(earlier)
        if (request !== null) pending.set(number, { request, raw, offset, nth: questions })
        continue
      }
      const asked = pending.get(number)
      const isOf = asked !== undefined && raw[header] === asked.request.unit &&
        (raw[header + 1] ?? 0) % 0x80 === asked.request.function &&
        (kind === 'exception' || raw[header + 2] === 2 * asked.request.count)
      if (!isOf) {
        refuse(kind === 'other' ? 'unknown-form' : 'request-missing', offset, raw.length)
        continue
      }
      pending.delete(number)
      found.push({
        kind: 'exchange',
        request: asked.request,
        words: kind === 'answer' ? wordsOf(raw, header + 3, asked.request.count) : null,
        exception: kind === 'exception' ? raw[header + 2] ?? 0 : null,
        offset: asked.offset,
        length: asked.raw.length + raw.length,
        raw: concat(asked.raw, raw),
        check: 'none',
      })
    }
    if (isLast) {
      for (const number of pending.keys()) drop(number)
      tellStray()
    }
    return at
  }

  return readerOf({
    scan,
    reset: () => undefined,
    open() {
      return Math.min(
        ...[...pending.values()].map(({ offset }) => offset),
        stray?.offset ?? Infinity,
      )
    },
  })
}

/** Whether a stream begins as one over TCP; on a serial line the check of eight bytes holds. */
function isTcp(head: Bytes): boolean {
  if (head.length < header + 3 || isChecked(head, 0, 8)) return false
  const frame = frameAt(head, 0)
  if (frame !== 'more') return frame !== null
  // Of an answer only the beginning is here.
  return !isFunction(head[header + 1]) || u16(head, 4) === (head[header + 2] ?? 0) + 3
}

/** A capture of either: which one it is, its first bytes tell. */
export function createModbusCaptureReader(): CaptureReader {
  let held: Bytes = new Uint8Array(0)
  let chosen: CaptureReader | null = null

  function choose(): Captured[] {
    chosen = isTcp(held.slice(0, readLength)) ? createTcpCaptureReader() : createCaptureReader()
    const bytes = held
    held = new Uint8Array(0)
    return chosen.push(bytes)
  }

  return {
    push(chunk) {
      if (chosen !== null) return chosen.push(chunk)
      held = concat(held, chunk)
      return held.length < readLength ? [] : choose()
    },
    end() {
      const found = chosen === null ? choose() : []
      found.push(...chosen?.end() ?? [])
      chosen = null
      return found
    },
    open: () => chosen?.open() ?? Infinity,
  }
}
