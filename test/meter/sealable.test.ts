/** Whatever a meter says, what is read of it fits a block: a reading that cannot be sealed is lost. */

import { describe, expect, test } from 'vitest'
import { fromHex, utf8 } from '../../shared/bytes.ts'
import { createD0Decoder } from '../../shared/meter/d0.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { createDecoder } from '../../shared/meter/decoder.ts'
import { smlEntry } from '../../shared/meter/simulate-sml.ts'
import type { Outcome } from '../../shared/meter/telegram.ts'
import { readColumns, writeColumns } from '../../shared/seal/columns.ts'
import { inTheClear, notification, octets, structure, u32 } from './dlms-telegrams.ts'
import { code, decodeSml, power, push, wattHour } from './sml-telegrams.ts'
import { decodeAll, kinds, now, telegram } from './telegrams.ts'

function readings(outcomes: readonly Outcome[]): readonly Reading[] {
  return outcomes.flatMap((one) => one.kind === 'telegram' ? one.telegram.readings : [])
}

/** Each reading as a block gives it back. */
function sealed(outcomes: readonly Outcome[]): readonly (Reading | undefined)[] {
  return readings(outcomes).map((reading) => readColumns(writeColumns([reading]))[0])
}

const energy = '1-0:1.8.0(000001.234*kWh)'
const long = '4B'.repeat(300)
const blank = '20'.repeat(8)

describe('P1', () => {
  test.each([
    ['an identifier of 300 characters', [`0-0:96.1.1(${long})`, energy]],
    ['an identifier of blanks', [`0-0:96.1.1(${blank})`, energy]],
    ['a number that is a tabulator', ['0-0:0.0.0(\t)', energy]],
    ['a number of 300 characters', [`1-0:0.0.0(${'K'.repeat(300)})`, energy]],
    ['more decimals than exponents', [energy, '1-0:21.7.0(0.000000000000000001*mW)']],
    ['more decimals of a volume', [energy, '0-1:24.2.1(260101000000W)(0.000000000000000001*dm3)']],
    [
      'a sub-meter whose identifier is blank',
      [energy, `0-1:96.1.0(${blank})`, '0-1:24.2.1(260101000000W)(00012.345*m3)'],
    ],
    [
      'a sub-meter whose identifier is long',
      [energy, `0-1:96.1.0(${long})`, '0-1:24.2.1(260101000000W)(00012.345*m3)'],
    ],
  ])('%s', (_, lines) => {
    const outcomes = decodeAll(telegram(lines))
    expect(kinds(outcomes)).toEqual(['telegram'])
    expect(sealed(outcomes)).toEqual(readings(outcomes))
  })

  test('an identification line that is no name is no telegram of P1', () => {
    const outcomes = decodeAll(telegram([energy], undefined, `TST5${'M'.repeat(300)}`))
    expect(kinds(outcomes)).toEqual(['too-long'])
  })
})

test('D0: more values than a block has columns', () => {
  const lines = Array.from({ length: 1100 }, (_, i) => `${i % 11}.${100 + i % 100}.${i % 97}(${i})`)
  const decoder = createD0Decoder({ now: () => now })
  const push = utf8(`/XYZ3MODEL\r\n\r\n0.0.0(1)\r\n${lines.join('\r\n')}\r\n!\r\n`)
  const outcomes = [...decoder.push(push), ...decoder.end()]
  expect(sealed(outcomes)).toEqual(readings(outcomes))
})

describe('SML', () => {
  const counter = smlEntry({ code: code(1, 8), unit: wattHour, value: fromHex('5304d2') })

  test.each([[64, ['telegram']], [65, ['unknown-form']]])(
    'a server id of %i bytes',
    (size, told) => {
      const outcomes = decodeSml(push([power('5304d2')], { server: new Uint8Array(size).fill(7) }))
      expect(kinds(outcomes)).toEqual(told)
      expect(sealed(outcomes)).toEqual(readings(outcomes))
    },
  )

  test.each([127, -128, 18, -18, 19])('eight bytes of digits, and a scaler of %i', (scaler) => {
    const outcomes = decodeSml(push([power('69ffffffffffffffff', scaler), counter]))
    expect(kinds(outcomes)).toEqual(['telegram'])
    expect(sealed(outcomes)).toEqual(readings(outcomes))
  })
})

test.each([40, 127, 129, 300])('DLMS: a meter with a name of %i characters', async (size) => {
  const name = Uint8Array.of(0x0a, ...berOf(size), ...new Uint8Array(size).fill(0x4b))
  const body = structure(
    octets(Uint8Array.of(0, 0, 96, 1, 0, 255)),
    name,
    octets(Uint8Array.of(1, 0, 1, 8, 0, 255)),
    u32(7),
  )
  const decoder = createDecoder('dlms', { now: () => now })
  const outcomes = [...await decoder.push(inTheClear(notification(body))), ...await decoder.end()]
  expect(kinds(outcomes)).toEqual(['telegram'])
  expect(sealed(outcomes)).toEqual(readings(outcomes))
})

function berOf(size: number): readonly number[] {
  return size < 128 ? [size] : [0x82, size >> 8, size & 0xff]
}
