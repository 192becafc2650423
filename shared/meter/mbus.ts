/**
 * Responses of M-Bus meters (EN 13757-2 and -3) from a stream of bytes, as readings: what a master
 * gets, or hears others get. Acknowledgements and what the master asks are passed over, unless they
 * are all there is; a response is told only from a frame whose check and lengths hold and whose
 * records are whole.
 *
 * @module
 */

import { createMBusFramer, type MBusFrame } from './mbus-frame.ts'
import { isQuestion, type MBusResponse, readResponse } from './mbus-response.ts'
import type { Decoder, DecoderOptions, Outcome, Refused } from './telegram.ts'

/** So many questions that nobody answered are told; a search of the bus has more. */
const maxUnanswered = 64

function toOutcome({ offset, raw }: MBusFrame, response: MBusResponse): Outcome {
  if ('telegram' in response) return { kind: 'telegram', telegram: response.telegram }
  const { reason, system } = response
  const named = system === undefined ? {} : { system }
  return { kind: 'refused', reason, offset, length: raw.length, ...named }
}

export function createMBusDecoder(options: DecoderOptions): Decoder {
  const framer = createMBusFramer()
  /** Settles when everything pushed before is told. */
  let earlier: Promise<unknown> = Promise.resolve()
  /** Questions, while they are all that was heard; null from the first other thing on. */
  let questions: Refused[] | null = []

  /** Frames are taken at once, while the reader's clock is theirs; opening them takes turns. */
  async function collect(
    run: (out: (found: MBusFrame | Refused) => void) => void,
    isLast: boolean,
  ): Promise<Outcome[]> {
    const all: (MBusFrame | Refused)[] = []
    run((found) => {
      if (found.kind === 'frame' && isQuestion(found)) {
        const { offset, raw: { length } } = found
        if (questions !== null && questions.length < maxUnanswered) {
          questions.push({ kind: 'refused', reason: 'no-answer', offset, length })
        }
        return
      }
      questions = null
      if (found.kind === 'refused' || found.form === 'long') all.push(found)
    })
    if (isLast) {
      if (questions !== null) all.push(...questions)
      questions = []
    }
    const seen = options.now()
    const before = earlier
    const turn = (async () => {
      await before
      const outcomes: Outcome[] = []
      for (const found of all) {
        if (found.kind === 'refused') outcomes.push(found)
        else outcomes.push(toOutcome(found, await readResponse(found, options, seen)))
      }
      return outcomes
    })()
    // A caller's `key` that throws fails its own call and none after it.
    earlier = turn.catch(() => undefined)
    return await turn
  }

  return {
    push: (chunk) => collect((out) => framer.push(chunk, out), false),
    end: () => collect((out) => framer.end(out), true),
  }
}
