/**
 * A Modbus line for tests: a simulated bus behind it, a clock that moves only while somebody waits,
 * and whatever a test does to the answers on their way.
 *
 * @module
 */

import type { Bytes } from '../../shared/bytes.ts'
import type { AskedLine } from '../../shared/meter/line.ts'
import { createPoller, type Poller } from '../../shared/meter/modbus-poller.ts'
import { createRtuFraming } from '../../shared/meter/modbus-rtu.ts'
import { createSimulatedBus, type SimulatedBus } from '../../shared/meter/simulate-modbus.ts'
import type { Outcome, Telegram } from '../../shared/meter/telegram.ts'

/** Early enough for every counter to be whole in a float32. */
export const now = Date.UTC(2021, 6, 1, 10) / 1000

/** What arrives so many milliseconds after the question. */
export interface Arrival {
  readonly after: number
  readonly bytes: Uint8Array
}

export interface TestLine {
  readonly line: AskedLine
  readonly clock: () => number
  /** Every question sent. */
  readonly sent: Bytes[]
}

/** @param answer what arrives, and when, for the nth question */
export function createTestLine(
  answer: (frame: Bytes, nth: number) => readonly Arrival[],
): TestLine {
  let time = 0
  const sent: Bytes[] = []
  const coming: { at: number; bytes: Uint8Array }[] = []
  return {
    clock: () => time,
    sent,
    line: {
      async write(bytes) {
        for (const { after, bytes: part } of answer(bytes, sent.length)) {
          coming.push({ at: time + after, bytes: part })
        }
        coming.sort((one, other) => one.at - other.at)
        sent.push(bytes)
        await Promise.resolve()
      },
      async read(milliseconds) {
        await Promise.resolve()
        const [next] = coming
        if (next === undefined || next.at > time + milliseconds) {
          time += milliseconds
          return null
        }
        coming.shift()
        time = Math.max(time, next.at)
        return next.bytes
      },
    },
  }
}

export interface Asked extends TestLine {
  readonly poller: Poller
}

/** @param retries @default 0 */
export function createTestPoller(
  answer: (frame: Bytes, nth: number) => readonly Arrival[],
  retries = 0,
): Asked {
  const made = createTestLine(answer)
  const { line, clock } = made
  return { ...made, poller: createPoller({ line, clock, framing: createRtuFraming(), retries }) }
}

export const bus: SimulatedBus = createSimulatedBus({ seed: 5 })

/** Answers of the bus, as they are. */
export function honest(from: SimulatedBus = bus): (frame: Bytes) => Arrival[] {
  return (frame) => [{ after: 12, bytes: from.answer(frame, now) }]
}

/** The telegram of an outcome. */
export function telegramOf(outcome: Outcome | undefined): Telegram {
  if (outcome?.kind !== 'telegram') {
    throw new Error(`Expected a telegram: got ${JSON.stringify(outcome)}`)
  }
  return outcome.telegram
}
