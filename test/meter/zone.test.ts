/** Offsets of local time, on days that have one and on days that have two. */
import { describe, expect, it } from 'vitest'
import { offsetAt } from '../../shared/meter/zone.ts'

const seconds = (text: string): number => Date.parse(text) / 1000

describe('offsetAt()', () => {
  it.each([
    ['Europe/Vienna', '2026-03-29T01:00:00Z', 3600, 7200],
    ['Europe/Vienna', '2026-10-25T01:00:00Z', 7200, 3600],
    ['America/New_York', '2026-03-08T07:00:00Z', -18_000, -14_400],
    // Half an hour; and a whole day, which the island went without.
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z', 37_800, 39_600],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', -36_000, 50_400],
  ])('knows the second at which clocks change: %s %s', (zone, text, before, after) => {
    const change = seconds(text)
    const day = 86_400
    expect([change - 1, change, change - 1].map((at) => offsetAt(zone, at))).toEqual([
      before,
      after,
      before,
    ])
    // The days around it, whichever was asked for first.
    expect([change - day, change + day].map((at) => offsetAt(zone, at))).toEqual([before, after])
  })

  it('tells zones apart on the same day', () => {
    const at = seconds('2026-07-01T12:00:00Z')
    const zones = ['Europe/Vienna', 'Europe/London', 'Asia/Kolkata', 'Europe/Vienna']
    expect(zones.map((zone) => offsetAt(zone, at))).toEqual([7200, 3600, 19_800, 7200])
  })

  it('goes on past more days than are remembered', () => {
    for (let i = 0; i < 5000; i++) offsetAt('Europe/Vienna', i * 86_400)
    expect(offsetAt('Europe/Vienna', seconds('2026-01-01T00:00:00Z'))).toBe(3600)
  })

  it('refuses a zone that nobody has', () => {
    expect(() => offsetAt('Europe/Nowhere', 0)).toThrow(RangeError)
  })
})
