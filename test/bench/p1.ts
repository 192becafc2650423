/**
 * How many P1 telegrams (DSMR 5.0.2 of a simulated meter, CRC checked, read into readings) one core
 * decodes in a second.
 *
 * @module
 */

import { createP1Decoder } from '../../shared/meter/p1.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'

/** @returns telegrams per second over about `milliseconds` */
export async function benchP1(milliseconds = 1000): Promise<number> {
  const start = 1_790_000_000
  const meter = createSimulatedMeter({ seed: 1 })
  const telegrams = Array.from({ length: 64 }, (_, second) => meter.telegramAt(start + second))
  const decoder = createP1Decoder({ now: () => start })
  let decoded = 0
  const round = () => {
    for (const telegram of telegrams) {
      for (const outcome of decoder.push(telegram)) if (outcome.kind === 'telegram') decoded++
    }
  }
  for (let i = 0; i < 32; i++) round()
  await Promise.resolve()
  decoded = 0
  const from = performance.now()
  let elapsed = 0
  while (elapsed < milliseconds) {
    round()
    elapsed = performance.now() - from
  }
  return decoded / (elapsed / 1000)
}
