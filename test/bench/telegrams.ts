/**
 * Telegrams read into readings, by CPU time: P1 beside two parsers from npm and the CRC alone, DLMS
 * as Vienna's meters push it beside decryption and frame checks alone.
 *
 * @module
 */
import { type Bytes, utf8 } from '../../shared/bytes.ts'
import { crc16X25 } from '../../shared/meter/crc16.ts'
import { createDlmsDecoder } from '../../shared/meter/dlms.ts'
import { importMeterKey } from '../../shared/meter/meter-key.ts'
import { crc16Arc } from '../../shared/meter/p1-frame.ts'
import { createP1Decoder } from '../../shared/meter/p1.ts'
import { createSimulatedDlmsMeter } from '../../shared/meter/simulate-dlms.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import { createDsmrParser, createSmartmeterObisD0 } from './javascript-peers.ts'
import { during, type Measured, ratio, sideBySide, type Turn } from './measure.ts'
import type { Bounds, Report } from './report.ts'

const START = 1_790_000_000
/** So many that no two in a row are alike, and no cache of numbers holds them all. */
const COUNT = 1024

export async function benchTelegrams(bounds: Bounds): Promise<Report[]> {
  const meter = createSimulatedMeter({ seed: 1 })
  const seconds = Array.from({ length: COUNT }, (_, i) => START + i)
  return [
    await p1('P1: telegrams of a household', seconds.map((at) => meter.telegramAt(at)), bounds),
    await p1('P1: telegrams with every object of DSMR 5.0.2', seconds.map(wholeTelegram), bounds),
    await dlms(seconds, bounds),
  ]
}

async function p1(title: string, telegrams: Bytes[], bounds: Bounds): Promise<Report> {
  const decoder = createP1Decoder({ now: () => START })
  const latin1 = telegrams.map((bytes) => Buffer.from(bytes))
  const dsmrParser = createDsmrParser()
  const smartmeterObis = createSmartmeterObisD0()
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
    { name: 'Kilowit: telegram to reading, CRC checked', turn: turn(telegrams, read) },
    { name: 'dsmr-parser 2.1.1', turn: turn(latin1, dsmrParser) },
    { name: 'smartmeter-obis 4.0.0', turn: turn(latin1, smartmeterObis) },
    { name: 'CRC-16 alone', turn: turn(telegrams, crc16Arc) },
  ], bounds.rounds)
  return {
    title: `${title}, ${telegrams[0]?.length ?? 0} bytes`,
    unit: 'telegrams',
    measured,
    ratios: ratios(measured, [
      ['Kilowit / dsmr-parser', 1, 5],
      ['Kilowit / smartmeter-obis', 2, 30],
      ['Kilowit / CRC-16 alone', 3, undefined],
    ]),
    notes: [
      '- Kilowit takes bytes cut anywhere, finds the telegram, checks its CRC, keeps every object,',
      '  numbers exactly (digits, exponent, unit), times with their zone, sub-meters apart, and says',
      '  what is doubtful. Of a telegram that is the one before but for the digits of the main meter',
      '  only those are read; any other, such as one with a new gas value, is taken apart.',
      '- dsmr-parser takes one whole telegram as text, checks its CRC, and looks for the 41 objects',
      '  that it knows; numbers become floats without units.',
      '- smartmeter-obis takes one whole telegram, checks no CRC, and keeps every object; numbers',
      '  become floats with units.',
    ],
  }
}

