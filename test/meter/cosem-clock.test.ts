/** @module Clocks of COSEM: the sign of the deviation, zones that are unsaid, the hour that comes twice. */

import { expect, test } from 'vitest'
import { fromHex } from '../../shared/bytes.ts'
import { readCosemClock } from '../../shared/meter/cosem-clock.ts'

const vienna = 'Europe/Vienna'
const unix = (iso: string) => Date.parse(iso) / 1000

function read(hex: string, now = '2026-07-01T12:00:00Z', zone = vienna): string {
  const { at, clock, warning } = readCosemClock(fromHex(hex.replaceAll(' ', '')), zone, unix(now))
  const time = new Date(at * 1000).toISOString().replace('.000', '')
  return [time, clock, warning].filter((part) => part !== undefined).join(' ')
}

test.each([
  // FF88 is -120 minutes from local time to UTC: two hours before it, whatever the zone.
  ['summer', '07ea0701 03 0e0000 00 ff88 80', '2026-07-01T12:00:00Z meter'],
  ['winter', '07ea0101 04 0e0000 00 ffc4 00', '2026-01-01T13:00:00Z meter'],
  ['west', '07ea0701 03 0e0000 00 012c 00', '2026-07-01T19:00:00Z meter'],
  ['UTC', '07ea0701 03 0e0000 ff 0000 ff', '2026-07-01T14:00:00Z meter'],
  ['unsaid, summer', '07ea0701 03 0e0000 ff 8000 00', '2026-07-01T12:00:00Z meter-local'],
  ['unsaid, winter', '07ea0101 04 0e0000 ff 8000 00', '2026-01-01T13:00:00Z meter-local'],
  // Summer in New Zealand, Kiribati, and as far west as there is land.
  ['thirteen hours', '07ea0101 04 0e0000 00 fcf4 80', '2026-01-01T01:00:00Z meter'],
  ['fourteen hours', '07ea0701 03 0e0000 00 fcb8 00', '2026-07-01T00:00:00Z meter'],
  ['twelve hours west', '07ea0701 03 0e0000 00 02d0 00', '2026-07-02T02:00:00Z meter'],
  ['the last second', '07ea0c1f 04 173b3b 00 ffc4 00', '2026-12-31T22:59:59Z meter'],
])('%s', (_what, hex, expected) => {
  expect(read(hex)).toBe(expected)
})

test('the zone given decides where the deviation is unsaid, and only there', () => {
  const unsaid = '07ea0701 03 0e0000 ff 8000 00'
  expect(read(unsaid, undefined, 'Europe/Helsinki')).toBe('2026-07-01T11:00:00Z meter-local')
  const said = '07ea0701 03 0e0000 00 ff88 80'
  expect(read(said, undefined, 'Europe/Helsinki')).toBe('2026-07-01T12:00:00Z meter')
})

test('the hour that comes twice is doubtful, unless the meter says summer', () => {
  const twice = '07ea0a19 07 021e00 ff 8000'
  expect(read(`${twice} 00`, '2026-10-25T00:30:05Z'))
    .toBe('2026-10-25T00:30:00Z meter-local clock-ambiguous')
  expect(read(`${twice} 00`, '2026-10-25T01:30:05Z'))
    .toBe('2026-10-25T01:30:00Z meter-local clock-ambiguous')
  // Said to be in summer, it is the first, even if the reader's clock is nearer to the second.
  expect(read(`${twice} 80`, '2026-10-25T01:30:05Z')).toBe('2026-10-25T00:30:00Z meter-local')
  // A status that is unsaid or doubted says nothing.
  for (const status of ['ff', '88']) {
    expect(read(`${twice} ${status}`, '2026-10-25T01:30:05Z'))
      .toBe('2026-10-25T01:30:00Z meter-local clock-ambiguous')
  }
  // With a deviation, both are sure.
  expect(read('07ea0a19 07 021e00 00 ff88 80')).toBe('2026-10-25T00:30:00Z meter')
  expect(read('07ea0a19 07 021e00 00 ffc4 00')).toBe('2026-10-25T01:30:00Z meter')
})

test.each([
  ['an hour that is left out', '07ea031d 07 021e00 ff 8000 00'],
  ['a day that no month has', '07ea021e 01 0e0000 00 ff88 80'],
  ['no day', '07ea07ff 03 0e0000 00 ff88 80'],
  ['no year', 'ffff0701 03 0e0000 00 ff88 80'],
  ['an early year', '07b20101 03 0e0000 00 ff88 80'],
  ['no hour', '07ea0701 03 ff0000 00 ff88 80'],
  ['no second', '07ea0701 03 0e00ff 00 ff88 80'],
  ['a deviation beyond the furthest zone west', '07ea0701 03 0e0000 00 02d1 00'],
  ['a deviation beyond the furthest zone east', '07ea0701 03 0e0000 00 fcb7 00'],
  ['a value that the meter calls invalid', '07ea0701 03 0e0000 00 ff88 81'],
  ['less than twelve bytes', '07ea0701 03 0e0000 00 ff88'],
])('%s is no time: the reader’s clock, and said', (_what, hex) => {
  expect(read(hex)).toBe('2026-07-01T12:00:00Z device clock-invalid')
})
