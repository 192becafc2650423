/**
 * Asks a meter at its optical interface (IEC 62056-21).
 *
 * @module
 */
import { createD0Decoder } from '../../shared/meter/d0.ts'
import { readOut } from '../../shared/meter/d0-readout.ts'
import { d0Line } from '../../shared/meter/line.ts'
import type { Outcome } from '../../shared/meter/telegram.ts'
import type { Asker } from './asker.ts'

export const d0: Asker = {
  // A readout of a meter at 300 baud takes a minute, and its lamp tires.
  pause: 15_000,

  async find({ line, decoding, progress }, known) {
    const decoder = createD0Decoder(decoding)
    let settings = known?.settings ?? null

    async function ask(): Promise<readonly Outcome[] | null> {
      const stay = settings?.baudRate === 300
      const readout = await readOut(line, { stay, wait: sleep, progress })
      if (readout.kind !== 'read') return null
      settings = d0Line(readout.baudRate)
      return decoder.push(readout.raw)
    }

    // A meter is found by its first answer, which is then told.
    let first = await ask()
    if (first === null) return null
    return {
      answering: () => ({ settings: settings ?? d0Line(300) }),
      async ask() {
        const answer = first ?? await ask()
        first = null
        return answer ?? []
      },
    }
  },
}

async function sleep(milliseconds: number): Promise<void> {
  await new Promise((rested) => setTimeout(rested, milliseconds))
}
