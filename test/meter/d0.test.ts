/** @module Readouts of the optical interface: codes, times, checks, damage, and what is in between. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat, utf8 } from '../../shared/bytes.ts'
import { blockCheck } from '../../shared/meter/d0-readout.ts'
import { createD0Decoder } from '../../shared/meter/d0.ts'
import { withEvenParity } from '../../shared/meter/even-parity.ts'
import { createSimulatedD0Meter } from '../../shared/meter/simulate-d0.ts'
import type { DecoderOptions, Outcome } from '../../shared/meter/telegram.ts'
import { RUNS } from './mutations.ts'

const now = Date.UTC(2026, 5, 12, 10) / 1000

function decode(bytes: Bytes, piece = bytes.length, more: Partial<DecoderOptions> = {}): Outcome[] {
  const decoder = createD0Decoder({ now: () => now, zone: 'Europe/Vienna', ...more })
  const outcomes: Outcome[] = []
  for (let at = 0; at < bytes.length; at += piece) {
    outcomes.push(...decoder.push(bytes.subarray(at, at + piece)))
  }
  return [...outcomes, ...decoder.end()]
}

function block(...lines: string[]): Bytes {
  const bytes = utf8(`\x02${lines.map((line) => `${line}\r\n`).join('')}!\r\n\x03\0`)
  bytes[bytes.length - 1] = blockCheck(bytes, 1, bytes.length - 1)
  return bytes
}

const name = utf8('/XYZ5MODEL-1\r\n')

function readout(...lines: string[]): Bytes {
  return concat(name, block(...lines))
}

function readingOf(bytes: Bytes) {
  const [outcome, ...more] = decode(bytes)
  expect(more).toEqual([])
  if (outcome?.kind !== 'telegram') throw new Error(JSON.stringify(outcome))
  return outcome.telegram.readings[0]
}

const reasons = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => outcome.kind === 'telegram' ? 'telegram' : outcome.reason)

/** What fills a pause, and what the reader itself says, may go untold. */
const NOTHING = /^(?:[\0\xff\r\n \x8a\x8d\xa0]|[/\xaf][?\xbf][^\n\x8a]*[!\xa1][^\n\x8a]*[\n\x8a])*$/

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function find(stream: Uint8Array, part: Uint8Array, from: number): number {
  return latin1(stream).indexOf(latin1(part), from)
}

