/**
 * What the two ways of Modbus have in common for whoever asks: a question becomes bytes, and from
 * the bytes that follow its answer is found, or what came in its place is told.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import type { ModbusRequest } from './modbus-frame.ts'

/** What came that is not the answer: told, and stepped over. */
export type Astray =
  /** Our own question, as adapters of two wires hear it. */
  | 'echo'
  /** An answer of another unit: late, or to somebody else's question. */
  | 'other-unit'
  /** An answer to another function. */
  | 'other-function'
  /** An answer with another number of registers: to an earlier question. */
  | 'other-length'
  /** Over TCP: the answer to an earlier question. */
  | 'other-transaction'
  /** What looked like an answer and fails its check. */
  | 'damaged'
  /** Over TCP: no beginning of a frame, and so no way to find the next. */
  | 'lost'

export type Heard =
  | { readonly kind: 'answer'; readonly words: Uint16Array; readonly raw: Bytes }
  | { readonly kind: 'exception'; readonly code: number; readonly raw: Bytes }
  | { readonly kind: 'astray'; readonly what: Astray }

export interface AnswerReader {
  push(chunk: Uint8Array): readonly Heard[]
  /** Tells that nothing came for a while: what is here is looked through for the answer. */
  quiet(): readonly Heard[]
  /** Whether the beginning of the answer is here, and not its end. */
  begun(): boolean
}

export interface Framing {
  readonly check: 'crc' | 'none'
  /** @throws {RangeError} unless it can be asked */
  ask(request: ModbusRequest): { readonly bytes: Bytes; readonly reader: AnswerReader }
}
