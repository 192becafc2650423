/**
 * The reader's side of the line to an AMIS meter (see amis.ts): what to answer, and which telegrams
 * are new. Only what holds its check is answered. Where an answer was lost the meter sends the same
 * frame again, which is answered again and told once; where ten were, it calls again.
 *
 * @module
 */

import { type Bytes, concat, equal } from '../bytes.ts'
import { amisAnswer, isAmisCall, isAmisTelegram } from './amis.ts'
import { createMBusFramer } from './mbus-frame.ts'
import type { Refused } from './telegram.ts'

export interface AmisHeard {
  /** To be sent at once; empty where nothing is to be. */
  readonly answers: Bytes
  /** Whole telegrams that were not told before. */
  readonly telegrams: Bytes
  readonly refused: readonly Refused[]
}

export interface AmisAnswerer {
  hear(chunk: Uint8Array): AmisHeard
}

export function createAmisAnswerer(): AmisAnswerer {
  const framer = createMBusFramer()
  let last: Bytes = new Uint8Array(0)

  return {
    hear(chunk) {
      const answers: Bytes[] = []
      const telegrams: Bytes[] = []
      const refused: Refused[] = []
      framer.push(chunk, (found) => {
        if (found.kind === 'refused') refused.push(found)
        else if (isAmisCall(found)) {
          // It counts anew, so the same frame may come and be another one.
          last = new Uint8Array(0)
          answers.push(amisAnswer)
        } else if (isAmisTelegram(found)) {
          answers.push(amisAnswer)
          if (!equal(found.raw, last)) telegrams.push(found.raw)
          last = found.raw
        }
      })
      return { answers: concat(...answers), telegrams: concat(...telegrams), refused }
    },
  }
}
