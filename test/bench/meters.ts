/**
 * Telegrams of further protocols read into readings, by CPU time: SML beside what npm has for it and
 * the two checks alone.
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'
import { crc16X25 } from '../../shared/meter/crc16.ts'
import { createSimulatedSmlMeter } from '../../shared/meter/simulate-sml.ts'
import { createSmlDecoder } from '../../shared/meter/sml.ts'
import { during, sideBySide } from './measure.ts'
import { peer } from './peers.ts'
import type { Bounds, Report } from './report.ts'
import { ratios } from './telegrams.ts'

const START = 1_790_000_000
/** So many that no two in a row are alike. */
const COUNT = 1024

export async function benchMeters(bounds: Bounds): Promise<Report[]> {
  return [await sml(bounds)]
}

async function sml(bounds: Bounds): Promise<Report> {
  const meter = createSimulatedSmlMeter({ seed: 1, posing: 'ISK' })
  const telegrams = Array.from({ length: COUNT }, (_, i) => meter.telegramAt(START + i))
  const buffers = telegrams.map((bytes) => Buffer.from(bytes))
  const decoder = createSmlDecoder({ now: () => START })
  const smartmeterObis = createSmartmeterObis()
  const read = (bytes: Bytes) => {
    const [outcome] = decoder.push(bytes)
    if (outcome?.kind !== 'telegram') throw new Error('Kilowit refused a telegram')
  }
  const turn = <T>(telegrams: readonly T[], work: (telegram: T) => unknown) => {
    const all = () => {
      for (const telegram of telegrams) work(telegram)
      return telegrams.length
    }
    return () => during(bounds.milliseconds, all)
  }
  const measured = await sideBySide([
    { name: 'Kilowit: telegram to reading, every CRC checked', turn: turn(telegrams, read) },
    { name: 'smartmeter-obis 4.0.0', turn: turn(buffers, smartmeterObis) },
    {
      name: 'CRC-16/X-25 twice alone',
      turn: turn(telegrams, (bytes) => crc16X25(bytes) ^ crc16X25(bytes)),
    },
  ], bounds.rounds)
  return {
    title: `SML: basic meter with its PIN entered, ${telegrams[0]?.length ?? 0} bytes`,
    unit: 'telegrams',
    measured,
    ratios: ratios(measured, [
      ['Kilowit / smartmeter-obis', 1, 5],
      ['Kilowit / CRC-16 alone', 2, undefined],
    ]),
    notes: [
      '- Kilowit takes bytes cut anywhere, finds the file, checks its CRC and those of its messages,',
      '  and keeps every entry, numbers exactly (digits, exponent, unit).',
      '- smartmeter-obis (open-sml) takes one whole telegram, checks the CRCs of the messages but not',
      '  that of the file; numbers become floats with units.',
    ],
  }
}

function createSmartmeterObis(): (telegram: Buffer) => void {
  type Done = (error: unknown, result: object | null) => void
  interface Sml {
    handleMessage(telegram: Buffer): unknown
  }
  const SmlProtocol: new (options: object, done: Done) => Sml = peer('smartmeter-obis', '4.0.0')
    .require('smartmeter-obis/lib/protocols/SmlProtocol.js')
  let found = 0
  const protocol = new SmlProtocol({ debug: 0 }, (_, result) => {
    found = Object.keys(result ?? {}).length
  })
  return (telegram) => {
    found = 0
    protocol.handleMessage(telegram)
    if (found < 10) throw new Error('smartmeter-obis did not read a telegram')
  }
}
