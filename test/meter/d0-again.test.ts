/**
 * A reader remembers how a meter's readout looked, to read the next one faster. Whatever it has seen
 * before, it must read a readout just as a reader that never saw one.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, utf8 } from '../../shared/bytes.ts'
import { blockCheck } from '../../shared/meter/d0-readout.ts'
import { createD0Decoder, type D0Decoder } from '../../shared/meter/d0.ts'
import { withEvenParity } from '../../shared/meter/even-parity.ts'
import type { Outcome } from '../../shared/meter/telegram.ts'
import { type Change, changedLines, plain, type Step, steps } from './again.ts'

/** In the hour that comes twice, for whose clock says no season. */
const now = Date.UTC(2026, 9, 25, 0, 30) / 1000
const zone = 'Europe/Vienna'

interface Meter {
  readonly name: string
  readonly lines: readonly string[]
  /** It pushes, without a check. */
  readonly isPushing?: boolean
  /** Seven bits and even parity, read as eight and none. */
  readonly isParity?: boolean
}

const PLAIN = [
  'F.F(00000000)',
  '0.0.0(12345678)',
  '0.9.1(12:00:59)',
  '0.9.2(26-10-25)',
  '1.8.0(031550.191*kWh)',
  '1.8.1(0001.5)',
  '2.8.0(000000.000*kWh)',
  '1.7.0(-00.120*kW)',
  '32.7.0(230.1*V)',
  '14.7(50.0*Hz)',
  'C.5.0(6E)',
]

const METERS = {
  plain: { name: '/XYZ5MODEL-1', lines: PLAIN },
  parity: { name: '/XYZ5MODEL-1', lines: PLAIN, isParity: true },
  // eBZ: seconds in hex, of which some look like numbers.
  pushing: {
    name: '/EBZ3DD32R06ETA_107',
    lines: [
      '',
      '1-0:0.0.0*255(1EBZ0100507409)',
      '1-0:96.1.0*255(1EBZ0100507409)',
      '1-0:1.8.0*255(000125.25688570*kWh)',
      '1-0:16.7.0*255(000259.20*W)',
      '1-0:36.7.0*255(000075.18*W)',
      '1-0:96.5.0*255(001C0104)',
      '0-0:96.8.0*255(00104ABF)',
      '0-0:96.8.0*1(00104443)',
    ],
    isPushing: true,
  },
  // Time and date as numbers, with a season; codes twice; several sets in a line, and several values.
  odd: {
    name: '/ABC5ODD',
    lines: [
      '0.9.1(1020000)0.9.2(1261025)',
      '0.9.1(03:00 h)',
      '0.0.1(42)1.8.0(1*kWh)',
      '1.8.0*01(17.5*kWh)',
      '1.8.0*1( 17.6*kWh)',
      '1.6.1(0.12*kW)(26-06-12 12:00)',
      '2.8.0(12345678901234567.890*kWh)',
      '3.8.0( 12.5*kvarh)',
      '32.7.0(2322*V)',
      'not a line',
      '96.8.0(123456)',
    ],
  },
  stamped: {
    name: '/ABC5STAMP',
    lines: [
      '0.0.0(7)',
      '1-0:1.0.0(2026-10-25 12:30:59)',
      '0-0:1.0.0(261025123059S)',
      '1.8.0(5*kWh)',
    ],
  },
  unclear: {
    name: '/ABC5HOUR',
    lines: ['0.9.1(02:30:00)', '0.9.2(26-10-25)', '1.8.0(5*kWh)', 'C.5.0(6E)'],
  },
} satisfies Record<string, Meter>

