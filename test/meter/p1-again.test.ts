/**
 * A reader remembers how a meter's lines looked, to read the next telegram faster. Whatever it has
 * seen before, it must read a telegram just as a reader that never saw one.
 *
 * @module
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bytes, concat, utf8 } from '../../shared/bytes.ts'
import { crc16Arc } from '../../shared/meter/p1-frame.ts'
import { createP1Decoder } from '../../shared/meter/p1.ts'
import type { Outcome } from '../../shared/meter/telegram.ts'
import { now, telegram } from './telegrams.ts'

const LINES = [
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

/** What may happen to a line from one telegram to the next. */
const CHANGES: readonly ((line: string, digits: string) => string)[] = [
  (line) => line,
  (line) => line,
  (line, digits) => line.replace(/\((\d{2})/, `(${digits}`),
  (line, digits) => line.replace(/\(\d+/, `(${digits}`),
  (line, digits) => line.replace(/\.\d+\*/, `.${digits}*`),
  (line, digits) => line.replace(/\(\d+\./, `(${digits.repeat(4)}.`),
  (line) => line.replace('(', '(-'),
  (line) => line.replace('*kWh', '*Wh'),
  (line) => line.replace('*kWh', '*kWh\u00a0'),
  (line) => line.replace('*kWh', '* kWh'),
  (line) => line.replace('kW', 'kvar'),
  (line) => line.replace('*', ''),
  (line) => line.replace(')', '*'),
  (line) => line.replace('.8.1(', '.8.1*255('),
  (line) => line.replace('.8.2(', '.8.1('),
  (line) => line.replace(/[0-9]\(/, '0('),
  (line) => `${line}(7)`,
  (line) => `${line}\r\n(00000.1)`,
  (line) => `${line} `,
  (line) => ` ${line}`,
  (line) => `${line}\n`,
  (line) => `${line}\r\n${line}`,
  () => '',
  () => 'not a line',
]

const digits = fc.stringMatching(/^[0-9]{1,5}$/)
const change = fc.tuple(fc.nat(LINES.length - 1), fc.nat(CHANGES.length - 1), digits)
const changed = fc.array(change, { maxLength: 4 }).map((changes) => {
  const lines = [...LINES]
  for (const [line, how, number] of changes) {
    lines[line] = CHANGES[how]?.(lines[line] ?? '', number) ?? ''
  }
  return telegram(lines)
})

test('A telegram is read the same whatever was read before', () => {
  fc.assert(
    fc.property(fc.array(changed, { minLength: 2, maxLength: 6 }), (telegrams) => {
      const decoder = createP1Decoder({ now: () => now })
      for (const bytes of telegrams) expect(decoder.push(bytes)).toEqual(readByANewOne(bytes))
    }),
    { numRuns: 1000 },
  )
})

test('Fifteen digits are exact, and more are too', () => {
  const decoder = createP1Decoder({ now: () => now })
  for (
    const value of ['000000000000001', '999999999999999', '9007199254740993', '90071992547409.93']
  ) {
    const bytes = telegram([`1-0:1.8.0(${value}*kWh)`])
    decoder.push(bytes)
    const [again] = decoder.push(bytes)
    const register = again?.kind === 'telegram' ? again.telegram.readings[0].registers[0] : null
    expect(register?.value).toBe(value.replace('.', '').replace(/^0+/, ''))
  }
})

test('A meter that prints other codes each time is read, and no code is taken twice', () => {
  const decoder = createP1Decoder({ now: () => now })
  for (let t = 0; t < 40; t++) {
    const others = Array.from({ length: 60 }, (_, i) => `1-${t}:1.${i}.0(1*kWh)`)
    const bytes = telegram(['1-0:1.8.1(1*kWh)', ...others, '1-0:1.8.1*255(2*kWh)'])
    expect(decoder.push(bytes)).toEqual(readByANewOne(bytes))
  }
})

test('A unit is compared by its bytes, not by its characters', () => {
  const decoder = createP1Decoder({ now: () => now })
  // A blank of Windows-1252, and then what the same blank would be in UTF-8: two characters.
  for (const blank of [[0xa0], [0xa0], [0xc2, 0xa0]]) {
    const bytes = withBytes(telegram(['1-0:1.8.1(1*kWh~)', '1-0:2.8.1(1*kWh)']), '~', blank)
    expect(decoder.push(bytes)).toEqual(readByANewOne(bytes))
  }
})

/** The telegram with bytes in the place of a character, and the CRC that it has then. */
function withBytes(bytes: Bytes, character: string, instead: readonly number[]): Bytes {
  const at = bytes.indexOf(character.charCodeAt(0))
  const end = bytes.indexOf('!'.charCodeAt(0)) + 1
  const body = new Uint8Array([...bytes.slice(0, at), ...instead, ...bytes.slice(at + 1, end)])
  const crc = crc16Arc(body).toString(16).toUpperCase().padStart(4, '0')
  return concat(body, utf8(`${crc}\r\n`))
}

function readByANewOne(bytes: Bytes): Outcome[] {
  return createP1Decoder({ now: () => now }).push(bytes)
}
