/**
 * Numbers and times as people read them, exact to the last digit.
 *
 * @module
 */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  age,
  clock,
  dayRange,
  decimal,
  hourText,
  kilowattHours,
  register,
  rounded,
} from '../../pwa/i18n/format.ts'
import { locale } from '../../pwa/i18n/messages.ts'
import { dateText, parseDate, todayIn, turn } from '../../pwa/history/date.ts'
import { sixHours } from '../../pwa/chart/day-axis.ts'
import { longestStep } from '../../pwa/chart/net-power.ts'
import { startOfLocalDay } from '../../shared/meter/zone.ts'
import { strengthOf } from '../../pwa/settings/strength.ts'

describe('an exact decimal', () => {
  beforeEach(() => {
    locale.value = 'de-DE'
  })

  test.each([
    ['4128442', -3, '4.128,442'],
    ['-412', -3, '\u22120,412'],
    ['0', -3, '0,000'],
    ['7', 0, '7'],
    ['12', 3, '12.000'],
    // 2^53 + 1, which no float has
    ['9007199254740993', -3, '9.007.199.254.740,993'],
    ['1', 1_000_000, '1e1000000'],
  ])('%s · 10^%i is %s', (value, exponent, text) => {
    expect(decimal(value, exponent)).toBe(text)
  })

  test('stands before its unit with a narrow space that does not break', () => {
    expect(kilowattHours(4128442n)).toBe('4.128,442\u202fkWh')
    expect(register('3412881', -3, 'm3')).toBe('3.412,881\u202fm³')
    expect(register('4128442', 0, 'Wh')).toBe('4.128,442\u202fkWh')
  })

  test('is rounded where it stands beside others, half away from zero', () => {
    locale.value = 'en-GB'
    expect(rounded('2189813', -6, 'A', 2)).toBe('2.19\u202fA')
    expect(rounded('-2185', -3, 'A', 2)).toBe('\u22122.19\u202fA')
    expect(rounded('2305', -1, 'V', 2)).toBe('230.5\u202fV')
    expect(rounded('4', -3, 'A', 2)).toBe('0.00\u202fA')
    expect(rounded('2', 0, 'A', 2)).toBe('2\u202fA')
  })
})

test('an age beyond a day is a date', () => {
  locale.value = 'en-GB'
  expect(age(0, 86_400 * 2)).toMatch(/1 Jan 1970/)
})

test.each(
  [
    ['en-US', '06 AM', '04:45 PM'],
    ['en-GB', '06:00', '16:45'],
    ['de-DE', '06:00', '16:45'],
  ] as const,
)('hours under a chart and times have as many digits, %s', (language, hour, time) => {
  locale.value = language
  const at = Date.parse('2026-06-14T06:00:00Z') / 1000
  const plain = (text: string) => text.replace(/\s/g, ' ')
  expect(plain(hourText(at, 'UTC'))).toBe(hour)
  expect(plain(clock(at + 10 * 3600 + 2700, 'UTC'))).toBe(time)
})

describe('a calendar day', () => {
  test('turns across the end of a year and of February', () => {
    expect(dateText(turn({ year: 2026, month: 1, day: 1 }, -1))).toBe('2025-12-31')
    expect(dateText(turn({ year: 2028, month: 2, day: 28 }, 1))).toBe('2028-02-29')
  })

  test('is not what the calendar lacks', () => {
    expect(parseDate('2026-02-29')).toBeNull()
    expect(parseDate('2026-13-01')).toBeNull()
    expect(parseDate('today')).toBeNull()
    expect(parseDate('2026-06-14')).toEqual({ year: 2026, month: 6, day: 14 })
  })

  test('begins at midnight of the meter’s zone', () => {
    const justAfter = Date.parse('2026-06-13T22:00:01Z') / 1000
    expect(dateText(todayIn('Europe/Berlin', justAfter))).toBe('2026-06-14')
    expect(dateText(todayIn('Europe/London', justAfter))).toBe('2026-06-13')
  })
})

test('a step longer than three usual ones is a gap', () => {
  const points = (step: number) =>
    [0, 1, 2, 3].map((i) => ({ at: i * step, importW: 1, exportW: 0 }))
  expect(longestStep(points(10))).toBe(120)
  expect(longestStep(points(900))).toBe(2700)
})

test.each(
  [
    ['short', 'weak'],
    ['aaaaaaaaaaaaaaaaaaaa', 'weak'],
    ['horse battery', 'fair'],
    ['rhubarb lantern quarry otter mild', 'strong'],
    ['the the the the the the', 'weak'],
  ] as const,
)('the passphrase “%s” is %s', (passphrase, strength) => {
  expect(strengthOf(passphrase)).toBe(strength)
})

test.each(
  [
    ['2026-03-29', 23, [0, 5, 11, 17, 23]],
    ['2026-06-14', 24, [0, 6, 12, 18, 24]],
    ['2026-10-25', 25, [0, 7, 13, 19, 25]],
  ] as const,
)('six hours by the clock on %s, a day of %i', (date, hours, expected) => {
  const zone = 'Europe/Berlin'
  const from = startOfLocalDay(zone, Date.parse(`${date}T12:00:00Z`) / 1000)
  const marks = sixHours({ from, to: from + 3600 * hours, zone })
  expect(marks.map((at) => (at - from) / 3600)).toEqual(expected)
})

test('days from one to another are told once where both are the same', () => {
  const noon = Date.UTC(2026, 10, 22, 12) / 1000
  locale.value = 'en-GB'
  expect(dayRange(noon, noon + 60)).toBe('22 November 2026')
  // Which spaces stand around the dash depends on the runtime.
  expect(dayRange(noon, noon + 2 * 86_400)).toMatch(/^22\s*\u2013\s*24 November 2026$/)
  locale.value = 'de-DE'
  expect(dayRange(noon, noon + 60)).toBe('22. November 2026')
})