/** What may happen to a line from one readout to the next. */
const CHANGES: readonly Change[] = [
  (line, digits) => line.replace(/\((\d{2})/, `(${digits}`),
  (line, digits) => line.replace(/\(\d+/, `(${digits}`),
  (line, digits) => line.replace(/\.\d+\*/, `.${digits}*`),
  (line, digits) => line.replace(/\d\d\)/, `${digits.padStart(2, '0').slice(-2)})`),
  (line, digits) => line.replace(/\d\d([A-F]*)\)/, `${digits.padStart(2, '0').slice(-2)}$1)`),
  (line) => line.replace('(', '(-'),
  (line) => line.replace('(0', '(-'),
  (line) => line.replace('(-', '(0'),
  (line) => line.replace('*kWh', '*Wh'),
  (line) => line.replace('*kW', '*kvA'),
  (line) => line.replace('*', ''),
  (line) => line.replace(')', '*'),
  (line) => line.replace(')', 'S)'),
  (line) => line.replace('.8.1(', '.8.0('),
  (line) => line.replace(/(\d)\.(\d)/, '.$1$2'),
  (line) => line.replace(/[0-9](?=[0-9]*\))/, 'C'),
  (line) => `${line}(7)`,
  (line) => `${line}1.8.3(7)`,
  (line) => ` ${line}`,
  (line) => `${line}\r\n${line}`,
  () => '',
  () => 'not a line',
]

const step = steps({
  changes: CHANGES,
  signs: '0123456789./:;-+*()! \r\nSWAF@G\x02\x03',
  seconds: 4000,
})

