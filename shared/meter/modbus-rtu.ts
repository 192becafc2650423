/**
 * Modbus RTU (MODBUS over Serial Line V1.02) as the one who asks hears it: the answer is found by
 * its unit, function, number of registers and check. Our own question, late answers and those of
 * other units are stepped over whole, so that nothing inside them is taken for the answer.
 *
 * @module
 */

import { type Bytes, concat } from '../bytes.ts'
import { answerLength, isChecked, wordsOf, writeRtuRequest } from './modbus-frame.ts'
import type { ModbusRequest } from './modbus-frame.ts'
import type { AnswerReader, Astray, Framing, Heard } from './modbus-framing.ts'

/** More than this between question and answer is a line that never is quiet. */
const maxHeld = 1024
const nothing: Bytes = new Uint8Array(0)

function createRtuReader(request: ModbusRequest, question: Bytes): AnswerReader {
  const { unit, function: code, count } = request
  let held: Bytes = nothing

  /** How many bytes from `at` are those of our question. */
  function echoed(at: number): number {
    let same = 0
    while (same < question.length && held[at + same] === question[same]) same++
    return same
  }

  function astrayOf(at: number): Astray | 'answer' | 'exception' {
    if (held[at] !== unit) return 'other-unit'
    const said = held[at + 1] ?? 0
    if (said === (code | 0x80)) return 'exception'
    if (said !== code) return 'other-function'
    return held[at + 2] === 2 * count ? 'answer' : 'other-length'
  }

  /** @param patient whether to wait for the end of what may be a frame */
  function scan(patient: boolean): Heard[] {
    const heard: Heard[] = []
    const astray = (what: Astray) => heard.push({ kind: 'astray', what })
    let at = 0
    while (at < held.length) {
      const same = echoed(at)
      if (same === question.length) {
        astray('echo')
        at += same
        continue
      }
      const isPart = same === held.length - at
      const length = isPart ? 'more' : answerLength(held, at)
      if (length === 'more' || (length !== null && at + length > held.length)) {
        if (patient) break
        at++
        continue
      }
      if (length === null || !isChecked(held, at, length)) {
        if (held[at] === unit && length !== null) astray('damaged')
        at++
        continue
      }
      const what = astrayOf(at)
      const raw = held.slice(at, at + length)
      at += length
      if (what === 'answer') {
        heard.push({ kind: 'answer', words: wordsOf(raw, 3, count), raw })
        break
      }
      if (what === 'exception') {
        heard.push({ kind: 'exception', code: raw[2] ?? 0, raw })
        break
      }
      astray(what)
    }
    // What was stepped over while waiting patiently is done with; looking ahead forgets nothing.
    const ended = heard.some(({ kind }) => kind !== 'astray')
    if (patient || ended) held = at === held.length ? nothing : held.slice(at)
    return patient || ended ? heard : []
  }

  return {
    push(chunk) {
      if (held.length + chunk.length > maxHeld) {
        held = nothing
        return [{ kind: 'astray', what: 'damaged' }]
      }
      held = held.length === 0 ? new Uint8Array(chunk) : concat(held, chunk)
      return scan(true)
    },
    quiet: () => scan(false),
    begun: () => held.length > 0,
  }
}

export function createRtuFraming(): Framing {
  return {
    check: 'crc',
    ask(request) {
      const bytes = writeRtuRequest(request)
      return { bytes, reader: createRtuReader(request, bytes) }
    },
  }
}
