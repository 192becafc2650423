/**
 * A reader remembers how a meter's telegram looked, to read the next one faster. Whatever it has
 * seen before, it must read a telegram just as a reader that never saw one.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bytes, concat, utf8 } from '../../shared/bytes.ts'
import { crc16Arc } from '../../shared/meter/p1-frame.ts'
import { createP1Decoder, type P1Decoder } from '../../shared/meter/p1.ts'
import type { Outcome } from '../../shared/meter/telegram.ts'
import { type Change, changedLines, plain, type Step, steps } from './again.ts'
import { decodeAll, kinds, now, telegram } from './telegrams.ts'

/** With a clock of its own, as meters are now. */
const NEW = [
  '1-3:0.2.8(50)',
  '0-0:1.0.0(261025120000S)',
  '0-0:96.1.1(4B384547303034303436333935353037)',
  '1-0:1.8.1(001581.123*kWh)',
  '1-0:1.8.2(001435.706*kWh)',
  '0-0:96.14.0(0002)',
  '1-0:1.7.0(02.027*kW)',
  '0-0:96.13.0()',
  '1-0:99.97.0(1)(0-0:96.7.19)(000104180320W)(0000237126*s)',
  '1-0:32.7.0(230.1*V)',
  '0-1:24.1.0(003)',
  '0-1:96.1.0(3232323241424344313233343536373839)',
  '0-1:24.2.1(261025115500S)(12785.123*m3)',
]

/** Without a clock and a CRC, its gas in local time. */
const OLD = [
  '0-0:96.1.1(4B384547303034303436333935353037)',
  '1-0:1.8.1(00581.123*kWh)',
  '1-0:1.7.0(0001.01*kW)',
  '0-0:96.14.0(0001)',
  '0-0:96.13.1()',
  '0-1:96.1.0(3232323241424344313233343536373839)',
  '0-1:24.3.0(261025090000)(08)(60)(1)(0-1:24.2.1)(m3)',
  '(00024.123)',
  '0-2:24.1.0(000)',
]

/** All that is seldom: codes twice, a sign, doubtful times, too many digits, lines that are none. */
const ODD = [
  '0-0:1.0.0(261025133000)',
  '0-0:96.1.1(4D31)',
  '1-0:1.8.1(1*kWh)',
  '1-0:1.8.1*255(2*kWh)',
  '1-0:1.7.0(-00.120*kW)',
  ' 1-0:2.7.0(00.120*kW)',
  '1-0:4.7.0(00.120*kvar\u00a0)',
  '1-0:2.8.0(12345678901234567.890*kWh)',
  '1-0:32.7.0(--.-*V)',
  '1-0:4:24.7.0(00.000*kW)',
  '0-0:1.0.0(261025133000W)',
  '0-1:24.2.1(700101010000W)(00000000)',
  '0-1:24.2.3(261025130000W)(00000.100*m3)',
  '0-2:24.1.0(000)',
]

interface Meter {
  readonly lines: readonly string[]
  /** What is printed in the place of the CRC. */
  readonly check?: string
}

const METERS = {
  new: { lines: NEW },
  old: { lines: OLD, check: '' },
  odd: { lines: ODD },
} satisfies Record<string, Meter>

