/**
 * One question and its answer at a Modbus line: waits for silence, asks, waits for the answer and
 * asks again where none came. What the line does, and what time it is, comes in from outside.
 *
 * An answer does not say which registers it is of. One that comes after its time is known by
 * another unit, function or number of registers, and every map asks for another number each time
 * (see modbus-map.ts); where a question timed out, its answer gets as long again to come and go.
 *
 * @module
 */

import { type Bytes, concat } from '../bytes.ts'
import type { AskedLine } from './line.ts'
import { isForNow } from './modbus-exceptions.ts'
import type { ModbusRequest } from './modbus-frame.ts'
import type { Astray, Framing, Heard } from './modbus-framing.ts'

export interface PollerOptions {
  /** What it throws when it is gone, `ask` throws. */
  readonly line: AskedLine
  readonly framing: Framing
  /** Milliseconds; only differences count. */
  readonly clock: () => number
  /** How long to wait for an answer, in milliseconds. @default {1000} */
  readonly timeout?: number
  /** How often to ask again. @default {2} */
  readonly retries?: number
}

export type Unanswered =
  /** Nothing came, or nothing but our own question. */
  | 'silent'
  /** Something came that fails its check, or the line never is quiet. */
  | 'damaged'
  /** The answer began and did not end. */
  | 'truncated'
  /** Others answered. */
  | 'astray'

export type Answer =
  & {
    readonly request: ModbusRequest
    /** What else came, the newest 16. */
    readonly astray: readonly Astray[]
  }
  & (
    | {
      readonly kind: 'registers'
      readonly words: Uint16Array
      /** Question and answer as they went over the line. */
      readonly raw: Bytes
    }
    | { readonly kind: 'exception'; readonly code: number; readonly raw: Bytes }
    | { readonly kind: 'unanswered'; readonly why: Unanswered }
  )

export interface Poller {
  /** @throws {RangeError} unless it can be asked */
  ask(request: ModbusRequest): Promise<Answer>
}

/**
 * 3.5 characters are 4 ms at 9600 baud and 1.75 ms from 19200 on; behind USB this much is what a
 * reader can tell.
 */
const silence = 20
/** So long without a byte, what came is looked through again. */
const gap = 100
/** A line on which so much comes unasked is not one to ask on. */
const maxUnasked = 4096
const keptAstray = 16

export function createPoller(options: PollerOptions): Poller {
  const { line, framing, clock, timeout = 1000, retries = 2 } = options
  /** How long the line has to be quiet before the next question. */
  let settle = silence

  /** Reads for so long, by the clock or by what was waited, whichever is more. */
  async function listen(
    milliseconds: number,
    each: number,
    take: (chunk: Uint8Array | null) => boolean,
  ): Promise<void> {
    const start = clock()
    let waited = 0
    for (;;) {
      const left = milliseconds - Math.max(clock() - start, waited)
      if (left <= 0) return
      const wait = Math.min(left, each)
      const chunk = await line.read(wait)
      if (chunk === null || chunk.length === 0) waited += wait
      if (take(chunk)) return
    }
  }

  async function drain(): Promise<boolean> {
    let unasked = 0
    let quiet = false
    await listen(2 * timeout, settle, (chunk) => {
      quiet = chunk === null
      unasked += chunk?.length ?? 0
      return quiet || unasked > maxUnasked
    })
    return quiet
  }

  async function once(request: ModbusRequest, astray: Astray[]): Promise<Answer> {
    const { bytes, reader } = framing.ask(request)
    if (!(await drain())) return { kind: 'unanswered', why: 'damaged', request, astray }
    settle = silence
    const found: Exclude<Heard, { kind: 'astray' }>[] = []
    let came = 0
    await line.write(bytes)
    await listen(timeout, gap, (chunk) => {
      came += chunk?.length ?? 0
      const heard = chunk === null ? reader.quiet() : reader.push(chunk)
      for (const one of heard) {
        if (one.kind === 'astray') astray.push(one.what)
        else found.push(one)
      }
      return found.length > 0 || came > maxUnasked
    })
    astray.splice(0, Math.max(0, astray.length - keptAstray))
    const [heard] = found
    if (heard === undefined) {
      settle = timeout
      return { kind: 'unanswered', why: whyOf(astray, reader.begun()), request, astray }
    }
    const raw = concat(bytes, heard.raw)
    if (heard.kind === 'exception') {
      return { kind: 'exception', code: heard.code, raw, request, astray }
    }
    return { kind: 'registers', words: heard.words, raw, request, astray }
  }

  return {
    async ask(request) {
      const astray: Astray[] = []
      let answer = await once(request, astray)
      for (let again = 0; again < retries; again++) {
        const isFinal = answer.kind === 'registers' ||
          (answer.kind === 'exception' && !isForNow(answer.code)) || astray.includes('lost')
        if (isFinal) break
        // A device that is busy gets the time of a question to be done.
        if (answer.kind === 'exception') settle = timeout
        answer = await once(request, astray)
      }
      return answer
    },
  }
}

function whyOf(astray: readonly Astray[], isBegun: boolean): Unanswered {
  if (astray.includes('damaged') || astray.includes('lost')) return 'damaged'
  if (isBegun) return 'truncated'
  return astray.some((what) => what !== 'echo') ? 'astray' : 'silent'
}