async function dlms(seconds: readonly number[], bounds: Bounds): Promise<Report> {
  const meter = createSimulatedDlmsMeter({ seed: 1, model: 'AM550' })
  const telegrams = await Promise.all(seconds.map((at) => meter.telegramAt(at)))
  const key = await importMeterKey(meter.key)
  const decoder = createDlmsDecoder({ now: () => START, zone: 'Europe/Vienna', key: () => key })
  const read = async (bytes: Bytes) => {
    const [outcome] = await decoder.push(bytes)
    if (outcome?.kind !== 'telegram') throw new Error('Kilowit refused a telegram')
  }
  const counter = new Uint8Array(16)
  const bare = async (bytes: Bytes) => {
    crc16X25(bytes)
    const algorithm = { name: 'AES-CTR', counter, length: 32 }
    await crypto.subtle.decrypt(algorithm, key.ctr, bytes)
  }
  let at = 0
  const turn = (work: (bytes: Bytes) => Promise<void>) => {
    const one = async () => {
      const telegram = telegrams[at++ % telegrams.length]
      if (telegram !== undefined) await work(telegram)
      return 1
    }
    return () => during(bounds.milliseconds, one)
  }
  const measured = await sideBySide([
    { name: 'Kilowit: frames to reading', turn: turn(read) },
    { name: 'WebCrypto AES-CTR and CRC-16/X-25 alone', turn: turn(bare) },
  ], bounds.rounds)
  return {
    title: `DLMS: AM550, security control 0x20, ${telegrams[0]?.length ?? 0} bytes`,
    unit: 'telegrams',
    measured,
    ratios: ratios(measured, [['Kilowit / decryption and check alone', 1, undefined]]),
    notes: ['One telegram after the other, as they come. A meter pushes one in some seconds.'],
  }
}

type Wanted = readonly [name: string, other: number, goal: number | undefined]

export function ratios(measured: readonly Measured[], wanted: readonly Wanted[]): Report['ratios'] {
  const byCpu = (turn: Turn) => turn.perCpuSecond
  const [ours] = measured
  return wanted.flatMap(([name, i, goal]) => {
    const other = measured[i]
    if (ours === undefined || other === undefined) return []
    const compared = { name: `${name}, by CPU`, ratio: ratio(ours, other, byCpu) }
    return [goal === undefined ? compared : { ...compared, goal }]
  })
}

/** The objects of table 6-1 of the companion standard 5.0.2, with values that move. */
function wholeTelegram(at: number): Bytes {
  const n = at - START
  const time = new Date(at * 1000 + 7_200_000).toISOString().replace(/[-:T]/g, '').slice(2, 14)
  const number = (value: number, digits: number, decimals: number) => {
    const text = String(value).padStart(digits + decimals, '0')
    return `${text.slice(0, digits)}.${text.slice(digits)}`
  }
  const energy = (value: number) => `(${number(value, 6, 3)}*kWh)`
  const power = (value: number) => `(${number(value, 2, 3)}*kW)`
  const phases = [3, 5, 7]
  const lines = [
    '/XSM5\\2KILOWIT-BENCH',
    '',
    '1-3:0.2.8(50)',
    `0-0:1.0.0(${time}S)`,
    '0-0:96.1.1(4530303434303037383930313233343536)',
    `1-0:1.8.1${energy(1_234_567 + n)}`,
    `1-0:1.8.2${energy(4_345_678 + 2 * n)}`,
    `1-0:2.8.1${energy(345_678 + n)}`,
    `1-0:2.8.2${energy(945_678 + 3 * n)}`,
    '0-0:96.14.0(0002)',
    `1-0:1.7.0${power(1193 + n % 900)}`,
    '1-0:2.7.0(00.000*kW)',
    '0-0:96.7.21(00004)',
    '0-0:96.7.9(00002)',
    '1-0:99.97.0(2)(0-0:96.7.19)(101208152415W)(0000000240*s)(101208151004W)(0000000301*s)',
    ...phases.flatMap((p) => [`1-0:${p}2.32.0(00002)`, `1-0:${p}2.36.0(00000)`]),
    '0-0:96.13.0(4D657373616765206F6620746865206F70657261746F7220746F2074686520686F7573652E)',
    ...phases.flatMap((p) => [
      `1-0:${p}2.7.0(${number(2200 + (n + p) % 200, 3, 1)}*V)`,
      `1-0:${p}1.7.0(${String((n + p) % 30).padStart(3, '0')}*A)`,
    ]),
    ...[2, 4, 6].flatMap((p) => [`1-0:${p}1.7.0${power(n % 3000)}`, `1-0:${p}2.7.0(00.000*kW)`]),
    '0-1:24.1.0(003)',
    '0-1:96.1.0(3232323241424344313233343536373839)',
    `0-1:24.2.1(${time.slice(0, 8)}0000S)(${number(12_785_123 + Math.floor(n / 300), 5, 3)}*m3)`,
    '!',
  ]
  const body = lines.join('\r\n')
  const crc = crc16Arc(utf8(body)).toString(16).toUpperCase().padStart(4, '0')
  return utf8(`${body}${crc}\r\n`)
}