/** What may happen to a line from one telegram to the next. */
const CHANGES: readonly Change[] = [
  (line, digits) => line.replace(/\((\d{2})/, `(${digits}`),
  (line, digits) => line.replace(/\(\d+/, `(${digits}`),
  (line, digits) => line.replace(/\.\d+\*/, `.${digits}*`),
  (line, digits) => line.replace(/\(\d+\./, `(${digits.repeat(4)}.`),
  (line) => line.replace('(', '(-'),
  (line) => line.replace('(0', '(-'),
  (line) => line.replace('*kWh', '*Wh'),
  (line) => line.replace('*kWh', '*kvA'),
  (line) => line.replace('*kWh', '*kWh\u00a0'),
  (line) => line.replace('*kWh', '* kWh'),
  (line) => line.replace('kW', 'kvar'),
  (line) => line.replace('*', ''),
  (line) => line.replace(')', '*'),
  (line) => line.replace('.8.1(', '.8.1*255('),
  (line) => line.replace('.8.2(', '.8.1('),
  (line) => line.replace(/[0-9]\(/, '0('),
  (line) => line.replace(/(\d)\.(\d)/, '.$1$2'),
  (line) => `${line}(7)`,
  (line) => `${line}\r\n(00000.1)`,
  (line) => `${line} `,
  (line) => ` ${line}`,
  (line) => `${line}\n`,
  (line) => `${line}\r\n${line}`,
  () => '',
  () => 'not a line',
]

/** Digits, what stands beside them in the alphabet, what parts lines, and all the others. */
const step = steps({ changes: CHANGES, signs: '0123456789./:;-+*() \r\nSW', seconds: 100 })

/** The telegram of a meter with every number new, changed as the step says. */
function made({ lines, check }: Meter, count: number, step: Step): Bytes {
  const counted = lines.map((line) =>
    line.replace(
      /(?<=^1-0:\d+\.[78]\.\d\(0*)[1-9]\d{0,8}(?!\d)/,
      (digits) => String(Number(digits) + count).slice(-digits.length),
    )
  )
  const bytes = telegram(changedLines(counted, CHANGES, step), check)
  const end = bytes.lastIndexOf('!'.charCodeAt(0))
  for (const [at, becomes] of step.bytes) bytes[at % end] = becomes
  return check === undefined && step.isChecked ? withItsCrc(bytes) : bytes
}

test('A telegram is read the same whatever was read before', () => {
  const alike = new Map<Meter, number>()
  fc.assert(
    fc.property(
      fc.constantFrom<Meter>(...Object.values(METERS)),
      fc.array(step, { minLength: 3, maxLength: 12 }),
      (meter, steps) => {
        let clock = now
        const decoder = createP1Decoder({ now: () => clock })
        let before: Outcome | undefined
        for (const [count, step] of steps.entries()) {
          const bytes = made(meter, count, step)
          clock = now + step.later
          const outcomes = readWhole(decoder, bytes)
          expect(outcomes).toEqual(moved(decodeAll(bytes, { now: () => clock }), outcomes))
          if (isRemembered(before, outcomes[0])) alike.set(meter, (alike.get(meter) ?? 0) + 1)
          before = outcomes[0]
        }
      },
    ),
    { numRuns: 600 },
  )
  for (const meter of Object.values(METERS)) expect(alike.get(meter)).toBeGreaterThan(50)
})

test.each(Object.entries(METERS))(
  'Every byte of the %s meter may change once learned',
  (_, meter: Meter) => {
    const bytes = made(meter, 0, plain)
    const end = bytes.lastIndexOf('!'.charCodeAt(0))
    const missed: string[] = []
    const decoder = createP1Decoder({ now: () => now })
    for (let at = 0; at < end; at++) {
      const byte = bytes[at] ?? 0
      for (const becomes of [byte ^ 1, byte ^ 0x80, byte ^ 0x10, 0x39, 0x3a, 0x2f, 0x2e, 0x0a]) {
        for (let i = 0; i < 2; i++) readWhole(decoder, bytes)
        const changed = made(meter, 0, { ...plain, bytes: [[at, becomes]] })
        const outcomes = readWhole(decoder, changed)
        if (!isDeepStrictEqual(outcomes, moved(decodeAll(changed), outcomes))) {
          missed.push(`byte ${at} from ${byte} to ${becomes}`)
        }
      }
    }
    expect(missed).toEqual([])
  },
)

test('Every digit of its numbers is read, and checked by the CRC', () => {
  const decoder = createP1Decoder({ now: () => now })
  for (let i = 0; i < 2; i++) decoder.push(made(METERS.new, 0, plain))
  let before = decoder.push(made(METERS.new, 0, plain))[0]
  for (let count = 1; count < 2000; count += 7) {
    const bytes = made(METERS.new, count, plain)
    const outcomes = decoder.push(bytes)
    expect(outcomes).toEqual(decodeAll(bytes))
    expect(isRemembered(before, outcomes[0])).toBe(true)
    before = outcomes[0]
    const place = bytes.indexOf('*'.charCodeAt(0)) - 1
    bytes[place] = (bytes[place] ?? 0) ^ 1
    expect(decoder.push(bytes)).toMatchObject([{ kind: 'refused', reason: 'line-check-failed' }])
  }
})

test('Without a CRC, what stands behind the body is not passed over', () => {
  // Four blanks end a telegram without its line end, where the next one begins.
  const open = telegram(OLD, '    ').subarray(0, -2)
  const noisy = concat(open, open, open, Uint8Array.of(0x80), utf8('\r\n'))
  expect(kinds(decodeAll(noisy))).toEqual(['telegram', 'telegram', 'line-check-failed'])
})

test('The hour that comes twice is told apart by the clock of the reader, each time anew', () => {
  let clock = Date.UTC(2026, 9, 25, 0, 31) / 1000
  for (
    const lines of [['0-0:1.0.0(261025023000)', ...OLD], [...OLD, '0-1:24.2.1(261025023000)(1*m3)']]
  ) {
    const decoder = createP1Decoder({ now: () => clock })
    const bytes = telegram(lines)
    for (const later of [0, 0, 0, 3600, 3600, -3600]) {
      clock += later
      expect(decoder.push(bytes)).toEqual(decodeAll(bytes, { now: () => clock }))
    }
  }
})

test('Fifteen digits are exact, and more are too', () => {
  const decoder = createP1Decoder({ now: () => now })
  for (
    const value of ['000000000000001', '999999999999999', '9007199254740993', '90071992547409.93']
  ) {
    const bytes = telegram([`1-0:1.8.0(${value}*kWh)`])
    for (let i = 0; i < 2; i++) decoder.push(bytes)
    const [again] = decoder.push(bytes)
    const register = again?.kind === 'telegram' ? again.telegram.readings[0].registers[0] : null
    expect(register?.value).toBe(value.replace('.', '').replace(/^0+/, ''))
  }
})

test('What no grid has is doubted in the telegram that has it, and in no other', () => {
  const decoder = createP1Decoder({ now: () => now })
  const volts = [230, 231, 232, 2322, 2323, 2324, 232, 231, 1000, 1001, 999, 0, 5000, 0]
  for (const value of volts) {
    const line = `1-0:32.7.0(${String(value).padStart(4, '0')}*V)`
    const bytes = telegram(['1-0:1.8.1(000001.000*kWh)', line, '1-0:14.7.0(50.0*Hz)'])
    const [outcome] = decoder.push(bytes)
    const reading = outcome?.kind === 'telegram' ? outcome.telegram.readings[0] : undefined
    expect(reading?.registers[1]).toMatchObject({ value: String(value), unit: 'V' })
    const isDoubted = reading?.warnings.includes('value-implausible')
    expect([value, isDoubted]).toEqual([value, value > 1000])
    expect([outcome]).toEqual(decodeAll(bytes))
  }
})

test('A meter that prints other codes each time is read, and no code is taken twice', () => {
  const decoder = createP1Decoder({ now: () => now })
  for (let t = 0; t < 40; t++) {
    const others = Array.from({ length: 60 }, (_, i) => `1-${t}:1.${i}.0(1*kWh)`)
    const bytes = telegram(['1-0:1.8.1(1*kWh)', ...others, '1-0:1.8.1*255(2*kWh)'])
    const outcomes = decoder.push(bytes)
    expect(outcomes).toEqual(decodeAll(bytes))
  }
})

test('What was told stays as it was when the next telegram is read', () => {
  const decoder = createP1Decoder({ now: () => now })
  const told = Array.from({ length: 6 }, (_, count) => {
    const bytes = made(METERS.new, count, plain)
    const outcomes = decoder.push(bytes)
    return { outcomes, copy: structuredClone(outcomes) }
  })
  for (const { outcomes, copy } of told) expect(outcomes).toEqual(copy)
})

/** Whether the second was read by the memory of the first: what cannot differ is the same object. */
function isRemembered(first: Outcome | undefined, second: Outcome | undefined): boolean {
  return first?.kind === 'telegram' && second?.kind === 'telegram' &&
    first.telegram.readings[0].texts === second.telegram.readings[0].texts
}

/** A refusal tells where in the stream it was, which is another place for a new reader. */
function moved(outcomes: readonly Outcome[], like: readonly Outcome[]): Outcome[] {
  return outcomes.map((outcome, i) => {
    const there = like[i]
    return outcome.kind === 'refused' && there?.kind === 'refused'
      ? { ...outcome, offset: there.offset }
      : outcome
  })
}

function readWhole(decoder: P1Decoder, bytes: Bytes): Outcome[] {
  return [...decoder.push(bytes), ...decoder.end()]
}

/** The telegram with the CRC of what it is. */
function withItsCrc(bytes: Bytes): Bytes {
  const body = bytes.subarray(0, bytes.lastIndexOf('!'.charCodeAt(0)) + 1)
  const crc = crc16Arc(body).toString(16).toUpperCase().padStart(4, '0')
  return concat(body, utf8(`${crc}\r\n`))
}