describe('a readout', () => {
  test('is read whatever its check, also that which stands for a damaged byte', () => {
    const checks = new Set<number>()
    for (let value = 0; value < 1000; value++) {
      const letter = String.fromCharCode(0x41 + value % 58) + (value % 116 < 58 ? 'A' : '')
      const bytes = readout('0.0.0(12345678)', `C.1.4(${letter})`, `1.8.0(${value}*kWh)`)
      const check = bytes.at(-1) ?? 0
      if (checks.has(check)) continue
      checks.add(check)
      for (const sent of [bytes, withEvenParity(bytes)]) {
        expect(reasons(decode(sent)), `check ${check}`).toEqual(['telegram'])
      }
    }
    expect(checks).toContain(0x1a)
  })

  test('becomes a reading: every value exact, the meter named, the time its own', () => {
    const reading = readingOf(
      readout(
        'F.F(00000000)',
        '0.0.0(12345678)',
        '0.9.1(12:00:00)',
        '0.9.2(26-06-12)',
        '1.8.0(31550.191*kWh)',
        '1.8.0*01(30000.000*kWh)(26-06-01 00:00)',
        '1.8.1*02(000100.5*kWh)2.8.1(0000000 kWh)',
        '1-0:16.7.0*255(-00052185.7825309*W)',
        '81.7.4(-80.7*Deg)',
        '32.7(230.1*V)',
        'C.1.4(7)',
      ),
    )
    expect(reading).toEqual({
      meter: '12345678',
      at: now,
      clock: 'meter-local',
      seen: now,
      registers: [
        { obis: '1-0:1.8.0*255', value: '31550191', exponent: 0, unit: 'Wh' },
        { obis: '1-0:1.8.0*1', value: '30000000', exponent: 0, unit: 'Wh' },
        { obis: '1-0:1.8.1*2', value: '1005', exponent: 2, unit: 'Wh' },
        { obis: '1-0:2.8.1*255', value: '0', exponent: 3, unit: 'Wh' },
        { obis: '1-0:16.7.0*255', value: '-521857825309', exponent: -7, unit: 'W' },
        { obis: '1-0:81.7.4*255', value: '-807', exponent: -1, unit: 'Deg' },
        { obis: '1-0:32.7.0*255', value: '2301', exponent: -1, unit: 'V' },
      ],
      texts: [
        { obis: '0-0:97.97.0*255', text: '00000000' },
        { obis: '1-0:0.0.0*255', text: '12345678' },
        { obis: '1-0:0.9.1*255', text: '12:00:00' },
        { obis: '1-0:0.9.2*255', text: '26-06-12' },
        { obis: '1-0:1.8.0*1', text: '(30000.000*kWh)(26-06-01 00:00)' },
        { obis: '0-0:96.1.4*255', text: '7' },
      ],
      assurance: { line: 'bcc', origin: 'plain', custody: 'software' },
      warnings: [],
    })
  })

  test('says what it does not know: which meter, when', () => {
    const reading = readingOf(readout('1.8.0(1*kWh)'))
    expect(reading).toMatchObject({ meter: 'XYZ5MODEL-1', clock: 'device', at: now })
    expect(reading.warnings).toEqual(['meter-unnamed', 'clock-missing'])
  })

  test('keeps a line that is none to itself', () => {
    const reading = readingOf(
      readout('1.8.0(1*kWh)', '1.8.(2*kWh)', 'what is this', '2.8.0(3*kWh)'),
    )
    expect(reading.registers.map(({ obis }) => obis)).toEqual(['1-0:1.8.0*255', '1-0:2.8.0*255'])
    expect(reading.warnings).toContain('malformed-line')
  })

  test('takes the hour that comes twice for what it may be', () => {
    const reading = readingOf(readout('0.9.1(023000)', '0.9.2(261025)', '1.8.0(1*kWh)'))
    expect(reading.warnings).toContain('clock-ambiguous')
    const none = readingOf(readout('0.9.1(023000)', '0.9.2(260329)', '1.8.0(1*kWh)'))
    expect(none).toMatchObject({ clock: 'device' })
    expect(none.warnings).toContain('clock-invalid')
  })

  test('takes the season that the meter prints at its word', () => {
    const clock = (time: string, date: string) => {
      const { at, clock, warnings } = readingOf(
        readout('0.0.0(1)', `0.9.1(${time})`, `0.9.2(${date})`, '1.8.0(1*kWh)'),
      )
      return [new Date(at * 1000).toISOString().slice(0, 16), clock, ...warnings].join(' ')
    }
    expect(clock('1023000', '1261025')).toBe('2026-10-25T00:30 meter clock-differs')
    expect(clock('0023000', '0261025')).toBe('2026-10-25T01:30 meter clock-differs')
    expect(clock('2023000', '2261025')).toBe('2026-10-25T02:30 meter clock-differs')
    expect(clock('023000', '1261025')).toBe('2026-10-25T00:30 meter clock-differs')
    expect(clock('0 02:30:00', '26-10-25')).toBe('2026-10-25T01:30 meter clock-differs')
    // What they do not agree on is not known, and a day of the week is no season.
    expect(clock('1023000', '0261025')).toMatch(/ meter-local clock-ambiguous clock-differs$/)
    expect(clock('023000', '7261025')).toMatch(/ meter-local clock-ambiguous clock-differs$/)
    const stamped = readingOf(readout('0.0.0(1)', '1.0.0(1261025023000)', '1.8.0(1*kWh)'))
    expect(stamped).toMatchObject({ clock: 'meter', at: Date.UTC(2026, 9, 25, 0, 30) / 1000 })
  })

  test('keeps a maximum and when it was, and takes no date for a number', () => {
    const reading = readingOf(
      readout(
        '0.0.0(1)',
        '0.1.0(26)',
        '0.1.2*26(1190701000000)',
        '0-0:96.8.0*255(00104443)',
        '0-1:96.8.0*255(00104443*h)',
        '1.6.1(0.482*kW)(1190711111500)',
        '1.6.1*26(0.473)(1906251400)',
        '1.6.2(none)(1906251400)',
        'P.01(1)(2)(3)',
      ),
    )
    expect(reading.registers).toEqual([
      { obis: '1-0:0.1.0*255', value: '26', exponent: 0, unit: '' },
      { obis: '0-1:96.8.0*255', value: '104443', exponent: 0, unit: 'h' },
      { obis: '1-0:1.6.1*255', value: '482', exponent: 0, unit: 'W' },
      { obis: '1-0:1.6.1*26', value: '473', exponent: -3, unit: '' },
    ])
    expect(reading.texts.slice(1).map(({ text }) => text)).toEqual([
      '1190701000000',
      '00104443',
      '(0.482*kW)(1190711111500)',
      '(0.473)(1906251400)',
      '(none)(1906251400)',
      '(1)(2)(3)',
    ])
  })

  test('doubts what no grid has', () => {
    const warnings = (line: string) => readingOf(readout('0.0.0(1)', line)).warnings
    expect(warnings('32.7(2322*V)')).toContain('value-implausible')
    expect(warnings('32.7(232.2*V)')).not.toContain('value-implausible')
    expect(warnings('32.7(0.2322*kV)')).not.toContain('value-implausible')
  })

  test('of a heat meter is not taken for one of electricity', () => {
    const codes = (...lines: string[]) => readingOf(readout(...lines)).registers.map((r) => r.obis)
    expect(codes('6.8(0029.055*MWh)6.26(01589.28*m3)9.21(00010213)'))
      .toEqual(['6-0:6.8.0*255', '6-0:6.26.0*255', '6-0:9.21.0*255'])
    expect(codes('6.8(0029.055*kvarh)', '1-0:1.8.0(1*kWh)'))
      .toEqual(['1-0:6.8.0*255', '1-0:1.8.0*255'])
  })

  test('may be heard without its name, and with the reader’s own words in between', () => {
    const lines = ['0.0.0(1)', '1.8.0(1*kWh)']
    expect(readingOf(block(...lines))).toMatchObject({ meter: '1' })
    const answered = concat(name, utf8('\x06050\r\n'), block(...lines))
    expect(readingOf(answered)).toMatchObject({ meter: '1' })
  })

  test('of seven bits and even parity is read through eight and none', () => {
    const sent = withEvenParity(readout('0.0.0(1)', '1.8.0(1*kWh)'))
    expect(readingOf(sent)).toMatchObject({ meter: '1' })
    const place = sent.length - 12
    const bent = sent.map((byte, at) => at >= place && at < place + 2 ? byte ^ 0x81 : byte)
    expect(reasons(decode(bent))).not.toContain('telegram')
  })
})

