/**
 * P1 telegrams read into readings, beside their limit: the CRC-16 over the same bytes and nothing
 * else.
 *
 * @module
 */
import { crc16Arc } from '../../shared/meter/p1-frame.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import { during, ratio, sideBySide } from './measure.ts'
import { benchP1 } from './p1.ts'
import type { Bounds, Report } from './report.ts'

export async function benchTelegrams({ rounds, milliseconds }: Bounds): Promise<Report> {
  const meter = createSimulatedMeter({ seed: 1 })
  const telegrams = Array.from({ length: 64 }, (_, i) => meter.telegramAt(1_790_000_000 + i))
  let sum = 0
  const crcs = () => {
    for (const telegram of telegrams) sum += crc16Arc(telegram)
    return telegrams.length
  }
  const measured = await sideBySide([
    {
      name: 'Kilowit: telegram to reading, CRC checked',
      turn: async () => ({ rate: await benchP1(milliseconds), perCpuSecond: null }),
    },
    { name: 'CRC-16 of the same bytes', turn: () => during(milliseconds, crcs) },
  ], rounds)
  const [ours, bare] = measured
  return {
    title: `P1: DSMR 5.0.2 telegrams of ${telegrams[0]?.length ?? 0} bytes`,
    unit: 'telegrams',
    measured,
    ratios: ours && bare ? [{ name: 'Kilowit / CRC alone', ratio: ratio(ours, bare) }] : [],
    // Used, so that nothing of it can be left out.
    notes: Number.isFinite(sum) ? [] : ['The CRCs came to nothing'],
  }
}
