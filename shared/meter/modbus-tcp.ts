/**
 * Modbus TCP (MODBUS Messaging on TCP/IP Implementation Guide V1.0b): seven bytes before the data
 * number the question and tell the length. There is no check of its own: what a gateway hears on
 * its serial line it has checked, or not, out of sight.
 *
 * @module
 */

import { type Bytes, concat } from '../bytes.ts'
import { wordsOf, writeQuestion } from './modbus-frame.ts'
import type { ModbusRequest } from './modbus-frame.ts'
import type { AnswerReader, Framing, Heard } from './modbus-framing.ts'

const header = 7
/** Unit, function and data. */
const maxLength = 254

/** Transaction, protocol 0, length, unit; then function and data. */
export function writeTcp(transaction: number, unit: number, data: Uint8Array): Bytes {
  const length = data.length + 1
  return concat(
    Uint8Array.of(transaction >>> 8, transaction & 0xff, 0, 0, length >>> 8, length & 0xff, unit),
    data,
  )
}

function createTcpReader(request: ModbusRequest, transaction: number): AnswerReader {
  const { unit, function: code, count } = request
  let held: Bytes = new Uint8Array(0)
  let lost = false

  const u16 = (at: number): number => ((held[at] ?? 0) << 8) | (held[at + 1] ?? 0)

  function take(raw: Bytes, numbered: number): Heard {
    if (numbered !== transaction) return { kind: 'astray', what: 'other-transaction' }
    if (raw[6] !== unit) return { kind: 'astray', what: 'other-unit' }
    const said = raw[7] ?? 0
    if (said === (code | 0x80) && raw.length === header + 2) {
      return { kind: 'exception', code: raw[8] ?? 0, raw }
    }
    if (said !== code) return { kind: 'astray', what: 'other-function' }
    if (raw[8] !== 2 * count || raw.length !== header + 2 + 2 * count) {
      return { kind: 'astray', what: 'other-length' }
    }
    return { kind: 'answer', words: wordsOf(raw, header + 2, count), raw }
  }

  return {
    push(chunk) {
      const heard: Heard[] = []
      if (lost) return heard
      held = concat(held, chunk)
      while (held.length >= header) {
        const length = u16(4)
        if (u16(2) !== 0 || length < 3 || length > maxLength) {
          lost = true
          held = new Uint8Array(0)
          heard.push({ kind: 'astray', what: 'lost' })
          break
        }
        if (held.length < 6 + length) break
        const found = take(held.slice(0, 6 + length), u16(0))
        held = held.slice(6 + length)
        heard.push(found)
        if (found.kind !== 'astray') break
      }
      return heard
    },
    quiet: () => [],
    begun: () => held.length > 0,
  }
}

export function createTcpFraming(): Framing {
  let transaction = 0
  return {
    check: 'none',
    ask(request) {
      if (!Number.isInteger(request.unit) || request.unit < 0 || request.unit > 255) {
        throw new RangeError(`Cannot ask unit ${request.unit}: units over TCP are 0 to 255`)
      }
      transaction = (transaction + 1) & 0xffff
      const bytes = writeTcp(transaction, request.unit, writeQuestion(request))
      return { bytes, reader: createTcpReader(request, transaction) }
    },
  }
}