describe('what is pushed', () => {
  const meter = createSimulatedD0Meter({ seed: 2, mode: 'D' })

  test('in mode D is read, with the doubt', () => {
    const reading = readingOf(meter.telegramAt(now))
    expect(reading).toMatchObject({ meter: meter.meter, assurance: { line: 'none' } })
    expect(reading.warnings).toEqual(['no-line-check', 'simulated'])
  })

  test('ends with its !, whatever stands before and after it', () => {
    const pushed = '/XYZ3MODEL\r\n\r\n0.0.0(77)1.8.0(1*kWh)'
    for (const end of ['\r\n!\r\n', '!\r\n', '!\n', '\r\n!', '!']) {
      expect(readingOf(utf8(`${pushed}${end}`))).toMatchObject({ meter: '77' })
    }
    expect(reasons(decode(utf8(`${pushed}\r\n`)))).toEqual(['truncated'])
  })

  test('has its blank line, or is an answer that lost the beginning of its block', () => {
    const answer = concat(utf8('/XYZ3MODEL\r\n'), block('0.0.0(77)', '1.8.0(1*kWh)'))
    expect(reasons(decode(answer))).toEqual(['telegram'])
    for (const piece of [1, answer.length]) {
      const lost = answer.filter((byte) => byte !== 0x02)
      expect(reasons(decode(lost, piece, { capture: true }))).not.toContain('telegram')
      const bent = answer.map((byte) => byte === 0x02 ? 0x22 : byte)
      expect(reasons(decode(bent, piece, { capture: true }))).not.toContain('telegram')
    }
  })

  test('in another mode needs the owner’s waiver', () => {
    const lines = utf8('/XYZ5MODEL\r\n\r\n1.8.0(1*kWh)\r\n!\r\n')
    expect(reasons(decode(lines))).toEqual(['line-check-missing'])
    const [waived] = decode(lines, 7, { waiveLineCheck: true })
    expect(waived).toHaveProperty('telegram.readings.0.warnings', [
      'meter-unnamed',
      'clock-missing',
      'line-check-waived',
    ])
  })
})

