/**
 * Meters that say nothing until they are asked: finding one, and asking it again and again.
 *
 * @module
 */
import { readOut } from '../../shared/meter/d0-readout.ts'
import { d0Line, type LineSettings } from '../../shared/meter/line.ts'
import type { Decoder, Outcome } from '../../shared/meter/telegram.ts'
import { duplexOf, LineEnded } from './duplex.ts'
import type { SerialLine } from './line.ts'

export interface AskingOptions {
  readonly line: SerialLine
  readonly decoder: Decoder
  readonly stopped: () => boolean
  /** How many bytes of the answer came. */
  readonly progress: (bytes: number) => void
  readonly outcomes: (outcomes: Promise<Outcome[]>, settings: LineSettings) => void
}

/** Between two answers: a readout of a meter at 300 baud takes a minute, and its lamp tires. */
const PAUSE = 15_000
const LOOK_EVERY = 250

/**
 * Asks until the line ends.
 *
 * @param known at which rate this meter was read before; null to find that out
 * @returns `silence`: no meter that was not known answered
 */
export async function askAgain(
  { line, decoder, stopped, progress, outcomes }: AskingOptions,
  known: LineSettings | null,
): Promise<'closed' | 'gone' | 'silence'> {
  const duplex = duplexOf(line, stopped)
  let settings = known
  try {
    for (;;) {
      const readout = await readOut(duplex, {
        stay: settings?.baudRate === 300,
        wait: sleep,
        progress,
      })
      if (readout.kind === 'read') {
        settings = d0Line(readout.baudRate)
        outcomes(decoder.push(readout.raw), settings)
      } else if (settings === null) {
        await line.close()
        return 'silence'
      }
      for (let waited = 0; waited < PAUSE && !stopped(); waited += LOOK_EVERY) {
        await sleep(LOOK_EVERY)
      }
      if (stopped()) return 'closed'
    }
  } catch (error) {
    if (!(error instanceof LineEnded)) throw error
    if (error.how === 'gone') await line.close()
    return error.how
  }
}

async function sleep(milliseconds: number): Promise<void> {
  await new Promise((rested) => setTimeout(rested, milliseconds))
}
