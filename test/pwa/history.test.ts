/**
 * Looking back: the periods of the calendar, bars put together without losing or splitting a
 * watt-hour, and the figures that are told of them.
 *
 * @module
 */
import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { baseLoadOf, completeDays, peakOf, perMille, usualWeek } from '../../pwa/history/figures.ts'
import {
  askedPeriod,
  bordersOf,
  parsePeriod,
  partsOf,
  type Period,
  periodText,
  spanOf,
  turnPeriod,
  yearBefore,
} from '../../pwa/history/period.ts'
import { barTime } from '../../pwa/chart/words.ts'
import { rowName, rowNotes } from '../../pwa/history/names.ts'
import { look, pairs, sameMoment } from '../../pwa/history/rows.ts'
import { group, inRhythm, nominal, total } from '../../pwa/history/sums.ts'
import { loadMessages, locale } from '../../pwa/i18n/messages.ts'
import type { EnergyBar } from '../../pwa/state.ts'

const zone = 'Europe/Vienna'

function period(text: string): Period {
  const kind = text.length === 10 ? 'day' : text.length === 7 ? 'month' : 'year'
  const found = parsePeriod(kind, text)
  if (found === null) throw new TypeError(text)
  return found
}

describe('a period', () => {
  test('comes back from its text, and nothing else does', () => {
    for (const text of ['2026-05-03', '2024-02-29', '2026-11', '2026']) {
      expect(periodText(period(text))).toBe(text)
    }
    expect([parsePeriod('day', '2026-02-30'), parsePeriod('month', '2026-13')]).toEqual([
      null,
      null,
    ])
    expect([parsePeriod('year', '26'), parsePeriod('year', '0000')]).toEqual([null, null])
    expect(askedPeriod({ year: '2025', month: '2026-03' })).toEqual(period('2026-03'))
    expect(askedPeriod({ day: 'yesterday' })).toBeNull()
  })

  test('turns over the ends of months and years', () => {
    const turned = (text: string, by: number) => periodText(turnPeriod(period(text), by))
    expect([
      turned('2026-12-31', 1),
      turned('2026-01', -1),
      turned('2026-11', 14),
      turned('2026', -1),
    ])
      .toEqual(['2027-01-01', '2025-12', '2028-01', '2025'])
    expect(yearBefore(period('2024-02-29'))).toBeNull()
    expect(yearBefore(period('2026-02-28'))).toEqual(period('2025-02-28'))
  })

  test('has the borders of the zone, on days of 23 and 25 hours too', () => {
    const hours = (text: string) => {
      const { from, to } = spanOf(zone, period(text))
      return (to - from) / 3600
    }
    expect([hours('2026-03-29'), hours('2026-10-25'), hours('2026-05-03')]).toEqual([23, 25, 24])
    expect([hours('2026-03'), hours('2026-10'), hours('2026')])
      .toEqual([31 * 24 - 1, 31 * 24 + 1, 365 * 24])
    expect(partsOf(period('2024-02')).map(periodText).slice(-1)).toEqual(['2024-02-29'])
    expect(partsOf(period('2026')).map(periodText)).toHaveLength(12)
    expect(bordersOf(zone, period('2026'))).toHaveLength(13)
    expect(bordersOf(zone, period('2026-03-29'))).toHaveLength(2)
  })
})

/** Bars about the change of the clocks, a few seconds late each, some of them gaps. */
const stretch = fc.record({
  start: fc.constantFrom('2026-03-28', '2026-10-24', '2026-12-30'),
  lengths: fc.array(
    fc.oneof(
      { weight: 30, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.integer({ min: 2, max: 300 }) },
    ),
    { minLength: 1, maxLength: 500 },
  ),
  late: fc.integer({ min: 0, max: 60 }),
  wh: fc.integer({ min: 0, max: 9999 }),
  lost: fc.integer({ min: 2, max: 900 }),
}).map(({ start, lengths, late, wh, lost }) => {
  const bars: EnergyBar[] = []
  let at = spanOf(zone, period(start)).from
  for (const [i, length] of lengths.entries()) {
    const to = at + 900 * length
    bars.push({
      from: at + (i === 0 ? 0 : late),
      to: to + late,
      importWh: i % lost === lost - 1 ? null : (wh * (i + 1)) % 9973,
      exportWh: i % lost === lost - 1 ? null : (wh * (i + 7)) % 4001,
      gap: length > 1,
    })
    at = to
  }
  return bars
})