describe('the line', () => {
  const meter = createSimulatedD0Meter({ seed: 2 })
  const [answer] = [
    ...meter.hear(utf8('/?!\r\n'), 300, now),
    ...meter.hear(utf8('\x06050\r\n'), 300, now),
  ]
    .slice(-1)
  const whole = concat(name, answer?.bytes ?? new Uint8Array(0))

  test('of nothing but beginnings is told in pieces, not byte by byte', () => {
    const noise = new Uint8Array(100_000)
    for (const beginning of [0x02, 0x2f, 0x82]) {
      const told = decode(noise.fill(beginning), 4096)
      expect(told.length).toBeLessThan(10)
      const length = told.reduce((sum, one) => sum + (one.kind === 'refused' ? one.length : 0), 0)
      expect(length).toBe(noise.length)
    }
  })

  test('may be cut anywhere', () => {
    const three = concat(whole, utf8('\r\nx\r\n'), whole, whole)
    const expected = decode(three)
    expect(reasons(expected)).toEqual(['telegram', 'not-this-protocol', 'telegram', 'telegram'])
    expect(expected[1]).toMatchObject({ offset: whole.length, length: 5 })
    for (const piece of [1, 7, 64]) expect(decode(three, piece)).toEqual(expected)
  })

  test('may carry pauses and the reader’s own requests', () => {
    const wake = new Uint8Array(40)
    const asked = concat(wake, utf8('/?!\r\n'), whole, utf8(' \r\n/?12345678!\r\n'), whole, wake)
    expect(reasons(decode(asked))).toEqual(['telegram', 'telegram'])
    const other = utf8('/?12345678\r\n')
    expect(reasons(decode(concat(other, whole)))).toEqual(['truncated', 'telegram'])
  })

  test('any bit that flips in a block is found', () => {
    for (let at = name.length; at < whole.length; at++) {
      for (let bit = 0; bit < 7; bit++) {
        const bent = whole.slice()
        bent[at] = (bent[at] ?? 0) ^ (1 << bit)
        expect(reasons(decode(bent)), `${at}.${bit}`).not.toContain('telegram')
      }
    }
  })

  test('every byte is accounted for, whatever comes, and the next readout is read', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 80 }),
            fc.constantFrom(
              ...[whole, name, block('1.8.0(1*kWh)')].map((part) => new Uint8Array(part)),
            ),
            fc.constantFrom('/?!\r\n', '/?1!\r\n', '\0\0', ' \r\n', '!').map((text) => {
              return new Uint8Array(utf8(text))
            }),
            fc.nat(whole.length).map((cut) => whole.subarray(0, cut)),
            fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, byte]) =>
              whole.map((each, i) => i === at ? byte : each)
            ),
          ),
          { maxLength: 6 },
        ),
        fc.integer({ min: 1, max: 500 }),
        (parts, piece) => {
          const stream = concat(...parts)
          const outcomes = decode(stream, piece)
          let place = 0
          for (const outcome of outcomes) {
            const begin = outcome.kind === 'telegram'
              ? find(stream, outcome.telegram.raw, place)
              : outcome.offset
            expect(latin1(stream.subarray(place, begin))).toMatch(NOTHING)
            const size = outcome.kind === 'telegram' ? outcome.telegram.raw.length : outcome.length
            expect(size).toBeGreaterThan(0)
            place = begin + size
          }
          expect(latin1(stream.subarray(place))).toMatch(NOTHING)
          // A readout that has its name takes what follows up to its check.
          const after = decode(concat(stream, utf8('\x03\x00\r\n'), whole), piece)
          const open = reasons(outcomes).at(-1) === 'truncated'
          expect(open || reasons(after).at(-1) === 'telegram').toBe(true)
        },
      ),
      { numRuns: RUNS },
    )
  })

  test('what never ends is told each 32 KiB, and held no longer', () => {
    const endless = concat(name, utf8('\x02'), new Uint8Array(200_000).fill(0x41))
    const outcomes = decode(endless, 4096)
    expect(reasons(outcomes)[0]).toBe('too-long')
    expect(reasons(outcomes)).not.toContain('telegram')
    const many = concat(name, block(...Array.from({ length: 2100 }, () => '1.8(1)')))
    expect(reasons(decode(many))).toEqual(['not-this-protocol'])
  })
})
