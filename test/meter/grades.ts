/**
 * Prints how a simulated meter's telegrams are graded here: to be run on each runtime that a reader
 * runs on, for their ciphers are not alike.
 *
 * @module
 */

import { stdout } from 'node:process'
import { createDecoder } from '../../shared/meter/decoder.ts'
import { importMeterKey } from '../../shared/meter/meter-key.ts'
import { createSimulatedDlmsMeter } from '../../shared/meter/simulate-dlms.ts'

const at = Date.UTC(2026, 6, 1, 10) / 1000
for (const security of ['encrypted-only', 'authenticated'] as const) {
  const meter = createSimulatedDlmsMeter({ seed: 1, model: 'E450', security })
  const telegram = await meter.telegramAt(at)
  for (const second of [meter.authenticationKey, null, meter.key]) {
    const key = await importMeterKey(meter.key, second)
    const decoder = createDecoder('dlms', { now: () => at, key: () => key })
    const [outcome] = await decoder.push(telegram)
    const grade = outcome?.kind === 'telegram'
      ? outcome.telegram.readings[0].assurance.origin
      : outcome?.reason
    stdout.write(`${grade ?? 'nothing'}\n`)
  }
}
