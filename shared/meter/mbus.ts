/**
 * Responses of M-Bus meters (EN 13757-2 and -3) from a stream of bytes, as readings: what a master
 * gets, or hears others get. Acknowledgements and requests are passed over; a response is told only
 * from a frame whose check and lengths hold and whose records are whole.
 *
 * @module
 */

import { createMBusFramer, type MBusFrame } from './mbus-frame.ts'
import { type MBusResponse, readResponse } from './mbus-response.ts'
import type { Decoder, DecoderOptions, Outcome, Refused } from './telegram.ts'

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

  /** Frames are taken at once, while the reader's clock is theirs; opening them takes turns. */
  async function collect(
    run: (out: (found: MBusFrame | Refused) => void) => void,
  ): Promise<Outcome[]> {
    const all: (MBusFrame | Refused)[] = []
    run((found) => {
      if (found.kind === 'refused' || found.form === 'long') all.push(found)
    })
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
    push: (chunk) => collect((out) => framer.push(chunk, out)),
    end: () => collect((out) => framer.end(out)),
  }
}