function plain(bars: readonly EnergyBar[], way: 'importWh' | 'exportWh'): bigint {
  return bars.reduce((sum, bar) => sum + BigInt(bar[way] ?? 0), 0n)
}

describe('bars put together', () => {
  test('keep every watt-hour once: in one part or across', () => {
    fc.assert(
      fc.property(stretch, fc.constantFrom('2026-03', '2026-10', '2026', '2027'), (bars, text) => {
        const { parts, across } = group(bars, bordersOf(zone, period(text)))
        const whole = total([...parts, ...across])
        expect(whole.importWh).toBe(plain(bars, 'importWh'))
        expect(whole.exportWh).toBe(plain(bars, 'exportWh'))
        expect(whole.bars).toBe(bars.length)
        expect(parts).toHaveLength(partsOf(period(text)).length)
      }),
    )
  })

  test('of days make months, and of months years: the same sums, but for what is across', () => {
    fc.assert(
      fc.property(stretch, (bars) => {
        const year = group(bars, bordersOf(zone, period('2026')))
        for (const [i, month] of partsOf(period('2026')).entries()) {
          const days = group(bars, bordersOf(zone, month))
          const { from, to } = spanOf(zone, month)
          const inside = days.across.filter((sum) => sum.from >= from && sum.to <= to)
          const sum = total([...days.parts, ...inside])
          expect(sum.importWh).toBe(year.parts[i]?.importWh)
          expect(sum.exportWh).toBe(year.parts[i]?.exportWh)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('put a gap that crosses a border into no part', () => {
    fc.assert(
      fc.property(stretch, (bars) => {
        const borders = [
          ...bordersOf(zone, period('2026-03')),
          ...bordersOf(zone, period('2026-10')),
        ]
        const { parts, across } = group(bars, borders)
        const crossing = bars.filter((bar) =>
          borders.some((at) => nominal(bar.from) < at && nominal(bar.to) > at)
        )
        for (const bar of crossing) {
          expect(across.some((sum) => sum.from === nominal(bar.from))).toBe(true)
        }
        for (const part of parts) expect(part.covered).toBeLessThanOrEqual(part.to - part.from)
      }),
    )
  })

  test('take a reading just after midnight for the end of the day before', () => {
    const { from, to } = spanOf(zone, period('2026-05-03'))
    const bar = { from: to - 900 + 3, to: to + 42, importWh: 7, exportWh: 0, gap: false }
    expect(group([bar], [from, to]).parts[0]?.importWh).toBe(7n)
    expect(group([{ ...bar, to: to + 61 }], [from, to]).across).toHaveLength(1)
  })

  test('take the rhythm of a meter that tells itself once an hour for no gap', () => {
    const hours = (n: number, gap: number) =>
      Array.from({ length: n }, (_, i) => ({
        from: i * 3600,
        to: (i === gap ? i + 3 : i + 1) * 3600,
        importWh: 1,
        exportWh: 0,
        gap: true,
      }))
    expect(inRhythm(hours(24, 5)).filter(({ gap }) => gap)).toHaveLength(1)
    const quarter = { from: 0, to: 900, importWh: 1, exportWh: 0, gap: false }
    const mixed = [quarter, quarter, quarter, ...hours(2, 9)]
    expect(inRhythm(mixed)).toEqual(mixed)
  })
})

/** Days of quarter-hours from a date on, in local time. */
function days(text: string, count: number, wh: (day: number, quarter: number) => [number, number]) {
  const bars: EnergyBar[] = []
  const borders: number[] = []
  for (let n = 0; n <= count; n++) borders.push(spanOf(zone, turnPeriod(period(text), n)).from)
  for (let n = 0; n < count; n++) {
    for (let at = borders[n] ?? 0, i = 0; at < (borders[n + 1] ?? 0); at += 900, i++) {
      const [importWh, exportWh] = wh(n, i)
      bars.push({ from: at, to: at + 900, importWh, exportWh, gap: false })
    }
  }
  return { bars, borders }
}

describe('figures', () => {
  test('name the highest quarter-hour as average power, never a gap nor a part of one', () => {
    const { bars } = days('2026-05-03', 1, (_, i) => [i === 40 ? 613 : 100, i === 50 ? 80 : 0])
    const [first] = bars
    if (first === undefined) throw new TypeError('one')
    const more = [
      { ...first, from: first.from - 7200, to: first.from, importWh: 9000, gap: true },
      { ...first, from: first.from + 400, importWh: 900 },
      ...bars,
    ]
    const { from } = spanOf(zone, period('2026-05-03'))
    expect(peakOf(more, 'importWh'))
      .toEqual({ from: from + 36_000, to: from + 36_900, wh: 613, watts: 2452 })
    expect(peakOf(more, 'exportWh')?.watts).toBe(320)
    expect(peakOf(bars.map((bar) => ({ ...bar, gap: true })), 'importWh')).toBeNull()
    expect(peakOf([], 'importWh')).toBeNull()
  })

  test('take the base load from complete days, while nothing goes to the grid', () => {
    const { bars, borders } = days('2026-03-27', 5, (day, i) => {
      return i === 10 ? [0, 50] : [30 + 10 * day + (i === 20 ? -10 : 5), 0]
    })
    expect(completeDays(bars, borders)).toHaveLength(5)
    expect(baseLoadOf(completeDays(bars, borders))).toEqual({ watts: 160, days: 5 })
    // Without one quarter-hour, and with one of unknown value, two days are not complete.
    const holes = bars.filter((_, i) => i !== 3).map((bar, i) =>
      i === 200 ? { ...bar, importWh: null } : bar
    )
    expect(completeDays(holes, borders)).toHaveLength(3)
    expect(baseLoadOf(completeDays(bars, borders.slice(0, 3)))).toBeNull()
  })

  test('know the usual week', () => {
    const { bars, borders } = days('2026-05-04', 8, (day) => [day, 1])
    const week = usualWeek(completeDays(bars, borders), (from) => {
      const local = new Date((from + 7200) * 1000)
      return {
        year: local.getUTCFullYear(),
        month: local.getUTCMonth() + 1,
        day: local.getUTCDate(),
      }
    })
    expect(week[0]).toEqual({ weekday: 0, days: 2, importWh: 336n, exportWh: 96n })
    expect(week[6]?.importWh).toBe(576n)
    expect(usualWeek([], () => ({ year: 2026, month: 5, day: 4 }))[3]?.importWh).toBeNull()
  })

  test('tell a difference in tenths of a percent, halves away from zero', () => {
    expect([perMille(115n, 100n), perMille(2001n, 2000n), perMille(1999n, 2000n), perMille(1n, 0n)])
      .toEqual([150n, 1n, -1n, null])
  })
})

describe('a day beside another', () => {
  const view = (text: string) => {
    const { bars } = days(text, 1, (_, i) => [i, 0])
    return { ...spanOf(zone, period(text)), zone, resolution: 'PT15M', unit: 'Wh', bars } as const
  }
  const beside = (text: string, other: string) =>
    pairs(look(period(text), view(text)), look(period(other), view(other)))
  const clock = (at: number | undefined) =>
    new Date((at ?? 0) * 1000).toLocaleTimeString('de', {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
    })

  test('has the same time of the clock beside it; the hour that comes twice is alone once', () => {
    const all = beside('2026-10-25', '2026-10-24')
    expect(all).toHaveLength(100)
    const alone = all.filter(({ other }) => other === null)
    expect(alone.map(({ row }) => clock(row?.from))).toEqual(['02:00', '02:15', '02:30', '02:45'])
    const wrong = all.filter(({ row, other }) =>
      row !== null && other !== null && clock(row.from) !== clock(other.from)
    )
    expect(wrong).toEqual([])
    // Seen from the other side, nothing of the longer day is lost.
    expect(beside('2026-10-24', '2026-10-25')).toHaveLength(100)
    const spring = beside('2026-03-29', '2026-03-28')
    expect(spring).toHaveLength(96)
    expect(spring.filter(({ row }) => row === null).map(({ other }) => clock(other?.from)))
      .toEqual(['02:00', '02:15', '02:30', '02:45'])
  })

  test('that is not over is compared with as much of the other', () => {
    const [here, there] = [spanOf(zone, period('2026-10-25')), spanOf(zone, period('2026-10-24'))]
    expect(sameMoment(zone, here.from + 13 * 3600, here, there)).toBe(there.from + 12 * 3600)
    const until = sameMoment(zone, here.from + 13 * 3600, here, there)
    expect(look(period('2026-10-24'), view('2026-10-24'), until).rows).toHaveLength(48)
    const [march, february] = [spanOf(zone, period('2026-03')), spanOf(zone, period('2026-02'))]
    expect(sameMoment(zone, march.to - 3600, march, february)).toBe(february.to)
  })
})

describe('the name of a row', () => {
  beforeAll(() => {
    locale.value = 'en-GB'
  })

  const start = Date.UTC(2026, 4, 3, 18, 56, 4) / 1000
  const named = (seconds: number, text: string, from = start) => {
    const bar: EnergyBar = { from, to: from + seconds, importWh: 1, exportWh: 0, gap: true }
    const asked = period(text)
    const bars = [bar]
    return look(asked, { ...spanOf(zone, asked), zone, resolution: 'PT15M', unit: 'Wh', bars }).rows
      .filter(({ part }) => part === null)
      .map((row) => rowName(row, asked, zone))
  }

  test('has seconds within a minute, where both ends would read the same', () => {
    expect(named(31, '2026-05-03')).toEqual(['20:56:04–20:56:35'])
    expect(named(236, '2026-05-03')).toEqual(['20:56–21:00'])
    const midnight = spanOf(zone, period('2026-05-03')).to
    expect(named(7200, '2026-05', midnight - 3600)).toEqual([
      'Sun 3 May, 23:00–Mon 4 May, 01:00',
    ])
  })

  test('the same of a bar of the curve’s day', () => {
    const day = { from: start - 3600, zone }
    expect(barTime({ from: start, to: start + 31 }, day)).toBe('20:56:04–20:56:35')
    expect(barTime({ from: start, to: start + 236 }, day)).toBe('20:56–21:00')
  })
})

describe('a change of meter', () => {
  beforeAll(loadMessages)

  const bars = (): EnergyBar[] => {
    const made = days('2026-05-04', 2, () => [100, 10]).bars.slice()
    const [before, after] = [made[95], made[97]]
    if (before === undefined || after === undefined) throw new Error('Two days have more bars')
    // From the last reading of one day to the second quarter-hour of the next, over midnight.
    const changed = { from: before.from, to: after.from, importWh: null, exportWh: null }
    made.splice(95, 2, { ...changed, gap: true, changed: true })
    return made
  }
  const seen = (text: string, of = bars()) => {
    const asked = period(text)
    const span = spanOf(zone, asked)
    return look(asked, { ...span, zone, resolution: 'PT15M', unit: 'Wh', bars: of })
  }

  test('stands for itself, without a value, and is in no sum', () => {
    const month = seen('2026-05')
    const told = month.rows.filter(({ changed }) => changed)
    expect(told).toMatchObject([{ part: null, importWh: null, exportWh: null, gap: true }])
    expect(month.sum.importWh).toBe(190n * 100n)
    expect(told.flatMap(rowNotes)).toEqual([
      'Meter changed, nothing is known of the time between',
    ])
  })

  test('within a day or a month is told by its part, and not as a gap', () => {
    const within = bars().map((bar) => bar.changed ? { ...bar, to: bar.from + 300 } : bar)
    const parts = seen('2026-05', within).rows.filter(({ changed }) => changed)
    expect(parts).toMatchObject([{ gaps: 0, importWh: 9500n }])
    expect(parts.flatMap(rowNotes)).toContain('meter changed')
    expect(seen('2026-05', within).sum).toMatchObject({ gaps: 1, changes: 1, unknown: 1 })
  })

  test('of a meter that tells its counter by the hour stays a change', () => {
    const hourly = Array.from({ length: 5 }, (_, i): EnergyBar => ({
      from: i * 3600,
      to: (i + 1) * 3600,
      importWh: 1,
      exportWh: 0,
      gap: true,
    }))
    const none = { importWh: null, exportWh: null, gap: true, changed: true } as const
    hourly[2] = { from: 7200, to: 10_800, ...none }
    expect(inRhythm(hourly).map(({ gap }) => gap)).toEqual([false, false, true, false, false])
  })
})
