/**
 * Answers an AMIS meter (see shared/meter/amis.ts), which calls once a minute and sends a telegram a
 * second as long as each is answered.
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'
import { createAmisAnswerer } from '../../shared/meter/amis-answerer.ts'
import { amisLine } from '../../shared/meter/line.ts'
import { createMBusDecoder } from '../../shared/meter/mbus.ts'
import type { Outcome } from '../../shared/meter/telegram.ts'
import type { Asker } from './asker.ts'

/** A minute, and what a line and a clock may add. */
const CALLS_WITHIN = 65

export const amis: Asker = {
  // The meter gives the pace.
  pause: 0,
  patience: CALLS_WITHIN,

  async find({ line, decoding }) {
    const answerer = createAmisAnswerer()
    const decoder = createMBusDecoder(decoding)
    await line.open(amisLine)

    /** What was new in the bytes up to the first answer; null where none was asked for in time. */
    async function answer(): Promise<{ telegrams: Bytes; refused: readonly Outcome[] } | null> {
      const refused: Outcome[] = []
      const until = performance.now() + 1000 * CALLS_WITHIN
      for (let left = 1000 * CALLS_WITHIN; left > 0; left = until - performance.now()) {
        const chunk = await line.read(left)
        if (chunk === null) break
        const heard = answerer.hear(chunk)
        refused.push(...heard.refused)
        if (heard.answers.length === 0) continue
        await line.write(heard.answers)
        return { telegrams: heard.telegrams, refused }
      }
      return null
    }

    let first = await answer()
    if (first === null) return null
    return {
      answering: () => ({ settings: amisLine, calls: true }),
      async ask() {
        const heard = first ?? await answer()
        first = null
        if (heard === null) return [NO_CALL]
        return [...heard.refused, ...await decoder.push(heard.telegrams)]
      },
    }
  },
}

const NO_CALL: Outcome = { kind: 'refused', reason: 'no-answer', offset: 0, length: 0 }
