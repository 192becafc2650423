import { describe, expect, it } from 'vitest'
import type { Bytes } from '../../shared/bytes.ts'
import {
  type ChannelKind,
  isAnswerOf,
  longestOf,
  parseRequest,
  requestHash,
  shift,
} from '../../shared/consent/request.ts'
import { makeTerms, type Terms } from '../../shared/consent/terms.ts'

const NOW = 1_767_225_600 // 2026-01-01T00:00:00Z
const DAY = 86_400
const DETAIL = {
  type: 'kilowit_readings',
  classes: 'energy',
  resolution: 'PT15M',
  history: 'P13M',
  period: 'P6M',
  purposes: ['energy-advice'],
  optional_purposes: ['research'],
  seal_key: 1,
}
const channels: ChannelKind[] = [
  { channel: fill(1), classes: 'energy', resolution: 'PT15M' },
  { channel: fill(2), classes: 'energy', resolution: 'P1D' },
  { channel: fill(3), classes: 'energy', resolution: 'PT15M' },
  { channel: fill(4), classes: 'all', resolution: 'PT15M' },
  { channel: fill(5), classes: 'energy', resolution: 'live' },
]

describe('a request', () => {
  it('is answered by the calendar, with as much of before as was asked', () => {
    expect(longestOf(detailOf(DETAIL), NOW)).toEqual({
      from: NOW,
      until: Date.UTC(2026, 6, 1) / 1000,
      history: Date.UTC(2024, 11, 1) / 1000,
    })
  })

  it('without history gives none, and a beginning ahead is kept', () => {
    const { history: _, ...plain } = DETAIL
    expect(longestOf(detailOf({ ...plain, from: NOW + DAY }), NOW))
      .toMatchObject({ from: NOW + DAY, history: NOW + DAY })
  })

  it.for<readonly [string, unknown, string]>([
    ['none', [], 'Cannot take authorization_details'],
    ['five', Array.from({ length: 5 }, (_, i) => ({ ...DETAIL, resolution: `PT${i + 1}M` })), ''],
    ['another type', [{ ...DETAIL, type: 'other' }], 'at 0.type'],
    ['another member', [{ ...DETAIL, more: 1 }], 'at 0.more'],
    ['no purpose', [{ ...DETAIL, purposes: [] }], 'at 0.purposes'],
    ['a purpose of its own', [{ ...DETAIL, purposes: ['advertising'] }], 'at 0.purposes.0'],
    [
      'a purpose twice',
      [{ ...DETAIL, optional_purposes: ['energy-advice'] }],
      'a purpose is listed twice',
    ],
    ['more than three years', [{ ...DETAIL, period: 'P3Y1D' }], 'longer than P3Y'],
    ['no time at all', [{ ...DETAIL, period: 'P0D' }], 'longer than P3Y'],
    ['hours', [{ ...DETAIL, period: 'PT5H' }], 'at 0.period'],
    ['two periods', [DETAIL, { ...DETAIL, resolution: 'P1D', period: 'P1Y' }], 'differ in more'],
    ['the same twice', [DETAIL, DETAIL], 'two objects ask for the same'],
  ])('for %s is refused, and says why', ([, details, message]) => {
    expect(() => parseRequest(details)).toThrow(message)
  })

  it('moves by the calendar', () => {
    const day = (...of: [number, number, number]) => Date.UTC(...of) / 1000
    expect(shift(day(2026, 0, 31), 'P1M', 1)).toBe(day(2026, 1, 28))
    expect(shift(day(2024, 1, 29), 'P1Y', 1)).toBe(day(2025, 1, 28))
    expect(shift(day(2026, 0, 31), 'P1Y2M3W4D', 1)).toBe(day(2027, 2, 31) + 25 * DAY)
    expect(shift(day(2026, 2, 31), 'P13M', -1)).toBe(day(2025, 1, 28))
  })
})

describe('an answer', () => {
  const request = parseRequest([DETAIL])
  const longest = (detail: object, now: number) =>
    makeTerms({
      channels: [fill(1), fill(3)],
      purposes: ['energy-advice', 'research'],
      ...longestOf(detailOf(detail), now),
    })
  const offer = longest(DETAIL, NOW)

  it.for<readonly [string, Partial<Terms>, boolean]>([
    ['that gives all', {}, true],
    ['for one meter', { channels: [fill(1)] }, true],
    ['for one purpose', { purposes: ['research'] }, true],
    ['for a shorter time', { until: offer.until - 1 }, true],
    ['with less history', { history: NOW }, true],
    ['of other classes', { channels: [fill(1), fill(4)] }, false],
    ['of a coarser channel', { channels: [fill(2)] }, true],
    ['of a finer channel', { channels: [fill(5)] }, false],
    ['of an unknown channel', { channels: [fill(9)] }, false],
    ['for another purpose', { purposes: ['billing'] }, false],
    ['for a longer time', { until: offer.until + 1 }, false],
    ['with more history', { history: offer.history - 1 }, false],
    ['that begins before it was asked for', { from: NOW - 1 }, false],
  ])('%s', ([, part, expected]) => {
    const terms = makeTerms({ ...offer, ...part })
    expect(isAnswerOf(terms, request, channels, NOW)).toBe(expected)
  })

  it('given later, begins and ends later, and reaches back as far', () => {
    const later = longest(DETAIL, NOW + 2 * DAY)
    expect(isAnswerOf(later, request, channels, NOW)).toBe(true)
    const fixed = { ...DETAIL, from: NOW }
    const asked = parseRequest([fixed])
    expect(isAnswerOf(later, asked, channels, NOW)).toBe(false)
    expect(isAnswerOf(longest(fixed, NOW + 2 * DAY), asked, channels, NOW)).toBe(true)
  })
})

describe('the hash of a pushed request', () => {
  it('is of what it says, in whatever order, and changes with every word', async () => {
    const pushed = { client_id: 'a', authorization_details: [DETAIL], iat: NOW }
    const other = { iat: NOW, authorization_details: [DETAIL], client_id: 'a' }
    expect(await requestHash(other)).toEqual(await requestHash(pushed))
    for (const part of [{ client_id: 'b' }, { iat: NOW + 1 }, { authorization_details: [] }]) {
      expect(await requestHash({ ...pushed, ...part })).not.toEqual(await requestHash(pushed))
    }
  })
})

function detailOf(asked: object) {
  const [detail] = parseRequest([asked])
  if (detail === undefined) throw new Error('It has one')
  return detail
}

function fill(value: number): Bytes {
  return new Uint8Array(16).fill(value)
}