/** The readout of a meter with every number and its clock new, changed as the step says. */
function made(meter: Meter, count: number, step: Step): Bytes {
  const { lines } = meter
  const counted = lines.map((line) =>
    line
      .replace(/(?<=[.:][78]\.\d(?:\*\d+)?\(0*)[1-9]\d{0,8}(?!\d)/, (digits) =>
        String(Number(digits) + count).slice(-digits.length))
      .replace(/(?<=(?:0\.9\.1|1\.0\.0)\(.*\d)\d(?=S?\))/, String(count % 10))
      .replace(/(?<=96\.8\.0\*255\(.{7})./, (count % 16).toString(16).toUpperCase())
  )
  return framed({ ...meter, lines: changedLines(counted, CHANGES, step) }, step)
}

/** What the meter sends, with the bytes of the step and the check of what came of it. */
function framed({ name, lines, isPushing, isParity }: Meter, step: Step): Bytes {
  const text = lines.map((line) => `${line}\r\n`).join('')
  const bytes = utf8(`${name}\r\n${isPushing === true ? '' : '\x02'}${text}!\r\n`)
  const ends = isPushing === true ? bytes : new Uint8Array([...bytes, 0x03, 0])
  for (const [at, becomes] of step.bytes) ends[at % ends.length] = becomes
  const start = ends.indexOf(0x02) + 1
  const last = ends.length - 1
  if (isPushing !== true && step.isChecked) ends[last] = blockCheck(ends, start, last)
  return isParity === true ? withEvenParity(ends.map((byte) => byte & 0x7f)) : ends
}

const reader = (now: () => number): D0Decoder => createD0Decoder({ now, zone })

function readWhole(decoder: D0Decoder, bytes: Bytes): Outcome[] {
  return [...decoder.push(bytes), ...decoder.end()]
}

/** Whether the second was read by the memory of the first: what did not change is the same object. */
function isRemembered(first: Outcome | undefined, second: Outcome | undefined): boolean {
  if (first?.kind !== 'telegram' || second?.kind !== 'telegram') return false
  const known = new Set<object>(first.telegram.readings[0].registers)
  for (const text of first.telegram.readings[0].texts) known.add(text)
  const { registers, texts } = second.telegram.readings[0]
  return registers.some((one) => known.has(one)) || texts.some((one) => known.has(one))
}

test('A readout is read the same whatever was read before', () => {
  const alike = new Map<Meter, number>()
  fc.assert(
    fc.property(
      fc.constantFrom<Meter>(...Object.values(METERS)),
      fc.array(step, { minLength: 3, maxLength: 12 }),
      (meter, steps) => {
        let clock = now
        const decoder = reader(() => clock)
        let before: Outcome | undefined
        for (const [count, step] of steps.entries()) {
          const bytes = made(meter, count, step)
          clock = now + step.later
          const outcomes = readWhole(decoder, bytes)
          expect(outcomes).toEqual(readWhole(reader(() => clock), bytes))
          if (isRemembered(before, outcomes[0])) alike.set(meter, (alike.get(meter) ?? 0) + 1)
          before = outcomes[0]
        }
      },
    ),
    { numRuns: 900 },
  )
  for (const [name, meter] of Object.entries(METERS)) {
    expect([name, (alike.get(meter) ?? 0) > 20]).toEqual([name, true])
  }
})

test.each(Object.entries(METERS))(
  'Every byte of the %s meter may change once learned',
  (_, meter) => {
    const bytes = made(meter, 0, plain)
    const decoder = reader(() => now)
    const missed: string[] = []
    for (let at = 0; at < bytes.length; at++) {
      const byte = (bytes[at] ?? 0) & 0x7f
      for (
        const becomes of [byte ^ 1, byte ^ 0x10, byte ^ 0x80, 0x35, 0x3a, 0x2f, 0x2e, 0x44, 0x21]
      ) {
        for (const isChecked of [true, false]) {
          for (let i = 0; i < 2; i++) readWhole(decoder, bytes)
          const changed = made(meter, 0, { ...plain, isChecked, bytes: [[at, becomes]] })
          const outcomes = readWhole(decoder, changed)
          if (!isDeepStrictEqual(outcomes, readWhole(reader(() => now), changed))) {
            missed.push(`byte ${at} from ${byte} to ${becomes}`)
          }
        }
      }
    }
    expect(missed).toEqual([])
  },
)

test('The check is asked for once learned, whatever digit was damaged', () => {
  const decoder = reader(() => now)
  for (let count = 0; count < 300; count++) {
    const bytes = made(METERS.plain, count, plain)
    const outcomes = decoder.push(bytes)
    expect(outcomes).toEqual(reader(() => now).push(bytes))
    const place = bytes.indexOf('*'.charCodeAt(0)) - 1 - count % 3
    bytes[place] = (bytes[place] ?? 0) ^ 1
    expect(decoder.push(bytes)).toMatchObject([{ kind: 'refused', reason: 'line-check-failed' }])
  }
})

describe('times', () => {
  test('from minute to minute, into the hour that comes twice and out of it', () => {
    const two = (n: number) => String(n).padStart(2, '0')
    let clock = 0
    const decoder = reader(() => clock)
    for (const day of ['26-10-25', '26-03-29', '26-06-12', '26-13-01']) {
      for (let minute = 118; minute < 182; minute++) {
        for (const second of [0, 1, 59, 60]) {
          const time = `${two(Math.floor(minute / 60))}:${two(minute % 60)}:${two(second)}`
          clock = now + (minute % 3) * 3600
          const lines = [`0.9.2(${day})`, '1.8.0(1*kWh)', `0.9.1(${time})`]
          const bytes = framed({ name: '/XYZ5M', lines }, plain)
          expect(decoder.push(bytes)).toEqual(reader(() => clock).push(bytes))
        }
      }
    }
  })
})

test('What no grid has is doubted in the readout that has it, and in no other', () => {
  const decoder = reader(() => now)
  for (const value of [230, 231, 232, 2322, 2323, 2324, 232, 231, 1000, 1001, 999, 0, 5000, 0]) {
    const lines = ['0.0.0(7)', `32.7.0(${String(value).padStart(4, '0')}*V)`, '1.8.0(1*kWh)']
    const [outcome] = decoder.push(framed({ name: '/XYZ5M', lines }, plain))
    const reading = outcome?.kind === 'telegram' ? outcome.telegram.readings[0] : undefined
    expect(reading?.registers[0]).toMatchObject({ value: String(value), unit: 'V' })
    expect([value, reading?.warnings.includes('value-implausible')]).toEqual([value, value > 1000])
  }
})

test('What was told stays as it was when the next readout is read', () => {
  const decoder = reader(() => now)
  const told = Array.from({ length: 6 }, (_, count) => {
    const outcomes = decoder.push(made(METERS.plain, count, plain))
    return { outcomes, copy: structuredClone(outcomes) }
  })
  for (const { outcomes, copy } of told) expect(outcomes).toEqual(copy)
})
